/* Live curves of a run below the cell that trains: one figure for each metric (train and test of one share it), with what can
   be chosen about them, and their numbers behind "Values". Points come from the session as they are logged; of a run from
   before, from what its output carries. uPlot comes with the first one. */

import type { Output } from '../../output/types.ts';
import { fill, h, setText } from '../dom.ts';
import { formatNumber } from '../runs/geometry.ts';
import { plural } from '../words.ts';
import type { Draw, RunCurves } from './index.ts';
import { extentOf, groupsOf, type Points } from './curve-data.ts';
import { makeFate } from './fate.ts';
import { createCurve, type CurveFigure, type CurveView } from './curve.ts';
import { onTheme } from './theme.ts';
import './metric.css';

type Metric = Extract<Output, { kind: 'metric' }>;

const ghostsShown = 4;
const rowsShown = 100;

export const drawMetric: Draw<'metric'> = (output, element, context) => {
  let metric: Metric = output,
    live: RunCurves | undefined = context.curves?.live(output.run),
    ghosts: readonly Readonly<Record<string, Points>>[] = [],
    chosen: Partial<CurveView> = {},
    names: readonly string[] = [],
    frame = 0,
    gone = false,
    open = false,
    seen = false,
    toldAt = -Infinity;
  const extents = new Map<string, ReturnType<typeof extentOf>>();
  const extentAt = (name: string): ReturnType<typeof extentOf> => {
    let extent = extents.get(name);
    if (extent === undefined) extents.set(name, (extent = extentOf()));
    return extent;
  };
  const pointsOf = (name: string): Points => live?.get(name) ?? metric.series[name] ?? { steps: [], values: [] };
  interface Slot {
    readonly names: readonly string[];
    readonly figure: CurveFigure;
  }
  const figures: Slot[] = [];

  // ---- what can be chosen
  const linear = choice('Linear', () => choose({ log: false })),
    log = choice('Log', () => choose({ log: true })),
    bySteps = choice('Steps', () => choose({ time: false })),
    byTime = choice('Time', () => choose({ time: true }));
  const scales = h('span', { class: 'seg', role: 'group', 'aria-label': 'Scale' }, linear, log),
    axes = h('span', { class: 'seg', role: 'group', 'aria-label': 'Horizontal axis' }, bySteps, byTime);
  const weight = h('input', {
    type: 'range',
    min: '0',
    max: '0.99',
    step: '0.01',
    'aria-label': 'Smoothing',
    oninput: () => choose({ smoothing: Number(weight.value) }),
  });
  const weightSaid = h('output', { class: 'num' });
  const values = h(
    'button',
    {
      type: 'button',
      class: 'btn bare small',
      'aria-expanded': 'false',
      onclick: () => {
        open = !open;
        values.setAttribute('aria-expanded', String(open));
        tell();
      },
    },
    'Values',
  );
  const said = h('p', { class: 'cap' }),
    table = h('div', { class: 'values', hidden: true });
  const box = h('div', { class: 'charts-of' });
  const tools = h(
    'div',
    { class: 'tools' },
    scales,
    axes,
    h('label', { class: 'smoothing' }, 'smooth', weight, weightSaid),
    h('span', { class: 'grow' }),
    values,
  );
  const fate = makeFate(context);
  element.append(h('div', { class: 'metric' }, box, fate.element, said, tools, table));

  const choose = (what: Partial<CurveView>): void => {
    chosen = { ...chosen, ...what };
    drawAll(true);
  };
  /** Values over decades are shown so from the start, and noise is smoothed once there is enough of it. */
  const viewOf = (group: readonly string[]): CurveView => {
    const all = group.map((name) => extentAt(name).upTo(pointsOf(name).values));
    const wide = all.every(({ low, high, positive }) => low > 0 && high > 50 * positive);
    const many = Math.max(0, ...group.map((name) => pointsOf(name).values.length));
    return { log: chosen.log ?? wide, time: chosen.time ?? false, smoothing: chosen.smoothing ?? (many >= 300 ? 0.9 : 0) };
  };

  function build(): void {
    names = [...new Set([...Object.keys(metric.series), ...(live?.keys() ?? [])])];
    for (const { figure } of figures.splice(0)) figure.dispose();
    const passes = context.curves?.passes(metric.name) ?? [];
    for (const group of groupsOf(names)) {
      const slot: Slot = {
        names: group.names,
        figure: createCurve({
          title: group.title,
          series: group.names.map((name) => ({ name, points: () => pointsOf(name) })),
          ghosts: () => ghosts.flatMap((run) => group.names.flatMap((name) => (run[name] ? [run[name]] : []))),
          passes: passes
            .filter(({ metric: of }) => group.names.includes(of))
            .flatMap(({ min, max }) => [
              ...(min === undefined ? [] : [{ value: min, below: false }]),
              ...(max === undefined ? [] : [{ value: max, below: true }]),
            ]),
          finished: () => metric.finished,
          view: () => viewOf(group.names),
        }),
      };
      figures.push(slot);
    }
    box.dataset['many'] = String(figures.length > 1);
    fill(box, ...figures.map(({ figure }) => figure.element));
  }

  function drawAll(force = false): void {
    let drew = false;
    for (const { figure } of figures) drew = figure.draw(force) || drew;
    if (!drew && !force) return;
    if (!force && !metric.finished && performance.now() - toldAt < 250) return;
    toldAt = performance.now();
    tell();
  }
  /** The words and the table beside the figures. */
  function tell(): void {
    const view = figures[0] === undefined ? undefined : viewOf(figures[0].names);
    if (view === undefined) return;
    const any = figures.some((slot) => viewOf(slot.names).log);
    press(linear, !any);
    press(log, any);
    press(bySteps, !view.time);
    press(byTime, view.time);
    axes.hidden = !names.some((name) => pointsOf(name).times !== undefined);
    const smoothing = chosen.smoothing ?? Math.max(...figures.map(({ names: of }) => viewOf(of).smoothing));
    weight.value = String(smoothing);
    weight.style.setProperty('--at', `${smoothing * 101}%`);
    setText(weightSaid, smoothing === 0 ? 'off' : smoothing.toFixed(2));
    setText(
      said,
      ghosts.length === 0
        ? `${metric.name}${metric.finished ? '' : ', running'}`
        : `${metric.name}. Grey: ${plural(ghosts.length, 'earlier run')}.`,
    );
    table.hidden = !open;
    if (open) fill(table, summary(), rows());
  }
  function summary(): HTMLElement {
    return h(
      'table',
      { class: 'tbl' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...['metric', 'last', 'min', 'max', 'values'].map((name, i) => h('th', { scope: 'col', class: i > 0 ? 'r' : undefined }, name)),
        ),
      ),
      h(
        'tbody',
        {},
        ...names.map((name) => {
          const { values: all } = pointsOf(name),
            { low, high } = extentAt(name).upTo(all);
          return h(
            'tr',
            {},
            h('th', { scope: 'row' }, name),
            ...[all[all.length - 1] ?? NaN, low, high, all.length].map((x) =>
              h('td', { class: 'r' }, Number.isFinite(x) ? formatNumber(x) : '–'),
            ),
          );
        }),
      ),
    );
  }
  function rows(): HTMLElement {
    const lead = pointsOf(names[0] ?? ''),
      n = lead.steps.length;
    const picks =
      n <= rowsShown
        ? Array.from({ length: n }, (_, i) => i)
        : Array.from({ length: rowsShown }, (_, k) => Math.round((k * (n - 1)) / (rowsShown - 1)));
    // Metrics may have been logged at other steps: what stands in a row was logged at its step.
    const at = names.map((name) => {
      const { steps, values: all } = pointsOf(name);
      return new Map(Array.from({ length: steps.length > 20_000 ? 0 : steps.length }, (_, i) => [steps[i]!, all[i]!]));
    });
    return h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `Values of ${metric.name}` },
      h(
        'table',
        { class: 'tbl' },
        h('thead', {}, h('tr', {}, ...['step', ...names].map((name) => h('th', { scope: 'col', class: 'r' }, name)))),
        h(
          'tbody',
          {},
          ...picks.map((i) => {
            const step = lead.steps[i]!;
            return h(
              'tr',
              {},
              h('td', { class: 'r' }, formatNumber(step)),
              ...names.map((name, k) => {
                const value = k === 0 ? lead.values[i] : (at[k]!.get(step) ?? pointsOf(name).values[at[k]!.size === 0 ? i : -1]);
                return h('td', { class: 'r' }, value === undefined ? '' : formatNumber(value));
              }),
            );
          }),
        ),
      ),
      n > picks.length ? h('p', { class: 'cap' }, `${plural(picks.length, 'row')} of ${formatNumber(n)}.`) : null,
    );
  }

  // ---- life: while the run goes on and is seen, each frame draws what came since the last one
  const tick = (): void => {
    frame = 0;
    if (gone) return;
    if (seen && element.isConnected) follow();
    if (!metric.finished && seen) frame = requestAnimationFrame(tick);
  };
  const follow = (): void => {
    live = context.curves?.live(metric.run) ?? live; // views that end where the run was when they were asked for
    const known = new Set(names);
    if ([...(live?.keys() ?? []), ...Object.keys(metric.series)].some((name) => !known.has(name))) build();
    drawAll();
  };
  const watcher = new IntersectionObserver((entries) => {
    seen = entries.at(-1)!.isIntersecting;
    if (seen && frame === 0) frame = requestAnimationFrame(tick);
  });
  build();
  fate.follow(metric);
  watcher.observe(element);
  const undoTheme = onTheme(() => {
    for (const { figure } of figures) figure.repaint();
  });
  void context.curves?.earlier(metric.name, metric.run).then(
    (runs) => {
      if (gone) return;
      ghosts = runs.slice(0, ghostsShown).map((run) => run.metrics);
      drawAll(true);
    },
    () => undefined, // curves of before are an addition
  );
  return {
    update(next) {
      if (next.kind !== 'metric' || next.run !== metric.run) return false;
      metric = next;
      fate.follow(next);
      if (seen) follow();
      if (seen && !next.finished && frame === 0) frame = requestAnimationFrame(tick);
      return true;
    },
    dispose() {
      gone = true;
      cancelAnimationFrame(frame);
      watcher.disconnect();
      undoTheme();
      for (const { figure } of figures) figure.dispose();
    },
  };
};

function choice(label: string, act: () => void): HTMLButtonElement {
  return h('button', { type: 'button', 'aria-pressed': 'false', onclick: act }, label);
}
function press(button: HTMLElement, pressed: boolean): void {
  button.setAttribute('aria-pressed', String(pressed));
}
