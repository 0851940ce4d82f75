/* The lines of a cell's log as one thing: which of them are shown, and the bar above them once there are many (log-bar.ts, a
   chunk of its own). A line stays an output of its own; equal ones that follow each other are folded by index.ts. */

import type { KeyedOutput } from '../../session/types.ts';
import type { LogView } from './log-view.ts';

/** So many lines have a bar with search and levels. */
const barFrom = 12;

/** The level that is chosen for so many lines: none where there is no bar to choose another one. */
export const levelOf = (view: LogView, lines: number): LogView['level'] => (lines < barFrom ? undefined : view.level);

const views = new WeakMap<HTMLElement, LogView>();

export function logViewOf(container: HTMLElement): LogView {
  let view = views.get(container);
  if (view === undefined) views.set(container, (view = { all: false, level: undefined, bar: undefined, outputs: [], loading: false }));
  return view;
}

/** Puts the bar above the first line where it is due. `redraw` draws the cell's outputs again. */
export function tellLogs(container: HTMLElement, outputs: readonly KeyedOutput[], lines: number, redraw: () => void): void {
  const known = views.get(container);
  if (known === undefined && lines < barFrom) return;
  const view = logViewOf(container);
  view.outputs = outputs;
  if (lines < barFrom) {
    view.bar?.element.remove();
    return;
  }
  if (view.bar === undefined) {
    if (view.loading) return;
    view.loading = true;
    import('./log-bar.ts').then(
      ({ makeLogBar }) => {
        view.bar = makeLogBar(container, view, redraw);
        tellLogs(container, view.outputs, lines, redraw);
      },
      () => {
        view.loading = false; // tried again with the next line
      },
    );
    return;
  }
  const { element } = view.bar;
  const first = container.querySelector(':scope > [data-kind="log"]');
  if (first !== null && element.nextElementSibling !== first) first.before(element);
  else if (first === null && !element.isConnected) container.append(element);
  view.bar.update(outputs);
}
