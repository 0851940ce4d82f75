/* The points of a grid, and what may cross between the engines of a sweep. Pure. */

import { toText } from '../../output/inspect.ts';
import { isTensor, isTypedArray } from '../../output/kinds.ts';
import type { Params } from '../../engine/sweep.ts';

/** More points than this are a slip of the pen. */
const maxPoints = 100_000;

/** All points of `grid`, the last name varying fastest: `{ lr: [0.1, 0.01], hidden: 32 }` has two. A list of points is taken as it is.
    Throws where it is neither, has no points, or holds what cannot be sent to another engine. */
export function pointsOf(grid: unknown): readonly Params[] {
  const points = Array.isArray(grid) ? grid.map(pointOf) : product(grid);
  if (points.length === 0)
    throw new RangeError('sweep: expected at least one point, got an empty list. Give it points such as [{ lr: 0.1 }].');
  points.forEach((point, i) => unsent(point, (path) => `sweep: the parameter ${path} of point ${i} (from 0)`, PARAMETERS));
  return points;
}

const PARAMETERS = 'Give a name, a number or plain data, and choose by it inside the function.';

function pointOf(point: unknown, index: number): Params {
  if (!isRecord(point))
    throw new TypeError(`sweep: expected a list of points such as [{ lr: 0.1 }, { lr: 0.01 }], got ${toText(point, 60)} at ${index}.`);
  return { ...point };
}

function product(grid: unknown): Params[] {
  if (!isRecord(grid))
    throw new TypeError(
      `sweep: expected a grid such as { lr: [0.1, 0.01], hidden: [16, 32] } or a list of points, got ${toText(grid, 60)}.`,
    );
  const axes = Object.entries(grid).map(([name, values]) => [name, axisOf(name, values)] as const);
  if (axes.length === 0)
    throw new RangeError('sweep: expected a grid with at least one parameter, got {}. Name one, as in { lr: [0.1, 0.01] }.');
  const size = axes.reduce((points, [, values]) => points * values.length, 1);
  if (size > maxPoints)
    throw new RangeError(
      `sweep: expected at most ${maxPoints.toLocaleString('en')} points, got ${axes.map(([, { length }]) => length).join(' × ')}. Leave values out, or draw points at random and give them as a list.`,
    );
  return axes.reduce<Params[]>(
    (points, [name, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

/** A list is what is tried; one value stands for itself. */
function axisOf(name: string, values: unknown): readonly unknown[] {
  const list = Array.isArray(values) ? values : isTypedArray(values) ? Array.from(values as ArrayLike<number>) : undefined;
  if (list?.length === 0)
    throw new RangeError(`sweep: expected values to try for "${name}", got an empty list. Give it at least one, or leave the name out.`);
  if (list) return list;
  if (isRecord(values) || typeof values === 'function' || values === undefined)
    throw new TypeError(
      `sweep: expected a list of values for "${name}", got ${toText(values, 60)}. Write the values in brackets, as in { ${name}: [1, 2] }.`,
    );
  return [values];
}

/** Throws where `value` would not be the same in another engine: functions, tensors, instances of classes. `words`: how an error
    begins, given where it lies · `remedy`: how it ends. */
export function unsent(value: unknown, words: (path: string) => string, remedy: string, path = '', above: readonly object[] = []): void {
  const refuse = (what: string): never => {
    throw new TypeError(`${words(path || '(the whole)')} is ${what}, which cannot be sent to another engine. ${remedy}`);
  };
  if (typeof value === 'function' || typeof value === 'symbol') return refuse(`a ${typeof value}`);
  if (typeof value !== 'object' || value === null || isTypedArray(value) || plainKinds.has(kindOf(value))) return;
  if (above.includes(value)) return;
  if (isTensor(value)) return refuse('a tensor');
  const inside = [...above, value];
  const into = (items: Iterable<readonly [unknown, unknown]>, key: (name: unknown) => string): void => {
    for (const [name, item] of items) unsent(item, words, remedy, key(name), inside);
  };
  if (Array.isArray(value)) return into(value.entries(), (i) => `${path}[${String(i)}]`);
  if (value instanceof Map || value instanceof Set) return into([...value.entries()], (name) => `${path}[${toText(name, 40)}]`);
  if (!isRecord(value)) return refuse(`a ${kindOf(value) === 'Object' ? (value.constructor?.name ?? 'class') : kindOf(value)}`);
  into(Object.entries(value), (name) => (path === '' ? `"${String(name)}"` : `${path}.${String(name)}`));
}

/** Classes of the language and the browser that arrive as they were. */
const plainKinds: ReadonlySet<string> = new Set([
  'Date',
  'RegExp',
  'ArrayBuffer',
  'DataView',
  'Blob',
  'File',
  'Boolean',
  'Number',
  'String',
  'Error',
]);
const kindOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    (kindOf(value) === 'Object' && Object.getPrototypeOf(prototype as object) === null)
  );
}

/** Parameters as text that is the same for equal ones, whatever the order of their names. */
export const paramsText = (params: Params): string => JSON.stringify(sorted(params)) ?? '';

function sorted(value: unknown): unknown {
  if (isTypedArray(value)) return Array.from(value as ArrayLike<number>);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

/** Parameters in a few words: `lr 0.1, hidden 32`. */
export const shortly = (params: Params): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${toText(value, 30)}`)
    .join(', ') || 'no parameters';
