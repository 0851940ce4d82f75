/* onnxruntime-web inside an engine: its files come from this site, its threads are those that an isolated worker may have, and what it
   logs below an error stays quiet. Both packs (wasm, webgpu) are made here; sessions on WebGPU compute on the engine's one device, so that
   tensors can share buffers with them. */

import { joins } from '../src/base/one-gpu.ts';
import type { Host } from '../src/stdlib/host.ts';
import { sharedGpu } from './tensor/one-gpu.ts';

interface Session {
  run(feeds: Readonly<Record<string, Value>>, ...rest: unknown[]): Promise<unknown>;
}
interface Value {
  readonly location?: string;
  readonly type: string;
  readonly dims: readonly number[];
  getData?(): Promise<unknown>;
}
type Provider = string | { readonly name: string; readonly device?: unknown };

/** What is used of the library. */
interface Ort {
  readonly env: {
    logLevel?: string | undefined;
    readonly wasm: { wasmPaths?: unknown; numThreads?: number | undefined; proxy?: boolean | undefined };
  };
  readonly InferenceSession: { create(...args: never[]): Promise<unknown> };
  readonly Tensor: abstract new (...args: never[]) => unknown;
}

/** `build`: the name of the two files that this form of the library loads. */
export function createPack<Library extends Ort>(ort: Library, build: string): { create(host: Host): Library } {
  let told = false;
  return {
    create: ({ options: { packs } }) => {
      if (!told) {
        told = true;
        const { wasm } = ort.env;
        wasm.wasmPaths = { mjs: packs[`${build}.mjs`], wasm: packs[`${build}.wasm`] };
        wasm.proxy = false;
        wasm.numThreads = threadsHere();
        ort.env.logLevel = 'error';
        if (build.endsWith('asyncify')) shareDevice(ort);
      }
      return ort;
    },
  };
}

/** Sessions whose providers name webgpu without a device get the engine's; others read what lies on the GPU before they run. */
function shareDevice(ort: Ort): void {
  const library = ort.InferenceSession as unknown as { create(...args: unknown[]): Promise<Session> };
  const make = library.create.bind(library);
  library.create = async (...args) => {
    const at = args.findIndex((arg) => typeof arg === 'object' && arg !== null && 'executionProviders' in arg);
    const options = args[at] as { readonly executionProviders?: readonly Provider[] } | undefined;
    const named = (provider: Provider): boolean => (typeof provider === 'string' ? provider : provider.name) === 'webgpu';
    const wanted = options?.executionProviders?.find(named);
    const gpu =
      wanted !== undefined && (typeof wanted === 'string' || !wanted.device) ? await sharedGpu().catch(() => undefined) : undefined;
    if (gpu) {
      const given = { ...(typeof wanted === 'string' ? { name: wanted } : wanted), device: gpu.device };
      args[at] = { ...options, executionProviders: options!.executionProviders!.map((one) => (one === wanted ? given : one)) };
    }
    const session = await make(...args);
    if (gpu) joins(ort.Tensor, gpu.device);
    else {
      const run = session.run.bind(session);
      session.run = async (feeds, ...rest) => run(await onHost(ort, feeds), ...rest);
    }
    return session;
  };
}

async function onHost(ort: Ort, feeds: Readonly<Record<string, Value>>): Promise<Readonly<Record<string, Value>>> {
  const Copy = ort.Tensor as unknown as new (type: string, data: unknown, dims: readonly number[]) => Value;
  const entries = Object.entries(feeds ?? {}).map(async ([name, value]): Promise<[string, Value]> => {
    if (value?.location !== 'gpu-buffer' || !value.getData) return [name, value];
    return [name, new Copy(value.type, await value.getData(), value.dims)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** One where the page is not isolated: threads need shared memory. */
function threadsHere(): number {
  const { crossOriginIsolated, navigator } = globalThis as { crossOriginIsolated?: boolean; navigator?: { hardwareConcurrency?: number } };
  return crossOriginIsolated ? Math.min(4, navigator?.hardwareConcurrency ?? 1) : 1;
}
