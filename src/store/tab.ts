/* Which tab recorded a run, and whether that tab still lives. A tab that records holds a Web Lock of its own name for as
   long as it is open; a run left `running` whose lock nobody holds was cut off. Where a browser has no locks, only age
   tells: a run that began more than a day ago and is not finished counts as cut off. */

import type { Store } from './types.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What this file needs of `navigator.locks`. */
export interface Locks {
  request(name: string, hold: () => Promise<unknown>): Promise<unknown>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

let name: string | undefined;
let held: Promise<unknown> | undefined;

/** The name of this tab's lock, taken at the first call and held until the tab closes; absent where there are no locks. */
export function tabName(locks: Locks | undefined = browserLocks()): string | undefined {
  if (!locks) return undefined;
  if (name === undefined) {
    name = `gradus-tab-${crypto.randomUUID()}`;
    const own = name;
    held = new Promise((resolve) => {
      locks
        .request(own, () => {
          resolve(undefined);
          return new Promise(() => undefined);
        })
        .catch(resolve);
    });
  }
  return name;
}

/** The same, once the lock is held: no other tab can take its runs for dead from then on. */
export async function heldTabName(): Promise<string | undefined> {
  const own = tabName();
  await held;
  return own;
}

/** Marks as `interrupted` the runs that no living tab records any more. Resolves to how many there were. */
export async function sweepDeadRuns(
  store: Store,
  now: () => number = Date.now,
  locks: Locks | undefined = browserLocks(),
): Promise<number> {
  const running = await store.runs({ state: 'running' });
  if (running.length === 0) return 0;
  const held = locks && new Set((await locks.query()).held?.map((lock) => lock.name));
  const dead = running.filter((run) => {
    const tab = run.environment['tab'];
    return held && typeof tab === 'string' ? !held.has(tab) : now() - run.startedAt > dayMs;
  });
  for (const { id, environment } of dead) await store.interruptRun(id, environment['tab']);
  return dead.length;
}

function browserLocks(): Locks | undefined {
  return typeof navigator === 'undefined' ? undefined : (navigator.locks as Locks | undefined);
}
