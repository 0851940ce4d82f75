/* The cells as a session holds them: an entry for each, the graph they make, and the two ways to the engine: what it has to
   be told of them (`delta`, by told.ts), and what its reports change in them (`advance`, `applyState`, `putOutput`). */

import { entryOf, runOf, type Entry } from './entry.ts';
import { buildGraph, type CellFacts, type Graph, type GraphCell } from '../schedule/index.ts';
import { withPlace } from './places.ts';
import { createTold, type Delta } from './told.ts';
import type { CellBlock } from '../document/types.ts';
import type { Report } from '../engine/protocol.ts';
import type { ErrorInfo, Output } from '../output/types.ts';
import type { Compiled } from './types.ts';

export { entryOf, runOf, type Before, type Entry } from './entry.ts';

// ---- to the engine ------------------------------------------------------------------------------------------------------

export type Entries = ReturnType<typeof createEntries>;

export function createEntries(blocks: readonly CellBlock[], compiled: Compiled) {
  let keys = 0;
  const told = createTold();
  let graph: Graph = { cells: new Map(), order: [], dependents: new Map() };

  const entries = {
    /** A key that nothing has had. */
    newKey: (): number => ++keys,
    /** The cells in file order, and the expressions in prose. */
    list: blocks.map((block, i) =>
      entryOf(++keys, compiled.cells[i]!.id, block, block.code, compiled.cells[i]!.analysis),
    ) as readonly Entry[],
    prose: compiled.prose.map(({ code, analysis }, index) =>
      entryOf(++keys, `prose:${index}`, undefined, code, analysis, index),
    ) as readonly Entry[],
    byId: new Map<string, Entry>() as ReadonlyMap<string, Entry>,
    get graph(): Graph {
      return graph;
    },
    all: (): Entry[] => [...entries.list, ...entries.prose],

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
          prose: entry.block === undefined,
        })),
        graph,
      );
      told.only(all);
      graph.order.forEach((id, rank) => told.hold(byId.get(id)!, graph.cells.get(id)!, rank));
      for (const entry of all) {
        const off = graph.cells.get(entry.id)!.run === 'off';
        if ((entry.state === 'off') !== off) entry.state = entry.before = off ? 'off' : 'idle';
        entry.status = undefined;
      }
    },
    /** New code, old names: the graph stands. */
    replace: (entry: Entry): void => told.hold(entry, graph.cells.get(entry.id)!, told.rank(entry)),
    /** Its rank as the engine knows it. */
    rank: (id: string): number => told.toldRank(entries.byId.get(id)!),
    /** Its place in the graph: the names that the cell uses with the keys of their cells, and what is wrong with it. */
    place: (id: string): string => {
      const cell = graph.cells.get(id);
      return cell ? placeOf(cell, entries.byId) : '';
    },

    /** Entries that were deleted, by key: undo brings them back. */
    buried: new Map<number, Entry>(),
    /** What the engine has to be told, which then counts as told. `failed`: cells that count as failed without running. */
    delta: (failed?: ReadonlyMap<string, ErrorInfo>, soft?: boolean): Delta =>
      told.delta(entries.all(), {
        failed,
        soft,
        dropped: (key) => {
          const buried = entries.buried.get(key);
          const off = entries.list.find((entry) => entry.key === key);
          if (buried) lose(buried, 'its value went when it was deleted');
          else if (off) Object.assign(off, { valued: false, was: undefined });
        },
      }),
    reported: told.reported,
    renamed: told.renamed,
    /** The engine is gone: it has been told nothing. */
    untold(): void {
      told.forget();
      for (const entry of entries.buried.values()) lose(entry, 'its value went with the engine');
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

/** A cell's place in the graph, by the keys of the cells it uses. */
export const placeOf = ({ uses, problem }: GraphCell, names: ReadonlyMap<string, Entry>): string =>
  `${uses.map(({ name, cell }) => `${name}@${names.get(cell)?.key}`).join()} ${problem?.message ?? ''}`;

// ---- from the engine ----------------------------------------------------------------------------------------------------

type StateReport = Extract<Report, { kind: 'state' }>;

/** The first word of an evaluation: what is shown is now that of the one before. False for a word of an older one. */
export function advance(entry: Entry, evaluation: number, now: number): boolean {
  if (evaluation <= entry.evaluation) return evaluation === entry.evaluation;
  entry.evaluation = evaluation;
  entry.was = undefined;
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
  { state, ms, error, live, waitsFor, asks }: Pick<StateReport, 'state' | 'ms' | 'error' | 'live' | 'waitsFor' | 'asks'>,
  reason: (id: string) => string,
): void {
  if (state !== 'stale' && state !== 'running') dropOld(entry);
  if (entry.was && (state === 'stale' || state === 'idle')) entry.was = { ...entry.was, state, why: undefined };
  const generatorEnded = entry.state === 'stale' && state === 'done' && live !== undefined && ms === undefined;
  entry.state = generatorEnded || (state === 'done' && entry.edited) ? 'stale' : state;
  if (live !== undefined) entry.live = live;
  if (state === 'done' || state === 'error') entry.ms = ms ?? entry.ms;
  if (state === 'blocked') entry.ms = undefined;
  if (state !== 'stale') entry.error = error && withPlace(error, entry, /`([^`]+)`/.exec(error.message)?.[1]);
  if (state === 'done') entry.valued = true;
  if (state === 'error' || state === 'blocked' || state === 'idle') entry.valued = false;
  if (entry.state === 'stale') entry.why ??= reason(entry.id);
  else if (asks) entry.why = `waits for your answer in ${waitsFor}: commit to one first`;
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
  Object.assign(entry, { valued: false, ran: false, live: false, evaluation: 0, status: undefined, was: undefined });
}

/** The engine has dropped what a deleted cell left there: it comes back without. */
function lose(entry: Entry, why: string): void {
  forget(entry);
  if (entry.state === 'done') Object.assign(entry, { state: 'stale', why });
  else if (entry.state === 'running' || entry.state === 'queued') entry.state = entry.outputs.length > 0 ? 'stale' : 'idle';
  entry.before = entry.state;
}
