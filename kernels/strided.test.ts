import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapse, dense, linearStep, walkRows } from './strided.ts';
import { sizeOf } from './operations.ts';
import type { HostArray, View } from './types.ts';

/** A view of up to five dims with any strides that stay in a buffer of its own, broadcast and flipped ones included. */
const anyStrides = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: -7, max: 7 })), { maxLength: 5 })
  .map((dims) => ({ shape: dims.map(([length]) => length), strides: dims.map(([, stride]) => stride) }));

/** Permuted and merged dims, as views of tensors mostly have. */
const permuted = fc.tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.boolean()).map(([shape, turn]) => {
  const strides: number[] = [];
  let step = 1;
  for (const length of shape.toReversed()) {
    strides.unshift(step);
    step *= length;
  }
  return turn ? { shape: shape.toReversed(), strides: strides.toReversed() } : { shape, strides };
});

const views = fc.oneof(anyStrides, permuted);

function addresses({ shape, strides }: { shape: number[]; strides: number[] }): number[] {
  let list = [0];
  shape.forEach((length, d) => (list = list.flatMap((at) => Array.from({ length }, (_, i) => at + i * strides[d]!))));
  return list;
}

function viewOf({ shape, strides }: { shape: number[]; strides: number[] }): View<HostArray> {
  const list = addresses({ shape, strides });
  const low = Math.min(0, ...list);
  const buffer = Float64Array.from({ length: Math.max(0, ...list) - low + 1 }, (_, i) => i + low);
  return { buffer, offset: -low, shape, strides, dtype: 'float64' };
}

describe('views of any strides', () => {
  it('advance by a constant step exactly where linearStep says so', () => {
    fc.assert(
      fc.property(views, (view) => {
        const list = addresses(view);
        const step = linearStep(view.shape, view.strides);
        if (list.length === 0) return;
        const differences = new Set(list.slice(1).map((at, i) => at - list[i]!));
        if (differences.size <= 1) expect(list.length === 1 ? step === step : step).toEqual(list.length === 1 ? true : [...differences][0]);
        else expect(step).toBeNaN();
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('are copied in row-major order', () => {
    fc.assert(
      fc.property(views, (view) => {
        expect([...dense(viewOf(view))]).toEqual(addresses(view));
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('are walked together, each at its own pace', () => {
    fc.assert(
      fc.property(fc.tuple(views, fc.integer({ min: -3, max: 3 })), ([view, factor]) => {
        const first = viewOf(view);
        const second = viewOf({ shape: view.shape, strides: view.strides.map((stride, d) => stride * factor + d) });
        const seen: [number, number][] = [];
        walkRows([first, second], ([i, j], [p, q], count) => {
          for (let n = 0; n < count; n++) seen.push([first.buffer[i! + n * p!]!, second.buffer[j! + n * q!]!]);
        });
        const expected = addresses(view).map((at, n) => [at, addresses({ shape: view.shape, strides: [...second.strides] })[n]]);
        expect(seen).toEqual(expected);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('lose their dims of length 1 and merge those that are contiguous', () => {
    expect(
      collapse(
        [2, 1, 3, 4],
        [
          [12, 99, 4, 1],
          [12, 0, 4, 1],
        ],
      ),
    ).toEqual({ lengths: [24], strides: [[1], [1]] });
    expect(
      collapse(
        [2, 3, 4],
        [
          [12, 4, 1],
          [0, 4, 1],
        ],
      ),
    ).toEqual({
      lengths: [2, 12],
      strides: [
        [12, 1],
        [0, 1],
      ],
    });
    expect(collapse([], [[]])).toEqual({ lengths: [1], strides: [[0]] });
    expect(sizeOf([])).toBe(1);
  });
});
