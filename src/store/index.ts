/* The face of the store: opening it, its records, and the sweep of runs that were cut off. */

export { openStore, type StoreOptions } from './store.ts';
export { sweepDeadRuns, tabName } from './tab.ts';
export type { Store, StoredNotebook, StoredOutputs, StoredPoints, StoredRun, StoredVersion } from './types.ts';
