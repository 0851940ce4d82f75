/* A run as a line among others: its colour and dash, the drawing that stands for it in words, and the numbers of several
   lines as a table. */

import { createSignal, For, Show, type JSX } from 'solid-js';
import { dashes, nearest } from './compare.ts';
import type { Band } from './seeds.ts';
import { extent, formatNumber, type Series } from './geometry.ts';

const valueRows = 12;

export interface Line {
  readonly id: string;
  /** Which of the figure colours, from 0. */
  readonly slot: number;
  readonly label: string;
  readonly series: Series;
  /** Drawn thin behind it: the values that were smoothed. */
  readonly raw?: Series;
  readonly finished: boolean;
  /** The spread over runs that differ in their seed alone; `series` is their mean then. */
  readonly band?: Band;
}

export const colourOf = (slot: number): string => `var(--fig-${slot + 1})`;

/** The line that stands for a run in words. */
export function Key(props: { readonly slot: number }): JSX.Element {
  return (
    <svg class="key" viewBox="0 0 20 4" width="20" height="4" aria-hidden="true">
      <path d="M0 2H20" stroke={colourOf(props.slot)} stroke-width="2.5" stroke-dasharray={dashes[props.slot] ?? ''} />
    </svg>
  );
}

/** A dozen steps of each line. */
export function Values(props: { readonly lines: readonly Line[]; readonly title: string; readonly over: string }): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const marks = (): number[] => {
    const ends = props.lines.flatMap(({ series }) => extent(series.steps) ?? []);
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    return ends.length === 0 ? [] : Array.from({ length: valueRows }, (_, i) => low + ((high - low) * i) / (valueRows - 1));
  };
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Values</summary>
      <Show when={open()}>
        <div class="scroll" tabindex="0" role="group" aria-label={`Values of ${props.title}`}>
          <table class="tbl">
            <thead>
              <tr>
                <th scope="col" class="r">
                  {props.over}
                </th>
                <For each={props.lines}>
                  {(line) => (
                    <th scope="col" class="r">
                      {line.label}
                    </th>
                  )}
                </For>
              </tr>
            </thead>
            <tbody>
              <For each={marks()}>
                {(at) => (
                  <tr>
                    <td class="r">{formatNumber(at)}</td>
                    <For each={props.lines}>
                      {({ series }) => (
                        <td class="r">
                          {at > (series.steps[series.steps.length - 1] ?? -1)
                            ? '–'
                            : formatNumber(series.values[nearest(series.steps, at)]!)}
                        </td>
                      )}
                    </For>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </Show>
    </details>
  );
}
