/* What `inspect(value, options)` gives: a tensor with its statistics and pictures, also of a typed array that is told its
   shape; other values as their tree. The page asks about what stands behind it (`targetOf`). */

import { isTypedArray, tensorFacts, type TypedArray } from '../output/kinds.ts';
import { outputOf, toOutput } from '../output/inspect.ts';
import { lookOf, targetOf, type Look } from '../output/look.ts';
import { regionOf } from '../output/regions.ts';
import { describe } from '../output/statistics.ts';
import type { Output } from '../output/types.ts';

export interface InspectOptions {
  /** The whole shape: of a typed array, or another one for a tensor. */
  readonly shape?: readonly number[];
  /** The shape of one picture: what is left becomes the leading axis. `{ as: [28, 28] }` shows rows of 784 numbers as pictures. */
  readonly as?: readonly number[];
  /** What it is called above the picture. */
  readonly name?: string;
}

/** Shapes of typed arrays that come with one (`dataset`). */
const shapes = new WeakMap<object, readonly number[]>();

/** Remembers the shape of a typed array, for `inspect`. */
export function withShape<T extends object>(array: T, shape: readonly number[] | undefined): T {
  if (shape !== undefined) shapes.set(array, shape);
  return array;
}

const sentLimit = 10_000;

export class Inspected {
  /** What the page may ask about. */
  readonly [targetOf]: unknown;
  readonly #name: string | undefined;
  constructor(value: unknown, { shape, as, name }: InspectOptions = {}) {
    this[targetOf] = shaped(value, shape, as);
    this.#name = name;
  }
  [outputOf](): Output | Promise<Output> | undefined {
    const output = toOutput(this[targetOf]);
    const named = (of: Output): Output => (of.kind === 'tensor' && this.#name !== undefined ? { ...of, name: this.#name } : of);
    return output instanceof Promise ? output.then(named) : output && named(output);
  }
}

/** A typed array as a tensor. */
class ShapedArray {
  readonly #data: TypedArray;
  readonly #shape: readonly number[];
  constructor(data: TypedArray, shape: readonly number[]) {
    this.#data = data;
    this.#shape = shape;
  }
  [outputOf](): Output {
    const data = this.#data;
    const big = typeof data[0] === 'bigint';
    const numbers = (big ? Array.from(data, Number) : data) as ArrayLike<number>;
    return {
      kind: 'tensor',
      shape: [...this.#shape],
      dtype: data.constructor.name.replace(/(Clamped)?Array$/, '').toLowerCase(),
      data: Array.prototype.slice.call(numbers, 0, sentLimit) as number[],
      total: data.length,
      ...describe(numbers),
    };
  }
  [lookOf](question: Look): ArrayLike<number> | undefined {
    return question.of === 'region' ? regionOf(this.#data, this.#shape, question.ranges) : undefined;
  }
}

function shaped(value: unknown, shape: readonly number[] | undefined, as: readonly number[] | undefined): unknown {
  const array = isTypedArray(value) ? value : undefined;
  const facts = array === undefined ? tensorFacts(value, 0) : undefined;
  const own = array === undefined ? facts?.shape : shapes.get(array);
  if (array === undefined && facts === undefined) {
    if (shape === undefined && as === undefined) return value;
    throw new TypeError('inspect: expected a tensor or a typed array beside { shape } or { as }. Other values have no shape.');
  }
  const total = array?.length ?? product(own!);
  const asked = shape ?? (as === undefined ? undefined : fit(total, as));
  const whole = asked ?? own;
  if (whole === undefined) return value;
  if (!Array.isArray(whole) || !whole.every((size) => Number.isInteger(size) && size >= 0) || product(whole) !== total)
    throw new RangeError(
      `inspect: expected a shape of ${total} numbers, got [${String(whole)}]. Its sizes multiply to ${Array.isArray(whole) ? product(whole) : '?'}.`,
    );
  if (array !== undefined) return new ShapedArray(array, whole);
  return asked === undefined ? value : (value as { reshape(...sizes: number[]): unknown }).reshape(...asked);
}

function fit(total: number, as: readonly number[]): readonly number[] {
  const one = product(as);
  if (one > 0 && total === one) return as;
  if (!(one > 0) || total % one !== 0)
    throw new RangeError(`inspect: expected pictures of [${String(as)}] to fill ${total} numbers, but ${one} does not divide them.`);
  return [total / one, ...as];
}

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);
