/* `gpu` of a cell (notebook.md 3): facts of the adapter, the memory that tensors hold on it, and kernels of one's own from WGSL text. */

import type { AdapterFacts } from '../../kernels/webgpu/adapter.ts';
import { findAdapter } from '../../kernels/webgpu/adapter.ts';
import { createKernel, type Kernel } from '../../kernels/webgpu/custom.ts';
import { getDefaultDevice } from '../../src/tensor/device.ts';
import { totals } from '../../src/tensor/storage.ts';
import { whyNoAdapter } from './devices.ts';
import { sharedGpu } from './one-gpu.ts';

/** A kernel that is on its way: callable at once, and awaited like a promise of itself. */
export type LaterKernel = Kernel & PromiseLike<Kernel>;

export interface GpuFacts extends Partial<AdapterFacts> {
  readonly available: boolean;
  /** Why not, or what kind of adapter it is. */
  readonly reason: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  /** What tensors hold on the GPU now; 0 where they are computed elsewhere. */
  memory(): {
    readonly tensors: number;
    readonly buffers: number;
    readonly bytes: number;
    readonly peakBytes: number;
    readonly budgetBytes: number;
  };
  /** The function that a `wgsl` cell would define: `await k({ bindings }, { workgroups })` resolves to the arrays that it wrote. */
  kernel(text: string): LaterKernel;
}

/** The facts of this browser's GPU. Never rejects: where there is none, `available` is false and `kernel` throws. */
export async function openGpu(): Promise<GpuFacts> {
  const found = await findAdapter();
  const reason = !found ? whyNoAdapter() : found.facts.software ? 'a software adapter' : 'a real GPU';
  return {
    available: found !== undefined,
    reason,
    ...found?.facts,
    limits: found ? limitsOf(found.adapter) : {},
    features: found ? [...found.adapter.features].sort() : [],
    memory: () => {
      const { tensors, buffers, bytes, peakBytes, budgetBytes } = totals;
      return getDefaultDevice() === 'webgpu'
        ? { tensors, buffers, bytes, peakBytes, budgetBytes }
        : { tensors: 0, buffers: 0, bytes: 0, peakBytes: 0, budgetBytes };
    },
    kernel: (text) => {
      if (typeof text !== 'string')
        throw new TypeError(`gpu.kernel: expected WGSL text, got ${text === null ? 'null' : typeof text}. Write gpu.kernel(\`…\`).`);
      if (!found)
        throw new Error(
          `gpu.kernel: expected a browser with WebGPU, ${reason}. Open the notebook in a current Chrome, Edge or Safari; tensors need no GPU.`,
        );
      const here = new Error(); // what the compiler says later has no frame of the cell
      return later(
        sharedGpu()
          .then(({ device }) => createKernel(device, text))
          .catch((error: unknown) => {
            if (error instanceof Error) error.stack = here.stack ?? '';
            throw error;
          }),
      );
    },
  };
}

function later(made: Promise<Kernel>): LaterKernel {
  let kernel: Kernel | undefined;
  made.then(
    (ready) => (kernel = ready),
    () => {}, // told to whoever awaits or calls it
  );
  const run: Kernel = Object.defineProperties(async (...args: Parameters<Kernel>) => (await made)(...args), {
    bindings: { get: () => kernel?.bindings ?? [] },
    milliseconds: { get: () => kernel?.milliseconds },
  }) as unknown as Kernel;
  // oxlint-disable-next-line unicorn/no-thenable -- so that a definition waits for the compiler, and its errors stand at the cell
  return Object.assign(run, { then: made.then.bind(made) }) as LaterKernel;
}

function limitsOf({ limits }: GPUAdapter): Record<string, number> {
  const out: Record<string, number> = {};
  for (const key in limits) {
    const value = (limits as unknown as Record<string, unknown>)[key];
    if (typeof value === 'number') out[key] = value;
  }
  return out;
}
