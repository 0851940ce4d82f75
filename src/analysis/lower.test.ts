/* Lowered code as it runs: against TypeScript's own output, with the helpers that the executor gives, position by position,
   and on the sources of real packages. */

import { readdirSync, readFileSync } from 'node:fs';
import { parse as parseBabel } from '@babel/parser';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { analyse, analyseModule, toAuthor, type Analysis } from './index.ts';
import { Edits } from './edits.ts';
import { guard, lower } from './lower.ts';
import { resolveNames } from './scope.ts';
import { parse } from './syntax.ts';
import { program, random } from './test/programs.ts';

const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (...values: unknown[]) => Promise<Record<string, unknown>>;

interface Outcome {
  readonly values: Record<string, unknown>;
  readonly shown: unknown[];
  readonly named: unknown[];
}

async function run(code: string, names: Record<string, unknown> = {}, set: Record<string, unknown> = {}, flag = [0]): Promise<Outcome> {
  const analysis = analyse(code, { language: 'ts', overrides: Object.keys(set) });
  if (analysis.error) throw new Error(`${analysis.error.name}: ${analysis.error.message}`);
  const shown: unknown[] = [];
  const named: unknown[] = [];
  const helpers = {
    show: (value: unknown) => {
      shown.push(value);
    },
    named: (key: unknown, view: (...values: unknown[]) => unknown) => {
      named.push(key);
      return view;
    },
    set: (name: string) => set[name],
    import: (source: string) => Promise.resolve({ source }),
  };
  const body = new AsyncFunction(...Object.keys(names), '__g', '__f', '__i', `"use strict";${analysis.code}`);
  const values = await body(...Object.values(names), helpers, flag, () => {
    throw new Error('Interrupted');
  });
  return { values, shown, named };
}

/** The same names as TypeScript's output defines them. */
async function reference(code: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const js = ts.transpile(code, { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext });
  return new AsyncFunction(`"use strict";${js}\nreturn {${names.join(',')}}`)();
}

const analysed = (code: string): Analysis => analyse(code, { language: 'ts' });
const error = (code: string): string => {
  const { error: e } = analysed(code);
  return e ? `${e.name}: ${e.message} ${e.line}:${e.column}` : '';
};

describe('lowered code', () => {
  it.each([
    'let s = 0; for (let i = 0; i < 5; i++) s += i; let j = 0; while (j < 3) j++; do { s++ } while (s < 20)',
    'const out: number[] = []\nouter: for (const a of [1, 2, 3]) { for (const b of [1, 2, 3]) { if (b === 2) continue outer; if (a === 3) break outer; out.push(a * b) } }',
    'const out: string[] = []; for (const k in { x: 1, y: 2 }) out.push(k); for await (const v of [Promise.resolve("z")]) out.push(v)',
    'const fs: (() => number)[] = []; for (let i = 0; i < 3; i++) fs.push(() => i); const out = fs.map(f => f())',
    'const out = []; for (var i = 0; i < 2; i++) out.push(i); for (;;) if (out.length > 4) break; else out.push("x")',
    'enum E { A, B = 5, C, D = "d", F = A | B, G = "d".length, H = `x${1}`, "i-j" = -1, K, L = E.C, M = ~B, N = "a" + "b" }',
    'const enum E { A = 1 << 2, B, C = A | B }; const x = E.C, y = E[E.A]',
    'enum E { A, B } enum E { C = 5, D = B } const x = E.D; function f() { enum E { Z = 9 } return E.Z } const y = f()',
    'enum E { A = 1, B = [A].map(A => A + 1)[0], C = ((o: { A: number }) => o.A)({ A: A }) } const x = E.C + E.B',
    'enum E { A = 1.5, B, C = "x" as any, D = (2 as number), F = 2 ** 3 }\nconst x = Object.keys(E)',
    'const x = (<number>1) + 2 as number * 3; const f = () => <any>{ a: 1 }; const y = f()',
    'abstract class A<T> { abstract m(): T; readonly x?: number = 1; static #n = 2; static { this.s = A.#n } declare static s: number; get: number\n q() { return 3 } }\nclass B extends A<number> { m(): number { return this.x! } }; const y = new B().m() + A.s; const z = "get" in new B()',
    'function f(a: string): string; function f(a: number): number; function f(this: void, a: any, b?: number) { return a } const x = f("q")',
    '{ function g() { return 1 } } const x = typeof (globalThis as any).g; var y = 1; { var z = y }',
    'const v = 1\ntype T = number\n;(v as number).toFixed()\nlet w = v as T\n;[w]',
    'let n = 0; const t = { get a(): number { return n++ }, async *g<T>(x: T) { yield x } }; const q = t.a; const r = (await t.g(4).next()).value',
  ])('does what TypeScript makes of it: %s', async (code) => {
    const names = analysed(code)
      .defines.filter(({ kind }) => kind === 'value')
      .map(({ name }) => name);
    const [ours, theirs] = [await run(code), await reference(code, names)];
    expect(Object.keys(ours.values)).toEqual(names);
    for (const name of names) {
      if (typeof ours.values[name] === 'function' || /\bfs\b|\bt\b/.test(name)) continue;
      if (!code.includes('const enum')) expect(ours.values[name], name).toEqual(theirs[name]);
      else if (name !== 'E') expect(ours.values[name], name).toEqual(theirs[name]);
    }
  });

  it('spells out a member in shorthand, which TypeScript forgets', async () => {
    expect((await run('enum E { A = 3, B = ((o: { A: number }) => o.A)({ A }) }')).values.E).toEqual({ 3: 'B', A: 3, B: 3 });
  });

  it('makes the enums that TypeScript makes, for 300 generated ones', { timeout: 100_000 }, async () => {
    for (let seed = 0; seed < 300; seed++) {
      const next = random(seed);
      const pick = (list: readonly string[]): string => list[Math.floor(next() * list.length)]!;
      const made: string[] = [];
      let code = `${pick(['', 'export '])}enum E {`;
      let counts = true;
      for (let i = 0; i < 5; i++) {
        const earlier = made.length ? pick(made) : '1';
        const name = `${pick(['A', 'B', 'longer'])}${i}`;
        const init = pick([
          '',
          '',
          `${i * 3}`,
          `"t${i}"`,
          `${earlier}`,
          `E.${earlier}`,
          `(${earlier} as any)`,
          `1 << ${i}`,
          '"ab".length',
          `-${i + 1}`,
          `\`x\${${i}}\``,
          `-(2 ** ${i})`,
        ]).replace('E.1', '1');
        const kept: string = init === '' && !counts ? '7' : init;
        counts = kept === '' || /^[-\d(<* )]+$/.test(kept);
        code += `${pick(['', '\n', ' /* c, = */ '])}${name}${kept === '' ? '' : `${pick([' ', ''])}=${pick([' ', '\n'])}${kept}`}${i < 4 ? ',' : pick(['', ',', ' // end\n'])}`;
        made.push(name);
      }
      code += '}';
      expect((await run(code)).values.E, code).toEqual((await reference(code.replace('export', ''), ['E'])).E);
    }
  });

  it('shows the last expression without a semicolon, and nothing else', async () => {
    expect((await run('const a = 1\na + 1 // two\n\n/* end */')).shown).toEqual([2]);
    expect((await run('1;\n({ a: 1 } as any)')).shown).toEqual([{ a: 1 }]);
    expect((await run('"text"')).shown).toEqual(['text']);
    expect((await run('await Promise.resolve(3) as number')).shown).toEqual([3]);
    expect((await run('1, 2')).shown).toEqual([2]);
    for (const silent of ['1;', '{ a: 1 }', 'let x = 1', '1\ntype T = 1', '', '// only', 'if (1) 2', '"text";', '1\n;'])
      expect((await run(silent)).shown, silent).toEqual([]);
  });

  it('gives inputs their names and takes patterns apart', async () => {
    const view = (value: unknown): unknown => value;
    const { values, named } = await run(
      'const x = view(1)\nexport let y: number = await view<number>(2)!\nconst { a, b: [c = 5] }: T = view({ a: 1,\n b: [] }) // z',
      { view },
    );
    expect(values).toEqual({ x: 1, y: 2, a: 1, c: 5 });
    expect(named.slice(0, 2)).toEqual(['x', 'y']);
    expect((named[2] as (value: unknown) => unknown)({ a: 7, b: [8] })).toEqual({ a: 7, c: 8 });
    expect(analysed('const view = f; const x = view(1); const y = g(view(2))').code).not.toContain('__g.named');
  });

  it('puts values from outside in the place of initialisers', async () => {
    const calls: string[] = [];
    const names = {
      no: () => {
        calls.push('no');
        return 0;
      },
      mutable: (value: unknown) => ({ value }),
      view: (value: unknown) => ({ value }),
      call: () => ({ a: 1, b: 2 }),
    };
    const { values } = await run(
      'const x: number = no(() => { for (;;) {} }), y = x + 1\nlet z\nconst m = mutable<number>(\n no()), v = view(3)\nconst { a, b }: T = call()\nconst s = a + b\nfunction f() {}\nclass C {}\n{ var w = 1 }',
      names,
      { x: 5, z: 6, m: 7, v: 8, a: 10, f: 1, C: 2, w: 3 },
    );
    expect(values).toEqual({ x: 5, y: 6, z: 6, m: { value: 7 }, v: { value: 3 }, a: 10, b: 2, s: 12, f: 1, C: 2, w: 3 });
    expect(calls).toEqual([]);
  });

  it('stops in every kind of loop', async () => {
    for (const loop of [
      'for (;;);',
      'while (true) {}',
      'do {} while (true)',
      'for (const k in { a: 1 }) k',
      'for (const k of [1]) { k }',
      'for await (const k of [1]) k',
      'const f = () => { while (1); }; f()',
      'L: while (1) continue L',
    ]) {
      await expect(run(loop, {}, {}, [1]), loop).rejects.toThrow('Interrupted');
      expect(analysed(loop).code).toContain(guard);
    }
  });

  it('returns public values as they are at the end, and keeps private ones', async () => {
    expect((await run('let a = 1; const _b = 2; a = 3; export function f() {}; type T = 1; interface I {}')).values).toEqual({
      a: 3,
      f: expect.any(Function),
    });
  });

  it('takes imports out and leaves import() to the page', async () => {
    const analysis = analysed(
      'import d, { x as y, type T } from "npm:a@1";import * as n from "b"\nimport type { U } from "c"\nimport "e"\nimport { type V } from "f"\nconst m = await import("g")\n[d, y, n]',
    );
    expect(analysis.imports).toEqual([
      {
        source: 'npm:a@1',
        bindings: [
          { imported: 'default', local: 'd' },
          { imported: 'x', local: 'y' },
        ],
        line: 1,
        column: 1,
      },
      { source: 'b', bindings: [{ imported: '*', local: 'n' }], line: 1, column: 45 },
      { source: 'e', bindings: [], line: 3, column: 1 },
    ]);
    expect(analysis.defines.filter(({ kind }) => kind === 'type').map(({ name }) => name)).toEqual(['T', 'U', 'V']);
    expect(analysis.defines.find(({ name }) => name === 'y')).toEqual({
      name: 'y',
      kind: 'value',
      exported: false,
      import: 'npm:a@1#x',
      line: 1,
      column: 18,
    });
    expect((await run('const m = await import("g")')).values).toEqual({ m: { source: 'g' } });
  });
});

describe('what a cell exports', () => {
  it.each([
    'export default function f() { return 7 }',
    'export default async function f() {}\nf = () => 7',
    'export default class f { static x = 7 }\nf.x',
    'function f() { return 7 }\nexport { f }',
    'export { f };const f = () => 7',
    'const f = () => 7\nexport { f as default, type T }\ntype T = 1',
    'const f = () => 7\nexport default f',
    'export default f\nfunction f() { return 7 }',
  ])('is what it defines, in whatever form a module would say it: %s', async (code) => {
    const { defines, error } = analyse(code, { language: 'ts' });
    expect(error).toBeUndefined();
    expect(defines.filter(({ kind }) => kind === 'value').map(({ name, exported }) => [name, exported])).toEqual([['f', true]]);
    expect((await run(code)).values).toEqual({ f: expect.any(Function) });
  });
});

describe('a module beside the notebook', () => {
  it('returns its exports of every kind', async () => {
    const module = analyseModule(
      'import { q } from "./q.ts"\nexport const a: number = q, { b } = { b: 2 }\nfunction f() {}\nexport { f as g, q, type T }; type T = 1\nexport enum E { A }\nexport default class { x = 1 }\nexport { x as y } from "x"\nexport * as z from "z"\nexport * from "w"\nexport interface I {}\nexport function h(): void;\nexport function h() {}',
      { language: 'ts' },
    );
    const locals = module.imports.flatMap(({ source, bindings }) =>
      bindings.map(
        ({ imported, local }) => [local, imported === '*' ? { default: 0, [`from_${source}`]: 1 } : `${source}#${imported}`] as const,
      ),
    );
    const exports = await new AsyncFunction(...locals.map(([local]) => local), module.code)(...locals.map(([, value]) => value));
    expect(exports).toEqual({
      a: './q.ts#q',
      b: 2,
      g: expect.any(Function),
      q: './q.ts#q',
      E: { 0: 'A', A: 0 },
      default: expect.any(Function),
      y: 'x#x',
      z: { default: 0, from_z: 1 },
      from_w: 1,
      h: expect.any(Function),
    });
    expect((await new AsyncFunction(analyseModule('export default 1 + 1', { language: 'ts' }).code)()).default).toBe(2);
    expect(
      (await new AsyncFunction(analyseModule('export default function f() { return f }', { language: 'ts' }).code)()).default,
    ).toBeInstanceOf(Function);
  });

  it('says where it fails', () => {
    expect(() => analyseModule('const a = 1\nexport { b }', { language: 'ts' })).toThrow(
      expect.objectContaining({ line: 2, column: 10, message: expect.stringContaining('b is not defined') }),
    );
    expect(() => analyseModule('let = ', { language: 'ts' })).toThrow(expect.objectContaining({ name: 'SyntaxError', line: 1 }));
  });
});

describe('positions', () => {
  const lineStarts = (text: string): number[] => [
    0,
    ...[...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)].map((match) => match.index + match[0].length),
  ];
  const tokensOf = (text: string, typescript: boolean): { start: number; line: number; column: number; text: string }[] =>
    (
      parseBabel(text, {
        sourceType: 'module',
        plugins: typescript ? ['typescript'] : [],
        tokens: true,
        allowReturnOutsideFunction: true,
        errorRecovery: true,
      }).tokens as unknown as { start: number; end: number; loc: { start: { line: number; column: number } } }[]
    )
      .map(({ start, end, loc }) => ({ start, line: loc.start.line, column: loc.start.column + 1, text: text.slice(start, end) }))
      .filter((token) => token.text !== '');

  it(
    'of every token that stays lead back to it, and the code runs as a function body, in 3,000 generated cells',
    { timeout: 300_000 },
    () => {
      let cells = 0;
      for (let seed = 0; seed < 3000; seed++) {
        const code = program(seed + 2_000_000, { types: true, imports: true, declares: true, casts: true, exports: true }).replace(
          /\n/g,
          seed % 7 === 0 ? '\r\n' : '\n',
        );
        const syntax = parse(code, true);
        if (!('program' in syntax) || syntax.error) continue;
        const names = resolveNames(syntax.program);
        const overrides = [...names.top.keys()].filter((_name, i) => seed % 3 === 0 && i % 2 === 0);
        const edits = new Edits(code);
        const lowered = lower(code, syntax, names, { module: false, overrides }, edits);
        cells++;
        expect(() => new AsyncFunction('"use strict";\n' + lowered.code), `${code}\n=>\n${lowered.code}`).not.toThrow();

        const covered = edits.covered();
        const starts = lineStarts(code);
        const staying = new Map(
          tokensOf(code, true)
            .filter(({ start, text }) => !covered.some(([from, to]) => start < to && start + text.length > from))
            .map((token) => [token.start, token]),
        );
        for (const { line, column, text } of tokensOf(lowered.code, false)) {
          const place = toAuthor(lowered.shifts, line, column);
          const offset = (starts[place.line - 1] ?? NaN) + place.column - 1;
          if (staying.get(offset)?.text === text) staying.delete(offset);
        }
        expect([...staying.values()], `${code}\n=>\n${lowered.code}`).toEqual([]);
      }
      expect(cells).toBeGreaterThan(2800);
    },
  );

  it('inside inserted code are where it was inserted', () => {
    const { code, shifts } = analysed('while (a) b()');
    expect(toAuthor(shifts, 1, code.indexOf('__i') + 1)).toEqual({ line: 1, column: 11 });
    expect(toAuthor(shifts, 1, code.indexOf('b()') + 1)).toEqual({ line: 1, column: 11 });
    expect(toAuthor(shifts, 2, 4)).toEqual({ line: 2, column: 4 });
  });
});

it('runs as module code what is a comment in a script', async () => {
  const { shown, values } = await run('let n = 3; const text = "<!--"; 5<!--n', {});
  expect([shown, values]).toEqual([[false], { n: 2, text: '<!--' }]);
});

describe('what is not run', () => {
  it.each([
    ['x\nnamespace N { export const a = 1 }', /^Unsupported: .*Write an object.* 2:1$/],
    ['import a = require("b")', /^Unsupported: .*Write import.* 1:1$/],
    ['export = 1', /^Unsupported: .*Write export before.* 1:1$/],
    ['class A { constructor(private x: T) {} }', /^Unsupported: .*this\.name = name\. 1:23$/],
    ['@d class A {}', /^Unsupported: Decorators/],
    ['class A { @d m() {} }', /^Unsupported: Decorators.* 1:11$/],
    ['f(import.meta)', /^Unsupported: .* 1:3$/],
    ['const a = 1\nexport { a as b }', /^Unsupported: .*Write export before the definition: export const …, export function … 2:1$/],
    ['export { a }', /^Unsupported: .*Write export before .* 1:1$/],
    ['export default 1', /^Unsupported: .*Write export/],
    ['export default a', /^Unsupported: .*Write export/],
    ['export default () => 1', /^Unsupported: .*Write export/],
    ['export default function () {}', /^Unsupported: .*Write export/],
    ['export * from "x"', /^Unsupported: .*Write export/],
    ['return 1', /^Unsupported: A cell cannot return\..* 1:1$/],
    ['using a = b', /^Unsupported: .*onDispose/],
    ['const __f = 1', /^Unsupported: .*__f.* 1:7$/],
    ['import { a } from "b"\n a = 1', /^TypeError: a is imported.* 2:2$/],
    ['import { a } from "b"\nfunction f() { [a] = [1]; a++ }', /^TypeError: a is imported.* 2:17$/],
    ['let a = ;', /^SyntaxError: Unexpected ; here\. 1:9$/],
    ['f(', /^SyntaxError: The cell ends too early.* 1:3$/],
    ['let a\nlet a', /^SyntaxError: Identifier 'a' has already been declared\. 2:5$/],
    ['yield 1', /^SyntaxError: .*function\*/],
    ['super.a', /^SyntaxError: super/],
    ['const n = 1\nf(() => arguments)', /^ReferenceError: arguments is only there inside a function\..* 2:9$/],
    ['new.target', /^SyntaxError: new\.target/],
    ['break', /^SyntaxError: break/],
    ['function f() { await 1 }', /^SyntaxError: await.*async/],
  ])('is refused in words: %s', (code, message) => {
    expect(error(code)).toMatch(message);
    expect(analysed(code).code).toBe('');
  });

  it('never throws, and what it lets pass runs as a function body, for 2,000 programs with a piece missing', { timeout: 100_000 }, () => {
    let passed = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const next = random(seed);
      const whole = program(seed + 3_000_000, { types: true, imports: true, declares: true, casts: true, exports: true });
      const at = Math.floor(next() * whole.length);
      const code = whole.slice(0, at) + whole.slice(at + 1 + Math.floor(next() * 3));
      const analysis = analysed(code);
      if (analysis.error) {
        expect(analysis.error.line, code).toBeGreaterThan(0);
        continue;
      }
      passed++;
      const { parseDiagnostics } = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ESNext) as unknown as {
        parseDiagnostics: unknown[];
      };
      if (parseDiagnostics.length === 0)
        expect(() => new AsyncFunction('"use strict";\n' + analysis.code), `${code}\n=>\n${analysis.code}`).not.toThrow();
    }
    expect(passed).toBeGreaterThan(200);
  });

  it("keeps a broken cell's names", () => {
    expect(analysed('const a = ;\nexport function b() {').defines.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(analyse('x', { language: 'python' })).toMatchObject({
      defines: [],
      reads: [],
      error: { name: 'Unsupported', line: 1, column: 1, message: expect.stringContaining('no engine for python cells') },
    });
  });

  it('is nothing that only the type checker minds', async () => {
    const { values } = await run(
      'class A { abstract x: T; readonly m() { return 1 } override n = 2 }\nfunction f({ a }?: T, b?) { return a }\nconst x = [f({ a: 3 }), new A().m(), new A().n]',
    );
    expect(values.x).toEqual([3, 1, 2]);
    expect(error('let a = (b: T)')).toMatch(/^SyntaxError/);
  });
});

describe('names of a cell', () => {
  it.each([
    ['x + y; typeof z; w = 1; v += 2; delete u.a', 'x y z v u', 'w v'],
    ['const a: T = b as U; type V = typeof q; let c: typeof a', 'b', ''],
    ['declare const a: number\na', 'a', ''],
    ['f(); function f() { return g }', 'g', ''],
    ['{ function f() {} } f()', 'f', ''],
    ['if (1) { var a = 1 } a', '', ''],
    ['function f(a = b) { var b }', 'b', ''],
    ['class A<T> { x: T = T; static { A } }', 'T', ''],
    ['enum E { A = B, C = A }; A', 'B A', ''],
    ['({ a, b: c, [d]: e } = f)', 'd f', 'a c e'],
    ['try {} catch ({ e = a }) { e }', 'a', ''],
    ['for (const x of x) y', 'y', ''],
    ['a: for (;;) break a', '', ''],
    ['type view = 1; view(2)', 'view', ''],
    ['interface A {} class A {} A', '', ''],
    ['({ a, b() {}, get c() { return d } })', 'a d', ''],
  ])('reads and writes of %s', (code, reads, writes) => {
    const analysis = analysed(code);
    expect([analysis.reads.join(' '), analysis.writes.map(({ name }) => name).join(' ')]).toEqual([reads, writes]);
  });

  it('are coloured with the rest', () => {
    const code = 'type A = T // c\nconst a = `x${b}` + 1n as A, of = null; let type = /r/; type = of';
    expect(analysed(code).tokens.map(([start, end, kind]) => `${kind} ${code.slice(start, end)}`)).toEqual([
      'k type',
      'c // c',
      'k const',
      's `x',
      'x b',
      's `',
      'n 1n',
      'k as',
      'k null',
      'k let',
      's /r/',
    ]);
  });
});

describe('real packages', () => {
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js)$/.test(name) && !name.endsWith('.d.ts'))
      .map((name) => `${folder}/${name}`);

  it.each([
    ['ajv', 'node_modules/ajv/lib', 200],
    ['katex', 'node_modules/katex/src', 500],
    ['onnxruntime-common', 'node_modules/onnxruntime-common/lib', 50],
    ['Observable Plot', 'node_modules/@observablehq/plot/src', 500],
  ])('every top-level statement of %s runs as a cell or is refused in words', { timeout: 200_000 }, (_name, folder, atLeast) => {
    let cells = 0;
    for (const file of files(folder)) {
      const text = readFileSync(file, 'utf8');
      const tree = parseBabel(text, { sourceType: 'module', plugins: ['typescript'], attachComment: false, errorRecovery: true });
      for (const { start, end } of tree.program.body) {
        const code = text.slice(start!, end!);
        const analysis = analysed(code);
        cells++;
        if (analysis.error)
          expect(analysis.error, `${file}\n${code}`).toMatchObject({
            name: 'Unsupported',
            message: expect.stringMatching(/Write|Declare|Call/),
          });
        else expect(() => new AsyncFunction('"use strict";\n' + analysis.code), `${file}\n${code}\n=>\n${analysis.code}`).not.toThrow();
      }
    }
    expect(cells).toBeGreaterThan(atLeast);
  });
});
