/* All runs that are shown, as lines through their parameters to what came out. Drawn when it is opened. An axis takes a stretch that
   keeps the lines through it (drag, or the two numbers below it). */

import { createMemo, createSignal, createUniqueId, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { plural } from '../words.ts';
import { colourOf } from './Line.tsx';
import { axesOf } from './parallel.ts';
import { columnsOf, type Row } from './rows.ts';

export interface ParallelProps {
  readonly rows: readonly Row[];
  readonly slotOf: (id: string) => number | undefined;
}

const top = 34,
  bottom = 16,
  side = 64,
  height = 300;

export function Parallel(props: ParallelProps): JSX.Element {
  const results = createMemo(() =>
    columnsOf(props.rows, 'summary').filter((key) => props.rows.some(({ run }) => typeof run.summary[key] === 'number')),
  );
  const [open, setOpen] = createSignal(false);
  const [result, setResult] = createSignal<string>();
  const shown = (): string => (results().includes(result() ?? '') ? result()! : (results()[0] ?? ''));
  return (
    <Show when={results().length > 0 && props.rows.length > 1}>
      <details class="parallel" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2>Parameters and results</h2>
        </summary>
        <Show when={open()}>
          <label class="field sm">
            <span>result</span>
            <select class="text" onChange={(event) => setResult(event.currentTarget.value)}>
              <For each={results()}>{(key) => <option value={key}>{key}</option>}</For>
            </select>
          </label>
          <Drawing rows={props.rows} result={shown()} slotOf={props.slotOf} />
        </Show>
      </details>
    </Show>
  );
}

function Drawing(props: { readonly rows: readonly Row[]; readonly result: string; readonly slotOf: ParallelProps['slotOf'] }): JSX.Element {
  let box!: HTMLDivElement;
  const name = createUniqueId();
  const [room, setRoom] = createSignal(900);
  const [brush, setBrush] = createSignal<{ readonly axis: string; readonly from: number; readonly to: number }>();
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => setRoom(Math.floor(entry?.contentRect.width ?? 900)));
    observer.observe(box);
    onCleanup(() => observer.disconnect());
  });
  const axes = createMemo(() => axesOf(props.rows, props.result));
  const width = (): number => Math.max(room(), axes().length * 110);
  const xOf = (i: number): number => side + (i * (width() - 2 * side)) / Math.max(1, axes().length - 1);
  const yOf = (place: number): number => height - bottom - place * (height - bottom - top);
  const kept = createMemo(() => {
    const b = brush();
    const places = axes().find(({ label }) => label === b?.axis)?.places;
    return props.rows.map((_, i) => !b || !places || (places[i]! >= b.from - 1e-9 && places[i]! <= b.to + 1e-9));
  });
  const pathOf = (r: number): string => {
    let path = '';
    let pen = false;
    for (const [i, { places }] of axes().entries()) {
      const place = places[r]!;
      if (Number.isNaN(place)) {
        pen = false;
        continue;
      }
      path += `${pen ? 'L' : 'M'}${xOf(i).toFixed(1)} ${yOf(place).toFixed(1)}`;
      pen = true;
    }
    return path;
  };
  /** All lines of one look as one path: a thousand elements would cost more than their lines. */
  const plain = (wanted: boolean): string =>
    props.rows.map(({ run }, r) => (props.slotOf(run.id) === undefined && kept()[r] === wanted ? pathOf(r) : '')).join('');
  let begun: { readonly axis: string; readonly from: number } | undefined;
  const placeOf = (event: PointerEvent): number => {
    const y = event.clientY - box.querySelector('svg')!.getBoundingClientRect().top;
    return Math.min(1, Math.max(0, (height - bottom - y) / (height - bottom - top)));
  };
  const stretch = (axis: string, a: number, b: number): void => {
    setBrush(Math.abs(a - b) < 0.01 ? undefined : { axis, from: Math.min(a, b), to: Math.max(a, b) });
  };
  return (
    <Show when={axes().length > 0} fallback={<p class="quiet">No parameter differs between runs that have {props.result}.</p>}>
      <div class="scroll" ref={box} tabindex="0" role="group" aria-label="Parameters and results of runs">
        <svg
          class="chart"
          role="img"
          aria-label={`${plural(props.rows.length, 'run')} as lines through ${axes()
            .map(({ label }) => label)
            .join(', ')}${brush() ? `; ${kept().filter(Boolean).length} of them within ${brush()!.axis}` : ''}.`}
          width={width()}
          height={height}
          viewBox={`0 0 ${width()} ${height}`}
          onPointerMove={(event) => begun && stretch(begun.axis, begun.from, placeOf(event))}
          onPointerUp={() => (begun = undefined)}
          onPointerCancel={() => (begun = undefined)}
        >
          <path d={plain(false)} fill="none" stroke="var(--fig-ghost)" opacity="0.35" />
          <path d={plain(true)} fill="none" stroke="var(--ink-3)" opacity={props.rows.length > 100 ? 0.3 : 0.6} />
          <For each={props.rows}>
            {(row, r) => (
              <Show when={props.slotOf(row.run.id) !== undefined}>
                <path
                  d={pathOf(r())}
                  fill="none"
                  stroke={colourOf(props.slotOf(row.run.id)!)}
                  stroke-width="2.5"
                  opacity={kept()[r()] ? 1 : 0.3}
                />
              </Show>
            )}
          </For>
          <For each={axes()}>
            {(axis, i) => (
              <>
                <text class="lab" x={xOf(i())} y="14" text-anchor="middle">
                  {axis.label}
                </text>
                <path class="ax" d={`M${xOf(i())} ${top}V${height - bottom}`} />
                <For each={axis.ticks}>
                  {({ place, text }) => (
                    <text class="on" x={xOf(i()) - 7} y={yOf(place) + 4} text-anchor="end">
                      {text}
                    </text>
                  )}
                </For>
                <Show when={brush()?.axis === axis.label && brush()}>
                  {(b) => <rect class="mark" x={xOf(i()) - 7} width="14" y={yOf(b().to)} height={yOf(b().from) - yOf(b().to)} />}
                </Show>
                <rect
                  class="grip"
                  x={xOf(i()) - 12}
                  y={top}
                  width="24"
                  height={height - bottom - top}
                  fill="transparent"
                  onPointerDown={(event) => {
                    event.currentTarget.ownerSVGElement?.setPointerCapture(event.pointerId);
                    begun = { axis: axis.label, from: placeOf(event) };
                    setBrush(undefined);
                  }}
                />
              </>
            )}
          </For>
        </svg>
      </div>
      <div class="brushes">
        <label class="field sm" for={`${name}-axis`}>
          <span>only</span>
          <select
            class="text"
            id={`${name}-axis`}
            onChange={(event) =>
              setBrush(event.currentTarget.value === '' ? undefined : { axis: event.currentTarget.value, from: 0, to: 1 })
            }
          >
            <option value="" selected={!brush()}>
              all runs
            </option>
            <For each={axes()}>
              {({ label }) => (
                <option value={label} selected={brush()?.axis === label}>
                  {label}
                </option>
              )}
            </For>
          </select>
        </label>
        <Show when={brush()}>
          {(b) => (
            <>
              <For each={['from', 'to'] as const}>
                {(end) => (
                  <label class="field sm">
                    <span>{end}</span>
                    <input
                      type="range"
                      min="0"
                      max="1"
                      step="0.01"
                      value={b()[end]}
                      style={{ '--at': `${b()[end] * 100}%` }}
                      onInput={(event) => setBrush({ ...b(), [end]: Number(event.currentTarget.value) })}
                    />
                  </label>
                )}
              </For>
              <span class="quiet" role="status">
                {plural(kept().filter(Boolean).length, 'run')}
              </span>
            </>
          )}
        </Show>
      </div>
    </Show>
  );
}
