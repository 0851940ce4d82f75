/* What the worker knows of the notebook: its cells as the page defined them, the values they left, who uses whom, and which
   are due. The queue gives the first in rank. No evaluation happens here. */

import type { Cell } from './evaluation.ts';
import type { ProgramCell } from '../../src/engine/protocol.ts';

export interface Program {
  readonly cells: ReadonlyMap<string, Cell>;
  /** Public names with the value that others see and the cell it came from. */
  readonly values: Map<string, { readonly cell: string; readonly value: unknown }>;
  define(record: ProgramCell): void;
  /** Takes a cell out with its values and edges, and returns it. */
  remove(id: string): Cell | undefined;
  /** Drops what a cell defined. */
  forget(cell: Cell): void;
  enqueue(cell: Cell): void;
  dequeue(cell: Cell): void;
  /** The first in rank that is not barred, taken out of the queue. */
  next(barred: ReadonlySet<string> | undefined): Cell | undefined;
  readonly due: ReadonlySet<Cell>;
  /** Cells that use `name` of cell `id` (any name when absent). */
  usersOf(id: string, name?: string): Cell[];
  /** Everything that follows from the cells, by way of others too. */
  following(ids: readonly string[]): Set<string>;
}

export function createProgram(): Program {
  const cells = new Map<string, Cell>();
  const values: Program['values'] = new Map();
  const users = new Map<string, Set<string>>();
  const due = new Set<Cell>();
  let sorted: Cell[] | undefined; // the queue, last in rank first

  const link = (record: ProgramCell): void => {
    for (const use of record.uses) {
      const set = users.get(use.cell);
      if (set) set.add(record.id);
      else users.set(use.cell, new Set([record.id]));
    }
  };
  const unlink = (record: ProgramCell): void => {
    for (const use of record.uses) users.get(use.cell)?.delete(record.id);
  };
  const forget = ({ record }: Cell): void => {
    for (const name of record.defines) if (values.get(name)?.cell === record.id) values.delete(name);
  };

  return {
    cells,
    values,
    due,
    forget,
    define: (record) => {
      const known = cells.get(record.id);
      if (known) {
        unlink(known.record);
        for (const name of known.record.defines) {
          if (!record.defines.includes(name) && values.get(name)?.cell === record.id) values.delete(name);
        }
        known.record = record;
        known.compiled = known.binding = undefined;
      } else cells.set(record.id, { record, count: 0, state: 'idle', why: '' });
      link(record);
      sorted = undefined;
    },
    remove: (id) => {
      const cell = cells.get(id);
      if (!cell) return undefined;
      unlink(cell.record);
      forget(cell);
      due.delete(cell);
      cells.delete(id);
      sorted = undefined;
      return cell;
    },
    enqueue: (cell) => {
      due.add(cell);
      sorted = undefined;
    },
    dequeue: (cell) => {
      due.delete(cell);
      sorted = undefined;
    },
    next: (barred) => {
      sorted ??= [...due].sort((a, b) => b.record.rank - a.record.rank);
      const at = barred ? sorted.findLastIndex((cell) => !barred.has(cell.record.id)) : sorted.length - 1;
      const [cell] = at < 0 ? [] : sorted.splice(at, 1);
      if (cell) due.delete(cell);
      return cell;
    },
    usersOf: (id, name) => {
      const found = [...(users.get(id) ?? [])].map((user) => cells.get(user)!);
      return name === undefined ? found : found.filter((user) => user.record.uses.some((use) => use.name === name && use.cell === id));
    },
    following: (ids) => {
      const found = new Set<string>();
      const stack = [...ids];
      while (stack.length) {
        for (const user of users.get(stack.pop()!) ?? []) {
          if (found.has(user)) continue;
          found.add(user);
          stack.push(user);
        }
      }
      return found;
    },
  };
}
