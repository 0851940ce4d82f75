/* The table of runs: which are compared (the box takes the run's colour), how each went, and what it was given. Heads sort; arrows go
   from run to run. Only the rows in sight are in the page (and the one with the focus), and only for those are curves asked for. */

import { createEffect, createMemo, createSignal, For, Match, onCleanup, onMount, Show, Switch, type JSX } from 'solid-js';
import { bestOf } from './compare.ts';
import { shownColumns, textOf, widthOf, type Choice, type Column } from './columns.ts';
import type { Digest, Digests } from './digest.ts';
import { formatNumber } from './geometry.ts';
import { colourOf } from './Line.tsx';
import { sayState, sortRows, sortsByCurves, valueOf, type Row, type Sorting } from './rows.ts';
import { holds, targetsOf, type Target } from './targets.ts';

export interface TableProps {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly choice: Choice;
  readonly digests: Digests;
  readonly targets: readonly Target[];
  readonly sorting: Sorting;
  readonly sort: (sorting: Sorting) => void;
  /** The one whose facts are shown. */
  readonly current: string | undefined;
  readonly focus: (id: string) => void;
  /** Which figure colour a compared run has; undefined: it is not compared. */
  readonly slotOf: (id: string) => number | undefined;
  readonly compare: (id: string, on: boolean) => void;
  /** Opens the notebook of a run so that it goes on; undefined: it cannot. */
  readonly resume: (row: Row) => (() => void) | undefined;
  /** Told which rows are in sight. */
  readonly seen: (ids: readonly string[]) => void;
}

/** Rows beyond the window that are there already. */
const spare = 10;
/** The window moves by so many rows at a time. */
const stride = 5;

export function Table(props: TableProps): JSX.Element {
  let box!: HTMLDivElement;
  let moving = false;
  const [rowHeight, setRowHeight] = createSignal(34);
  const [first, setFirst] = createSignal(0);
  const [room, setRoom] = createSignal(20);
  const [held, setHeld] = createSignal<string>();
  const columns = createMemo(() => shownColumns(props.columns, props.choice));
  const sorted = createMemo(() => {
    const { sorting } = props;
    if (!sortsByCurves(sorting.key)) return sortRows(props.rows, sorting);
    props.digests.known();
    return sortRows(props.rows, sorting, props.digests.of, props.targets);
  });
  const places = createMemo(() => new Map(sorted().map(({ run }, i) => [run.id, i])));
  const byId = createMemo(() => new Map(props.rows.map((row) => [row.run.id, row])));
  const window_ = createMemo(() => {
    const from = Math.max(0, Math.min(first(), sorted().length - room()) - spare);
    const to = Math.min(sorted().length, first() + room() + spare);
    return { from, to };
  });
  /** Ids of rows that are in the page, in order. */
  const present = createMemo(() => {
    const { from, to } = window_();
    const ids = sorted()
      .slice(from, to)
      .map(({ run }) => run.id);
    const at = places().get(held() ?? '');
    if (at === undefined || (at >= from && at < to)) return ids;
    return at < from ? [held()!, ...ids] : [...ids, held()!];
  });
  /** Rows that are left out before the row `id`; behind the last one, before the end. */
  const gapBefore = (id: string): number => {
    const i = present().indexOf(id);
    const at = places().get(id) ?? 0;
    return i <= 0 ? at : at - (places().get(present()[i - 1]!) ?? 0) - 1;
  };
  const gapAtEnd = (): number => sorted().length - 1 - (places().get(present().at(-1) ?? '') ?? -1);
  createEffect(() => {
    const { from, to } = window_();
    const middle = sorted().slice(from + (first() > from ? Math.min(spare, first() - from) : 0), to);
    props.seen(middle.map(({ run }) => run.id));
  });
  const look = (): void => {
    const at = Math.floor(box.scrollTop / rowHeight() / stride) * stride;
    if (at === first()) return;
    // The row with the focus stays in the page, but a browser takes the focus from what is moved.
    const focused = document.activeElement;
    moving = true;
    setFirst(at);
    moving = false;
    if (focused instanceof HTMLElement && focused !== document.activeElement && box.contains(focused))
      focused.focus({ preventScroll: true });
  };
  onMount(() => {
    const measure = (): void => {
      const height = box.querySelector('tbody tr[data-row]')?.getBoundingClientRect().height ?? 0;
      if (height > 0 && Math.abs(height - rowHeight()) > 0.05) setRowHeight(height);
      setRoom(Math.ceil(box.clientHeight / rowHeight()) + stride);
      look();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener('scroll', look, { passive: true });
    onCleanup(() => observer.disconnect());
  });
  const best = createMemo(() => {
    const found = new Map<string, number | undefined>();
    for (const { key, label } of columns())
      if (key.startsWith('summary.'))
        found.set(
          key,
          bestOf(
            label,
            props.rows.map(({ run }) => run.summary[label]),
          ),
        );
    return found;
  });
  const now = Date.now();
  const widths = createMemo(() => columns().map((column) => widthOf(column, props.rows, props.targets, now)));
  const nameWidth = createMemo(() => Math.min(34, Math.max(10, ...props.rows.slice(0, 200).map(({ run }) => run.name.length + 5))));

  const head = (key: string, label: string, right: boolean): JSX.Element => {
    const here = (): boolean => props.sorting.key === key;
    return (
      <th
        scope="col"
        class={right ? 'r' : ''}
        classList={{ curve: key === 'loss' }}
        aria-sort={here() ? (props.sorting.down ? 'descending' : 'ascending') : undefined}
      >
        <button type="button" title={label} onClick={() => props.sort({ key, down: here() ? !props.sorting.down : true })}>
          {label}
        </button>
      </th>
    );
  };
  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(1, room() - stride - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    const at = event.target as HTMLElement;
    if (by === undefined || !at.matches('.pick, .sw input')) return;
    const part = at.matches('.pick') ? '.pick' : '.sw input';
    const place = places().get(at.closest('tr')?.dataset['row'] ?? '') ?? 0;
    const next = Math.min(sorted().length - 1, Math.max(0, place + by));
    event.preventDefault();
    const top = next * rowHeight(),
      inside = box.clientHeight - 2 * rowHeight();
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top > box.scrollTop + inside) box.scrollTop = top - inside;
    look();
    const to = box.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(sorted()[next]!.run.id)}"] ${part}`);
    to?.focus({ preventScroll: true });
  };

  return (
    <div class="scroll rows" tabindex="0" role="region" aria-label="Table of runs" ref={box}>
      <table
        class="tbl runs"
        aria-rowcount={sorted().length + 1}
        onKeyDown={onKey}
        onFocusIn={(event) => setHeld((event.target as Element).closest('tr')?.dataset['row'])}
        onFocusOut={() => !moving && setHeld(undefined)}
      >
        <colgroup>
          <col style={{ width: '2.25rem' }} />
          <col style={{ width: `${nameWidth()}ch` }} />
          <For each={columns()}>
            {(column, i) => (
              <col
                style={{ width: `calc(${widths()[i()]}ch + ${column.key === 'loss' ? 76 : column.key === 'state' ? 32 : 0}px + 1.4rem)` }}
              />
            )}
          </For>
        </colgroup>
        <thead>
          <tr aria-rowindex="1">
            <td>
              <span class="vh">Compare</span>
            </td>
            {head('name', 'Run', false)}
            <For each={columns()}>{({ key, label, number }) => head(key, label, number)}</For>
          </tr>
        </thead>
        <tbody>
          <For each={present()}>
            {(id) => {
              const row = createMemo<Row>((before) => byId().get(id) ?? before!);
              const digest = (): Digest | undefined => props.digests.of(id);
              const slot = (): number | undefined => props.slotOf(id);
              const title = (): string => `${row().run.name} ${row().number}`;
              return (
                <>
                  <Show when={gapBefore(id) > 0}>
                    <tr class="gap" aria-hidden="true">
                      <td colspan={columns().length + 2} style={{ height: `${gapBefore(id) * rowHeight()}px` }} />
                    </tr>
                  </Show>
                  <tr
                    data-row={id}
                    aria-rowindex={(places().get(id) ?? 0) + 2}
                    aria-selected={slot() !== undefined}
                    aria-current={props.current === id ? 'true' : undefined}
                    onClick={(event) => !(event.target as Element).closest('.sw') && props.focus(id)}
                  >
                    <td>
                      <label class="sw" style={slot() === undefined ? {} : { '--run': colourOf(slot()!) }}>
                        <input
                          type="checkbox"
                          checked={slot() !== undefined}
                          aria-label={`Compare ${title()}`}
                          onChange={(event) => {
                            props.compare(id, event.currentTarget.checked);
                            event.currentTarget.checked = slot() !== undefined;
                          }}
                        />
                      </label>
                    </td>
                    <th scope="row">
                      <button type="button" class="pick" data-run={id} onClick={() => props.focus(id)}>
                        {row().run.name} <span class="num">{row().number}</span>
                      </button>
                    </th>
                    <For each={columns()}>
                      {(column) => (
                        <Cell
                          row={row()}
                          column={column}
                          digest={digest()}
                          targets={props.targets}
                          best={best().get(column.key)}
                          now={now}
                          resume={column.key === 'state' ? props.resume(row()) : undefined}
                        />
                      )}
                    </For>
                  </tr>
                </>
              );
            }}
          </For>
          <Show when={gapAtEnd() > 0}>
            <tr class="gap" aria-hidden="true">
              <td colspan={columns().length + 2} style={{ height: `${gapAtEnd() * rowHeight()}px` }} />
            </tr>
          </Show>
        </tbody>
      </table>
    </div>
  );
}

function Cell(props: {
  readonly row: Row;
  readonly column: Column;
  readonly digest: Digest | undefined;
  readonly targets: readonly Target[];
  readonly best: number | undefined;
  readonly now: number;
  readonly resume: (() => void) | undefined;
}): JSX.Element {
  const { column } = props;
  const { key } = column;
  const text = (): string => textOf(props.row, key, props.digest, props.targets, props.now);
  if (key === 'state')
    return (
      <td>
        <span class={`pt ${pointOf(props.row, props.digest)}`} /> {text()}
        <Show when={props.resume}>
          {(resume) => (
            <>
              {' '}
              <button
                class="btn small"
                type="button"
                aria-label={`Resume ${props.row.run.name} ${props.row.number}`}
                onClick={() => resume()()}
              >
                Resume
              </button>
            </>
          )}
        </Show>
      </td>
    );
  if (key === 'loss')
    return (
      <td class="r curve">
        <svg viewBox="0 0 76 20" width="76" height="20" aria-hidden="true">
          <path d={props.digest?.loss?.spark ?? ''} fill="none" stroke="var(--ink-2)" stroke-width="1.25" />
        </svg>
        {props.digest ? text() : '…'}
      </td>
    );
  if (key === 'pass') {
    const value = (): unknown => valueOf(props.row, key, props.digest, props.targets);
    return (
      <td>
        <Switch fallback="–">
          <Match when={value() === 'passes'}>
            <span class="pt done" /> passes
          </Match>
          <Match when={value() === 'below'}>
            <span class="pt half" /> below
          </Match>
        </Switch>
      </td>
    );
  }
  const metric = key.startsWith('summary.') || key.startsWith('last.') ? key.slice(key.indexOf('.') + 1) : undefined;
  const value = (): unknown => valueOf(props.row, key, props.digest);
  const wins = (): boolean => props.best !== undefined && props.best === value();
  const under = (): boolean => {
    const lines = metric === undefined ? [] : targetsOf(props.row.run, props.targets).filter((target) => target.metric === metric);
    const found = value();
    return typeof found === 'number' && lines.some((target) => !holds(found, target));
  };
  return (
    <td
      class={column.number ? 'r' : key === 'begun' ? 'quiet' : ''}
      classList={{ best: wins(), under: metric !== undefined && under() }}
      title={key === 'notes' || key === 'tags' ? text() : undefined}
    >
      {key === 'steps' && !props.digest ? '…' : text()}
      <Show when={wins()}>
        <span class="vh"> best</span>
      </Show>
      <Show when={metric !== undefined && under()}>
        <span class="vh"> below the pass line</span>
      </Show>
    </td>
  );
}

function pointOf(row: Row, digest: Digest | undefined): string {
  if (row.run.state === 'failed' || sayState(row, digest).startsWith('NaN')) return 'fail';
  return row.run.state === 'done' ? 'done' : 'half';
}

/** How many there are and how many of them are shown, in words. */
export const countOf = (shown: number, all: number): string => (shown < all ? `${formatNumber(shown)} of ` : '');
