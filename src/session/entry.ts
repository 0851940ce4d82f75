/* A cell as a session holds it, with everything known of it: changed in place, by entries.ts as the engine reports, and by edits. */

import { optional } from '../base/optional.ts';
import type { Analysis } from '../analysis/types.ts';
import type { CellBlock } from '../document/types.ts';
import type { ErrorInfo } from '../output/types.ts';
import type { CellState } from '../schedule/index.ts';
import type { CellStatus, KeyedOutput } from './types.ts';

/** A cell of the file, or an expression in prose (`index` set), with everything known of it. */
export interface Entry {
  /** Stays with it whatever it is called and wherever it stands. */
  readonly key: number;
  id: string;
  block: CellBlock | undefined;
  /** Place among the expressions of the file. */
  index?: number;
  code: string;
  analysis: Analysis;
  /** The code changed since `analysis` was made. */
  dirty: boolean;
  /** The code changed since it was evaluated last. */
  edited: boolean;
  state: CellState;
  /** What it goes back to when it is stopped before its turn. */
  before: CellState;
  evaluation: number;
  valued: boolean;
  ran: boolean;
  live: boolean;
  outputs: KeyedOutput[];
  /** The outputs shown belong to the evaluation before this one. */
  old: boolean;
  kept?: number | undefined;
  ms?: number | undefined;
  error?: ErrorInfo | undefined;
  why?: string | undefined;
  startedAt?: number | undefined;
  status?: CellStatus | undefined;
  /** What it was before an edit of it or of its neighbours made it stale: what it is again when that is undone. */
  was?: Before | undefined;
  /** Its place in the graph when it was deleted, as `entries.place` says it, until it is in the graph again. */
  left?: string | undefined;
}

/** An entry in accord with its last evaluation. */
export type Before = Pick<Entry, 'code' | 'analysis' | 'state' | 'evaluation' | 'error' | 'why' | 'edited' | 'dirty'> & {
  readonly language: string | undefined;
  /** In the graph, as `entries.place` says it; undefined where that is not known. */
  readonly place: string | undefined;
};

export function entryOf(key: number, id: string, block: CellBlock | undefined, code: string, analysis: Analysis, index?: number): Entry {
  const state = block && modeOf(block) === 'off' ? 'off' : 'idle';
  return {
    key,
    id,
    block,
    ...optional({ index }),
    code,
    analysis,
    dirty: false,
    edited: false,
    state,
    before: state,
    evaluation: 0,
    valued: false,
    ran: false,
    live: false,
    outputs: [],
    old: false,
  };
}

/** Wrong answers and learners' answers are material for a judge; they never run with the notebook. */
const modeOf = ({ attributes }: CellBlock): CellStatus['run'] =>
  attributes.wrong !== undefined || attributes.answer !== undefined ? 'off' : attributes.run;
export const runOf = (entry: Entry): CellStatus['run'] => (entry.block ? modeOf(entry.block) : 'auto');
