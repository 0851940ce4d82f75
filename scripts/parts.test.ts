/* What is split runs as the whole did: names cross, what changes is one for all, what two parts share lies in the first. */

import { expect, test } from 'vitest';
import { split } from './parts.mjs';

const flat = `
var count = 0;
function raise() { count++; return count; }
// src/shared.ts
function twice(x) { return 2 * raise() * x; }
// src/far.ts
var unit = 10;
function far(x) { count += unit; return twice(x); }
var Class = class { value = twice(1); };
// src/farther.ts
function farther(x) { return { count, value: twice(x) }; }
farther.kind = "row";
// src/index.ts
var table = apart("things", { near: (x) => x + raise(), far, other: (x) => twice(x) + 1 });
var classes = apartClasses("classes", { Class });
var rows = section("rows", [["farther(x, { a = 1 })", "mf", farther, "kernel"], ["close(x)", "f", raise, "kernel"]]);
globalThis.made = { table, classes, rows, count: () => count };
`;

interface Made {
  readonly core: string;
  readonly parts: readonly { readonly name: string; readonly text: string; readonly needs: readonly number[] }[];
}
const made = split(flat, {
  isCore: (name: string) => name === 'near' || name === 'close',
  partOf: (file: string) => /(\w+)\.ts/.exec(file)![1]!,
  order: ['shared', 'far'],
}) as Made;

/** The split program with every door opened by hand. */
function run() {
  const shared: Record<string, unknown> = {};
  const loaded = new Set<number>();
  const load = (part: number): void => {
    if (loaded.has(part)) return;
    loaded.add(part);
    const { text, needs } = made.parts[part - 1]!;
    needs.forEach(load);
    new Function('$shared', text)(shared);
  };
  const open = ([part, key]: [number, string]): unknown => {
    load(part);
    return shared[key];
  };
  const same = (_: string, table: unknown): unknown => table;
  const scope = {} as { made: { table: Record<string, unknown>; classes: Record<string, unknown>; rows: unknown[][]; count(): number } };
  new Function('$shared', 'apart', 'apartClasses', 'section', 'globalThis', made.core)(shared, same, same, same, scope);
  return { ...scope.made, open, loaded };
}
type Call = (x: number) => unknown;
type Door = [number, string];

test('the core has what it reaches without a door, and a part what its doors reach', () => {
  expect(made.core).not.toMatch(/function (twice|far|farther)\b/);
  expect(made.parts.map(({ name, needs }) => `${name} ${needs.join()}`)).toEqual(['shared ', 'far 1', 'farther 1']);
});

test('behind the doors everything does what it did', () => {
  const { table, classes, rows, open, loaded, count } = run();
  expect((table['near'] as Call)(1)).toBe(2);
  expect(loaded.size).toBe(0);
  expect((open(table['far'] as Door) as Call)(1)).toBe(24); // count: 1, + 10, + 1
  expect(count()).toBe(12);
  expect((open(table['other'] as Door) as Call)(1)).toBe(27);
  const [signature, farther] = open(rows[0]![2] as Door) as [string, Call & { kind: string }];
  expect([rows[0]![0], signature, farther.kind]).toEqual(['farther(', 'farther(x, { a = 1 })', 'row']);
  expect(farther(1)).toEqual({ count: 13, value: 28 });
  expect(rows[1]!.slice(0, 2)).toEqual(['close(x)', 'f']);
  expect((open(classes['Class'] as Door) as { name: string }).name).toBe('Class');
});
