import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { HostArray, Program } from '../types.ts';
import { runOnHost, hostArray } from '../js/backend.ts';
import { hostBytes, planMemory } from './plan.ts';
import { prepareProgram } from './prepare.ts';
import { initialised, randomProgram, startingValue } from './test-random.ts';
import { runProgram, Trace } from './test-program.ts';

// Slow only where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

/** Runs a program with its inner buffers where the plan puts them, in memory full of rubbish. */
function runPlanned(program: Program, inPlace: boolean): Map<number, HostArray> {
  const { offsets, bytes } = planMemory(program, { align: 8, inPlace });
  const block = new ArrayBuffer(bytes);
  new Uint8Array(block).fill(0x5a);
  const data = program.buffers.map((declared, index): HostArray => {
    if (declared.kind === 'constant') return declared.data;
    if (declared.kind === 'inner') {
      const offset = offsets.get(index);
      if (offset === undefined) return new Float32Array(0);
      expect(offset % 8).toBe(0);
      expect(offset + hostBytes(declared)).toBeLessThanOrEqual(bytes);
      const type = hostArray(0, declared.dtype).constructor as new (buffer: ArrayBuffer, offset: number, length: number) => HostArray;
      return new type(block, offset, declared.length);
    }
    const array = hostArray(declared.length, declared.dtype);
    if (declared.kind !== 'result') for (let i = 0; i < array.length; i++) array[i] = startingValue(false, declared.dtype)(index, i);
    return array;
  });
  for (const call of program.calls) {
    const bind = (view: (typeof call.inputs)[number]) => ({ ...view, buffer: data[view.buffer]! });
    runOnHost({ ...call, inputs: call.inputs.map(bind), outputs: call.outputs.map(bind) });
  }
  return new Map(data.flatMap((array, i) => (['held', 'result'].includes(program.buffers[i]!.kind) ? [[i, array] as const] : [])));
}

describe('a memory plan', () => {
  for (const inPlace of [false, true]) {
    it(`never lets two live buffers share a byte${inPlace ? ', outputs in place of dying inputs too' : ''}`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(997), { minLength: 20, maxLength: 300, size: 'max' }), fc.boolean(), (list, isPrepared) => {
          const program = initialised(randomProgram(list));
          const made = isPrepared ? prepareProgram(program) : program;
          const expected = runProgram(program, (buffer, i) => startingValue(false, program.buffers[buffer]!.dtype)(buffer, i));
          const planned = runPlanned(made, inPlace);
          for (const [buffer, values] of expected) expect([...planned.get(buffer)!]).toEqual([...values]);
        }),
        { seed: 21, numRuns: 200 },
      );
    });
  }

  it('needs one buffer for a chain of elementwise calls in place, two without', () => {
    const trace = new Trace();
    let x = trace.unary('exp', trace.argument([100]));
    for (let i = 0; i < 5; i++) x = trace.unary('tanh', x);
    trace.into('copy', [x], [trace.result([100])], {});
    expect(planMemory(trace.program, { align: 16, inPlace: true }).bytes).toBe(400);
    expect(planMemory(trace.program, { align: 16 }).bytes).toBe(800);
  });

  it('takes sizes from the caller: a bool may have four bytes', () => {
    const trace = new Trace();
    const mask = trace.call('binary', [trace.argument([10]), trace.argument([10])], [10], { fn: 'lt' }, 'bool');
    trace.into('cast', [mask], [trace.result([10])], {});
    expect(planMemory(trace.program, { align: 1 }).bytes).toBe(10);
    expect(planMemory(trace.program, { align: 1, sizeOf: (buffer) => buffer.length * 4 }).bytes).toBe(40);
  });
});
