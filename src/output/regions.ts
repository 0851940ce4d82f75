/* Pieces of a tensor: which rows, columns and slices of it the page shows, asked for by ranges of each axis and answered by the
   numbers there, so that a large one stays where it lies. Works on whatever lies in host memory, row-major; a tensor of the
   compute library answers by itself, on its device (workers/tensor/show.ts). */

/** `start`, `stop` (not included) and `step` of one axis; start ≥ 0, step ≥ 1, stop ≤ the axis's length. */
export type AxisRange = readonly [start: number, stop: number, step: number];

/** Most numbers of one answer. */
export const regionLimit = 1_000_000;

/** How many places a range has. */
export const placesOf = ([start, stop, step]: AxisRange): number => Math.max(0, Math.ceil((stop - start) / step));

/** Throws in words where `ranges` is no region of `shape`, or too large a one. */
export function checkRegion(shape: readonly number[], ranges: readonly AxisRange[]): void {
  const whole = (x: number): boolean => Number.isInteger(x) && x >= 0;
  const fits =
    Array.isArray(ranges) &&
    ranges.length === shape.length &&
    ranges.every(
      (range, axis) =>
        Array.isArray(range) &&
        range.length === 3 &&
        range.every(whole) &&
        range[2] > 0 &&
        range[0] <= range[1] &&
        range[1] <= shape[axis]!,
    );
  if (!fits) throw new RangeError(`region: expected a range for each axis of [${shape.join(', ')}], got ${JSON.stringify(ranges)}.`);
  const size = ranges.reduce((product, range) => product * placesOf(range), 1);
  if (size > regionLimit) throw new RangeError(`region: expected at most ${regionLimit} numbers, got ${size}.`);
}

/** The numbers of a region of `data`, which is row-major of `shape`; bigints become numbers. Throws as `checkRegion`. */
export function regionOf(
  data: ArrayLike<number | bigint>,
  shape: readonly number[],
  ranges: readonly AxisRange[],
): Float64Array | Float32Array {
  checkRegion(shape, ranges);
  const strides = stridesOf(shape);
  const places = ranges.map(placesOf);
  const size = places.reduce((product, n) => product * n, 1);
  const exact = !(
    data instanceof Float32Array ||
    data instanceof Uint8Array ||
    data instanceof Int8Array ||
    data instanceof Int16Array ||
    data instanceof Uint16Array
  );
  const out = exact ? new Float64Array(size) : new Float32Array(size);
  if (size === 0) return out;
  const last = ranges.length - 1;
  if (last < 0) {
    out[0] = Number(data[0]);
    return out;
  }
  const at = ranges.map(() => 0);
  const [innerStart, , innerStep] = ranges[last]!;
  const inner = places[last]!;
  for (let to = 0; to < size;) {
    let from = innerStart;
    for (let axis = 0; axis < last; axis++) from += (ranges[axis]![0] + at[axis]! * ranges[axis]![2]) * strides[axis]!;
    for (let i = 0; i < inner; i++, from += innerStep) out[to++] = Number(data[from]);
    for (let axis = last - 1; axis >= 0 && ++at[axis]! === places[axis]; axis--) at[axis] = 0;
  }
  return out;
}

/** How far one step along each axis is in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}
