/* What the worker knows of the notebook: its cells compiled to functions, a slot for the value of each name, who uses whom,
   and the queue, first in rank first. No evaluation happens here.

   All cells of a plan become one script (a script each costs ten times as much), named so that a stack leads back (frames.ts).
   A body that analysis lowered ends in `return {a,b}`; here it returns `[a,b]`, since 1,000 cells would give 1,000 shapes of
   objects, and each of them is slow to read. */

import { rename, type Pairs } from './rename.ts';
import type { ProgramCell } from '../../src/engine/protocol.ts';
import type { Placed } from './frames.ts';
import type { Cell, CellFunction, Slot, Source } from './types.ts';

export interface ProgramOptions {
  /** Whether a name is one of the standard library. */
  readonly isOurs: (name: string) => boolean;
  /** The text of a body as the guard's mode needs it. */
  readonly adapt: (code: string) => string;
}

export type Program = ReturnType<typeof createProgram>;

export function createProgram({ isOurs, adapt }: ProgramOptions) {
  const cells = new Map<string, Cell>();
  const slots = new Map<string, Slot>();
  const users = new Map<string, Set<Cell>>();
  const queue: Cell[] = []; // sorted when it is read: last in rank first
  let sorted = true;
  const scripts: Placed[][] = [];

  function slotOf(name: string): Slot {
    let slot = slots.get(name);
    if (!slot) slots.set(name, (slot = { cell: undefined, value: undefined, moved: undefined }));
    return slot;
  }
  function clear(slot: Slot | undefined, id: string): void {
    if (slot?.cell === id) slot.cell = slot.value = undefined;
  }
  /** Drops what a cell defined. */
  function forget({ record, outputs }: Cell): void {
    for (let i = 0; i < outputs.length; i++) clear(outputs[i], record.id);
  }
  function link(cell: Cell): void {
    for (const { cell: need } of cell.record.uses) {
      const set = users.get(need);
      if (set) set.add(cell);
      else users.set(need, new Set([cell]));
    }
  }
  const unlink = (cell: Cell): void => cell.record.uses.forEach((use) => users.get(use.cell)?.delete(cell));

  /** Takes in cells that are new or changed, and compiles them. */
  function define(records: readonly ProgramCell[]): void {
    const sound: Cell[] = [];
    for (const record of records) {
      let cell = cells.get(record.id);
      if (cell) {
        unlink(cell);
        for (const name of cell.record.defines) if (!record.defines.includes(name)) clear(slotOf(name), record.id);
        cell.record = record;
      } else cells.set(record.id, (cell = emptyCell(record)));
      cell.inputs = record.uses.map(({ name }) => slotOf(name));
      cell.outputs = record.defines.map(slotOf);
      cell.body = undefined;
      link(cell);
      if (!record.problem) sound.push(cell);
    }
    sorted = false;
    compile(sound.map(sourceOf)).forEach((body, i) => {
      sound[i]!.body = body;
    });
  }

  /** Finds out what the function of a cell takes and returns. */
  function sourceOf(cell: Cell): Source {
    const { id, code, uses, defines, reads, imports, shifts } = cell.record;
    const end = code.lastIndexOf(RETURN);
    const used = uses.map((use) => use.name);
    const locals = imports.flatMap(({ bindings }) => bindings.map(({ local }) => local));
    cell.names = code
      .slice(end + RETURN.length, -1)
      .split(',')
      .filter(Boolean);
    cell.outputs = cell.names.map((name) => (defines.includes(name) ? slotOf(name) : undefined));
    cell.library = reads.filter((name) => !used.includes(name) && isOurs(name));
    const text = `${code.slice(0, end)}\nreturn [${cell.names.join()}]`;
    cell.long = mayKeepThread.test(text.replaceAll('__g.show(', ''));
    cell.plain = !cell.long && !/\bawait\b/.test(text);
    return { id, shifts, code: text, plain: cell.plain, parameters: [...used, ...cell.library, ...locals] };
  }

  /** One function for each source, or the error of a source that this engine does not take. */
  function compile(sources: readonly Source[]): (CellFunction | Error)[] {
    const placed: Placed[] = [];
    const parts = ['"use strict";['];
    let line = 1;
    for (const { id, parameters, code, shifts, plain } of sources) {
      const firstLine = line + 1;
      line = firstLine + code.split(/\r\n|[\n\r\u2028\u2029]/).length; // as who counts the lines of a script
      placed.push({ id, shifts, firstLine, lastLine: line - 1 });
      parts.push(`(${plain ? '' : 'async '}function(${[...parameters, '__g', '__f', '__i'].join()}){\n${adapt(code)}\n}),`);
    }
    parts.push(`]\n//# sourceURL=cells-${scripts.length}`);
    try {
      // oxlint-disable-next-line no-eval -- the one place where cells become code
      const functions = (0, eval)(parts.join('')) as CellFunction[];
      scripts.push(placed);
      return functions;
    } catch (error) {
      return sources.length === 1 ? [error as Error] : sources.flatMap((source) => compile([source]));
    }
  }

  return {
    cells: cells as ReadonlyMap<string, Cell>,
    slots: slots as ReadonlyMap<string, Slot>,
    queue: queue as readonly Cell[],
    scripts: scripts as readonly (readonly Placed[])[],
    define,
    compile,
    /** Takes a cell out with its values and edges, and returns it. */
    remove: (id: string): Cell | undefined => {
      const cell = cells.get(id);
      if (!cell) return undefined;
      unlink(cell);
      forget(cell);
      dequeue(cell);
      cells.delete(id);
      return cell;
    },
    rename: (pairs: Pairs): void => rename(pairs, { cells, slots, scripts, link, unlink }),
    forget,
    enqueue: (cell: Cell): void => {
      if (cell.queued) return;
      cell.queued = true;
      queue.push(cell);
      sorted = false;
    },
    dequeue,
    /** The first in rank that is not barred, taken out of the queue. */
    next: (barred: ReadonlySet<Cell> | undefined): Cell | undefined => {
      if (!sorted) queue.sort((a, b) => b.record.rank - a.record.rank);
      sorted = true;
      const cell = barred ? queue.findLast((one) => !barred.has(one)) : queue.at(-1);
      if (cell) dequeue(cell);
      return cell;
    },
    /** Cells that use `name` of cell `id` (any name when absent). */
    usersOf: (id: string, name?: string): Cell[] => {
      const found = [...(users.get(id) ?? [])];
      return name === undefined ? found : found.filter(({ record }) => record.uses.some((use) => use.name === name && use.cell === id));
    },
    /** The cells and everything that follows from them, by way of others too. */
    following: (from: readonly Cell[]): Set<Cell> => {
      const found = new Set(from);
      for (const cell of found) for (const user of users.get(cell.record.id) ?? []) found.add(user);
      return found;
    },
  };

  function dequeue(cell: Cell): void {
    if (!cell.queued) return;
    cell.queued = false;
    if (queue.at(-1) === cell) queue.pop();
    else queue.splice(queue.indexOf(cell), 1);
  }
}

/** How analysis ends every body, before the names and a brace. */
const RETURN = '\nreturn {';

const emptyCell = (record: ProgramCell): Cell => ({
  record,
  inputs: [],
  library: [],
  names: [],
  outputs: [],
  long: false,
  plain: false,
  body: undefined,
  evaluation: undefined,
  count: 0,
  state: 'idle',
  queued: false,
  why: '',
});

/** Code with a loop, a function or a call of a method (a regular expression, a sort, a library) is announced before it
    runs: only what is known to run can be stopped or timed. */
const mayKeepThread = /__f\[0\]|=>|\bfunction\b|\bnew\b|(?<!\bMath)\.\s*[\w$]+\s*\(/;
