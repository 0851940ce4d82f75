/* Records the runs of a session: what a worker reports of them becomes statistics in memory (for the command line),
   whole curves (for `runs()` in a cell), and, where there is a store, run records and chunks of points.
   Points are written 250 ms after the first unwritten one, or at 1,000 of them; a write that fails is tried again with
   the next one, and nothing is lost while the page lives.

     run-start ──> running ──run-end──> done | failed | interrupted
                      └──the session ends──> interrupted */

import { optional } from '../base/optional.ts';
import { Column } from '../base/column.ts';
import { heldTabName, sweepDeadRuns } from '../store/tab.ts';
import type { Store, StoredRun } from '../store/types.ts';
import type { Report, RunCall, RunEntry } from '../engine/protocol.ts';
import type { Resuming } from './resuming.ts';
import type { Entry } from './entry.ts';
import type { RunColumns, SessionRun } from './types.ts';

export interface RecorderOptions {
  /** Absent: runs live in memory alone. */
  readonly store?: Store | undefined;
  readonly notebook: () => { readonly id: string; readonly text: string };
  /** Backend, adapter, browser, library version: kept with each run. */
  readonly environment: () => Readonly<Record<string, string | number>>;
  /** ms since epoch. */
  readonly now: () => number;
  /** Told when a write fails; the points stay in memory and are written with the next. */
  readonly onError?: (error: unknown) => void;
  /** Told that a checkpoint could not be kept, or (nothing) that one was. */
  readonly onCheckpoint?: (error?: unknown) => void;
  /** Told when everything recorded so far is written. */
  readonly onWritten?: () => void;
}

export interface Recorder {
  /** Takes every report and keeps those of runs. */
  report(report: Report): void;
  /** The runs of this session in the order of their start, with statistics of their metrics. */
  runs(): readonly SessionRun[];
  /** Newest first, with whole curves: this session's and, with a store, all earlier ones. */
  entries(filter?: { readonly name?: string }): Promise<readonly RunEntry[]>;
  /** Answers what runs ask for that is to last. */
  answer(call: RunCall): Promise<unknown>;
  /** What resumes runs, loaded when it is first needed. */
  resuming(): Promise<Resuming>;
  /** The reader wants a run of this cell to go on, which a sweep takes up; asked once. */
  takeWanted(cell: string): boolean;
  /** Shows below their cells the curves of runs that were cut off; resolves to these cells. */
  showInterrupted(cells: ReadonlyMap<string, Entry>): Promise<ReadonlySet<string>>;
  /** Everything that a run of this session has logged so far, by metric: views, not copies. */
  curves(run: string): ReadonlyMap<string, RunColumns> | undefined;
  /** Writes what is not written yet. Resolves also when that failed (`onError` was told). */
  flush(): Promise<void>;
  /** These cells are evaluated once more for their values alone: what runs they start is not recorded. None: from now on all. */
  repeat(cells: readonly string[]): void;
  /** The engine is gone: what still runs becomes `interrupted`. */
  end(): Promise<void>;
  /** From now on everything goes into `store`, what was recorded so far too ("Save a copy"). */
  keep(store: Store): Promise<void>;
}

const chunkDelayMs = 250;
const chunkPoints = 1000;

export function createRecorder(options: RecorderOptions): Recorder {
  let store = options.store;
  const records = new Map<string, Recording>();
  let repeated: ReadonlySet<string> = new Set();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();

  function start(report: Extract<Report, { kind: 'run-start' }>): void {
    const known = records.get(report.run);
    if (known) {
      Object.assign(known, { state: 'running', changed: true, summary: {} });
      if (report.goesOn) cut(known, report.goesOn);
      return;
    }
    const { id, text } = options.notebook();
    const { run, cell, name, params, startedAt } = report;
    const environment = { ...options.environment(), text, seed: report.seed, ...optional({ sweep: report.sweep }) };
    records.set(run, {
      head: { id: run, notebook: id, cell, name, params, startedAt, environment },
      state: 'running',
      summary: {},
      ms: 0,
      began: options.now(),
      columns: new Map(),
      changed: true,
      chunk: 0,
      unwritten: 0,
    });
  }

  /** One pass over all recordings; passes follow each other, so that chunks keep their order. */
  function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const target = store;
    if (target) {
      writing = writing
        .then(() => writeAll(target, records.values(), options.environment()))
        .then(
          () => options.onWritten?.(),
          (error: unknown) => options.onError?.(error),
        );
    }
    return writing;
  }

  let resuming: Promise<Resuming> | undefined;
  const load = (): Promise<Resuming> => {
    resuming ??= import('./resuming.ts').then(({ createResuming }) =>
      createResuming({ ...options, records, write, wanted, store: () => store, entry }),
    );
    resuming.catch(() => (resuming = undefined));
    return resuming;
  };
  /** Runs that the reader wants to go on, by cell. */
  const wanted = new Map<string, string>();

  return {
    resuming: load,
    async answer(call) {
      if (call.service === 'resume' && !call.asked && !wanted.has(call.cell)) return undefined;
      return (await load()).answer(call);
    },
    takeWanted: (cell) => wanted.delete(cell),
    async showInterrupted(cells) {
      if (!store) return new Set();
      await sweepDeadRuns(store);
      const dead = await store.runs({ notebook: options.notebook().id, state: 'interrupted' });
      return dead.length > 0 ? (await load()).show(dead, cells) : new Set();
    },
    report(report) {
      if (report.kind === 'run-start') {
        if (repeated.has(report.cell)) return;
        start(report);
        void write();
      } else if (report.kind === 'run-points') {
        const recording = records.get(report.run);
        if (!recording) return;
        for (const [name, points] of Object.entries(report.metrics)) {
          let column = recording.columns.get(name);
          if (!column)
            recording.columns.set(name, (column = { steps: new Column(), values: new Column(), times: new Column(), written: 0 }));
          column.steps.append(points.steps);
          column.values.append(points.values);
          if (points.times) column.times.append(points.times);
          recording.unwritten += points.values.length;
        }
        if (recording.unwritten >= chunkPoints) void write();
        else if (store) timer ??= setTimeout(() => void write(), chunkDelayMs);
      } else if (report.kind === 'run-end') {
        const recording = records.get(report.run);
        if (!recording) return;
        Object.assign(recording, { state: report.state, summary: report.summary, ms: report.ms, changed: true });
        const written = write();
        if (resuming && report.state === 'done') void written.then(load).then(({ finish }) => finish(report.run));
      }
    },

    runs: () =>
      [...records.values()].map(({ head, summary, columns }) => ({
        id: head.id,
        name: head.name,
        params: head.params,
        summary,
        metrics: Object.fromEntries([...columns].map(([name, column]) => [name, statistics(column.values.view())])),
      })),

    async entries(filter = {}) {
      await write();
      const mine = [...records.values()]
        .reverse()
        .filter(({ head }) => filter.name === undefined || head.name === filter.name)
        .map(entry);
      const stored = store ? await store.runEntries(filter) : [];
      return [...mine, ...stored.filter((run) => !records.has(run.id))].sort((a, b) => b.startedAt - a.startedAt);
    },

    curves(run) {
      const columns = records.get(run)?.columns;
      if (!columns) return undefined;
      const views = new Map<string, RunColumns>();
      for (const [name, { steps, values, times }] of columns) {
        const timed = times.length > 0 && times.length === values.length;
        views.set(name, { steps: steps.view(), values: values.view(), ...(timed ? { times: times.view() } : {}) });
      }
      return views;
    },

    flush: write,

    repeat(cells) {
      repeated = new Set(cells);
    },

    end() {
      for (const recording of records.values()) {
        if (recording.state === 'running')
          Object.assign(recording, { state: 'interrupted', ms: options.now() - recording.began, changed: true });
      }
      return write();
    },

    keep(next) {
      store = next;
      for (const recording of records.values()) recording.changed = true;
      return write();
    },
  };
}

/** A run as it is held: everything that was logged, and how much of it the store has. */
export interface Recording {
  readonly head: Pick<StoredRun, 'id' | 'notebook' | 'cell' | 'name' | 'params' | 'startedAt' | 'environment'>;
  readonly columns: Map<string, { readonly steps: Column; readonly values: Column; readonly times: Column; written: number }>;
  state: StoredRun['state'];
  summary: StoredRun['summary'];
  ms: number;
  /** When it would have begun if it had gone on all the time. */
  began: number;
  /** What is to be dropped in the store before anything more is written. */
  cut?: { readonly at: number; readonly lengths: Readonly<Record<string, number>> } | undefined;
  /** The record differs from the stored one. */
  changed: boolean;
  /** Number of the next chunk. */
  chunk: number;
  /** Points that no chunk holds yet, over all metrics. */
  unwritten: number;
}

/** Forgets what was logged behind a checkpoint. */
function cut(recording: Recording, goesOn: NonNullable<Recording['cut']>): void {
  for (const [name, { steps, values, times }] of recording.columns)
    for (const column of [steps, values, times]) column.cut(goesOn.lengths[name] ?? 0);
  for (const column of recording.columns.values()) column.written = Math.min(column.written, column.values.length);
  recording.cut = goesOn;
  recording.unwritten = [...recording.columns.values()].reduce((sum, { values, written }) => sum + values.length - written, 0);
}

/** `environment`: what is known by now, as the backend is only when something computes. */
async function writeAll(store: Store, recordings: Iterable<Recording>, environment: StoredRun['environment']): Promise<void> {
  for (const recording of recordings) {
    const { head, state, summary, ms, columns } = recording;
    if (recording.changed) {
      recording.changed = false;
      const known = state === 'running' || ms > 0 ? { ...environment, ...head.environment } : head.environment;
      const tab = optional({ tab: await heldTabName() });
      await store.saveRun({ ...head, environment: { ...known, ...tab }, state, summary, ms }).catch((error: unknown) => {
        recording.changed = true;
        throw error;
      });
    }
    if (recording.cut) {
      recording.chunk = await (await store.checkpoints()).cut(head.id, recording.cut.at, recording.cut.lengths);
      recording.cut = undefined;
    }
    const due = [...columns].filter(([, column]) => column.written < column.values.length);
    if (due.length === 0) continue;
    const ends = due.map(([, column]) => column.values.length);
    const metrics = Object.fromEntries(
      due.map(([name, { steps, values, times, written }]) => {
        const timed = times.length === values.length ? { times: times.view().slice(written) } : {};
        return [name, { steps: steps.view().slice(written), values: values.view().slice(written), ...timed }];
      }),
    );
    await store.savePoints({ run: head.id, chunk: recording.chunk, metrics });
    recording.chunk++;
    due.forEach(([, column], i) => {
      recording.unwritten -= ends[i]! - column.written;
      column.written = ends[i]!;
    });
  }
}

function entry({ head, state, summary, columns }: Recording): RunEntry {
  const metrics = Object.fromEntries(
    [...columns].map(([name, { steps, values, times }]) => {
      const timed = times.length === values.length ? { times: times.view().slice() } : {};
      return [name, { steps: steps.view().slice(), values: values.view().slice(), ...timed }];
    }),
  );
  const { id, name, params, startedAt, environment } = head;
  return { id, name, state, params, summary, startedAt, metrics, ...optional({ sweep: environment['sweep'] as string | undefined }) };
}

/** `min` is that of the values that are numbers; NaN where there is none. */
function statistics(values: Float64Array): { steps: number; first: number; last: number; min: number } {
  let min = NaN;
  for (const v of values) if (!(v >= min) && !Number.isNaN(v)) min = v;
  return { steps: values.length, first: values[0] ?? NaN, last: values.at(-1) ?? NaN, min };
}
