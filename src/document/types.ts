/* What a notebook's text means, as plain records. Offsets are UTF-16 code units into `Notebook.text`; lines count from 1.
   The text is the truth: blocks only point into it, so printing is returning the text and an edit is a splice. */

/** A problem of the file itself: reported, never thrown (an unknown attribute, a clash of written ids). */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

export type RunMode = 'auto' | 'manual' | 'once' | 'off';

/** A pass line of the front matter: a run's metric that has to reach `min` or stay under `max`. */
export interface PassLine {
  readonly run: string;
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
}

/** Front matter, validated into a fresh object of known keys; what is unknown stays in the text and in `extra`. */
export interface FrontMatter {
  /** Format version; a file without it is no notebook and runs nothing. */
  readonly gradus: number;
  readonly id: string;
  readonly title: string;
  readonly open: 'run' | 'wait';
  readonly seed?: number;
  readonly python?: string;
  readonly pass: readonly PassLine[];
  readonly unit?: number;
  readonly phase?: number;
  readonly needs: readonly number[];
  readonly minutes?: number;
  readonly objectives: readonly string[];
  /** Keys that this version does not know. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Attributes of a fence, read from the braces after the language. */
export interface Attributes {
  readonly id?: string;
  readonly run: RunMode;
  readonly hide?: 'code' | 'output';
  readonly name?: string;
  readonly exercise?: string;
  readonly check?: string;
  readonly solution?: string;
  readonly wrong?: string;
  readonly answer?: string;
  readonly static: boolean;
  /** Every other `key=value` as written (`jsx`, `db`, and those nobody knows). */
  readonly other: Readonly<Record<string, string>>;
}

/** Prose: everything between cells, as one block of Markdown. */
export interface ProseBlock {
  readonly kind: 'prose';
  readonly start: number;
  readonly end: number;
  /** Line of its first character. */
  readonly line: number;
}

/** A fenced block at the top level whose language has (or will have) an engine. */
export interface CellBlock {
  readonly kind: 'cell';
  /** The whole block, fences and final newline included. */
  readonly start: number;
  readonly end: number;
  /** The text between the fences, without the newline before the closing fence. */
  readonly codeStart: number;
  readonly codeEnd: number;
  /** `text.slice(codeStart, codeEnd)` with CRLF as LF: what is analysed and shown. */
  readonly code: string;
  /** Normalised: `py` is `python`. One of ts js tsx html python sql wgsl sh. */
  readonly language: string;
  readonly attributes: Attributes;
  /** Line of the opening fence in the file. */
  readonly line: number;
}

/** A top-level fence that is drawn and not run: `mermaid`, `dot`, `tex` (never when `static`). */
export interface DiagramBlock {
  readonly kind: 'diagram';
  readonly start: number;
  readonly end: number;
  /** As of a cell. */
  readonly codeStart: number;
  readonly codeEnd: number;
  readonly language: 'mermaid' | 'dot' | 'tex';
  readonly code: string;
  readonly line: number;
}

export type Block = ProseBlock | CellBlock | DiagramBlock;

export interface Notebook {
  readonly text: string;
  /** Absent where the file has none, or where it says nothing of `gradus:`: then there are no cells. */
  readonly front?: FrontMatter;
  /** Offset of the first character behind the front matter. */
  readonly bodyStart: number;
  readonly blocks: readonly Block[];
  readonly problems: readonly Problem[];
}

/** One splice of a notebook's text: replace [start, end) by `insert`. Its inverse is a splice of the new text. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}
