/* The worker of the bench's page: loads rivals, prepares their tasks, checks them against float64 and times them. The page sends
   `{ id, call, args }` and gets `{ id, value }` or `{ id, error }`. Everything runs here, one thing at a time. */

import { gptBatch, plainGpt, small } from './gpt.mjs';
import { skipWork, takeCounts, watchGpu } from './count.mjs';
import { createWasmPeak, createWgslPeak } from './peaks.mjs';
import { checkedSteps, errorOf, training } from './workloads.mjs';

watchGpu();

const loaders = {
  gradus: () => import('./gradus.js'),
  jax: () => import('./jax.js'),
  tfjs: () => import('./tfjs.js'),
  ort: () => import('./ort.js'),
  plain: () => import('./plain.js'),
};
const rivals = new Map();
const tasks = new Map();
const peaks = {};

const taskOf = (engine, backend, workload) => {
  const task = tasks.get(`${engine} ${backend} ${workload}`);
  if (!task) throw new Error(`bench: ${workload} has not been prepared on ${engine} ${backend}.`);
  return task;
};
const use = (engine, backend) => rivals.get(engine).use(backend);

async function runs(task, count) {
  for (let i = 0; i < count; i++) await task.issue();
  return task.settle();
}

const calls = {
  async adapter() {
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter) throw new Error('bench: expected a WebGPU adapter, the browser offers none. Start Chromium with software WebGPU.');
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    return { adapter: [vendor, architecture || device || description].filter(Boolean).join(' '), fallback: isFallbackAdapter === true };
  },
  isolated: () => globalThis.crossOriginIsolated === true,

  async load(engine, options) {
    if (!rivals.has(engine)) rivals.set(engine, await (await loaders[engine]()).load(options));
  },

  /** Makes a task, runs it until it is right, and answers with its error and the ms of one run. */
  async prepare(engine, backend, workload) {
    await use(engine, backend);
    const task = await rivals.get(engine).prepare(backend, workload);
    let error;
    if (training.has(workload)) {
      const losses = [];
      for (let k = 0; k < checkedSteps; k++) {
        await task.issue();
        await task.settle();
        losses.push(await task.loss());
      }
      error = errorOf(workload, losses);
    } else {
      await runs(task, 1);
      error = errorOf(workload === 'cached' ? 'token' : workload, await task.result());
    }
    if (!(error <= 2e-5)) throw new Error(`off by ${error.toExponential(1)} of the largest expected value`);
    tasks.set(`${engine} ${backend} ${workload}`, task);
    const began = performance.now();
    await runs(task, 1);
    return { error, ms: performance.now() - began };
  },

  /** ms of one run, of `count` in a row and one wait for all. */
  async time(engine, backend, workload, count) {
    await use(engine, backend);
    const task = taskOf(engine, backend, workload);
    const began = performance.now();
    await runs(task, count);
    return (performance.now() - began) / count;
  },

  /** What one run does to the WebGPU API, the ms of script to issue it, and the ms of a run whose dispatches do nothing. */
  async count(engine, backend, workload, count) {
    await use(engine, backend);
    const task = taskOf(engine, backend, workload);
    await runs(task, 1);
    skipWork(true);
    try {
      // Five runs and a wait less one run and a wait: what the wait itself asks for falls out.
      takeCounts();
      await runs(task, 1);
      const one = takeCounts();
      await runs(task, 5);
      const five = takeCounts();
      const perRun = Object.fromEntries(Object.keys(one).map((key) => [key, (five[key] - one[key]) / 4]));
      const issue = [];
      const whole = [];
      const start = performance.now();
      while (whole.length < count || (whole.length < 20 * count && performance.now() - start < 500)) {
        const began = performance.now();
        await task.issue();
        issue.push(performance.now() - began);
        await task.settle();
        whole.push(performance.now() - began);
      }
      return {
        ...perRun,
        issueMs: Math.min(...issue),
        emptyMs: Math.min(...whole),
        emptyMedianMs: whole.sort((a, b) => a - b)[whole.length >> 1],
      };
    } finally {
      skipWork(false);
    }
  },

  /** Losses of `count` further steps, each read. */
  async losses(engine, backend, workload, count) {
    await use(engine, backend);
    const task = await rivals.get(engine).prepare(backend, workload);
    const losses = [];
    for (let k = 0; k < count; k++) {
      await task.issue();
      await task.settle();
      losses.push(await task.loss());
    }
    return losses;
  },

  /** The same curve by plain loops in float64. */
  referenceLosses(count) {
    const model = plainGpt(Float64Array, small);
    return Array.from({ length: count }, (_, k) => {
      const { ids, targets } = gptBatch(small, k);
      return model.train(ids, targets);
    });
  },

  async contract(backend, every) {
    await use('gradus', backend);
    return rivals.get('gradus').contract(backend, every);
  },

  async forget(engine, backend, workload) {
    await use(engine, backend);
    await tasks.get(`${engine} ${backend} ${workload}`)?.dispose?.();
    tasks.delete(`${engine} ${backend} ${workload}`);
  },

  /** GFLOP/s of the machine's own loop. */
  async wasmPeak(threads) {
    peaks.wasm ??= await createWasmPeak(threads);
    return peaks.wasm.measure(40);
  },
  async wgslPeak() {
    peaks.wgsl ??= createWgslPeak(await (await navigator.gpu.requestAdapter()).requestDevice());
    return peaks.wgsl.measure();
  },
};

onmessage = async ({ data: { id, call, args } }) => {
  try {
    postMessage({ id, value: await calls[call](...args) });
  } catch (error) {
    postMessage({ id, error: error instanceof Error ? `${error.message}` : String(error), stack: error?.stack });
  }
};
