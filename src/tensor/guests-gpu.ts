/* Buffers that two libraries share on one GPU device (tensor-api.md 13). Lent: ours, held until the guest is through with it, even where the
   tensor is disposed of before. Taken: a guest's, held until our last tensor on it has gone. Neither is copied, but for a lent view
   that does not begin its buffer and for a taken buffer shorter than kernels bind (16 bytes at a time). */

import type { Gpu } from '../../kernels/webgpu/backend.ts';
import type { Block, Stored } from '../../kernels/webgpu/memory.ts';
import { backendOf, isRunning } from './device.ts';
import { contiguousStrides } from '../../kernels/operations.ts';
import { dense } from './dispatch.ts';
import { deviceOfGuest } from '../base/one-gpu.ts';
import type { DType } from './dtype.ts';
import type { Shape } from './shape.ts';
import { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

/** Our backend, where tensors of this class lie on its device. */
export function sharedWith(tensorClass: unknown): Gpu | null {
  if (typeof tensorClass !== 'function' || !isRunning('webgpu')) return null;
  const backend = backendOf('webgpu') as unknown as Gpu;
  return backend.name === 'webgpu' && deviceOfGuest(tensorClass) === backend.device ? backend : null;
}

export interface Loan {
  readonly buffer: GPUBuffer;
  /** The values as they are when asked. */
  read(): Promise<ArrayLike<number>>;
  /** The guest is through; more than once is harmless. */
  end(): void;
}

/** The buffer of a tensor whose numbers lie on the GPU alone; what we wrote is there for what the guest submits from now on. Null where the host has them. */
export async function lend(a: Tensor, gpu: Gpu): Promise<Loan | null> {
  if (a.device !== 'webgpu' || a.storage.host !== null || a.numel() === 0) return null;
  const x = dense(a);
  const length = x.numel();
  const own = x.storage.toDevice(backendOf('webgpu')) as Stored;
  const { memory, recorder, order } = gpu;
  const loan = await new Promise<Stored>((resolve) => {
    order.add(() => {
      const whole = own.offset === 0 && x.offset === 0;
      const made = whole ? memory.at(own.block, 0, length, x.dtype) : memory.store(length, x.dtype);
      if (!whole) recorder.copy(own, x.offset, made, 0, length);
      recorder.flush();
      resolve(made);
    });
  });
  return {
    buffer: loan.block.gpu,
    read: () => gpu.read([{ buffer: loan, offset: 0, length, dtype: x.dtype }]).then(([values]) => values!),
    end: () => gpu.free(loan),
  };
}

const lent = new FinalizationRegistry<Loan>((loan) => loan.end());

/** Ends the loan when the collector finds `holder` unreachable. */
export const endWith = (holder: object, loan: Loan): void => lent.register(holder, loan);

/** A tensor on a guest's buffer. `done` is called once, when nothing of ours uses it any more. */
export function take(buffer: GPUBuffer, shape: Shape, dtype: DType, gpu: Gpu, done: () => void): Tensor {
  const { memory, recorder } = gpu;
  const length = shape.reduce((product, size) => product * size, 1);
  const block: Block = {
    id: memory.number(),
    gpu: buffer,
    bytes: buffer.size,
    users: 0,
    touched: 0,
    leave: () => {
      // What is recorded reads it still.
      if (block.touched >= memory.recording) recorder.flush();
      done();
    },
  };
  let stored = memory.at(block, 0, length, dtype);
  if (buffer.size < Math.max(16, Math.ceil(length / 4) * 16)) {
    const guests = stored;
    stored = memory.store(length, dtype);
    const own = stored;
    gpu.order.add(() => recorder.copy(guests, 0, own, 0, length));
    gpu.free(guests);
  }
  const storage = new Storage(length, dtype, 'webgpu', null);
  storage.adopt(backendOf('webgpu'), stored);
  return new Tensor(storage, Object.freeze([...shape]), contiguousStrides(shape), 0, false);
}
