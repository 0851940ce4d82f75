/* An editor colours code as the page does without one. */

import { javascript } from '@codemirror/lang-javascript';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { analyse } from '../analysis/index.ts';
import { program } from '../analysis/test/programs.ts';
import { colourTree } from './colours.ts';

/** One letter for each character: its class, `.` for none. Names of other cells are left out: they depend on scope. */
function classes(length: number, tokens: Iterable<readonly [number, number, string]>, code: string): string {
  const out = Array.from({ length }, () => '.');
  for (const [from, to, kind] of tokens) if (kind !== 'x') for (let i = from; i < to; i++) if (!/\s/.test(code[i]!)) out[i] = kind;
  return out.join('');
}

function byTree(code: string, language: string): string {
  const state = EditorState.create({ doc: code, extensions: [javascript({ typescript: language !== 'js', jsx: language === 'tsx' })] });
  const tree = ensureSyntaxTree(state, code.length, 10_000)!;
  const tokens: [number, number, string][] = [];
  colourTree(tree, state, 0, code.length, (from, to, kind) => tokens.push([from, to, kind]));
  return classes(code.length, tokens, code);
}

const byAnalysis = (code: string, language: string): string => classes(code.length, analyse(code, { language }).tokens, code);

/** Where both differ, in words. */
function differences(code: string, language: string): string[] {
  const a = byAnalysis(code, language),
    b = byTree(code, language);
  const found: string[] = [];
  for (let i = 0; i < code.length; i++) {
    if (a[i] === b[i]) continue;
    let end = i;
    while (end < code.length && a[end] !== b[end]) end++;
    found.push(
      `${JSON.stringify(code.slice(Math.max(0, i - 12), end + 8))}: ${JSON.stringify(code.slice(i, end))} is ${a.slice(i, end)}, in the editor ${b.slice(i, end)}`,
    );
    i = end;
  }
  return found;
}

const samples = [
  'const a = 1, b = "two", c = `three ${a + `in ${b} here`} four`, d = /fi(ve)/u, e = 0x1f, f = 10n, g = 1_000.5e-3',
  '// a comment\n/* another\n one */ let x = undefined ?? null ?? this',
  'for await (const step of steps(10)) { if (step > 3) break; else continue }',
  'async function* gen() { yield* other(); await 3; return new.target }\nexport const made = async () => void 0',
  'class A extends B { static #p = 1; get x() { return super.x } set x(v) {} async m() {} static { this.y = 2 } readonly z: number = 3; private q?: string; override r() {} }',
  'type T = { a: string; readonly b?: number[] } | undefined | null;\ninterface I extends T { (x: number): void }\nenum E { A, B = "x" }',
  'const t = x as unknown as Map<string, number>; const u = y satisfies T; let v: keyof typeof t; function is(a: any): a is string { return typeof a === "string" }',
  'import { a as b, type C } from "./x.ts"; import * as d from "d"; export { b }; export default d',
  'const of = 1, get = 2, set = 3, async = 4, from = 5, type = 6, as = 7; of + get + set + async + from + type + as',
  'switch (a) { case 1: default: throw new Error(`x`) } try { x() } catch { y() } finally { z() } do { } while (true); with1: for (;;) break with1',
  'obj.default.new.class; ({ if: 1, for: 2, get, set, async, get a() { return 1 }, async b() {}, *c() {}, [d]: 3, "e": 4 })',
  'const r = a / b / c; const s = a++ / 2; x = y ? /a/ : /[/]\\//g; html`<b>${v}</b>`; String.raw`\\n`',
  'declare const q: symbol; abstract class Z { abstract m(): never } namespace N { export const a = 1 }',
  'a?.b?.[c]?.(d); a ||= b; a ??= c; a **= 2; [...a]; ({ ...b }); import.meta.url; await import("x"); delete a.b; "k" in o; o instanceof P',
  'function f(this: Window, x = [1] as const) {} class Q implements R, S {}',
  '',
  '\n\n',
  '\tconst tab = 1 // 😀 ünïcode\nconst ключ = "значение"',
];

test('an editor colours code as the static page does', () => {
  const found = [
    ...samples,
    ...Array.from({ length: 60 }, (_, seed) =>
      program(seed, { types: false, imports: true, declares: false, casts: false, exports: false }),
    ),
  ].flatMap((code) => (analyse(code, { language: 'ts' }).error === undefined ? differences(code, 'ts') : []));
  expect(found).toEqual([]);
});

test('the cells of the notebooks that ship look the same in an editor', () => {
  const root = resolve(import.meta.dirname, '../../notebooks');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const cells = files.flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/^```(ts|js|tsx)(?: \{[^}\n]*\})?\n([\s\S]*?)\n```$/gm),
  ]);
  expect(cells.length).toBeGreaterThan(20);
  expect(cells.flatMap(([, language, code]) => differences(code!, language!))).toEqual([]);
});
