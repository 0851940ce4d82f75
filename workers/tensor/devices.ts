/* The devices of tensors in a browser's worker: how wasm and webgpu start, and which one a notebook computes on. What the command line
   asks for is obeyed or refused with the reason; otherwise a real GPU gives webgpu, a software adapter or none gives wasm, and js is the last resort. */

import { findAdapter } from '../../kernels/webgpu/adapter.ts';
import type { createWebGpuBackend } from '../../kernels/webgpu/backend.ts';
import { createWasmBackend } from '../../kernels/wasm/backend.ts';
import type { ThreadLike } from '../../kernels/wasm/module.ts';
import type { Backend, DeviceName } from '../../kernels/types.ts';
import { provide, setDefaultDevice, startDevice } from '../../src/tensor/device.ts';
import type { Report, StartOptions } from '../../src/engine/protocol.ts';
import { sharedGpu } from './one-gpu.ts';

export type BackendReport = Extract<Report, { kind: 'backend' }>;

export interface DeviceOptions {
  /** Address of the compiled wasm kernels. */
  readonly kernels: string;
  /** The kernels themselves, where they are on their way already; undefined from it: they are fetched anew. */
  readonly ahead?: Promise<Uint8Array | undefined>;
  /** Makes a helper thread; absent where there can be none. */
  readonly createThread?: () => ThreadLike;
  /** How many threads compute, at most. */
  readonly threads: number;
  /** Loads the webgpu backend, which a notebook on wasm does without. */
  readonly loadWebGpu: () => Promise<{ readonly createWebGpuBackend: typeof createWebGpuBackend }>;
}

/** Makes wasm and webgpu known to the library, without starting them. */
export function provideDevices({ kernels: address, ahead, createThread, threads, loadWebGpu }: DeviceOptions): void {
  provide('wasm', {
    probe: async () => ({
      name: 'wasm',
      available: hasSimd(),
      reason: hasSimd() ? threadsSaid(threads) : 'this browser has no WebAssembly SIMD',
      adapter: null,
      float16: false,
      real: false,
    }),
    create: async () => {
      const kernels = (await ahead) ?? address;
      const alone = { kernels, threads: 1 };
      if (!createThread || threads < 2) return (await createWasmBackend(alone)) as Backend;
      // A frame of an opaque origin may have no workers of its own.
      return (await createWasmBackend({ kernels, threads, createThread }).catch(() => createWasmBackend(alone))) as Backend;
    },
  });
  provide('webgpu', {
    probe: async () => {
      const found = await findAdapter();
      if (!found) return { name: 'webgpu', available: false, reason: whyNoAdapter(), adapter: null, float16: false, real: false };
      const { name, software, float16 } = found.facts;
      return {
        name: 'webgpu',
        available: true,
        reason: software ? 'a software adapter' : 'a real GPU',
        adapter: name,
        float16,
        real: !software,
      };
    },
    create: async () => {
      // wasm computes the first steps, while shaders are compiled.
      const [{ device, facts }, backend] = await Promise.all([sharedGpu(), loadWebGpu()]);
      return (await backend.createWebGpuBackend(device, facts, startDevice('wasm'))) as unknown as Backend;
    },
  });
}

const threadsSaid = (threads: number): string => (threads > 1 ? `SIMD, ${threads} threads` : 'SIMD, one thread');
export const whyNoAdapter = (): string =>
  (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu ? 'the browser gives no GPU adapter' : 'this browser has no WebGPU';

/** Starts the device of a notebook and says which one, and why. Rejects when the requested one cannot be had. */
export async function chooseDevice(requested: StartOptions['backend']): Promise<BackendReport> {
  if (requested) {
    const failed = await start(requested);
    if (failed !== undefined)
      throw new Error(
        `tensor: backend ${requested} was asked for and cannot start: ${failed}. Leave --backend out to take what is there; in a page, choose another in “Compute on…”.`,
      );
    const adapter = requested === 'webgpu' ? (await sharedGpu()).facts.name : '';
    return { kind: 'backend', backend: requested, adapter, why: 'asked for' };
  }
  // A GPU needs wasm too, for its first steps; if it fails, it is tried again and says why.
  startDevice('wasm').catch(() => {});
  const found = await findAdapter();
  let why = !found ? whyNoAdapter() : found.facts.software ? `${found.facts.name} is a software adapter, slower than wasm` : '';
  if (found && !why) {
    const failed = await start('webgpu');
    if (failed === undefined) return { kind: 'backend', backend: 'webgpu', adapter: found.facts.name, why: 'a real GPU is there' };
    why = `webgpu could not start: ${failed}`;
  }
  const failed = await start('wasm');
  if (failed === undefined) return { kind: 'backend', backend: 'wasm', adapter: '', why };
  await setDefaultDevice('js');
  return { kind: 'backend', backend: 'js', adapter: '', why: `${why}; wasm could not start: ${failed}` };
}

async function start(name: DeviceName): Promise<string | undefined> {
  try {
    await setDefaultDevice(name);
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
  }
}

/** Whether WebAssembly has SIMD: a module of one function that returns a vector. */
function hasSimd(): boolean {
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(bytes));
}
