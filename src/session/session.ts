/* One open notebook: the composition root, and the face that whoever shows it sees. Requests to run go to pipeline.ts, edits to
   edits.ts, inputs and stops to controls.ts; what is to last goes to keeper.ts (text, outputs) and recorder.ts (runs). Knows
   nothing of Solid or the DOM. */

import { cellsOf, parseCompiled } from '../document/parse.ts';
import { optional } from '../base/optional.ts';
import { planAll, planCells, planEvery } from '../schedule/index.ts';
import { createControls } from './controls.ts';
import { createEntries } from './entries.ts';
import { createKeeping } from './keeping.ts';
import { createLooks } from './looks.ts';
import { createPipeline, type Aside, type PipelineOptions } from './pipeline.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createServices } from './services.ts';
import { createUnedited } from './unedited.ts';
import { makeProse } from './prose.ts';
import type { KeptPredictions, Members, Request } from '../engine/protocol.ts';
import type { SweepCall } from '../engine/sweep.ts';
import type { Predicted, Predictions } from './predictions.ts';
import type { Sweeps } from './sweeps.ts';
import type { StoredAnswer } from '../store/types.ts';
import type { Session, SessionChange, SessionOptions } from './types.ts';

export function createSession(options: SessionOptions): Session {
  const { now, compiled, shippedHash } = options;
  const opened = parseCompiled(options.text, compiled.front);
  const entries = createEntries(cellsOf(opened), compiled);
  const listeners = new Set<(change: SessionChange) => void>();
  const tell = (change: SessionChange): void => listeners.forEach((listener) => listener(change));

  const edits = createUnedited(
    {
      analyser: options.analyser,
      entries,
      notebook: opened,
      revision: options.stored?.revision ?? 0,
      overrides: Object.keys(options.engine.set),
      now,
      tell,
      saveSoon: () => keeper.saveSoon(),
      renamed: () => pipeline.follow(),
      keep: (entry) => keeper.keep(entry),
      proseChanged: () => pipeline.showProse(),
    },
    options.editing,
  );
  const engineOptions: Pick<PipelineOptions, 'createWorker' | 'start'> = {
    createWorker: () => options.createWorker('ts'),
    start: () => ({ ...options.engine, ...optional({ seed: edits.notebook.front?.seed }) }),
  };
  const pipeline = createPipeline({
    entries,
    now,
    tell,
    ...engineOptions,
    due: () => edits.due,
    commit: edits.commit,
    commitProse: edits.commitProse,
    keep: (entry) => keeper.keep(entry),
    aside,
    onLost: (why, message) => controls.lost(why, message),
  });
  const { engine, remote, request } = pipeline;
  const looks = createLooks(entries, remote);
  listeners.add(looks.sweep);

  // ---- what lasts -----------------------------------------------------------------------------------------------------------
  const store = options.store === undefined || options.unsaved ? undefined : Promise.resolve(options.store);
  const { keeper, keeping } = createKeeping({
    store,
    now,
    notebook: () => {
      const { front } = edits.notebook;
      return { id: front?.id ?? '', title: front?.title ?? '', text: edits.text, revision: edits.revision, ...optional({ shippedHash }) };
    },
    stored: options.stored,
    changed: () => tell({ saved: true }),
    editable: () => edits.editable(),
    adopt: (text, revision) => edits.setText(text, 'follow', revision),
    again: (what) => (what === 'predictions' ? record() : void recorder.flush()),
  });
  const recorder = createRecorder({
    notebook: () => ({ id: edits.notebook.front?.id ?? '', text: edits.notebook.text }),
    environment: () => ({
      ...options.environment,
      ...(engine.backend && { backend: engine.backend.backend, adapter: engine.backend.adapter }),
    }),
    now,
    onError: (error) => keeper.failed('runs', error),
    onWritten: () => keeper.worked('runs'),
    onCheckpoint: (error) => (error ? keeper.failed('checkpoints', error) : keeper.worked('checkpoints')),
  });
  const restored = (cells: ReadonlySet<string>): void => {
    if (cells.size) tell({ cells });
  };
  const before = options.kept
    ? Promise.resolve(keeper.restore(entries.byId, options.kept))
    : keeper.keptOutputs().then((kept) => restored(keeper.restore(entries.byId, kept)));
  void store
    ?.then(recorder.keep)
    .then((): unknown => before)
    .then(() => recorder.showInterrupted(entries.byId))
    .then(restored, () => {}); // curves of before are an addition

  // ---- what the engine asks and answers ---------------------------------------------------------------------------------------
  const runsOf = (name: string | undefined): ReturnType<Recorder['entries']> => recorder.entries(name === undefined ? {} : { name });
  let sweeps: Promise<Sweeps> | undefined;
  let predictions: Promise<Predictions> | undefined;
  const predicting = (): Promise<Predictions> =>
    (predictions ??= import('./predictions.ts')
      .then(({ createPredictions }) =>
        createPredictions({
          store,
          now,
          nothingStored: options.nothingStored === true,
          notebook: () => edits.notebook.front?.id ?? '',
          failed: (error) => keeper.failed('predictions', error),
          worked: () => keeper.worked('predictions'),
        }),
      )
      .catch((error: unknown) => {
        predictions = undefined; // tried again when next needed
        throw error;
      }));
  const predicted: Predicted[] = [];
  const record = (): void =>
    void predicting().then(
      (made) => made.record(predicted),
      (error: unknown) => keeper.failed('predictions', error),
    );
  const kept = async (): Promise<KeptPredictions> => (await predicting()).kept();
  const passed = async (id: string): Promise<readonly StoredAnswer[]> => (options.nothingStored ? [] : ((await store)?.answers(id) ?? []));
  const sweep = async (call: SweepCall): Promise<unknown> => {
    sweeps ??= import('./sweeps.ts').then(({ createSweeps }) => createSweeps({ ...engineOptions, engine, serve, recorder }));
    sweeps.catch(() => (sweeps = undefined));
    return (await sweeps).answer(call);
  };
  const serve = createServices(options, runsOf, sweep, kept, recorder.answer, passed);
  /** The engine is gone, or this session: what it recorded has ended. */
  const endRuns = (): Promise<void> => {
    void sweeps?.then(({ end }) => end());
    return recorder.end();
  };
  const answers = new Map<number, (values: Readonly<Record<string, unknown>>) => void>();
  const asked = new Map<number, (found: Members | undefined) => void>();
  let questions = 0;
  function aside(report: Aside): void {
    if (report.kind === 'service') {
      const { worker } = remote;
      void serve(report.request, report.call).then((reply) => {
        if (remote.worker === worker) remote.send(...reply); // not to an engine that came after the one that asked
      });
    } else if (report.kind === 'values') {
      answers.get(report.request)?.(report.values);
      answers.delete(report.request);
    } else if (report.kind === 'members') {
      asked.get(report.request)?.(report.found);
      asked.delete(report.request);
    } else if (report.kind === 'looked') looks.answered(report);
    else if (report.kind === 'predicted') {
      predicted.push(report);
      record();
    } else recorder.report(report);
  }
  const tellEngine = (message: Request): void => {
    if (remote.worker) remote.send(message);
  };

  const runCell = (id: string): void => {
    const entry = entries.byId.get(id);
    if (entry) request((affected) => planCells(entries.graph, entries.facts, [entry.id, ...affected]));
  };
  const stale = (): string[] => entries.graph.order.filter((id) => entries.byId.get(id)!.state === 'stale');
  const controls = createControls({ entries, pipeline, recorder: { ...recorder, end: endRuns }, now, tell });
  const { together, undo, redo, setText, editable, beforeEdits } = edits;
  const { stop, restart, input } = controls;

  return {
    runAll: () => request(() => planAll(entries.graph, entries.facts)),
    runAuto: () => request(() => ({ ...planAll(entries.graph, entries.facts), stale: [] })),
    runStale: () => request((affected) => planCells(entries.graph, entries.facts, [...affected, ...stale()])),
    runCell,
    runEvery: (ids) => request(() => planEvery(entries.graph, ids)),
    stop,
    restart,
    input,
    control: (id, action) => tellEngine({ kind: 'control', id, action }),
    finish: () => tellEngine({ kind: 'finish' }),
    settled: pipeline.settled,
    look: looks.ask,
    members: (path) =>
      new Promise((resolve) => {
        if (!remote.worker || pipeline.busy()) return resolve(undefined); // it would answer only when it is idle
        asked.set(++questions, resolve);
        tellEngine({ kind: 'members', request: questions, path });
      }),
    analyse: async (code, language) => (await options.analyser()).analyse(code, { language }),
    keeping,
    ...edits.structure,
    setText,
    together,
    undo,
    redo,
    editable,
    beforeEdits,
    flush: async () => {
      await Promise.all([keeper.flush(), recorder.flush()]);
    },
    cell: (id) => {
      const entry = entries.byId.get(id);
      const code = edits.handed(id);
      if (!entry?.block) return undefined;
      return code === undefined ? pipeline.status(entry) : { ...pipeline.status(entry), code };
    },
    prose: (index) => entries.prose[index] && makeProse(entries.prose[index]),
    values: async () => {
      if (!remote.worker) return {};
      return new Promise((resolve) => {
        answers.set(++questions, resolve);
        tellEngine({ kind: 'values', request: questions });
      });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose: () => {
      void Promise.all([keeper.dispose(), endRuns()]);
      remote.terminate();
      listeners.clear();
    },
    get notebook() {
      return edits.notebook;
    },
    get blocks() {
      return edits.blocks;
    },
    get history() {
      return edits.history;
    },
    get text() {
      return edits.text;
    },
    get revision() {
      return edits.revision;
    },
    get saved() {
      return keeper.saved;
    },
    get saveError() {
      const problem = keeper.problems.get('text');
      return problem && `${problem.message} ${problem.hint}`;
    },
    get ids() {
      return entries.list.map((entry) => entry.id);
    },
    get engine() {
      return engine.state === 'idle' && pipeline.busy() ? 'busy' : engine.state;
    },
    get busy() {
      return pipeline.busy();
    },
    get backend() {
      return engine.backend;
    },
    get notices() {
      return engine.notices;
    },
    get generators() {
      return engine.generators;
    },
    get runs() {
      return recorder.runs();
    },
    curves: recorder.curves,
    fate: async (run) => (await recorder.resuming()).fate(run),
    resume: async (run) => {
      const wanted = await (await recorder.resuming()).want(run);
      if ('why' in wanted) return wanted.why;
      if (!entries.byId.has(wanted.cell)) return `The cell ${wanted.cell} that the run was of is gone.`;
      runCell(wanted.cell);
      return undefined;
    },
    earlierRuns: async (name, run) => {
      const entries = await recorder.entries({ name });
      return entries.slice(entries.findIndex(({ id }) => id === run) + 1).filter(({ state }) => state !== 'running');
    },
  };
}
