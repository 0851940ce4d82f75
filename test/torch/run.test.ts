/* The runner itself, against a library of two operations: a case passes where the library is right, and a wrong value,
   shape, dtype, sign of zero, gradient or error is found and named. */

import { expect, test } from 'vitest';

import type { Case } from './cases.ts';
import { mulberry32, runCases, type Library, type Loose } from './run.ts';

class FakeTensor {
  readonly values: number[];
  readonly shape: number[];
  readonly dtype: string;
  requiresGrad: boolean;
  constructor(values: ArrayLike<number>, { shape = [values.length], dtype = 'float32', requiresGrad = false }) {
    this.values = Array.from(values);
    this.shape = shape;
    this.dtype = dtype;
    this.requiresGrad = requiresGrad;
  }
  numel(): number {
    return this.values.length;
  }
  data(): Promise<number[]> {
    return Promise.resolve(this.values);
  }
  requiresGrad_(): FakeTensor {
    this.requiresGrad = true;
    return this;
  }
  neg(): FakeTensor {
    const values = this.values.map((v) => (v === 0 && !Object.is(v, -0) ? -0 : -v));
    return new FakeTensor(values, { shape: this.shape, dtype: this.dtype, requiresGrad: this.requiresGrad });
  }
}

/** `neg` is right; `bad` doubles. The gradient of both is −1 times the cotangent. */
const library: Library = {
  Tensor: FakeTensor,
  nn: { functional: {} },
  optim: {},
  random: () => undefined,
  tensor: Object.assign((data: ArrayLike<number>, options: Loose) => new FakeTensor(data, options), {
    setDefaultDevice: () => Promise.resolve(),
    neg: (a: FakeTensor) => a.neg(),
    bad: (a: FakeTensor) =>
      new FakeTensor(
        a.values.map((v) => v * 2),
        a,
      ),
    fail: () => {
      throw Object.assign(new Error('fail: expected more'), { code: 'value' });
    },
    autograd: {
      grad: (_outputs: FakeTensor[], inputs: FakeTensor[], { gradOutputs }: Loose) =>
        inputs.map(
          (x) =>
            new FakeTensor(
              gradOutputs[0].values.map((v: number) => -v),
              x,
            ),
        ),
    },
  }),
};

const x = { $t: [1, -2, 'nan', 'inf', 0], s: [5], g: 1 } as const;
const right = { $t: [-1, 2, 'nan', '-inf', '-0'], s: [5] };
const neg = {
  name: 'neg',
  call: 'tensor.neg',
  args: [x],
  expect: right,
  bits: 1,
  method: 1,
  grads: [[0.5, -1.25, -0.25, 0.75, -1]],
} as const;

async function messageOf(one: object): Promise<string> {
  const { failed } = await runCases(library, 'js', [{ name: 'case', ...one } as Case]);
  return failed[0]?.message ?? '';
}

test('a right library passes, and its gradients are compared with the fixed cotangent', async () => {
  expect(await runCases(library, 'js', [neg as unknown as Case])).toEqual({ passed: 1, skipped: 0, failed: [] });
});

test.each([
  ['a wrong value', { ...neg, call: 'tensor.bad' }, '[0] expected -1, got 2'],
  ['a wrong shape', { ...neg, expect: { ...right, s: [1, 5] } }, 'expected shape [1,5], got [5]'],
  ['a wrong dtype', { ...neg, expect: { ...right, d: 'int32' } }, 'expected dtype int32, got float32'],
  ['the sign of a zero, where signs count', { ...neg, expect: { ...right, $t: [-1, 2, 'nan', '-inf', 0] } }, '[4] expected 0, got -0'],
  ['a number for NaN', { ...neg, expect: { ...right, $t: [-1, 2, 7, '-inf', '-0'] } }, '[2] expected 7, got NaN'],
  ['the other infinity', { ...neg, expect: { ...right, $t: [-1, 2, 'nan', 'inf', '-0'] } }, '[3] expected Infinity, got -Infinity'],
  ['a wrong gradient', { ...neg, grads: [[0.5, -1.25, -0.25, 0.75, 4]] }, 'grad 0 [5]: 1 of 5 differ'],
  [
    'a method that is missing',
    { ...neg, call: 'tensor.bad', expect: { ...right, $t: [2, -4, 'nan', 'inf', 0] }, grads: undefined },
    'no method bad',
  ],
  ['a name that is missing', { ...neg, call: 'tensor.nothing' }, 'no tensor.nothing'],
  [
    'a value off by more than the tolerance',
    { ...neg, expect: { ...right, $t: [-1.0001, 2, 'nan', '-inf', '-0'] } },
    'expected -1.0001, got -1',
  ],
  ['an error that did not come', { js: 'return 1', in: {}, throws: 'value' }, 'expected an error of code value'],
  ['another code', { js: 'return tensor.fail()', in: {}, throws: 'shape' }, 'expected an error of code shape, got value'],
  ['another message', { js: 'return tensor.fail()', in: {}, throws: 'value', message: 'less' }, 'expected a message with "less"'],
  ['an item of a list', { js: 'return [1, 2]', in: {}, expect: [1, 3] }, 'result[1]: expected 3, got 2'],
])('finds %s', async (_, one, message) => {
  expect(await messageOf(one)).toContain(message);
});

test('the expected error passes, synchronous or not', async () => {
  expect(await messageOf({ js: 'return tensor.fail()', in: {}, throws: 'value', message: 'expected more' })).toBe('');
  expect(await messageOf({ js: 'await null; return tensor.fail()', in: {}, throws: 'value' })).toBe('');
});

test('seeded numbers are those of the Python side', () => {
  expect([...mulberry32(1, 3)].map((u) => u * 2 ** 24)).toEqual([10520554, 45897, 8849092]);
});
