/* `Plot` in a TypeScript cell: Observable Plot without the library. Marks and transforms are noted, and `Plot.plot(…)` gives
   a figure that the page draws with the real library (view/outputs/plot.ts), so tooltips work. A call with functions that
   cannot become columns is drawn here, on a tiny document, by the pack `plot`; so is what must have a value at once
   (`Plot.scale`, formats, classes).
   A figure shows itself by the convention of all our own values: **whatever has a method under
   `Symbol.for('gradus.output')` is shown by calling it**; it returns an Output or a promise of one. */

import type { Output, PlotRecord } from '../../output/types.ts';
import type { Evaluation, Host } from '../host.ts';
import { callOf, encode, isMark, isRecorded, NeedsLibrary, noted, type Call } from './record.ts';
import type { PlotPack } from './draw.ts';

const output: unique symbol = Symbol.for('gradus.output') as never;

/** The page's tokens: a picture drawn here still follows its theme. */
const categories = [1, 2, 3, 4, 5, 6].map((number) => `var(--fig-${number})`);

type PlotOutput = Extract<Output, { kind: 'plot' }>;

/** What `Plot.plot(…)` returns in a cell. */
export interface Figure {
  [output](): PlotOutput | Promise<PlotOutput>;
  /** The scale of the drawn figure, as `plot.scale(name)` of Observable Plot. */
  scale(name: string): unknown;
  /** A legend for one of its scales, to be shown beside it. */
  legend(name: string, options?: object): Figure;
}

/** Whether `value` is a figure of ours. */
export function isPlot(value: unknown): value is Figure {
  return typeof value === 'object' && value !== null && output in value;
}

/** The figure as an output: a record for the page, or the picture where it had to be drawn here. */
export function toPlotOutput(figure: Figure): PlotOutput | Promise<PlotOutput> {
  return figure[output]();
}

/** The name `Plot` of a cell. The library itself is loaded only where a call needs it. */
export function createPlot(host: Pick<Host, 'load' | 'options'>, _evaluation?: Evaluation): Readonly<Record<string, unknown>> {
  /** Values of the real library (or our stand-ins) that may stand in options: how to say them in a record. */
  const names = new WeakMap<object, Call | string>();
  const nameOf = (value: unknown): Call | string | undefined =>
    (typeof value === 'object' && value !== null) || typeof value === 'function' ? names.get(value) : undefined;
  const said = <T>(value: T, name: Call | string): T => {
    if ((typeof value === 'object' && value !== null && !Array.isArray(value)) || typeof value === 'function') names.set(value, name);
    return value;
  };

  const figure = (call: Call): Figure => {
    let record: PlotRecord | undefined;
    try {
      const encoded = encode(call, nameOf) as { args: unknown[] };
      record = { call: call.name as PlotRecord['call'], options: encoded.args };
    } catch (error) {
      if (!(error instanceof NeedsLibrary)) throw error;
    }
    const options = (call.args[0] ?? {}) as { title?: unknown; ariaLabel?: unknown; ariaDescription?: unknown; marks?: unknown };
    const words = {
      ...(typeof options.title === 'string' ? { title: options.title } : {}),
      alt: [options.ariaLabel, options.ariaDescription].find((text) => typeof text === 'string') ?? describe(call, options),
    };
    return {
      [output]() {
        if (record) return { kind: 'plot', plot: record, ...words };
        return host.load('plot').then((pack) => ({ kind: 'plot', svg: (pack as PlotPack).draw(call, categories), ...words }));
      },
      scale: (name) => packNow(host).scale(call, name),
      legend: (name, more = {}) => drawnFigure(() => packNow(host).legend(call, name, more), `Legend of ${name}`),
    };
  };

  const note = (name: string, args: unknown[]): unknown => {
    const call: Call = { name, args };
    if (name === 'plot' || name === 'legend') return figure(call);
    const value = { [noted]: call };
    if (isMark(name) || name === 'marks') {
      Object.defineProperty(value, 'plot', {
        value: ({ marks = [], ...options }: { marks?: unknown[] } = {}) =>
          figure({ name: 'plot', args: [{ ...options, marks: [...marks, value] }] }),
      });
    }
    return value;
  };

  const library = new Map<string, unknown>([
    ['identity', said({ transform: (data: unknown) => data }, 'identity')],
    ['indexOf', said({ transform: (data: ArrayLike<unknown>) => Array.from(data, (_, index) => index) }, 'indexOf')],
  ]);
  /** One of Plot's own values; what its functions return is remembered, so that it can be said again in a record. */
  const fromLibrary = (name: string): unknown => {
    const value = (packNow(host).Plot as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== 'function' || /^[A-Z]/.test(name)) return value;
    return said((...args: unknown[]) => said((value as (...args: unknown[]) => unknown)(...args), { name, args }), name);
  };

  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name !== 'string' || name === 'then' || name === 'toJSON') return undefined;
        if (!library.has(name)) library.set(name, isRecorded(name) ? (...args: unknown[]) => note(name, args) : fromLibrary(name));
        return library.get(name);
      },
    },
  );
}

function drawnFigure(draw: () => string, alt: string): Figure {
  const none = () => {
    throw new Error('Plot: a legend has no scales of its own. Ask the figure that it belongs to.');
  };
  return { [output]: () => ({ kind: 'plot', svg: draw(), alt }), scale: none, legend: none };
}

/** The pack at once: what a call returns cannot wait for it. A classic worker can fetch a script synchronously. */
function packNow(host: Pick<Host, 'options'>): PlotPack {
  const scope = globalThis as { __gradusPacks?: Record<string, unknown>; importScripts?: (url: string) => void };
  const url = host.options.packs['plot'];
  if (!scope.__gradusPacks?.['plot'] && url) scope.importScripts?.(url);
  const pack = scope.__gradusPacks?.['plot'] as PlotPack | undefined;
  if (!pack) throw new Error('Plot: the library could not be loaded. Load the page again.');
  return pack;
}

/** A sentence for who cannot see the figure: its marks and what they show. */
function describe(call: Call, options: { marks?: unknown; x?: unknown; y?: unknown }): string {
  const marks: string[] = [];
  const visit = (value: unknown): void => {
    const inner = callOf(value);
    if (Array.isArray(value)) value.forEach(visit);
    else if (inner?.name === 'marks') visit(inner.args);
    else if (inner && !/^(axis|grid|frame|tip|crosshair)/.test(inner.name)) marks.push(inner.name.replace(/[XY]$/, ''));
  };
  visit(options.marks);
  const label = (axis: unknown) => (axis as { label?: unknown } | undefined)?.label;
  const axes = [
    ['x', label(options.x)],
    ['y', label(options.y)],
  ]
    .filter(([, text]) => typeof text === 'string')
    .map(([axis, text]) => `${axis} is ${text}`);
  return [call.name === 'legend' ? 'Legend' : `Figure of ${[...new Set(marks)].join(', ') || 'axes'}`, ...axes].join('; ') + '.';
}
