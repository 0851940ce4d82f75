/* Datasets (tensor-api.md 11): what has a `length` and a `get(i)`, and parts of one. Batches are made in loader.ts. */

import { scopeOf } from '../autograd.ts';
import { fail } from '../error.ts';
import { fromHost } from '../dispatch.ts';
import { ownedBy } from '../ops/composed.ts';
import { rowsOf } from '../ops/gather.ts';
import { describe, tensorAt } from '../ops/operands.ts';
import { select } from '../ops/view.ts';
import { generatorOf, type Generator } from '../random.ts';
import { show } from '../shape.ts';
import { checkOptions } from '../calls.ts';
import { tensorsOf, type Tensor } from '../tensor.ts';

/** Examples by number; `get` may be asynchronous. */
export interface Dataset<Item = unknown> {
  readonly length: number;
  get(index: number): Item | Promise<Item>;
}

/** Throws where a value is no dataset. */
export function checkDataset(value: unknown, name: string): Dataset {
  const dataset = value as Partial<Dataset> | null | undefined;
  if (typeof dataset?.get !== 'function' || !isCount(dataset.length)) {
    const hint = Array.isArray(value)
      ? 'For a list write { length: list.length, get: (i) => list[i] }.'
      : 'For tensors write new TensorDataset(x, y).';
    fail('value', name, `expected a dataset { length, get(i) }, got ${describe(value)}. ${hint}`);
  }
  return dataset as Dataset;
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Row i of each tensor, as an array. All have one length of dim 0. */
export class TensorDataset implements Dataset<Tensor[]> {
  readonly tensors: readonly Tensor[];

  constructor(...tensors: Tensor[]) {
    const name = 'TensorDataset';
    if (tensors.length === 0) fail('value', name, 'expected at least one tensor, got none.');
    tensors.forEach((t, i) => {
      if (tensorAt(t, i + 1, name).ndim === 0) fail('shape', name, `expected tensors with dims, got a 0-d one as argument ${i + 1}.`);
    });
    const length = tensors[0]!.shape[0];
    if (tensors.some((t) => t.shape[0] !== length))
      fail('shape', name, `expected tensors of one length of dim 0, got ${tensors.map((t) => show(t.shape)).join(' and ')}.`);
    this.tensors = tensors;
  }

  get length(): number {
    return this.tensors[0]!.shape[0]!;
  }

  get(index: number): Tensor[] {
    return this.tensors.map((t) => select(t, 0, index));
  }

  [tensorsOf](): readonly Tensor[] {
    return this.tensors;
  }
}

/** The examples of a dataset at `indices`, in that order. */
export class Subset<Item = unknown> implements Dataset<Item> {
  readonly dataset: Dataset<Item>;
  readonly indices: readonly number[];

  constructor(dataset: Dataset<Item>, indices: Iterable<number>) {
    checkDataset(dataset, 'Subset');
    if (typeof indices?.[Symbol.iterator] !== 'function') fail('value', 'Subset', `expected a list of indices, got ${describe(indices)}.`);
    this.indices = [...indices];
    for (const index of this.indices) checkIndex(index, dataset.length, 'Subset');
    this.dataset = dataset;
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): Item | Promise<Item> {
    checkIndex(index, this.length, 'Subset');
    return this.dataset.get(this.indices.at(index)!);
  }

  [tensorsOf](): readonly unknown[] {
    return [this.dataset];
  }
}

function checkIndex(index: unknown, length: number, name: string): void {
  if (!Number.isInteger(index) || (index as number) < -length || (index as number) >= length)
    fail('index', name, `index ${String(index)} is out of range for ${length} example${length === 1 ? '' : 's'}.`);
}

/**
 * Parts of a dataset in random order, of the given lengths, or of fractions that sum to 1 (rounded down; what is left goes to the first
 * parts, one each, as in PyTorch). The order is `generator.permutation(n)`.
 */
export function randomSplit<Item>(
  dataset: Dataset<Item>,
  lengths: readonly number[],
  options: { readonly generator?: Generator } = {},
): Subset<Item>[] {
  const name = 'randomSplit';
  checkDataset(dataset, name);
  checkOptions(name, options, ['generator']);
  const good = Array.isArray(lengths) && lengths.length > 0 && lengths.every((part) => typeof part === 'number' && part >= 0);
  if (!good) fail('value', name, `expected lengths, or fractions that sum to 1, got ${describe(lengths)}.`);
  const n = dataset.length;
  const sizes = sizesOf(lengths, n);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== n || !sizes.every(isCount))
    fail('value', name, `expected lengths that sum to the ${n} examples, or fractions that sum to 1, got ${show(lengths)}.`);
  const order = generatorOf(options.generator, name).permutation(n);
  let start = 0;
  return sizes.map((size) => new Subset(dataset, order.subarray(start, (start += size))));
}

function sizesOf(lengths: readonly number[], n: number): number[] {
  const sum = lengths.reduce((total, part) => total + part, 0);
  if (Math.abs(sum - 1) > 1e-9 || lengths.every(Number.isInteger)) return [...lengths];
  const sizes = lengths.map((part) => Math.floor(n * part));
  let left = n - sizes.reduce((total, size) => total + size, 0);
  for (let i = 0; left > 0; i = (i + 1) % sizes.length, left--) sizes[i]! += 1;
  return sizes;
}

/** The batch of a dataset of tensors at some indices, gathered on their device; null where examples have to be asked for one by one. */
export function gathered(dataset: Dataset, indices: readonly number[]): Tensor[] | null {
  let [from, ids] = [dataset, indices];
  while (from instanceof Subset && from.get === Subset.prototype.get) {
    const { indices: inner, length } = from;
    ids = ids.map((i) => (checkIndex(i, length, 'DataLoader'), inner.at(i)!));
    from = from.dataset;
  }
  if (!(from instanceof TensorDataset) || from.get !== TensorDataset.prototype.get) return null;
  const { length } = from;
  const rows = Int32Array.from(ids, (i) => (checkIndex(i, length, 'DataLoader'), i < 0 ? i + length : i));
  const { tensors } = from;
  const gather = (t: Tensor, k: number): Tensor => rowsOf(tensorAt(t, k + 1, 'DataLoader'), fromHost(rows.slice(), [rows.length], 'int32', t.device)); // prettier-ignore
  return scopeOf(() => tensors.map(gather), ownedBy);
}

/** Whether batches of the dataset come at once, without a promise. */
export function isImmediate(dataset: Dataset): boolean {
  let from = dataset;
  while (from instanceof Subset && from.get === Subset.prototype.get) from = from.dataset;
  return from instanceof TensorDataset && from.get === TensorDataset.prototype.get;
}
