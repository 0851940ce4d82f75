import { describe, expect, test } from 'vitest';
import { hostArray, type DType } from './dtype.ts';
import cases from '../../test/fixtures/print.json';
import { tensor } from './index.ts';
import { print, type Printable, type PrintOptions } from './print.ts';

/** A tensor from numbers; NaN, infinities and −0 come as words in the fixtures. */
function made(values: readonly (number | string)[], shape: readonly number[], dtype: DType): Printable {
  const data = hostArray(values.length, dtype);
  values.forEach((value, i) => (data[i] = Number(String(value).replace('inf', 'Infinity'))));
  return { data, shape, dtype };
}
const row = (...values: number[]): Printable => made(values, [values.length], 'float32');

test('300 tensors of all types print as PyTorch 2.15 prints them, letter for letter', () => {
  for (const { data, shape, dtype, options, text, ...rest } of cases) {
    expect(print({ ...made(data, shape, dtype as DType), ...rest }, options as PrintOptions)).toBe(text);
  }
  expect(cases).toHaveLength(300);
});

describe('by hand', () => {
  test('numbers without a fraction end in a point, columns are aligned', () => {
    expect(print(made([1, 2, 3, 4], [2, 2], 'float32'))).toBe('tensor([[1., 2.],\n        [3., 4.]])');
    expect(print(row(-1.5, 10.25))).toBe('tensor([-1.5000, 10.2500])');
  });

  test('the type is named unless PyTorch would guess it', () => {
    expect(print(made([1, 2], [2], 'int32'))).toBe('tensor([1, 2], dtype=torch.int32)');
    expect(print(made([1, 0], [2], 'bool'))).toBe('tensor([ True, False])');
    expect(print(made([7], [], 'uint8'))).toBe('tensor(7, dtype=torch.uint8)');
    expect(print({ ...row(1), dtype: 'float64' })).toBe('tensor([1.], dtype=torch.float64)');
    expect(print({ ...row(1), dtype: 'float64', defaultDtype: 'float64' })).toBe('tensor([1.])');
    expect(print(made([], [0, 3], 'bool'))).toBe('tensor([], size=(0, 3), dtype=torch.bool)');
  });

  test('what carries a gradient says so', () => {
    expect(print({ ...row(1), requiresGrad: true })).toBe('tensor([1.], requires_grad=True)');
    expect(print({ ...row(1), requiresGrad: true, gradFn: 'MulBackward0' })).toBe('tensor([1.], grad_fn=<MulBackward0>)');
  });

  test('more than the threshold are summarised, as many as it are not', () => {
    const many = (n: number): Printable =>
      made(
        Array.from({ length: n }, (_, i) => i),
        [n],
        'int32',
      );
    expect(print(many(1001))).toBe('tensor([   0,    1,    2,  ...,  998,  999, 1000], dtype=torch.int32)');
    expect(print(many(1000))).not.toContain('...');
    expect(print(many(1001), { threshold: Infinity })).not.toContain('...');
  });

  test('ties of the last decimal go to the even digit', () => {
    expect(print(row(0.03125, 0.09375))).toBe('tensor([0.0312, 0.0938])');
    expect(print(row(100005, 0.5), { precision: 4, sciMode: true })).toBe('tensor([1.0000e+05, 5.0000e-01])');
    expect(print(row(2.5), { precision: 0 })).toBe('tensor([2])');
  });
});

test('toText reads a tensor and says whether it carries a gradient', async () => {
  // oxlint-disable-next-line typescript/no-explicit-any -- functions are installed by name
  const a = (tensor as any)([[1, 2.5]], { requiresGrad: true });
  expect(await a.toText()).toBe('tensor([[1.0000, 2.5000]], requires_grad=True)');
  expect(await a.mul(2).toText({ precision: 1 })).toBe('tensor([[2., 5.]], grad_fn=<MulBackward0>)');
  expect(await a.detach().t().toText()).toBe('tensor([[1.0000],\n        [2.5000]])');
  expect(() => a.toText({ digits: 3 })).toThrow(/^toText: unknown option "digits"/);
});
