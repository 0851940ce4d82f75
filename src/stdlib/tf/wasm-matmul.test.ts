import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import { transposeBeforeMatMul } from './wasm-matmul.ts';

test('products with transposed operands are those of the cpu backend, and nothing is left behind', async () => {
  setWasmPaths(`${join(import.meta.dirname, '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
  transposeBeforeMatMul(tf);
  const shapes: [number[], number[], boolean, boolean][] = [
    [[3, 5], [5, 4], false, false],
    [[5, 3], [5, 4], true, false],
    [[3, 5], [4, 5], false, true],
    [[5, 3], [4, 5], true, true],
    [[2, 5, 3], [2, 5, 4], true, false],
    [[2, 3, 5], [1, 4, 5], false, true],
    [[2, 2, 3, 5], [2, 2, 4, 5], false, true],
  ];
  const filled = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((x, y) => x * y) }, (_, i) => Math.sin(i)),
      shape,
    );
  const results: number[][][] = [];
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const before = {
      tensors: tf.memory().numTensors,
      buffers: tf.memory().numDataBuffers,
      ids: (tf.backend() as { numDataIds(): number }).numDataIds(),
    };
    results.push(shapes.map(([a, b, ta, tb]) => tf.tidy(() => [...tf.matMul(filled(a), filled(b), ta, tb).dataSync()])));
    results.push([
      tf.tidy(() => [
        ...tf
          .grad((w: tf.Tensor) =>
            tf
              .matMul(filled([3, 5]), w as tf.Tensor2D)
              .relu()
              .sum(),
          )(filled([5, 4]))
          .dataSync(),
      ]),
    ]);
    results.push([
      tf.tidy(() => [
        ...tf.fused
          .matMul({
            a: filled([5, 3]) as tf.Tensor2D,
            b: filled([5, 4]) as tf.Tensor2D,
            transposeA: true,
            bias: filled([4]),
            activation: 'relu',
          })
          .dataSync(),
      ]),
    ]);
    expect({
      tensors: tf.memory().numTensors,
      buffers: tf.memory().numDataBuffers,
      ids: (tf.backend() as { numDataIds(): number }).numDataIds(),
    }).toEqual(before);
  }
  const [plain, gradient, fused, ...wasm] = results.map((set) => set.flat());
  for (const [cpu, other] of [
    [plain, wasm[0]],
    [gradient, wasm[1]],
    [fused, wasm[2]],
  ] as const) {
    expect(other!.length).toBe(cpu!.length);
    other!.forEach((value, i) => expect(value).toBeCloseTo(cpu![i]!, 4));
  }
});
