import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { runContract } from '../contract.ts';
import { contiguousStrides } from '../operations.ts';
import type { OperationName, UnaryName } from '../operations.ts';
import type { Backend, Call, View } from '../types.ts';
import type { WasmBuffer, WasmDevice } from './backend.ts';
import { createWasmBackend } from './backend.ts';
import { encoders } from './encoders.ts';
import { threadScript } from './thread.ts';

const supported = new Set(Object.keys(encoders) as OperationName[]);
const createThread = () => new Worker(threadScript, { eval: true });

function whole(buffer: WasmBuffer, shape: readonly number[]): View<WasmBuffer> {
  return { buffer, offset: 0, shape, strides: contiguousStrides(shape), dtype: buffer.dtype };
}

let single: Backend<WasmBuffer>;
let threaded: Backend<WasmBuffer>;

beforeAll(async () => {
  const kernels = new Uint8Array(await buildKernels());
  single = await createWasmBackend({ kernels });
  threaded = await createWasmBackend({ kernels, threads: 2, createThread });
}, 300_000);

afterAll(() => {
  single.dispose();
  threaded.dispose();
});

describe('the wasm backend', () => {
  test('keeps the contract on two threads', async () => {
    expect((await runContract(threaded, { supported })).failed).toEqual([]);
  }, 120_000);

  test('keeps the contract on one thread, called and compiled, in cases that are not huge', async () => {
    const filter = ({ name }: { name: string }) => !/\d{5}/.test(name);
    expect((await runContract(single, { supported, compiled: true, filter })).failed).toEqual([]);
  }, 120_000);

  test('computes the same bits on one thread and on two', () => {
    const results = [single, threaded].map((backend) => {
      const a = backend.allocate(300 * 200, 'float32');
      const b = backend.allocate(200 * 250, 'float32');
      const y = backend.allocate(300 * 250, 'float32');
      backend.write(
        a,
        Float32Array.from({ length: 60000 }, (_, i) => Math.sin(i)),
      );
      backend.write(
        b,
        Float32Array.from({ length: 50000 }, (_, i) => Math.cos(i * 1.7)),
      );
      const call = { op: 'matmul', attributes: { bias: false, activation: 'gelu' } } as const;
      backend.run({ ...call, inputs: [whole(a, [1, 300, 200]), whole(b, [1, 200, 250])], outputs: [whole(y, [1, 300, 250])] });
      const values = backend.readSync!({ buffer: y, offset: 0, length: 75000, dtype: 'float32' });
      for (const buffer of [a, b, y]) backend.free(buffer);
      return values;
    });
    expect(results[1]).toEqual(results[0]);
  });

  test('gives freed memory out again, grows as needed, and ends with a RangeError', async () => {
    const backend = await createWasmBackend({ kernels: new Uint8Array(await buildKernels()), limitBytes: 32 * 2 ** 20 });
    for (let i = 0; i < 1000; i++) backend.free(backend.allocate(2 ** 20, 'float32'));
    const held: WasmBuffer[] = [];
    expect(() => {
      for (;;) held.push(backend.allocate(2 ** 18, 'float32'));
    }).toThrow(RangeError);
    expect(held.length).toBeGreaterThan(20);
    for (const buffer of held) backend.free(buffer);
    // Smaller blocks are cut from freed larger ones.
    for (let i = 0; i < 1000; i++) backend.allocate(4096, 'uint8');
    backend.dispose();
  });

  test('computes what only the host can on the same memory, and counts it', () => {
    const before = single.counters.fallbacks;
    const x = single.allocate(3, 'float64');
    const y = single.allocate(3, 'float64');
    single.write(x, Float64Array.of(1, 2, 3));
    single.run({ op: 'unary', inputs: [whole(x, [3])], outputs: [whole(y, [3])], attributes: { fn: 'exp' } });
    expect(single.readSync!({ buffer: y, offset: 0, length: 3, dtype: 'float64' })).toEqual(
      Float64Array.of(Math.E, Math.exp(2), Math.exp(3)),
    );
    expect(single.counters.fallbacks).toBe(before + 1);
    single.free(x);
    single.free(y);
  });
});

test('the second module comes in once, to helpers that are at work, and only then is it used', async () => {
  for (let round = 0; round < 3; round++) {
    const backend = await createWasmBackend({ kernels: new Uint8Array(await buildKernels()), threads: 3, createThread });
    const [x, y] = [backend.allocate(64 * 500, 'float32'), backend.allocate(64 * 500, 'float32')];
    backend.write(x, new Float32Array(64 * 500).fill(1));
    // At once, when helpers may not have begun; when they wait; when they look for work.
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    const views = { inputs: [whole(x, [64, 500])], outputs: [whole(y, [64, 500])] };
    if (round > 1) backend.run({ op: 'softmax', ...views, attributes: { log: false } } as Call<WasmBuffer>);
    for (let i = 0; i < 50; i++) backend.run({ op: 'scan', ...views, attributes: { fn: 'sum' } } as Call<WasmBuffer>);
    const values = backend.readSync!({ buffer: y, offset: 499, length: 1, dtype: 'float32' });
    expect([...values, backend.counters.fallbacks]).toEqual([500, 0]);
    backend.dispose();
  }
}, 30_000);

test('arguments that a program holds take no place from its results', () => {
  const make = (values: number[]): WasmBuffer => {
    const buffer = single.allocate(values.length, 'float32');
    single.write(buffer, Float32Array.from(values));
    return buffer;
  };
  const [held, result] = [make([1, 2]), make([0, 0])];
  const view = (buffer: number): View<number> => ({ buffer, offset: 0, shape: [2], strides: [1], dtype: 'float32' });
  const program = single.compile({
    buffers: [
      { kind: 'held', dtype: 'float32', length: 2, buffer: held },
      { kind: 'result', slot: 0, dtype: 'float32', length: 2 },
    ],
    calls: [{ op: 'unary', inputs: [view(0)], outputs: [view(1)], attributes: { fn: 'neg' } }],
  });
  program.run([whole(held, [2])], [], [result]);
  const values = (buffer: WasmBuffer) => [...single.readSync!({ buffer, offset: 0, length: 2, dtype: 'float32' })];
  expect([values(held), values(result)]).toEqual([
    [1, 2],
    [-1, -2],
  ]);
  program.dispose();
});

test('what a fused call hands on as it read it is not what another output has written there', () => {
  const make = (values: number[]): WasmBuffer => {
    const buffer = single.allocate(values.length, 'float32');
    single.write(buffer, Float32Array.from(values));
    return buffer;
  };
  const buffers = [make([1, 2]), make([0, 0]), make([0, 0])];
  const view = (buffer: number): View<number> => ({ buffer, offset: 0, shape: [2], strides: [1], dtype: 'float32' });
  const unary = (fn: UnaryName, from: number, to: number): Call<number> => ({
    op: 'unary',
    inputs: [view(from)],
    outputs: [view(to)],
    attributes: { fn },
  });
  const program = single.compile({
    buffers: buffers.map((buffer) => ({ kind: 'held', dtype: 'float32', length: 2, buffer })),
    calls: [{ op: 'copy', inputs: [view(0)], outputs: [view(1)], attributes: {} }, unary('neg', 0, 0), unary('square', 0, 2)],
  });
  expect(program.plan.dispatches).toBe(1);
  program.run([], [], []);
  const values = (buffer: WasmBuffer) => [...single.readSync!({ buffer, offset: 0, length: 2, dtype: 'float32' })];
  expect(buffers.map(values)).toEqual([[-1, -2], [1, 2], [1, 4]]); // prettier-ignore
  program.dispose();
});

test('the plan of a program that was disposed of can be asked for, and holds no memory', () => {
  const view = (buffer: number): View<number> => ({ buffer, offset: 0, shape: [64], strides: [1], dtype: 'float32' });
  const program = single.compile({
    buffers: [
      { kind: 'constant', dtype: 'float32', length: 64, data: new Float32Array(64) },
      { kind: 'result', slot: 0, dtype: 'float32', length: 64 },
    ],
    calls: [{ op: 'unary', inputs: [view(0)], outputs: [view(1)], attributes: { fn: 'neg' } }],
  });
  const { heap } = single as unknown as WasmDevice;
  program.dispose();
  const before = heap.usedBytes;
  expect([program.plan.dispatches, heap.usedBytes]).toEqual([1, before]);
});
