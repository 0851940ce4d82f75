/* The face of the store: opening it, its records, and the sweep of runs that were cut off. */

import { recover } from './stash.ts';
import { openStore as openDatabase, type StoreOptions } from './store.ts';
import type { Store } from './types.ts';

/** The store, with what the last page could not hand to it any more. */
export async function openStore(options?: StoreOptions): Promise<Store> {
  const store = await openDatabase(options);
  await recover(store);
  return store;
}
export type { StoreOptions };
export { persist, space, type Space } from './space.ts';
export { sweepDeadRuns, tabName } from './tab.ts';
export { versionLimit } from './versions.ts';
export type {
  Clearable,
  NotebookUsage,
  Store,
  StoredAnswer,
  StoredMastery,
  StoredNotebook,
  StoredOutputs,
  StoredPoints,
  StoredPrediction,
  StoredReview,
  StoredRun,
  StoredVersion,
  StoreEvent,
  VersionReason,
} from './types.ts';
