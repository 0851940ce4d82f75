/* The compiled kernels as instances: one for the caller, one for each helper thread, all on one memory; of the second module (more.as) likewise.
   The binaries import a shared memory. Without shared memory one byte of it is changed and everything runs on the calling thread;
   results are the same bit for bit, since what is computed depends on tiles, never on who computes them. */

export interface KernelExports {
  /** Writes the table of constants; once for a memory, before anything else. */
  prepare(): void;
  /** Runs `count` records from byte `pointer` on. */
  runTape(pointer: number, count: number): void;
  /** How many threads share the work, the calling one included. */
  setThreads(count: number): void;
  /** A helper's life, until the control block says stop or another round. */
  help(index: number, round: number): void;
}

/** The second module: kernels that few programs use. */
export interface MoreKernels {
  execute(record: number, tile: number): void;
}

/** What a helper thread (thread.ts) is sent: first the kernels, in the next round those of the second module. */
export interface ThreadMessage {
  readonly kind: 'kernels' | 'more';
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 1, 2, … */
  readonly index: number;
  readonly round: number;
}

/** What is needed of a worker; its script is `threadScript`. */
export interface ThreadLike {
  postMessage(message: ThreadMessage): void;
  terminate(): unknown;
}

/** Whether this place can share memory with workers. */
export function canShare(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/** `more`: what runs a tile that only the second module can compute. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  more: MoreKernels['execute'] = () => {
    throw new Error('kernels: the second module is not there.');
  },
): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory, more } }).exports as unknown as KernelExports;
}

export const instantiateMore = (module: WebAssembly.Module, memory: WebAssembly.Memory): MoreKernels =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as MoreKernels;

/** The same module importing a memory that is not shared: the limits byte of its imported memory loses its bit "shared". */
export function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  let at = 8; // behind magic and version
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = copy[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const skipName = () => {
    const length = number();
    at += length;
  };
  while (at < copy.length) {
    const section = copy[at++];
    const size = number();
    if (section !== 2) {
      at += size;
      continue;
    }
    for (let left = number(); left > 0; left--) {
      skipName();
      skipName();
      const kind = copy[at++];
      if (kind === 0) {
        number();
        continue;
      }
      if (kind !== 2) throw new Error(`kernels: expected imports of functions and memory only, got kind ${kind}.`);
      copy[at]! &= ~2;
      return copy;
    }
  }
  throw new Error('kernels: expected a module that imports a memory, got one that does not.');
}

/**
 * The same module with fused multiply-add: `a·b` made, a local or a constant pushed, `add` becomes both factors and the
 * third pushed, `relaxed_madd`. Twice as fast on processors
 * whose multipliers also add. The module itself where that instruction is unknown. Each changed place keeps its length, so nothing else moves.
 *
 * @source WebAssembly relaxed SIMD: f32x4.mul is FD E6 01, f32x4.add FD E4 01, f32x4.relaxed_madd FD 85 02; a nop is 01.
 */
export function fused(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!WebAssembly.validate(relaxedProbe)) return bytes;
  const copy = new Uint8Array(bytes);
  for (let at = copy.indexOf(0xe6, 9); at > 0 && at + 8 <= copy.length; at = copy.indexOf(0xe6, at + 1)) {
    if (copy[at - 1] !== 0xfd || copy[at + 1] !== 0x01) continue;
    const end = afterPush(copy, at + 2);
    if (end === undefined || copy[end] !== 0xfd || copy[end + 1] !== 0xe4 || copy[end + 2] !== 0x01) continue;
    copy.fill(1, at - 1, at + 2);
    copy.set([0xfd, 0x85, 0x02], end);
  }
  return copy;
}

// prettier-ignore
/** (module (func (param v128 v128 v128) (result v128) local.get 0 1 2 f32x4.relaxed_madd)): to validate it takes no time, the kernels some milliseconds. */
const relaxedProbe = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11]);

/** The end of what pushes one value at `at`: a local (20 INDEX) or a constant of the table (41 ADDRESS FD 09 ALIGN OFFSET). */
function afterPush(bytes: Uint8Array, at: number): number | undefined {
  const skipNumber = (from: number) => {
    while (bytes[from]! >= 128) from++;
    return from + 1;
  };
  if (bytes[at] === 0x20) return skipNumber(at + 1);
  if (bytes[at] !== 0x41) return undefined;
  const load = skipNumber(at + 1);
  return bytes[load] === 0xfd && bytes[load + 1] === 0x09 ? skipNumber(skipNumber(load + 2)) : undefined;
}
