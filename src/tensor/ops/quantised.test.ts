import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../base/random.ts';
import { tensor as loose, type Tensor } from '../index.ts';
import { dequantize as plainDequantize, quantize as plainQuantize } from '../quantize.ts';
import type { QuantizedTensor } from './quantised.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- functions are installed by name
const tensor = loose as any;

const options = fc.record({
  bits: fc.constantFrom(8 as const, 4 as const),
  groupSize: fc.constantFrom(null, 1, 3, 4, 32),
  symmetric: fc.boolean(),
});

test('the packed tensors are those of the plain form, byte by byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(4), fc.integer({ min: 1, max: 17 }), fc.nat(), options, async (rows, columns, seed, choice) => {
      const w = Float32Array.from(random(seed).normal(rows * columns));
      if (rows > 0 && seed % 2 === 0) w.fill(seed % 4 === 0 ? 0 : 2.5, 0, columns); // a row without width
      const packed = tensor.quantize(tensor(w, { shape: [rows, columns] }), choice) as QuantizedTensor;
      const plain = plainQuantize(w, [rows, columns], choice);
      expect(await packed.q.data()).toEqual(plain.q);
      expect(packed.q.dtype).toBe('uint8');
      expect(await packed.scale.data()).toEqual(plain.scale);
      if (plain.zero) expect(Array.from(await packed.zero!.data(), (z) => z + 0)).toEqual(Array.from(plain.zero, (z) => z + 0));
      else expect(packed.zero).toBe(null);
      expect([packed.shape, packed.bits, packed.groupSize]).toEqual([[rows, columns], choice.bits, choice.groupSize]);
      expect(await tensor.dequantize(packed).data()).toEqual(plainDequantize(plain));
    }),
    { seed: 1, numRuns: 80 },
  );
});

test('qmatmul is the product with the dequantised weights, and differentiable in x', async () => {
  for (const choice of [{}, { bits: 4, groupSize: 3 }, { bits: 4, symmetric: false }, { symmetric: false, groupSize: 4 }]) {
    const packed = tensor.quantize(tensor(random(1).normal(5 * 7), { shape: [5, 7] }), choice);
    const x = tensor(random(2).normal(2 * 3 * 7), { shape: [2, 3, 7], requiresGrad: true }) as Tensor;
    const y = tensor.qmatmul(x, packed) as Tensor;
    y.square().sum().backward();
    const other = tensor(await x.data(), { shape: [2, 3, 7], requiresGrad: true }) as Tensor;
    const expected = other.matmul(tensor.dequantize(packed).T);
    expected.square().sum().backward();
    expect(await y.allclose(expected)).toBe(true);
    expect(await x.grad!.allclose(other.grad!, { rtol: 1e-5, atol: 1e-6 })).toBe(true);
  }
});

test('faults name the function', () => {
  expect(() => tensor.quantize(tensor([1, 2]))).toThrow('quantize: expected weights [out, in], got [2].');
  expect(() => tensor.quantize(tensor([[1]], { dtype: 'int32' }))).toThrow('quantize: expected floats, got int32.');
  const packed = tensor.quantize(tensor([[1, 2]]));
  expect(() => tensor.qmatmul(tensor([1, 2, 3]), packed)).toThrow('qmatmul: expected x [..., 2] for weights [1, 2], got [3].');
  expect(() => tensor.dequantize({ q: 1 })).toThrow(/^dequantize: expected packed weights from tensor\.quantize\(w\)/);
  packed.q.dispose();
  expect(() => tensor.qmatmul(tensor([1, 2]), packed)).toThrow(/^qmatmul: argument 2 was disposed/);
});
