/* The table of runs: which are compared (the box takes the run's colour), how each went, and what it was given. Heads sort;
   arrows go from run to run. */

import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import { ago, duration } from '../words.ts';
import { bestOf } from './compare.ts';
import { decimate, extent, formatNumber, linePath, makeScale, type Series } from './geometry.ts';
import { colourOf } from './Line.tsx';
import { columnsOf, formatCell, sortRows, type Row, type Sorting } from './rows.ts';

export interface TableProps {
  readonly rows: readonly Row[];
  /** The one whose facts are shown. */
  readonly current: string | undefined;
  readonly focus: (id: string) => void;
  /** Which figure colour a compared run has; undefined: it is not compared. */
  readonly slotOf: (id: string) => number | undefined;
  readonly compare: (id: string, on: boolean) => void;
  /** Opens the notebook of a run so that it goes on; undefined: it cannot. */
  readonly resume: (row: Row) => (() => void) | undefined;
}

/** Rows that are drawn at once; more come by a button. */
const page = 100;

export function Table(props: TableProps): JSX.Element {
  const [sorting, setSorting] = createSignal<Sorting>({ key: 'begun', down: true });
  const [limit, setLimit] = createSignal(page);
  const params = createMemo(() => columnsOf(props.rows, 'params', 6));
  const results = createMemo(() => columnsOf(props.rows, 'summary', 4));
  const loss = (): string => props.rows.find((row) => row.loss)?.loss?.name ?? 'loss';
  const sorted = createMemo(() => sortRows(props.rows, sorting()));
  const best = createMemo(
    () =>
      new Map(
        results().map((key) => [
          key,
          bestOf(
            key,
            props.rows.map(({ run }) => run.summary[key]),
          ),
        ]),
      ),
  );
  const now = Date.now();

  const head = (key: string, label: string, right = true): JSX.Element => {
    const here = (): boolean => sorting().key === key;
    return (
      <th scope="col" class={right ? 'r' : ''} aria-sort={here() ? (sorting().down ? 'descending' : 'ascending') : undefined}>
        <button type="button" onClick={() => setSorting({ key, down: here() ? !sorting().down : true })}>
          {label}
        </button>
      </th>
    );
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = event.target as HTMLElement;
    if (by === undefined || !at.matches('.pick, .sw input')) return;
    const row = at.closest('tr');
    const next = by > 0 ? row?.nextElementSibling : row?.previousElementSibling;
    const to = next?.querySelector<HTMLElement>(at.matches('.pick') ? '.pick' : '.sw input');
    if (!to) return;
    event.preventDefault();
    to.focus();
  };

  return (
    <>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of runs">
        <table class="tbl runs" onKeyDown={onKey}>
          <thead>
            <tr>
              <td>
                <span class="vh">Compare</span>
              </td>
              {head('name', 'Run', false)}
              {head('state', 'State', false)}
              <For each={params()}>{(key) => head(`params.${key}`, key)}</For>
              <th scope="col">{loss()}</th>
              {head('loss', 'last')}
              <For each={results()}>{(key) => head(`summary.${key}`, key)}</For>
              {head('steps', 'steps')}
              {head('ms', 'time')}
              {head('backend', 'backend', false)}
              {head('begun', 'begun', false)}
            </tr>
          </thead>
          <tbody>
            <For each={sorted().slice(0, limit())}>
              {(row) => {
                const slot = (): number | undefined => props.slotOf(row.run.id);
                const title = `${row.run.name} ${row.number}`;
                return (
                  <tr
                    aria-selected={slot() !== undefined}
                    aria-current={props.current === row.run.id ? 'true' : undefined}
                    onClick={(event) => !(event.target as Element).closest('.sw') && props.focus(row.run.id)}
                  >
                    <td>
                      <label class="sw" style={slot() === undefined ? {} : { '--run': colourOf(slot()!) }}>
                        <input
                          type="checkbox"
                          checked={slot() !== undefined}
                          aria-label={`Compare ${title}`}
                          onChange={(event) => {
                            props.compare(row.run.id, event.currentTarget.checked);
                            event.currentTarget.checked = slot() !== undefined;
                          }}
                        />
                      </label>
                    </td>
                    <th scope="row">
                      <button type="button" class="pick" data-run={row.run.id} onClick={() => props.focus(row.run.id)}>
                        {row.run.name} <span class="num">{row.number}</span>
                      </button>
                    </th>
                    <td>
                      <span class={`pt ${pointOf(row)}`} /> {row.says}
                      <Show when={props.resume(row)}>
                        {(resume) => (
                          <>
                            {' '}
                            <button class="btn small" type="button" aria-label={`Resume ${title}`} onClick={() => resume()()}>
                              Resume
                            </button>
                          </>
                        )}
                      </Show>
                    </td>
                    <For each={params()}>{(key) => <td class="r">{formatCell(row.run.params[key])}</td>}</For>
                    <td>
                      <Show when={row.loss}>{(found) => <Spark series={found().series} />}</Show>
                    </td>
                    <td class="r">{row.loss ? formatCell(row.loss.series.values[row.loss.series.values.length - 1]) : '–'}</td>
                    <For each={results()}>
                      {(key) => {
                        const value = row.run.summary[key];
                        const wins = (): boolean => value !== undefined && best().get(key) === value;
                        return (
                          <td class="r" classList={{ best: wins() }}>
                            {formatCell(value)}
                            <Show when={wins()}>
                              <span class="vh"> best</span>
                            </Show>
                          </td>
                        );
                      }}
                    </For>
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
      <Show when={props.rows.length > limit()}>
        <p class="more">
          {formatNumber(limit())} of {formatNumber(props.rows.length)} runs.{' '}
          <button class="btn small" type="button" onClick={() => setLimit(limit() + page)}>
            Show more
          </button>
        </p>
      </Show>
    </>
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
