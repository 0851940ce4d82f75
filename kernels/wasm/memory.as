/* Words of an instruction, addresses of the control block, and each thread's scratch memory.

   An instruction is a record of 32-bit words: operation, tiles (independent pieces of its work), its own length in bytes, 1
   where the calling thread does all tiles; then what the operation reads (words 4 …). Kernels are functions (record, tile): they may run on any thread, in any order. */

/** Byte addresses of the control block, the first page's start: `STATE` is (record << 32 | tiles not yet taken). */
export const STATE: usize = 64;
export const DONE: usize = 128;
export const SLEEPERS: usize = 192;
export const WAKE: usize = 256;
export const STOP: usize = 320;
export const MAIN_WAITS: usize = 384;
/** Changes when there is more for helpers to load: each leaves, and comes back with it. `INSIDE` of them are at work. */
export const ROUND: usize = 456;
export const INSIDE: usize = 512;
/** 24 kB that nothing else uses, between the module's data and an eager call's record. */
export const WARM: usize = 8192;
/** Where the threads' scratch begins, and bytes of it for each. */
export const SCRATCH_BASE: usize = 448;
export const SCRATCH_SIZE: usize = 452;

/** This thread: 0 is the one that called; a global of the instance, so each thread has its own. */
let thread: i32 = 0;

export function setThread(index: i32): void {
  thread = index;
}

/** This thread's scratch memory, 64-byte aligned, of the size that the instruction asked for. */
@inline
export function scratch(): usize {
  return <usize>load<u32>(SCRATCH_BASE) + <usize>(load<u32>(SCRATCH_SIZE) * <u32>thread);
}

/** Word `i` of a record as an integer. */
@inline
export function word(p: usize, i: i32): i32 {
  return load<i32>(p + ((<usize>i) << 2));
}

/** Word `i` of a record as an address. */
@inline
export function address(p: usize, i: i32): usize {
  return <usize>load<u32>(p + ((<usize>i) << 2));
}

/** Word `i` of a record as a float. */
@inline
export function float(p: usize, i: i32): f32 {
  return load<f32>(p + ((<usize>i) << 2));
}

@inline
export function tilesOf(p: usize): i32 {
  return load<i32>(p, 4);
}
