/* The reference against the plainest form of each definition, and against numbers from elsewhere. Elementwise functions and
   gradients have tests of their own. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random as generator } from '../src/base/random.ts';
import { createJsBackend } from './js/backend.ts';
import { compute, some, view } from './test-call.ts';
import type { Call, HostArray, Program } from './types.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function expectClose(got: readonly number[], want: readonly number[], digits = 10): void {
  expect(got).toHaveLength(want.length);
  want.forEach((value, i) =>
    Number.isFinite(value) ? expect(got[i], `element ${i}`).toBeCloseTo(value, digits) : expect(got[i]).toBe(value),
  );
}

describe('reductions', () => {
  const reduce = (fn: 'max' | 'argmax' | 'argmin' | 'sum' | 'prod' | 'min', x: number[], dtype: 'float64' | 'int32' = 'float64') =>
    compute('reduce', [[[1, x.length], x, dtype]], [[[1], fn.startsWith('arg') ? 'int32' : dtype]], { fn, count: 1 })[0]![0];

  it('let NaN win and take the first of ties', () => {
    expect(reduce('max', [1, nan, 3])).toBeNaN();
    expect(reduce('min', [1, nan, 3])).toBeNaN();
    expect(reduce('argmax', [1, nan, 3, nan])).toBe(1);
    expect(reduce('argmin', [1, nan, -3])).toBe(1);
    expect(reduce('argmax', [1, 3, 3])).toBe(1);
    expect(reduce('argmin', [2, 1, 1])).toBe(1);
    expect(reduce('argmax', [-inf, -inf])).toBe(0);
  });
  it('wrap integers', () => {
    expect(reduce('sum', [2147483647, 1, 1], 'int32')).toBe(-2147483647);
    expect(reduce('prod', [1000003, 1000003, 1000003], 'int32')).toBe(Math.imul(Math.imul(1000003, 1000003), 1000003));
  });
  it('of nothing give what begins them', () => {
    expect([reduce('sum', []), reduce('prod', [])]).toEqual([0, 1]);
  });
  it('run along as sums, products and logsumexp', () => {
    const scan = (fn: 'sum' | 'prod' | 'logsumexp', x: number[]) => compute('scan', [[[x.length], x]], [[[x.length]]], { fn })[0]!;
    expect(scan('sum', [1, 2, 3])).toEqual([1, 3, 6]);
    expect(scan('prod', [1, 2, 3])).toEqual([1, 2, 6]);
    expectClose(scan('logsumexp', [-inf, 1, 1000, 1001, -inf, inf]), [
      -inf,
      1,
      1000,
      1001 + Math.log1p(Math.exp(-1)),
      1001 + Math.log1p(Math.exp(-1)),
      inf,
    ]);
  });
});

describe('products', () => {
  it('are sums of products, with bias and activation', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(6), fc.nat(9), fc.nat(6), (B, M, K, N) => {
        const [a, b, bias] = [some(B * M * K), some(B * K * N, 2), some(N, 3)];
        const want: number[] = [];
        for (let n = 0; n < B; n++) {
          for (let i = 0; i < M; i++) {
            for (let j = 0; j < N; j++) {
              let sum = bias[j]!;
              for (let k = 0; k < K; k++) sum += a[(n * M + i) * K + k]! * b[(n * K + k) * N + j]!;
              want.push(Math.max(0, sum));
            }
          }
        }
        expectClose(
          compute(
            'matmul',
            [
              [[B, M, K], a],
              [[B, K, N], b],
              [[N], bias],
            ],
            [[[B, M, N]]],
            { bias: true, activation: 'relu' },
          )[0]!,
          want,
        );
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('unpack weights of 8 and 4 bits, low nibble first', () => {
    const qmatmul = (q: number[], bits: 8 | 4, columns: number, scale: number[], zero: number[] | null, groupSize: number) =>
      compute(
        'qmatmul',
        [
          [[1, columns], Array.from({ length: columns }, (_, i) => 10 ** i)],
          [[1, q.length], q, 'uint8'],
          [[1, scale.length], scale],
          ...(zero ? [[[1, zero.length], zero] as const] : []),
        ],
        [[[1, 1]]],
        { bits, groupSize, columns, asymmetric: zero !== null },
      )[0]![0];
    expect(qmatmul([1, 255, 128], 8, 3, [1], null, 3)).toBe(1 - 10 - 12800);
    expect(qmatmul([0xf1, 0x08], 4, 3, [1, 2], null, 2)).toBe(1 - 10 - 2 * 800);
    expect(qmatmul([1, 255], 8, 2, [0.5], [3], 2)).toBe(0.5 * (-2 + 2520));
    expect(qmatmul([0xf1], 4, 2, [1, 3], [1, 2], 1)).toBe(0 + 3 * 130);
  });
});

describe('rows', () => {
  it('of softmax sum to 1, also near ±1e4; one of −inf is NaN', () => {
    expectClose(
      compute(
        'softmax',
        [
          [
            [2, 3],
            [1e4, 1e4, -1e4, -inf, -inf, -inf],
          ],
        ],
        [[[2, 3]]],
        { log: false },
      )[0]!,
      [0.5, 0.5, 0, nan, nan, nan],
    );
    expectClose(
      compute(
        'softmax',
        [
          [
            [1, 2],
            [1e4, 0],
          ],
        ],
        [[[1, 2]]],
        { log: true },
      )[0]!,
      [0, -1e4],
    );
  });
  it('normalised have mean 0 and deviation 1', () => {
    const [y, mean, rstd] = compute(
      'layerNorm',
      [
        [
          [1, 4],
          [1, 2, 3, 4],
        ],
      ],
      [[[1, 4]], [[1]], [[1]]],
      { eps: 0, rms: false, weight: false, bias: false },
    );
    expectClose(
      y!,
      [-3, -1, 1, 3].map((value) => value / Math.sqrt(5)),
    );
    expectClose([...mean!, ...rstd!], [2.5, 1 / Math.sqrt(1.25)]);
    expectClose(
      compute(
        'layerNorm',
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [[[1, 2]], [[1]], [[1]]],
        { eps: 0, rms: true, weight: false, bias: false },
      )[0]!,
      [3, 4].map((value) => value / Math.sqrt(12.5)),
    );
  });
  it('of logits have the cross entropy of their softmax, smoothed or ignored', () => {
    const loss = (smoothing: number) =>
      compute(
        'crossEntropy',
        [
          [
            [2, 3],
            [1, 2, 3, 1, 1, 1],
          ],
          [[2], [2, -1], 'int32'],
        ],
        [[[2]], [[2]]],
        { ignoreIndex: -1, smoothing },
      )[0]!;
    const lse = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3));
    expectClose(loss(0), [lse - 3, 0]);
    expectClose(loss(0.3), [lse - 0.7 * 3 - 0.3 * 2, 0]);
  });
  it('are sorted stably, NaN last, and searched', () => {
    const sort = (descending: boolean) =>
      compute(
        'sort',
        [
          [
            [1, 6],
            [2, nan, 1, 2, -inf, 1],
          ],
        ],
        [[[1, 6]], [[1, 6], 'int32']],
        { descending },
      );
    expect(sort(false)).toEqual([
      [-inf, 1, 1, 2, 2, nan],
      [4, 2, 5, 0, 3, 1],
    ]);
    expect(sort(true)).toEqual([
      [nan, 2, 2, 1, 1, -inf],
      [1, 0, 3, 2, 5, 4],
    ]);
    const search = (right: boolean) =>
      compute(
        'searchSorted',
        [
          [
            [1, 4],
            [1, 2, 2, 5],
          ],
          [
            [1, 5],
            [0, 2, 3, 9, nan],
          ],
        ],
        [[[1, 5], 'int32']],
        { right },
      )[0];
    expect([search(false), search(true)]).toEqual([
      [0, 1, 3, 4, 4],
      [0, 3, 3, 4, 4],
    ]);
  });
});

describe('attention', () => {
  it('is the softmax of scaled products, heads sharing keys; a row with nothing to attend to is 0', () => {
    const [q, k, v] = [some(1 * 2 * 3 * 2), some(1 * 1 * 4 * 2, 2), some(1 * 1 * 4 * 3, 3)];
    const want: number[] = [];
    const sums: number[] = [];
    for (let h = 0; h < 2; h++) {
      for (let t = 0; t < 3; t++) {
        const scores = [0, 1, 2, 3]
          .map((s) => 0.7 * (q[(h * 3 + t) * 2]! * k[s * 2]! + q[(h * 3 + t) * 2 + 1]! * k[s * 2 + 1]!))
          .filter((_, s) => s <= t - 1);
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
        for (let d = 0; d < 3; d++) want.push(scores.reduce((sum, score, s) => sum + (Math.exp(score) / total) * v[s * 3 + d]!, 0));
        sums.push(Math.log(total));
      }
    }
    const [out, lse] = compute(
      'attention',
      [
        [[1, 2, 3, 2], q],
        [[1, 1, 4, 2], k],
        [[1, 1, 4, 3], v],
      ],
      [[[1, 2, 3, 3]], [[1, 2, 3]]],
      { causal: true, offset: -1, scale: 0.7, mask: false },
    );
    expectClose(out!, want);
    expectClose(lse!, sums);
    expect(lse![0]).toBe(-inf);
  });
});

describe('windows', () => {
  it('of convolution read what their taps name', () => {
    const [x, w] = [some(1 * 4 * 5 * 6), some(6 * 2 * 2 * 3, 2)];
    const [stride, padding, dilation] = [
      [2, 1],
      [1, 0, 2, 1],
      [1, 2],
    ] as const;
    const want: number[] = [];
    for (let o = 0; o < 6; o++) {
      for (let r = 0; r < 3; r++) {
        for (let s = 0; s < 5; s++) {
          let sum = 0;
          for (let c = 0; c < 2; c++) {
            for (let p = 0; p < 2; p++) {
              for (let q = 0; q < 3; q++) {
                const [row, column] = [r * 2 + p - 1, s + q * 2 - 2];
                if (row >= 0 && row < 5 && column >= 0 && column < 6)
                  sum += x[((o < 3 ? 0 : 2) + c) * 30 + row * 6 + column]! * w[((o * 2 + c) * 2 + p) * 3 + q]!;
              }
            }
          }
          want.push(sum);
        }
      }
    }
    expectClose(
      compute(
        'conv2d',
        [
          [[1, 4, 5, 6], x],
          [[6, 2, 2, 3], w],
        ],
        [[[1, 6, 3, 5]]],
        { stride, padding, dilation, groups: 2, bias: false },
      )[0]!,
      want,
    );
  });

  it('of pooling take the first maximum, and means over what is counted', () => {
    const x = [1, 5, 5, 0, nan, 2, 3, 3, 3];
    const sizes = { size: [2, 2], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
    expect(compute('maxPool2d', [[[1, 1, 3, 3], x]], [[[1, 1, 2, 2]], [[1, 1, 2, 2], 'int32']], sizes)).toEqual([
      [nan, nan, nan, nan],
      [4, 4, 4, 4],
    ]);
    expect(
      compute(
        'maxPool2d',
        [
          [
            [1, 1, 3, 3],
            [1, 5, 5, 0, 5, 2, 3, 3, 3],
          ],
        ],
        [[[1, 1, 2, 2]], [[1, 1, 2, 2], 'int32']],
        sizes,
      ),
    ).toEqual([
      [5, 5, 5, 5],
      [1, 1, 4, 4],
    ]);
    const mean = (includePadding: boolean) =>
      compute(
        'avgPool2d',
        [
          [
            [1, 1, 2, 2],
            [1, 2, 3, 4],
          ],
        ],
        [[[1, 1, 2, 2]]],
        { size: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1], includePadding },
      )[0];
    expect(mean(true)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(mean(false)).toEqual([1, 2, 3, 4]);
  });

  it('rounded up are clipped at the padded edge, as in PyTorch', () => {
    // 6 elements, size 3, stride 2, padding 1 on both sides, and one window more: element 5, padding, and nothing.
    const [y] = compute(
      'avgPool2d',
      [
        [
          [1, 1, 1, 6],
          [1, 2, 3, 4, 5, 6],
        ],
      ],
      [[[1, 1, 1, 4]]],
      {
        size: [1, 3],
        stride: [1, 2],
        padding: [0, 0, 1, 1],
        dilation: [1, 1],
        includePadding: true,
      },
    );
    expectClose(y!, [1, 3, 5, 3]);
  });
});

describe('indices', () => {
  it('gather and scatter along a dim; out of range reads NaN and writes nothing', () => {
    const x = [1, 2, 3, 4, 5, 6];
    expect(
      compute(
        'gather',
        [
          [[2, 3], x],
          [[2, 2], [2, 0, 1, 5], 'int32'],
        ],
        [[[2, 2]]],
        { dim: 1 },
      )[0],
    ).toEqual([3, 1, 5, nan]);
    expect(
      compute(
        'gather',
        [
          [[2, 3], x, 'int32'],
          [[1, 3], [1, 0, -1], 'int32'],
        ],
        [[[1, 3], 'int32']],
        { dim: 0 },
      )[0],
    ).toEqual([4, 2, 0]);
    const scatter = (mode: 'set' | 'add') =>
      compute(
        'scatter',
        [
          [[1, 4], [0, 2, 0, 3], 'int32'],
          [
            [1, 4],
            [1, 2, 4, 8],
          ],
        ],
        [[[1, 3]]],
        { dim: 1, mode },
      )[0];
    expect([scatter('set'), scatter('add')]).toEqual([
      [4, 0, 2],
      [5, 0, 2],
    ]);
    expect(
      compute(
        'rows',
        [
          [[3, 2], x],
          [[3], [2, 0, 3], 'int32'],
        ],
        [[[3, 2]]],
        {},
      )[0],
    ).toEqual([5, 6, 1, 2, nan, nan]);
    expect(
      compute(
        'rowsAdd',
        [
          [[3], [1, 1, 9], 'int32'],
          [[3, 2], x],
        ],
        [[[2, 2]]],
        {},
      )[0],
    ).toEqual([0, 0, 4, 6]);
  });
});

describe('random numbers', () => {
  const draw = (
    kind: 'bits' | 'uniform' | 'normal' | 'integer',
    n: number,
    low: number,
    high: number,
    state: number[],
    dtype: 'float32' | 'float64' | 'int32' = 'int32',
  ) => compute('random', [[[4], state.map((word) => word | 0), 'int32']], [[[n], dtype]], { kind, low, high })[0]!;

  it('are Philox 4x32-10: known answers of Random123', () => {
    const hex = (words: number[]) => words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ');
    expect(hex(draw('bits', 4, 0, 0, [0, 0, 0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  });

  it('are the words of the generator, wherever they begin', () => {
    const r = generator(123456789012345);
    const [low, high] = [123456789012345 % 2 ** 32, Math.floor(123456789012345 / 2 ** 32)];
    const words = [...r.uint32(23)];
    expect(draw('bits', 23, 0, 0, [low, high, 0, 0]).map((word) => word >>> 0)).toEqual(words);
    expect(draw('bits', 7, 0, 0, [low, high, 4, 0]).map((word) => word >>> 0)).toEqual(words.slice(16));
    r.setState({ seed: 123456789012345, offset: 0 });
    expect(draw('uniform', 23, 0, 1, [low, high, 0, 0], 'float64')).toEqual([...r.uniform(23)]);
    r.setState({ seed: 123456789012345, offset: 0 });
    expectClose(draw('normal', 23, 2, 3, [low, high, 0, 0], 'float64'), [...r.normal(23, { mean: 2, std: 3 })], 12);
    r.setState({ seed: 123456789012345, offset: 0 });
    expect(draw('integer', 5, -10, 1000, [low, high, 0, 0])).toEqual(Array.from({ length: 5 }, () => r.randint(-10, 1000)));
  });

  it('carry the count of blocks into its high word', () => {
    const over = draw('bits', 8, 0, 0, [5, 6, 0xffffffff, 7]);
    expect(over.slice(4)).toEqual(draw('bits', 4, 0, 0, [5, 6, 0, 8]));
  });

  it('scale a word exactly, to the whole range of int32 too', () => {
    const words = draw('bits', 64, 0, 0, [9, 9, 0, 0]).map((word) => BigInt(word >>> 0));
    const integers = draw('integer', 64, -2147483648, 2147483647, [9, 9, 0, 0]);
    expect(integers).toEqual(words.map((word) => Number((word * 4294967295n) >> 32n) - 2147483648));
  });

  it('stretch uniform numbers in float32', () => {
    const u = draw('uniform', 64, 0, 1, [1, 2, 3, 4], 'float32');
    expect(draw('uniform', 64, -0.3, 0.7, [1, 2, 3, 4], 'float32')).toEqual(
      u.map((value) => Math.fround(Math.fround(-0.3) + Math.fround(value))),
    );
  });
});

describe('Adam', () => {
  it('takes a first step of lr against the sign of the gradient', () => {
    const zeros = [0, 0, 0];
    const backend = createJsBackend();
    const [p, g, m, v] = [[1, 2, 3], [0.5, -4, 0], zeros, zeros].map((list) => view([3], Float64Array.from(list), 'float64'));
    const h = view([8], Float64Array.from([0.1, 0.9, 0.999, 1e-8, 0.5, 0.1, 0.001, 0.001]), 'float64');
    backend.run({
      op: 'adam',
      inputs: [h, p!, g!, m!, v!],
      outputs: [p!, m!, v!],
      attributes: { count: 1, decoupled: true, amsgrad: false, maximize: false },
    });
    expectClose([...p!.buffer], [0.95 - 0.1, 1.9 + 0.1, 2.85], 6);
    expectClose([...m!.buffer], [0.05, -0.4, 0]);
    expectClose([...v!.buffer], [0.00025, 0.016, 0]);
  });
});

describe('recurrent cells', () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  it('are those of the textbook', () => {
    const [h, c] = [0.3, -0.4];
    const [r, z] = [sigmoid(0.1 + 0.5 * h + 0.01), sigmoid(0.2 + 0.6 * h + 0.02)];
    const n = Math.tanh(0.3 + r * (0.7 * h + 0.03));
    const [gru] = compute(
      'rnn',
      [
        [
          [1, 1, 3],
          [0.1, 0.2, 0.3],
        ],
        [
          [3, 1],
          [0.5, 0.6, 0.7],
        ],
        [[3], [0.01, 0.02, 0.03]],
        [[1, 1], [h]],
      ],
      [[[1, 1, 1]], [[1, 1, 4]]],
      { mode: 'gru', reverse: false },
    );
    expectClose(gru!, [(1 - z) * n + z * h]);
    const [i, f, g, o] = [0.1 + 0.5 * h, 0.2 + 0.6 * h, 0.3 + 0.7 * h, 0.4 + 0.8 * h];
    const cell = sigmoid(f) * c + sigmoid(i) * Math.tanh(g);
    const [out, , cells] = compute(
      'rnn',
      [
        [
          [1, 1, 4],
          [0.1, 0.2, 0.3, 0.4],
        ],
        [
          [4, 1],
          [0.5, 0.6, 0.7, 0.8],
        ],
        [[4], [0, 0, 0, 0]],
        [[1, 1], [h]],
        [[1, 1], [c]],
      ],
      [[[1, 1, 1]], [[1, 1, 4]], [[1, 1, 1]]],
      { mode: 'lstm', reverse: false },
    );
    expectClose([...out!, ...cells!], [sigmoid(o) * Math.tanh(cell), cell]);
  });
  it('walk backward where they are reversed', () => {
    const run = (x: number[], reverse: boolean) =>
      compute(
        'rnn',
        [
          [[4, 1, 1], x],
          [[1, 1], [0.5]],
          [[1], [0.1]],
          [[1, 1], [0.2]],
        ],
        [[[4, 1, 1]], [[4, 1, 1]]],
        { mode: 'tanh', reverse },
      )[0]!;
    expectClose(run([1, 2, 3, 4], true), run([4, 3, 2, 1], false).toReversed());
  });
});

describe('Fourier transforms', () => {
  it.each([1, 2, 3, 5, 7, 8, 12, 17, 60, 64, 97])('of %d numbers are the sums that define them', (N) => {
    const [re, im] = [some(N), some(N, 2)];
    for (const inverse of [false, true]) {
      const want: [number[], number[]] = [[], []];
      for (let k = 0; k < N; k++) {
        let [x, y] = [0, 0];
        for (let j = 0; j < N; j++) {
          const angle = ((inverse ? 2 : -2) * Math.PI * ((j * k) % N)) / N;
          x += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
          y += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
        }
        want[0].push(x);
        want[1].push(y);
      }
      const got = compute(
        'fft',
        [
          [[1, N], re],
          [[1, N], im],
        ],
        [[[1, N]], [[1, N]]],
        { inverse },
      );
      expectClose(got[0]!, want[0], 9);
      expectClose(got[1]!, want[1], 9);
    }
  });
});

describe('compiled programs', () => {
  it('run their calls in order over buffers that they keep, on what each run hands over', () => {
    const backend = createJsBackend();
    const held = Float32Array.from([10, 20]);
    const on = (buffer: number) => ({ buffer, offset: 0, shape: [2], strides: [1], dtype: 'float32' as const });
    const one = (buffer: number) => ({ ...on(buffer), strides: [0] });
    const add = (a: Call<number>['inputs'][number], b: Call<number>['inputs'][number], y: number): Call<number> => ({
      op: 'binary',
      inputs: [a, b],
      outputs: [on(y)],
      attributes: { fn: 'add' },
    });
    const program: Program = {
      buffers: [
        { kind: 'argument', slot: 0, dtype: 'float32', length: 2 },
        { kind: 'feed', slot: 0, dtype: 'float32', length: 1 },
        { kind: 'held', buffer: held, dtype: 'float32', length: 2 },
        { kind: 'constant', data: Float32Array.from([0.5, 0.25]), dtype: 'float32', length: 2 },
        { kind: 'inner', dtype: 'float32', length: 2 },
        { kind: 'result', slot: 0, dtype: 'float32', length: 2 },
      ],
      calls: [add(on(0), one(1), 4), add(on(4), on(2), 2), add(on(2), on(3), 5)],
    };
    const executable = backend.compile(program);
    expect(executable.plan).toEqual({ kernels: 1, dispatches: 3, submissions: 0, bytes: 8 });
    const argument = (values: number[], offset: number) => ({ ...view([2], Float32Array.from(values) as HostArray, 'float32'), offset });
    const [first, second] = [new Float32Array(2), new Float32Array(2)];
    executable.run([argument([1, 2], 0)], [Float32Array.of(100)], [first]);
    executable.run([argument([0, 0, 3, 4], 2)], [Float32Array.of(1000)], [second]);
    expect([...held]).toEqual([10 + 101 + 1003, 20 + 102 + 1004]);
    expect([...first]).toEqual([111.5, 122.25]);
    expect([...second]).toEqual([1114.5, 1126.25]);
    expect(backend.counters.dispatches).toBe(6);
    executable.dispose();
  });
});
