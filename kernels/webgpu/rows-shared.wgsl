// Row-wise kernels where a workgroup of 64 owns a row: lane l takes columns l, l + 64, …, combined through workgroup memory.
// Linked by name where a kernel's LANES is 64. Every lane of the group must reach each call. Dispatch: one workgroup a row.

var<workgroup> lanes: array<f32, 64>;
fn rowOf(g: vec3u, w: vec3u, groups: vec3u) -> u32 {
  return w.x + w.y * groups.x;
}
fn laneOf(l: u32) -> u32 {
  return l;
}
fn sumLanes(value: f32, l: u32) -> f32 {
  lanes[l] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half >>= 1u) {
    if (l < half) { lanes[l] += lanes[l + half]; }
    workgroupBarrier();
  }
  let all = lanes[0];
  workgroupBarrier();
  return all;
}
fn maxLanes(value: f32, l: u32) -> f32 {
  lanes[l] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half >>= 1u) {
    if (l < half) { lanes[l] = max(lanes[l], lanes[l + half]); }
    workgroupBarrier();
  }
  let all = lanes[0];
  workgroupBarrier();
  return all;
}
