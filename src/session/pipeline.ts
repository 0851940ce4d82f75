/* The way of a notebook's cells while it is open: a request of the reader becomes a plan for the engine, the engine's reports
   become statuses for the page. Composed with edits, controls and the store by session.ts.

     entries ──request──> (analysis of what was edited) ──send──> engine ──receive──> entries ──status──> page */

import { messageOf } from '../base/errors.ts';
import { createRemote, type Remote, type RemoteOptions } from '../engine/remote.ts';
import { placesOf } from './queue.ts';
import { createQuiet } from './quiet.ts';
import { statusOf } from './status.ts';
import { advance, applyState, putOutput, type Entries, type Entry } from './entries.ts';
import type { Plan } from '../schedule/index.ts';
import type { Report } from '../engine/protocol.ts';
import type { ErrorInfo } from '../output/types.ts';
import type { CellStatus, EngineState, Session, SessionChange } from './types.ts';

/** What is known of the engine. A plan is settled when the engine says that it is idle behind it. */
export interface EngineFacts {
  state: EngineState;
  backend: Session['backend'];
  notices: readonly ErrorInfo[];
  generators: number;
  plans: number;
  settledPlan: number;
}

/** Reports that speak of no cell's state or output. */
export type Aside = Extract<
  Report,
  { kind: 'run-start' | 'run-points' | 'run-end' | 'service' | 'values' | 'looked' | 'members' | 'predicted' }
>;

export interface PipelineOptions extends Pick<RemoteOptions, 'createWorker' | 'start' | 'onLost'> {
  readonly entries: Entries;
  readonly now: () => number;
  /** Something is to be analysed or named before a plan is made. */
  readonly due: () => boolean;
  /** Analyses what was edited; resolves to the cells whose place in the graph changed by the edit of another. */
  readonly commit: () => Promise<readonly string[]>;
  /** Analyses new expressions in prose; resolves to those that can be shown with the values that there are. */
  readonly commitProse: () => Promise<readonly string[]>;
  readonly tell: (change: SessionChange) => void;
  /** What the entry shows is a new one. */
  readonly keep: (entry: Entry) => void;
  readonly aside: (report: Aside) => void;
}

export interface Pipeline {
  readonly engine: EngineFacts;
  readonly remote: Remote;
  /** Sends the plan that `make` draws up, behind the analysis of what was edited. */
  request(make: (affected: readonly string[]) => Plan): void;
  /** One message: what changed in the program, and what to evaluate. `failed`: cells that count as failed without running ·
      `soft`: what was deleted stays there, so that undo finds its value. */
  send(plan: Plan, failed?: ReadonlyMap<string, ErrorInfo>, soft?: boolean): void;
  /** Tells an engine that is there what changed, and evaluates nothing. */
  follow(): void;
  /** Shows new expressions in prose, a moment after the last edit, where an engine has the values. */
  showProse(): void;
  /** Everything the page shows of one cell; the same record until something of it changes. */
  status(entry: Entry): CellStatus;
  busy(): boolean;
  /** Resolves when nothing runs and nothing is queued. */
  settled(): Promise<void>;
  /** The engine is gone. */
  reset(): void;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { entries, now, commit, commitProse, tell, keep, aside } = options;
  const remote = createRemote({ ...options, onReports: receive });
  const engine: EngineFacts = { state: 'off', backend: undefined, notices: [], generators: 0, plans: 0, settledPlan: 0 };
  const waiters: (() => void)[] = [];
  let places: ReadonlyMap<string, number> | undefined;

  // ---- to the engine ------------------------------------------------------------------------------------------------------

  function request(make: (affected: readonly string[]) => Plan): void {
    if (!options.due()) return send(make([]));
    engine.plans++; // not settled before the analysis has come
    void commit().then(
      (affected) => {
        engine.plans--;
        send(make(affected));
      },
      (error: unknown) => {
        engine.plans--;
        const message = `The parser could not be loaded (${messageOf(error)}). Check the connection, then run the cell again.`;
        engine.notices = [...engine.notices, { name: 'Error', message, frames: [] }];
        tell({ notices: true });
        tellSettled();
      },
    );
  }

  function send({ run, stale }: Plan, failed?: ReadonlyMap<string, ErrorInfo>, soft?: boolean): void {
    const cells = new Set<string>();
    const running = new Set(run);
    for (const id of stale) {
      const entry = entries.byId.get(id)!;
      if (entry.state === 'running' || entry.state === 'queued') continue;
      entry.state = 'stale';
      entry.why = entries.reason(id, running);
      if (entry.was) entry.was = { ...entry.was, state: 'stale', why: entry.why };
      touch(entry, cells);
    }
    for (const id of run) {
      const entry = entries.byId.get(id)!;
      // It is evaluated anew: a loop without an end would hold the engine and this plan.
      if (entry.state === 'running') remote.interrupt('superseded', { cell: id, rank: entries.rank(id) });
      if (entry.state !== 'queued') entry.before = entry.state === 'running' ? 'stale' : entry.state;
      entry.state = 'queued';
      entry.why = undefined;
      touch(entry, cells);
    }
    if (!remote.worker) engine.state = 'starting';
    else if (run.length) engine.state = 'busy';
    remote.send({ kind: 'plan', plan: ++engine.plans, ...entries.delta(failed, soft), run });
    tell({ cells, engine: true });
  }

  // ---- from the engine ----------------------------------------------------------------------------------------------------

  function receive(reports: readonly Report[]): void {
    const change = { cells: new Set<string>(), prose: new Set<number>(), engine: false, notices: false };
    const { state } = engine;
    /** The entry that a report speaks of, unless the page knows of a later evaluation. */
    const about = (id: string, evaluation: number): Entry | undefined => {
      const entry = entries.reported(id);
      if (!entry || !advance(entry, evaluation, now())) return undefined;
      touch(entry, change.cells, change.prose);
      return entry;
    };
    for (const report of reports) {
      switch (report.kind) {
        case 'state': {
          const entry = about(report.cell, report.evaluation);
          if (entry) applyState(entry, report, entries.reason);
          if (entry && (report.state === 'done' || report.state === 'error')) keep(entry);
          break;
        }
        case 'done':
          report.cells.forEach((id, i) => {
            const entry = about(id, report.evaluations[i]!);
            if (!entry) return;
            const text = report.values[i];
            const of = report.types[i];
            if (typeof text === 'string' && of) putOutput(entry, 0, { kind: 'value', value: { type: 'primitive', text, of } });
            applyState(entry, { state: 'done', ms: report.ms[i]! }, entries.reason);
            keep(entry);
          });
          break;
        case 'output': {
          const entry = about(report.cell, report.evaluation);
          if (!entry) break;
          putOutput(entry, report.key, report.output);
          keep(entry);
          break;
        }
        case 'notice':
          engine.notices = [...engine.notices.slice(-19), report.error];
          change.notices = true;
          break;
        case 'backend':
          engine.backend = { backend: report.backend, adapter: report.adapter, why: report.why };
          change.engine = true;
          break;
        case 'renamed':
          entries.renamed();
          break;
        case 'ready':
          change.engine = true;
          break;
        case 'idle':
          engine.generators = report.generators;
          engine.settledPlan = Math.max(engine.settledPlan, report.plan);
          change.engine = true;
          tellSettled();
          break;
        default:
          aside(report);
      }
    }
    if (change.engine || state === 'idle') engine.state = busy() ? 'busy' : 'idle';
    tell({ ...change, engine: change.engine || engine.state !== state });
  }

  function busy(): boolean {
    return engine.settledPlan < engine.plans || entries.list.some(({ state }) => state === 'running' || state === 'queued');
  }
  function settled(): Promise<void> {
    return engine.settledPlan >= engine.plans ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve));
  }
  function tellSettled(): void {
    if (engine.settledPlan >= engine.plans) for (const waiter of waiters.splice(0)) waiter();
  }
  function reset(): void {
    entries.untold();
    Object.assign(engine, { state: 'off', backend: undefined, generators: 0, settledPlan: engine.plans });
    tellSettled();
  }

  // ---- to the page ----------------------------------------------------------------------------------------------------------

  function touch(entry: Entry, cells: Set<string>, prose?: Set<number>): void {
    entry.status = undefined;
    places = undefined;
    if (entry.index === undefined) cells.add(entry.id);
    else prose?.add(entry.index);
  }

  function status(entry: Entry): CellStatus {
    const place = entry.state === 'queued' ? (places ??= placesOf(entries)).get(entry.id) : undefined;
    return (entry.status ??= statusOf(entry, entries, place));
  }
  const { follow, showProse } = createQuiet({ remote, send, commitProse, isDue: () => entries.prose.some(({ dirty }) => dirty) });
  return { engine, remote, request, send, follow, showProse, status, busy, settled, reset };
}
