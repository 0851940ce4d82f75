/* Whole training steps as an eager trace records them, and how many calls are left of them. */

import { describe, expect, it } from 'vitest';
import { prepareProgram } from './prepare.ts';
import { countCalls, runProgram } from './test-program.ts';
import type { Step } from './test-steps.ts';
import { gptStep, mlpStep, startingNumbers } from './test-steps.ts';

function expectSameOutcome(step: Step): void {
  const before = runProgram(step.program, startingNumbers(step));
  const after = runProgram(prepareProgram(step.program), startingNumbers(step));
  let largest = 0;
  for (const [buffer, found] of before) {
    const other = after.get(buffer)!;
    found.forEach((x, i) => (largest = Math.max(largest, Math.abs(x - other[i]!) / Math.max(1, Math.abs(x)))));
  }
  // Biases are added before the product is rounded, once.
  expect(largest).toBeLessThan(1e-5);
  expect([...before.values()].some((found) => found.some((x) => Number.isNaN(x)))).toBe(false);
}

describe('a training step', () => {
  it('of a perceptron shrinks from 30 calls to 14, with the same outcome', () => {
    const step = mlpStep();
    expectSameOutcome(step);
    const small = prepareProgram(step.program);
    // Forward 2 products with bias (and relu), the loss and its mean; backward the gradient of each loss (a fill), 3 products, 2 sums and
    // 1 reluGrad; the update.
    expect([step.calls.length, small.calls.length]).toEqual([30, 14]);
    expect(countCalls(small)).toEqual({
      adam: 1,
      binary: 1,
      crossEntropy: 1,
      crossEntropyGrad: 1,
      fill: 1,
      fused: 1,
      matmul: 5,
      reduce: 3,
    });
  });

  it('of a GPT of two layers shrinks from 168 calls to 72, with the same outcome', () => {
    const step = gptStep(2);
    expectSameOutcome(step);
    const small = prepareProgram(step.program);
    expect([step.calls.length, small.calls.length]).toEqual([168, 72]);
    // A layer: 12 products, 4 sums over rows of gradients. Nothing moves heads: attention reads and writes where they lie.
    expect(countCalls(small)).toEqual({
      adam: 1,
      attention: 2,
      attentionGrad: 2,
      binary: 11,
      crossEntropy: 1,
      crossEntropyGrad: 1,
      fill: 2,
      fused: 1,
      layerNorm: 5,
      layerNormGrad: 5,
      matmul: 27,
      reduce: 10,
      rows: 1,
      rowsAdd: 1,
      unary: 2,
    });
  });

  it('of a GPT grows by 28 calls a layer', () => {
    const left = [2, 3, 12].map((layers) => prepareProgram(gptStep(layers).program).calls.length);
    expect(left).toEqual([72, 100, 352]);
  });
});
