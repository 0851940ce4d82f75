/* One open notebook: the composition root. Holds the document, the analyses and the graph; turns requests of the reader
   into plans, reports of the engine into statuses, edits into splices and writes. Knows nothing of Solid or the DOM.

     edit ──splice──> document ──run──> analysis ──> graph ──plan──> engine ──reports──> statuses ──> listeners
                          └──400 ms──> store                                    └──> recorder, outputs ──> store */

import { applySplice, deleteCell, insertCell, replaceCode, replaceProse } from '../document/edit.ts';
import { cellsOf, parseCompiled } from '../document/parse.ts';
import { identify } from '../document/identify.ts';
import { contentHash } from '../base/hash.ts';
import { planAll, planCells, planEvery, sameEdges, type CellState, type Graph, type Plan } from '../schedule/index.ts';
import { createRemote } from '../engine/remote.ts';
import { advance, applyState, entryOf, firstValue, forget, message, optional, putOutput, textOf, type Entry } from './entry.ts';
import { createProgram, movedIn } from './program.ts';
import { editEntry, matchEntries } from './reconcile.ts';
import { createKeeper } from './keeper.ts';
import { createServices } from './services.ts';
import { makeStatus } from './status.ts';
import { createRecorder } from './recorder.ts';
import type { CellBlock, Splice } from '../document/types.ts';
import type { Report } from '../engine/protocol.ts';
import type { ErrorInfo } from '../output/types.ts';
import type { CellStatus, Session, SessionChange, SessionOptions } from './types.ts';

export function createSession(options: SessionOptions): Session {
  const { now, compiled } = options;
  const listeners = new Set<(change: SessionChange) => void>();
  let notebook = parseCompiled(options.text, compiled.front);
  let entries: Entry[] = cellsOf(notebook).map((block, i) =>
    entryOf(compiled.cells[i]!.id, block, block.code, compiled.cells[i]!.analysis),
  );
  const prose: Entry[] = compiled.prose.map(({ code, analysis }, index) => entryOf(`prose:${index}`, undefined, code, analysis, index));
  let byId = new Map<string, Entry>();
  let graph: Graph = { cells: new Map(), order: [], dependents: new Map() };
  const program = createProgram();
  let plans = 0;
  let settledPlan = 0;
  let requests = 0;
  let engines = 0;
  let generators = 0;
  let places: Map<string, number> | undefined;
  let engine: Session['engine'] = 'off';
  let backend: Session['backend'];
  let notices: ErrorInfo[] = [];
  let revision = options.stored?.revision ?? 0;
  let lastStop: 'stop' | 'timeout' = 'stop';
  const timedOut = new Set<string>();
  let disposed = false;
  const undos: Splice[] = [];
  const waiters: (() => void)[] = [];
  const answers = new Map<number, (values: Readonly<Record<string, unknown>>) => void>();
  const store = options.store === undefined || options.unsaved ? undefined : Promise.resolve(options.store);
  const keeper = createKeeper({
    store,
    now,
    notebook: () => ({
      id: notebook.front?.id ?? '',
      title: notebook.front?.title ?? '',
      text: notebook.text,
      revision,
      ...optional({ shippedHash: options.shippedHash }),
    }),
    stored: options.stored,
    changed: () => tell({ saved: true }),
  });
  const recorder = createRecorder({
    notebook: () => ({ id: notebook.front?.id ?? '', text: notebook.text }),
    environment: () => ({ ...(backend ? { backend: backend.backend, adapter: backend.adapter } : {}) }),
    now,
    onError: (error) => keeper.failed(error),
  });
  void store?.then(
    (opened) => recorder.keep(opened),
    () => {},
  );

  const serve = createServices(options, (name) => recorder.entries(name === undefined ? {} : { name }));
  const remote = createRemote({
    createWorker: () => options.createWorker('ts'),
    start: () => ({ ...options.engine, ...(notebook.front?.seed === undefined ? {} : { seed: notebook.front.seed }) }),
    onReports: receive,
    onLost: (why, text) => {
      void recorder.end();
      const error: ErrorInfo =
        why === 'failed'
          ? { name: 'EngineError', message: text, frames: [], hint: 'Load the page again.' }
          : {
              name: 'Interrupted',
              message:
                lastStop === 'timeout' ? 'The cell ran longer than its time limit and did not stop, so the engine was started anew.' : text,
              frames: [],
            };
      // Past its time limit one cell fails; the others go on, and those that have values get them back.
      const others = why === 'unresponsive' && lastStop === 'timeout';
      const hung = all().filter((entry) => entry.state === 'running' && (!others || timedOut.has(entry.id)));
      const again = ({ id, state }: Entry): boolean =>
        state === 'queued' || state === 'running' || (state === 'done' && graph.cells.get(id)!.defines.length > 0);
      const waiting = others
        ? all()
            .filter((entry) => again(entry) && !hung.includes(entry))
            .map((entry) => entry.id)
        : [];
      timedOut.clear();
      for (const entry of all()) {
        if (entry.state === 'queued') entry.state = entry.before;
        else if (entry.state === 'done') Object.assign(entry, { state: 'stale', why: 'its value went with the engine' });
        forget(entry);
      }
      for (const entry of hung) Object.assign(entry, { state: 'error', error });
      if (why === 'failed') notices = [...notices, error];
      reset();
      tell({ cells: new Set(entries.map((e) => e.id)), prose: allProse(), engine: true, notices: true });
      if (waiting.length) send(planEvery(graph, waiting), new Map(hung.map((entry) => [entry.id, error]))); // the others go on, in a new engine
    },
  });

  rebuild();
  void keeper.kept().then((kept) => {
    const cells = new Set<string>();
    for (const { cell, hash, time, outputs } of kept) {
      const entry = byId.get(cell);
      if (!entry || entry.state !== 'idle' || entry.outputs.length || outputs.length === 0 || contentHash(entry.code) !== hash) continue;
      entry.outputs = outputs.map((output, key) => ({ key, output }));
      entry.kept = time;
      touch(entry, cells);
    }
    if (cells.size && !disposed) tell({ cells });
  });

  // ---- the graph, and what the engine knows of it -------------------------------------------------------------------
  function all(): Entry[] {
    return [...entries, ...prose];
  }
  function allProse(): Set<number> {
    return new Set(prose.keys());
  }

  function rebuild(): void {
    byId = new Map(all().map((entry) => [entry.id, entry]));
    graph = program.build(all());
    for (const entry of all()) {
      const off = graph.cells.get(entry.id)!.run === 'off';
      if ((entry.state === 'off') !== off) entry.state = entry.before = off ? 'off' : 'idle';
      delete entry.status;
    }
  }

  /** Analyses what was edited, renames what is called after its first value, builds the graph anew; resolves to the cells
      whose place in it changed by the edit of another: they run as if a name of theirs had changed. */
  async function commit(): Promise<string[]> {
    const dirty = entries.filter((entry) => entry.dirty);
    const { analyse } = await options.analyser();
    let same = true;
    for (const entry of dirty) {
      const analysis = analyse(entry.code, { language: entry.block!.language, overrides: Object.keys(options.engine.set) });
      same &&= graph.cells.has(entry.id) && sameEdges(entry.analysis, analysis);
      Object.assign(entry, { dirty: false, analysis, status: undefined });
    }
    if (same) {
      for (const entry of dirty) program.replace(entry); // new code, old names: the graph stands
      return [];
    }
    const before = graph;
    const renamed = new Map<string, string>();
    const named = entries.map(({ block, analysis }) => ({
      attributes: block!.attributes,
      firstValue: firstValue(analysis),
      language: block!.language,
    }));
    identify(named).ids.forEach((id, i) => {
      const entry = entries[i]!;
      if (entry.id === id) return;
      renamed.set(entry.id, id);
      Object.assign(entry, { id, edited: true, valued: false, evaluation: 0 });
    });
    rebuild();
    if (renamed.size) tell({ renamed, cells: new Set(renamed.values()) });
    return graph.order.filter((id) => {
      const { state, edited } = byId.get(id)!;
      return graph.cells.get(id)!.run === 'auto' && state !== 'idle' && !edited && movedIn(before, graph, id);
    });
  }

  function facts(id: string): { state: CellState; valued: boolean; ran: boolean } {
    const entry = byId.get(id)!;
    return { state: entry.state === 'queued' ? entry.before : entry.state, valued: entry.valued && !entry.edited, ran: entry.ran };
  }

  /** One message: what changed in the program, and what to evaluate. */
  function send(plan: Plan, failed?: ReadonlyMap<string, ErrorInfo>): void {
    const { define, remove } = program.delta(failed);
    const cells = new Set<string>();
    for (const id of plan.stale) {
      const entry = byId.get(id)!;
      if (entry.state === 'running' || entry.state === 'queued') continue;
      entry.state = 'stale';
      entry.why = reason(id, new Set(plan.run));
      touch(entry, cells);
    }
    for (const id of plan.run) {
      const entry = byId.get(id)!;
      if (entry.state !== 'queued') entry.before = entry.state === 'running' ? 'stale' : entry.state;
      entry.state = 'queued';
      entry.why = undefined;
      touch(entry, cells);
    }
    if (!remote.up) engine = 'starting';
    else if (plan.run.length) engine = 'busy';
    remote.send({ kind: 'plan', plan: ++plans, define, remove, run: plan.run });
    tell({ cells, engine: true });
  }

  function request(make: (affected: readonly string[]) => Plan): void {
    if (entries.some((entry) => entry.dirty)) {
      plans++; // not settled before the analysis has come
      void commit().then(
        (affected) => {
          plans--;
          if (!disposed) send(make(affected));
        },
        (error: unknown) => {
          plans--;
          notices = [
            ...notices,
            {
              name: 'Error',
              message: `The parser could not be loaded (${message(error)}). Check the connection, then run the cell again.`,
              frames: [],
            },
          ];
          tell({ notices: true });
          tellSettled();
        },
      );
    } else send(make([]));
  }

  // ---- reports ----------------------------------------------------------------------------------------------------------
  function receive(reports: readonly Report[]): void {
    const cells = new Set<string>();
    const proses = new Set<number>();
    const change = { engine: false, notices: false };
    for (const report of reports) {
      switch (report.kind) {
        case 'ready':
          engine = busy() ? 'busy' : 'idle';
          change.engine = true;
          break;
        case 'state': {
          const entry = byId.get(report.cell);
          if (!entry || report.evaluation < entry.evaluation) break;
          advance(entry, report.evaluation, now());
          applyState(entry, report, () => reason(entry.id));
          if (report.state === 'done' || report.state === 'error') keeper.keep(entry);
          if (entry.index === undefined) touch(entry, cells);
          else proses.add(entry.index);
          break;
        }
        case 'done':
          report.cells.forEach((id, i) => {
            const entry = byId.get(id);
            if (!entry || report.evaluations[i]! < entry.evaluation) return;
            advance(entry, report.evaluations[i]!, now());
            const text = report.values[i],
              of = report.types[i];
            if (text !== null && text !== undefined && of) putOutput(entry, 0, { kind: 'value', value: { type: 'primitive', text, of } });
            applyState(entry, { state: 'done', ms: report.ms[i]! }, () => reason(id));
            keeper.keep(entry);
            if (entry.index === undefined) touch(entry, cells);
            else proses.add(entry.index);
          });
          break;
        case 'output': {
          const entry = byId.get(report.cell);
          if (!entry || report.evaluation < entry.evaluation) break;
          advance(entry, report.evaluation, now());
          putOutput(entry, report.key, report.output);
          if (entry.index === undefined) {
            touch(entry, cells);
            keeper.keep(entry);
          } else proses.add(entry.index);
          break;
        }
        case 'notice':
          notices = [...notices.slice(-19), report.error];
          change.notices = true;
          break;
        case 'run-start':
        case 'run-points':
        case 'run-end':
          recorder.report(report);
          break;
        case 'backend':
          backend = { backend: report.backend, adapter: report.adapter, why: report.why };
          change.engine = true;
          break;
        case 'service':
          answer(report);
          break;
        case 'values':
          answers.get(report.request)?.(report.values);
          answers.delete(report.request);
          break;
        case 'idle':
          generators = report.generators;
          settledPlan = Math.max(settledPlan, report.plan);
          engine = busy() ? 'busy' : 'idle';
          change.engine = true;
          tellSettled();
          break;
        default:
          report satisfies never;
      }
    }
    if (engine === 'idle' && busy()) {
      engine = 'busy';
      change.engine = true;
    }
    tell({ cells, prose: proses, ...change });
  }

  function tellSettled(): void {
    if (settledPlan >= plans) for (const waiter of waiters.splice(0)) waiter();
  }
  function answer({ request, call }: Extract<Report, { kind: 'service' }>): void {
    const asked = engines;
    void serve(request, call).then((reply) => {
      if (engines === asked && remote.up) remote.send(...reply); // not to an engine that came after the one that asked
    });
  }
  function touch(entry: Entry, cells: Set<string>): void {
    delete entry.status;
    cells.add(entry.id);
  }
  function reset(): void {
    program.forget();
    engines++;
    engine = 'off';
    backend = undefined;
    generators = 0;
    settledPlan = plans;
    tellSettled();
  }

  /** Names that the cell uses and that changed: in words. */
  function reason(id: string, run?: ReadonlySet<string>): string {
    const uses = graph.cells.get(id)?.uses ?? [];
    const names = [...new Set((run ? uses.filter((use) => run.has(use.cell)) : uses).map((use) => `\`${use.name}\``))].slice(0, 3);
    return names.length ? `${names.join(', ')} changed` : 'it runs only when asked';
  }

  const busy = (): boolean => settledPlan < plans || entries.some((entry) => entry.state === 'running' || entry.state === 'queued');

  // ---- edits ------------------------------------------------------------------------------------------------------------
  function splice(change: Splice, undoable = true): void {
    const { notebook: next, inverse } = applySplice(notebook, change);
    if (undoable) undos.push(inverse);
    notebook = next;
    revision++;
    reconcile(cellsOf(next));
    keeper.saveSoon();
  }

  /** Gives the entries their blocks in the new text. */
  function reconcile(blocks: readonly CellBlock[]): void {
    if (blocks.length !== entries.length) {
      const { next, gone } = matchEntries(entries, blocks);
      entries = next;
      const after = new Set(gone.flatMap((entry) => graph.dependents.get(entry.id) ?? []));
      rebuild();
      for (const entry of entries) {
        if (after.has(entry.id) && entry.state === 'done') Object.assign(entry, { state: 'stale', why: 'a cell that it uses was deleted' });
      }
      return tell({ structure: true, cells: new Set(byId.keys()), prose: allProse(), saved: true });
    }
    const cells = new Set<string>();
    entries.forEach((entry, i) => {
      const block = blocks[i]!;
      if (entry.block!.line !== block.line || entry.code !== block.code) touch(entry, cells);
      if (entry.code !== block.code) editEntry(entry, block.code);
      entry.block = block;
    });
    tell({ cells, saved: true });
  }

  // ---- statuses -----------------------------------------------------------------------------------------------------------
  function statusOf(entry: Entry): CellStatus {
    return (entry.status ??= makeStatus(entry, graph, entry.state === 'queued' ? (places ??= placesOf()).get(entry.id) : undefined));
  }

  /** The first of the queue by id, from 1; made once for each change. */
  function placesOf(): Map<string, number> {
    const first = new Map<string, number>();
    for (const id of graph.order) {
      const entry = byId.get(id)!;
      if (entry.state === 'queued' && entry.index === undefined && first.set(id, first.size + 1).size >= 20) break;
    }
    return first;
  }

  function tell(change: SessionChange): void {
    places = undefined;
    for (const listener of listeners) listener(change);
  }

  const session: Session = {
    get notebook() {
      return notebook;
    },
    get ids() {
      return entries.map((entry) => entry.id);
    },
    cell: (id) => {
      const entry = byId.get(id);
      return entry?.block ? statusOf(entry) : undefined;
    },
    prose: (index) => {
      const entry = prose[index];
      return (
        entry && {
          text: entry.outputs.map(({ output }) => textOf(output)).join(' '),
          state: entry.state,
          ...optional({ error: entry.error }),
        }
      );
    },
    get engine() {
      return engine === 'idle' && busy() ? 'busy' : engine;
    },
    get backend() {
      return backend;
    },
    get notices() {
      return notices;
    },
    get revision() {
      return revision;
    },
    get saved() {
      return keeper.saved;
    },
    get saveError() {
      return keeper.error;
    },
    get busy() {
      return busy();
    },
    get text() {
      return notebook.text;
    },
    get generators() {
      return generators;
    },
    get runs() {
      return recorder.runs();
    },

    runAll: () => request(() => planAll(graph, facts)),
    runAuto: () => request(() => ({ ...planAll(graph, facts), stale: [] })),
    runStale: () =>
      request((affected) => planCells(graph, facts, [...affected, ...graph.order.filter((id) => byId.get(id)!.state === 'stale')])),
    runCell: (id) => {
      const entry = byId.get(id);
      if (entry) request((affected) => planCells(graph, facts, [entry.id, ...affected]));
    },
    runEvery: (ids) => request(() => planEvery(graph, ids)),
    stop: (id, reason = 'stop') => {
      const entry = id === undefined ? undefined : byId.get(id);
      if (id !== undefined && !entry) return;
      lastStop = reason;
      if (id !== undefined && reason === 'timeout') timedOut.add(id);
      const cells = new Set<string>();
      for (const other of all())
        if (other.state === 'queued' && (!entry || other === entry)) {
          other.state = other.before;
          touch(other, cells);
        }
      if (!entry || entry.state === 'running' || entry.live)
        remote.interrupt(reason, entry && { cell: entry.id, rank: program.rank(entry.id) });
      tell({ cells, engine: true });
    },
    restart: () => {
      remote.terminate();
      void recorder.end();
      for (const entry of all()) {
        forget(entry);
        if (entry.state !== 'off') entry.state = 'idle';
        if (entry.outputs.length) entry.kept = now();
        Object.assign(entry, { error: undefined, why: undefined, ms: undefined, old: false });
        if (entry.index !== undefined) entry.outputs = [];
      }
      notices = [];
      reset();
      tell({ cells: new Set(entries.map((entry) => entry.id)), prose: allProse(), engine: true, notices: true });
    },
    input: (id, value) => {
      const shown = entries.find(
        (entry) => entry.kept !== undefined && entry.outputs.some(({ output }) => output.kind === 'input' && output.id === id),
      );
      if (shown) {
        // of last time: its cell runs first, then the input of the same place moves
        const place = shown.outputs
          .filter(({ output }) => output.kind === 'input')
          .findIndex(({ output }) => output.kind === 'input' && output.id === id);
        session.runCell(shown.id);
        void session.settled().then(() => {
          const fresh = shown.outputs.filter(({ output }) => output.kind === 'input')[place]?.output;
          if (fresh?.kind === 'input' && shown.kept === undefined) session.input(fresh.id, value);
        });
      } else if (remote.up) remote.send({ kind: 'input', plan: ++plans, id, value });
    },
    control: (id, action) => {
      if (remote.up) remote.send({ kind: 'control', id, action });
    },

    edit: (id, code) => {
      const at = entries.findIndex((entry) => entry.id === id);
      if (at >= 0 && entries[at]!.code !== code.replace(/\r\n/g, '\n')) splice(replaceCode(notebook, at, code));
    },
    editProse: (index, markdown) => splice(replaceProse(notebook, index, markdown)),
    insertCell: (after, language, code) => {
      const at = after === undefined ? -1 : entries.findIndex((entry) => entry.id === after);
      const known = new Set(entries);
      splice(insertCell(notebook, at, { language, code }));
      return entries.find((entry) => !known.has(entry))?.id ?? '';
    },
    deleteCell: (id) => {
      const at = entries.findIndex((entry) => entry.id === id);
      if (at >= 0) splice(deleteCell(notebook, at));
    },
    undo: () => {
      const last = undos.pop();
      if (last) splice(last, false);
    },
    flush: async () => {
      await Promise.all([keeper.flush(), recorder.flush()]);
    },

    values: () =>
      !remote.up
        ? Promise.resolve({})
        : new Promise((resolve) => {
            answers.set(++requests, resolve);
            remote.send({ kind: 'values', request: requests });
          }),
    settled: () => (settledPlan >= plans ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    finish: () => {
      if (remote.up) remote.send({ kind: 'finish' });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose: () => {
      disposed = true;
      void Promise.all([keeper.flush(), recorder.end()]);
      remote.terminate();
      listeners.clear();
    },
  };
  return session;
}
