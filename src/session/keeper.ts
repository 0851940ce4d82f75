/* What a session keeps: the text, written 400 ms after an edit and acknowledged when its transaction is durable, and what
   cells showed, written together a moment after they ended. Without a store it does nothing. A write that fails is said
   (`problems`) and tried again, by itself and with the next one. A text that another tab has stored meanwhile is not
   written over: both are merged (base/merge.ts). While another tab writes (`hold`, session/tabs.ts) nothing is. */

import { GradusError, messageOf } from '../base/errors.ts';
import { contentHash } from '../base/hash.ts';
import { sizeOf } from '../output/size.ts';
import { recover, stash, unstash } from '../store/stash.ts';
import type { Output } from '../output/types.ts';
import type { Store, StoredNotebook, StoredOutputs } from '../store/types.ts';
import type { Entry } from './entries.ts';
import type { Kept } from './keeping.ts';

export interface KeeperOptions {
  readonly store: Promise<Store> | undefined;
  readonly now: () => number;
  readonly notebook: () => Pick<StoredNotebook, 'id' | 'title' | 'text' | 'revision' | 'shippedHash'>;
  /** What the store knew of the notebook when it was opened. */
  readonly stored: { readonly revision: number; readonly createdAt: number } | undefined;
  /** `saved` or `problems` is a new one. */
  readonly changed: () => void;
  /** Resolves when edits that wait are in the text. */
  readonly editable: () => Promise<void>;
  /** Makes another text the session's, as `revision`, without writing it. What is edited until it resolves is in it too. */
  readonly adopt: (text: string, revision: number) => Promise<void>;
  /** A text has been acknowledged. */
  readonly written: (record: StoredNotebook) => void;
  /** What failed elsewhere is tried again. */
  readonly again: (what: Kept) => void;
}

export type Keeper = ReturnType<typeof createKeeper>;

/** What another tab wrote at the same time has been merged · the browser had dropped what was stored · a newer version takes over. */
export type KeeperEvent = 'merged' | 'cleared' | 'upgrade';

const SAVE_MS = 400;
const OUTPUTS_MS = 600;
const QUIET_MS = 80;
const GATHER_MS = 600;
const RETRY_MS = [2000, 5000, 15_000, 30_000];
/** What is kept of one cell's outputs, in bytes; what is more is named in their place. */
export const KEPT_BYTES = 4_000_000;

export function createKeeper({ store, now, notebook, stored, changed, editable, adopt, written, again }: KeeperOptions) {
  const unstored = new Set<Entry>();
  const problems = new Map<Kept, GradusError>();
  const listeners = new Set<(event: KeeperEvent) => void>();
  let saved = stored?.revision ?? 0;
  let createdAt = stored?.createdAt;
  /** The text that this session and the store last had in common. */
  let base = notebook().text;
  /** What another tab last had, stored or not. */
  let followed = base;
  /** The latest stored revision, of this tab or another, that this session's text holds. */
  let included = saved;
  let held = false;
  let disposed = false;
  /** Names this sitting's place among what pages that went away left behind. */
  const tab = Math.random().toString(36).slice(2);
  const opened = { text: base, revision: saved };
  let known = stored !== undefined;
  let attempts = 0;
  let flushEdits: () => void = () => {};
  let saveTimer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let outputsTimer: ReturnType<typeof setTimeout> | undefined;
  let quietTimer: ReturnType<typeof setTimeout> | undefined;
  let gatherTimer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> = Promise.resolve();

  const tell = (event: KeeperEvent): void => listeners.forEach((listener) => listener(event));
  const recordOf = (): StoredNotebook => ({ ...notebook(), createdAt: createdAt ?? now(), updatedAt: now() });
  const isUnsaved = (): boolean => saved < notebook().revision && notebook().text !== base && notebook().text !== followed;

  function failed(what: Kept, reason: unknown): void {
    problems.set(what, reason instanceof GradusError ? reason : new GradusError('storage', messageOf(reason), 'Download your text.'));
    changed();
    clearTimeout(retryTimer);
    if (disposed) return;
    retryTimer = setTimeout(retry, RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)]);
    (retryTimer as { unref?: () => void }).unref?.();
  }
  function worked(what: Kept): void {
    if (!problems.delete(what)) return;
    attempts = 0;
    changed();
  }
  function retry(): void {
    if (problems.has('text')) void save();
    if (problems.has('outputs')) void keepOutputs();
    for (const what of ['runs', 'versions', 'predictions'] as const) if (problems.has(what)) again(what);
  }

  function save(): Promise<void> {
    clearTimeout(saveTimer);
    saveTimer = undefined;
    if (!store || held || saved >= notebook().revision) return saving;
    saving = saving.then(write).catch((reason: unknown) => failed('text', reason));
    return saving;
  }
  async function write(): Promise<void> {
    let record = recordOf();
    for (let tries = 0; store && !held && saved < record.revision; tries++) {
      try {
        const before = await (await store).saveNotebook(record, included);
        if (known && before === 'new') tell('cleared');
      } catch (reason) {
        if (held) return; // another tab took over meanwhile: it has this text
        const conflict = reason instanceof GradusError && reason.code === 'revision' && tries < 5;
        if (conflict && (await mergeStored(await store).catch(() => false))) {
          record = recordOf();
          continue;
        }
        return failed('text', reason);
      }
      saved = included = Math.max(saved, record.revision);
      base = record.text;
      known = true;
      createdAt = record.createdAt;
      unstash(record.id, tab, record.revision);
      problems.delete('text');
      attempts = 0;
      changed();
      written(record);
      return;
    }
  }

  /** Another tab has stored a text since: what both changed becomes this session's. False: there is none. */
  async function mergeStored(open: Store): Promise<boolean> {
    const theirs = await open.notebook(notebook().id);
    if (!theirs) return false;
    const { merge } = await import('../base/merge.ts');
    await editable();
    flushEdits();
    const { text, revision } = notebook();
    const merged = merge(base, text, theirs.text);
    await adopt(merged.text, Math.max(revision, theirs.revision) + 1);
    base = theirs.text; // not before the session holds it: what is stashed meanwhile does not
    saved = included = theirs.revision;
    createdAt = theirs.createdAt;
    tell('merged');
    return true;
  }

  async function keepOutputs(): Promise<void> {
    clearTimeout(outputsTimer);
    clearTimeout(quietTimer);
    outputsTimer = undefined;
    const ended = [...unstored].filter(({ state }) => state !== 'running' && state !== 'queued');
    if (ended.length === 0 || !store) return;
    for (const entry of ended) unstored.delete(entry);
    const { id } = notebook();
    const records = ended.flatMap(({ id: cell, code, outputs, edited, was, kept }) => {
      const made = edited ? was?.code : code; // what it shows is of the code that ran
      if (made === undefined) return [];
      return { notebook: id, cell, hash: contentHash(made), time: kept ?? now(), outputs: bounded(outputs.map(({ output }) => output)) };
    });
    try {
      await (await store).saveOutputs(records);
      worked('outputs');
      gatherSoon();
    } catch (reason) {
      for (const entry of ended) unstored.add(entry);
      failed('outputs', reason);
    }
  }

  /** Once outputs have come to rest: what they are opens sooner as one record. */
  function gatherSoon(): void {
    clearTimeout(gatherTimer);
    if (disposed) return;
    gatherTimer = setTimeout(() => void store?.then((open) => open.gatherOutputs(notebook().id)).catch(() => undefined), GATHER_MS);
    (gatherTimer as { unref?: () => void }).unref?.();
  }

  async function keptOutputs(): Promise<readonly StoredOutputs[]> {
    try {
      return (await (await store)?.outputs(notebook().id)) ?? [];
    } catch {
      return [];
    }
  }

  /** The browser has ended the connection: where it has dropped the notebook too, it is stored again. */
  async function storeAgain(open: Store): Promise<void> {
    const there = await open.notebook(notebook().id).catch(() => undefined);
    if (there || !known || disposed) return;
    tell('cleared');
    saved = included = -1;
    await save();
  }

  let unlisten: (() => void) | undefined;
  void store?.then(
    (open) => {
      if (disposed) return;
      unlisten = open.listen((event) => {
        if (event === 'reopened') return storeAgain(open);
        if (event !== 'upgrade') return undefined;
        flushEdits();
        return save().then(() => tell('upgrade'));
      });
    },
    () => undefined,
  );

  async function flush(): Promise<void> {
    if (store && isUnsaved()) stash(recordOf(), { tab, known: included, base });
    await Promise.all([save(), keepOutputs()]);
  }

  return {
    /** The latest revision whose write has been acknowledged. */
    get saved(): number {
      return saved;
    },
    /** Why something is not kept: the text above all. */
    problems: problems as ReadonlyMap<Kept, GradusError>,
    get base(): string {
      return base;
    },
    opened,
    saveSoon(): void {
      if (store && !held && !disposed) saveTimer ??= setTimeout(() => void save(), SAVE_MS);
    },
    /** What a cell shows is written once it has ended. */
    keep(entry: Entry): void {
      if (!store || disposed || entry.index !== undefined) return;
      unstored.add(entry);
      outputsTimer ??= setTimeout(() => void keepOutputs(), OUTPUTS_MS);
      clearTimeout(quietTimer);
      quietTimer = setTimeout(() => void keepOutputs(), QUIET_MS);
    },
    keptOutputs,
    /** Gives cells that show nothing yet what they showed last time; returns their ids. What is kept of a cell that is called otherwise
        by now is found by its code. */
    restore(entries: ReadonlyMap<string, Entry>, records: readonly StoredOutputs[]): ReadonlySet<string> {
      if (records.length > 0) gatherSoon();
      const cells = new Set<string>();
      const isOpen = ({ state, outputs }: Entry): boolean => state === 'idle' && outputs.length === 0;
      const show = (entry: Entry, { time, outputs }: StoredOutputs): void => {
        entry.outputs = outputs.map((output, key) => ({ key, output }));
        entry.kept = time;
        entry.status = undefined;
        cells.add(entry.id);
      };
      const left = new Map<string, StoredOutputs>();
      for (const record of records) {
        if (record.outputs.length === 0) continue;
        const entry = entries.get(record.cell);
        if (entry && contentHash(entry.code) === record.hash) {
          if (isOpen(entry)) show(entry, record);
        } else if (record.time > (left.get(record.hash)?.time ?? -1)) left.set(record.hash, record);
      }
      for (const entry of left.size > 0 ? entries.values() : []) {
        const record = entry.block && isOpen(entry) ? left.get(contentHash(entry.code)) : undefined;
        if (record && left.delete(record.hash)) show(entry, record);
      }
      return cells;
    },
    /** Writes now what waits; resolves when it is written, or has failed. */
    flush,
    /** Writes what waits a last time. What becomes of the notebook in the store is no concern of this session from here on. */
    async dispose(): Promise<void> {
      disposed = true;
      unlisten?.();
      const last = flush();
      for (const timer of [saveTimer, retryTimer, outputsTimer, quietTimer, gatherTimer]) clearTimeout(timer);
      await last;
    },
    failed,
    worked,
    retry,
    /** While another tab writes: the text is not stored from here. */
    hold(on: boolean): void {
      if (held === on) return;
      held = on;
      clearTimeout(saveTimer);
      saveTimer = undefined;
      if (!on) void save();
    },
    /** `text` is what another tab has as `revision`, and `acknowledged` what is stored of it. */
    follow(text: string, acknowledged: number, revision: number): void {
      followed = text;
      if (acknowledged >= revision) base = text;
      included = Math.max(included, revision);
      known = true;
      if (notebook().text === text) unstash(notebook().id, tab, acknowledged);
      if (acknowledged !== saved) {
        saved = acknowledged;
        changed();
      }
    },
    /** What the store has of it now, with what a tab that closed could not store any more. */
    async latest(): Promise<StoredNotebook | undefined> {
      const open = await store;
      if (open) await recover(open, { id: notebook().id, except: tab });
      return open?.notebook(notebook().id);
    },
    listen(listener: (event: KeeperEvent) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** What is to be done before the session's text is taken: typed letters that wait in an editor are handed over. */
    beforeText(flush: () => void): void {
      flushEdits = flush;
    },
  };
}

/** The first outputs, up to `KEPT_BYTES`, and what was left out in words. */
export function bounded(outputs: readonly Output[]): readonly Output[] {
  let bytes = 0;
  const end = outputs.findIndex((output) => (bytes += sizeOf(output)) > KEPT_BYTES);
  if (end < 0) return outputs;
  const left = outputs.slice(end);
  const megabytes = Math.max(1, Math.round(left.reduce((sum, output) => sum + sizeOf(output), 0) / 1e6));
  const what = left.length === 1 ? 'An output' : `${left.length} outputs`;
  return [
    ...outputs.slice(0, end),
    { kind: 'log', level: 'info', text: `${what} of ${megabytes} MB: too large to be kept for next time. Run the cell to see it again.` },
  ];
}
