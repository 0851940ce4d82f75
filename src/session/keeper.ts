/* What a session keeps: the text, written 400 ms after an edit and acknowledged when its transaction is durable, and what
   cells showed, written together a moment after they ended. Without a store it does nothing. A write that fails is said
   (`error`) and tried again with the next one. */

import { GradusError, messageOf } from '../base/errors.ts';
import { contentHash } from '../base/hash.ts';
import { stash, unstash } from '../store/stash.ts';
import type { Store, StoredNotebook, StoredOutputs } from '../store/types.ts';
import type { Entry } from './entries.ts';

export interface KeeperOptions {
  readonly store: Promise<Store> | undefined;
  readonly now: () => number;
  readonly notebook: () => Pick<StoredNotebook, 'id' | 'title' | 'text' | 'revision' | 'shippedHash'>;
  /** What the store knew of the notebook when it was opened. */
  readonly stored: { readonly revision: number; readonly createdAt: number } | undefined;
  /** `saved` or `error` is a new one. */
  readonly changed: () => void;
}

export interface Keeper {
  /** The latest revision whose write has been acknowledged. */
  readonly saved: number;
  /** Why the last write failed. */
  readonly error: string | undefined;
  saveSoon(): void;
  /** What a cell shows is written once it has ended. */
  keep(entry: Entry): void;
  /** Gives cells that show nothing yet what they showed last time; resolves to their ids. */
  restore(entries: ReadonlyMap<string, Entry>): Promise<ReadonlySet<string>>;
  /** Writes now what waits; resolves when it is written, or has failed. */
  flush(): Promise<void>;
  failed(error: unknown): void;
}

const SAVE_MS = 400;
const OUTPUTS_MS = 600;
const QUIET_MS = 80;

export function createKeeper({ store, now, notebook, stored, changed }: KeeperOptions): Keeper {
  const unstored = new Set<Entry>();
  let saved = stored?.revision ?? 0;
  let error: string | undefined;
  let saveTimer: ReturnType<typeof setTimeout> | undefined;
  let outputsTimer: ReturnType<typeof setTimeout> | undefined;
  let quietTimer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> = Promise.resolve();

  function failed(reason: unknown): void {
    error = reason instanceof GradusError ? `${reason.message} ${reason.hint}` : messageOf(reason);
    changed();
  }

  function save(): Promise<void> {
    clearTimeout(saveTimer);
    saveTimer = undefined;
    const record = { ...notebook(), createdAt: stored?.createdAt ?? now(), updatedAt: now() };
    if (!store || saved >= record.revision) return saving;
    saving = saving.then(async () => {
      if (saved >= record.revision) return;
      try {
        await (await store).saveNotebook(record);
        saved = Math.max(saved, record.revision);
        unstash(record.id);
        error = undefined;
        changed();
      } catch (reason) {
        failed(reason);
      }
    });
    return saving;
  }

  async function keepOutputs(): Promise<void> {
    clearTimeout(outputsTimer);
    clearTimeout(quietTimer);
    outputsTimer = undefined;
    const ended = [...unstored].filter(({ state }) => state !== 'running' && state !== 'queued');
    if (ended.length === 0 || !store) return;
    for (const entry of ended) unstored.delete(entry);
    const { id } = notebook();
    const records = ended.map(({ id: cell, code, outputs }) => ({
      notebook: id,
      cell,
      hash: contentHash(code),
      time: now(),
      outputs: outputs.map(({ output }) => output),
    }));
    try {
      await (await store).saveOutputs(records);
    } catch (reason) {
      failed(reason);
    }
  }

  async function keptOutputs(): Promise<readonly StoredOutputs[]> {
    try {
      return (await (await store)?.outputs(notebook().id)) ?? [];
    } catch {
      return [];
    }
  }

  return {
    get saved() {
      return saved;
    },
    get error() {
      return error;
    },
    saveSoon: () => {
      if (store) saveTimer ??= setTimeout(() => void save(), SAVE_MS);
    },
    keep: (entry) => {
      if (!store || entry.index !== undefined) return;
      unstored.add(entry);
      outputsTimer ??= setTimeout(() => void keepOutputs(), OUTPUTS_MS);
      clearTimeout(quietTimer);
      quietTimer = setTimeout(() => void keepOutputs(), QUIET_MS);
    },
    restore: async (entries) => {
      const cells = new Set<string>();
      for (const { cell, hash, time, outputs } of await keptOutputs()) {
        const entry = entries.get(cell);
        if (!entry || entry.state !== 'idle' || entry.outputs.length || outputs.length === 0 || contentHash(entry.code) !== hash) continue;
        entry.outputs = outputs.map((output, key) => ({ key, output }));
        entry.kept = time;
        entry.status = undefined;
        cells.add(entry.id);
      }
      return cells;
    },
    flush: async () => {
      const record = { ...notebook(), createdAt: stored?.createdAt ?? now(), updatedAt: now() };
      if (store && saved < record.revision && error === undefined) stash(record);
      await Promise.all([save(), keepOutputs()]);
    },
    failed,
  };
}
