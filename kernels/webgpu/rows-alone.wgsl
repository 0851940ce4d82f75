// Row-wise kernels where one invocation owns a row: 64 rows a workgroup, nothing shared, no barrier. For software adapters and
// many short rows. Linked by name where a kernel's LANES is 1. Dispatch: flat over rows.

fn rowOf(g: vec3u, w: vec3u, groups: vec3u) -> u32 {
  return g.x + g.y * groups.x * 64u;
}
fn laneOf(l: u32) -> u32 {
  return 0u;
}
fn sumLanes(value: f32, l: u32) -> f32 {
  return value;
}
fn maxLanes(value: f32, l: u32) -> f32 {
  return value;
}
