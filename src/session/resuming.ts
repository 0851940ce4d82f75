/* Runs that go on: keeps their checkpoints (in the store, or in memory where there is none), takes up a run that was cut off, and shows in
   a notebook what was. Loaded with the first checkpoint, or where there is something to resume.

     interrupted, failed ──startRun with resume, or the reader's Resume──> claimed (no other tab can) ──> running */

import { GradusError } from '../base/errors.ts';
import { Column } from '../base/column.ts';
import { optional } from '../base/optional.ts';
import { keptPoints } from '../output/kept-points.ts';
import { heldTabName, sweepDeadRuns } from '../store/tab.ts';
import type { ResumableRun, RunCall, RunEntry } from '../engine/protocol.ts';
import type { Output } from '../output/types.ts';
import type { Store, StoredRun } from '../store/types.ts';
import type { Entry } from './entry.ts';
import type { Recording, RecorderOptions } from './recorder.ts';

export interface ResumingOptions extends Pick<RecorderOptions, 'notebook' | 'now' | 'onCheckpoint'> {
  readonly store: () => Store | undefined;
  readonly records: Map<string, Recording>;
  /** Runs that the reader wants to go on, by cell. */
  readonly wanted: Map<string, string>;
  readonly write: () => Promise<void>;
  readonly entry: (recording: Recording) => RunEntry;
}

/** How a run that does not go on stands. */
export interface Fate {
  readonly state: StoredRun['state'];
  /** Steps done before its last checkpoint; absent: it has none. */
  readonly checkpoint?: number;
}

export interface Resuming {
  answer(call: RunCall): Promise<unknown>;
  /** A run has finished: of its checkpoints the last one stays. */
  finish(run: string): Promise<void>;
  /** Gives cells the curves of their newest runs where these were cut off; the cells that got one. */
  show(interrupted: readonly StoredRun[], cells: ReadonlyMap<string, Entry>): Promise<ReadonlySet<string>>;
  fate(run: string): Promise<Fate | undefined>;
  /** Asks for a run to go on when its cell starts it next: the cell, or why it cannot, in a sentence. */
  want(run: string): Promise<{ readonly cell: string } | { readonly why: string }>;
}

interface Held {
  readonly step: number;
  readonly data: Blob;
}
const heldLimit = 3;

export function createResuming(options: ResumingOptions): Resuming {
  const { records, wanted, write, now, notebook } = options;
  /** Where nothing is stored. */
  const memory = new Map<string, Held[]>();

  /** The store, with what was held before it was there ("Save a copy"). */
  async function place(): Promise<Store | undefined> {
    const store = options.store();
    if (!store) return undefined;
    const all = [...memory];
    memory.clear();
    for (const [run, held] of all)
      for (const one of held) await (await store.checkpoints()).save({ ...one, run, time: Date.now() }).catch(() => undefined);
    return store;
  }
  async function keep(run: string, step: number, data: Blob): Promise<boolean> {
    const store = await place();
    if (!store) {
      const held = [...(memory.get(run) ?? []).filter((one) => one.step !== step), { step, data }];
      memory.set(run, held.slice(-heldLimit));
      return true;
    }
    await write(); // no checkpoint stands before its curve
    try {
      await (await store.checkpoints()).save({ run, step, data, time: Date.now() });
      options.onCheckpoint?.();
      return true;
    } catch (error) {
      const full = error instanceof GradusError && error.code === 'storage-full';
      const words = 'Storage is full: the last checkpoint was not kept. The run goes on.';
      options.onCheckpoint?.(
        full ? new GradusError('storage-full', words, 'Delete runs that you no longer need.', { cause: error }) : error,
      );
      return false;
    }
  }

  async function newest(run: string, before?: number): Promise<Held | null> {
    const store = await place();
    if (!store) return memory.get(run)?.findLast(({ step }) => before === undefined || step < before) ?? null;
    const found = await (await store.checkpoints()).newest(run, before);
    return found ? { step: found.step, data: found.data } : null;
  }

  /** Takes up a run: the one that the reader wants, or the newest that is the same experiment. */
  async function resume(call: Extract<RunCall, { service: 'resume' }>): Promise<ResumableRun | { refused: string } | undefined> {
    const { cell, name, params, runs } = call;
    const what = { notebook: notebook().id, cell, name, params };
    await write();
    const store = options.store();
    const { isSame } = await import('../store/checkpoints.ts');
    const asked = runs ? undefined : wanted.get(cell);
    if (asked !== undefined) {
      const run = records.get(asked)?.head ?? (await (await store?.checkpoints())?.run(asked));
      if (run && run.name !== name) return undefined; // another run of the cell: the one that is wanted comes later
      wanted.delete(cell);
      if (run && !isSame(run, what)) return { refused: `Not resumed: ${difference(run, what)} A new run has begun.` };
    }
    if (!store) {
      const mine = [...records.values()].reverse().filter(({ state }) => state === 'interrupted' || state === 'failed');
      const found = mine.find(
        ({ head }) => (runs ? runs.includes(head.id) : asked === undefined ? isSame(head, what) : head.id === asked) && memory.has(head.id),
      );
      return found && resumed(found);
    }
    await sweepDeadRuns(store);
    const checkpoints = await store.checkpoints();
    const tab = await heldTabName();
    for (const which of runs?.map((run) => ({ run })) ?? [asked === undefined ? what : { run: asked }]) {
      const claimed = await checkpoints.claim(which, tab);
      if (claimed) return resumed(await taken(store, claimed));
    }
    if (runs) return undefined;
    const elsewhere = (await store.runs({ notebook: what.notebook, name })).find((run) => run.state === 'running' && isSame(run, what));
    if (!elsewhere || records.has(elsewhere.id)) return undefined;
    return { refused: `"${name}" with these parameters is still running in another tab, which keeps it. A new run has begun here.` };
  }

  /** A claimed run as a recording of this session. */
  async function taken(store: Store, run: StoredRun): Promise<Recording> {
    const { summary, state, ms, ...head } = run;
    // Of a run that this session has recorded too: another tab may have taken a turn since.
    const metrics = (await store.runEntries({ name: run.name })).find(({ id }) => id === run.id)?.metrics ?? {};
    const columns: Recording['columns'] = new Map();
    for (const [name, { steps, values, times }] of Object.entries(metrics)) {
      const column = { steps: new Column(), values: new Column(), times: new Column(), written: values.length };
      column.steps.append(steps);
      column.values.append(values);
      column.times.append(times ?? new Float64Array(values.length));
      columns.set(name, column);
    }
    const recording: Recording = { head, columns, state, summary, ms, began: now() - ms, changed: false, chunk: 0, unwritten: 0 };
    records.set(run.id, recording);
    return recording;
  }
  function resumed(recording: Recording): ResumableRun {
    const { metrics, id } = options.entry(recording);
    return { run: id, ms: recording.ms, metrics };
  }

  async function stored(run: string): Promise<Pick<StoredRun, 'state' | 'cell' | 'name'> | undefined> {
    const mine = records.get(run);
    if (mine) return { ...mine.head, state: mine.state };
    const store = options.store();
    return store && (await store.checkpoints()).run(run);
  }
  async function fate(run: string): Promise<Fate | undefined> {
    const found = await stored(run);
    if (!found) return undefined;
    let last = await newest(run);
    // A run that was stopped just now keeps a last checkpoint behind its end.
    for (let tries = 0; !last && records.has(run) && found.state === 'interrupted' && tries < 10; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      last = await newest(run);
    }
    return { state: found.state, ...optional({ checkpoint: last?.step }) };
  }

  return {
    async answer(call) {
      if (call.service === 'keep') return keep(call.run, call.step, call.data);
      if (call.service === 'checkpoint') return newest(call.run, call.before);
      return resume(call);
    },
    async finish(run) {
      const held = memory.get(run);
      if (held) memory.set(run, held.slice(-1));
      await (await options.store()?.checkpoints())?.finish(run).catch(() => undefined); // older ones that stay are no harm
    },
    fate,
    async want(run) {
      const store = options.store();
      if (store) await sweepDeadRuns(store);
      const found = await stored(run);
      if (!found) return { why: 'This run is gone: it was deleted.' };
      if (found.state === 'running') return { why: `${found.name} is running${records.has(run) ? '' : ' in another tab'}.` };
      if (found.state === 'done') return { why: `${found.name} is finished.` };
      if (!(await newest(run))) return { why: `${found.name} has no checkpoint, so it cannot go on. Run the cell to start it anew.` };
      wanted.set(found.cell, run);
      return { cell: found.cell };
    },

    async show(interrupted, cells) {
      const store = options.store()!;
      const shown = new Set<string>();
      const all = await store.runs({ notebook: notebook().id });
      for (const run of interrupted) {
        const entry = cells.get(run.cell);
        const newer = all.some((other) => other.cell === run.cell && other.name === run.name && other.startedAt > run.startedAt);
        if (!entry || newer || entry.state !== 'idle') continue;
        if (entry.outputs.some(({ output }) => output.kind === 'metric' && output.run === run.id)) continue;
        const metrics = (await store.runEntries({ name: run.name })).find(({ id }) => id === run.id)?.metrics;
        if (!metrics || Object.keys(metrics).length === 0 || entry.state !== 'idle') continue;
        const key = 1 + Math.max(-1, ...entry.outputs.map((output) => output.key));
        entry.outputs = [...entry.outputs, { key, output: outputOf(run, metrics) }];
        entry.kept ??= run.startedAt;
        entry.status = undefined;
        shown.add(entry.id);
      }
      return shown;
    },
  };
}

function outputOf(run: StoredRun, metrics: RunEntry['metrics']): Output {
  const series = Object.fromEntries(
    Object.entries(metrics).map(([name, { steps, values }]) => {
      const kept = keptPoints(values);
      return [name, { steps: kept.map((i) => steps[i]!), values: kept.map((i) => values[i]!) }];
    }),
  );
  return { kind: 'metric', run: run.id, name: run.name, finished: true, series };
}

/** What two runs differ in, in a sentence. */
function difference(run: Pick<StoredRun, 'cell' | 'params'>, now: Pick<StoredRun, 'cell' | 'params'>): string {
  const keys = [...new Set([...Object.keys(run.params), ...Object.keys(now.params)])];
  const [key] = keys.filter((one) => JSON.stringify(run.params[one]) !== JSON.stringify(now.params[one]));
  if (key === undefined) return `the run was of the cell ${run.cell}.`;
  const say = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));
  return `the run had ${key} ${say(run.params[key])}, and now it is ${say(now.params[key])}.`;
}
