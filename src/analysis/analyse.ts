/* A cell's text in, the plain record of what it defines, uses and runs as out. One parse feeds the names (scope.ts), the
   runnable code (lower.ts, erase.ts) and the colours (tokens.ts). Never throws for what an author can write. Modules beside
   the notebook go the same way (module.ts). */

import { definitionsByLine } from './unparsed.ts';
import { lower, type Lowered } from './lower.ts';
import { misused, Refusal } from './refusals.ts';
import { resolveNames, type Names } from './scope.ts';
import { parse, placeOf, type Syntax } from './syntax.ts';
import { colour } from './tokens.ts';
import type { Analysis, AnalyseOptions, AnalysisError, Definition } from './types.ts';

/** Analyses a cell. Where there is an error `code` is empty and `defines` holds what could still be told. */
export function analyse(code: string, { language, overrides = [] }: AnalyseOptions): Analysis {
  if (language !== 'ts' && language !== 'js') {
    return failed([], {
      name: 'Unsupported',
      line: 1,
      column: 1,
      message: `This version has no engine for ${language} cells. Write the cell in ts, or mark its block {static} to show it as text.`,
    });
  }
  const syntax = parse(code, language === 'ts');
  if (!('program' in syntax)) return failed(definitionsByLine(code), syntax.error);
  if (syntax.error) return failed(definitionsByLine(code), syntax.error, colour(syntax, []));
  const names = resolveNames(syntax.program);
  const defines = definitionsOf(names);
  const tokens = colour(syntax, names.free);
  const lowered = tryLower(code, syntax, names, { module: false, overrides });
  if (!('code' in lowered)) return failed(defines, lowered, tokens);
  return { defines, ...usesOf(names), ...lowered, tokens };
}

/** Lowers what was parsed, or says what is not run. */
export function tryLower(code: string, syntax: Syntax, names: Names, options: Parameters<typeof lower>[3]): Lowered | AnalysisError {
  const fault = misused(code, syntax, names);
  if (fault) return fault;
  try {
    return lower(code, syntax, names, options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { name: error.name, message: error.message, ...placeOf(error.node) };
  }
}

function failed(defines: readonly Definition[], error: AnalysisError, tokens: Analysis['tokens'] = []): Analysis {
  return { defines, reads: [], writes: [], imports: [], code: '', shifts: [], shows: false, error, tokens };
}

function definitionsOf(names: Names): Definition[] {
  return [...names.top.values()].map(({ name, kind, node, import: from, exported }) => ({
    name,
    kind,
    exported,
    ...placeOf(node),
    ...(from !== undefined ? { import: from } : {}),
  }));
}

export function usesOf(names: Names): Pick<Analysis, 'reads' | 'writes'> {
  const reads = new Set<string>();
  const writes = new Map<string, Analysis['writes'][number]>();
  for (const { name, node, read, write } of names.free) {
    if (read) reads.add(name);
    if (write && !writes.has(name)) writes.set(name, { name, ...placeOf(node) });
  }
  return { reads: [...reads], writes: [...writes.values()] };
}
