/* What was done to an open notebook, to be undone and done again: one history for typing and structure. A step is splices with
   their inverse, and the keys that blocks had before and after, so that what comes back is what it was. Keys typed into one block
   within a second of each other are one step. What is far back is forgotten when it takes too much memory. */

import { ownText } from '../base/own-text.ts';
import type { ReadFront } from '../document/parse.ts';
import type { Splice } from '../document/types.ts';

/** Part of a row of keys: those from `from` on, `were` before the step and `are` behind it. */
export interface KeyChange {
  readonly from: number;
  readonly were: readonly number[];
  readonly are: readonly number[];
}

export interface Step {
  readonly label: string;
  readonly forward: readonly Splice[];
  readonly inverse: readonly Splice[];
  readonly keys: KeyChange;
  /** Blocks it is about. */
  readonly touched: readonly number[];
  /** Steps of one group follow each other as one while its reader types. */
  readonly group?: string;
  /** Steps of one batch are undone and done again together, under its name. */
  readonly batch?: { readonly label: string };
  /** ms, of any steady clock. */
  readonly at: number;
  /** Where it changed the front matter: what was read of it before and behind. */
  readonly fronts?: Readonly<Record<'undo' | 'redo', ReadFront>>;
}

export interface History {
  readonly undo: Step | undefined;
  readonly redo: Step | undefined;
  /** A new edit: what was undone is forgotten. */
  add(step: Step): void;
  /** The step that `undo` (or `redo`) is, which counts as undone (or done) from here on. */
  take(which: 'undo' | 'redo'): Step | undefined;
  clear(): void;
}

const typingMs = 1000,
  mostSteps = 2000,
  /** UTF-16 code units, in both directions. */
  mostText = 8_000_000;

export function createHistory(): History {
  let done: Step[] = [],
    undone: Step[] = [],
    size = 0;
  return {
    get undo() {
      return done.at(-1);
    },
    get redo() {
      return undone.at(-1);
    },
    add(given) {
      const step = { ...given, forward: given.forward.map(ownSplice), inverse: given.inverse.map(ownSplice) };
      const last = undone.length === 0 ? done.at(-1) : undefined;
      const joined = last && joinedSteps(last, step);
      size += sizeOf(step);
      if (joined) {
        done[done.length - 1] = joined;
        size += sizeOf(joined) - sizeOf(last) - sizeOf(step);
      } else done.push(step);
      for (const old of undone) size -= sizeOf(old);
      undone = [];
      let first = 0;
      while (done.length - first > 1 && (done.length - first > mostSteps || size > mostText)) size -= sizeOf(done[first++]!);
      if (first > 0) done = done.slice(first);
    },
    take(which) {
      const step = which === 'undo' ? done.pop() : undone.pop();
      if (step) (which === 'undo' ? undone : done).push({ ...step, at: -Infinity }); // what is typed next is a step of its own
      return step;
    },
    clear() {
      done = [];
      undone = [];
      size = 0;
    },
  };
}

/** Both as one, where the second goes on with what the first one wrote. */
function joinedSteps(first: Step, second: Step): Step | undefined {
  const [a] = first.inverse,
    [b] = second.forward;
  if (first.group === undefined || first.group !== second.group || first.batch !== second.batch || second.at - first.at > typingMs)
    return undefined;
  if (second.keys.were.length + second.keys.are.length > 0) return undefined; // blocks came or went by it
  if (first.inverse.length !== 1 || second.forward.length !== 1 || a!.start !== b!.start || a!.end !== b!.end) return undefined;
  return {
    ...first,
    forward: [{ ...first.forward[0]!, insert: b!.insert }],
    inverse: [{ ...a!, end: a!.start + b!.insert.length }],
    at: second.at,
  };
}

/** Its text was cut from a notebook's, one for each step. */
const ownSplice = (splice: Splice): Splice => ({ ...splice, insert: ownText(splice.insert) });

const sizeOf = ({ forward, inverse, keys }: Step): number =>
  [...forward, ...inverse].reduce((sum, { insert }) => sum + insert.length, 100) + 8 * (keys.were.length + keys.are.length);

/** The rows' difference, as short as it can be. */
export function keyChange(were: readonly number[], are: readonly number[]): KeyChange {
  let from = 0,
    tail = 0;
  const most = Math.min(were.length, are.length);
  while (from < most && were[from] === are[from]) from++;
  while (tail < most - from && were[were.length - 1 - tail] === are[are.length - 1 - tail]) tail++;
  return { from, were: were.slice(from, were.length - tail), are: are.slice(from, are.length - tail) };
}
