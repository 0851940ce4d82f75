/* The reference's gradients are the slopes of its forward operations: central differences of ⟨g, f(x)⟩ in float64. */

import { describe, expect, it } from 'vitest';
import { windowCount } from './conv/taps.ts';
import { sizeOf } from './operations.ts';
import { compute, some } from './test-call.ts';
import type { Shape } from './types.ts';

/** Checks `gradient` at every element of `x` against the slope of `f` there. */
function expectSlope(x: readonly number[], f: (x: number[]) => number, gradient: readonly number[], digits = 7): void {
  const h = 1e-5;
  expect(gradient).toHaveLength(x.length);
  x.forEach((_, i) => {
    const [above, below] = [h, -h].map((step) => f(x.map((value, j) => (j === i ? value + step : value)))) as [number, number];
    expect(gradient[i], `element ${i}`).toBeCloseTo((above - below) / (2 * h), digits);
  });
}

function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** x with elements `at …` replaced. */
function put(all: readonly number[][], which: number, values: number[]): number[][] {
  return all.map((list, i) => (i === which ? values : list));
}

describe('the gradient of', () => {
  it.each([false, true])('softmax, log %s', (log) => {
    const x = some(10);
    const g = some(10, 2);
    const forward = (values: number[]) => compute('softmax', [[[2, 5], values]], [[[2, 5]]], { log })[0]!;
    const [dx] = compute(
      'softmaxGrad',
      [
        [[2, 5], forward(x)],
        [[2, 5], g],
      ],
      [[[2, 5]]],
      { log },
    );
    expectSlope(x, (values) => inner(g, forward(values)), dx!);
  });

  it.each([
    [false, true, true],
    [false, false, false],
    [true, true, false],
    [false, false, true],
  ])('layer normalisation, rms %s, weight %s, bias %s', (rms, weight, bias) => {
    const all = [some(12), some(4, 2), some(4, 3)];
    const g = some(12, 4);
    const forward = ([x, w, b]: number[][]) =>
      compute(
        'layerNorm',
        [[[3, 4], x!], ...(weight ? [[[4], w!] as const] : []), ...(bias ? [[[4], b!] as const] : [])],
        [[[3, 4]], [[3]], [[3]]],
        { eps: 1e-3, rms, weight, bias },
      );
    const [, mean, rstd] = forward(all);
    const gradients = compute(
      'layerNormGrad',
      [[[3, 4], g], [[3, 4], all[0]!], [[3], mean!], [[3], rstd!], ...(weight ? [[[4], all[1]!] as const] : [])],
      [[[3, 4]], ...(weight ? [[[4]] as const] : []), ...(bias ? [[[4]] as const] : [])],
      { rms, weight, bias },
    );
    const which = [0, ...(weight ? [1] : []), ...(bias ? [2] : [])];
    which.forEach((of, i) => expectSlope(all[of]!, (values) => inner(g, forward(put(all, of, values))[0]!), gradients[i]!));
  });

  it.each([0, 0.2])('cross entropy, smoothing %d', (smoothing) => {
    const x = some(15);
    const g = some(5, 2);
    const target = [0, 2, -7, 1, 1];
    const forward = (values: number[]) =>
      compute(
        'crossEntropy',
        [
          [[5, 3], values],
          [[5], target, 'int32'],
        ],
        [[[5]], [[5]]],
        { ignoreIndex: -7, smoothing },
      );
    expect(forward(x)[0]![2]).toBe(0);
    const [dx] = compute(
      'crossEntropyGrad',
      [
        [[5], g],
        [[5, 3], x],
        [[5], target, 'int32'],
        [[5], forward(x)[1]!],
      ],
      [[[5, 3]]],
      { ignoreIndex: -7, smoothing },
    );
    expectSlope(x, (values) => inner(g, forward(values)[0]!), dx!);
  });

  it.each([
    [false, 0, false],
    [true, 0, false],
    [true, -1, true],
    [false, 0, true],
  ])('attention, causal %s by %d, mask %s', (causal, offset, mask) => {
    const [q, k, v, out] = [
      [2, 4, 3, 2],
      [2, 2, 4, 2],
      [2, 2, 4, 3],
      [2, 4, 3, 3],
    ] as const;
    const all = [some(sizeOf(q)), some(sizeOf(k), 2), some(sizeOf(v), 3)];
    const masked = some(2 * 4 * 3 * 4, 5).map((value, i) => (i % 4 === 1 || (i >= 8 && i < 12) ? -Infinity : value));
    const g = some(sizeOf(out), 4);
    const attributes = { causal, offset, scale: 0.6, mask };
    const masks = mask ? [[[2, 4, 3, 4], masked] as const] : [];
    const forward = ([x, y, z]: number[][]) =>
      compute('attention', [[q, x!], [k, y!], [v, z!], ...masks], [[out], [[2, 4, 3]]], attributes);
    const [result, lse] = forward(all);
    const gradients = compute(
      'attentionGrad',
      [[out, g], [q, all[0]!], [k, all[1]!], [v, all[2]!], [out, result!], [[2, 4, 3], lse!], ...masks],
      [[q], [k], [v]],
      attributes,
    );
    all.forEach((x, of) => expectSlope(x, (values) => inner(g, forward(put(all, of, values))[0]!), gradients[of]!));
  });

  it.each([
    [{ stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] }, 1],
    [{ stride: [2, 3], padding: [1, 0, 2, 1], dilation: [2, 1] }, 1],
    [{ stride: [2, 1], padding: [1, 1, 1, 1], dilation: [1, 1] }, 2],
  ] as const)('convolution %j, groups %d', (sizes, groups) => {
    const [x, w] = [
      [2, 4, 6, 7],
      [4, 4 / groups, 3, 2],
    ] as const;
    const y = [2, 4, ...windowSizes([6, 7], [3, 2], sizes)];
    const all = [some(sizeOf(x)), some(sizeOf(w), 2), some(4, 3)];
    const g = some(sizeOf(y), 4);
    const forward = ([a, b, c]: number[][]) =>
      compute(
        'conv2d',
        [
          [x, a!],
          [w, b!],
          [[4], c!],
        ],
        [[y]],
        { ...sizes, groups, bias: true },
      )[0]!;
    const [dx] = compute(
      'conv2dInputGrad',
      [
        [y, g],
        [w, all[1]!],
      ],
      [[x]],
      { ...sizes, groups },
    );
    const [dw] = compute(
      'conv2dWeightGrad',
      [
        [y, g],
        [x, all[0]!],
      ],
      [[w]],
      { ...sizes, groups },
    );
    // The operation is linear in each: the sum over g is exact.
    expectSlope(all[0]!, (values) => inner(g, forward(put(all, 0, values))), dx!, 5);
    expectSlope(all[1]!, (values) => inner(g, forward(put(all, 1, values))), dw!, 5);
  });

  it.each([
    [{ stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], size: [2, 2] }, [0, 0]],
    [{ stride: [2, 1], padding: [1, 1, 1, 0], dilation: [1, 1], size: [3, 2] }, [0, 0]],
    [{ stride: [3, 3], padding: [1, 1, 1, 1], dilation: [1, 1], size: [3, 3] }, [0, 1]],
  ] as const)('pooling %j', (attributes, [down, across]) => {
    const x = some(2 * 3 * 5 * 6);
    const shape = [2, 3, 5, 6];
    const [rows, columns] = windowSizes([5, 6], attributes.size, attributes) as [number, number];
    const y = [2, 3, rows + down, columns + across];
    const g = some(sizeOf(y), 2);
    const most = (values: number[]) => compute('maxPool2d', [[shape, values]], [[y], [y, 'int32']], attributes);
    const [dx] = compute(
      'maxPool2dGrad',
      [
        [y, g],
        [y, most(x)[1]!, 'int32'],
      ],
      [[shape]],
      {},
    );
    expectSlope(x, (values) => inner(g, most(values)[0]!), dx!, 5);
    for (const includePadding of [false, true]) {
      const mean = (values: number[]) => compute('avgPool2d', [[shape, values]], [[y]], { ...attributes, includePadding })[0]!;
      const [slope] = compute('avgPool2dGrad', [[y, g]], [[shape]], { ...attributes, includePadding });
      expectSlope(x, (values) => inner(g, mean(values)), slope!, 5);
    }
  });

  it('unfolding is folding', () => {
    const attributes = { stride: [2, 1], padding: [1, 0, 2, 1], dilation: [1, 2], size: [3, 2] } as const;
    const x = some(2 * 3 * 5 * 6);
    const [rows, columns] = windowSizes([5, 6], attributes.size, attributes) as [number, number];
    const unfolded: Shape = [2, 3 * 6, rows * columns];
    const g = some(sizeOf(unfolded), 2);
    const [y] = compute('unfold', [[[2, 3, 5, 6], x]], [[unfolded]], attributes);
    const [dx] = compute('fold', [[unfolded, g]], [[[2, 3, 5, 6]]], attributes);
    expect(inner(g, y!)).toBeCloseTo(inner(dx!, x), 8);
    expectSlope(x, (values) => inner(g, compute('unfold', [[[2, 3, 5, 6], values]], [[unfolded]], attributes)[0]!), dx!, 5);
  });

  it.each([
    ['tanh', false],
    ['relu', true],
    ['gru', false],
    ['gru', true],
    ['lstm', false],
    ['lstm', true],
  ] as const)('a recurrent sequence: %s, reverse %s', (mode, reverse) => {
    const [T, B, H] = [4, 2, 3];
    const G = { tanh: 1, relu: 1, gru: 3, lstm: 4 }[mode];
    const lstm = mode === 'lstm';
    const shapes: Shape[] = [[T, B, G * H], [G * H, H], [G * H], [B, H], ...(lstm ? [[B, H]] : [])];
    const all = shapes.map((shape, i) => some(sizeOf(shape), i + 1));
    const saved: Shape = [T, B, mode === 'gru' ? 4 * H : G * H];
    const g = some(T * B * H, 8);
    const gc = lstm ? some(B * H, 9) : [];
    const forward = (values: number[][]) =>
      compute(
        'rnn',
        shapes.map((shape, i) => [shape, values[i]!] as const),
        [[[T, B, H]], [saved], ...(lstm ? [[[T, B, H]] as const] : [])],
        { mode, reverse },
      );
    const value = (values: number[][]) => {
      const [out, , cells] = forward(values);
      const last = reverse ? 0 : (T - 1) * B * H;
      return inner(g, out!) + (lstm ? inner(gc, cells!.slice(last, last + B * H)) : 0);
    };
    const [out, gates, cells] = forward(all);
    const gradients = compute(
      'rnnGrad',
      [
        [[T, B, H], g],
        [shapes[1]!, all[1]!],
        [[B, H], all[3]!],
        [[T, B, H], out!],
        [saved, gates!],
        ...(lstm ? [[[B, H], all[4]!] as const, [[T, B, H], cells!] as const, [[B, H], gc] as const] : []),
      ],
      shapes.map((shape) => [shape] as const),
      { mode, reverse },
    );
    all.forEach((x, of) => expectSlope(x, (values) => value(put(all, of, values)), gradients[of]!, 6));
  });
});

function windowSizes(
  [H, W]: readonly [number, number],
  size: readonly [number, number],
  {
    stride,
    padding,
    dilation,
  }: { stride: readonly [number, number]; padding: readonly [number, number, number, number]; dilation: readonly [number, number] },
): number[] {
  return [
    windowCount(H, size[0], stride[0], padding[0], padding[1], dilation[0]),
    windowCount(W, size[1], stride[1], padding[2], padding[3], dilation[1]),
  ];
}
