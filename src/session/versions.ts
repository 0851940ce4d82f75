/* The texts that a notebook once had: kept by themselves every ten minutes of edits, and as it was before the first edit of a
   sitting; by the page before a restore, a reset or an import; by the reader with a name. The store forgets old automatic ones. */

import type { Store, StoredNotebook, StoredVersion, VersionReason } from '../store/types.ts';

export interface VersionsOptions {
  readonly store: Promise<Store>;
  readonly now: () => number;
  readonly notebook: () => { readonly id: string; readonly text: string };
  /** The text as it was opened, and when it had been stored; absent: it was never stored.
      `why` it is kept. Default: opened. */
  readonly opened: { readonly text: string; readonly time: number; readonly why?: VersionReason } | undefined;
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

/** The versions of one open notebook. Every method rejects with a GradusError that says what to do. */
export interface Versions {
  /** Newest first. */
  list(): Promise<readonly StoredVersion[]>;
  /** Keeps the text as it stands. The newest version is taken where it has the same text: it gets the name. */
  keep(why: VersionReason, name?: string): Promise<StoredVersion>;
  rename(time: number, name: string | undefined): Promise<void>;
  /** Resolves to what brings it back. */
  remove(version: StoredVersion): Promise<() => Promise<void>>;
}

/** ms of edits between two automatic versions. */
export const versionEveryMs = 10 * 60 * 1000;

export function createVersions({ store, now, notebook, opened, failed, worked }: VersionsOptions): Versions & {
  /** A text has been stored. */
  written(record: Pick<StoredNotebook, 'text' | 'updatedAt'>): void;
  /** Keeps what could not be kept. */
  retry(): void;
} {
  /** The text that was stored last, and since when there are edits that no version holds. */
  let last = opened;
  let since: number | undefined;
  let first = true;
  let keeping: Promise<unknown> = Promise.resolve();
  /** Versions that are to be kept by themselves, the oldest first; one that fails stays. */
  const due: Pick<StoredVersion, 'text' | 'time' | 'why'>[] = [];

  async function put(text: string, time: number, why: VersionReason, name?: string): Promise<StoredVersion> {
    const { id } = notebook();
    const open = await store;
    const [newest] = await open.versions(id);
    if (newest?.text === text) {
      if (name === undefined || newest.name === name) return newest;
      if (newest.name === undefined) {
        await open.nameVersion(id, newest.time, name);
        return { ...newest, name };
      }
    }
    return open.saveVersion({ notebook: id, time, text, why, ...(name === undefined ? {} : { name }) });
  }
  /** One after another, so that two never take each other for new. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = keeping.then(work);
    keeping = result.catch(() => undefined);
    return result;
  };

  function retry(): void {
    inTurn(async () => {
      for (let next = due[0]; next; next = due[0]) {
        await put(next.text, next.time, next.why ?? 'edits');
        due.shift();
      }
    }).then(worked, failed);
  }

  return {
    written({ text, updatedAt }) {
      const before = last;
      last = { text, time: updatedAt };
      const isDue = first ? before !== undefined : since !== undefined && updatedAt - since >= versionEveryMs;
      const why = first ? (opened?.why ?? 'opened') : 'edits';
      if (first || isDue) since = updatedAt;
      else since ??= updatedAt;
      first = false;
      if (!isDue || !before || before.text === text) return;
      due.push({ text: before.text, time: before.time, why });
      retry();
    },
    retry,
    list: async () => (await store).versions(notebook().id),
    keep: (why, name) =>
      inTurn(async () => {
        const version = await put(notebook().text, now(), why, name);
        since = undefined;
        retry(); // there is room
        return version;
      }),
    rename: async (time, name) => (await store).nameVersion(notebook().id, time, name),
    remove: async (version) => {
      const open = await store;
      await open.deleteVersion(version.notebook, version.time);
      return async () => {
        await open.saveVersion(version);
      };
    },
  };
}
