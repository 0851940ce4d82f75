import { expect, test } from 'vitest';
import { random, tensor as loose, TensorError, type Tensor } from './index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- functions are installed by name
const tensor = loose as any;
const made = (value: unknown): Tensor => value as Tensor;

test('a shape gives a tensor of the words that a count gives an array of', async () => {
  const shape = [2, 3];
  const uniform = made(random(5).uniform(shape, { low: -1, high: 3 }));
  expect([uniform.shape, uniform.dtype]).toEqual([shape, 'float32']);
  const expected = random(5).uniform(6, { low: -1, high: 3 });
  (await uniform.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  const normal = made(random(5).normal([5], { mean: 2, std: 3 }));
  const z = random(5).normal(5, { mean: 2, std: 3 });
  (await normal.data()).forEach((value, i) => expect(Math.abs(value - z[i]!)).toBeLessThan(1e-5));
  const words = random(5).uint32(4);
  const ints = made(random(5).randint(-2, 8, [4]));
  expect([ints.dtype, ...(await ints.data())]).toEqual(['int32', ...Array.from(words, (word) => Math.floor((word * 10) / 2 ** 32) - 2)]);
  const coins = made(random(5).bernoulli(0.4, [4]));
  expect([coins.dtype, ...(await coins.data())]).toEqual([
    'float32',
    ...Array.from(words, (word) => ((word >>> 8) / 2 ** 24 < 0.4 ? 1 : 0)),
  ]);
});

test('draws of tensors, arrays and numbers share one offset', async () => {
  const r = random(1);
  r.uniform();
  r.uniform([3]); // words 4 to 6
  expect(r.getState().offset).toBe(8);
  r.normal([3]); // words 8 to 11
  expect(r.getState().offset).toBe(12);
  r.normal([5]); // words 12 to 17
  expect(r.getState().offset).toBe(20);
  tensor.rand([2], { generator: r });
  expect(r.getState().offset).toBe(24);
  tensor.randperm(3, { generator: r });
  expect(r.getState().offset).toBe(28);
  expect(await tensor.randn([4], { generator: random(2) }).array()).toEqual(await made(random(2).normal([4])).array());
});

test('dtype, device and requiresGrad are options; others and bad shapes are faults of the library’s kind', () => {
  const wide = made(random(1).uniform([2], { dtype: 'float64', device: 'js', requiresGrad: true } as object));
  expect([wide.dtype, wide.requiresGrad]).toEqual(['float64', true]);
  expect(() => random(1).uniform([2], { lo: 1 } as object)).toThrow(/^uniform: unknown option "lo"/);
  expect(() => random(1).normal([-2])).toThrow(TensorError);
  expect(() => random(1).normal([2], { dtype: 'int32' } as object)).toThrow('normal: expected a float dtype, got int32.');
  expect(() => random(-1)).toThrow(TensorError);
  expect(() => random(1).randint(3, 3)).toThrow(TensorError);
});
