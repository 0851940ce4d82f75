/* The linear memory of the wasm backend: blocks of it handed out and taken back, and the typed arrays that look into it.
   Blocks come in size classes (four to each power of two, at least 64 bytes), each with its list of free blocks; new ones are cut from the
   end, growing the memory. Every block begins at a multiple of 64 bytes; 64 bytes behind the last one stay unused, for loads that reach too far. */

const PAGE = 65536;
/** First byte handed out: the control block, constants of the module and one eager call's record lie below. */
export const HEAP_BASE = 1 << 16;

export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** Views of the whole memory, made anew when it grows: do not keep them. */
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  /** A block of at least `bytes`. Throws a RangeError where memory ends. */
  allocate(bytes: number): number;
  free(pointer: number, bytes: number): void;
  /** Bytes of blocks handed out. */
  readonly usedBytes: number;
}

export function createHeap(memory: WebAssembly.Memory, limitBytes: number): Heap {
  return new LinearHeap(memory, limitBytes);
}

/** Bytes of the block that serves a request. */
export function blockSize(bytes: number): number {
  if (bytes <= 256) return Math.max(64, (bytes + 63) & ~63);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

class LinearHeap implements Heap {
  readonly memory: WebAssembly.Memory;
  u8!: Uint8Array;
  i32!: Int32Array;
  f32!: Float32Array;
  f64!: Float64Array;
  usedBytes = 0;
  readonly #limit: number;
  readonly #free = new Map<number, number[]>();
  #end = HEAP_BASE;

  constructor(memory: WebAssembly.Memory, limitBytes: number) {
    this.memory = memory;
    this.#limit = limitBytes;
    this.#look();
  }

  allocate(bytes: number): number {
    const size = blockSize(bytes);
    const pointer = this.#free.get(size)?.pop() ?? this.#cut(size) ?? this.#borrow(size);
    if (pointer === undefined) {
      throw new RangeError(
        `memory: expected room for ${bytes} bytes, got ${this.usedBytes} of ${this.#limit} bytes in use. Free tensors, or make smaller ones.`,
      );
    }
    this.usedBytes += size;
    return pointer;
  }

  free(pointer: number, bytes: number): void {
    const size = blockSize(bytes);
    this.usedBytes -= size;
    const list = this.#free.get(size);
    if (list) list.push(pointer);
    else this.#free.set(size, [pointer]);
  }

  #cut(size: number): number | undefined {
    const pointer = this.#end;
    const end = pointer + size;
    if (end + 64 > this.#limit) return undefined;
    const missing = end + 64 - this.memory.buffer.byteLength;
    if (missing > 0) {
      // By a quarter at least, so that growing stays rare.
      const wanted = Math.max(missing, this.memory.buffer.byteLength / 4);
      const pages = Math.min(Math.ceil(wanted / PAGE), Math.floor((this.#limit - this.memory.buffer.byteLength) / PAGE));
      try {
        this.memory.grow(Math.max(pages, Math.ceil(missing / PAGE)));
      } catch {
        return undefined;
      }
      this.#look();
    }
    this.#end = end;
    return pointer;
  }

  /** At the end of memory: a free block of a larger class is cut in two. */
  #borrow(size: number): number | undefined {
    let best = Infinity;
    for (const [other, list] of this.#free) if (other >= size + 64 && other < best && list.length > 0) best = other;
    if (best === Infinity) return undefined;
    const pointer = this.#free.get(best)!.pop()!;
    // The rest goes to the largest class it can serve.
    for (let at = pointer + size, left = best - size; left >= 64;) {
      let piece = 64;
      for (let next = blockSize(piece + 1); next <= left; next = blockSize(next + 1)) piece = next;
      const list = this.#free.get(piece);
      if (list) list.push(at);
      else this.#free.set(piece, [at]);
      at += piece;
      left -= piece;
    }
    return pointer;
  }

  #look(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}
