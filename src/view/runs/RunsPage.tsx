/* The page of runs: what was tried, how it went, and the curves of the run that is chosen. Reads the store when it opens
   and whenever the tab is looked at again. Deleting waits 10 s for Undo before the store forgets anything. */

import { createMemo, createResource, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { GradusError } from '../../base/errors.ts';
import type { Store } from '../../store/types.ts';
import { ago, duration, plural } from '../words.ts';
import { Curve } from './Curve.tsx';
import { decimate, extent, formatNumber, linePath, makeScale, type Series } from './geometry.ts';
import '../styles/pages.css';
import './runs.css';
import { columnsOf, filterRows, formatCell, makeRows, type Row } from './rows.ts';

const undoMs = 10_000;

export function RunsPage(props: { readonly store: Store }): JSX.Element {
  const [all, { refetch }] = createResource(async () => makeRows(...(await Promise.all([props.store.runs(), props.store.runEntries()]))));
  const look = (): void => void (document.visibilityState === 'visible' && refetch());
  onMount(() => document.addEventListener('visibilitychange', look));
  onCleanup(() => document.removeEventListener('visibilitychange', look));

  const [filter, setFilter] = createSignal('');
  const [chosen, setChosen] = createSignal<string>();
  const deletion = createDeletion(props.store, () => void refetch());
  const kept = createMemo(() => (all.error ? [] : (all.latest ?? [])).filter((row) => row.run.id !== deletion.pending()?.run.id));
  const shown = createMemo(() => filterRows(kept(), filter()));
  const row = createMemo(() => kept().find((r) => r.run.id === chosen()));
  const choose = (id: string): void => {
    setChosen(chosen() === id ? undefined : id);
  };
  const remove = (gone: Row): void => {
    setChosen(undefined);
    deletion.begin(gone);
  };
  const restore = (id: string): void => {
    deletion.undo();
    queueMicrotask(() => document.querySelector<HTMLElement>(`[data-run="${CSS.escape(id)}"]`)?.focus());
  };

  return (
    <main class="wide" id="main">
      <div class="rhead">
        <h1>Runs</h1>
        <Show when={kept().length > 0}>
          <p class="quiet" role="status">
            {shown().length < kept().length ? `${shown().length} of ` : ''}
            {plural(kept().length, 'run')} · all in this browser
          </p>
        </Show>
      </div>
      <Show when={all.error as unknown}>{(error) => <Failure error={error()} retry={() => void refetch()} />}</Show>
      <Show when={deletion.pending()}>
        {(gone) => (
          <p class="undo" role="status">
            Deleted {gone().run.name} {gone().number}.{' '}
            <button
              class="btn small"
              type="button"
              ref={(button) => queueMicrotask(() => button.focus())}
              onClick={() => restore(gone().run.id)}
            >
              Undo
            </button>
          </p>
        )}
      </Show>
      <Show
        when={kept().length > 0}
        fallback={
          <Show when={all.state === 'ready'}>
            <Empty />
          </Show>
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
              value={filter()}
              spellcheck={false}
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </span>
          <span class="quiet hint">a name, a state, or test_acc &gt; 0.9</span>
        </div>
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
          <Table rows={shown()} chosen={chosen()} choose={choose} />
        </Show>
        <Show when={row()}>{(r) => <Details row={r()} remove={() => remove(r())} />}</Show>
      </Show>
    </main>
  );
}

function Table(props: {
  readonly rows: readonly Row[];
  readonly chosen: string | undefined;
  readonly choose: (id: string) => void;
}): JSX.Element {
  const params = createMemo(() => columnsOf(props.rows, 'params', 6));
  const results = createMemo(() => columnsOf(props.rows, 'summary', 4));
  const now = Date.now();
  return (
    <div class="scroll" tabindex="0" role="region" aria-label="Table of runs">
      <table class="tbl runs">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <For each={params()}>
              {(key) => (
                <th scope="col" class="r">
                  {key}
                </th>
              )}
            </For>
            <th scope="col">{props.rows.find((r) => r.loss)?.loss?.name ?? 'loss'}</th>
            <th scope="col" class="r">
              <span class="vh">its last value</span>
            </th>
            <For each={results()}>
              {(key) => (
                <th scope="col" class="r">
                  {key}
                </th>
              )}
            </For>
            <th scope="col" class="r">
              steps
            </th>
            <th scope="col" class="r">
              time
            </th>
            <th scope="col">backend</th>
            <th scope="col">begun</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.rows}>
            {(row) => {
              const open = (): boolean => props.chosen === row.run.id;
              return (
                <tr aria-selected={open()} onClick={() => props.choose(row.run.id)}>
                  <th scope="row">
                    <button
                      type="button"
                      class="pick"
                      data-run={row.run.id}
                      aria-expanded={open()}
                      onClick={(event) => {
                        event.stopPropagation();
                        props.choose(row.run.id);
                      }}
                    >
                      {row.run.name} <span class="num">{row.number}</span>
                    </button>
                  </th>
                  <td>
                    <span class={`pt ${pointOf(row)}`} /> {row.says}
                  </td>
                  <For each={params()}>{(key) => <td class="r">{formatCell(row.run.params[key])}</td>}</For>
                  <td>
                    <Show when={row.loss}>{(loss) => <Spark series={loss().series} />}</Show>
                  </td>
                  <td class="r">{row.loss ? formatCell(row.loss.series.values[row.loss.series.values.length - 1]) : '–'}</td>
                  <For each={results()}>{(key) => <td class="r">{formatCell(row.run.summary[key])}</td>}</For>
                  <td class="r">{formatNumber(row.steps)}</td>
                  <td class="r">{row.run.state === 'running' || row.run.ms === 0 ? '–' : duration(row.run.ms)}</td>
                  <td>{row.run.environment['backend'] ?? '–'}</td>
                  <td class="quiet">{ago(row.run.startedAt, now)}</td>
                </tr>
              );
            }}
          </For>
        </tbody>
      </table>
    </div>
  );
}

function pointOf(row: Row): string {
  if (row.run.state === 'failed' || row.says.startsWith('NaN')) return 'fail';
  return row.run.state === 'done' ? 'done' : 'half';
}

/** The loss in 76 × 20 pixels; logarithmic where it falls by more than a factor of ten. */
function Spark(props: { readonly series: Series }): JSX.Element {
  const path = (): string => {
    const xs = extent(props.series.steps);
    const positive = extent(props.series.values, true);
    const plain = extent(props.series.values);
    if (!xs || !plain) return '';
    const log = positive !== undefined && plain[0] > 0 && plain[1] > plain[0] * 10;
    return linePath(props.series, decimate(props.series.values, 76), makeScale(xs, [0, 76], 2), makeScale(plain, [19, 1], 2, log));
  };
  return (
    <svg viewBox="0 0 76 20" width="76" height="20" aria-hidden="true">
      <path d={path()} fill="none" stroke="var(--ink-2)" stroke-width="1.25" />
    </svg>
  );
}

function Details(props: { readonly row: Row; readonly remove: () => void }): JSX.Element {
  const [log, setLog] = createSignal(false);
  const names = (): string[] => Object.keys(props.row.metrics);
  const facts = (): (readonly [string, string])[] => {
    const { params, summary, environment } = props.row.run;
    const skip = new Set(['text', 'tab', 'hash']);
    return [
      ...Object.entries(params),
      ...Object.entries(summary),
      ...Object.entries(environment).filter(([key, value]) => !skip.has(key) && value !== ''),
    ].map(([key, value]) => [key, formatCell(value)] as const);
  };
  return (
    <section class="compare" aria-labelledby="run-title">
      <header>
        <h2 id="run-title">
          {props.row.run.name} {props.row.number}
        </h2>
        <span class="grow" />
        <span class="seg" role="group" aria-label="Vertical axis">
          <button type="button" aria-pressed={!log()} onClick={() => setLog(false)}>
            Linear
          </button>
          <button type="button" aria-pressed={log()} onClick={() => setLog(true)}>
            Log
          </button>
        </span>
      </header>
      <Show when={names().length > 0} fallback={<p class="quiet">This run logged no metrics.</p>}>
        <div class="charts">
          <For each={names()}>
            {(name) => <Curve series={props.row.metrics[name]!} title={name} log={log()} finished={props.row.run.state !== 'running'} />}
          </For>
        </div>
      </Show>
      <dl class="card">
        <dt>notebook</dt>
        <dd>
          <a class="link" href={`#/n/${encodeURIComponent(props.row.run.notebook)}`}>
            {props.row.run.notebook}
          </a>
        </dd>
        <dt>cell</dt>
        <dd class="mono">{props.row.run.cell}</dd>
        <For each={facts()}>
          {([key, value]) => (
            <>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </>
          )}
        </For>
      </dl>
      <div class="acts2">
        <button class="btn" type="button" onClick={() => props.remove()}>
          Delete
        </button>
      </div>
    </section>
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
      <a class="btn" href="./">
        Open the course map
      </a>
    </div>
  );
}

function Failure(props: { readonly error: unknown; readonly retry: () => void }): JSX.Element {
  const words = (): string => (props.error instanceof GradusError ? `${props.error.message} ${props.error.hint}` : String(props.error));
  return (
    <p class="undo" role="alert">
      {words()}{' '}
      <button class="btn small" type="button" onClick={() => props.retry()}>
        Read again
      </button>
    </p>
  );
}

/** One deletion at a time waits for Undo; another one, or leaving the page, carries it out. */
function createDeletion(store: Store, done: () => void): { pending: () => Row | undefined; begin: (row: Row) => void; undo: () => void } {
  const [pending, setPending] = createSignal<Row>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const carryOut = (): void => {
    clearTimeout(timer);
    const row = pending();
    if (row)
      void store.deleteRun(row.run.id).then(
        () => {
          if (pending() === row) setPending(undefined);
          done();
        },
        () => {
          setPending(undefined);
          done();
        },
      );
  };
  addEventListener('pagehide', carryOut);
  onCleanup(() => {
    removeEventListener('pagehide', carryOut);
    carryOut();
  });
  return {
    pending,
    begin(row) {
      carryOut();
      setPending(row);
      timer = setTimeout(carryOut, undoMs);
    },
    undo() {
      clearTimeout(timer);
      setPending(undefined);
    },
  };
}
