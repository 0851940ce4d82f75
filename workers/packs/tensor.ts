/* The pack `tensor`: the compute library with its devices, as one classic script. `start` chooses the device once an engine; `enter` is
   called around each stretch of a cell's code; the rest is what cells see (src/stdlib/tensor.ts binds it). */

import type { Host } from '../../src/stdlib/host.ts';
import { nn, optim, random, Tensor, tensor, tensorDraws, TensorError } from '../../src/tensor/index.ts';
import { rowMajor } from '../../src/tensor/reading.ts';
import { setDefaultGenerator } from '../../src/tensor/random.ts';
import type { Generator } from '../../src/base/random.ts';
import { factsOf, type TensorFacts } from '../../src/output/kinds.ts';
import { outputOf } from '../../src/output/inspect.ts';
import { lookOf, type Look } from '../../src/output/look.ts';
import { threadScript } from '../../kernels/wasm/thread.ts';
import type { ThreadLike } from '../../kernels/wasm/module.ts';
import { canShare } from '../../kernels/wasm/module.ts';
import { chooseDevice, provideDevices } from '../tensor/devices.ts';
import { openGpu } from '../tensor/gpu.ts';
import { createWebGpuBackend } from '../../kernels/webgpu/backend.ts';
import { apart, fetchParts, provideParts } from '../../src/base/apart.ts';
import { namesIn, partLoader } from '../tensor/parts.ts';
import { getDefaultDevice } from '../../src/tensor/device.ts';
import { createOwnership } from '../tensor/ownership.ts';
import { lookAt, showTensor } from '../tensor/show.ts';
import { reach } from '../tensor/reach.ts';

/** What a notebook on wasm does without. */
const far = apart('gpu', { createWebGpuBackend, openGpu });

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
/** Cells whose names have been looked through. */
const known = new WeakSet<object>();

/** Loads ahead what a cell names of the library; undefined where it is there. What this misses is loaded when it is used. */
function ahead(host: Host, cell: string): Promise<void> | undefined {
  const record = host.program.cells.get(cell)?.record;
  if (!record || known.has(record)) return undefined;
  known.add(record);
  return fetchParts(namesIn(record), getDefaultDevice() === 'webgpu' ? 'gpu' : undefined)?.catch(() => {});
}

const provide = ({ options }: Host): void => provideParts(partLoader(options.packs['tensor'] ?? ''));

/** Chooses and reports the device; again after a failure. `generator`: that of the running evaluation. */
function start(host: Host, generator: () => Generator, kernels?: Promise<Uint8Array | undefined>): Promise<void> {
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
    ...(kernels ? { ahead: kernels } : {}),
    threads,
    loadWebGpu: () => Promise.resolve(fetchParts(['createWebGpuBackend'])).then(() => far),
    ...(Thread
      ? { createThread: () => new Thread((script ??= URL.createObjectURL(new Blob([threadScript], { type: 'text/javascript' })))) }
      : {}),
  });
  provide(host);
  const named = [...host.program.cells.values()].flatMap(({ record }) => {
    known.add(record);
    return namesIn(record);
  });
  const soon = fetchParts(named);
  started = Promise.all([chooseDevice(backend), soon?.catch(() => {})]).then(async ([report]) => {
    if (report.backend === 'webgpu') await fetchParts(named, 'gpu')?.catch(() => {});
    host.report(report);
  });
  starts.set(host, started);
  started.catch(() => starts.delete(host));
  return started;
}

/** What `gradus:tensor` exports (tensor-api.md 1); what lies apart stays so until it is read. */
const module: Readonly<Record<string, unknown>> = { tensor, nn, optim, random, Tensor, TensorError };
const beside = [
  'grad',
  'valueAndGrad',
  'vjp',
  'jvp',
  'jacobian',
  'hessian',
  'noGrad',
  'compile',
  'scope',
  'checkpoint',
  'data',
  'linalg',
  'fft',
];
for (const name of [...beside, 'saveSafetensors', 'loadSafetensors'])
  Object.defineProperty(module, name, Object.getOwnPropertyDescriptor(tensor, name)!);

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['tensor'] = {
  start,
  ahead,
  module,
  tensorDraws,
  createOwnership,
  read,
  /** `gpu` alone needs no device of the library's. */
  async openGpu(host: Host) {
    provide(host);
    await fetchParts(['openGpu']);
    return far.openGpu();
  },
};
