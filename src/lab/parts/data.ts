/* Numbers in bulk among the options of parts: typed arrays, lists, lists of lists and tensors on the host, with their shape. What is
   part of a larger or shared buffer is copied, since a message to the page would carry the whole of it. */

import { isTensor, tensorFacts, type TensorLike } from '../../output/kinds.ts';
import { isList, isNumber, wrong } from './options.ts';
import type { Options } from './part.ts';

export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

export interface Grid {
  readonly data: Numbers;
  /** Sizes, outermost first; their product is `data.length`. */
  readonly shape: readonly number[];
}

/** The numbers of `option` in the shape that "shape" says, else in their own (of a tensor, of nested lists). `rank`: how many sizes
    are allowed; `form` says them in words, such as "[rows, columns]". */
export function gridIn(part: string, options: Options, option: string, rank: readonly number[], form: string): Grid {
  const { data, shape: own } = numbersOf(part, option, options[option]);
  const given = options['shape'];
  if (given === undefined) {
    if (!rank.includes(own.length))
      throw wrong(part, 'shape', form, given, `"${option}" has ${data.length} numbers; say how they lie, row after row.`);
    return { data, shape: own };
  }
  if (!isList(given) || !rank.includes(given.length) || !Array.from(given).every((size) => Number.isInteger(size) && (size as number) >= 0))
    throw wrong(part, 'shape', form, given, 'Sizes are whole numbers, the outermost first.');
  const shape = Array.from(given as ArrayLike<number>);
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== data.length)
    throw wrong(
      part,
      'shape',
      `${form} with a product of ${data.length}, as many as "${option}" has`,
      given,
      `It asks for ${size} numbers.`,
    );
  return { data, shape };
}

/** Numbers of any form in one typed array, and the sizes that they come with. */
export function numbersOf(part: string, option: string, value: unknown): Grid {
  const expected = 'a typed array, a list of numbers or a tensor';
  if (isTensor(value)) {
    const data = onHost(value);
    if (data === undefined) throw wrong(part, option, 'numbers on the host', value, 'Write await x.data() and give "shape".');
    return { data: typed(data) ?? Float64Array.from(data as ArrayLike<number>), shape: [...value.shape] };
  }
  const array = typed(value);
  if (array !== undefined) return { data: array, shape: [array.length] };
  if (!isList(value)) throw wrong(part, option, expected, value, value === undefined ? 'It is what the part shows.' : '');
  const shape: number[] = [];
  for (let level: unknown = value; isList(level); level = level[0]) shape.push(level.length);
  const size = shape.reduce((a, b) => a * b, 1);
  const first = leafOf(value);
  const data = first instanceof Uint8Array || first instanceof Uint8ClampedArray ? new Uint8Array(size) : new Float64Array(size);
  let at = 0;
  const put = (list: ArrayLike<unknown>, depth: number): void => {
    if (list.length !== shape[depth]) throw wrong(part, option, `lists of ${shape[depth]} each`, list, 'All rows are equally long.');
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (depth + 1 < shape.length) {
        if (!isList(item)) throw wrong(part, option, expected, item);
        put(item, depth + 1);
      } else if (typeof item !== 'number' && typeof item !== 'boolean') throw wrong(part, option, expected, item);
      else data[at++] = Number(item);
    }
  };
  put(value, 0);
  return { data, shape };
}

/** What a tensor holds, where it can be read at once. */
function onHost(tensor: TensorLike): ArrayLike<number> | undefined {
  try {
    return tensorFacts(tensor, Infinity)?.data ?? tensor.dataSync();
  } catch {
    return undefined;
  }
}

/** The innermost list of nested ones. */
function leafOf(value: ArrayLike<unknown>): unknown {
  let leaf: unknown = value;
  while (Array.isArray(leaf) && isList(leaf[0])) leaf = leaf[0];
  return leaf;
}

function typed(value: unknown): Numbers | undefined {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  if (value instanceof Uint8ClampedArray) return Uint8Array.from(value);
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Float64Array.from(value as never, Number);
  const array = value as Numbers;
  const whole = array.byteLength === array.buffer.byteLength && array.buffer instanceof ArrayBuffer;
  return whole ? array : array.slice();
}

/** A list of whole numbers from 0, one for each of `length` things. */
export function classesIn(part: string, options: Options, length: number, of: string): readonly number[] | undefined {
  const value = options['classes'];
  if (value === undefined) return undefined;
  if (!isList(value) || value.length !== length || !Array.from(value).every((one) => Number.isInteger(one) && (one as number) >= 0))
    throw wrong(part, 'classes', `a list of ${length} whole numbers from 0`, value, `One for each ${of}.`);
  return Array.from(value as ArrayLike<number>);
}

/** A path on a grid's plane, `[[x, y], …]`, or several of them. */
export function pathsIn(part: string, options: Options): readonly (readonly (readonly [number, number])[])[] {
  const value = options['path'];
  if (value === undefined) return [];
  const isPoint = (one: unknown): one is readonly [number, number] =>
    isList(one) && one.length >= 2 && isNumber(one[0]) && isNumber(one[1]);
  const isPath = (one: unknown): one is ArrayLike<readonly [number, number]> => isList(one) && Array.from(one).every(isPoint);
  const copy = (path: ArrayLike<readonly [number, number]>): (readonly [number, number])[] => Array.from(path, ([x, y]) => [x, y] as const);
  if (isPath(value)) return value.length === 0 ? [] : [copy(value)];
  if (isList(value) && Array.from(value).every(isPath)) return Array.from(value as ArrayLike<ArrayLike<readonly [number, number]>>, copy);
  throw wrong(part, 'path', 'a list of points [x, y], or a list of such lists', value);
}

/** Which of `length` things is chosen at first: a whole number below `length`. */
export function indexIn(part: string, options: Options, length: number, fallback = 0): number {
  const value = options['value'];
  if (value === undefined) return fallback;
  checkIndex(part, value, length);
  return value as number;
}
export function checkIndex(part: string, value: unknown, length: number): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= Math.max(1, length))
    throw wrong(part, 'value', length < 2 ? '0' : `a whole number from 0 to ${length - 1}`, value);
}
