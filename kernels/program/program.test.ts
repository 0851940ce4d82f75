import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { HostArray, Program } from '../types.ts';
import { fuse } from './fuse.ts';
import { prepareProgram } from './prepare.ts';
import { simplify } from './simplify.ts';
import { randomProgram, startingValue } from './test-random.ts';
import { runProgram } from './test-program.ts';

// Slow only where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const choices = (max: number) => fc.array(fc.nat(997), { minLength: 20, maxLength: max, size: 'max' });

function outcome(program: Program, isMild: boolean): Map<number, HostArray> {
  return runProgram(program, (buffer, i) => startingValue(isMild, program.buffers[buffer]!.dtype)(buffer, i));
}

/** Same bits, whatever the bits of a NaN. */
function expectSame(a: Map<number, HostArray>, b: Map<number, HostArray>): void {
  for (const [buffer, values] of a) expect([...b.get(buffer)!], `buffer ${buffer}`).toEqual([...values]);
}

describe('a program made smaller', () => {
  for (const [name, make] of [
    ['simplified', simplify],
    ['fused', fuse],
    ['simplified, fused and simplified', prepareProgram],
    ['fused under tight limits', (program: Program) => fuse(program, { inputs: 2, outputs: 1, bindings: 3, instructions: 6 })],
  ] as const) {
    it(`leaves the same in held and result buffers: ${name}`, () => {
      let before = 0;
      let after = 0;
      fc.assert(
        fc.property(choices(400), (list) => {
          const program = randomProgram(list);
          const small = make(program);
          before += program.calls.length;
          after += small.calls.length;
          expectSame(outcome(program, false), outcome(small, false));
        }),
        { seed: 11, numRuns: 150 },
      );
      expect(before).toBeGreaterThan(2000);
      expect(after).toBeLessThan(before * 0.95);
    });

    it(`with products of matrices too: ${name}`, () => {
      fc.assert(
        fc.property(choices(400), (list) => {
          const program = randomProgram(list, true);
          expectSame(outcome(program, true), outcome(make(program), true));
        }),
        { seed: 12, numRuns: 150 },
      );
    });
  }
});
