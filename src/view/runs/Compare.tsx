/* The chosen runs over each other: one drawing for each metric with one crosshair and one zoom, smoothed on request, over steps or time,
   linear or log either way, each run by itself or with the spread over its seeds. */

import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import type { RunEntry } from '../../engine/protocol.ts';
import { labelOf, metricsOf, overTime, smoothed } from './compare.ts';
import { extent, formatNumber } from './geometry.ts';
import type { Line } from './Line.tsx';
import { Overlay } from './Overlay.tsx';
import type { Row } from './rows.ts';
import { bandOf, experimentOf, seedOf, siblingsOf, type Spread } from './seeds.ts';
import { targetsOf, type Target } from './targets.ts';

export interface CompareProps {
  readonly rows: readonly Row[];
  /** Where runs of other seeds are looked for. */
  readonly all: readonly Row[];
  /** Curves of a run; undefined: they are being read. */
  readonly curves: (id: string) => RunEntry['metrics'] | undefined;
  readonly slotOf: (id: string) => number | undefined;
  readonly targets: readonly Target[];
  /** Which runs of other seeds are wanted with those that are compared. */
  readonly spread: Spread | 'off';
  readonly setSpread: (spread: Spread | 'off') => void;
}

const numbers = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six'];
/** A drawing stands for a metric; more than these come when asked for. */
const drawingsAtFirst = 6;

export function Compare(props: CompareProps): JSX.Element {
  const [weight, setWeight] = createSignal(0);
  const [time, setTime] = createSignal(false);
  const [logOver, setLogOver] = createSignal(false);
  const [log, setLog] = createSignal<boolean>();
  const [at, setAt] = createSignal<number>();
  const [stretch, setStretch] = createSignal<readonly [number, number]>();
  const [limit, setLimit] = createSignal(drawingsAtFirst);
  const read = createMemo(() => props.rows.map(({ run }) => props.curves(run.id)).filter((curves) => curves !== undefined));
  const metrics = createMemo<readonly string[]>((before) => {
    const names = metricsOf(read());
    return before.length === names.length && names.every((name, i) => name === before[i]) ? before : names;
  }, []);
  const labels = createMemo(() => new Map(props.rows.map((row) => [row.run.id, labelOf(row, props.rows)])));
  /** Who is drawn: of one experiment, the first of its seeds where their spread is drawn. */
  const drawnRows = createMemo(() => {
    if (props.spread === 'off') return props.rows;
    const seen = new Set<string>();
    return props.rows.filter((row) => !seen.has(experimentOf(row)) && seen.add(experimentOf(row)));
  });
  const families = createMemo(() => new Map(drawnRows().map((row) => [row.run.id, siblingsOf(row, props.all)])));
  const lineOf = (row: Row, metric: string): Line | undefined => {
    const found = props.curves(row.run.id)?.[metric];
    if (!found) return undefined;
    const over = (one: typeof found, of: Row): ReturnType<typeof overTime> => (time() ? overTime(one, of) : one);
    const line = {
      id: row.run.id,
      slot: props.slotOf(row.run.id) ?? 0,
      label: labels().get(row.run.id) ?? '',
      finished: row.run.state !== 'running',
    };
    const family = props.spread === 'off' ? [] : (families().get(row.run.id) ?? []);
    const curves = family.flatMap((one) => {
      const metricOf = props.curves(one.run.id)?.[metric];
      return metricOf ? [smoothed(over(metricOf, one), weight())] : [];
    });
    if (props.spread !== 'off' && curves.length > 1) {
      const band = bandOf(curves, props.spread);
      return { ...line, label: `${line.label} · ${curves.length} seeds`, series: { steps: band.steps, values: band.mean }, band };
    }
    const raw = over(found, row);
    return { ...line, series: smoothed(raw, weight()), ...(weight() > 0 ? { raw } : {}) };
  };
  /** Log by itself where positive values fall or rise by more than a factor of thirty. */
  const logOf = (metric: string): boolean => {
    const wanted = log();
    if (wanted !== undefined) return wanted;
    const ends = read().flatMap((curves) => extent(curves[metric]?.values ?? []) ?? []);
    return ends.length > 0 && Math.min(...ends) > 0 && Math.max(...ends) > 30 * Math.min(...ends);
  };
  const anyLog = createMemo(() => metrics().some(logOf));
  const targetsFor = (metric: string): number[] => [
    ...new Set(
      props.rows
        .flatMap(({ run }) => targetsOf(run, props.targets))
        .flatMap((target) => (target.metric === metric ? [target.min ?? target.max ?? []].flat() : [])),
    ),
  ];
  const bands = createMemo(() =>
    props.spread === 'off'
      ? ''
      : [...families().values()]
          .filter((family) => family.length > 1)
          .map((family) => `${labels().get(family[0]!.run.id)}: seeds ${family.map((row) => String(seedOf(row) ?? '–')).join(', ')}`)
          .join('; '),
  );
  return (
    <section class="compare" aria-labelledby="compare-title">
      <header>
        <h2 id="compare-title">
          {props.rows.length === 1
            ? `${props.rows[0]!.run.name} ${props.rows[0]!.number}`
            : `${numbers[props.rows.length] ?? props.rows.length} runs compared`}
        </h2>
        <span class="grow" />
        <Show when={stretch()}>
          <button class="btn small" type="button" onClick={() => setStretch(undefined)}>
            Show the whole
          </button>
        </Show>
        <label class="field sm">
          <span>smooth</span>
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            value={weight()}
            style={{ '--at': `${(weight() / 0.99) * 100}%` }}
            onInput={(event) => setWeight(Number(event.currentTarget.value))}
          />
          <output>{weight().toFixed(2)}</output>
        </label>
        <label class="field sm seeds">
          <span>seeds</span>
          <select class="text" value={props.spread} onChange={(event) => props.setSpread(event.currentTarget.value as Spread | 'off')}>
            <option value="off">each run</option>
            <option value="range">least to greatest</option>
            <option value="deviation">± deviation</option>
          </select>
        </label>
        <Toggle
          label="Horizontal axis"
          names={['Step', 'Time']}
          first={!time()}
          choose={(first) => {
            setTime(!first);
            setStretch(undefined);
            setAt(undefined);
          }}
        />
        <Toggle
          label="Scale of the horizontal axis"
          names={['x log', 'x linear']}
          first={logOver()}
          choose={(first) => {
            setLogOver(first);
            setStretch(undefined);
          }}
        />
        <Toggle label="Vertical axis" names={['Log', 'Linear']} first={anyLog()} choose={setLog} />
      </header>
      <Show
        when={metrics().length > 0}
        fallback={
          <p class="quiet">
            {read().length < props.rows.length
              ? 'Reading the curves…'
              : `${props.rows.length === 1 ? 'This run' : 'None of these runs'} logged no metrics.`}
          </p>
        }
      >
        <div class="charts">
          <For each={metrics().slice(0, limit())}>
            {(metric) => {
              const lines = createMemo(() => drawnRows().flatMap((row) => lineOf(row, metric) ?? []));
              return (
                <Overlay
                  title={metric}
                  over={time() ? 'seconds' : 'step'}
                  lines={lines()}
                  log={logOf(metric)}
                  logOver={logOver()}
                  targets={targetsFor(metric)}
                  at={at()}
                  point={setAt}
                  stretch={stretch()}
                  zoom={setStretch}
                />
              );
            }}
          </For>
        </div>
        <Show when={metrics().length > limit()}>
          <p class="more">
            {limit()} of {formatNumber(metrics().length)} metrics.{' '}
            <button class="btn small" type="button" onClick={() => setLimit(limit() + drawingsAtFirst)}>
              Show more
            </button>
          </p>
        </Show>
        <Show when={props.spread !== 'off'}>
          <p class="cap">
            {bands() === ''
              ? 'No other run has the same parameters with another seed.'
              : `The line is the mean and the band the spread over runs that differ in their seed alone. ${bands()}.`}
          </p>
        </Show>
        <Show when={time() && read().some((curves) => Object.values(curves).some(({ times }) => !times))}>
          <p class="cap">A run that has not kept when each step was is drawn with steps of equal length.</p>
        </Show>
      </Show>
    </section>
  );
}

/** Two choices, one of which holds. */
function Toggle(props: {
  readonly label: string;
  readonly names: readonly [string, string];
  readonly first: boolean;
  readonly choose: (first: boolean) => void;
}): JSX.Element {
  return (
    <span class="seg" role="group" aria-label={props.label}>
      <button type="button" aria-pressed={props.first} onClick={() => props.choose(true)}>
        {props.names[0]}
      </button>
      <button type="button" aria-pressed={!props.first} onClick={() => props.choose(false)}>
        {props.names[1]}
      </button>
    </span>
  );
}
