/* A smooth curve through points that does not overshoot them: piecewise cubic, monotone between neighbours (Fritsch and Carlson 1980,
   with the harmonic mean of slopes). Level before the first point and behind the last. */

type Pair = readonly [number, number];

/** Heights at `xs` of the curve through `points`, sorted by x; of points with one x the last counts. */
export function sampled(points: readonly Pair[], xs: Float64Array): Float64Array {
  const known = points.filter(([x], i) => i === points.length - 1 || points[i + 1]![0] !== x);
  const n = known.length;
  const slopes = known.map(([x, y], i) => (i + 1 < n ? (known[i + 1]![1] - y) / (known[i + 1]![0] - x) : 0));
  const tangents = known.map(([x], i) => {
    if (i === 0 || i === n - 1) return n < 2 ? 0 : slopes[i === 0 ? 0 : n - 2]!;
    const [before, after] = [slopes[i - 1]!, slopes[i]!];
    if (before * after <= 0) return 0;
    const [left, right] = [x - known[i - 1]![0], known[i + 1]![0] - x];
    return (3 * (left + right)) / ((2 * right + left) / before + (right + 2 * left) / after);
  });
  let i = 0;
  return xs.map((x) => {
    if (x <= known[0]![0]) return known[0]![1];
    if (x >= known[n - 1]![0]) return known[n - 1]![1];
    if (x < known[i]![0]) i = 0;
    while (known[i + 1]![0] < x) i++;
    const [[x0, y0], [x1, y1]] = [known[i]!, known[i + 1]!];
    const wide = x1 - x0,
      t = (x - x0) / wide;
    return (
      y0 * (1 + 2 * t) * (1 - t) ** 2 +
      tangents[i]! * wide * t * (1 - t) ** 2 +
      y1 * t * t * (3 - 2 * t) +
      tangents[i + 1]! * wide * t * t * (t - 1)
    );
  });
}
