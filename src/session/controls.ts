/* What the reader does to an engine beside running cells: inputs, stop, restart; and what remains when it is lost. The last
   step of the interrupt ladder ends the worker: past a time limit the cell that hung fails and the others go on in a new
   engine, where cells with values are evaluated anew for them (nothing that they do is recorded twice); after a stop by the
   reader they turn stale. */

import { planCells, planEvery } from '../schedule/index.ts';
import { forget, type Entries, type Entry } from './entries.ts';
import type { ErrorInfo } from '../output/types.ts';
import type { Pipeline } from './pipeline.ts';
import type { Recorder } from './recorder.ts';
import type { Session, SessionChange } from './types.ts';

export interface ControlsOptions {
  readonly entries: Entries;
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly now: () => number;
  readonly tell: (change: SessionChange) => void;
}

export interface Controls extends Pick<Session, 'stop' | 'restart' | 'input'> {
  /** The worker is gone with all its values. */
  lost(why: 'unresponsive' | 'failed', message: string): void;
}

export function createControls({ entries, pipeline, recorder, now, tell }: ControlsOptions): Controls {
  const { engine, remote, request, send, settled, reset } = pipeline;
  /** Inputs of last time that moved before they are there: the latest value of each, by place. */
  const moved = new Map<Entry, Map<number, unknown>>();
  const timedOut = new Set<string>();
  let lastStop: 'stop' | 'timeout' = 'stop';
  const everything = (): SessionChange => ({
    cells: new Set(entries.list.map((entry) => entry.id)),
    prose: new Set(entries.prose.keys()),
    engine: true,
    notices: true,
  });

  function lost(why: 'unresponsive' | 'failed', text: string): void {
    void recorder.end();
    const timeout = why === 'unresponsive' && lastStop === 'timeout';
    const error: ErrorInfo =
      why === 'failed'
        ? { name: 'EngineError', message: text, frames: [], hint: 'Load the page again.' }
        : {
            name: 'Interrupted',
            message: timeout ? 'The cell ran longer than its time limit and did not stop, so the engine was started anew.' : text,
            frames: [],
          };
    const all = entries.all();
    const hung = all.filter((entry) => entry.state === 'running' && (!timeout || timedOut.has(entry.id)));
    const valued = ({ id, state }: Entry): boolean => state === 'done' && entries.graph.cells.get(id)!.defines.length > 0;
    const others = timeout ? all.filter((entry) => !hung.includes(entry) && (valued(entry) || isDue(entry))) : [];
    recorder.repeat(others.filter(valued).map(({ id }) => id));
    timedOut.clear();
    for (const entry of all) {
      if (entry.state === 'queued') entry.state = entry.before;
      else if (entry.state === 'done') Object.assign(entry, { state: 'stale', why: 'its value went with the engine' });
      forget(entry);
    }
    for (const entry of hung) Object.assign(entry, { state: 'error', error });
    if (why === 'failed') engine.notices = [...engine.notices, error];
    reset();
    tell(everything());
    if (others.length) {
      const plan = planEvery(
        entries.graph,
        others.map(({ id }) => id),
      );
      send(plan, new Map(hung.map((entry) => [entry.id, error])));
      void settled().then(() => recorder.repeat([]));
    }
  }

  function restart(): void {
    remote.terminate();
    void recorder.end();
    for (const entry of entries.all()) {
      forget(entry);
      if (entry.state !== 'off') entry.state = 'idle';
      if (entry.outputs.length) entry.kept = now();
      Object.assign(entry, { error: undefined, why: undefined, ms: undefined, old: false });
      if (entry.index !== undefined) entry.outputs = [];
    }
    engine.notices = [];
    reset();
    tell(everything());
  }

  function stop(id?: string, reason: 'stop' | 'timeout' = 'stop'): void {
    const entry = id === undefined ? undefined : entries.byId.get(id);
    if (id !== undefined && !entry) return;
    lastStop = reason;
    if (id !== undefined && reason === 'timeout') timedOut.add(id);
    const cells = new Set<string>();
    for (const other of entries.all()) {
      if (other.state !== 'queued' || (entry && other !== entry)) continue;
      other.state = other.before;
      other.status = undefined;
      cells.add(other.id);
    }
    if (!entry || entry.state === 'running' || entry.live) {
      remote.interrupt(reason, entry && { cell: entry.id, rank: entries.rank(entry.id) });
    }
    tell({ cells, engine: true });
  }

  /** An input moves; of one of last time the cell runs first, with what it needs and without what follows, which would run twice:
      then the input of the same place moves. */
  function input(id: string, value: unknown): void {
    const shown = entries.list.find((entry) => entry.kept !== undefined && inputsOf(entry).includes(id));
    if (!shown) {
      if (remote.worker) remote.send({ kind: 'input', plan: ++engine.plans, id, value });
      return;
    }
    const place = inputsOf(shown).indexOf(id);
    const before = moved.get(shown);
    if (before) return void before.set(place, value);
    const moves = new Map([[place, value]]);
    moved.set(shown, moves);
    request(() => {
      const { run, stale } = planCells(entries.graph, entries.facts, [shown.id]);
      const needed = new Set(planEvery(entries.graph, [shown.id]).run);
      return { run: run.filter((one) => needed.has(one)), stale };
    });
    void settled().then(() => {
      moved.delete(shown);
      if (shown.kept !== undefined) return;
      for (const [at, latest] of moves) {
        const fresh = inputsOf(shown)[at];
        if (fresh !== undefined) input(fresh, latest);
      }
    });
  }

  return { lost, restart, stop, input };
}

const isDue = ({ state }: Entry): boolean => state === 'queued' || state === 'running';

/** Ids of the inputs that it shows. */
const inputsOf = ({ outputs }: Entry): string[] => outputs.flatMap(({ output }) => (output.kind === 'input' ? [output.id] : []));
