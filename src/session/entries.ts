/* The cells as a session holds them: a record of each, the graph they make, and the two ways to the engine: what it has to
   be told of them (`delta`), and what its reports change in them (`advance`, `applyState`, `putOutput`).

   A cell's record for the engine is made anew only when its code or its place in the graph changed, so identity says what
   the engine has not been told yet. */

import { optional } from '../base/optional.ts';
import { buildGraph, type CellFacts, type CellState, type Graph, type GraphCell } from '../schedule/index.ts';
import { withPlace } from './places.ts';
import type { Analysis } from '../analysis/types.ts';
import type { CellBlock } from '../document/types.ts';
import type { ProgramCell, Report } from '../engine/protocol.ts';
import type { ErrorInfo, Output } from '../output/types.ts';
import type { CellStatus, Compiled, KeyedOutput } from './types.ts';

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

// ---- to the engine ------------------------------------------------------------------------------------------------------

export type Entries = ReturnType<typeof createEntries>;

interface Held {
  readonly analysis: Analysis;
  readonly place: string;
  readonly record: ProgramCell;
}

export function createEntries(blocks: readonly CellBlock[], compiled: Compiled) {
  const prose = compiled.prose.map(({ code, analysis }, index) => entryOf(`prose:${index}`, undefined, code, analysis, index));
  let graph: Graph = { cells: new Map(), order: [], dependents: new Map() };
  let held = new Map<string, Held>();
  let told = new Map<string, ProgramCell>();
  /** Some record may be one that the engine has not been told. */
  let changed = true;

  function hold(entry: Entry, rank: number): void {
    const cell = graph.cells.get(entry.id)!;
    const place = `${rank} ${cell.run} ${cell.defines.join()} ${useKey(cell)} ${cell.problem?.message ?? ''}`;
    const known = held.get(entry.id);
    if (known?.place === place && known.analysis === entry.analysis) return;
    held.set(entry.id, { analysis: entry.analysis, place, record: programOf(entry, cell, rank) });
    changed = true;
  }

  const entries = {
    /** The cells in file order, and the expressions in prose. */
    list: blocks.map((block, i) => entryOf(compiled.cells[i]!.id, block, block.code, compiled.cells[i]!.analysis)) as Entry[],
    prose: prose as readonly Entry[],
    byId: new Map<string, Entry>() as ReadonlyMap<string, Entry>,
    get graph(): Graph {
      return graph;
    },
    all: (): Entry[] => [...entries.list, ...prose],

    /** Builds the graph anew, and the records of what changed its place in it. */
    build(): void {
      const all = entries.all();
      const byId = new Map(all.map((entry) => [entry.id, entry]));
      entries.byId = byId;
      graph = buildGraph(
        all.map((entry) => ({
          id: entry.id,
          language: entry.block?.language ?? 'ts',
          run: runOf(entry),
          analysis: entry.analysis,
          ...(entry.block ? {} : { prose: true }),
        })),
      );
      held = new Map([...held].filter(([id]) => byId.has(id)));
      changed = true;
      graph.order.forEach((id, rank) => hold(byId.get(id)!, rank));
      for (const entry of all) {
        const off = graph.cells.get(entry.id)!.run === 'off';
        if ((entry.state === 'off') !== off) entry.state = entry.before = off ? 'off' : 'idle';
        entry.status = undefined;
      }
    },
    /** New code, old names: the graph stands. */
    replace: (entry: Entry): void => hold(entry, entries.rank(entry.id)),
    rank: (id: string): number => held.get(id)!.record.rank,

    /** What the engine has to be told, which then counts as told. `failed`: cells that count as failed without running. */
    delta(failed?: ReadonlyMap<string, ErrorInfo>): { readonly define: readonly ProgramCell[]; readonly remove: readonly string[] } {
      if (!changed) return { define: [], remove: [] };
      const next = new Map([...held].map(([id, { record }]) => [id, failOf(record, failed?.get(id))]));
      const define = [...next.values()].filter((record) => told.get(record.id) !== record);
      const remove = [...told.keys()].filter((id) => !next.has(id));
      told = next;
      changed = failed !== undefined;
      return { define, remove };
    },
    /** The engine is gone: it has been told nothing. */
    untold(): void {
      told = new Map();
      changed = true;
    },

    facts: (id: string): CellFacts => {
      const { state, before, valued, edited, ran } = entries.byId.get(id)!;
      return { state: state === 'queued' ? before : state, valued: valued && !edited, ran };
    },
    /** Names that the cell uses and that changed (those of cells in `run`, where given): in words. */
    reason(id: string, run?: ReadonlySet<string>): string {
      const uses = (graph.cells.get(id)?.uses ?? []).filter((use) => !run || run.has(use.cell));
      const names = [...new Set(uses.map((use) => `\`${use.name}\``))].slice(0, 3);
      return names.length ? `${names.join(', ')} changed` : 'it runs only when asked';
    },
  };
  entries.build();
  return entries;
}

function programOf(entry: Entry, { run, prose, defines, uses, problem }: GraphCell, rank: number): ProgramCell {
  const { reads, imports, code, shifts } = entry.analysis;
  const exercise = entry.block?.attributes.check ?? entry.block?.attributes.exercise;
  const placed = problem && withPlace(problem, entry, uses.find((use) => problem.cells.includes(use.cell))?.name);
  return { id: entry.id, rank, run, prose, defines, uses, reads, imports, code, shifts, ...optional({ exercise, problem: placed }) };
}

const failOf = (record: ProgramCell, error: ErrorInfo | undefined): ProgramCell =>
  error ? { ...record, problem: { name: error.name, message: error.message, cells: [] } } : record;

export const useKey = (cell: Pick<GraphCell, 'uses'>): string => cell.uses.map((use) => `${use.name}@${use.cell}`).join();

// ---- from the engine ----------------------------------------------------------------------------------------------------

type StateReport = Extract<Report, { kind: 'state' }>;

/** The first word of an evaluation: what is shown is now that of the one before. False for a word of an older one. */
export function advance(entry: Entry, evaluation: number, now: number): boolean {
  if (evaluation <= entry.evaluation) return evaluation === entry.evaluation;
  entry.evaluation = evaluation;
  entry.old = true;
  entry.edited = entry.dirty;
  entry.ran = true;
  entry.live = false;
  entry.error = undefined;
  if (entry.state !== 'running') entry.startedAt = now;
  return true;
}

/** A state as the engine reports it. `reason` words why a cell is out of date. */
export function applyState(
  entry: Entry,
  { state, ms, error, live, waitsFor }: Pick<StateReport, 'state' | 'ms' | 'error' | 'live' | 'waitsFor'>,
  reason: (id: string) => string,
): void {
  if (state !== 'stale' && state !== 'running') dropOld(entry);
  const generatorEnded = entry.state === 'stale' && state === 'done' && live !== undefined && ms === undefined;
  entry.state = generatorEnded || (state === 'done' && entry.edited) ? 'stale' : state;
  if (live !== undefined) entry.live = live;
  if (state === 'done' || state === 'error') entry.ms = ms ?? entry.ms;
  if (state === 'blocked') entry.ms = undefined;
  if (state !== 'stale') entry.error = error && withPlace(error, entry, /`([^`]+)`/.exec(error.message)?.[1]);
  if (state === 'done') entry.valued = true;
  if (state === 'error' || state === 'blocked' || state === 'idle') entry.valued = false;
  if (entry.state === 'stale') entry.why ??= reason(entry.id);
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
