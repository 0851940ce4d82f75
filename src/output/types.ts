/* Everything that may leave an engine, as one closed union of structured-cloneable records. Each kind has one drawing
   component in the page and stands in docs/run.schema.json; an output is bounded when it is made (output/inspect.ts). */

/** A bounded tree of a value: what `inspect` of any console would show. */
export type ValueNode =
  | {
      readonly type: 'primitive';
      readonly text: string;
      readonly of:
        | 'number'
        | 'string'
        | 'boolean'
        | 'bigint'
        | 'symbol'
        | 'null'
        | 'undefined'
        | 'function'
        | 'class'
        | 'date'
        | 'regexp'
        | 'error'
        | 'other';
    }
  | {
      readonly type: 'object';
      readonly name: string;
      readonly size: number;
      readonly entries: readonly ValueEntry[];
      readonly more: number;
    }
  | { readonly type: 'array'; readonly name: string; readonly size: number; readonly entries: readonly ValueEntry[]; readonly more: number }
  | { readonly type: 'cut'; readonly name: string }
  | { readonly type: 'circular'; readonly name: string };

export interface ValueEntry {
  readonly key: string;
  readonly value: ValueNode;
}

export interface ErrorFrame {
  /** Cell id; frames of the library are folded away. */
  readonly cell: string;
  readonly line: number;
  readonly column: number;
  readonly name?: string;
}

export interface ErrorInfo {
  readonly name: string;
  readonly message: string;
  /** In the failing cell, from 1; absent where it is not known. */
  readonly line?: number;
  readonly column?: number;
  /** The other cells on the way, innermost first. */
  readonly frames: readonly ErrorFrame[];
  /** What to do, in a sentence. */
  readonly hint?: string;
}

export type InputType =
  | 'range'
  | 'number'
  | 'select'
  | 'radio'
  | 'checkbox'
  | 'toggle'
  | 'text'
  | 'textarea'
  | 'button'
  | 'color'
  | 'date'
  | 'datetime'
  | 'file'
  | 'search'
  | 'table'
  | 'form'
  /** One of `gradus:parts`; which one is the prop `part`. */
  | 'part';

/** One call of Plot, its accessors evaluated to columns; `{ $: "mark" | "column" | "scale" … }` is explained in stdlib/plot. */
export interface PlotRecord {
  readonly call: 'plot' | 'legend';
  readonly options: unknown;
}

/** Of all values of a tensor: NaN left out and counted; ±∞ takes part in `min`, `max` and `mean`. */
export interface TensorStats {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** With n − 1. */
  readonly std: number;
  readonly nan: number;
  readonly zeros: number;
}

export type Output =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: ValueNode }
  | {
      readonly kind: 'table';
      readonly columns: readonly { readonly name: string; readonly type: 'number' | 'string' | 'boolean' | 'date' | 'other' }[];
      readonly rows: readonly (readonly unknown[])[];
      readonly total: number;
    }
  | {
      readonly kind: 'tensor';
      /** What it is called where it was shown, if that is known. */
      readonly name?: string;
      readonly shape: readonly number[];
      readonly dtype: string;
      /** The first values, row-major; all of them where the tensor is small. */
      readonly data: ArrayLike<number>;
      readonly total: number;
      readonly device?: string;
      readonly stats?: TensorStats;
      /** How many values lie in each of equally wide bins from the least to the greatest finite value. */
      readonly histogram?: { readonly low: number; readonly high: number; readonly counts: readonly number[] };
      /** Where `data` is not all: every k-th row and column of the first matrix. */
      readonly picture?: { readonly rows: number; readonly columns: number; readonly data: ArrayLike<number> };
    }
  | { readonly kind: 'plot'; readonly plot: PlotRecord; readonly title?: string; readonly alt?: string }
  | { readonly kind: 'plot'; readonly svg: string; readonly title?: string; readonly alt?: string }
  | {
      readonly kind: 'input';
      readonly id: string;
      readonly type: InputType;
      readonly label: string;
      readonly props: Readonly<Record<string, unknown>>;
      readonly value: unknown;
    }
  | { readonly kind: 'html'; readonly html: string }
  | {
      readonly kind: 'image';
      readonly mime: string;
      readonly data: Uint8Array | string;
      readonly width?: number;
      readonly height?: number;
      readonly alt?: string;
    }
  | { readonly kind: 'markdown'; readonly markdown: string }
  | {
      readonly kind: 'log';
      readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug';
      readonly text: string;
      readonly count?: number;
      /** The cell whose code called, where it is another one: the line stands where the function was written. */
      readonly from?: string;
    }
  | { readonly kind: 'log'; readonly truncated: number }
  | {
      readonly kind: 'progress';
      readonly label: string;
      readonly done: number;
      readonly total?: number;
      readonly rate: number;
      readonly remainingMs?: number;
      readonly finished: boolean;
      readonly pausable?: boolean;
      readonly paused?: boolean;
      /** Inside how many other progress outputs of the cell it runs. Absent: 0. */
      readonly depth?: number;
    }
  | {
      readonly kind: 'metric';
      readonly run: string;
      readonly name: string;
      readonly series: Readonly<Record<string, { readonly steps: readonly number[]; readonly values: readonly number[] }>>;
      readonly finished: boolean;
    }
  | { readonly kind: 'error'; readonly error: ErrorInfo }
  | {
      readonly kind: 'check';
      readonly exercise: string;
      readonly name: string;
      readonly pass: boolean;
      readonly message: string;
      readonly ms: number;
      /** The law that broke, and the smallest case that breaks it, in words: where the check tried one. */
      readonly law?: string;
      readonly smallest?: string;
      /** What it tried, in words; what its assertion expected, and what it got. */
      readonly tried?: string;
      readonly expected?: string;
      readonly got?: string;
    };

export type OutputKind = Output['kind'];

export const outputKinds: readonly OutputKind[] = [
  'text',
  'value',
  'table',
  'tensor',
  'plot',
  'input',
  'html',
  'image',
  'markdown',
  'log',
  'progress',
  'metric',
  'error',
  'check',
];
