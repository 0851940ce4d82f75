/* Slips of the fingers between two names. */

/** Whether one letter more, less or other, or two exchanged, make `a` into `b`. */
export function oneSlip(a: string, b: string): boolean {
  let [head, tail] = [0, 0];
  const most = Math.min(a.length, b.length);
  while (head < most && a[head] === b[head]) head++;
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const left = Math.max(a.length, b.length) - head - tail;
  return left <= 1 || (left === 2 && a.length === b.length && a[head] === b[head + 1] && a[head + 1] === b[head]);
}
