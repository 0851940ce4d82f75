/* What a cell defines, uses and runs as: the plain record between analysis and everything behind it. It depends on the
   cell's text and language alone (and on the names overridden by `--set`), so it is cached by hash, baked into shipped
   pages, and sent to a worker as it is. Lines and columns count from 1 inside the cell, in the text the author wrote. */

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A name that the cell defines at its top level. */
export interface Definition extends Place {
  readonly name: string;
  /** Types and interfaces make no edge, no cycle and no duplicate. */
  readonly kind: 'value' | 'type';
  /** `source#imported` for an import: the same import in two cells is no duplicate. */
  readonly import?: string;
  readonly exported: boolean;
}

export interface Import extends Place {
  readonly source: string;
  /** `imported` is `default`, `*` or a name. */
  readonly bindings: readonly { readonly imported: string; readonly local: string }[];
}

export interface AnalysisError extends Place {
  /** `SyntaxError` for what does not parse, `Unsupported` for what notebook.md 2 refuses. */
  readonly name: string;
  readonly message: string;
}

/** Columns of generated code that lie elsewhere in the author's text: on line `line`, from generated column `from` on,
    subtract `shift`. Sorted by line, then `from`. Lines never move. */
export interface Shift {
  readonly line: number;
  readonly from: number;
  readonly shift: number;
}

/** [start, end) offsets in the cell's text with a colour class: k keyword, s string, n number, c comment, x a free name. */
export type Token = readonly [start: number, end: number, kind: 'k' | 's' | 'n' | 'c' | 'x'];

export interface Analysis {
  readonly defines: readonly Definition[];
  /** Names the cell reads but does not define, each once, in order of appearance; names used only as types are left out. */
  readonly reads: readonly string[];
  /** Names assigned but not defined here, each once, at the first assignment. */
  readonly writes: readonly (Place & { readonly name: string })[];
  readonly imports: readonly Import[];
  /** Body of a strict async function, see lower.ts; empty where there is an error. Runs with the parameters
      `reads` that another cell or the library has, the locals of `imports`, and the helpers `__g __f __i` (lower.ts). */
  readonly code: string;
  readonly shifts: readonly Shift[];
  /** The cell ends in an expression without a semicolon: its value is shown. */
  readonly shows: boolean;
  readonly error?: AnalysisError;
  /** For static highlighting and for following names; covers the text that could be tokenised. */
  readonly tokens: readonly Token[];
}

/** What `analyse` needs beside the text. */
export interface AnalyseOptions {
  readonly language: string;
  /** Names given by `--set`: their initialisers are replaced. */
  readonly overrides?: readonly string[];
}
