/* Datasets and loaders: order, form of batches, and what a seed fixes. */

import { expect, test } from 'vitest';
import { random, tensor, type Tensor } from '../index.ts';

const { DataLoader, randomSplit, Subset, TensorDataset } = tensor.data;
const make = tensor as unknown as (value: unknown, options?: object) => Tensor;
const { arange } = tensor as unknown as { arange: (...args: unknown[]) => Tensor };

const x = arange(10, { dtype: 'float32' }).reshape(5, 2);
const y = arange(5);

test('a loader gives batches of rows in order, the last one smaller, with for and for await', async () => {
  const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 2 });
  const [now, later]: unknown[][] = [[], []];
  for (const [a, b] of loader) now!.push([a.arraySync(), b.arraySync(), b.dtype]);
  for await (const [a, b] of loader) later!.push([await a.array(), await b.array(), b.dtype]);
  expect(now).toEqual([
    [[[0, 1], [2, 3]], [0, 1], 'int32'],
    [[[4, 5], [6, 7]], [2, 3], 'int32'],
    [[[8, 9]], [4], 'int32'],
  ]); // prettier-ignore
  expect(later).toEqual(now);
  expect([loader.length, new DataLoader(new TensorDataset(x), { batchSize: 2, dropLast: true }).length]).toEqual([3, 2]);
});

test('every pass of a shuffling loader is the next permutation of its generator', () => {
  const loader = new DataLoader(new TensorDataset(y), { batchSize: 2, shuffle: true, generator: random(4) });
  const r = random(4);
  for (let pass = 0; pass < 3; pass++) {
    const order = [...loader].flatMap(([ids]) => ids.arraySync() as number[]);
    expect(order).toEqual([...r.permutation(5)]);
  }
  tensor.manualSeed(7);
  expect([...new DataLoader(new TensorDataset(y), { shuffle: true })].map(([id]) => id.itemSync())).toEqual([...random(7).permutation(5)]);
});

test('batches are copies', () => {
  const [a] = [...new DataLoader(new TensorDataset(x), { batchSize: 5 })][0] as Tensor[];
  a!.zero_();
  expect(x.sum().itemSync()).toBe(45);
});

test('subsets of subsets gather the right rows, negative indices too', async () => {
  const sub = new Subset(new Subset(new TensorDataset(x, y), [4, 3, 1]), [2, -3]);
  expect([...new DataLoader(sub, { batchSize: 2 })][0]![1].arraySync()).toEqual([1, 4]);
  expect((sub.get(1) as Tensor[])[1]!.itemSync()).toBe(4);
  expect(() => sub.get(2)).toThrow('Subset: index 2 is out of range for 2 examples.');
  expect(() => new Subset(sub, [5])).toThrow('Subset: index 5 is out of range');
});

test('a dataset that overrides get is asked for each item', () => {
  class Doubled extends TensorDataset {
    override get(i: number): Tensor[] {
      return super.get(i).map((t) => t.mul(2));
    }
  }
  expect([...new DataLoader(new Doubled(y), { batchSize: 3 })].map(([b]) => b.arraySync())).toEqual([[0, 2, 4], [6, 8]]); // prettier-ignore
});

test('randomSplit takes lengths, or fractions rounded as PyTorch rounds them', () => {
  const ds = { length: 10, get: (i: number) => i };
  const of = (lengths: number[]) => randomSplit(ds, lengths, { generator: random(2) });
  expect(of([0.33, 0.33, 0.34]).map((part) => part.length)).toEqual([4, 3, 3]);
  expect(of([0.7, 0.2, 0.1]).map((part) => part.length)).toEqual([7, 2, 1]);
  const [a, b] = of([7, 3]);
  expect([...a!.indices, ...b!.indices]).toEqual([...random(2).permutation(10)]);
  expect(() => of([7, 2])).toThrow('randomSplit: expected lengths that sum to the 10 examples');
});

test('items of any form are stacked in it', async () => {
  const ds = {
    length: 3,
    get: async (i: number) => ({ x: make([i, i]), y: i, z: [i > 0, new Int32Array([i])], name: `n${i}` }),
  };
  const loader = new DataLoader(ds, { batchSize: 2 });
  const batches = [];
  for await (const batch of loader) batches.push(batch);
  const { x: a, y: b, z, name } = batches[0] as { x: Tensor; y: Tensor; z: Tensor[]; name: string[] };
  expect([a.arraySync(), b.arraySync(), z.map((t) => [t.dtype, t.arraySync()]), name]).toEqual([
    [[0, 0], [1, 1]], [0, 1], [['bool', [false, true]], ['int32', [[0], [1]]]], ['n0', 'n1'],
  ]); // prettier-ignore
  expect(() => [...loader]).toThrow('Use for await (const batch of loader)');
});

test('samplers and collate functions take the place of order and stacking', async () => {
  const ds = { length: 4, get: (i: number) => i * 10 };
  const loader = new DataLoader(ds, { batchSize: 2, sampler: [3, 0, 3], collateFn: (items) => items.join() });
  expect([...loader, loader.length]).toEqual(['30,0', '30', 2]);
  const waits = new DataLoader(ds, { batchSize: 4, collateFn: async (items) => items.length });
  for await (const n of waits) expect(n).toBe(4);
});

test('faults say what was expected', () => {
  const ds = new TensorDataset(x, y);
  expect(() => new TensorDataset(x, y.at([0, 3]))).toThrow('TensorDataset: expected tensors of one length of dim 0, got [5, 2] and [3].');
  expect(() => new DataLoader(ds, { batchsize: 2 } as object)).toThrow('DataLoader: unknown option "batchsize"; did you mean "batchSize"?');
  expect(() => new DataLoader(ds, { batchSize: 0 })).toThrow('DataLoader: expected batchSize to be an integer ≥ 1, got number 0.');
  expect(() => new DataLoader(ds, { shuffle: true, sampler: [1] })).toThrow('expected shuffle or a sampler, got both');
  expect(() => new DataLoader([1] as never)).toThrow('DataLoader: expected a dataset { length, get(i) }, got an array.');
  const ragged = { length: 2, get: (i: number) => make(new Float32Array(i + 1)) };
  expect(() => [...new DataLoader(ragged, { batchSize: 2 })]).toThrow('expected every item of one shape and dtype to stack them, got [1] float32 and [2] float32. Pad them in a collateFn.'); // prettier-ignore
  expect(() => [...new DataLoader(ds, { sampler: [9] })]).toThrow('DataLoader: index 9 is out of range for 5 examples.');
});
