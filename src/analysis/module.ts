/* A `./file.ts` beside the notebook: analysed like a cell, but it exports what it says and throws for what cannot run. */

import { tryLower, usesOf } from './analyse.ts';
import { resolveNames } from './scope.ts';
import { parse } from './syntax.ts';
import type { AnalyseOptions, AnalysisError, Import, Shift } from './types.ts';

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
