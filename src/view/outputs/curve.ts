/* One figure of a run's curves on uPlot: its axes, its scales and its cursor are uPlot's; the lines are drawn here, since they
   are thinned to the pixels of each column, so 100,000 points cost what a few hundred do. Earlier runs lie below in grey, the
   pass line is dashed with its value, the last point is open while the run goes on. */

import uPlot from 'uplot';
import { h, fill, setText } from '../dom.ts';
import { formatNumber } from '../runs/geometry.ts';
import { duration } from '../words.ts';
import { extentOf, nearest, smooth, thin, type Points, type Smooth, type Thin, logSplits } from './curve-data.ts';
import { css, token } from './theme.ts';
import 'uplot/dist/uPlot.min.css';

export interface CurveSeries {
  readonly name: string;
  readonly points: () => Points;
}

/** What a figure shows; functions are asked at every drawing. */
export interface CurveOptions {
  readonly title: string;
  readonly series: readonly CurveSeries[];
  readonly ghosts: () => readonly Points[];
  readonly passes: readonly { readonly value: number; readonly below: boolean }[];
  readonly finished: () => boolean;
  readonly view: () => CurveView;
}

export interface CurveView {
  readonly log: boolean;
  readonly time: boolean;
  /** From 0 (as logged) to below 1. */
  readonly smoothing: number;
}

export interface CurveFigure {
  readonly element: HTMLElement;
  /** Draws what is new. Returns whether there was anything. */
  draw(force?: boolean): boolean;
  /** New colours. */
  repaint(): void;
  dispose(): void;
}

const inks = ['--fig-1', '--fig-2', '--fig-3', '--fig-4', '--fig-5', '--fig-6'];
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4], [1, 4]];
const height = 212;

export function createCurve(options: CurveOptions): CurveFigure {
  const { series, title } = options;
  const states = series.map(() => ({ extent: extentOf(), smooth: undefined as Smooth | undefined, weight: -1 }));
  const caption = h('figcaption', {}),
    stage = h('div', { class: 'stage', tabindex: '0', role: 'group' }),
    tip = h('div', { class: 'tip sheet', hidden: true, 'aria-live': 'polite' });
  const element = h('figure', { class: 'curve' }, caption, stage);
  let colours: { ink: string; quiet: string; grid: string; edge: string; paper: string; ghost: string; lines: string[]; washes: string[] };
  let plot: uPlot | undefined,
    drawn = '',
    toldAt = -Infinity,
    view = options.view(),
    bounds = { x0: 0, x1: 1, y0: 0, y1: 1 };

  const xsOf = (points: Points): ArrayLike<number> => (view.time && points.times !== undefined ? points.times : points.steps);

  function readColours(): void {
    const at = stage.isConnected ? stage : document.body;
    const of = (name: string, alpha = 1): string => css(token(at, name), alpha);
    colours = {
      ink: of('--ink'),
      quiet: of('--ink-3'),
      grid: of('--fig-grid'),
      edge: of('--edge'),
      paper: of('--paper'),
      ghost: of('--fig-ghost'),
      lines: inks.map((name) => of(name)),
      washes: inks.map((name) => of(name, 0.28)),
    };
  }

  /** What the axes have to hold. */
  function measure(): void {
    let [x0, x1, low, high, positive] = [Infinity, -Infinity, Infinity, -Infinity, Infinity];
    const { log } = view;
    const take = (points: Points, extent: { low: number; high: number; positive: number }): void => {
      const xs = xsOf(points);
      if (xs.length === 0) return;
      x0 = Math.min(x0, xs[0]!);
      x1 = Math.max(x1, xs[xs.length - 1]!);
      low = Math.min(low, extent.low);
      high = Math.max(high, extent.high);
      positive = Math.min(positive, extent.positive);
    };
    series.forEach(({ points }, i) => take(points(), states[i]!.extent.upTo(points().values)));
    for (const ghost of options.ghosts()) if (!view.time || ghost.times) take(ghost, extentOf().upTo(ghost.values));
    for (const { value } of options.passes) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      if (value > 0) positive = Math.min(positive, value);
    }
    if (!(x1 >= x0)) [x0, x1] = [0, 1];
    if (x1 === x0) x1 = x0 + 1;
    if (!(high >= low)) [low, high] = [0, 1];
    if (log) {
      if (!(positive <= high)) [positive, high] = [0.1, 1];
      bounds = { x0, x1, y0: positive / 1.15, y1: high * 1.15 };
      return;
    }
    const pad = high > low ? (high - low) * 0.05 : Math.abs(high) * 0.1 || 1;
    bounds = { x0, x1, y0: low - pad, y1: high + pad };
  }

  function make(): uPlot {
    const { log } = view;
    const axis = { stroke: () => colours.quiet, font: '13px "Source Sans 3 Variable", system-ui, sans-serif' };
    const made = new uPlot(
      {
        width: Math.max(200, stage.clientWidth || 340),
        height,
        legend: { show: false },
        padding: [8, options.passes.length > 0 ? 66 : 56, 0, 0],
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: () => [bounds.x0, bounds.x1] },
          y: { range: () => [bounds.y0, bounds.y1], ...(log ? { distr: 3 as const, log: 10 as const } : {}) },
        },
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
        axes: [
          {
            ...axis,
            size: 30,
            space: 70,
            gap: 6,
            grid: { show: false },
            ticks: { size: 4, width: 1, stroke: () => colours.edge },
            border: { show: true, width: 1, stroke: () => colours.edge },
            values: (_, splits) => splits.map((v) => (view.time ? duration(v) : formatNumber(v))),
          },
          {
            ...axis,
            size: 48,
            space: 38,
            gap: 8,
            ...(log ? { splits: (_: uPlot, __: number, low: number, high: number) => logSplits(low, high) } : {}),
            grid: { width: 1, stroke: () => colours.grid, ...(log ? { filter: (_: uPlot, splits: number[]) => decadesOnly(splits) } : {}) },
            ticks: { show: false },
            values: (_, splits) => splits.map((v) => (v === null ? '' : formatNumber(v))),
            ...(log ? { filter: (_: uPlot, splits: number[]) => decadesOnly(splits) } : {}),
          },
        ],
        hooks: { draw: [paint], setCursor: [point] },
      },
      [
        [0, 1],
        [null, null],
      ] as unknown as uPlot.AlignedData,
      stage,
    );
    made.over.append(tip);
    return made;
  }

  // ---- lines
  function paint(u: uPlot): void {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    const { smoothing } = view;
    const columns = Math.max(10, Math.round(bbox.width / ratio));
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - 8 * ratio, bbox.top - 6 * ratio, bbox.width + 64 * ratio, bbox.height + 12 * ratio);
    ctx.clip();
    ctx.lineJoin = 'round';
    for (const ghost of options.ghosts()) {
      if (view.time && !ghost.times) continue;
      const values = smoothing > 0 ? smooth(smoothing).upTo(ghost.values) : ghost.values;
      line(u, thin(xsOf(ghost), values, bounds.x0, bounds.x1, columns), colours.ghost, 1.25);
    }
    const ends: { y: number; x: number; text: string; colour: string }[] = [];
    series.forEach(({ name, points }, i) => {
      const all = points(),
        xs = xsOf(all);
      if (xs.length === 0) return;
      const colour = colours.lines[i % 6]!;
      let shown: ArrayLike<number> = all.values;
      if (smoothing > 0) {
        line(u, thin(xs, all.values, bounds.x0, bounds.x1, columns), colours.washes[i % 6]!, 1.25);
        const state = states[i]!;
        if (state.weight !== smoothing) Object.assign(state, { smooth: smooth(smoothing), weight: smoothing });
        shown = state.smooth!.upTo(all.values);
      }
      line(u, thin(xs, shown, bounds.x0, bounds.x1, columns), colour, 2, dashes[i % 6]);
      let last = shown.length - 1;
      while (last > 0 && !Number.isFinite(place(u, shown[last]!))) last--;
      const x = u.valToPos(xs[last]!, 'x', true),
        y = place(u, shown[last]!);
      if (!Number.isFinite(y)) return;
      ctx.beginPath();
      ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
      ctx.fillStyle = options.finished() ? colour : colours.paper;
      ctx.fill();
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2 * ratio;
      ctx.setLineDash([]);
      ctx.stroke();
      ends.push({ x, y, colour, text: series.length > 1 ? half(name, title) : formatNumber(shown[last]!) });
    });
    ctx.font = `${13 * ratio}px "Source Sans 3 Variable", system-ui, sans-serif`;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    for (const { value } of options.passes) passLine(u, value, ends);
    let above = -Infinity;
    for (const end of ends.sort((a, b) => a.y - b.y)) {
      const y = Math.max(end.y, above + 15 * ratio);
      above = y;
      ctx.fillStyle = series.length > 1 ? end.colour : colours.ink;
      ctx.fillText(end.text, end.x + 9 * ratio, y);
    }
    ctx.restore();
  }
  /** Canvas px of a value; NaN where it has no place. */
  function place(u: uPlot, value: number): number {
    return view.log && !(value > 0) ? NaN : u.valToPos(value, 'y', true);
  }
  function line(u: uPlot, { x, y, length }: Thin, colour: string, width: number, dash: readonly number[] = []): void {
    const { ctx } = u,
      ratio = devicePixelRatio;
    // Two linear maps instead of a call of uPlot for each point.
    const { log } = view;
    const { left, top, width: wide, height: tall } = u.bbox;
    const { x0, x1 } = bounds;
    const low = log ? Math.log(bounds.y0) : bounds.y0,
      high = log ? Math.log(bounds.y1) : bounds.y1;
    ctx.beginPath();
    let pen = false;
    for (let i = 0; i < length; i++) {
      const v = log ? Math.log(y[i]!) : y[i]!;
      if (v - v !== 0) {
        pen = false;
        continue;
      }
      const px = left + ((x[i]! - x0) / (x1 - x0)) * wide,
        py = top + (1 - (v - low) / (high - low)) * tall;
      if (pen) ctx.lineTo(px, py);
      else ctx.moveTo(px, py);
      pen = true;
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * ratio;
    ctx.setLineDash(dash.map((d) => d * ratio));
    ctx.stroke();
    ctx.setLineDash([]);
  }
  /** Dashed, its value at the right, or above it at the left where a curve's end stands there. */
  function passLine(u: uPlot, value: number, ends: readonly { readonly x: number; readonly y: number }[]): void {
    const y = place(u, value);
    if (!Number.isFinite(y)) return;
    const { ctx, bbox } = u,
      ratio = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 1 * ratio;
    ctx.setLineDash([4 * ratio, 4 * ratio]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colours.ink;
    ctx.font = `${13 * ratio}px "Source Sans 3 Variable", system-ui, sans-serif`;
    const right = bbox.left + bbox.width;
    const taken = ends.some((end) => Math.abs(end.y - y) < 15 * ratio && end.x > right - 60 * ratio);
    ctx.textBaseline = taken ? 'bottom' : 'middle';
    ctx.fillText(`pass ${formatNumber(value)}`, taken ? bbox.left + 4 * ratio : right + 4 * ratio, taken ? y - 3 * ratio : y);
    ctx.textBaseline = 'middle';
  }

  // ---- the pointer, and keys that move it
  function point(u: uPlot): void {
    const { left } = u.cursor;
    if (left === undefined || left === null || left < 0) {
      tip.hidden = true;
      return;
    }
    const x = u.posToVal(left, 'x');
    const rows = series.flatMap(({ name, points }, i) => {
      const all = points(),
        xs = xsOf(all),
        at = nearest(xs, x);
      if (at < 0) return [];
      const step = xs[at]!;
      return [{ name, colour: inks[i % 6]!, step, value: all.values[at]! }];
    });
    if (rows.length === 0) return;
    const step = rows[0]!.step;
    fill(
      tip,
      h('span', { class: 'quiet' }, view.time ? `after ${duration(step)}` : `step ${formatNumber(step)}`),
      ...rows.map((row) =>
        h(
          'span',
          { class: 'row' },
          h('i', { style: `background: var(${row.colour})` }),
          series.length > 1 ? `${row.name} ` : '',
          h('b', { class: 'num' }, formatNumber(row.value)),
        ),
      ),
    );
    tip.hidden = false;
    const right = left > u.over.clientWidth / 2;
    tip.style.left = right ? '' : `${left + 12}px`;
    tip.style.right = right ? `${u.over.clientWidth - left + 12}px` : '';
  }
  stage.addEventListener('keydown', (event) => {
    if (plot === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const points = series[0]!.points(),
      xs = xsOf(points);
    const way = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
    const ends = { Home: 0, End: xs.length - 1 }[event.key];
    if (event.key === 'Escape' && !tip.hidden) {
      plot.setCursor({ left: -10, top: -10 });
      event.stopPropagation();
      return;
    }
    if (way === undefined && ends === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const { left } = plot.cursor;
    const now = left === undefined || left === null || left < 0 ? xs.length - 1 : nearest(xs, plot.posToVal(left, 'x'));
    // A key moves by a pixel at least, so that 100,000 points can be walked through.
    const pixel = Math.max(1, Math.round(xs.length / Math.max(1, plot.over.clientWidth)));
    const to = Math.max(0, Math.min(xs.length - 1, ends ?? now + way! * pixel));
    plot.setCursor({ left: Math.max(0, plot.valToPos(xs[to]!, 'x')), top: 10 });
  });
  stage.addEventListener('focusout', () => plot?.setCursor({ left: -10, top: -10 }));

  // ---- life
  const size = new ResizeObserver(() => {
    const width = stage.clientWidth;
    if (plot === undefined || width === 0 || Math.abs(width - plot.width) < 1) return;
    plot.setSize({ width, height });
  });
  const sentence = (): string => {
    const parts = series.map(({ name, points }, i) => {
      const { values, steps } = points();
      if (values.length === 0) return `${name}: no values yet`;
      const { low, high } = states[i]!.extent.upTo(values);
      const last = values.length - 1;
      return `${name} ${formatNumber(values[last]!)} at step ${formatNumber(steps[last]!)}, between ${formatNumber(low)} and ${formatNumber(high)}, ${formatNumber(values.length)} values`;
    });
    const pass = options.passes.map(({ value, below }) => `pass line ${below ? 'at most' : 'at least'} ${formatNumber(value)}`);
    const ghosts = options.ghosts().length;
    return `${[...parts, ...pass, ...(ghosts > 0 ? [`${ghosts} earlier ${ghosts === 1 ? 'run' : 'runs'} in grey`] : [])].join('; ')}${options.finished() ? '' : ', still running'}.`;
  };
  const draw = (force = false): boolean => {
    view = options.view();
    const state = `${series.map(({ points }) => points().values.length).join()} ${options.finished()} ${options.ghosts().length} ${view.time} ${view.smoothing}`;
    if (!force && state === drawn && plot !== undefined) return false;
    drawn = state;
    if (!stage.isConnected) return false;
    if (colours === undefined) readColours();
    const remake = plot !== undefined && (plot.scales['y']!.distr === 3) !== view.log;
    if (remake) {
      plot!.destroy();
      plot = undefined;
    }
    measure();
    if (plot === undefined) {
      plot = make();
      size.observe(stage);
    } else
      plot.setData([
        [bounds.x0, bounds.x1],
        [null, null],
      ] as unknown as uPlot.AlignedData);
    setText(caption, `${title}${view.log ? ', log' : ''}`);
    // Words cost more than lines: while the run goes on they follow four times a second.
    if (!force && !options.finished() && performance.now() - toldAt < 250) return true;
    toldAt = performance.now();
    const label = sentence();
    if (plot.root.getAttribute('aria-label') !== label) {
      plot.root.setAttribute('role', 'img');
      plot.root.setAttribute('aria-label', label);
      stage.setAttribute('aria-label', `${title}. Arrow keys read the values.`);
    }
    return true;
  };
  // Text on a canvas is in another face until the page's own has come.
  void document.fonts?.ready.then(() => plot?.redraw(false, true));
  return {
    element,
    draw,
    repaint() {
      readColours();
      plot?.redraw(false, true);
    },
    dispose() {
      size.disconnect();
      plot?.destroy();
    },
  };
}

/** Of uPlot's marks of a logarithmic axis the powers of ten alone, where there are two of them or more. */
function decadesOnly(splits: readonly number[]): (number | null)[] {
  const isDecade = (v: number): boolean => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9;
  return splits.filter(isDecade).length >= 2 ? splits.map((v) => (isDecade(v) ? v : null)) : [...splits];
}

/** `train` of `train_loss` in the figure `loss`. */
const half = (name: string, title: string): string => name.slice(0, name.length - title.length).replace(/[_./ -]+$/, '') || name;
