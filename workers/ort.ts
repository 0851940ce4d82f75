/* onnxruntime-web inside an engine: its files come from this site, its threads are those that an isolated worker may have, and what it
   logs below an error stays quiet. Both packs (wasm, webgpu) are made here. */

import type { Host } from '../src/stdlib/host.ts';

/** What is used of the library. */
interface Ort {
  readonly env: {
    logLevel?: string | undefined;
    readonly wasm: { wasmPaths?: unknown; numThreads?: number | undefined; proxy?: boolean | undefined };
  };
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
      }
      return ort;
    },
  };
}

/** One where the page is not isolated: threads need shared memory. */
function threadsHere(): number {
  const { crossOriginIsolated, navigator } = globalThis as { crossOriginIsolated?: boolean; navigator?: { hardwareConcurrency?: number } };
  return crossOriginIsolated ? Math.min(4, navigator?.hardwareConcurrency ?? 1) : 1;
}
