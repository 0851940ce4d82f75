import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { tensor, type Tensor } from './index.ts';

/** What an ort.Tensor has of its own. */
class OrtTensor {
  readonly type: string;
  readonly data: ArrayLike<number | bigint>;
  readonly dims: readonly number[];
  constructor(type: string, data: ArrayLike<number | bigint>, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}
const make = tensor as unknown as (data: unknown, options?: object) => Tensor;
const guests = tensor as unknown as { fromTf(t: unknown): Promise<Tensor>; fromOrt(v: unknown): Tensor };

describe('tensors of tfjs', () => {
  test('come and go with shape, type and values', async () => {
    for (const t of [
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tf.tensor1d([1, -2], 'int32'),
      tf.tensor1d([true, false], 'bool'),
      tf.scalar(2.5),
    ]) {
      const own = await guests.fromTf(t);
      expect([own.shape, own.dtype]).toEqual([t.shape, t.dtype]);
      expect(Array.from(await own.data())).toEqual(Array.from(await t.data()));
      const back = (await own.toTf(tf)) as tf.Tensor;
      expect([back.shape, back.dtype, Array.from(await back.data())]).toEqual([t.shape, t.dtype, Array.from(await t.data())]);
    }
  });
  test('a view crosses in its own order', async () => {
    const back = (await make([
      [1, 2],
      [3, 4],
    ]).T.toTf(tf)) as tf.Tensor;
    expect(await back.array()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
  test('what is no tensor of tfjs, and types that tensors lack, are errors', async () => {
    await expect(guests.fromTf([1])).rejects.toThrow(/fromTf: expected a tensor of tfjs/);
    await expect(guests.fromTf(tf.tensor1d(['a']))).rejects.toThrow(/fromTf: expected float32, int32 or bool, got string/);
    await expect(make([1]).toTf(undefined)).rejects.toThrow(/toTf: expected tf/);
  });
});

describe('tensors of onnxruntime', () => {
  test('int64 becomes int32, and a value out of range says so', async () => {
    const own = guests.fromOrt(new OrtTensor('int64', BigInt64Array.of(1n, -2n, 2147483647n), [3]));
    expect([own.dtype, await own.array()]).toEqual(['int32', [1, -2, 2147483647]]);
    expect(() => guests.fromOrt(new OrtTensor('int64', BigInt64Array.of(2147483648n), [1]))).toThrow(/2147483648.*int32/);
  });
  test('half precision is exact, with its subnormals and infinities', async () => {
    const own = guests.fromOrt(new OrtTensor('float16', Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00), [2, 2]));
    expect(await own.array()).toEqual([
      [1, -2],
      [2 ** -24, Infinity],
    ]);
  });
  test('every type of ours goes there', async () => {
    const sent = (await make([[1, 2]], { dtype: 'int32' }).toOrt({ Tensor: OrtTensor })) as OrtTensor;
    expect([sent.type, sent.data, sent.dims]).toEqual(['int32', Int32Array.of(1, 2), [1, 2]]);
    const flags = (await make([true, false]).toOrt({ Tensor: OrtTensor })) as OrtTensor;
    expect([flags.type, flags.data]).toEqual(['bool', Uint8Array.of(1, 0)]);
  });
  test('a value on the GPU is to be read first', () => {
    expect(() => guests.fromOrt({ type: 'float32', dims: [1], location: 'gpu-buffer' })).toThrow(/getData/);
  });
});
