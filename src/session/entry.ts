/* A cell as a session holds it, and what is made of it: its record for the engine, its words in prose. */

import type { Analysis } from '../analysis/types.ts';
import type { CellBlock } from '../document/types.ts';
import type { ProgramCell } from '../engine/protocol.ts';
import type { ErrorInfo, Output } from '../output/types.ts';
import type { CellState, GraphCell } from '../schedule/types.ts';
import type { CellStatus, KeyedOutput } from './types.ts';

/** A cell of the file, or an expression in prose (`index` set), with everything known of it. */
export interface Entry {
  id: string;
  block: CellBlock | undefined;
  readonly index?: number;
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
}

export function entryOf(id: string, block: CellBlock | undefined, code: string, analysis: Analysis, index?: number): Entry {
  const state = block && modeOf(block) === 'off' ? 'off' : 'idle';
  return {
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

export function programOf(entry: Entry, cell: GraphCell, rank: number): ProgramCell {
  const { analysis, block } = entry;
  return {
    id: entry.id,
    rank,
    run: cell.run,
    prose: cell.prose,
    defines: cell.defines,
    uses: cell.uses,
    reads: analysis.reads,
    imports: analysis.imports,
    code: analysis.code,
    shifts: analysis.shifts,
    shows: analysis.shows,
    ...optional({ exercise: block?.attributes.check ?? block?.attributes.exercise, problem: cell.problem }),
  };
}

/** What a cell is called after when its fence does not say. */
export const firstValue = (analysis: Analysis): string | undefined =>
  analysis.defines.find((definition) => definition.kind === 'value')?.name;

export const useKey = (cell: { readonly uses: GraphCell['uses'] }): string => cell.uses.map((use) => `${use.name}@${use.cell}`).join();

/** An output inside of a sentence. */
export function textOf(output: Output): string {
  switch (output.kind) {
    case 'text':
      return output.text;
    case 'value':
      return output.value.type === 'primitive'
        ? output.value.text.replace(/^(["'])(.*)\1$/s, '$2')
        : output.value.type === 'cut' || output.value.type === 'circular'
          ? '…'
          : `${output.value.name} (${output.value.size})`;
    case 'markdown':
      return output.markdown;
    default:
      return '';
  }
}

export const emptyAnalysis: Analysis = { defines: [], reads: [], writes: [], imports: [], code: '', shifts: [], shows: false, tokens: [] };

export const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The fields that have a value. */
export function optional<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
