/* The chosen runs over each other: one drawing for each metric with one crosshair, smoothed on request, over steps or time,
   linear or log. */

import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import { labelOf, metricsOf, overTime, smoothed } from './compare.ts';
import { extent } from './geometry.ts';
import type { Line } from './Line.tsx';
import { Overlay } from './Overlay.tsx';
import type { Row } from './rows.ts';

const numbers = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six'];

export function Compare(props: { readonly rows: readonly Row[]; readonly slotOf: (id: string) => number | undefined }): JSX.Element {
  const [weight, setWeight] = createSignal(0);
  const [time, setTime] = createSignal(false);
  const [log, setLog] = createSignal<boolean>();
  const [at, setAt] = createSignal<number>();
  const metrics = createMemo(() => metricsOf(props.rows));
  const linesOf = (metric: string): Line[] =>
    props.rows.flatMap((row) => {
      const found = row.metrics[metric];
      if (!found) return [];
      const raw = time() ? overTime(found, row) : found;
      return [
        {
          id: row.run.id,
          slot: props.slotOf(row.run.id) ?? 0,
          label: labelOf(row, props.rows),
          series: smoothed(raw, weight()),
          finished: row.run.state !== 'running',
          ...(weight() > 0 ? { raw } : {}),
        },
      ];
    });
  /** Log by itself where positive values fall or rise by more than a factor of thirty. */
  const logOf = (metric: string): boolean => {
    const wanted = log();
    if (wanted !== undefined) return wanted;
    const ends = props.rows.flatMap((row) => extent(row.metrics[metric]?.values ?? []) ?? []);
    return ends.length > 0 && Math.min(...ends) > 0 && Math.max(...ends) > 30 * Math.min(...ends);
  };
  const anyLog = (): boolean => metrics().some(logOf);
  return (
    <section class="compare" aria-labelledby="compare-title">
      <header>
        <h2 id="compare-title">
          {props.rows.length === 1
            ? `${props.rows[0]!.run.name} ${props.rows[0]!.number}`
            : `${numbers[props.rows.length] ?? props.rows.length} runs compared`}
        </h2>
        <span class="grow" />
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
        <Toggle label="Horizontal axis" names={['Step', 'Time']} first={!time()} choose={(first) => setTime(!first)} />
        <Toggle label="Vertical axis" names={['Log', 'Linear']} first={anyLog()} choose={setLog} />
      </header>
      <Show
        when={metrics().length > 0}
        fallback={<p class="quiet">{props.rows.length === 1 ? 'This run' : 'None of these runs'} logged no metrics.</p>}
      >
        <div class="charts">
          <For each={metrics()}>
            {(metric) => (
              <Overlay
                title={metric}
                over={time() ? 'seconds' : 'step'}
                lines={linesOf(metric)}
                log={logOf(metric)}
                at={at()}
                point={setAt}
              />
            )}
          </For>
        </div>
        <Show when={time()}>
          <p class="cap">A run keeps how long it took in all; its steps are drawn as equally long.</p>
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
