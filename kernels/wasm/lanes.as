/* Ends of rows: the last one to three elements that do not fill four lanes; and sums across lanes.
   `constant(NUMBER)` and `bits(INTEGER)`, used everywhere, are four times that literal: scripts/build-kernels.mjs puts them into a table. */

/** The first n lanes (at most four) from memory, `fill` in the others. */
@inline
export function loadLanes(from: usize, n: i32, fill: f32): v128 {
  return n >= 4 ? v128.load(from) : loadSome(from, n, fill);
}

function loadSome(from: usize, n: i32, fill: f32): v128 {
  let v = v128.load32_lane(from, f32x4.splat(fill), 0);
  if (n > 1) v = v128.load32_lane(from, v, 1, 4);
  if (n > 2) v = v128.load32_lane(from, v, 2, 8);
  return v;
}

/** Stores the first n ≥ 1 lanes, at most four. */
@inline
export function storeLanes(to: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(to, v);
  else storeSome(to, v, n);
}

function storeSome(to: usize, v: v128, n: i32): void {
  v128.store32_lane(to, v, 0);
  if (n > 1) v128.store32_lane(to, v, 1, 4);
  if (n > 2) v128.store32_lane(to, v, 2, 8);
}

@inline
export function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

@inline
export function maxLanes(v: v128): f32 {
  return max(max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)), max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}
