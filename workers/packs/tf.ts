/* The pack `tf`: tfjs with its cpu, wasm and webgpu backends, as one classic script. `create` chooses the backend once an
   engine and gives every evaluation the same library, with its tensors on that evaluation's account (stdlib/tf). */

import { restoreFrames } from '../../src/stdlib/tf/unframed.ts';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { joins } from '../../src/base/one-gpu.ts';
import type { Evaluation, Host } from '../../src/stdlib/host.ts';
import { chooseBackend, type Gpu } from '../../src/stdlib/tf/backend.ts';
import { trackTensors } from '../../src/stdlib/tf/ownership.ts';
import { sharedGpu } from '../tensor/one-gpu.ts';
import { transposeBeforeMatMul } from '../../src/stdlib/tf/wasm-matmul.ts';

restoreFrames();

let own: ((evaluation: Evaluation) => void) | undefined;
let started: Promise<unknown> | undefined;

transposeBeforeMatMul(tf);

// On the engine's one GPU device, so that tensors can share buffers.
if (tf.findBackendFactory('webgpu')) {
  tf.removeBackend('webgpu');
  tf.registerBackend(
    'webgpu',
    async () => {
      const { device, info } = await sharedGpu();
      joins(tf.Tensor, device);
      return new WebGPUBackend(device, info);
    },
    3,
  );
}

async function start(host: Host): Promise<void> {
  tf.enableProdMode();
  setWasmPaths(`${host.options.base}packs/`);
  host.report(await chooseBackend(tf, host.options.backend, (navigator as { gpu?: Gpu }).gpu));
}

/** Resolves to tfjs, its backend chosen and reported; what `evaluation` makes with it is freed as notebook.md 2 says. */
async function create(host: Host, evaluation: Evaluation): Promise<typeof tf> {
  started ??= start(host);
  await started.catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  own ??= trackTensors(tf, host);
  own(evaluation);
  return tf;
}

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['tf'] = { create };
