/* What an engine has been told of the cells: a record of each, by the key that stays with it. A record is made anew only when
   its cell's code, name or place in the graph changed (which keeps the node of a cell whose place did not), so identity says what
   the engine has not been told yet.

   A cell that is called otherwise is renamed there and keeps its values. Reports that were on their way then still have its old
   name: until the engine says `renamed`, reports are read by the names of before. */

import { optional } from '../base/optional.ts';
import { withPlace } from './places.ts';
import type { ProgramCell } from '../engine/protocol.ts';
import type { ErrorInfo } from '../output/types.ts';
import type { Analysis } from '../analysis/types.ts';
import type { GraphCell } from '../schedule/index.ts';
import type { Entry } from './entries.ts';

export interface Delta {
  readonly remove: readonly string[];
  /** Old name, new name; all at once. */
  readonly rename?: readonly (readonly [from: string, to: string])[];
  readonly define: readonly ProgramCell[];
}

interface Held {
  readonly entry: Entry;
  readonly analysis: Analysis;
  readonly cell: GraphCell;
  readonly rank: number;
  /** Made when the engine is told. */
  record?: ProgramCell;
}

type Failed = ReadonlyMap<string, ErrorInfo>;

export type Told = ReturnType<typeof createTold>;

export function createTold() {
  const held = new Map<number, Held>();
  let told = new Map<number, ProgramCell>();
  /** Entries by the names that reports have now, and by those they have after each renaming that is on its way. */
  let reading: ReadonlyMap<string, Entry> = new Map();
  let coming: ReadonlyMap<string, Entry>[] = [];
  /** Some record may be one that the engine has not been told. */
  let changed = true;

  return {
    hold(entry: Entry, cell: GraphCell, rank: number): void {
      const { key, analysis } = entry;
      const known = held.get(key);
      if (known?.analysis === analysis && known.rank === rank && known.cell === cell) return;
      held.set(key, { entry, analysis, cell, rank });
      changed = true;
    },
    /** Only these entries are cells of the notebook. */
    only(entries: readonly Entry[]): void {
      const keys = new Set(entries.map(({ key }) => key));
      for (const key of held.keys()) if (!keys.has(key)) held.delete(key);
      changed = true;
    },
    rank: ({ key }: Entry): number => held.get(key)!.rank,
    /** Its rank as the engine knows it. */
    toldRank: ({ key }: Entry): number => (told.get(key) ?? held.get(key)!).rank,

    /** What the engine has to be told, which then counts as told. `failed`: cells that count as failed without running ·
        `dropped`: keys of cells whose values go by that · `soft`: what was deleted stays there, so that undo finds it. */
    delta(
      all: readonly Entry[],
      { failed, dropped, soft }: { failed?: Failed | undefined; dropped?: (key: number) => void; soft?: boolean | undefined },
    ): Delta {
      if (!changed) return { define: [], remove: [] };
      const next = new Map([...held].map(([key, known]) => [key, failOf((known.record ??= recordOf(known)), failed?.get(known.cell.id))]));
      if (soft) {
        const taken = new Set([...next.values()].map(({ id }) => id));
        for (const [key, record] of told) if (!next.has(key) && !taken.has(record.id)) next.set(key, record);
      }
      const define = [...next].flatMap(([key, record]) => (told.get(key) === record ? [] : [record]));
      const rename = [...told].flatMap(([key, { id }]) =>
        next.has(key) && next.get(key)!.id !== id ? [[id, next.get(key)!.id] as const] : [],
      );
      const remove = [...told].flatMap(([key, { id }]) => (next.has(key) ? [] : [id]));
      for (const key of told.keys()) if (!next.has(key) || next.get(key)!.run === 'off') dropped?.(key);
      told = next;
      changed = failed !== undefined || soft === true;
      const named = new Map(all.map((entry) => [entry.id, entry]));
      if (rename.length > 0) coming.push(named);
      else if (coming.length > 0) coming[coming.length - 1] = named;
      else reading = named;
      return { remove, define, ...(rename.length > 0 && { rename }) };
    },
    /** Whose report it is. */
    reported: (id: string): Entry | undefined => reading.get(id),
    /** The engine has taken in a renaming: reports have the new names from here on. */
    renamed(): void {
      reading = coming.shift() ?? reading;
    },
    /** The engine is gone: it has been told nothing. */
    forget(): void {
      told = new Map();
      reading = new Map();
      coming = [];
      changed = true;
    },
  };
}

function recordOf({ entry, analysis, cell, rank }: Held): ProgramCell {
  const { run, prose, defines, uses, problem } = cell;
  const { reads, imports, code, shifts } = analysis;
  const exercise = entry.block?.attributes.check ?? entry.block?.attributes.exercise;
  const placed = problem && withPlace(problem, entry, uses.find((use) => problem.cells.includes(use.cell))?.name);
  return { id: cell.id, rank, run, prose, defines, uses, reads, imports, code, shifts, ...optional({ exercise, problem: placed }) };
}

const failOf = (record: ProgramCell, error: ErrorInfo | undefined): ProgramCell =>
  error ? { ...record, problem: { name: error.name, message: error.message, cells: [] } } : record;
