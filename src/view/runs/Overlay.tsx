/* One metric of several runs in one drawing: a colour and a dash for each, named at its end, targets dashed, and a crosshair and a zoom
   that all drawings of the page share. Dragging marks a stretch; with the focus in it + and − zoom, arrows move, 0 shows the whole. Its
   numbers are the table behind "Values". */

import { createMemo, createSignal, createUniqueId, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { dashes, nearest, spread } from './compare.ts';
import { formatNumber, makeScale } from './geometry.ts';
import { colourOf, Key, Values, type Line } from './Line.tsx';
import { indicesWithin, pathWithin, placeOn, valueAt, zoomed, type Axis } from './zoom.ts';

export interface OverlayProps {
  readonly title: string;
  /** Of the horizontal axis, in words: `step`, `seconds`. */
  readonly over: string;
  readonly lines: readonly Line[];
  readonly log: boolean;
  /** Logarithmic horizontal axis; what is not above 0 is left out. */
  readonly logOver: boolean;
  /** Values that are to be reached. */
  readonly targets: readonly number[];
  /** The crosshair, in units of the horizontal axis. */
  readonly at: number | undefined;
  readonly point: (at: number | undefined) => void;
  /** The stretch that is shown; undefined: the whole. */
  readonly stretch: readonly [number, number] | undefined;
  readonly zoom: (stretch: readonly [number, number] | undefined) => void;
}

const top = 12,
  bottom = 28,
  left = 52,
  height = 260;
/** A drag shorter than this is none, px. */
const least = 6;

export function Overlay(props: OverlayProps): JSX.Element {
  const [width, setWidth] = createSignal(560);
  const clip = createUniqueId();
  let figure!: HTMLElement;
  let drawing!: HTMLDivElement;
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => {
      const room = Math.floor(entry?.contentRect.width ?? 0);
      if (room > 0) setWidth(Math.max(240, room));
    });
    observer.observe(figure);
    onCleanup(() => observer.disconnect());
  });
  const right = (): number => (width() < 420 ? 14 : Math.min(150, 16 + Math.max(0, ...props.lines.map(({ label }) => label.length)) * 7));

  const whole = createMemo((): readonly [number, number] | undefined => {
    let low = Infinity,
      high = -Infinity;
    for (const {
      series: { steps },
    } of props.lines) {
      if (steps.length === 0) continue;
      high = Math.max(high, steps[steps.length - 1]!);
      let i = 0;
      while (props.logOver && i < steps.length - 1 && steps[i]! <= 0) i++;
      low = Math.min(low, steps[i]!);
    }
    return low <= high ? [low, high] : undefined;
  });
  const axis = createMemo((): Axis | undefined => {
    const domain = props.stretch ?? whole();
    if (!domain) return undefined;
    return { domain, range: [left, width() - right()], log: props.logOver && domain[0] > 0 };
  });
  const drawn = createMemo(() => {
    const x = axis();
    if (!x) return undefined;
    const { log } = props;
    let low = Infinity,
      high = -Infinity;
    const take = (v: number): void => {
      if (!Number.isFinite(v) || (log && v <= 0)) return;
      if (v < low) low = v;
      if (v > high) high = v;
    };
    for (const { series, band } of props.lines) {
      for (const i of indicesWithin(series, x))
        if (series.steps[i]! >= x.domain[0] && series.steps[i]! <= x.domain[1]) take(series.values[i]!);
      if (band)
        for (const part of [band.low, band.high]) for (const i of indicesWithin({ steps: band.steps, values: part }, x)) take(part[i]!);
    }
    if (low > high) return undefined;
    props.targets.forEach(take);
    const pad = log || low === high ? 0 : (high - low) * 0.04;
    const y = makeScale([low - pad, high + pad], [height - bottom, top], 4, log);
    const ticks = makeScale(x.domain, x.range, Math.max(2, Math.floor(width() / 110)), x.log).ticks;
    const lines = props.lines.map((line) => {
      const { path, indices } = pathWithin(line.series, x, y);
      let k = indices.length - 1;
      while (k > 0 && (!Number.isFinite(y(line.series.values[indices[k]!]!)) || line.series.steps[indices[k]!]! > x.domain[1])) k--;
      const at = indices[k] ?? 0;
      return {
        line,
        path,
        raw: line.raw && pathWithin(line.raw, x, y).path,
        band: line.band && areaOf(line.band, x, y),
        endX: placeOn(x, line.series.steps[at] ?? NaN),
        endY: y(line.series.values[at] ?? NaN),
        last: line.series.values[line.series.values.length - 1] ?? NaN,
      };
    });
    const at = spread(
      lines.map(({ endY }) => (Number.isFinite(endY) ? endY : height)),
      16,
      top,
      height - bottom,
    );
    return { x, y, ticks, lines: lines.map((one, i) => ({ ...one, labelY: at[i]! })) };
  });
  const under = createMemo(() => {
    const { at } = props,
      d = drawn();
    if (at === undefined || d === undefined || at < d.x.domain[0] || at > d.x.domain[1]) return undefined;
    const rows = props.lines.flatMap((line) => {
      const { steps, values } = line.series;
      const i = nearest(steps, at);
      return steps.length === 0 || at > steps[steps.length - 1]! * 1.02 ? [] : [{ line, value: values[i]!, step: steps[i]! }];
    });
    return { x: placeOn(d.x, at), rows, at: rows[0]?.step ?? at };
  });

  /** The mark of a drag, px. */
  const [mark, setMark] = createSignal<readonly [number, number]>();
  const shareOf = (event: PointerEvent | WheelEvent): number =>
    (event.clientX - drawing.getBoundingClientRect().left - left) / (width() - right() - left);
  const held = (share: number): number => Math.min(1, Math.max(0, share));
  const placeOf = (share: number): number => left + held(share) * (width() - right() - left);
  const onDown = (event: PointerEvent): void => {
    const share = shareOf(event);
    if (event.button !== 0 || share < 0 || share > 1) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    setMark([placeOf(share), placeOf(share)]);
  };
  const onMove = (event: PointerEvent): void => {
    const x = axis();
    if (!x) return;
    const share = shareOf(event);
    const begun = mark();
    if (begun) setMark([begun[0], placeOf(share)]);
    props.point(share < 0 || share > 1 ? undefined : valueAt(x, share));
  };
  const onUp = (): void => {
    const marked = mark(),
      x = axis();
    setMark(undefined);
    if (!marked || !x || Math.abs(marked[1] - marked[0]) < least) return;
    const [from, to] = [Math.min(...marked), Math.max(...marked)].map((px) => valueAt(x, (px - left) / (width() - right() - left)));
    props.zoom([from!, to!]);
  };
  const by = (factor: number, about: number): void => {
    const x = axis(),
      all = whole();
    if (x && all) props.zoom(zoomed(x, all, factor, held(about)));
  };
  const onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    by(Math.exp(event.deltaY / 400), shareOf(event));
  };
  onMount(() => drawing.addEventListener('wheel', onWheel, { passive: false }));
  const onKey = (event: KeyboardEvent): void => {
    const x = axis(),
      all = whole();
    if (!x || !all || event.ctrlKey || event.metaKey || event.altKey) return;
    const cross = props.at === undefined ? 0.5 : held((placeOn(x, props.at) - left) / (width() - right() - left));
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (event.key === '+' || event.key === '=') by(0.5, cross);
    else if (event.key === '-') by(2, cross);
    else if (event.key === '0') props.zoom(undefined);
    else if (event.key === 'Escape' && props.at !== undefined) props.point(undefined);
    else if (step !== 0 && event.shiftKey && props.stretch) {
      const [from, to] = [valueAt(x, step * 0.2), valueAt(x, 1 + step * 0.2)];
      if (from >= all[0] && to <= all[1]) props.zoom([from, to]);
    } else if (step !== 0) props.point(valueAt(x, held(cross + step * 0.02)));
    else return;
    event.preventDefault();
  };
  const sentence = (): string =>
    `${props.title} of ${props.lines.length === 1 ? 'one run' : `${props.lines.length} runs`} over ${props.over}: ${(drawn()?.lines ?? []).map(({ line, last }) => `${line.label} ends at ${formatNumber(last)}`).join(', ')}.${props.targets.length > 0 ? ` To be reached: ${props.targets.map(formatNumber).join(', ')}.` : ''}`;
  const saying = (): string => {
    const u = under();
    return u
      ? `${props.over} ${formatNumber(u.at)}: ${u.rows.map(({ line, value }) => `${line.label} ${formatNumber(value)}`).join(', ')}`
      : '';
  };

  return (
    <figure class="overlay" ref={figure}>
      <figcaption>
        {props.title}
        {props.log ? ', log' : ''}
      </figcaption>
      <div
        class="drawing"
        ref={drawing}
        tabindex="0"
        role="group"
        aria-label={`Drawing of ${props.title}: arrows move the crosshair, + and − zoom, Shift+arrows move along, 0 shows the whole`}
        onKeyDown={onKey}
        onBlur={() => props.point(undefined)}
      >
        <svg
          role="img"
          aria-label={sentence()}
          class="chart"
          width={width()}
          height={height}
          viewBox={`0 0 ${width()} ${height}`}
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerCancel={() => setMark(undefined)}
          onPointerLeave={() => !mark() && props.point(undefined)}
          onDblClick={() => props.zoom(undefined)}
        >
          <clipPath id={clip}>
            <rect x={left} y="0" width={Math.max(0, width() - right() - left)} height={height} />
          </clipPath>
          <Show
            when={drawn()}
            fallback={
              <text x={left} y={height / 2} fill="var(--ink-3)">
                Nothing that could be drawn{props.stretch ? ' here' : ''}.
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
                <For each={d().ticks}>
                  {(t) => (
                    <>
                      <path class="ax" d={`M${placeOn(d().x, t)} ${height - bottom}v4`} />
                      <text x={placeOn(d().x, t)} y={height - bottom + 18} text-anchor="middle">
                        {formatNumber(t)}
                      </text>
                    </>
                  )}
                </For>
                <For each={props.targets}>
                  {(value) => (
                    <>
                      <path class="target" d={`M${left} ${d().y(value)}H${width() - right()}`} />
                      <text class="lab" x={left + 6} y={d().y(value) - 5}>
                        {formatNumber(value)} to pass
                      </text>
                    </>
                  )}
                </For>
                <g clip-path={`url(#${clip})`}>
                  <For each={d().lines}>
                    {({ line, path, raw, band }) => (
                      <>
                        <Show when={band}>
                          <path d={band!} fill={colourOf(line.slot)} opacity="0.16" />
                        </Show>
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
                      </>
                    )}
                  </For>
                </g>
                <For each={d().lines}>
                  {({ line, endX, endY, labelY }) => (
                    <Show when={Number.isFinite(endY) && Number.isFinite(endX)}>
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
                  )}
                </For>
                <Show when={mark()}>
                  {(m) => (
                    <rect class="mark" x={Math.min(...m())} y={top} width={Math.abs(m()[1] - m()[0])} height={height - bottom - top} />
                  )}
                </Show>
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
        <span class="vh" role="status">
          {saying()}
        </span>
      </div>
      <Values lines={props.lines} title={props.title} over={props.over} />
    </figure>
  );
}

/** The area between the two edges of a band. */
function areaOf(band: NonNullable<Line['band']>, x: Axis, y: (value: number) => number): string {
  const upper: string[] = [],
    lower: string[] = [];
  for (const i of indicesWithin({ steps: band.steps, values: band.high }, x)) {
    const across = placeOn(x, band.steps[i]!),
      [above, below] = [y(band.high[i]!), y(band.low[i]!)];
    if (![across, above, below].every(Number.isFinite)) continue;
    upper.push(`${across.toFixed(1)} ${above.toFixed(1)}`);
    lower.push(`${across.toFixed(1)} ${below.toFixed(1)}`);
  }
  return upper.length < 2 ? '' : `M${upper.join('L')}L${lower.reverse().join('L')}Z`;
}
