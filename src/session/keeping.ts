/* Everything about an open notebook that lasts, as the page's panels use it: its place in the store, its versions, what could
   not be kept, and the reins that session/tabs.ts takes where two tabs show one notebook. */

import { optional } from '../base/optional.ts';
import type { GradusError } from '../base/errors.ts';
import type { Store, StoredNotebook } from '../store/types.ts';
import { createKeeper, type Keeper, type KeeperEvent, type KeeperOptions } from './keeper.ts';
import { createVersions, type Versions } from './versions.ts';

/** What of a notebook is kept. */
export type Kept = 'text' | 'outputs' | 'runs' | 'versions' | 'checkpoints' | 'predictions';

export interface Keeping {
  /** The notebook's id in the store. */
  readonly id: string;
  readonly store: Promise<Store>;
  /** Name of the lock and of the channel that the tabs of this notebook share. */
  readonly shared: string;
  /** It is a copy of a notebook that ships with the site. */
  readonly shipped: boolean;
  /** Hash of the shipped text that the copy holds; what is written here is stored with the next text. */
  shippedHash: string | undefined;
  readonly versions: Versions;
  /** Why something is not kept; it is tried again by itself. */
  readonly problems: ReadonlyMap<Kept, GradusError>;
  /** Tries now to keep what could not be kept. */
  retry(): void;
  /** `merged`: another tab wrote at the same time, and the text holds what both wrote · `cleared`: the browser had dropped what was
      stored, and the text is stored again · `upgrade`: a newer version in another tab takes the store over, the text is written. */
  listen(listener: (event: KeeperEvent) => void): () => void;
  /** What is done before the text is taken: letters that wait in an editor are handed over. */
  beforeText(flush: () => void): void;
  /** The text that this session and the store last had in common. */
  readonly base: string;
  /** The text that the session was opened with. */
  readonly opened: { readonly text: string; readonly revision: number };
  /** While another tab writes: the text is not stored from here. */
  hold(on: boolean): void;
  /** Another tab has this text as `revision`; what is stored of it is revision `acknowledged`. */
  follow(text: string, acknowledged: number, revision: number): void;
  /** What the store has of it now, with what a tab that closed could not store any more. */
  latest(): Promise<StoredNotebook | undefined>;
}

export interface KeepingOptions extends Omit<KeeperOptions, 'written' | 'stored' | 'again'> {
  /** Runs or predictions that failed are tried again. */
  readonly again: (what: Kept) => void;
  readonly stored: (Pick<StoredNotebook, 'revision' | 'createdAt'> & Partial<Pick<StoredNotebook, 'updatedAt'>>) | undefined;
}

/** `keeper` works without a store too, and keeps nothing then; `keeping` is absent. */
export function createKeeping(options: KeepingOptions): { readonly keeper: Keeper; readonly keeping: Keeping | undefined } {
  const { store, now, stored } = options;
  const { id, text, shippedHash } = options.notebook();
  let based = shippedHash;
  const notebook: KeeperOptions['notebook'] = () => ({ ...options.notebook(), ...optional({ shippedHash: based }) });
  const shipped = shippedHash !== undefined;
  const before = stored ? { text, time: stored.updatedAt ?? now() } : shipped ? { text, time: now(), why: 'shipped' as const } : undefined;
  const versions =
    store &&
    createVersions({
      store,
      now,
      notebook,
      opened: before,
      failed: (error) => keeper.failed('versions', error),
      worked: () => keeper.worked('versions'),
    });
  const keeper: Keeper = createKeeper({
    ...options,
    notebook,
    written: (record) => versions?.written(record),
    again: (what) => (what === 'versions' ? versions?.retry() : options.again(what)),
  });
  if (!store || !versions) return { keeper, keeping: undefined };
  const { problems, retry, listen, beforeText, hold, follow, opened } = keeper;
  const keeping: Keeping = {
    ...{ id, store, versions, problems, retry, listen, beforeText, hold, follow, opened },
    async latest() {
      const record = await keeper.latest();
      based = record?.shippedHash ?? based; // another tab may have brought the copy up to date
      return record;
    },
    shared: `gradus-notebook:${id}`,
    shipped,
    get shippedHash() {
      return based;
    },
    set shippedHash(hash) {
      based = hash;
    },
    get base() {
      return keeper.base;
    },
  };
  return { keeper, keeping };
}
