/* The page of runs: what was tried, how it went, and the curves of the runs that are chosen. Reads the store when it opens
   and whenever the tab is looked at again. Deleting waits for Undo (pages/deletion.ts). */

import { createMemo, createResource, createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import type { Store } from '../../store/types.ts';
import { createDeletions } from '../pages/deletion.ts';
import { Offers } from '../pages/Offers.tsx';
import { Trouble, Waiting } from '../pages/Trouble.tsx';
import { count, plural } from '../words.ts';
import { Card } from './Card.tsx';
import { atMost } from './compare.ts';
import { Compare } from './Compare.tsx';
import { Differs } from './Differs.tsx';
import { curvesCsv, runsCsv, runsJson } from './export.ts';
import { filterRows, makeRows, type Row } from './rows.ts';
import { Table } from './Table.tsx';
import '../styles/pages.css';
import './runs.css';

export interface RunsProps {
  /** The store, opened; rejects where the browser gives none. */
  readonly store: () => Promise<Store>;
  /** Gives the reader a file. */
  readonly download: (text: string, name: string, type: string) => void;
  /** Opens a text as a file that was chosen would be. */
  readonly open: (text: string, name: string) => void;
}

/** Runs of the newest name that are compared when the page opens. */
const atFirst = 4;

export function RunsPage(props: RunsProps): JSX.Element {
  /** Runs that have checkpoints. */
  const [keeping, setKeeping] = createSignal<ReadonlyMap<string, number>>(new Map());
  const [all, { refetch }] = createResource(async () => {
    const store = await props.store();
    void store
      .checkpoints()
      .then((checkpoints) => checkpoints.all())
      .then(setKeeping, () => undefined);
    return makeRows(...(await Promise.all([store.runs(), store.runEntries()])));
  });
  const look = (): void => void (document.visibilityState === 'visible' && refetch());
  onMount(() => document.addEventListener('visibilitychange', look));
  onCleanup(() => document.removeEventListener('visibilitychange', look));

  const [fault, setFault] = createSignal<unknown>();
  const deletions = createDeletions((error) => {
    setFault(error);
    void refetch();
  });
  const [filter, setFilter] = createSignal('');
  const [chosen, setChosen] = createSignal<string>();
  /** Runs by colour; a hole where none has it. Undefined: as the page opens. */
  const [slots, setSlots] = createSignal<readonly (string | undefined)[]>();
  const [full, setFull] = createSignal(false);
  const kept = createMemo(() => (all.error ? [] : (all.latest ?? [])).filter(({ run }) => !deletions.isGone(run.id)));
  const shown = createMemo(() => filterRows(kept(), filter()));
  const coloured = createMemo<readonly (string | undefined)[]>(
    () =>
      slots() ??
      kept()
        .filter(({ run, loss }) => loss !== undefined && run.name === kept()[0]?.run.name)
        .slice(0, atFirst)
        .map(({ run }) => run.id),
  );
  const slotOf = (id: string): number | undefined => {
    const at = coloured().indexOf(id);
    return at < 0 ? undefined : at;
  };
  const compared = createMemo(() => coloured().flatMap((id) => kept().find(({ run }) => run.id === id) ?? []));
  const current = createMemo(() => kept().find(({ run }) => run.id === chosen()) ?? compared()[0] ?? kept()[0]);
  const compare = (id: string, on: boolean): void => {
    const next = coloured().map((one) => (one === id || !kept().some(({ run }) => run.id === one) ? undefined : one));
    if (on) {
      const free = next.includes(undefined) ? next.indexOf(undefined) : next.length;
      setFull(free >= atMost);
      if (free >= atMost) return;
      next[free] = id;
      setChosen(id);
    } else setFull(false);
    setSlots(next);
  };
  const resume = ({ run }: Row): (() => void) | undefined =>
    (run.state === 'interrupted' || run.state === 'failed') && keeping().has(run.id)
      ? () => {
          sessionStorage.setItem('gradus-resume', run.id);
          location.hash = `#/n/${encodeURIComponent(run.notebook)}`;
        }
      : undefined;
  const remove = (gone: Row): void => {
    setChosen(undefined);
    deletions.begin({
      key: gone.run.id,
      words: `${gone.run.name} ${gone.number} is deleted.`,
      carryOut: async () => (await props.store()).deleteRun(gone.run.id),
    });
    queueMicrotask(() => document.querySelector<HTMLElement>('.toast:last-child button')?.focus());
  };
  const comeBack = (id: string): void => {
    setChosen(id);
    queueMicrotask(() => document.querySelector<HTMLElement>(`[data-run="${CSS.escape(id)}"]`)?.focus());
  };

  return (
    <main class="wide runs-page" id="main" tabindex="-1">
      <div class="rhead">
        <h1>Runs</h1>
        <p class="quiet" role="status">
          <Show when={kept().length > 0}>
            {shown().length < kept().length ? `${count(shown().length)} of ` : ''}
            {plural(kept().length, 'run')}, all in this browser ·{' '}
            <a class="link" href="#/storage">
              Storage
            </a>
          </Show>
        </p>
      </div>
      <Show when={(all.error ?? fault()) as unknown}>{(error) => <Trouble error={error()} retry={() => void refetch()} />}</Show>
      <Show
        when={kept().length > 0}
        fallback={
          <>
            <Show when={all.state === 'pending'}>
              <Waiting />
            </Show>
            <Show when={all.state === 'ready'}>
              <Empty />
            </Show>
          </>
        }
      >
        <div class="tools">
          <label class="vh" for="run-filter">
            Filter runs
          </label>
          <span class="filterbox">
            <input
              class="text mono"
              id="run-filter"
              type="search"
              value={filter()}
              spellcheck={false}
              autocomplete="off"
              aria-describedby="filter-hint"
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </span>
          <span class="quiet hint" id="filter-hint">
            a name, a state, or test_acc &gt; 0.9
          </span>
          <span class="grow" />
          <Export rows={shown()} download={props.download} />
        </div>
        <Show when={full()}>
          <p class="none" role="status">
            Six runs at most are compared: each has a colour of its own. Clear the box of another one first.
          </p>
        </Show>
        <Show
          when={shown().length > 0}
          fallback={
            <p class="none">
              Nothing matches “{filter()}”.{' '}
              <button class="btn small" type="button" onClick={() => setFilter('')}>
                Show all
              </button>
            </p>
          }
        >
          <Table rows={shown()} current={current()?.run.id} focus={setChosen} slotOf={slotOf} compare={compare} resume={resume} />
        </Show>
        <Show when={compared().length > 0}>
          <Compare rows={compared()} slotOf={slotOf} />
        </Show>
        <div class="below">
          <Show when={compared().length > 1}>
            <Differs rows={compared()} slotOf={slotOf} />
          </Show>
          <Show when={current()}>
            {(row) => (
              <Card row={row()} open={props.open} text={async (run) => (await props.store()).runText(run)} remove={() => remove(row())} />
            )}
          </Show>
        </div>
      </Show>
      <Offers deletions={deletions} undone={comeBack} />
    </main>
  );
}

/** The runs that are shown, as files. */
function Export(props: { readonly rows: readonly Row[]; readonly download: RunsProps['download'] }): JSX.Element {
  let list!: HTMLDivElement;
  const give = (text: string, name: string, type: string): void => {
    list.hidePopover();
    props.download(text, name, type);
  };
  return (
    <div class="export">
      <button class="btn" type="button" popovertarget="export-runs">
        Export
      </button>
      <div class="sheet menu" id="export-runs" popover ref={list}>
        <button type="button" onClick={() => give(runsJson(props.rows), 'runs.json', 'application/json')}>
          All with curves <kbd>JSON</kbd>
        </button>
        <button type="button" onClick={() => give(runsCsv(props.rows), 'runs.csv', 'text/csv')}>
          One line for each run <kbd>CSV</kbd>
        </button>
        <button type="button" onClick={() => give(curvesCsv(props.rows), 'curves.csv', 'text/csv')}>
          One line for each value <kbd>CSV</kbd>
        </button>
      </div>
    </div>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 56" aria-hidden="true" fill="none" stroke="var(--edge)" stroke-width="1.5">
        <path d="M8 48H112M8 48V6" stroke="var(--rule)" />
        <path d="M8 12C30 40 60 44 112 45" stroke-dasharray="3 4" />
      </svg>
      <h2>No runs yet</h2>
      <p>
        A training cell that calls <code>startRun</code> keeps its curves here.
      </p>
      <a class="btn" href="#/n/nn-fundamentals">
        Open unit 14
      </a>
    </div>
  );
}
