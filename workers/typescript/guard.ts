/* Step 2 of the interrupt ladder: what the loop guards of compiled cells read. Isolated, a flag in shared memory: 0 is
   quiet, 1 stops whatever runs, rank + 2 stops one cell, −1 means that a time limit counts. Elsewhere a countdown; when unbroken work has lasted 100 ms, every
   40 ms a synchronous request to a blob URL that the page revokes to stop (2–4 ms each, so about 7 % of a long loop). */

import { PATIENCE_MS } from './patience.ts';
import { outOfTimeWords } from '../../src/base/errors.ts';
import { Interrupted, TimeLimit } from '../../src/stdlib/host.ts';

export interface Guard {
  /** The `__f` of compiled code. */
  readonly flag: Int32Array;
  /** The `__i` of compiled code: throws Interrupted if the reader asked for it. */
  readonly check: () => void;
  /** Compiled text as this mode needs it; lengths stay. */
  adapt(code: string): string;
  /** What was thrown to stop the work at hand, if it was: the code may have caught it. */
  thrown(): Interrupted | undefined;
  /** Unbroken work begins (a cell's turn, a timer). */
  begin(rank: number): void;
  /** From now on a stop waits a moment while `patient` says so. */
  wait(patient: () => boolean): void;
  /** Runs `fn`, whose loops end with a `TimeLimit` once `ms` are over. */
  limited<T>(ms: number, fn: () => T): T;
  /** The page's request has arrived as a message: quiet again, with the next URL. */
  reset(next?: string): void;
}

const SHARED = 'if(__f[0]!==0)__i();';
const COUNTED = 'if(--__f[0]<0)__i();';
const BATCH = 128;
const LIMITED = -1;

export function createGuard(options: { readonly interruptFlag?: Int32Array; readonly interruptUrl?: string }, now: () => number): Guard {
  let rank = -1;
  let stopped: Interrupted | undefined;
  let limitAt = Infinity;
  let checks = 0;
  const limit = (time: number): void => {
    if (time > limitAt) throw new TimeLimit(outOfTimeWords);
  };
  const within = <T>(ms: number, fn: () => T): T => {
    const before = limitAt;
    limitAt = Math.min(before, now() + ms);
    try {
      return fn();
    } finally {
      limitAt = before;
    }
  };
  let patient: (() => boolean) | undefined;
  let askedAt: number | undefined;
  const wait = (ask: () => boolean): void => void (patient = ask);
  const stop = (): void => {
    askedAt ??= now();
    if (patient?.() && now() - askedAt < PATIENCE_MS) return;
    stopped = new Interrupted('Stopped by the reader.');
    throw stopped;
  };
  const shared = options.interruptFlag;
  if (shared) {
    return {
      flag: shared,
      check: () => {
        const asked = Atomics.load(shared, 0);
        if (asked === 1 || asked === rank + 2) stop();
        if (asked === LIMITED && (++checks & 15) === 0) limit(now());
      },
      limited: (ms, fn) => {
        const before = Atomics.compareExchange(shared, 0, 0, LIMITED);
        try {
          return within(ms, fn);
        } finally {
          if (before === 0) Atomics.compareExchange(shared, 0, LIMITED, 0);
        }
      },
      adapt: (code) => code,
      thrown: () => stopped,
      begin: (next) => {
        stopped = undefined;
        rank = next;
      },
      wait,
      reset: () => {
        askedAt = undefined;
        Atomics.store(shared, 0, 0);
      },
    };
  }
  const flag = new Int32Array([BATCH]);
  let url = options.interruptUrl;
  let began = now();
  let probed = began;
  let checked = began;
  let batch = BATCH;
  return {
    flag,
    check: () => {
      const time = now();
      batch = time - checked > 4 ? Math.max(1, batch >> 2) : Math.min(BATCH, batch * 2);
      flag[0] = batch;
      checked = time;
      limit(time);
      if (!url || time - began < 100 || time - probed < 40) return;
      probed = time;
      if (!answers(url)) stop();
    },
    limited: within,
    adapt: (code) => code.replaceAll(SHARED, COUNTED),
    thrown: () => stopped,
    wait,
    begin: () => {
      stopped = undefined;
      began = now();
      checked = began;
    },
    reset: (next) => {
      askedAt = undefined;
      url = next ?? url;
    },
  };
}

/** Whether the page still holds the blob. */
function answers(url: string): boolean {
  try {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.send();
    return true;
  } catch {
    return false;
  }
}
