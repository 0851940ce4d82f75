/* A cell's text in, the plain record of what it defines, uses and runs as out. One parse feeds the names (scope.ts), the
   runnable code (lower.ts, erase.ts) and the colours (tokens.ts). Never throws for what an author can write. */

import { lower, Refusal, type Lowered } from './lower.ts';
import { resolveNames, type Names } from './scope.ts';
import { parse, placeOf, type Syntax } from './syntax.ts';
import { colour } from './tokens.ts';
import type { Analysis, AnalyseOptions, AnalysisError, Definition, Import, Shift } from './types.ts';

/** A module beside the notebook, as a worker runs it (`ModuleText` of the engine's protocol). */
export interface AnalysedModule {
  readonly code: string;
  readonly imports: readonly Import[];
  readonly reads: readonly string[];
  readonly shifts: readonly Shift[];
}

/** Thrown for a module that does not parse or uses what is not run; lines and columns count from 1 in its text. */
export class ModuleError extends Error implements AnalysisError {
  readonly line: number;
  readonly column: number;
  constructor({ name, message, line, column }: AnalysisError) {
    super(message);
    this.name = name;
    this.line = line;
    this.column = column;
  }
}

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

/** Analyses `./file.ts`; the body returns its exports. Throws a ModuleError for what cannot run. */
export function analyseModule(code: string, { language }: AnalyseOptions): AnalysedModule {
  const syntax = parse(code, language !== 'js');
  if (!('program' in syntax)) throw new ModuleError(syntax.error);
  if (syntax.error) throw new ModuleError(syntax.error);
  const names = resolveNames(syntax.program);
  const lowered = tryLower(code, syntax, names, { module: true, overrides: [] });
  if (!('code' in lowered)) throw new ModuleError(lowered);
  return { code: lowered.code, imports: lowered.imports, reads: usesOf(names).reads, shifts: lowered.shifts };
}

function tryLower(code: string, syntax: Syntax, names: Names, options: Parameters<typeof lower>[3]): Lowered | AnalysisError {
  const assigned = names.importWrites[0];
  if (assigned) {
    return {
      name: 'TypeError',
      message: `${assigned.name} is imported: it cannot be assigned. Give the new value a name of its own.`,
      ...placeOf(assigned.node),
    };
  }
  const taken = syntax.tokens.between(0, code.length).find(({ value }) => /^__[gfi]$/.test(String(value)));
  if (taken) {
    const before = code.slice(0, taken.start).split(/\r\n|[\n\r\u2028\u2029]/);
    return {
      name: 'Unsupported',
      message: `The name ${String(taken.value)} is taken by the notebook. Choose another one.`,
      line: before.length,
      column: before.at(-1)!.length + 1,
    };
  }
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

function usesOf(names: Names): Pick<Analysis, 'reads' | 'writes'> {
  const reads = new Set<string>();
  const writes = new Map<string, Analysis['writes'][number]>();
  for (const { name, node, read, write } of names.free) {
    if (read) reads.add(name);
    if (write && !writes.has(name)) writes.set(name, { name, ...placeOf(node) });
  }
  return { reads: [...reads], writes: [...writes.values()] };
}

/** What a cell that does not parse seems to define, so that its id stays and its dependents can name it. */
function definitionsByLine(code: string): Definition[] {
  const defines = new Map<string, Definition>();
  code.split(/\r\n|[\n\r\u2028\u2029]/).forEach((text, index) => {
    const match =
      /^((?:export\s+)?(?:(?:const|let|var|class|(?:const\s+)?enum|(?:async\s+)?function)\b[ *]+))([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(
        text,
      );
    if (match && !defines.has(match[2]!)) {
      defines.set(match[2]!, {
        name: match[2]!,
        kind: 'value',
        exported: text.startsWith('export'),
        line: index + 1,
        column: match[1]!.length + 1,
      });
    }
  });
  return [...defines.values()];
}
