/* One metric of several runs in one drawing: a colour and a dash for each, named at its end, and a crosshair that all
   drawings of the page share. Its numbers are the table behind "Values". */

import { createMemo, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { dashes, nearest, spread } from './compare.ts';
import { decimate, extent, formatNumber, linePath, makeScale } from './geometry.ts';
import { colourOf, Key, Values, type Line } from './Line.tsx';

export interface OverlayProps {
  readonly title: string;
  /** Of the horizontal axis, in words: `step`, `seconds`. */
  readonly over: string;
  readonly lines: readonly Line[];
  readonly log: boolean;
  /** The crosshair, in units of the horizontal axis. */
  readonly at: number | undefined;
  readonly point: (at: number | undefined) => void;
}

const top = 12,
  bottom = 28,
  left = 52,
  height = 260;

export function Overlay(props: OverlayProps): JSX.Element {
  const [width, setWidth] = createSignal(560);
  let figure!: HTMLElement;
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => {
      const room = Math.floor(entry?.contentRect.width ?? 0);
      if (room > 0) setWidth(Math.max(240, room));
    });
    observer.observe(figure);
    onCleanup(() => observer.disconnect());
  });
  const right = (): number => (width() < 420 ? 14 : Math.min(150, 16 + Math.max(0, ...props.lines.map(({ label }) => label.length)) * 7));

  const drawn = createMemo(() => {
    const all = (of: (line: Line) => ArrayLike<number>, positive = false): [number, number] | undefined => {
      const ends = props.lines.flatMap((line) => extent(of(line), positive) ?? []);
      return ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : undefined;
    };
    const xs = all(({ series }) => series.steps),
      ys = all(({ series }) => series.values, props.log);
    if (!xs || !ys) return undefined;
    const pad = props.log || ys[0] === ys[1] ? 0 : (ys[1] - ys[0]) * 0.04;
    const x = makeScale(xs, [left, width() - right()], Math.max(2, Math.floor(width() / 110)));
    const y = makeScale([ys[0] - pad, ys[1] + pad], [height - bottom, top], 4, props.log);
    const lines = props.lines.map((line) => {
      const { steps, values } = line.series;
      let last = values.length - 1;
      while (last > 0 && !Number.isFinite(y(values[last]!))) last--;
      return {
        line,
        path: linePath(line.series, decimate(values), x, y),
        raw: line.raw && linePath(line.raw, decimate(line.raw.values, 500), x, y),
        endX: x(steps[last]!),
        endY: y(values[last]!),
        last: values[last]!,
      };
    });
    const at = spread(
      lines.map(({ endY }) => (Number.isFinite(endY) ? endY : height)),
      16,
      top,
      height - bottom,
    );
    return { x, y, xs, lines: lines.map((one, i) => ({ ...one, labelY: at[i]! })) };
  });
  const under = createMemo(() => {
    const { at } = props,
      d = drawn();
    if (at === undefined || d === undefined) return undefined;
    const rows = props.lines.flatMap((line) => {
      const { steps, values } = line.series;
      const i = nearest(steps, at);
      return steps.length === 0 || at > steps[steps.length - 1]! * 1.02 ? [] : [{ line, value: values[i]!, step: steps[i]! }];
    });
    return { x: d.x(at), rows, at: rows[0]?.step ?? at };
  });
  const onMove = (event: PointerEvent): void => {
    const d = drawn();
    if (!d) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left - left) / (width() - right() - left);
    props.point(share < 0 || share > 1 ? undefined : d.xs[0] + share * (d.xs[1] - d.xs[0]));
  };
  const sentence = (): string =>
    `${props.title} of ${props.lines.length === 1 ? 'one run' : `${props.lines.length} runs`} over ${props.over}: ${(drawn()?.lines ?? []).map(({ line, last }) => `${line.label} ends at ${formatNumber(last)}`).join(', ')}.`;

  return (
    <figure class="overlay" ref={figure}>
      <figcaption>
        {props.title}
        {props.log ? ', log' : ''}
      </figcaption>
      <div class="drawing">
        <svg
          role="img"
          aria-label={sentence()}
          class="chart"
          width={width()}
          height={height}
          viewBox={`0 0 ${width()} ${height}`}
          onPointerMove={onMove}
          onPointerLeave={() => props.point(undefined)}
        >
          <Show
            when={drawn()}
            fallback={
              <text x={left} y={height / 2}>
                No value to draw{props.log ? ' on a log axis' : ''}
              </text>
            }
          >
            {(d) => (
              <>
                <For each={d().y.ticks}>
                  {(t) => (
                    <>
                      <path class="gr" d={`M${left} ${d().y(t)}H${width() - right()}`} />
                      <text x={left - 8} y={d().y(t) + 4} text-anchor="end">
                        {formatNumber(t)}
                      </text>
                    </>
                  )}
                </For>
                <path class="ax" d={`M${left} ${height - bottom}H${width() - right()}`} />
                <For each={d().x.ticks}>
                  {(t) => (
                    <>
                      <path class="ax" d={`M${d().x(t)} ${height - bottom}v4`} />
                      <text x={d().x(t)} y={height - bottom + 18} text-anchor="middle">
                        {formatNumber(t)}
                      </text>
                    </>
                  )}
                </For>
                <For each={d().lines}>
                  {({ line, path, raw, endX, endY, labelY }) => (
                    <>
                      <Show when={raw}>
                        <path d={raw!} fill="none" stroke={colourOf(line.slot)} opacity="0.25" />
                      </Show>
                      <path
                        d={path}
                        fill="none"
                        stroke={colourOf(line.slot)}
                        stroke-width="2"
                        stroke-linejoin="round"
                        stroke-dasharray={dashes[line.slot] ?? ''}
                      />
                      <Show when={Number.isFinite(endY)}>
                        <circle
                          cx={endX}
                          cy={endY}
                          r="3.5"
                          fill={line.finished ? colourOf(line.slot) : 'var(--paper)'}
                          stroke={colourOf(line.slot)}
                          stroke-width="2"
                        />
                        <Show when={width() >= 420}>
                          <text class="lab" x={width() - right() + 10} y={labelY + 4}>
                            {line.label}
                          </text>
                        </Show>
                      </Show>
                    </>
                  )}
                </For>
                <Show when={under()}>{(u) => <path class="cross" d={`M${u().x} ${top}V${height - bottom}`} />}</Show>
              </>
            )}
          </Show>
        </svg>
        <Show when={under()}>
          {(u) => (
            <div
              class="tip sheet"
              aria-hidden="true"
              style={{ [u().x > width() / 2 ? 'right' : 'left']: `${u().x > width() / 2 ? width() - u().x + 12 : u().x + 12}px` }}
            >
              <b>
                {props.over} {formatNumber(u().at)}
              </b>
              <For each={u().rows}>
                {({ line, value }) => (
                  <span>
                    <Key slot={line.slot} /> {line.label} <span class="num">{formatNumber(value)}</span>
                  </span>
                )}
              </For>
            </div>
          )}
        </Show>
      </div>
      <Values lines={props.lines} title={props.title} over={props.over} />
    </figure>
  );
}
