import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Mutable, type Evaluation } from '../host.ts';
import { lentOut } from '../../base/one-gpu.ts';
import { trackTensors } from './ownership.ts';

let running: Evaluation | undefined;
let own: (evaluation: Evaluation) => void;
const cells = new Map<string, () => void>();

/** Evaluates `body` as a cell does: the evaluation before is disposed of first, the account is settled with the exports. */
async function evaluate<T extends Record<string, unknown>>(cell: string, body: () => T | Promise<T>): Promise<T> {
  cells.get(cell)?.();
  const disposers: (() => void)[] = [];
  const enders: ((exports: Record<string, unknown>) => void)[] = [];
  running = { cell, onDispose: (fn: () => void) => disposers.unshift(fn), onEnd: (fn: never) => enders.push(fn) } as unknown as Evaluation;
  cells.set(cell, () => {
    for (const fn of disposers) fn();
  });
  own(running);
  let exports: T | undefined;
  try {
    exports = await body();
    return exports;
  } finally {
    for (const fn of enders) fn(exports ?? {});
    running = undefined;
  }
}

const count = () => tf.memory().numTensors;

beforeAll(async () => {
  await tf.setBackend('cpu');
  own = trackTensors(tf, { current: () => running });
});
beforeEach(() => {
  for (const dispose of cells.values()) dispose();
  cells.clear();
  expect(count()).toBe(0);
});

describe('tensors of an evaluation', () => {
  test('are freed at its end unless exported', async () => {
    const { kept } = await evaluate('a', () => ({ kept: tf.ones([2]).add(1).mul(3) }));
    expect(count()).toBe(1);
    expect([...kept.dataSync()]).toEqual([6, 6]);
  });

  test('on whose buffer a tensor of another library stands are its own to free', async () => {
    let lent: tf.Tensor | undefined;
    const { kept } = await evaluate('a', () => {
      lent = tf.ones([2]);
      (lent as { [lentOut]?: boolean })[lentOut] = true;
      return { kept: 1 };
    });
    expect([kept, lent!.isDisposed]).toEqual([1, false]);
    cells.get('a')!();
    expect(lent!.isDisposed).toBe(false);
    lent!.dispose();
    expect(count()).toBe(0);
  });

  test('stay when a container exports them', async () => {
    const a = tf.ones.bind(tf);
    await evaluate('a', () => ({
      list: [a([1])],
      map: new Map([['x', a([1])]]),
      set: new Set([a([1])]),
      deep: { in: [{ here: a([1]) }] },
      box: new Mutable(a([1])),
    }));
    expect(count()).toBe(5);
  });

  test('are freed when the evaluation is replaced, and when it failed', async () => {
    await evaluate('a', () => ({ x: tf.ones([2]) }));
    await evaluate('a', () => ({}));
    expect(count()).toBe(0);
    await expect(
      evaluate('b', () => {
        tf.ones([2]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(count()).toBe(0);
  });

  test('that another cell re-exports belong to their maker', async () => {
    const { x } = await evaluate('a', () => ({ x: tf.ones([2]) }));
    await evaluate('b', () => ({ y: x, z: x.add(1) }));
    expect(count()).toBe(2);
    cells.get('b')!();
    expect(x.isDisposed).toBe(false);
    expect(count()).toBe(1);
  });

  test('are all kept while a closure or an instance is exported', async () => {
    const { f } = await evaluate('a', () => {
      const w = tf.scalar(2);
      return { f: () => w.mul(3).dataSync()[0] };
    });
    expect(await evaluate('b', () => ({ y: f() }))).toEqual({ y: 6 });
    expect(count()).toBe(1);
    class Holder {
      #w = tf.scalar(5);
      get() {
        return this.#w.dataSync()[0];
      }
    }
    const { h } = await evaluate('c', () => ({ h: new Holder() }));
    expect(h.get()).toBe(5);
    cells.get('a')!();
    cells.get('c')!();
    expect(count()).toBe(0);
  });

  test('that a function of another cell makes belong to who calls it', async () => {
    const { f } = await evaluate('a', () => ({ f: (x: number) => tf.scalar(x).square() }));
    const { y } = await evaluate('b', () => ({ y: f(3) }));
    expect([...y.dataSync()]).toEqual([9]);
    expect(count()).toBe(1);
    await evaluate('b', () => ({}));
    expect(count()).toBe(0);
  });

  test('made by hand and disposed of by hand are nobody’s business', async () => {
    await evaluate('a', () => {
      tf.tidy(() => tf.ones([3]).sum()).dispose();
      return {};
    });
    expect(count()).toBe(0);
  });
});

describe('training', () => {
  const data = () => ({
    xs: tf.tensor2d([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]),
    ys: tf.tensor2d([[0], [1], [1], [0]]),
  });
  const makeModel = () =>
    tf.sequential({ layers: [tf.layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }), tf.layers.dense({ units: 1 })] });

  test('in a cell of its own leaves the model and the optimiser of other cells usable', async () => {
    const { model, optimizer } = await evaluate('model', () => ({ model: makeModel(), optimizer: tf.train.adam(0.1) }));
    const { xs, ys } = await evaluate('data', data);
    for (let round = 0; round < 3; round++) {
      await evaluate('train', () => {
        for (let i = 0; i < 3; i++) optimizer.minimize(() => tf.losses.meanSquaredError(ys, model.predict(xs) as tf.Tensor) as tf.Scalar);
        return { loss: (tf.losses.meanSquaredError(ys, model.predict(xs) as tf.Tensor) as tf.Scalar).dataSync()[0] };
      });
    }
    const settled = count();
    await evaluate('train', () => {
      optimizer.minimize(() => tf.losses.meanSquaredError(ys, model.predict(xs) as tf.Tensor) as tf.Scalar);
      return {};
    });
    expect(count()).toBe(settled);
    for (const dispose of cells.values()) dispose();
    expect(count()).toBe(0);
  });

  test('builds a model of another cell at its first call, and the weights stay', async () => {
    const { model } = await evaluate('model', () => ({
      model: tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] }),
    }));
    const { layer } = await evaluate('layer', () => ({ layer: tf.layers.dense({ units: 3 }) }));
    await evaluate('use', () => {
      layer.apply(tf.ones([1, 2]));
      model.predict(tf.ones([1, 2]));
      return {};
    });
    await evaluate('use', () => {
      layer.apply(tf.ones([1, 2]));
      return {};
    });
    expect(layer.getWeights().map((w) => w.isDisposed)).toEqual([false, false]);
  });

  const bodies: Record<string, () => Promise<Record<string, unknown>>> = {
    'makes and drops': async () => {
      tf.randomNormal([8, 8]).matMul(tf.ones([8, 2]));
      return {};
    },
    'exports a tensor': async () => ({ x: tf.randomNormal([8, 8]).relu() }),
    'exports a function': async () => {
      const w = tf.variable(tf.ones([2]));
      return { f: () => w };
    },
    'trains by hand': async () => {
      const w = tf.variable(tf.zeros([2, 1]));
      const { xs, ys } = data();
      const optimizer = tf.train.adam(0.1);
      for (let i = 0; i < 2; i++) {
        optimizer.minimize(() => xs.matMul(w).sub(ys).square().mean());
        await Promise.resolve();
      }
      return { w };
    },
    'fits and exports the model': async () => {
      const model = makeModel();
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['accuracy'] });
      const { xs, ys } = data();
      const history = await model.fit(xs, ys, { epochs: 2, verbose: 0 });
      return { model, history };
    },
    fails: async () => {
      tf.variable(tf.ones([3]));
      return Promise.reject(new Error('failed'));
    },
  };
  test.each(Object.entries(bodies))('a cell that %s holds as many tensors after 100 evaluations as after one', async (_, body) => {
    await evaluate('cell', body).catch(() => {});
    const once = count();
    for (let i = 0; i < 100; i++) await evaluate('cell', body).catch(() => {});
    expect(count()).toBe(once);
  });
});
