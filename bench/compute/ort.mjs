/* ONNX Runtime as a rival, on wasm and webgpu: forward graphs alone, since onnxruntime-web trains nothing. On webgpu inputs and
   results stay in the adapter's buffers. */

import { gpt, gptBatch } from './gpt.mjs';
import { models } from './onnx.mjs';
import { inputs } from './workloads.mjs';

const scripts = { wasm: 'ort.wasm.min.mjs', webgpu: 'ort.webgpu.min.mjs' };

export async function load({ threads, backends, ortFiles }) {
  const builds = {};
  for (const backend of backends) {
    const ort = await import(/* a build of its own for each backend, as shipped */ `${ortFiles}${scripts[backend]}`);
    ort.env.wasm.wasmPaths = ortFiles;
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    builds[backend] = ort;
  }
  return { use: async () => undefined, prepare: (backend, workload) => prepare(builds[backend], backend, workload) };
}

async function prepare(ort, backend, workload) {
  if (!(workload in models)) throw new Error('onnxruntime-web has no training and no gradients');
  const { model, given, result } = models[workload]();
  const onGpu = backend === 'webgpu' && workload !== 'token' && workload !== 'tiny';
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [backend],
    graphOptimizationLevel: 'all',
    ...(onGpu ? { preferredOutputLocation: 'gpu-buffer' } : {}),
  });
  const device = backend === 'webgpu' ? await ort.env.webgpu.device : undefined;
  const hosts = workload === 'token' ? { ids: BigInt64Array.from(gptBatch(gpt, 0).ids.slice(0, gpt.context), BigInt) } : inputs[workload]();
  const feeds = Object.fromEntries(
    given.map(({ name, shape, type }) => {
      if (!onGpu) return [name, new ort.Tensor(type ? 'int64' : 'float32', hosts[name], shape)];
      const buffer = device.createBuffer({
        size: hosts[name].byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      });
      device.queue.writeBuffer(buffer, 0, hosts[name]);
      return [name, ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape })];
    }),
  );
  let last = null;
  return {
    async issue() {
      if (onGpu) last?.dispose();
      last = (await session.run(feeds)).y;
    },
    settle: () => (onGpu ? device.queue.onSubmittedWorkDone() : undefined),
    result: () => (onGpu ? last.getData() : last.data),
    dispose: () => session.release(),
    length: result.shape.reduce((n, m) => n * m, 1),
  };
}
