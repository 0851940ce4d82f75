/* The page of the browser tests (test/stories/kernels.story.ts): the contract suite on this backend, as real adapters run it and as
   software ones do, and what only this backend promises. Bundled to one script that puts `runs` on `globalThis`. */

import fc from 'fast-check';
import type { ContractReport } from '../contract.ts';
import { contractCases, runContract, runTogether } from '../contract.ts';
import type { ContractCase } from '../case.ts';
import type { OperationName } from '../operations.ts';
import { createJsBackend } from '../js/backend.ts';
import { runProgram, runProgramOn } from '../program/test-program.ts';
import { initialised, randomProgram, startingValue } from '../program/test-random.ts';
import { gptStep, mlpStep, startingNumbers } from '../program/test-steps.ts';
import type { Backend, Program, View } from '../types.ts';
import type { AdapterFacts } from './adapter.ts';
import { requestGpu } from './adapter.ts';
import type { WebGpuBackend } from './backend.ts';
import { createWebGpuBackend } from './backend.ts';
import { createKernel } from './custom.ts';
import { lowerings } from './lowerings.ts';
import type { Stored } from './memory.ts';

/** Operations whose kernels for real adapters differ. */
const varied: readonly OperationName[] = [
  'reduce',
  'scan',
  'softmax',
  'softmaxGrad',
  'layerNorm',
  'layerNormGrad',
  'crossEntropy',
  'crossEntropyGrad',
  'matmul',
  'scatter',
  'rowsAdd',
];

const supported = new Set(Object.keys(lowerings) as OperationName[]);

/** A fresh backend; `assumed` overrides what its adapter says of itself. */
export async function open(assumed: Partial<AdapterFacts> = {}): Promise<WebGpuBackend> {
  const { device, facts } = await requestGpu();
  return createWebGpuBackend(device, { ...facts, ...assumed });
}

/** Every case as a call of its own. */
export async function contract(): Promise<ContractReport & { fallbacks: number }> {
  const gpu = await open();
  const report = await runContract(gpu, { supported });
  const { fallbacks } = gpu.counters;
  gpu.dispose();
  return { ...report, fallbacks };
}

/** Every `step`-th case as a compiled program too. */
export async function compiled(step: number): Promise<ContractReport> {
  const gpu = await open();
  let at = 0;
  const report = await runContract(gpu, { supported, compiled: true, filter: () => at++ % step === 0 });
  gpu.dispose();
  return report;
}

/** Every `step`-th case of the kernels that real adapters run. */
export async function real(step: number): Promise<ContractReport> {
  const gpu = await open({ software: false });
  let at = 0;
  const small = ({ name }: ContractCase): boolean => !/\d{4}/.test(name);
  const report = await runContract(gpu, { supported, filter: (found) => varied.includes(found.op) && small(found) && at++ % step === 0 });
  gpu.dispose();
  return report;
}

/** Cases in sixes, far apart in the list, as one program each: kernels of all kinds side by side in one dispatch. As a real adapter would run them where `software` is false. */
export async function together(step: number, software = true): Promise<{ faults: string[]; programs: number }> {
  const gpu = await open({ software });
  const small = contractCases().filter(({ op, name }) => supported.has(op) && !/\d{4}/.test(name));
  const faults: string[] = [];
  let programs = 0;
  const sixth = Math.floor(small.length / 6);
  for (let i = 0; i < sixth; i += step, programs++) {
    faults.push(
      ...(await runTogether(
        gpu,
        [0, 1, 2, 3, 4, 5].map((k) => small[k * sixth + ((i * (k + 1)) % sixth)]!),
      )),
    );
  }
  gpu.dispose();
  return { faults, programs };
}

/** As `together`, with the kernels of real adapters. */
export const togetherReal = (step: number): Promise<{ faults: string[]; programs: number }> => together(step, false);

function view(buffer: Stored, shape: readonly number[], offset = 0): View<Stored> {
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, size) => product * size, 1));
  return { buffer, offset, shape, strides, dtype: buffer.dtype };
}

async function values(gpu: WebGpuBackend, buffer: Stored): Promise<number[]> {
  const [array] = await gpu.read([{ buffer, offset: 0, length: buffer.length, dtype: buffer.dtype }]);
  return [...array!];
}

/** A call that the device lacks between calls that it has: x + 1, then on the host, then doubled; and a write behind them. */
export async function hostSteps(): Promise<{ values: number[]; fallbacks: number }> {
  const gpu = await open();
  const x = gpu.allocate(4, 'float32');
  const y = gpu.allocate(4, 'int32');
  const one = gpu.allocate(1, 'float32');
  gpu.write(x, Float32Array.of(1, 2, 3, 4));
  gpu.write(one, Float32Array.of(1));
  const ones = { ...view(one, [4]), strides: [0] };
  gpu.run({ op: 'binary', inputs: [view(x, [4]), ones], outputs: [view(x, [4])], attributes: { fn: 'add' } });
  gpu.run({ op: 'iota', inputs: [], outputs: [view(y, [4])], attributes: { start: 0.5, step: 1.5 } }); // int32 of fractions: the host's
  gpu.run({ op: 'binary', inputs: [view(y, [4]), view(y, [4])], outputs: [view(y, [4])], attributes: { fn: 'add' } });
  gpu.write(x, Float32Array.of(9), 3);
  gpu.free(one);
  const result = [...(await values(gpu, x)), ...(await values(gpu, y))];
  const { fallbacks } = gpu.counters;
  gpu.dispose();
  return { values: result, fallbacks };
}

/** A program with a call that the device lacks, run twice: y = 2·(0.5 + 1.5 i as int32) + x. */
export async function programOnHost(): Promise<{ values: number[]; fallbacks: number }> {
  const gpu = await open();
  const at = (buffer: number): View<number> => ({ buffer, offset: 0, shape: [4], strides: [1], dtype: 'int32' });
  const [argument, inner, result] = [at(0), at(1), at(2)];
  const kinds = ['argument', 'inner', 'result'] as const;
  const step = gpu.compile({
    buffers: kinds.map((kind) => ({ kind, slot: 0, dtype: 'int32' as const, length: 4 })),
    calls: [
      { op: 'iota', inputs: [], outputs: [inner], attributes: { start: 0.5, step: 1.5 } },
      { op: 'binary', inputs: [inner, inner], outputs: [inner], attributes: { fn: 'add' } },
      { op: 'binary', inputs: [inner, argument], outputs: [result], attributes: { fn: 'add' } },
    ],
  });
  const [x, y] = [gpu.allocate(4, 'int32'), gpu.allocate(4, 'int32')];
  gpu.write(x, Int32Array.of(1, 2, 3, 4));
  step.run([view(x, [4])], [], [y]);
  gpu.write(x, Int32Array.of(10, 20, 30, 40));
  const first = await values(gpu, y);
  step.run([view(x, [4])], [], [y]);
  const result2 = [...first, ...(await values(gpu, y))];
  const { fallbacks } = gpu.counters;
  gpu.dispose();
  return { values: result2, fallbacks };
}

/** Input and output ranges of one buffer, apart from each other. */
export async function sharedBuffer(): Promise<number[]> {
  const gpu = await open();
  const x = gpu.allocate(128, 'float32');
  gpu.write(
    x,
    Float32Array.from({ length: 128 }, (_, i) => i),
  );
  gpu.run({ op: 'softmax', inputs: [view(x, [1, 4], 0)], outputs: [view(x, [1, 4], 64)], attributes: { log: false } });
  const result = (await values(gpu, x)).slice(64, 68);
  gpu.dispose();
  return result;
}

/** Two Adam steps of `count` parameters as a plan, the same eagerly, and what a run of the plan does. */
export async function adamPlan(
  count: number,
): Promise<{ planned: number[]; eager: number[]; dispatches: number; perRun: Record<string, number> }> {
  const length = 70;
  const results: number[][] = [];
  let dispatches = 0;
  const perRun: Record<string, number> = {};
  for (const planned of [true, false]) {
    const gpu = await open();
    const make = (value: (i: number) => number): Stored[] =>
      Array.from({ length: count }, (_, k) => {
        const buffer = gpu.allocate(length, 'float32');
        gpu.write(
          buffer,
          Float32Array.from({ length }, (_, i) => value(i + k)),
        );
        return buffer;
      });
    const [p, m, v] = [make(Math.sin), make(() => 0), make(() => 0)];
    const h = [0.1, 0.9, 0.999, 1e-8, 0.01, 0.1, 0.001, 0.001];
    const attributes = { count, decoupled: true, amsgrad: false, maximize: false };
    if (planned) {
      // Gradients are 2 p, computed inside.
      const held = [...p, ...m, ...v].map((buffer) => ({ kind: 'held' as const, buffer, dtype: 'float32' as const, length }));
      const buffers: Program['buffers'] = [
        { kind: 'feed', slot: 0, dtype: 'float32', length: 8 },
        ...held,
        ...p.map(() => ({ kind: 'inner' as const, dtype: 'float32' as const, length })),
      ];
      const at = (index: number): View<number> => ({ buffer: index, offset: 0, shape: [length], strides: [1], dtype: 'float32' });
      const list = (from: number): View<number>[] => p.map((_, k) => at(from + k));
      const [ps, ms, vs, gs] = [list(1), list(1 + count), list(1 + 2 * count), list(1 + 3 * count)];
      const calls: Program['calls'] = [
        ...p.map((_, k) => ({
          op: 'softmax' as const,
          inputs: [{ ...ps[k]!, shape: [1, length], strides: [length, 1] }],
          outputs: [{ ...gs[k]!, shape: [1, length], strides: [length, 1] }],
          attributes: { log: false },
        })),
        { op: 'adam', inputs: [{ ...at(0), shape: [8] }, ...ps, ...gs, ...ms, ...vs], outputs: [...ps, ...ms, ...vs], attributes },
      ];
      const step = gpu.compile({ buffers, calls });
      dispatches = step.plan.dispatches;
      step.run([], [Float32Array.from(h)], []);
      await gpu.sync();
      const before = { ...gpu.counters };
      step.run([], [Float32Array.from(h)], []);
      await gpu.sync();
      for (const key of ['dispatches', 'submissions', 'bindGroups', 'buffers'] as const) perRun[key] = gpu.counters[key] - before[key];
      step.dispose();
    } else {
      const rates = gpu.allocate(8, 'float32');
      gpu.write(rates, Float32Array.from(h));
      const g = make(() => 0);
      for (let run = 0; run < 2; run++) {
        p.forEach((buffer, k) =>
          gpu.run({ op: 'softmax', inputs: [view(buffer, [1, length])], outputs: [view(g[k]!, [1, length])], attributes: { log: false } }),
        );
        const list = (buffers: Stored[]): View<Stored>[] => buffers.map((buffer) => view(buffer, [length]));
        gpu.run({
          op: 'adam',
          inputs: [view(rates, [8]), ...list(p), ...list(g), ...list(m), ...list(v)],
          outputs: [...list(p), ...list(m), ...list(v)],
          attributes,
        });
      }
    }
    const read = await gpu.read(p.map((buffer) => ({ buffer, offset: 0, length, dtype: 'float32' as const })));
    results.push(read.flatMap((array) => [...array]));
    gpu.dispose();
  }
  return { planned: results[0]!, eager: results[1]!, dispatches, perRun };
}

/** Buffers and bind groups that a thousand eager calls make after the first hundred. */
export async function steadyEager(): Promise<{ buffers: number; bindGroups: number }> {
  const gpu = await open();
  const x = gpu.allocate(1000, 'float32');
  gpu.write(x, new Float32Array(1000).fill(1));
  const once = (): void => {
    const y = gpu.allocate(1000, 'float32');
    gpu.run({ op: 'unary', inputs: [view(x, [1000])], outputs: [view(y, [1000])], attributes: { fn: 'square' } });
    gpu.free(y);
  };
  for (let i = 0; i < 100; i++) once();
  await gpu.sync();
  const { buffers, bindGroups } = gpu.counters;
  for (let i = 0; i < 1000; i++) once();
  await gpu.sync();
  const result = { buffers: gpu.counters.buffers - buffers, bindGroups: gpu.counters.bindGroups - bindGroups };
  gpu.dispose();
  return result;
}

/** Training steps of a perceptron and a GPT as plans: the worst difference from the reference after `runs` runs. */
export async function training(runs: number): Promise<number[]> {
  const worst: number[] = [];
  for (const [step, software] of [
    [mlpStep(), true],
    [gptStep(2), true],
    [gptStep(2), false],
  ] as const) {
    const gpu = await open({ software });
    const values = startingNumbers(step);
    const expected = await runProgramOn(createJsBackend(), step.program, values, runs);
    const found = await runProgramOn(gpu, step.program, values, runs);
    let largest = 0;
    for (const [buffer, numbers] of expected) {
      numbers.forEach((x, i) => (largest = Math.max(largest, Math.abs(x - found.get(buffer)![i]!) / Math.max(1, Math.abs(x)))));
    }
    worst.push(largest);
    gpu.dispose();
  }
  return worst;
}

/** Training steps that another backend computes while kernels are compiled, and then the device: the worst difference of each, and who computed. */
export async function handedOver(runs: number): Promise<{ worst: number; before: number; after: number }> {
  const { device, facts } = await requestGpu();
  const other = createJsBackend();
  const gpu = await createWebGpuBackend(device, facts, Promise.resolve(other as unknown as Backend));
  const step = gptStep(2);
  const values = startingNumbers(step);
  const expected = await runProgramOn(createJsBackend(), step.program, values, runs);
  let worst = 0;
  let before = 0;
  for (let attempt = 0; attempt < 100 && gpu.counters.dispatches === 0; attempt++) {
    const found = await runProgramOn(gpu, step.program, values, runs);
    for (const [buffer, numbers] of expected)
      numbers.forEach((x, i) => (worst = Math.max(worst, Math.abs(x - found.get(buffer)![i]!) / Math.max(1, Math.abs(x)))));
    if (gpu.counters.dispatches === 0) before = other.counters.dispatches;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  gpu.dispose();
  return { worst, before, after: gpu.counters.dispatches };
}

/** Random programs as plans, against the reference call by call: what differs. */
export async function programs(count: number): Promise<string[]> {
  const gpu = await open();
  const faults: string[] = [];
  for (const [at, list] of fc
    .sample(fc.array(fc.nat(997), { minLength: 20, maxLength: 150, size: 'max' }), { seed: 31, numRuns: count })
    .entries()) {
    const program = initialised(randomProgram(list, true));
    const values = (buffer: number, i: number): number => startingValue(true, program.buffers[buffer]!.dtype)(buffer, i);
    const expected = runProgram(program, values);
    const found = await runProgramOn(gpu, program, values);
    for (const [buffer, numbers] of expected) {
      const i = numbers.findIndex((x, k) => {
        const y = found.get(buffer)![k]!;
        return !(x === y || (x !== x && y !== y) || Math.abs(x - y) <= 1e-5 * Math.max(1, Math.abs(x)));
      });
      if (i >= 0) faults.push(`program ${at}, buffer ${buffer}[${i}]: expected ${numbers[i]}, got ${found.get(buffer)![i]}`);
    }
  }
  gpu.dispose();
  return faults;
}

/** A lost device resolves `lost`, and reads fail with the reason. */
export async function loss(): Promise<{ reason: string; read: string }> {
  const gpu = await open();
  const x = gpu.allocate(4, 'float32');
  const read = gpu.sync().then(() => {
    gpu.device.destroy();
    return gpu.lost
      .then(() => values(gpu, x))
      .then(
        () => 'values',
        (error: Error) => error.message,
      );
  });
  return { reason: await gpu.lost, read: await read };
}

/** What a kernel of one's own computes, and what a faulty one says. */
export async function custom(): Promise<{ doubled: number[]; error: string; line: number | undefined }> {
  const { device } = await requestGpu();
  const text = `struct P { by: f32, count: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: P;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) g: vec3u) {
  if (g.x < p.count) { y[g.x] = p.by * x[g.x]; }
}`;
  const kernel = await createKernel(device, text);
  const { y } = await kernel({ x: Float32Array.of(1, 2, 3, 4, 5), y: 5, p: { by: 2, count: 5 } }, { workgroups: 2 });
  let error = '';
  let line: number | undefined;
  try {
    await createKernel(device, text.replace('p.by *', 'p.nothing *'));
  } catch (thrown) {
    error = (thrown as Error).message;
    line = (thrown as { line?: number }).line;
  }
  device.destroy();
  return { doubled: [...y!], error, line };
}
