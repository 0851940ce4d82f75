/* `DataLoader` (tensor-api.md 11): passes over a dataset in batches, with `for` and `for await`. Items that come as promises need the
   latter. Every pass draws its own order. */

import { scopeOf } from '../autograd.ts';
import { checkOptions } from '../calls.ts';
import { fail } from '../error.ts';
import { ownedBy } from '../ops/composed.ts';
import { describe } from '../ops/operands.ts';
import { generatorOf, type Generator } from '../random.ts';
import { tensorsOf } from '../tensor.ts';
import { collate } from './collate.ts';
import { checkDataset, gathered, isCount, isImmediate, type Dataset } from './dataset.ts';

export interface LoaderOptions<Batch> {
  readonly batchSize?: number;
  /** Each pass in the order of `generator.permutation(n)`. */
  readonly shuffle?: boolean;
  /** Leaves out a last batch that is smaller than the others. */
  readonly dropLast?: boolean;
  readonly generator?: Generator | null;
  /** Makes a batch from a list of items; by default tensors and numbers are stacked in the item's form. May be async. */
  readonly collateFn?: ((items: unknown[]) => Batch | Promise<Batch>) | null;
  /** The indices of a pass, in order; instead of `shuffle`. */
  readonly sampler?: Iterable<number> | null;
}

// oxlint-disable-next-line typescript/no-explicit-any -- what a batch is, is the dataset's business
export class DataLoader<Batch = any> implements Iterable<Batch>, AsyncIterable<Batch> {
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly dropLast: boolean;
  /** Whether `for` will do: the examples are there at once. */
  readonly immediate: boolean;
  /** Whether every batch is made of new tensors, which nobody else has. */
  readonly fresh: boolean;
  private readonly shuffle: boolean;
  private readonly generator: Generator | null;
  private readonly sampler: Iterable<number> | null;
  private readonly collateFn: ((items: unknown[]) => unknown) | null;

  constructor(dataset: Dataset, options: LoaderOptions<Batch> = {}) {
    const name = 'DataLoader';
    this.dataset = checkDataset(dataset, name);
    checkOptions(name, options, ['batchSize', 'shuffle', 'dropLast', 'generator', 'collateFn', 'sampler']);
    const { batchSize = 1, shuffle = false, dropLast = false, generator = null, collateFn = null, sampler = null } = options;
    if (!isCount(batchSize) || batchSize === 0) fail('value', name, `expected batchSize to be an integer ≥ 1, got ${describe(batchSize)}.`);
    for (const [key, value] of Object.entries({ shuffle, dropLast }))
      if (typeof value !== 'boolean') fail('value', name, `expected ${key} to be true or false, got ${describe(value)}.`);
    if (generator !== null) generatorOf(generator, name);
    if (collateFn !== null && typeof collateFn !== 'function')
      fail('value', name, `expected collateFn to be a function of a list of items, got ${describe(collateFn)}.`);
    if (sampler !== null && typeof (sampler as Partial<Iterable<number>>)[Symbol.iterator] !== 'function')
      fail('value', name, `expected sampler to be a list of indices or another iterable, got ${describe(sampler)}.`);
    if (sampler !== null && shuffle) fail('value', name, 'expected shuffle or a sampler, got both. The sampler says the order.');
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.shuffle = shuffle;
    this.generator = generator;
    this.sampler = sampler;
    this.collateFn = collateFn;
    this.immediate = collateFn === null && isImmediate(dataset);
    this.fresh = collateFn === null;
  }

  /** The number of batches in a pass. */
  get length(): number {
    const { length: given, size = given } = (this.sampler ?? this.dataset) as { length?: number; size?: number };
    const n = size ?? this.dataset.length;
    return this.dropLast ? Math.floor(n / this.batchSize) : Math.ceil(n / this.batchSize);
  }

  *[Symbol.iterator](): Generator_<Batch> {
    for (const indices of this.batches()) {
      const batch = gathered(this.dataset, indices);
      yield (batch === null || this.collateFn ? atOnce(this.made(indices.map((i) => atOnce(this.dataset.get(i))))) : batch) as Batch;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    for (const indices of this.batches()) {
      const batch = this.collateFn ? null : gathered(this.dataset, indices);
      yield (batch ?? (await this.made(await Promise.all(indices.map((i) => this.dataset.get(i)))))) as Batch;
    }
  }

  private made(items: unknown[]): unknown {
    return this.collateFn ? this.collateFn(items) : scopeOf(() => collate(items), ownedBy);
  }

  /** The indices of each batch of one pass. */
  private *batches(): Generator_<number[]> {
    let batch: number[] = [];
    for (const index of this.order()) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }

  private order(): Iterable<number> {
    const n = this.dataset.length;
    if (this.sampler) return this.sampler;
    if (this.shuffle) return generatorOf(this.generator, 'DataLoader').permutation(n);
    return { *[Symbol.iterator]() { for (let i = 0; i < n; i++) yield i; } }; // prettier-ignore
  }

  [tensorsOf](): readonly unknown[] {
    return [this.dataset];
  }
}

type Generator_<T> = globalThis.Generator<T, void, undefined>;

function atOnce(value: unknown): unknown {
  if (value instanceof Promise) {
    value.catch(() => {});
    fail(
      'value',
      'DataLoader',
      'expected items at once, got a promise: the dataset or collateFn is async. Use for await (const batch of loader).',
    );
  }
  return value;
}
