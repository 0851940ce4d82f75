/* Whole curves of the runs that are drawn, read when they are wanted and let go when others are. */

import { createSignal, onCleanup } from 'solid-js';
import type { RunEntry } from '../../engine/protocol.ts';

type Metrics = RunEntry['metrics'];

export interface Held {
  /** Tracks the curves of this run. */
  of(id: string): Metrics | undefined;
  want(ids: readonly string[]): void;
  /** Reads those of them again that are held. */
  refresh(ids: readonly string[]): void;
}

/** Runs that nobody wants any more are held up to so many, so that a box that is cleared and checked again reads nothing. */
const heldLimit = 24;

/** Belongs to the component that calls it. `failed` is told what the store says. */
export function createHeld(curves: (ids: readonly string[]) => Promise<readonly Metrics[]>, failed: (error: unknown) => void): Held {
  const signals = new Map<string, ReturnType<typeof createSignal<Metrics | undefined>>>();
  const signal = (id: string): ReturnType<typeof createSignal<Metrics | undefined>> => {
    let found = signals.get(id);
    if (!found) signals.set(id, (found = createSignal<Metrics | undefined>()));
    return found;
  };
  const asked = new Set<string>();
  let wanted: readonly string[] = [];
  let gone = false;
  onCleanup(() => (gone = true));
  function read(ids: readonly string[]): void {
    for (const id of ids) asked.add(id);
    void curves(ids).then(
      (found) => {
        if (!gone) for (const [i, id] of ids.entries()) signal(id)[1](() => found[i]);
      },
      (error: unknown) => {
        for (const id of ids) asked.delete(id);
        if (!gone) failed(error);
      },
    );
  }
  return {
    of: (id) => signal(id)[0](),
    want(ids) {
      wanted = ids;
      const fresh = ids.filter((id) => !asked.has(id));
      if (fresh.length > 0) read(fresh);
      for (const id of [...asked]) {
        if (asked.size <= heldLimit) break;
        if (wanted.includes(id)) continue;
        asked.delete(id);
        signal(id)[1](undefined);
      }
    },
    refresh(ids) {
      const here = ids.filter((id) => asked.has(id));
      if (here.length > 0) read(here);
    },
  };
}
