/* The page of notebooks: the reader's own, steps of the course that were changed here, what was open lately, and the
   examples. Reads the store when it opens and whenever the tab is looked at again. One row is in the tab order at a time;
   arrows go from row to row. Deleting waits for Undo (deletion.ts). */

import { createMemo, createResource, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import type { Store } from '../../store/types.ts';
import { createDeletions } from '../pages/deletion.ts';
import { Offers } from '../pages/Offers.tsx';
import { count, plural } from '../words.ts';
import { Trouble, Waiting } from '../pages/Trouble.tsx';
import { Empty, NoMatch } from './blank.tsx';
import { findEntries, makeEntries, type Entry, type Order, type Shipped } from './entries.ts';
import { copyOf, forget, rename, type Naming } from './changes.ts';
import { RenameDialog } from './RenameDialog.tsx';
import { Row } from './Row.tsx';
import '../styles/pages.css';
import './notebooks.css';

export interface NotebooksProps {
  /** The store, opened; rejects where the browser gives none. */
  readonly store: () => Promise<Store>;
  /** The site's root. */
  readonly base: string;
  /** What ships, as the course map lists it. */
  readonly shipped: () => Promise<readonly Shipped[]>;
  /** Ids of the notebooks that were open last, latest first. */
  readonly recent: readonly string[];
  /** Gives the reader a file. */
  readonly download: (text: string, name: string) => void;
}

const groups = [
  { kind: 'own', title: 'Yours', about: 'Written here, or opened from a file and kept' },
  { kind: 'copy', title: 'Changed here', about: 'Your copies of steps and examples; the shipped texts stay as they are' },
  { kind: 'example', title: 'Examples', about: 'Notebooks beside the course, to read, run and change' },
] as const;

export function NotebooksPage(props: NotebooksProps): JSX.Element {
  const [stored, { refetch }] = createResource(async () => (await props.store()).notebooks());
  const [shipped] = createResource(() => props.shipped());
  const [fault, setFault] = createSignal<unknown>();
  const read = (): void => void refetch();
  const look = (): void => void (document.visibilityState === 'visible' && refetch());
  onMount(() => document.addEventListener('visibilitychange', look));
  onCleanup(() => document.removeEventListener('visibilitychange', look));

  const deletions = createDeletions((error) => {
    setFault(error);
    read();
  });
  const [text, setText] = createSignal('');
  const [order, setOrder] = createSignal<Order>('changed');
  const [naming, setNaming] = createSignal<Entry>();
  const [current, setCurrent] = createSignal<string>();
  let main!: HTMLElement;

  const kept = createMemo(() => (stored.error ? [] : (stored.latest ?? [])).filter(({ id }) => !deletions.isGone(id)));
  const entries = createMemo<readonly Entry[]>((before) => makeEntries(kept(), shipped.error ? [] : (shipped.latest ?? []), before), []);
  const found = createMemo(() => findEntries(entries(), text(), order()));
  const of = (kind: Entry['kind']): ReturnType<typeof findEntries> => found().filter(({ entry }) => entry.kind === kind);
  const recent = createMemo(() => {
    const known = new Map(entries().map((entry) => [entry.id, entry]));
    const steps = (shipped.error ? [] : (shipped.latest ?? [])).map((one) => [one.id, { ...one, kind: 'example' as const }] as const);
    const all = new Map<string, Entry>([...steps, ...known]);
    return props.recent.flatMap((id) => all.get(id) ?? []).slice(0, 4);
  });
  /** The row that Tab reaches. */
  const first = createMemo(() => found().find(({ entry }) => entry.id === current())?.entry.id ?? groups.flatMap(({ kind }) => of(kind))[0]?.entry.id);

  const rows = (): HTMLElement[] => [...main.querySelectorAll<HTMLElement>('[data-notebook-row] > a')];
  const focusRow = (id: string | undefined): void => {
    setCurrent(id);
    queueMicrotask(() => (id === undefined ? main.querySelector<HTMLElement>('#q') : main.querySelector<HTMLElement>(`[data-notebook-row="${CSS.escape(id)}"] > a`))?.focus());
  };
  const attempt = async (work: () => Promise<string | undefined>): Promise<void> => {
    try {
      const id = await work();
      setFault(undefined);
      await refetch();
      if (id !== undefined) focusRow(id);
    } catch (error) {
      setFault(error);
    }
  };

  const remove = async (entry: Entry): Promise<void> => {
    const at = rows().findIndex((row) => row.parentElement?.dataset['notebookRow'] === entry.id);
    const next = rows()[at + 1] ?? rows()[at - 1];
    const runs = await props
      .store()
      .then((store) => store.runs({ notebook: entry.id }))
      .catch(() => []);
    const stays = entry.kind === 'copy' ? ' The shipped one stays.' : runs.length > 0 ? ` ${runs.length === 1 ? 'Its run stays.' : `Its ${count(runs.length)} runs stay.`}` : '';
    deletions.begin({
      key: entry.id,
      words: `${entry.kind === 'copy' ? `Your copy of “${entry.title}”` : `“${entry.title}”`} is deleted.${stays}`,
      carryOut: async () => forget(await props.store(), entry.id),
    });
    focusRow(next?.parentElement?.dataset['notebookRow']);
  };
  const duplicate = (entry: Entry): Promise<void> => attempt(async () => copyOf(await props.store(), entry, (shipped.latest ?? []).map(({ id }) => id)));
  const give = (entry: Entry): void => props.download(entry.stored?.text ?? '', `${entry.id}.md`);
  const named = async (wanted: Naming): Promise<void> => {
    const entry = naming();
    setNaming(undefined);
    if (entry) await attempt(async () => rename(await props.store(), entry, wanted));
  };

  const onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const all = rows();
    const at = all.findIndex((row) => row === target || row.parentElement?.contains(target));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.id === 'q') {
      if (event.key === 'ArrowDown') focusRow(all[0]?.parentElement?.dataset['notebookRow']);
      else if (event.key === 'Escape' && text() !== '') setText('');
      else return;
    } else if (at < 0) return;
    else if (event.key in steps) {
      const to = Math.min(all.length - 1, Math.max(-1, steps[event.key]!(at, all.length)));
      focusRow(to < 0 ? undefined : all[to]!.parentElement!.dataset['notebookRow']);
    } else {
      const entry = entries().find(({ id }) => id === all[at]!.parentElement!.dataset['notebookRow']);
      if (!entry?.stored || target !== all[at]) return;
      if (event.key === 'F2') setNaming(entry);
      else if (event.key === 'Delete' || event.key === 'Backspace') void remove(entry);
      else return;
    }
    event.preventDefault();
  };

  return (
    <main class="wide notebooks" id="main" tabindex="-1" ref={main} onKeyDown={onKey}>
      <div class="rhead">
        <h1>Notebooks</h1>
        <p class="quiet" role="status">
          <Show when={kept().length > 0}>
            {text() === '' ? '' : `${count(found().length)} found · `}
            {plural(kept().length, 'notebook')} kept in this browser ·{' '}
            <a class="link" href="#/storage">
              Storage
            </a>
          </Show>
        </p>
      </div>
      <div class="tools">
        <label class="vh" for="q">
          Search notebooks
        </label>
        <span class="filterbox">
          <input
            class="text"
            id="q"
            type="search"
            placeholder="Search titles and text"
            autocomplete="off"
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </span>
        <span class="seg" role="group" aria-label="Order">
          <button type="button" aria-pressed={order() === 'changed'} onClick={() => setOrder('changed')}>
            Last changed
          </button>
          <button type="button" aria-pressed={order() === 'title'} onClick={() => setOrder('title')}>
            Title
          </button>
        </span>
        <span class="grow" />
        <label class="btn file">
          <span aria-hidden="true">Open file</span>
          <input type="file" data-action="open-file" aria-label="Open file" accept=".md,.markdown,.txt,text/markdown" />
        </label>
        <button class="btn solid" type="button" data-action="new-notebook">
          New notebook
        </button>
      </div>
      <Show when={(stored.error ?? fault()) as unknown}>{(error) => <Trouble error={error()} retry={read} />}</Show>
      <Show when={text() === '' && recent().length > 0 && kept().length > 3}>
        <nav class="recent" aria-label="Open lately">
          <h2>Open lately</h2>
          <For each={recent()}>
            {(entry) => (
              <a class="link" href={addressOf(entry, props.base)}>
                {entry.label ? `${entry.label} ` : ''}
                {entry.title}
              </a>
            )}
          </For>
        </nav>
      </Show>
      <Show when={stored.state === 'pending'}>
        <Waiting />
      </Show>
      <Show when={stored.state === 'ready' && kept().length === 0 && text() === ''}>
        <Empty />
      </Show>
      <Show when={found().length === 0 && text() !== ''}>
        <NoMatch text={text()} all={() => setText('')} />
      </Show>
      <For each={groups}>
        {(group) => (
          <Show when={of(group.kind).length > 0}>
            <section class="phase" aria-labelledby={`group-${group.kind}`}>
              <header>
                <h2 id={`group-${group.kind}`}>{group.title}</h2>
                <p class="sub">{group.about}</p>
              </header>
              <ul class="nbs">
                <For each={of(group.kind).map(({ entry }) => entry)}>
                  {(entry) => (
                    <Row
                      entry={entry}
                      href={addressOf(entry, props.base)}
                      inText={found().some((one) => one.entry === entry && one.inText)}
                      here={first() === entry.id}
                      reach={() => setCurrent(entry.id)}
                      rename={() => setNaming(entry)}
                      duplicate={() => void duplicate(entry)}
                      download={() => give(entry)}
                      remove={() => void remove(entry)}
                    />
                  )}
                </For>
              </ul>
            </section>
          </Show>
        )}
      </For>
      <Show when={shipped.error as unknown}>
        <p class="none quiet">The list of examples could not be read. Check the connection, then open this page again.</p>
      </Show>
      <Show when={kept().length > 0}>
        <p class="keys quiet">
          <kbd>↑ ↓</kbd> choose · <kbd>Enter</kbd> open · <kbd>F2</kbd> rename · <kbd>Delete</kbd> delete · <kbd>Ctrl Z</kbd> undo · <kbd>/</kbd> search
        </p>
      </Show>
      <Show when={naming()}>
        {(entry) => <RenameDialog entry={entry()} taken={entries().map(({ id }) => id)} done={(wanted) => void named(wanted)} close={() => closeNaming()} />}
      </Show>
      <Offers deletions={deletions} undone={focusRow} />
    </main>
  );

  function closeNaming(): void {
    const entry = naming();
    setNaming(undefined);
    focusRow(entry?.id);
  }
}

/** Where a key leads from row `at` of `n`; -1 is the search. */
const steps: Readonly<Record<string, (at: number, n: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, n) => n - 1,
};

const addressOf = ({ id, kind }: Entry, base: string): string =>
  kind === 'own' ? `#/n/${encodeURIComponent(id)}` : `${base}n/${encodeURIComponent(id)}/`;
