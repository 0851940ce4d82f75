/* Names against @typescript-eslint/scope-manager, and the cases where it and we were told apart by hand. */

import { parse as parseReference } from '@typescript-eslint/parser';
import { analyze } from '@typescript-eslint/scope-manager';
import { describe, expect, it } from 'vitest';
import { resolveNames, type ScopeRules } from './scope.ts';
import { parse } from './syntax.ts';
import { program } from './test/programs.ts';

const runs = 20_000;
const generated = (seed: number): string => program(seed, { types: true, imports: true, declares: false, casts: true, exports: true });

/** `name@offset` with r, w of every free use as a value; and the value and type names of the top level. Undefined: it does not parse. */
function ours(code: string, rules?: ScopeRules): string | undefined {
  const syntax = parse(code, true);
  if (!('program' in syntax) || syntax.error) return undefined;
  const { free, top } = resolveNames(syntax.program, rules);
  const uses = free.map(({ name, node, read, write }) => `${name}@${node.start}${read ? 'r' : ''}${write ? 'w' : ''}`);
  return summary(
    uses,
    [...top.values()].map(({ name, kind }) => `${name}:${kind}`),
  );
}

function theirs(code: string): string | undefined {
  let ast;
  try {
    ast = parseReference(code, { sourceType: 'module', range: true, loc: false, comment: false, tokens: false, jsDocParsingMode: 'none' });
  } catch {
    return undefined;
  }
  const queries: (readonly [number, number])[] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) return node.forEach(collect);
    const { type, range } = node as { type?: string; range?: [number, number] };
    if (type === 'TSTypeQuery') queries.push(range!);
    for (const key in node) if (key !== 'parent' && key !== 'range') collect((node as Record<string, unknown>)[key]);
  };
  if (code.includes('typeof')) collect(ast.body);
  const manager = analyze(ast, { sourceType: 'module', lib: [] });
  const scope = manager.globalScope!;
  const uses = scope.through
    // In a pattern it takes the T of (x as T) for a target; our values have small letters.
    .filter(
      ({ identifier, isValueReference }) =>
        isValueReference &&
        !/^[TU]$/.test(String((identifier as { name?: string }).name)) &&
        !queries.some(([from, to]) => identifier.range[0] >= from && identifier.range[1] <= to),
    )
    .map(
      (reference) =>
        `${String(reference.identifier.type === 'Identifier' ? reference.identifier.name : '')}@${reference.identifier.range[0]}${reference.isRead() ? 'r' : ''}${reference.isWrite() ? 'w' : ''}`,
    );
  // It counts every import as a value, `import type` too.
  const isType = (...nodes: unknown[]): boolean =>
    nodes.some((node) => (node as { importKind?: string } | null | undefined)?.importKind === 'type');
  const top = scope.childScopes[0]!.variables.filter(({ defs }) => defs.length > 0).map(
    ({ name, isValueVariable, defs }) => `${name}:${isValueVariable && !isType(defs[0]!.node, defs[0]!.parent) ? 'value' : 'type'}`,
  );
  return summary(uses, top);
}

const summary = (uses: string[], top: string[]): string => `${[...new Set(uses)].sort().join(' ')} | ${[...new Set(top)].sort().join(' ')}`;

describe('names', () => {
  it('are those of scope-manager in 20,000 generated programs', { timeout: 300_000 }, () => {
    let compared = 0;
    let seed = 0;
    const different: string[] = [];
    for (; compared < runs && seed < runs * 1.2; seed++) {
      const code = generated(seed);
      const mine = ours(code);
      const reference = mine === undefined ? undefined : theirs(code);
      if (mine === undefined || reference === undefined) continue;
      compared++;
      if (mine !== reference && different.length < 3) different.push(`${code}\nours   ${mine}\ntheirs ${reference}`);
    }
    expect(different.join('\n=====\n')).toBe('');
    expect(compared).toBe(runs);
  });

  it.each([
    ['block functions', { blockFunctions: false }],
    ['var hoisting', { varHoisting: false }],
  ] as const)('would differ without %s', { timeout: 100_000 }, (_what, rules) => {
    let different = 0;
    for (let seed = 0; seed < 600; seed++) {
      const code = generated(seed);
      const mine = ours(code, rules);
      if (mine !== undefined && mine !== theirs(code)) different++;
    }
    expect(different).toBeGreaterThan(10);
  });
});
