import { describe, expect, test } from 'vitest';
import { distance, nn, optim, random, tensor, type Loose } from './test-library.ts';

describe('initial values', () => {
  test('are one tensor draw per random parameter, in the order of the names', async () => {
    tensor.manualSeed(5);
    const net = new nn.Sequential(new nn.Linear(4, 3), new nn.LayerNorm(3), new nn.Embedding(2, 3));
    const r = random(5);
    const bound = { low: -0.5, high: 0.5 };
    const expected = [r.uniform([3, 4], bound), r.uniform([3], bound), tensor.ones([3]), tensor.zeros([3]), r.normal([2, 3])];
    const all = net.parameters();
    for (const [i, value] of expected.entries()) expect(await distance(all[i].detach(), value)).toBe(0);
  });

  test('truncNormal_ stays within its bounds and has their quantiles', async () => {
    const t = nn.init.truncNormal_(tensor.zeros([20000]), { mean: 1, std: 2, a: 0, b: 2, generator: random(3) });
    const values: number[] = [...(await t.data())];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(2);
    expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(1, 1);
  });

  test('orthogonal_ of a tall, a wide and a convolution weight', async () => {
    for (const shape of [
      [5, 3],
      [3, 5],
      [2, 3, 2],
    ]) {
      const t = nn.init.orthogonal_(tensor.zeros(shape), { gain: 2 }).reshape([shape[0], -1]);
      const product = t.shape[0] <= t.shape[1] ? t.matmul(t.T) : t.T.matmul(t);
      expect(await distance(product, tensor.eye(product.shape[0]).mul(4))).toBeLessThan(1e-5);
    }
  });
});

describe('compile', () => {
  test('traces train and eval apart', async () => {
    const net = new nn.Sequential(new nn.Linear(8, 8), new nn.Dropout({ p: 0.5 }));
    const step = tensor.compile((x: Loose) => tensor.noGrad(() => net(x)));
    const x = random(1).normal([4, 8]);
    const zeros = async (): Promise<number> => step(x).eq(0).float().mean().item();
    expect(await zeros()).toBeGreaterThan(0.2);
    net.eval();
    expect(await zeros()).toBe(0);
    expect(
      await distance(
        step(x),
        tensor.noGrad(() => net(x)),
      ),
    ).toBeLessThan(1e-6);
    net.train();
    expect(await zeros()).toBeGreaterThan(0.2);
    expect(step.signatures).toBe(2);
  });

  test('gives the gradients of each of two batch sizes in turn, within scopes too', async () => {
    const [net, twin] = [new nn.Linear(2, 1), new nn.Linear(2, 1)];
    twin.loadStateDict(net.stateDict());
    const backward =
      (model: Loose) =>
      (x: Loose): void => {
        model.zeroGrad();
        model(x).square().sum().backward();
      };
    const step = tensor.compile(backward(net));
    for (const n of [3, 2, 3, 2, 3]) {
      const x = random(n).normal([n, 2]);
      tensor.scope(() => step(x));
      backward(twin)(x);
      expect(net.weight.grad.disposed).toBe(false);
      expect(await distance(net.weight.grad, twin.weight.grad)).toBeLessThan(1e-6);
    }
    expect(step.signatures).toBe(2);
  });

  test('notices a mode that forward reads by itself', async () => {
    class Net extends (nn.Module as new () => Loose) {
      forward(x: Loose): Loose {
        return this['training'] ? x.mul(2) : x;
      }
    }
    const net = new Net() as Loose;
    const run = tensor.compile((x: Loose) => net.forward(x));
    expect(await run(tensor(3)).item()).toBe(6);
    net.eval();
    expect(await run(tensor(3)).item()).toBe(3);
  });

  test.each(['LSTM', 'GRU', 'RNN'])('%s trains as it does uncompiled, dropout between its layers included', async (kind) => {
    const losses = async (compiled: boolean): Promise<number[]> => {
      tensor.manualSeed(11);
      const net = new nn[kind](3, 4, { numLayers: 2, bidirectional: true, dropout: 0.3 });
      const opt = new optim.SGD(net.parameters(), { lr: 0.1 });
      const x = random(2).normal([5, 2, 3]);
      const step = (): Loose => {
        opt.zeroGrad();
        const loss = net(x)[0].square().mean();
        loss.backward();
        opt.step();
        return loss;
      };
      const run = compiled ? tensor.compile(step) : step;
      const out: number[] = [];
      for (let i = 0; i < 4; i++) out.push(await run().item());
      return out;
    };
    const [eager, compiled] = [await losses(false), await losses(true)];
    eager.forEach((value, i) => expect(compiled[i]).toBeCloseTo(value, 6));
    expect(new Set(eager).size).toBe(4);
  });

  test('BatchNorm counts its batches and keeps its statistics, with a momentum and as a mean over all', async () => {
    for (const momentum of [0.1, null]) {
      const [eager, traced] = [new nn.BatchNorm1d(2, { momentum }), new nn.BatchNorm1d(2, { momentum })];
      const run = tensor.compile((x: Loose) => tensor.noGrad(() => traced(x)));
      for (let i = 0; i < 3; i++) {
        const x = random(i).normal([4, 2]);
        expect(await distance(run(x), eager(x))).toBeLessThan(1e-5);
      }
      expect(await traced.num_batches_tracked.item()).toBe(3);
      expect(await distance(traced.running_var, eager.running_var)).toBeLessThan(1e-6);
    }
  });
});

describe('attention', () => {
  const block = (options: object): Loose => new nn.TransformerBlock(8, 4, options).eval();

  test.each([{}, { rope: true }, { rope: true, numKvHeads: 2, norm: 'rms', bias: false }])(
    'a block with a cache gives what it gives without: %j',
    async (options) => {
      const layers = [block(options), block(options)];
      const x = random(4).normal([2, 7, 8]);
      const whole = layers.reduce((y, layer) => layer(y), x);
      const caches = layers.map(() => new nn.KVCache(7));
      const parts = [
        [0, 3],
        [3, 4],
        [4, 7],
      ].map(([from, to]) => layers.reduce((y, layer, i) => layer(y, { cache: caches[i] }), x.narrow(1, from!, to! - from!)));
      expect(await distance(tensor.cat(parts, { dim: 1 }), whole)).toBeLessThan(1e-5);
      expect(() => layers[0](x.narrow(1, 0, 1), { cache: caches[0] })).toThrow(
        'expected at most 7 positions in the KVCache, got 7 and 1 more',
      );
      expect(caches[0].length).toBe(7);
    },
  );

  test('padding is not attended to, and the weights say so', async () => {
    const mha = new nn.MultiheadAttention(4, 2, { batchFirst: true });
    const x = random(1).normal([1, 3, 4]);
    const keyPaddingMask = tensor([[false, false, true]]);
    const [out, weights] = mha(x, x, x, { keyPaddingMask });
    const [fused, none] = mha(x, x, x, { keyPaddingMask, needWeights: false });
    const short = x.narrow(1, 0, 2);
    const [expected] = mha(x, short, short);
    expect(none).toBeNull();
    expect(await distance(out, fused)).toBeLessThan(1e-5);
    expect(await distance(out, expected)).toBeLessThan(1e-5);
    expect(await weights.select(2, 2).abs().max().item()).toBe(0);
    expect(await distance(mha(x, x, x, keyPaddingMask)[0], out)).toBe(0);
    expect(() => mha(x, x, x, { keyPaddingMak: keyPaddingMask })).toThrow('did you mean "keyPaddingMask"?');
  });

  test('causal with padding, fused and with weights, agree', async () => {
    const mha = new nn.MultiheadAttention(4, 2, { batchFirst: true });
    const x = random(8).normal([2, 3, 4]);
    const options = {
      isCausal: true,
      keyPaddingMask: tensor([
        [false, true, false],
        [false, false, false],
      ]),
    };
    const [a, weights] = mha(x, x, x, options);
    const [b] = mha(x, x, x, { ...options, needWeights: false });
    expect(await distance(a, b)).toBeLessThan(1e-5);
    expect(await weights.at(0, 2).array()).toEqual([expect.any(Number), 0, expect.any(Number)]);
  });
});

describe('recurrent layers', () => {
  test.each(['RNN', 'GRU', 'LSTM'])('%s is its cell, step by step', async (kind) => {
    const layer = new nn[kind](3, 2);
    const cell = new nn[`${kind}Cell`](3, 2);
    const state = layer.stateDict();
    cell.loadStateDict(Object.fromEntries(Object.entries(state).map(([name, t]) => [name.replace('_l0', ''), t])));
    const x = random(6).normal([4, 2, 3]);
    const [out] = layer(x);
    let h: Loose = null;
    const outs = [...x].map((row) => {
      h = cell(row, h);
      return Array.isArray(h) ? h[0] : h;
    });
    expect(await distance(tensor.stack(outs), out)).toBeLessThan(1e-6);
  });

  test('second derivatives of a sequence are refused by name', () => {
    const layer = new nn.GRU(2, 2);
    const x = random(1).normal([3, 1, 2]).requiresGrad_();
    expect(() => tensor.autograd.grad(layer(x)[0].sum(), [x], { createGraph: true })).toThrow(/differentiated again/);
  });

  test('wrong inputs are named', () => {
    const layer = new nn.LSTM(3, 2, { batchFirst: true });
    expect(() => layer(tensor.zeros([2, 4]))).toThrow('LSTM: expected input (B, T, 3) or (T, 3), got [2, 4].');
    expect(() => layer(tensor.zeros([2, 4, 3]), tensor.zeros([1, 2, 2]))).toThrow('LSTM: expected the states as [h, c]');
    expect(() => layer(tensor.zeros([2, 4, 3]), [tensor.zeros([1, 1, 2]), tensor.zeros([1, 2, 2])])).toThrow(
      'expected h0 [1, 2, 2], got [1, 1, 2]',
    );
  });
});

test('a loss with weights moves and saves them as PyTorch names them', async () => {
  const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([2, 3]) });
  expect(Object.keys(loss.stateDict())).toEqual(['pos_weight']);
  loss.loadStateDict({ pos_weight: tensor([1, 1]) });
  const [x, y] = [random(1).normal([3, 2]), tensor.ones([3, 2])];
  expect(await distance(loss(x, y), nn.functional.binaryCrossEntropyWithLogits(x, y))).toBeLessThan(1e-6);
});

test('a thousand scoped steps leave memory as it was', () => {
  const net = new nn.Sequential(new nn.Linear(2, 4), new nn.ReLU(), new nn.Linear(4, 1));
  const x = tensor.ones([3, 2]);
  const step = (): void =>
    tensor.scope(() => {
      net.zeroGrad();
      net(x).sum().backward();
      nn.utils.clipGradNorm_(net.parameters(), 1);
      tensor.noGrad(() => {
        for (const p of net.parameters()) p.sub_(p.grad.mul(0.1));
      });
    });
  step();
  const before = tensor.memory();
  for (let i = 0; i < 1000; i++) step();
  expect([tensor.memory().tensors, tensor.memory().bytes]).toEqual([before.tensors, before.bytes]);
});
