/* Which backend `tf` computes on. What the command line asks for is obeyed or refused with the reason; otherwise by what
   is there: a real GPU gives webgpu, a software adapter or none gives wasm, and js (tfjs calls it cpu) is the last resort. */

import { describeAdapter, isSoftware, type AdapterLike } from '../../base/adapter.ts';
import type { Report, StartOptions } from '../../engine/protocol.ts';
import type { TensorFlow } from './ownership.ts';

export type BackendReport = Extract<Report, { kind: 'backend' }>;

/** The part of `navigator.gpu` that is asked. */
export interface Gpu {
  requestAdapter(options?: { powerPreference?: 'high-performance' }): Promise<GpuAdapter | null>;
}
export type GpuAdapter = AdapterLike;

/** Sets the backend of `tf` and returns what was chosen and why. Rejects when the requested one cannot be had. */
export async function chooseBackend(
  tf: Pick<TensorFlow, 'setBackend' | 'ready'>,
  requested: StartOptions['backend'],
  gpu: Gpu | undefined,
): Promise<BackendReport> {
  const start = async (name: 'webgpu' | 'wasm' | 'cpu'): Promise<string | undefined> => {
    try {
      if (!(await tf.setBackend(name))) return `tfjs could not start ${name}`;
      await tf.ready();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error);
    }
  };
  const adapter =
    requested === 'wasm' || requested === 'js'
      ? undefined
      : await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  const adapterName = adapter ? describeAdapter(adapter) : '';

  if (requested) {
    const failed =
      requested === 'webgpu' && !adapter
        ? gpu
          ? 'the browser gives no adapter'
          : 'this browser has no WebGPU in workers'
        : await start(requested === 'js' ? 'cpu' : requested);
    if (failed)
      throw new Error(
        `tf: backend ${requested} was asked for and cannot start: ${failed}. Leave --backend out to take what is there; in a page, choose another in “Compute on…”.`,
      );
    return { kind: 'backend', backend: requested, adapter: adapterName, why: 'asked for' };
  }

  let why = !gpu
    ? 'this browser has no WebGPU'
    : !adapter
      ? 'the browser gives no GPU adapter'
      : isSoftware(adapter)
        ? `${adapterName} is a software adapter, slower than wasm`
        : '';
  if (adapter && !why) {
    const failed = await start('webgpu');
    if (!failed) return { kind: 'backend', backend: 'webgpu', adapter: adapterName, why: 'a real GPU is there' };
    why = `webgpu could not start: ${failed}`;
  }
  const failed = await start('wasm');
  if (!failed) return { kind: 'backend', backend: 'wasm', adapter: '', why };
  const last = await start('cpu');
  if (last) throw new Error(`tf: no backend could start: ${why}; wasm: ${failed}; js: ${last}.`);
  return { kind: 'backend', backend: 'js', adapter: '', why: `${why}; wasm could not start: ${failed}` };
}

/** Whether a library would compute on the GPU: asked for, or by what is there. */
export async function computesOnGpu(
  requested: StartOptions['backend'],
  gpu: Gpu | undefined = (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu,
): Promise<boolean> {
  if (requested) return requested === 'webgpu';
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  return adapter ? !isSoftware(adapter) : false;
}
