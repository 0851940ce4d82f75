/* The records of the one database, as docs/architecture.md fixes them, and what a session may ask of the store. */

import type { Output } from '../output/types.ts';
import type { RunEntry, RunState } from '../engine/protocol.ts';

/** A notebook of the reader's own: written here, opened from a file, or a changed copy of a shipped one. */
export interface StoredNotebook {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Counts the edits since it was stored; a write with a revision that is not newer is refused. */
  readonly revision: number;
  /** Hash of the shipped text that it started from; absent: no shipped notebook has this id. */
  readonly shippedHash?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface StoredVersion {
  readonly notebook: string;
  readonly time: number;
  readonly text: string;
  readonly name?: string;
}

/** What a cell showed last; `hash` is that of its code, so an edited cell shows nothing old as if it were its own. */
export interface StoredOutputs {
  readonly notebook: string;
  readonly cell: string;
  readonly hash: string;
  readonly time: number;
  readonly outputs: readonly Output[];
}

export interface StoredRun {
  readonly id: string;
  readonly notebook: string;
  readonly cell: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly state: RunState;
  readonly startedAt: number;
  readonly ms: number;
  /** Hash and text of the notebook it ran in, seed, backend, adapter, browser, library version. */
  readonly environment: Readonly<Record<string, string | number>>;
}

/** One typed-array chunk of a run's curves. */
export interface StoredPoints {
  readonly run: string;
  readonly chunk: number;
  readonly metrics: Readonly<Record<string, { readonly steps: Float64Array; readonly values: Float64Array }>>;
}

/** What stands between the code and the database. Every method rejects with a GradusError whose hint says what to do. */
export interface Store {
  notebook(id: string): Promise<StoredNotebook | undefined>;
  notebooks(): Promise<readonly StoredNotebook[]>;
  /** Resolves after the transaction with strict durability has completed. Rejects with code `revision` where a newer one is stored. */
  saveNotebook(notebook: StoredNotebook): Promise<void>;
  deleteNotebook(id: string): Promise<void>;
  outputs(notebook: string): Promise<readonly StoredOutputs[]>;
  saveOutputs(outputs: readonly StoredOutputs[]): Promise<void>;
  runs(filter?: { readonly name?: string; readonly notebook?: string }): Promise<readonly StoredRun[]>;
  saveRun(run: StoredRun): Promise<void>;
  deleteRun(id: string): Promise<void>;
  savePoints(points: StoredPoints): Promise<void>;
  /** Newest first, with their whole curves. */
  runEntries(filter?: { readonly name?: string }): Promise<readonly RunEntry[]>;
  setting(key: string): Promise<unknown>;
  saveSetting(key: string, value: unknown): Promise<void>;
  close(): void;
}
