/* What a part of `gradus:parts` is before there is a page: its name, its help, and a function from options to what is drawn (`props`),
   a first value and a sentence about it. Pure, so it runs in the worker, headless and in tests. One file a part; index.ts lists them,
   bound.ts makes an input of each, src/view/parts draws them. */

export type Options = Readonly<Record<string, unknown>>;

export interface PartMade<V = unknown> {
  /** What the page draws from, beside the value: plain data and typed arrays. */
  readonly props: Readonly<Record<string, unknown>>;
  /** What `view(part(…))` starts with. */
  readonly value: V;
  /** The sentence for who cannot see, from the value. */
  readonly text: (value: V) => string;
  /** How the value crosses to the page. Default: as it is. */
  readonly encode?: (value: V) => unknown;
  /** What the page sent, or what code set, as a value; throws `expected …` on what cannot be meant. Default: as it is. */
  readonly decode?: (wire: unknown, before: V) => V;
  /** It has no value before the reader commits to one; `value` is the answer then. */
  readonly commit?: Commitment<V>;
}

/** What a prediction is judged and worded by. */
export interface Commitment<V = unknown> {
  /** What was committed is kept under it, for this notebook. */
  readonly id: string;
  readonly question: string;
  readonly form: 'choice' | 'number' | 'order' | 'sketch';
  readonly right: (value: V) => boolean;
  /** What the reader said, in words. */
  readonly said: (value: V) => string;
  /** The right answer as a sentence. */
  readonly answer: string;
}

/** A commitment as it crosses: the answer alone, or with how sure the reader said to be, from 0 to 1. */
export interface Sure {
  readonly committed: unknown;
  readonly sure: number;
}

// oxlint-disable-next-line typescript/no-explicit-any -- parts of all values stand in one list
export interface PartDefinition<V = any> {
  readonly name: string;
  /** What `help(name)` shows: a signature, and what it is for. */
  readonly doc: readonly [signature: string, text: string];
  /** The label where none is given. */
  readonly label?: (options: Options) => string | undefined;
  /** Checks the options; throws what is wrong with them as `NAME: expected …, got …. What to do.` */
  make(options: Options): PartMade<V>;
}
