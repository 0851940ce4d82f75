/* The one adapter from a session (which knows no framework) to Solid signals: one signal per cell and per prose value, so
   a change redraws what it is about and nothing else. Changes of one frame are drawn together: a small first one at once,
   what follows within the frame in the next one. Many cells that are queued wait a little for what becomes of them, so that
   a thousand which are done in 30 ms are drawn once. That the engine is busy is said at once; that it is idle only when everything is drawn. */

import { batch, createSignal, type Accessor } from 'solid-js';
import type { CellStatus, EngineState, Session } from '../session/types.ts';

export interface Facts {
  readonly engine: EngineState;
  readonly busy: boolean;
  readonly revision: number;
  readonly saved: number;
  readonly saveError: string | undefined;
  readonly backend: Session['backend'];
}

export interface Live {
  cell(id: string): Accessor<CellStatus | undefined>;
  prose(index: number): Accessor<ReturnType<Session['prose']>>;
  /** Ids in file order; changes when the notebook's frame does. */
  readonly ids: Accessor<readonly string[]>;
  readonly notices: Accessor<Session['notices']>;
  readonly facts: Accessor<Facts>;
  /** Ids that changed with the drawing before this call. */
  onDrawn(listener: (changed: ReadonlySet<string>) => void): void;
  /** Draws what waits, if it is little: after what the reader did. */
  settle(): void;
  dispose(): void;
}

const frameMs = 12,
  little = 64,
  patienceMs = 40;

export function makeLive(session: Session): Live {
  const cells = new Map<string, ReturnType<typeof createSignal<CellStatus | undefined>>>();
  const proses = new Map<number, ReturnType<typeof createSignal<ReturnType<Session['prose']>>>>();
  const factsNow = (): Facts => ({
    engine: session.engine,
    busy: session.busy,
    revision: session.revision,
    saved: session.saved,
    saveError: session.saveError,
    backend: session.backend,
  });
  const [ids, setIds] = createSignal<readonly string[]>(session.ids);
  const [notices, setNotices] = createSignal(session.notices);
  const [facts, setFacts] = createSignal<Facts>(factsNow(), {
    equals: (a, b) =>
      a.engine === b.engine &&
      a.busy === b.busy &&
      a.revision === b.revision &&
      a.saved === b.saved &&
      a.saveError === b.saveError &&
      a.backend === b.backend,
  });
  let changed = new Set<string>(),
    changedProse = new Set<number>(),
    structure = false,
    noticed = false,
    /** Calls off the drawing that is due. Numbers of frames and of timers are alike, so each is called off by its own. */
    cancel: (() => void) | undefined,
    patient = false,
    drawnAt = -Infinity;
  const listeners: ((changed: ReadonlySet<string>) => void)[] = [];

  const unschedule = (): void => {
    cancel?.();
    cancel = undefined;
    patient = false;
  };
  const flush = (): void => {
    unschedule();
    const drawn = changed,
      prose = changedProse;
    changed = new Set();
    changedProse = new Set();
    if (structure) setIds([...session.ids]); // first: what is said of a cell by its name is said to the one that has it now
    batch(() => {
      for (const id of drawn) cells.get(id)?.[1](() => session.cell(id));
      for (const index of prose) proses.get(index)?.[1](() => session.prose(index));
      if (noticed) setNotices(session.notices);
    });
    structure = noticed = false;
    setFacts(factsNow()); // last: an engine that reads idle has everything drawn
    for (const listener of listeners) listener(drawn);
    drawnAt = performance.now();
  };
  const stop = session.subscribe((change) => {
    for (const id of change.cells ?? []) changed.add(id);
    for (const index of change.prose ?? []) changedProse.add(index);
    structure ||= change.structure === true || change.renamed !== undefined;
    noticed ||= change.notices === true;
    if (session.busy) setFacts(factsNow());
    if (cancel !== undefined && !(patient && !session.busy)) return;
    unschedule();
    if (performance.now() - drawnAt > frameMs && changed.size <= little) flush();
    else if (document.hidden) cancel = later(flush, 100);
    else if (changed.size > little && session.busy) {
      patient = true;
      cancel = later(flush, patienceMs);
    } else {
      const frame = requestAnimationFrame(flush);
      cancel = () => cancelAnimationFrame(frame);
    }
  });

  return {
    cell(id) {
      let signal = cells.get(id);
      if (signal === undefined) cells.set(id, (signal = createSignal<CellStatus | undefined>(session.cell(id))));
      else signal[1](() => session.cell(id));
      return signal[0];
    },
    prose(index) {
      let signal = proses.get(index);
      if (signal === undefined) proses.set(index, (signal = createSignal(session.prose(index))));
      else signal[1](() => session.prose(index));
      return signal[0];
    },
    ids,
    notices,
    facts,
    settle() {
      if (changed.size <= little) flush();
    },
    onDrawn(listener) {
      listeners.push(listener);
    },
    dispose() {
      stop();
      unschedule();
    },
  };
}

function later(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
