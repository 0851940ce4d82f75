/* The pack `tensor`: the compute library with its devices, as one classic script. `start` chooses the device once an engine; `enter` is
   called around each stretch of a cell's code; the rest is what cells see (src/stdlib/tensor.ts binds it). */

import type { Host } from '../../src/stdlib/host.ts';
import * as library from '../../src/tensor/index.ts';
import { rowMajor } from '../../src/tensor/reading.ts';
import { setDefaultGenerator } from '../../src/tensor/random.ts';
import type { Generator } from '../../src/base/random.ts';
import { factsOf, type TensorFacts } from '../../src/output/kinds.ts';
import { outputOf } from '../../src/output/inspect.ts';
import { lookOf, type Look } from '../../src/output/look.ts';
import { threadScript } from '../../kernels/wasm/thread.ts';
import type { ThreadLike } from '../../kernels/wasm/module.ts';
import { canShare } from '../../kernels/wasm/module.ts';
import { chooseDevice, provideDevices, type DeviceOptions } from '../tensor/devices.ts';
import { openGpu } from '../tensor/gpu.ts';
import { createOwnership } from '../tensor/ownership.ts';
import { lookAt, showTensor } from '../tensor/show.ts';
import { reach } from '../tensor/reach.ts';

const { Tensor, tensor, nn } = library;

/** Helper threads and the calling one; more than this many gain nothing on the sizes of a notebook. */
const maxThreads = 8;

/** Values of tensors that were read for `toJson`, until the next reading. */
let readings = new WeakMap<object, ArrayLike<number>>();

Object.defineProperties(Tensor.prototype, {
  [outputOf]: {
    value(this: InstanceType<typeof Tensor>) {
      return showTensor(this);
    },
  },
  [lookOf]: {
    value(this: InstanceType<typeof Tensor>, question: Look) {
      return lookAt(this, question);
    },
  },
  [factsOf]: {
    value(this: InstanceType<typeof Tensor>, limit: number): TensorFacts {
      const facts = { shape: this.shape, dtype: this.dtype };
      if (this.disposed || this.numel() > limit) return { ...facts, data: undefined };
      const { host } = this.storage;
      return { ...facts, data: host ? rowMajor(this, host) : this.device === 'webgpu' ? readings.get(this) : this.dataSync() };
    },
  },
});
Object.defineProperty((nn as unknown as { Module: { prototype: object } }).Module.prototype, outputOf, {
  value(this: object) {
    return { kind: 'text', text: String(this) };
  },
});

Object.defineProperty((library.optim.Optimizer as { prototype: object }).prototype, outputOf, {
  value(this: object) {
    return { kind: 'text', text: String(this) };
  },
});

/** Reads the small tensors on a GPU that these values hold; undefined where there are none. */
function read(values: readonly unknown[]): Promise<unknown> | undefined {
  const found = [...reach(values).tensors].filter(
    (t) => t.device === 'webgpu' && !t.disposed && t.storage.host === null && t.numel() <= 1000,
  );
  if (found.length === 0) return undefined;
  return tensor.readAll(found).then((arrays) => {
    readings = new WeakMap(found.map((t, i) => [t, arrays[i]!]));
  });
}

const starts = new WeakMap<Host, Promise<void>>();

/** Chooses and reports the device; again after a failure. `generator`: that of the running evaluation. */
function start(host: Host, generator: () => Generator): Promise<void> {
  let started = starts.get(host);
  if (started) return started;
  setDefaultGenerator(generator);
  const { packs, backend, threads: most = maxThreads } = host.options;
  const { Worker: Thread, navigator } = globalThis as {
    Worker?: new (url: string) => ThreadLike;
    navigator?: { hardwareConcurrency?: number };
  };
  const threads = Thread && canShare() ? Math.min(most, maxThreads, navigator?.hardwareConcurrency ?? 1) : 1;
  let script: string | undefined;
  provideDevices({
    kernels: packs['kernels'] ?? '',
    threads,
    loadWebGpu: () => host.load('webgpu') as ReturnType<DeviceOptions['loadWebGpu']>,
    ...(Thread
      ? { createThread: () => new Thread((script ??= URL.createObjectURL(new Blob([threadScript], { type: 'text/javascript' })))) }
      : {}),
  });
  started = chooseDevice(backend).then(host.report);
  starts.set(host, started);
  started.catch(() => starts.delete(host));
  return started;
}

/** What `gradus:tensor` exports (tensor-api.md 1). */
const exports: Record<string, unknown> = { ...tensor, ...library };
const names = [
  ...['tensor', 'nn', 'optim', 'random', 'Tensor', 'TensorError', 'grad', 'valueAndGrad', 'vjp', 'jvp', 'jacobian', 'hessian'],
  ...['noGrad', 'compile', 'scope', 'checkpoint', 'data', 'linalg', 'fft', 'saveSafetensors', 'loadSafetensors'],
];
const module: Readonly<Record<string, unknown>> = Object.fromEntries(
  names.flatMap((name) => (name in exports ? [[name, exports[name]]] : [])),
);

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['tensor'] = { start, module, tensorDraws: library.tensorDraws, createOwnership, read, openGpu };
