/* A long curve as few points, for an output that carries it. */

const DRAWN_POINTS = 2000;

/** Which points stand in an output: all, or the first, the last, and of each stretch between the least and the greatest. */
export function keptPoints(values: Float64Array): number[] {
  const { length } = values;
  if (length <= DRAWN_POINTS) return Array.from({ length }, (_, i) => i);
  const stretches = (DRAWN_POINTS - 2) / 2;
  const kept = [0];
  for (let k = 0; k < stretches; k++) {
    const from = 1 + Math.floor((k * (length - 2)) / stretches);
    const to = 1 + Math.floor(((k + 1) * (length - 2)) / stretches);
    let [least, most] = [from, from];
    for (let i = from + 1; i < to; i++) {
      if (values[i]! < values[least]!) least = i;
      if (values[i]! > values[most]!) most = i;
    }
    kept.push(Math.min(least, most));
    if (least !== most) kept.push(Math.max(least, most));
  }
  kept.push(length - 1);
  return kept;
}
