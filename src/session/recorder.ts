/* Records the runs of a session: what a worker reports of them becomes statistics in memory (for the command line),
   whole curves (for `runs()` in a cell), and, where there is a store, run records and chunks of points.
   Points are written 250 ms after the first unwritten one, or at 1,000 of them; a write that fails is tried again with
   the next one, and nothing is lost while the page lives.

     run-start ──> running ──run-end──> done | failed | interrupted
                      └──the session ends──> interrupted */

import { optional } from '../base/optional.ts';
import { tabName } from '../store/tab.ts';
import type { Store, StoredRun } from '../store/types.ts';
import type { Report, RunEntry } from '../engine/protocol.ts';
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
      known.state = 'running';
      known.changed = true;
      return;
    }
    const { id, text } = options.notebook();
    const tab = store && tabName();
    const { run, cell, name, params, startedAt } = report;
    const environment = { ...options.environment(), text, seed: report.seed, ...optional({ tab, sweep: report.sweep }) };
    records.set(run, {
      head: { id: run, notebook: id, cell, name, params, startedAt, environment },
      state: 'running',
      summary: {},
      ms: 0,
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
        .then(() => writeAll(target, records.values()))
        .then(
          () => options.onWritten?.(),
          (error: unknown) => options.onError?.(error),
        );
    }
    return writing;
  }

  return {
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
            recording.columns.set(name, (column = { steps: createColumn(), values: createColumn(), times: createColumn(), written: 0 }));
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
        void write();
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
        const timed = times.length() > 0 && times.length() === values.length();
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
          Object.assign(recording, { state: 'interrupted', ms: options.now() - recording.head.startedAt, changed: true });
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
interface Recording {
  readonly head: Pick<StoredRun, 'id' | 'notebook' | 'cell' | 'name' | 'params' | 'startedAt' | 'environment'>;
  readonly columns: Map<string, { readonly steps: Column; readonly values: Column; readonly times: Column; written: number }>;
  state: StoredRun['state'];
  summary: StoredRun['summary'];
  ms: number;
  /** The record differs from the stored one. */
  changed: boolean;
  /** Number of the next chunk. */
  chunk: number;
  /** Points that no chunk holds yet, over all metrics. */
  unwritten: number;
}

async function writeAll(store: Store, recordings: Iterable<Recording>): Promise<void> {
  for (const recording of recordings) {
    const { head, state, summary, ms, columns } = recording;
    if (recording.changed) {
      recording.changed = false;
      await store.saveRun({ ...head, state, summary, ms }).catch((error: unknown) => {
        recording.changed = true;
        throw error;
      });
    }
    const due = [...columns].filter(([, column]) => column.written < column.values.length());
    if (due.length === 0) continue;
    const ends = due.map(([, column]) => column.values.length());
    const metrics = Object.fromEntries(
      due.map(([name, { steps, values, written }]) => [name, { steps: steps.view().slice(written), values: values.view().slice(written) }]),
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
    [...columns].map(([name, { steps, values }]) => [name, { steps: steps.view().slice(), values: values.view().slice() }]),
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

/** A Float64Array that grows. */
interface Column {
  append(part: ArrayLike<number>): void;
  length(): number;
  view(): Float64Array;
}

function createColumn(): Column {
  let buffer = new Float64Array(64);
  let length = 0;
  return {
    append(part) {
      if (length + part.length > buffer.length) {
        const grown = new Float64Array(Math.max(buffer.length * 2, length + part.length));
        grown.set(buffer.subarray(0, length));
        buffer = grown;
      }
      buffer.set(part, length);
      length += part.length;
    },
    length: () => length,
    view: () => buffer.subarray(0, length),
  };
}
