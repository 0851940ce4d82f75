/* Programs compiled for wasm, fused and planned, against the same calls one by one on the reference. */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import type { Backend } from '../types.ts';
import type { WasmBuffer } from '../wasm/backend.ts';
import { createWasmBackend } from '../wasm/backend.ts';
import { createJsBackend } from '../js/backend.ts';
import { initialised, randomProgram, startingValue } from './test-random.ts';
import { runProgram, runProgramOn } from './test-program.ts';
import { gptStep, mlpStep, startingNumbers } from './test-steps.ts';

// Slow only where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

let wasm: Backend<WasmBuffer>;

beforeAll(async () => {
  wasm = await createWasmBackend({ kernels: new Uint8Array(await buildKernels()) });
}, 300_000);

afterAll(() => wasm.dispose());

describe('a program compiled for wasm', () => {
  it('gives the same bits when it first runs, as traced, and when it is fused', async () => {
    for (const step of [mlpStep(), gptStep(2)]) {
      const values = startingNumbers(step);
      const found = await runProgramOn(wasm, step.program, values, 1, { asTraced: true });
      expect(found).toEqual(await runProgramOn(wasm, step.program, values, 1));
      expect(await runProgramOn(wasm, step.program, values, 3, { asTraced: true })).toEqual(
        await runProgramOn(wasm, step.program, values, 3),
      );
    }
  });

  it('leaves what the reference leaves, call by call, and at its first run the same bits as fused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(997), { minLength: 20, maxLength: 300, size: 'max' }), async (list) => {
        const program = initialised(randomProgram(list, true));
        const values = (buffer: number, i: number) => startingValue(true, program.buffers[buffer]!.dtype)(buffer, i);
        const expected = runProgram(program, values);
        const found = await runProgramOn(wasm, program, values);
        const traced = await runProgramOn(wasm, program, values, 1, { asTraced: true });
        for (const [buffer, numbers] of expected) {
          numbers.forEach((x, i) => {
            const y = found.get(buffer)![i]!;
            // Activations are rounded otherwise here; 0 and −0 count as one.
            const isClose = x === y || (x !== x && y !== y) || Math.abs(x - y) <= 1e-5 * Math.max(1, Math.abs(x));
            if (!isClose) expect.fail(`buffer ${buffer}[${i}]: expected ${x}, got ${y}`);
            const first = traced.get(buffer)![i]!;
            if (first !== y && first === first) expect.fail(`buffer ${buffer}[${i}]: expected ${y} at its first run too, got ${first}`);
          });
        }
      }),
      { seed: 31, numRuns: 100 },
    );
  });

  for (const [name, step] of [
    ['perceptron', mlpStep()],
    ['GPT of two layers', gptStep(2)],
  ] as const) {
    it(`trains a ${name} like the reference`, async () => {
      const values = startingNumbers(step);
      const expected = await runProgramOn(createJsBackend(), step.program, values, 5);
      const found = await runProgramOn(wasm, step.program, values, 5);
      let largest = 0;
      for (const [buffer, numbers] of expected) {
        numbers.forEach((x, i) => (largest = Math.max(largest, Math.abs(x - found.get(buffer)![i]!) / Math.max(1, Math.abs(x)))));
      }
      expect(largest).toBeLessThan(2e-4);
    });
  }
});
