/* The notebook as the engine is to hold it: the graph's records of the cells, and what of them it has not been told yet.
   A record is made anew only when its code or its place in the graph changed, so identity says what to send. */

import { buildGraph, type Graph, type GraphCell, type SourceCell } from '../schedule/index.ts';
import type { ProgramCell } from '../engine/protocol.ts';
import type { ErrorInfo } from '../output/types.ts';
import { programOf, runOf, useKey, type Entry } from './entry.ts';

export interface PageProgram {
  /** Builds the graph of the entries and their records. */
  build(entries: readonly Entry[]): Graph;
  /** New code, old names: the record of one entry. */
  replace(entry: Entry): void;
  /** What the engine has to be told, which then counts as told. `failed`: cells that count as failed without running. */
  delta(failed?: ReadonlyMap<string, ErrorInfo>): { readonly define: readonly ProgramCell[]; readonly remove: readonly string[] };
  /** The engine is gone: it has been told nothing. */
  forget(): void;
  rank(id: string): number;
}

export function createProgram(): PageProgram {
  let graph: Graph;
  let held = new Map<
    string,
    { readonly entry: Entry; readonly analysis: Entry['analysis']; readonly place: string; readonly record: ProgramCell }
  >();
  let told = new Map<string, ProgramCell>();

  const hold = (entry: Entry, rank: number): void => {
    const cell = graph.cells.get(entry.id)!;
    const place = `${rank} ${cell.run} ${cell.defines.join()} ${useKey(cell)} ${cell.problem?.message ?? ''}`;
    const known = held.get(entry.id);
    if (known?.place === place && known.analysis === entry.analysis) return;
    held.set(entry.id, { entry, analysis: entry.analysis, place, record: programOf(entry, cell, rank) });
  };

  return {
    build: (entries) => {
      graph = buildGraph(entries.map(sourceOf));
      const byId = new Map(entries.map((entry) => [entry.id, entry]));
      held = new Map([...held].filter(([id]) => byId.has(id)));
      graph.order.forEach((id, rank) => hold(byId.get(id)!, rank));
      return graph;
    },
    replace: (entry) => hold(entry, held.get(entry.id)!.record.rank),
    delta: (failed) => {
      const next = new Map([...held].map(([id, { record }]) => [id, failOf(record, failed?.get(id))]));
      const define = [...next.values()].filter((record) => told.get(record.id) !== record);
      const remove = [...told.keys()].filter((id) => !next.has(id));
      told = next;
      return { define, remove };
    },
    forget: () => {
      told = new Map();
    },
    rank: (id) => held.get(id)!.record.rank,
  };
}

/** Whether a cell means something else in the new graph: another problem, or names of other cells. */
export function movedIn(before: Graph, after: Graph, id: string): boolean {
  const was: GraphCell | undefined = before.cells.get(id);
  const is = after.cells.get(id)!;
  return was !== undefined && (was.problem?.message !== is.problem?.message || useKey(was) !== useKey(is));
}

const sourceOf = (entry: Entry): SourceCell => ({
  id: entry.id,
  language: entry.block?.language ?? 'ts',
  run: runOf(entry),
  analysis: entry.analysis,
  ...(entry.block ? {} : { prose: true }),
});

const failOf = (record: ProgramCell, error: ErrorInfo | undefined): ProgramCell =>
  error ? { ...record, problem: { name: error.name, message: error.message, cells: [] } } : record;
