/* What leaves the worker, in batches: one message when its event loop turns or every 16 ms. Outputs are bounded per
   evaluation, and what many cells say alike (done, with one plain value) leaves in columns. */

import { sizeOf } from '../../src/output/size.ts';
import type { Outcome, Primitive, Running } from './evaluation.ts';
import type { Cell } from './types.ts';
import type { Report } from '../../src/engine/protocol.ts';
import type { ErrorInfo, Output } from '../../src/output/types.ts';
import type { CellState } from '../../src/schedule/types.ts';

const FLUSH_MS = 16;
const MAX_OUTPUTS = 10_000;
const MAX_BYTES = 1_000_000;

export interface Reports {
  report(entry: Report): void;
  setState(cell: Cell, state: CellState, more?: { ms?: number; live?: boolean } & Omit<Outcome, 'state'>): void;
  /** Shows an output, or counts it where the evaluation has shown too much; see Evaluation.emit. */
  emit(evaluation: Running, output: Output, key?: number): number;
  /** The state in which an evaluation ended at `time`, with what it still holds. */
  ended(evaluation: Running, outcome: Outcome, time: number): void;
  /** Says that it runs: only what still runs when a batch leaves needs that. */
  tellRunning(evaluation: Running): void;
  flush(time?: number): void;
  /** `time`: now, where it is known. */
  flushSoon(time?: number): void;
}

export interface ReportsOptions {
  readonly post: (reports: readonly Report[]) => void;
  readonly now: () => number;
  readonly task: (fn: () => void) => void;
  readonly describe: (error: unknown) => ErrorInfo;
  /** The evaluation that has the turn. */
  readonly running: () => Running | undefined;
}

export function createReports({ post, now, task, describe, running }: ReportsOptions): Reports {
  let batch: Report[] = [];
  let dones = emptyDones();
  let since = 0; // when the oldest entry of the batch came
  let flushing = false;

  /** Columns go into the batch before anything that must not overtake them. */
  function closeDones(): void {
    if (dones.cells.length === 0) return;
    batch.push(dones);
    dones = emptyDones();
  }
  function flush(time = now()): void {
    since = time;
    const turn = running();
    if (turn && !turn.told && !turn.ended) tellRunning(turn);
    closeDones();
    if (batch.length === 0) return;
    const reports = batch;
    batch = [];
    try {
      post(reports);
    } catch {
      for (const entry of reports) postAlone(entry); // something in it cannot be cloned: send what can
    }
  }
  function postAlone(entry: Report): void {
    try {
      post([entry]);
    } catch (error) {
      post([{ kind: 'notice', error: describe(error) }]);
    }
  }
  function flushSoon(time = now()): void {
    if (flushing) {
      if (time - since > FLUSH_MS) flush(time);
      return;
    }
    flushing = true;
    since = time;
    task(() => {
      flushing = false;
      flush();
    });
  }
  function report(entry: Report): void {
    if (entry.kind === 'state' || entry.kind === 'idle' || entry.kind === 'renamed') closeDones();
    batch.push(entry);
    flushSoon();
  }
  function setState(cell: Cell, state: CellState, more: Parameters<Reports['setState']>[2] = {}): void {
    cell.state = state;
    report({ kind: 'state', cell: cell.record.id, evaluation: cell.count, state, ...more });
  }
  function tellRunning(evaluation: Running): void {
    release(evaluation);
    evaluation.told = true;
    batch.push({ kind: 'state', cell: evaluation.cell, evaluation: evaluation.number, state: 'running' });
  }

  function emit(evaluation: Running, output: Output, key?: number): number {
    if (evaluation.replaced || (key !== undefined && key < 0)) return -1;
    if (key === undefined) {
      evaluation.bytes += sizeOf(output, output.kind === 'input' && output.type === 'part' ? 64 : 1); // its pixels are one canvas
      if (evaluation.outputs >= MAX_OUTPUTS || evaluation.bytes > MAX_BYTES) {
        if (evaluation.cut++ === 0) task(() => tellCut(evaluation));
        return -1;
      }
    }
    if (evaluation.outputs === 0 && !evaluation.told && !evaluation.ended && output.kind === 'value' && output.value.type === 'primitive') {
      evaluation.held = output.value; // may leave in the columns of `done`
      return evaluation.outputs++;
    }
    release(evaluation);
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: key ?? evaluation.outputs, output });
    return key ?? evaluation.outputs++;
  }
  /** The first plain value leaves on its own, since something else comes before the end. */
  function release(evaluation: Running): void {
    const value = evaluation.held;
    if (!value) return;
    evaluation.held = undefined;
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: 0, output: { kind: 'value', value } });
  }
  /** How many outputs were left out: the last output of the cell, told again while it goes on. */
  function tellCut(evaluation: Running): void {
    if (evaluation.replaced || evaluation.cut === 0) return;
    const output: Output = { kind: 'log', truncated: evaluation.cut };
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: MAX_OUTPUTS, output });
    if (!evaluation.ended) setTimeout(() => tellCut(evaluation), 250);
  }

  function ended(evaluation: Running, outcome: Outcome, time: number): void {
    const { owner } = evaluation;
    const ms = Math.round((time - evaluation.startedAt) * 100) / 100;
    if (evaluation.cut) tellCut(evaluation);
    const live = evaluation.generators !== undefined && evaluation.generators.size > 0;
    if (outcome.state === 'done' && !evaluation.told && !live) {
      owner.state = 'done';
      dones.cells.push(evaluation.cell);
      dones.evaluations.push(evaluation.number);
      dones.ms.push(ms);
      dones.values.push(evaluation.held?.text ?? null);
      dones.types.push(evaluation.held?.of ?? null);
      evaluation.held = undefined;
      flushSoon(time);
      return;
    }
    release(evaluation);
    const evaluated = outcome.state === 'done' || outcome.state === 'error';
    setState(owner, outcome.state, { ...outcome, ...(evaluated ? { ms } : {}), ...(live ? { live } : {}) });
  }

  return { report, setState, emit, ended, tellRunning, flush, flushSoon };
}

const emptyDones = () => ({
  kind: 'done' as const,
  cells: [] as string[],
  evaluations: [] as number[],
  ms: [] as number[],
  values: [] as (string | null)[],
  types: [] as (Primitive['of'] | null)[],
});
