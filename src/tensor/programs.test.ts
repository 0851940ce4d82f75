/* Random programs with fixed seeds: what a compiled function gives and leaves behind is what the function itself does, on js and on wasm, over three
   calls with two sets of values: results, gradients, parameters after a step, what was written in place. On wasm memory is handed out full of
   sevens, so that what a plan reads before it is written shows. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWasmBackend } from '../../kernels/wasm/backend.ts';
import type { Heap } from '../../kernels/wasm/memory.ts';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { provide, tensor } from './index.ts';
import type { Compiled } from './compile.ts';
import { differs, randomProgram, runProgram, type Course, type RunOptions } from './test-programs.ts';

beforeAll(async () => {
  const facts = { name: 'wasm', available: true, reason: 'in Node', adapter: null, float16: false, real: false } as const;
  const backend = await createWasmBackend({ kernels: new Uint8Array(await buildKernels()) });
  const { heap } = backend as unknown as { heap: Heap };
  const allocate = heap.allocate.bind(heap);
  heap.allocate = (bytes) => {
    const pointer = allocate(bytes);
    heap.f32.fill(7.25, pointer >> 2, (pointer + bytes + 3) >> 2);
    return pointer;
  };
  provide('wasm', { probe: () => Promise.resolve(facts), create: () => Promise.resolve(backend as never) });
}, 300_000);

afterAll(() => tensor.setDefaultDevice('js'));

const disposables: Compiled<never>[] = [];
const wrap: RunOptions['wrap'] = (fn) => {
  const compiled = tensor.compile(fn);
  disposables.push(compiled as never);
  return compiled as never;
};

/** Courses on which rounding decides, or where a graph of the first call is walked again, are left aside. */
const isTold = (wide: Course, narrow: Course): boolean =>
  !/was freed|probabilities/.test(narrow.error ?? '') && differs(wide, narrow, 2e-3) === null;

test.each([
  ['of any kind', 1, 90, {}],
  ['with dims of 0', 5001, 30, { empty: true }],
  ['of many steps', 7001, 12, { length: 40 }],
] as const)('programs %s', { timeout: 120_000 }, async (_, from, count, options) => {
  let told = 0;
  for (let seed = from; seed < from + count; seed++) {
    const on = async (device: 'js' | 'wasm', how: Partial<RunOptions> = {}): Promise<Course> => {
      await tensor.setDefaultDevice(device);
      try {
        return await tensor.scope(() => runProgram(program, { seed, ...how }));
      } finally {
        await tensor.setDefaultDevice('js');
        for (const compiled of disposables.splice(0)) compiled.dispose();
      }
    };
    const program = randomProgram(seed, options);
    const plain = await on('js');
    if (!isTold(await on('js', { wide: true }), plain)) continue;
    told += 1;
    const found = [await on('js', { wrap }), await on('wasm'), await on('wasm', { wrap })].map((course) => differs(plain, course, 2e-3));
    expect(found, `seed ${seed}: ${JSON.stringify(program)}`).toEqual([null, null, null]);
  }
  expect(told).toBeGreaterThan(count * 0.8);
});
