/* Memory of the device: GPUBuffers in size classes, kept when freed and handed out again, so that a steady loop creates none.
   A `Block` is one GPUBuffer; a `Stored` is a tensor's buffer, a range of a block that may be moved (plan.ts puts parameters
   side by side). Freed blocks are reused by later work at once: the device works in order. */

import { toHalf } from '../../src/base/half.ts';
import type { Counters, DType, HostArray } from '../types.ts';

export interface Block {
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** Ranges of it that are in use; it goes back to the pool with the last. */
  users: number;
  /** The recording that touched it last (`Recorder.recording`). */
  touched: number;
  /** Another library's buffer: called in the place of pooling it, when its last user is gone. */
  readonly leave?: () => void;
}

/** What `Backend.allocate` hands out on this device: words of 4 bytes, each an element, or two of float16. */
export interface Stored {
  block: Block;
  /** Bytes into the block, a multiple of 256. */
  offset: number;
  /** In words. */
  readonly length: number;
  readonly dtype: DType;
  freed: boolean;
}

/** How many words hold `length` elements. */
export const wordsFor = (length: number, dtype: DType): number => (dtype === 'float16' ? Math.ceil(length / 2) : length);

const USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST
const KEPT_BYTES = 256 * 2 ** 20;

export class Memory {
  readonly #device: GPUDevice;
  readonly #counters: Counters;
  readonly #fail: (error: Error) => void;
  readonly #free = new Map<number, Block[]>();
  #kept = 0;
  #ids = 0;
  /** Number of the recording that is open: blocks that it touched are not destroyed. */
  recording = 1;
  /** Counts moves of stored buffers: bind groups made before are stale. */
  moves = 0;

  constructor(device: GPUDevice, counters: Counters, fail: (error: Error) => void) {
    this.#device = device;
    this.#counters = counters;
    this.#fail = fail;
  }

  /** The number of a new block. */
  number(): number {
    return ++this.#ids;
  }

  /** A tensor's buffer in a block of its own. Throws a RangeError where the device has no buffers of that size. */
  store(length: number, dtype: DType): Stored {
    const words = wordsFor(length, dtype);
    return this.at(this.block(Math.max(words, 1) * 4), 0, words, dtype);
  }

  /** A range of a block as a tensor's buffer. */
  at(block: Block, offset: number, length: number, dtype: DType): Stored {
    block.users++;
    return { block, offset, length, dtype, freed: false };
  }

  /** Gives a tensor's buffer back. */
  release(stored: Stored): void {
    this.leave(stored.block);
  }

  leave(block: Block): void {
    if (--block.users > 0) return;
    if (block.leave) return block.leave();
    const list = this.#free.get(block.bytes);
    if (this.#kept + block.bytes > KEPT_BYTES) {
      this.#trim();
    }
    this.#kept += block.bytes;
    if (list) list.push(block);
    else this.#free.set(block.bytes, [block]);
  }

  /** A block of at least `bytes`, without users yet. */
  block(bytes: number): Block {
    const size = sizeClass(bytes);
    const reused = this.#free.get(size)?.pop();
    if (reused) {
      this.#kept -= size;
      return reused;
    }
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (size > most) {
      throw new RangeError(
        `allocate: expected at most ${most} bytes, the largest buffer of this device, got ${bytes}. Use smaller batches, or the device "wasm".`,
      );
    }
    this.#device.pushErrorScope('out-of-memory');
    const gpu = this.#device.createBuffer({ size, usage: USAGE });
    this.#device.popErrorScope().then(
      (error) => {
        if (error)
          this.#fail(
            new RangeError(`allocate: the device has no memory left for ${bytes} bytes. Dispose of tensors, or use smaller batches.`),
          );
      },
      () => {},
    );
    this.#counters.buffers++;
    return { id: this.number(), gpu, bytes: size, users: 0, touched: 0 };
  }

  /** Destroys what is kept, but for blocks that the open recording uses. What has been submitted still takes effect. */
  #trim(): void {
    for (const [size, list] of this.#free) {
      const used = list.filter((block) => block.touched >= this.recording);
      for (const block of list) if (!used.includes(block)) block.gpu.destroy();
      this.#kept -= size * (list.length - used.length);
      this.#free.set(size, used);
    }
  }

  dispose(): void {
    this.#trim();
  }
}

/** Powers of two and three steps between, from 256 bytes on: at most a quarter is wasted. */
function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const power = 2 ** Math.floor(Math.log2(bytes));
  const step = Math.max(256, power / 4);
  return Math.ceil(bytes / step) * step;
}

/** Host numbers as the device holds them: one word each, of float16 two to a word. */
export function asWords(data: HostArray, dtype?: DType): Float32Array | Int32Array | Uint32Array {
  if (dtype === 'float16') {
    const halves = new Uint16Array(2 * wordsFor(data.length, dtype));
    data.forEach((value, i) => (halves[i] = toHalf(value)));
    return new Uint32Array(halves.buffer);
  }
  if (data instanceof Uint8Array) return Uint32Array.from(data);
  if (data instanceof Float64Array) return Float32Array.from(data);
  return data;
}
