import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { sizeOf } from '../operations.ts';
import type { ProgramView } from './views.ts';
import { covers, isDense, isInjective, joinDims, overlaps, refineShapes, reshapeView, viewThroughCopy, wholeView } from './views.ts';

// Slow only where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

/** The elements in row-major order. */
function elementsOf(view: ProgramView): number[] {
  let elements = [view.offset];
  view.shape.forEach((length, d) => {
    elements = elements.flatMap((at) => Array.from({ length }, (_, i) => at + i * view.strides[d]!));
  });
  return elements;
}

const anyView: fc.Arbitrary<ProgramView> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -3, max: 12 })), { maxLength: 3 })
  .chain((dims) =>
    fc.integer({ min: 40, max: 60 }).map((offset) => ({
      buffer: 0,
      offset,
      shape: dims.map(([length]) => length),
      strides: dims.map(([, stride]) => stride),
      dtype: 'float32' as const,
    })),
  );

describe('views', () => {
  it('tell exactly whether small ones share an element', () => {
    fc.assert(
      fc.property(anyView, anyView, (a, b) => {
        const inB = new Set(elementsOf(b));
        expect(overlaps(a, b)).toBe(elementsOf(a).some((at) => inB.has(at)));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('say that one covers another only where it does', () => {
    fc.assert(
      fc.property(anyView, anyView, (a, b) => {
        const inA = new Set(elementsOf(a));
        if (covers(a, b)) expect(elementsOf(b).every((at) => inA.has(at))).toBe(true);
        if (isDense(a)) expect(covers(a, b)).toBe(elementsOf(b).every((at) => inA.has(at)));
        if (isInjective(a)) expect(inA.size).toBe(sizeOf(a.shape));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  const shapes = [[24], [2, 12], [12, 2], [4, 6], [2, 3, 4], [4, 1, 6], [3, 8], [2, 2, 6], [2, 2, 3, 2]];
  it('keep their elements in order under another shape', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        fc.constantFrom(...shapes),
        fc.array(fc.integer({ min: -2, max: 12 }), { minLength: 4, maxLength: 4 }),
        (from, to, strides) => {
          const view: ProgramView = { buffer: 0, offset: 50, shape: from, strides: strides.slice(0, from.length), dtype: 'float32' };
          const there = reshapeView(view, to);
          if (there) expect(elementsOf(there)).toEqual(elementsOf(view));
          const whole = wholeView(0, from, 'float32');
          expect(elementsOf(reshapeView(whole, to)!)).toEqual(elementsOf(whole));
          const refined = refineShapes([from, to]);
          if (refined) expect(elementsOf(reshapeView(view, refined)!)).toEqual(elementsOf(view));
          const [joined] = joinDims([view, whole]);
          expect(elementsOf(joined!)).toEqual(elementsOf(view));
        },
      ),
      { seed: 3, numRuns: 500 },
    );
    expect(
      refineShapes([
        [6, 4],
        [2, 12],
      ]),
    ).toEqual([2, 3, 4]);
    expect(
      refineShapes([
        [4, 6],
        [6, 4],
      ]),
    ).toBeUndefined();
  });

  it('read through a copy what the copy was made of', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        fc.array(fc.integer({ min: -2, max: 12 }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(...shapes),
        fc.integer({ min: 0, max: 5 }),
        fc.boolean(),
        (shape, strides, seen, skip, flip) => {
          const source: ProgramView = { buffer: 1, offset: 50, shape, strides: strides.slice(0, shape.length), dtype: 'float32' };
          const target = wholeView(0, shape, 'float32', 7);
          // A part of the copy under another shape: fewer rows from `skip` on, or flipped.
          const under = reshapeView(target, seen)!;
          const rows = Math.max(1, seen[0]! - skip);
          const step = under.strides[0]!;
          const view = {
            ...under,
            shape: [rows, ...seen.slice(1)],
            offset: under.offset + (flip ? (rows - 1) * step : (seen[0]! - rows) * step),
            strides: [flip ? -step : step, ...under.strides.slice(1)],
          };
          const through = viewThroughCopy(view, target, source);
          if (!through) return;
          const held = elementsOf(source);
          expect(elementsOf(through)).toEqual(elementsOf(view).map((at) => held[at - 7]));
        },
      ),
      { seed: 4, numRuns: 3000 },
    );
    // A transposed matrix seen again as a matrix, transposed.
    const source: ProgramView = { buffer: 1, offset: 0, shape: [3, 2], strides: [1, 3], dtype: 'float32' };
    const target = wholeView(0, [3, 2], 'float32');
    expect(viewThroughCopy({ ...target, shape: [2, 3], strides: [1, 2] }, target, source)).toMatchObject({
      shape: [2, 3],
      strides: [3, 1],
    });
  });
});
