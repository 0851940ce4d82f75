/* Erasure against ts-blank-space, character by character, and where the two differ on purpose, by example. */

import { parse as parseBabel } from '@babel/parser';
import { blankSourceFile } from 'ts-blank-space';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Edits } from './edits.ts';
import { eraseTypes } from './erase.ts';
import { parse } from './syntax.ts';
import { program } from './test/programs.ts';

const runs = 20_000;

function erase(code: string): string | undefined {
  const syntax = parse(code, true);
  if (!('program' in syntax) || syntax.error) return undefined;
  const edits = new Edits(code);
  eraseTypes(code, syntax, edits);
  return edits.apply().code;
}

/** Undefined where TypeScript does not parse it or an error is reported, but for enums, which neither erases. */
function theirs(code: string): string | undefined {
  let refused = false;
  const file = ts.createSourceFile(
    'cell.ts',
    code,
    { languageVersion: ts.ScriptTarget.ESNext, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    false,
    ts.ScriptKind.TS,
  );
  if ((file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length > 0) return undefined;
  const text = blankSourceFile(file, (node) => {
    refused ||= node.kind !== ts.SyntaxKind.EnumDeclaration;
  });
  return refused ? undefined : text;
}

/** The tree without positions and empty statements; `enum` may stay. */
function shape(code: string, typescript = true): string {
  const { program: tree } = parseBabel(code, {
    sourceType: 'module',
    plugins: typescript ? ['typescript'] : [],
    allowReturnOutsideFunction: true,
  });
  return JSON.stringify(tree, (key, value: unknown) => {
    if (['start', 'end', 'loc', 'range', 'extra', 'comments', 'leadingComments', 'trailingComments', 'innerComments'].includes(key))
      return undefined;
    return Array.isArray(value) ? value.filter((each: { type?: string } | null) => each?.type !== 'EmptyStatement') : value;
  });
}

/** Equal but for a `;` written into the room of something erased, and right: what ts-blank-space or else TypeScript means. */
function sameButSemicolons(code: string, mine: string, reference: string): boolean {
  if (mine.length !== reference.length) return false;
  for (let i = 0; i < mine.length; i++) if (mine[i] !== reference[i] && !/^( ;|; )$/.test(mine[i]! + reference[i]!)) return false;
  try {
    if (shape(mine) === shape(reference)) return true;
  } catch {
    /* one of them does not parse */
  }
  return shape(mine) === compiled(code);
}

/** What TypeScript itself makes of it, as a shape. */
const compiled = (code: string): string =>
  shape(
    ts
      .transpile(code, {
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.ESNext,
        useDefineForClassFields: true,
        verbatimModuleSyntax: true,
        removeComments: true,
      })
      .replace('"use strict";\n', ''),
    false,
  );

describe('erasing', () => {
  it('leaves what ts-blank-space leaves, where it leaves it, in 20,000 generated programs', { timeout: 300_000 }, () => {
    let compared = 0;
    let exact = 0;
    const different: string[] = [];
    for (let seed = 0; compared < runs && seed < runs * 1.3; seed++) {
      const code = program(seed + 1_000_000, { types: true, imports: false, declares: true, casts: false, exports: true });
      const mine = erase(code);
      const reference = mine === undefined ? undefined : theirs(code);
      if (mine === undefined || reference === undefined) continue;
      compared++;
      if (mine === reference) exact++;
      else if (different.length < 3 && !sameButSemicolons(code, mine, reference))
        different.push(`${code}\nOURS\n${mine}\nTHEIRS\n${reference}`);
    }
    expect(different.join('\n=====\n')).toBe('');
    expect(compared).toBe(runs);
    expect(exact).toBeGreaterThan(runs * 0.8);
  });

  it('writes a semicolon where an erased line would join its neighbours', () => {
    expect(erase('a\ntype T = 1\n(b)')).toBe('a\n;         \n(b)');
    expect(erase('a as T\n[b]')).toBe('a;    \n[b]');
    expect(erase('class A {\n x = 1\n private ["y"] = 2\n}')).toBe('class A {\n x = 1\n ;       ["y"] = 2\n}');
    expect(erase('class A {\n x = 1\n private *y() {}\n}')).toBe('class A {\n x = 1\n ;       *y() {}\n}');
    expect(erase('class A {\n get: T\n x() {}\n}')).toBe('class A {\n get;  \n x() {}\n}');
  });

  it('moves the parenthesis when types would part it from its arrow or its keyword', () => {
    expect(erase('f = (a: T): {\n} => a')).toBe('f = (a       \n) => a');
    expect(erase('f = async <\nT\n>(x: T) => x')).toBe('f = async (\n \n  x   ) => x');
  });

  it.each([
    'const f = () => <T>{ a: 1 }',
    'function f() { return <T>\n x }',
    'const y = 1 + 1 as number / 2',
    'const y = 2 ** 2 as any ** 3',
    '<any>{ a: 1 }',
    'const z = <T>(<U>a).b',
    'for (const x of <T[]>y) z(<T>x)',
    'const k = <const>["a"]',
    'class A { get: T\n x() {} }',
    'class A<T> extends B.c<U> implements D {}',
    'abstract class A { abstract x: T; private constructor(); constructor(a?: any) { super.y() } declare z: U }',
    'let x!: T, y: U = a!, z = b!.c![0]!(d!)',
    'function f(this: T, a?: U, ...b: V[]): asserts a is T {}',
    'let g = function <T>(this: T) {}',
    'a = <T,>(x: T): x is T => x',
    'f?.<T>(x)',
    'new (a as any)<T>()',
    'const { a, b: { c } }: { a: T; b: U } = d as T',
    'try {} catch (e: unknown) {}',
    'label: for (const a in b as T) continue label',
    'let async: T\n(async)',
    'const a = b satisfies T ? c as U : d!',
    'x = y as any as T\n;[1].map(z)',
    'if (a) b as T\nelse c as T',
    'do x as T\nwhile (y)',
    'const t = tag<T>`a${b as T}`',
    'type A = { [K in keyof T]-?: T[K] }; interface B extends A<T> {}\nlet x = 1',
    'declare global { interface W {} }\nx',
    'declare module "m" { export const a: 1 }\nx',
    'for (let i = 0 as number; i < (n as number); i++) {}',
    'export const a = <T>(b: T) => b',
    'const o = { m<T>(a: T): U { return a as any }, get x(): T { return 1 }, async *[k as any]() {} }',
  ])('means what TypeScript makes of it: %s', (code) => {
    expect(shape(erase(code)!, false)).toBe(compiled(code));
  });

  it('keeps CRLF, tabs and characters beyond the BMP where they are', () => {
    expect(erase('let x:\r\n\tT = "𝒳" as\r\n U')).toBe('let x \r\n   = "𝒳";  \r\n  ');
  });
});
