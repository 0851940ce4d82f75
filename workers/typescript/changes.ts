/* Values that change from outside their cell's code: an input, a mutable box, the next value of a generator. Dependents join
   the queue, as their run modes say. */

import { createOvertime, type Overtime } from './overtime.ts';
import type { Running } from './evaluation.ts';
import type { Program } from './program.ts';
import type { Cell } from './types.ts';
import type { Reports } from './reports.ts';
import type { ExecutorOptions } from './types.ts';

export interface ChangesOptions extends Pick<ExecutorOptions, 'now' | 'task'> {
  readonly headless: boolean;
  readonly program: Program;
  readonly setState: Reports['setState'];
  readonly turn: () => Running | undefined;
  readonly pump: () => void;
  /** Runs `fn` as code of the evaluation. */
  readonly enter: (evaluation: Running, fn: () => void) => void;
}

export interface Changes {
  /** A name of a cell has a new value; nothing where the evaluation that says so was replaced. */
  assign(from: { readonly cell: string; readonly replaced?: boolean }, name: string, value: unknown): void;
  /** An input of the cell moved that has no name. */
  again(id: string): void;
  readonly follow: Overtime['follow'];
  /** Ends the generators of an evaluation. */
  readonly finish: Overtime['finish'];
  /** The same, told to the page. */
  finishCell(cell: Cell): void;
  /** Cells with a generator that still ticks. */
  ticking(): Cell[];
}

export function createChanges({ headless, now, task, program, setState, turn, pump, enter }: ChangesOptions): Changes {
  /** Cells that had a generator to follow, and may have it still. */
  const followed = new Set<Cell>();
  /** Dependents of a changed name join the queue; those that wait for their reader turn stale. */
  function changed(id: string, name?: string): void {
    const stack = program.usersOf(id, name);
    const seen = new Set<Cell>();
    while (stack.length) {
      const cell = stack.pop()!;
      if (seen.has(cell) || cell.record.problem || cell.record.run === 'off') continue;
      seen.add(cell);
      if (cell.record.run === 'auto' || (cell.record.run === 'once' && cell.count === 0)) {
        enqueue(cell);
        stack.push(...program.usersOf(cell.record.id));
      } else if (cell.state === 'done' || cell.state === 'error') setState(cell, 'stale');
    }
    pump();
  }
  /** With it goes what it needs, runs by itself, and nobody has run yet. */
  function enqueue(cell: Cell): void {
    program.enqueue(cell);
    for (const use of cell.record.uses) {
      const source = program.cells.get(use.cell);
      const byItself = source?.record.run === 'auto' || source?.record.run === 'once';
      if (source && byItself && source.count === 0 && !source.queued) enqueue(source);
    }
  }
  function assign(from: { readonly cell: string; readonly replaced?: boolean }, name: string, value: unknown): void {
    const owner = program.cells.get(from.cell);
    if (from.replaced || !owner?.record.defines.includes(name)) return;
    Object.assign(program.slots.get(name)!, { cell: from.cell, value, moved: owner.evaluation });
    changed(from.cell, name);
  }
  const overtime = createOvertime({
    headless,
    now,
    task,
    dueAfter: (cell) => {
      const running = turn();
      if (program.queue.length === 0 && !running) return false;
      const after = program.following([cell]);
      after.delete(cell);
      return program.queue.some((one) => after.has(one)) || (running !== undefined && after.has(running.owner));
    },
    enter,
    assign,
    ended: ({ owner, generators }) => {
      setState(owner, owner.state, { live: generators!.size > 0 });
      pump();
    },
  });
  return {
    assign,
    again: (id) => {
      const cell = program.cells.get(id);
      if (!cell) return;
      program.enqueue(cell);
      changed(id);
    },
    follow: (evaluation, name, generator) => {
      followed.add(evaluation.owner);
      return overtime.follow(evaluation, name, generator);
    },
    finish: overtime.finish,
    finishCell: (cell) => {
      overtime.finish(cell.evaluation!);
      if (cell.evaluation!.ended) setState(cell, cell.state, { live: false });
    },
    ticking: () => {
      for (const cell of followed) if (!cell.evaluation?.generators?.size) followed.delete(cell);
      return [...followed];
    },
  };
}
