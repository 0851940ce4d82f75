/* The schedule against the plainest oracle: evaluate everything in topological order. Notebooks are random graphs of sums;
   cells fail, are edited, stopped, re-run, driven by a mutable and a generator at random moments. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeEngine } from './test-engine.ts';

interface Spec {
  readonly uses: readonly number[];
  readonly add: number;
  readonly fails: boolean;
  readonly waits: 0 | 1 | 2;
}

const spec = (size: number): fc.Arbitrary<Spec> =>
  fc.record({
    uses: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }),
    add: fc.integer({ min: -9, max: 9 }),
    fails: fc.constantFrom(false, false, false, true),
    waits: fc.constantFrom(0, 0, 0, 1, 2),
  });
const notebook = fc
  .integer({ min: 2, max: 9 })
  .chain((size) =>
    fc.tuple(
      fc.array(spec(size), { minLength: size, maxLength: size }),
      fc.shuffledSubarray([...Array(size).keys()], { minLength: size, maxLength: size }),
    ),
  );

/** Uses are cut to cells of a smaller number, so that there is no cycle; the file order is a permutation of them. */
const usesOf = (specs: readonly Spec[], i: number): number[] => specs[i]!.uses.filter((u) => u < i);
const source = (specs: readonly Spec[], i: number): string => {
  const { add, fails, waits } = specs[i]!;
  const wait = ['', 'await Promise.resolve(); ', 'await sleep(1); '][waits];
  return `v${i}: ${wait}const v${i} = ${[add, ...usesOf(specs, i).map((u) => `v${u}`)].join(' + ')}${fails ? '; null.x' : ''}`;
};
const lines = (specs: readonly Spec[], order: readonly number[]): string[] => order.map((i) => source(specs, i));

function oracle(specs: readonly Spec[]): { values: Record<string, number>; states: Record<string, string> } {
  const values: Record<string, number> = {};
  const states: Record<string, string> = {};
  specs.forEach(({ add, fails }, i) => {
    const uses = usesOf(specs, i);
    const blocked = uses.some((u) => !(`v${u}` in values));
    states[`v${i}`] = blocked ? 'blocked' : fails ? 'error' : 'done';
    if (!blocked && !fails) values[`v${i}`] = uses.reduce((sum, u) => sum + values[`v${u}`]!, add);
  });
  return { values, states };
}

type Step =
  | { readonly kind: 'edit'; readonly cell: number; readonly to: Spec }
  | { readonly kind: 'run'; readonly cell: number }
  | { readonly kind: 'stop'; readonly afterMs: number }
  | { readonly kind: 'all'; readonly wait: boolean };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), cell: fc.nat(8), to: spec(9) }),
  fc.record({ kind: fc.constant('run' as const), cell: fc.nat(8) }),
  fc.record({ kind: fc.constant('stop' as const), afterMs: fc.constantFrom(0, 0, 1, 3) }),
  fc.record({ kind: fc.constant('all' as const), wait: fc.boolean() }),
);

describe('the schedule', () => {
  it('ends in the values and states of the topological oracle, after any edits, failures and stops', async () => {
    await fc.assert(
      fc.asyncProperty(notebook, fc.array(step, { maxLength: 8 }), async ([specs, order], steps) => {
        const now = [...specs];
        const engine = makeEngine(...lines(now, order));
        for (const action of steps) {
          const cell = 'cell' in action ? action.cell % now.length : 0;
          if (action.kind === 'edit') {
            now[cell] = action.to;
            engine.write(...lines(now, order));
          } else if (action.kind === 'run') void engine.runCells(`v${cell}`);
          else if (action.kind === 'all') {
            const done = engine.runAll();
            if (action.wait) await done;
          } else {
            await new Promise((resolve) => setTimeout(resolve, action.afterMs));
            engine.send({ kind: 'interrupt', reason: 'stop' });
          }
        }
        await engine.runAll();
        const { values, states } = oracle(now);
        expect(await engine.values()).toEqual(values);
        for (const [id, state] of Object.entries(states)) expect(`${id} ${engine.state(id)}`).toBe(`${id} ${state}`);
      }),
      { numRuns: 150, seed: 14 },
    );
  }, 120_000);

  it('keeps what is done true at every quiet moment: a done cell whose needs are done has the value of the oracle', async () => {
    await fc.assert(
      fc.asyncProperty(notebook, fc.array(fc.record({ cell: fc.nat(8), to: spec(9) }), { maxLength: 5 }), async ([specs, order], edits) => {
        const now = [...specs];
        const engine = makeEngine(...lines(now, order));
        await engine.runAll();
        for (const { cell, to } of edits) {
          const at = cell % now.length;
          now[at] = { ...to, waits: to.waits === 2 ? 1 : to.waits };
          engine.write(...lines(now, order));
          await engine.runCells(`v${at}`);
          const { values, states } = oracle(now);
          const held = await engine.values();
          for (const [id, state] of Object.entries(states)) {
            if (engine.state(id) !== 'done') continue;
            expect(state).toBe('done');
            expect(`${id} ${held[id] as number}`).toBe(`${id} ${values[id]}`);
          }
        }
      }),
      { numRuns: 100, seed: 15 },
    );
  }, 120_000);

  it("brings a mutable's latest value to all that follow, however often it is set", async () => {
    await fc.assert(
      fc.asyncProperty(
        notebook,
        fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 6 }),
        async ([specs, order], settings) => {
          const calm = specs.map((s) => ({ ...s, fails: false, waits: (s.waits === 2 ? 1 : s.waits) as Spec['waits'] }));
          const cells = lines(calm, order).map((line) =>
            line.startsWith('v0:') ? 'v0: const v0 = mutable(0); const setV0 = (v) => { v0.value = v }' : line,
          );
          const engine = makeEngine(...cells);
          await engine.runAll();
          const set = (await engine.value('setV0')) as (v: number) => void;
          for (const value of settings) {
            set(value);
            if (value % 2) await new Promise((resolve) => setTimeout(resolve, 0));
          }
          await new Promise((resolve) => setTimeout(resolve, 4));
          await engine.quiet();
          const { values } = oracle([{ ...calm[0]!, add: settings.at(-1)!, uses: [] }, ...calm.slice(1)]);
          expect(await engine.values()).toEqual(values);
        },
      ),
      { numRuns: 60, seed: 16 },
    );
  }, 120_000);
});
