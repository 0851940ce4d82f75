/* Writing in place: the same values and gradients as the form without underscore, and what refuses. */

import { describe, expect, test } from 'vitest';

import { tensor as library, type Tensor } from './index.ts';

const tensor = library as unknown as Record<string, (...args: unknown[]) => Tensor> &
  ((data: unknown, options?: object) => Tensor) & { noGrad<R>(fn: () => R): R };
const values = [0.5, 1.5, -0.7, 2.5];
const positive = values.map(Math.abs);

const forms: readonly (readonly [name: string, inputs: readonly number[], ...args: unknown[]])[] = [
  ['add', values, 2],
  ['sub', values, tensor([1, 2, 3, 4])],
  ['mul', values, tensor([1, -2, 3, 4])],
  ['div', values, tensor([1, 2, -3, 4])],
  ['pow', positive, 2.5],
  ['neg', values],
  ['exp', values],
  ['sqrt', positive],
  ['clamp', values, { min: -0.5, max: 2 }],
  ['lerp', values, tensor([1, 1, 1, 1]), 0.3],
  ['maskedFill', values, tensor([true, false, true, false]), 9],
];

type Method = (...args: unknown[]) => Tensor;
const call = (t: Tensor, name: string, args: readonly unknown[]): Tensor => (t as unknown as Record<string, Method>)[name]!(...args);

describe('in place', () => {
  for (const [name, inputs, ...args] of forms)
    test(`${name}_ has the values and the gradient of the plain form`, async () => {
      const outcome = async (inPlace: boolean): Promise<unknown[]> => {
        const x = tensor(inputs, { requiresGrad: true });
        const middle = x.mul(1.5);
        const y = inPlace ? call(middle, `${name}_`, args) : call(middle, name, args);
        if (inPlace) expect(y).toBe(middle);
        y.mul(tensor([1, 2, 3, 4]))
          .sum()
          .backward();
        return [await y.array(), await x.grad!.array()];
      };
      expect(await outcome(true)).toEqual(await outcome(false));
    });

  test('clone, to and typeAs pass gradients on', async () => {
    const x = tensor(values, { requiresGrad: true });
    x.clone().to('float64').typeAs(x).mul(3).sum().backward();
    expect(await x.grad!.array()).toEqual([3, 3, 3, 3]);
    expect(x.grad!.dtype).toBe('float32');
  });

  test('a leaf that requires gradients refuses outside of noGrad', () => {
    const x = tensor(values, { requiresGrad: true });
    expect(() => x.add_(1)).toThrow(/add_: .*in place/);
    expect(() => tensor.noGrad(() => x.add_(1))).not.toThrow();
  });

  test('what was saved for backward and changed since is noticed, with both names', () => {
    const x = tensor(values, { requiresGrad: true });
    const y = x.exp();
    const z = y.mul(y);
    tensor.noGrad(() => y.add_(1));
    expect(() => z.sum().backward()).toThrow(/mul.*add_|add_.*mul/);
  });

  test('a result of another shape or category is refused and nothing is changed', async () => {
    const x = tensor([1, 2]);
    expect(() => x.add_(tensor([[1, 2], [3, 4]]))).toThrow(/add_/); // prettier-ignore
    const i = tensor([1, 2], { dtype: 'int32' });
    expect(() => i.mul_(0.5)).toThrow(/mul_: .*float32.*int32/);
    expect(await i.array()).toEqual([1, 2]);
  });
});
