/* One metric over its steps as a figure: axes, the line, its last point (open while the run goes on, closed when it has
   ended), a sentence for who cannot see it and the numbers behind "Values". Draws at most 1,000 points; takes the width
   it is given, so that labels keep their 13 px. Used by the runs page and below cells for outputs of kind `metric`. */

import { createMemo, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { decimate, extent, formatNumber, linePath, makeScale, type Series } from './geometry.ts';
import '../styles/curve.css';

export interface CurveProps {
  readonly series: Series;
  readonly title: string;
  /** The run has ended: its last point is closed. */
  readonly finished: boolean;
  /** Logarithmic values; points that are not positive break the line. Default: false. */
  readonly log?: boolean;
  /** CSS pixels. Default: as wide as there is room, 560 at most. */
  readonly width?: number;
  /** CSS pixels. Default: 220. */
  readonly height?: number;
}

const left = 56;
const right = 60;
const top = 8;
const bottom = 26;
const rowLimit = 200;

export function Curve(props: CurveProps): JSX.Element {
  let figure!: HTMLElement;
  const [room, setRoom] = createSignal(560);
  onMount(() => {
    if (props.width !== undefined || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0) setRoom(Math.min(560, Math.max(220, width)));
    });
    observer.observe(figure);
    onCleanup(() => observer.disconnect());
  });
  const width = (): number => props.width ?? room();
  const height = (): number => props.height ?? 220;

  const drawn = createMemo(() => {
    const { steps, values } = props.series;
    const log = props.log === true;
    const ys = extent(values, log);
    const xs = extent(steps);
    if (!xs || !ys) return undefined;
    const pad = log || ys[0] === ys[1] ? 0 : (ys[1] - ys[0]) * 0.04;
    const x = makeScale(xs, [left, width() - right], Math.max(2, Math.floor(width() / 110)));
    const y = makeScale([ys[0] - pad, ys[1] + pad], [height() - bottom, top], Math.max(2, Math.floor(height() / 55)), log);
    let last = values.length - 1;
    while (last > 0 && !Number.isFinite(y(values[last]!))) last--;
    return {
      x,
      y,
      path: linePath(props.series, decimate(values), x, y),
      lastX: x(steps[last]!),
      lastY: y(values[last]!),
      lastValue: values[last]!,
    };
  });

  const sentence = createMemo(() => describe(props.title, props.series, props.finished));
  const [open, setOpen] = createSignal(false);

  return (
    <figure class="curve" ref={figure}>
      <figcaption>
        {props.title}
        {props.log ? ', log' : ''}
      </figcaption>
      <svg
        role="img"
        aria-label={sentence()}
        width={width()}
        height={height()}
        viewBox={`0 0 ${width()} ${height()}`}
        font-size="13"
        fill="var(--ink-3)"
      >
        <Show when={drawn()}>
          {(d) => (
            <>
              <For each={d().y.ticks}>
                {(t) => (
                  <>
                    <path d={`M${left} ${d().y(t)}H${width() - right}`} stroke="var(--fig-grid)" />
                    <text x={left - 8} y={d().y(t) + 4} text-anchor="end">
                      {formatNumber(t)}
                    </text>
                  </>
                )}
              </For>
              <path d={`M${left} ${height() - bottom}H${width() - right}`} stroke="var(--edge)" />
              <For each={d().x.ticks}>
                {(t) => (
                  <>
                    <path d={`M${d().x(t)} ${height() - bottom}v4`} stroke="var(--edge)" />
                    <text x={d().x(t)} y={height() - bottom + 18} text-anchor="middle">
                      {formatNumber(t)}
                    </text>
                  </>
                )}
              </For>
              <path d={d().path} fill="none" stroke="var(--fig-1)" stroke-width="2" stroke-linejoin="round" />
              <circle
                cx={d().lastX}
                cy={d().lastY}
                r="4"
                fill={props.finished ? 'var(--fig-1)' : 'var(--paper)'}
                stroke="var(--fig-1)"
                stroke-width="2"
              />
              <text x={d().lastX + 9} y={d().lastY + 4} fill="var(--ink)">
                {formatNumber(d().lastValue)}
              </text>
            </>
          )}
        </Show>
      </svg>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Values</summary>
        <Show when={open()}>
          <Values series={props.series} title={props.title} />
        </Show>
      </details>
    </figure>
  );
}

/** The sentence that stands for the picture. */
export function describe(title: string, { steps, values }: Series, finished: boolean): string {
  const n = values.length;
  if (n === 0) return `${title}: no values yet.`;
  const range = extent(values);
  const say = (i: number): string => `${formatNumber(values[i]!)} at step ${formatNumber(steps[i]!)}`;
  const ends = n === 1 ? say(0) : `from ${say(0)} to ${say(n - 1)}`;
  const between = range && n > 2 ? `, between ${formatNumber(range[0])} and ${formatNumber(range[1])}` : '';
  return `${title} ${ends}${between}, ${formatNumber(n)} ${n === 1 ? 'value' : 'values'}${finished ? '' : ' so far'}.`;
}

function Values(props: { readonly series: Series; readonly title: string }): JSX.Element {
  const rows = (): number[] => {
    const n = props.series.values.length;
    if (n <= rowLimit) return Array.from({ length: n }, (_, i) => i);
    return Array.from({ length: rowLimit }, (_, k) => Math.round((k * (n - 1)) / (rowLimit - 1)));
  };
  return (
    <div class="scroll" tabindex="0" role="group" aria-label={`Values of ${props.title}`}>
      <table class="tbl">
        <thead>
          <tr>
            <th scope="col" class="r">
              step
            </th>
            <th scope="col" class="r">
              {props.title}
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={rows()}>
            {(i) => (
              <tr>
                <td class="r">{formatNumber(props.series.steps[i]!)}</td>
                <td class="r">{formatNumber(props.series.values[i]!)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={props.series.values.length > rowLimit}>
        <p class="quiet">
          {rowLimit} of {formatNumber(props.series.values.length)} values.
        </p>
      </Show>
    </div>
  );
}
