/* A cell as a session holds it, and what is made of it: its record for the engine, its words in prose. */

import type { Analysis } from '../analysis/types.ts';
import type { CellBlock } from '../document/types.ts';
import type { ProgramCell, Report } from '../engine/protocol.ts';
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

/** The first word of an evaluation: what is shown is now that of the one before. */
export function advance(entry: Entry, evaluation: number, now: number): void {
  if (evaluation === entry.evaluation) return;
  Object.assign(entry, { evaluation, old: true, edited: entry.dirty, ran: true, live: false, error: undefined });
  if (entry.state !== 'running') entry.startedAt = now;
}

/** A state as the engine reports it. `reason` words why a cell is out of date. */
export function applyState(
  entry: Entry,
  { state, ms, error, live, waitsFor }: Pick<Extract<Report, { kind: 'state' }>, 'state' | 'ms' | 'error' | 'live' | 'waitsFor'>,
  reason: () => string,
): void {
  if (state !== 'stale' && state !== 'running') dropOld(entry);
  const generatorEnded = entry.state === 'stale' && state === 'done' && live !== undefined && ms === undefined;
  entry.state = generatorEnded || (state === 'done' && entry.edited) ? 'stale' : state;
  if (live !== undefined) entry.live = live;
  if (state === 'done' || state === 'error') entry.ms = ms ?? entry.ms;
  if (state === 'blocked') entry.ms = undefined;
  if (state !== 'stale') entry.error = error;
  if (state === 'done') entry.valued = true;
  if (state === 'error' || state === 'blocked' || state === 'idle') entry.valued = false;
  if (entry.state === 'stale') entry.why ??= reason();
  else entry.why = waitsFor === undefined ? undefined : `waits for ${waitsFor}, which runs only when asked: run it, or run this cell`;
}

/** Puts an output at its key, in order; the first one of an evaluation takes the place of all that was shown before. */
export function putOutput(entry: Entry, key: number, output: Output): void {
  if (entry.kept !== undefined) entry.old = true;
  dropOld(entry);
  const item = { key, output };
  if ((entry.outputs.at(-1)?.key ?? -1) < key) entry.outputs.push(item);
  else {
    const at = entry.outputs.findIndex((other) => other.key >= key);
    entry.outputs.splice(at, entry.outputs[at]!.key === key ? 1 : 0, item);
  }
}

function dropOld(entry: Entry): void {
  if (!entry.old) return;
  entry.outputs = [];
  entry.old = false;
  entry.kept = undefined;
}

/** The engine that held its values is gone. */
export function forget(entry: Entry): void {
  Object.assign(entry, { valued: false, ran: false, live: false, evaluation: 0, status: undefined });
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
