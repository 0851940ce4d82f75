/* Questions about a value that stands as an output, and their answers: what the page asks the engine so that a large value
   stays there and comes by the piece. Data alone, every answer bounded; explore.ts answers about trees, rows.ts about tables.
   A value of another script answers by itself under the key `lookOf`. */

import type { AxisRange } from './regions.ts';
import type { TensorStats, ValueNode } from './types.ts';

/** Whatever has a method under this key answers questions about itself: `(question) => answer`, or a promise of one;
    undefined for a question that it leaves to us. */
export const lookOf: unique symbol = Symbol.for('gradus.look') as never;

/** What has this is a way to show another value, which questions are about. */
export const targetOf: unique symbol = Symbol('target') as never;

/** The way from an output's value to a value inside: each step is the place among the children as they are shown (own
    entries, then what the class gives by getters). */
export type Path = readonly number[];

/** What of a table is looked at. Rows without a value come last in either direction. */
export interface RowOrder {
  readonly sort?: { readonly column: string; readonly down: boolean };
  /** By column, as the reader wrote them: text that is contained, `= value`, `> 3`, `2..5`. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Rows in which some column contains this. */
  readonly text?: string;
}

export type Look =
  | { readonly of: 'children'; readonly path: Path; readonly from: number; readonly count: number }
  /** What a getter gives: the only question that runs code of the notebook. */
  | { readonly of: 'getter'; readonly path: Path }
  /** A long text, or the source of a function, from a character on. */
  | { readonly of: 'text'; readonly path: Path; readonly from: number; readonly count: number }
  /** How code says it: `data.rows[3].name` for the root `data`, `rows[3].name` for none. */
  | { readonly of: 'name'; readonly path: Path; readonly root: string }
  | { readonly of: 'json'; readonly path: Path }
  | { readonly of: 'stats'; readonly path: Path }
  /** Keys and leaves that contain the text; asked again with `from` until it is done. */
  | { readonly of: 'find'; readonly text: string; readonly from: number }
  | { readonly of: 'rows'; readonly path: Path; readonly order: RowOrder; readonly from: number; readonly count: number }
  | { readonly of: 'columns'; readonly path: Path; readonly order: RowOrder; readonly from: number; readonly count: number }
  | {
      readonly of: 'csv';
      readonly path: Path;
      readonly order: RowOrder;
      readonly columns: readonly string[];
      readonly from: number;
      readonly count: number;
    }
  /** A matrix of a tensor: the last two dimensions at the index of the leading ones, thinned to at most so many rows and columns. */
  | { readonly of: 'slice'; readonly index: readonly number[]; readonly rows: number; readonly columns: number }
  /** Numbers of a tensor: a range of each axis, at most `regionLimit` in all (regions.ts). */
  | { readonly of: 'region'; readonly ranges: readonly AxisRange[] };

/** What answers each kind of question. */
export interface LookAnswers {
  readonly children: { readonly total: number; readonly children: readonly Child[] };
  readonly getter: Child;
  readonly text: { readonly text: string; readonly length: number };
  readonly name: string;
  /** `whole`: false where it had to be cut, or something in it is no JSON. */
  readonly json: { readonly text: string; readonly whole: boolean };
  readonly stats: NumberFacts | undefined;
  /** Hits from `from` on, all of them so far, and whether that is all there is. */
  readonly find: { readonly hits: readonly Path[]; readonly count: number; readonly done: boolean };
  readonly rows: TableRows;
  readonly columns: readonly ColumnFacts[];
  /** `next`: where to go on; undefined at the end. */
  readonly csv: { readonly text: string; readonly next: number | undefined };
  readonly slice: {
    readonly rows: number;
    readonly columns: number;
    readonly data: ArrayLike<number>;
    readonly stats?: TensorStats;
  };
  /** Row-major in the order of the axes. */
  readonly region: ArrayLike<number>;
}

export type Answer<Q extends Look> = LookAnswers[Q['of']];

/** One child of a value, shallow: enough for its row and a preview. */
export interface Child {
  readonly key: string;
  readonly node: ValueNode;
  /** It may be opened: it has children, or is a text longer than what `node` shows. */
  readonly opens?: 'children' | 'text';
  /** Its value is asked for by `getter`. */
  readonly getter?: true;
}

export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** Of all numbers; NaN left out and counted, ±∞ left out of the histogram. */
export interface NumberFacts {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly nan: number;
  readonly histogram?: Histogram;
}

export type ColumnType = 'number' | 'string' | 'boolean' | 'date' | 'other';

/** One column over all rows of an order. `distinct` ends at 10,000. */
export interface ColumnFacts {
  readonly name: string;
  readonly type: ColumnType;
  readonly missing: number;
  readonly distinct: number;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly mean?: number;
  /** Of numbers, and of dates in ms. */
  readonly histogram?: Histogram;
  /** The most frequent values of other columns, and how often each is there. */
  readonly top?: readonly { readonly text: string; readonly count: number }[];
}

export interface TableRows {
  /** Rows in all, and rows of this order. */
  readonly total: number;
  readonly matching: number;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly rows: readonly (readonly unknown[])[];
  /** Which rows these are, counted from 0 in the order in which they were given. */
  readonly places: readonly number[];
}
