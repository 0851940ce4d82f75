/* The page of runs: what was tried, how it went, and the curves of the runs that are chosen. Reads the heads of runs when it opens, when
   the tab is looked at again, and while one is running; curves only of what is seen (digest.ts) and what is drawn (held.ts). Deleting
   waits for Undo (pages/deletion.ts). */

import { createEffect, createMemo, createResource, createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import type { RunEntry } from '../../engine/protocol.ts';
import type { Store } from '../../store/types.ts';
import { createDeletions } from '../pages/deletion.ts';
import { Offers } from '../pages/Offers.tsx';
import { Trouble, Waiting } from '../pages/Trouble.tsx';
import { plural } from '../words.ts';
import { Card } from './Card.tsx';
import { allColumns, type Choice } from './columns.ts';
import { atMost } from './compare.ts';
import { Compare } from './Compare.tsx';
import { Differs } from './Differs.tsx';
import { createDigests } from './digest.ts';
import { Empty } from './Empty.tsx';
import { createHeld } from './held.ts';
import { Parallel } from './Parallel.tsx';
import { filterRows, filtersByCurves, makeRows, sortsByCurves, type Row, type Sorting } from './rows.ts';
import { siblingsOf, type Spread } from './seeds.ts';
import { countOf, Table } from './Table.tsx';
import { linesOfTexts, readTargets, type Target } from './targets.ts';
import { Tools } from './Tools.tsx';
import '../styles/pages.css';
import './runs.css';

export interface RunsProps {
  /** The store, opened; rejects where the browser gives none. */
  readonly store: () => Promise<Store>;
  /** Gives the reader a file. */
  readonly download: (content: readonly string[], name: string, type: string) => void;
  /** Pass lines in the front matter of a notebook's text. */
  readonly passLines: (text: string) => Promise<readonly Target[]>;
  /** Opens a text as a file that was chosen would be. */
  readonly open: (text: string, name: string) => void;
}

/** Runs of the newest name that are compared when the page opens. */
const atFirst = 4;
/** How often a run that goes on is looked at, ms. */
const lookMs = 1500;
/** Texts of notebooks that are asked for their pass lines. */
const textLimit = 24;
const setting = 'runs-page';

export function RunsPage(props: RunsProps): JSX.Element {
  /** Runs that have checkpoints. */
  const [keeping, setKeeping] = createSignal<ReadonlyMap<string, number>>(new Map());
  const [all, { refetch }] = createResource(async () => makeRows(await (await props.store()).runs()));
  const [fault, setFault] = createSignal<unknown>();
  const curvesOf = async (ids: readonly string[]): Promise<readonly RunEntry['metrics'][]> =>
    (await (await props.store()).curves()).of(ids);
  const byId = createMemo(() => new Map((all.error ? [] : (all.latest ?? [])).map((row) => [row.run.id, row])));
  const digests = createDigests(curvesOf, (id) => byId().get(id)?.run);
  const held = createHeld(curvesOf, setFault);

  const again = async (): Promise<void> => {
    if (document.visibilityState !== 'visible') return;
    const running = [...byId().values()].filter(({ run }) => run.state === 'running').map(({ run }) => run.id);
    await refetch();
    digests.forget(running);
    held.refresh(running);
    wantDigests();
  };
  /** A run that goes on in any tab, or that has begun or ended since. */
  const glance = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || all.loading) return;
    const now = await (await props.store()).runs({ state: 'running' }).catch(() => []);
    const before = [...byId().values()].filter(({ run }) => run.state === 'running').length;
    if (now.length > 0 || before > 0) await again();
  };
  onMount(() => {
    const look = (): void => void again();
    document.addEventListener('visibilitychange', look);
    const timer = setInterval(() => void glance(), lookMs);
    onCleanup(() => {
      document.removeEventListener('visibilitychange', look);
      clearInterval(timer);
    });
    void props
      .store()
      .then(async (store) => {
        const known = (await store.setting(setting)) as { choice?: Choice; targets?: string } | undefined;
        if (known?.choice) setChoice(known.choice);
        if (typeof known?.targets === 'string') setTyped(known.targets);
        setKeeping(await (await store.checkpoints()).all());
      })
      .catch(() => undefined);
  });

  const [choice, setChoice] = createSignal<Choice>({});
  const [typed, setTyped] = createSignal('');
  const remember = (): void =>
    void props.store().then((store) => store.saveSetting(setting, { choice: choice(), targets: typed() }).catch(setFault));

  const deletions = createDeletions((error) => {
    setFault(error);
    void refetch();
  });
  const [taken, setTaken] = createSignal<{ readonly ids: readonly string[]; readonly words: string }>();
  const [filter, setFilter] = createSignal('');
  const [state, setState] = createSignal('');
  const [sorting, setSorting] = createSignal<Sorting>({ key: 'begun', down: true });
  const [spread, setSpread] = createSignal<Spread | 'off'>('off');
  const [chosen, setChosen] = createSignal<string>();
  /** Runs by colour; a hole where none has it. Undefined: as the page opens. */
  const [slots, setSlots] = createSignal<readonly (string | undefined)[]>();
  const [full, setFull] = createSignal(false);
  const kept = createMemo(() => [...byId().values()].filter(({ run }) => !deletions.isGone(run.id)));
  const byCurves = createMemo(() => filtersByCurves(kept(), filter()));
  const shown = createMemo(() => {
    const of = state() === '' ? kept() : kept().filter(({ run }) => run.state === state());
    if (!byCurves()) return filterRows(of, filter());
    digests.known();
    return filterRows(of, filter(), digests.of);
  });
  const needsAll = createMemo(() => byCurves() || sortsByCurves(sorting().key));
  const [seen, setSeen] = createSignal<readonly string[]>([]);
  const wantDigests = (): void => digests.want(needsAll() ? [...seen(), ...byId().keys()] : seen());
  createEffect(wantDigests);
  const unread = createMemo(() => {
    if (!needsAll()) return 0;
    digests.known();
    return kept().filter(({ run }) => digests.of(run.id) === undefined).length;
  });

  /** The texts that the newest runs ran in, each once: their pass lines. */
  const texts = createMemo(() => {
    const found = new Map<string, Row>();
    for (const row of byId().values()) {
      const { notebook, environment } = row.run;
      const key = `${notebook} ${environment['hash'] ?? ''}`;
      if (found.size < textLimit && !found.has(key)) found.set(key, row);
    }
    return found;
  });
  const [lines] = createResource(
    () => [...texts().keys()].join('\n'),
    async () => {
      const store = await props.store();
      const found = await Promise.all([...texts().values()].map(({ run }) => store.runText(run).catch(() => undefined)));
      return linesOfTexts(
        found.filter((text) => text !== undefined),
        props.passLines,
      ).catch((): readonly Target[] => []);
    },
  );
  const targets = createMemo((): readonly Target[] => [...(lines.latest ?? []), ...readTargets(typed())]);
  const metricNames = createMemo<readonly string[]>((before) => {
    digests.known();
    const names = new Set(before);
    for (const id of seen()) for (const name of Object.keys(digests.of(id)?.last ?? {})) names.add(name);
    return names.size === before.length ? before : [...names];
  }, []);
  const loss = createMemo(() => {
    digests.known();
    return seen().reduce<string | undefined>((name, id) => name ?? digests.of(id)?.loss?.name, undefined) ?? 'loss';
  });
  const columns = createMemo(() => allColumns(kept(), metricNames(), loss(), targets()));

  const coloured = createMemo<readonly (string | undefined)[]>(
    () =>
      slots() ??
      kept()
        .filter(({ run }) => run.name === kept()[0]?.run.name)
        .slice(0, atFirst)
        .map(({ run }) => run.id),
  );
  const slotOf = (id: string): number | undefined => {
    const at = coloured().indexOf(id);
    return at < 0 ? undefined : at;
  };
  const keptById = createMemo(() => new Map(kept().map((row) => [row.run.id, row])));
  const compared = createMemo(() => coloured().flatMap((id) => keptById().get(id ?? '') ?? []));
  const current = createMemo(() => keptById().get(chosen() ?? '') ?? compared()[0] ?? kept()[0]);
  createEffect(() => {
    const rows = compared();
    held.want([...new Set(rows.flatMap((row) => (spread() === 'off' ? [row] : siblingsOf(row, kept()))).map(({ run }) => run.id))]);
  });
  createEffect(() => {
    const row = current();
    if (row && digests.of(row.run.id) === undefined) digests.want([row.run.id, ...seen()]);
  });
  const compare = (id: string, on: boolean): void => {
    const next = coloured().map((one) => (one === id || !keptById().has(one ?? '') ? undefined : one));
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
          sessionStorage.setItem('gradus-resume', JSON.stringify({ notebook: run.notebook, run: run.id })); // resume-wanted.ts
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
  const edit = async (id: string, written: Parameters<Store['editRun']>[1]): Promise<void> => {
    try {
      await (await props.store()).editRun(id, written);
      await refetch();
    } catch (error) {
      setFault(error);
      throw error;
    }
  };
  const give = async (what: 'json' | 'runs' | 'curves'): Promise<void> => {
    try {
      const { fileOf } = await import('./files.ts');
      const { parts, name, type } = await fileOf(what, shown(), await props.store());
      props.download(parts, name, type);
    } catch (error) {
      setFault(error);
    }
  };
  const take = async (file: File): Promise<void> => {
    setFault(undefined);
    setTaken(undefined);
    try {
      const { takeFile } = await import('./files.ts');
      setTaken(await takeFile(file, await props.store()));
      await refetch();
    } catch (error) {
      setFault(error);
    }
  };
  const giveBack = async ({ ids }: { readonly ids: readonly string[] }): Promise<void> => {
    setTaken(undefined);
    try {
      const store = await props.store();
      for (const id of ids) await store.deleteRun(id);
      await refetch();
    } catch (error) {
      setFault(error);
    }
  };

  return (
    <main class="wide runs-page" id="main" tabindex="-1">
      <div class="rhead">
        <h1>Runs</h1>
        <p class="quiet" role="status">
          <Show when={kept().length > 0}>
            {countOf(shown().length, kept().length)}
            {plural(kept().length, 'run')}, all in this browser{unread() > 0 ? `, ${plural(unread(), 'curve')} still to read` : ''} ·{' '}
            <a class="link" href="#/storage">
              Storage
            </a>
          </Show>
        </p>
      </div>
      <Show when={(all.error ?? fault()) as unknown}>
        {(error) => (
          <Trouble
            error={error()}
            retry={() => {
              setFault(undefined);
              void refetch();
            }}
          />
        )}
      </Show>
      <Show when={taken()}>
        {(done) => (
          <p class="taken" role="status">
            {done().words}{' '}
            <Show when={done().ids.length > 0}>
              <button class="btn small" type="button" onClick={() => void giveBack(done())}>
                Undo
              </button>
            </Show>
          </p>
        )}
      </Show>
      <Show
        when={kept().length > 0}
        fallback={
          <>
            <Show when={all.state === 'pending'}>
              <Waiting />
            </Show>
            <Show when={all.state === 'ready'}>
              <Empty take={(file) => void take(file)} />
            </Show>
          </>
        }
      >
        <Tools
          filter={filter()}
          setFilter={setFilter}
          state={state()}
          setState={setState}
          columns={columns()}
          choice={choice()}
          choose={(next) => {
            setChoice(next);
            remember();
          }}
          targets={typed()}
          setTargets={(text) => {
            setTyped(text);
            remember();
          }}
          give={(what) => void give(what)}
          take={(file) => void take(file)}
        />
        <Show when={full()}>
          <p class="none" role="status">
            Six runs at most are compared: each has a colour of its own. Clear the box of another one first.
          </p>
        </Show>
        <Show
          when={shown().length > 0}
          fallback={
            <p class="none">
              Nothing matches {[filter() === '' ? '' : `“${filter()}”`, state()].filter(Boolean).join(' and ')}
              {unread() > 0 ? ' yet' : ''}.{' '}
              <button
                class="btn small"
                type="button"
                onClick={() => {
                  setFilter('');
                  setState('');
                }}
              >
                Show all
              </button>
            </p>
          }
        >
          <Table
            rows={shown()}
            columns={columns()}
            choice={choice()}
            digests={digests}
            targets={targets()}
            sorting={sorting()}
            sort={setSorting}
            current={current()?.run.id}
            focus={setChosen}
            slotOf={slotOf}
            compare={compare}
            resume={resume}
            seen={setSeen}
          />
        </Show>
        <Show when={compared().length > 0}>
          <Compare
            rows={compared()}
            all={kept()}
            curves={held.of}
            slotOf={slotOf}
            targets={targets()}
            spread={spread()}
            setSpread={setSpread}
          />
        </Show>
        <Parallel rows={shown()} slotOf={slotOf} />
        <div class="below">
          <Show when={compared().length > 1}>
            <Differs rows={compared()} slotOf={slotOf} />
          </Show>
          <Show when={current()}>
            {(row) => (
              <Card
                row={row()}
                digest={digests.of(row().run.id)}
                targets={targets()}
                open={props.open}
                text={async (run) => (await props.store()).runText(run)}
                edit={(written) => edit(row().run.id, written)}
                remove={() => remove(row())}
              />
            )}
          </Show>
        </div>
      </Show>
      <Offers deletions={deletions} undone={comeBack} />
    </main>
  );
}
