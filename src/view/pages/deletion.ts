/* Deleting with time to think: what is deleted is out of sight at once, and the store forgets it when the time for Undo is
   over, when the page is left, or when a fourth deletion comes. Nothing is asked before. */

import { createSignal, onCleanup, type Accessor } from 'solid-js';

/** A deletion that can still be taken back. */
export interface Deletion {
  readonly key: string;
  /** What was done and what stays: `Line fit is deleted. Its 2 runs stay.` */
  readonly words: string;
  /** What the store does at the end. */
  readonly carryOut: () => Promise<void>;
}

export interface Deletions {
  readonly pending: Accessor<readonly Deletion[]>;
  /** Whether `key` is out of sight. */
  isGone(key: string): boolean;
  begin(deletion: Deletion): void;
  /** Takes back `key`, or the latest one; answers with its key. */
  undo(key?: string): string | undefined;
  /** Time stands still while pointer or focus is on the offer. */
  hold(): void;
  go(): void;
}

const undoMs = 10_000,
  atMost = 3;

/** Belongs to the component that calls it. `done` is called when the store has forgotten something, or could not. */
export function createDeletions(done: (error?: unknown) => void): Deletions {
  const [pending, setPending] = createSignal<readonly Deletion[]>([]);
  /** Carried out, but maybe not yet missing in what was last read from the store. */
  const carried = new Set<string>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const drop = (key: string): Deletion | undefined => {
    clearTimeout(timers.get(key));
    timers.delete(key);
    const found = pending().find((one) => one.key === key);
    if (found) setPending(pending().filter((one) => one !== found));
    return found;
  };
  const carryOut = (key: string): void => {
    if (!pending().some((one) => one.key === key)) return;
    carried.add(key);
    void drop(key)
      ?.carryOut()
      .then(
        () => done(),
        (error: unknown) => {
          carried.delete(key);
          done(error);
        },
      );
  };
  const start = ({ key }: Deletion): void => {
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => carryOut(key), undoMs),
    );
  };
  const all = (): void => pending().forEach(({ key }) => carryOut(key));
  addEventListener('pagehide', all);
  onCleanup(() => {
    removeEventListener('pagehide', all);
    all();
  });
  return {
    pending,
    isGone: (key) => pending().some((one) => one.key === key) || carried.has(key),
    begin(deletion) {
      carried.delete(deletion.key);
      setPending([...pending(), deletion]);
      start(deletion);
      if (pending().length > atMost) carryOut(pending()[0]!.key);
    },
    undo: (key) => drop(key ?? pending().at(-1)?.key ?? '')?.key,
    hold: () => timers.forEach(clearTimeout),
    go: () => pending().forEach(start),
  };
}
