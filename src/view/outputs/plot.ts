/* Draws a plot output in the page: replays the calls that the worker recorded (stdlib/plot/record.ts says how) with the
   real Observable Plot, in the colours and type of look.md; or inserts the picture that the worker drew, purified. The
   library is loaded with the first figure: its common part, or all of it where the figure needs more. A record comes from a
   notebook and may be anything: only Plot's own functions are ever called, with plain data, and links lose what is no address. */

import type { Output, PlotRecord } from '../../output/types.ts';
import { button, h, s } from '../dom.ts';
import { count } from '../words.ts';
import { sentenceOf, tablesOf, tellingMark, type PlotTable } from './plot-words.ts';
import { css, onTheme, token } from './theme.ts';
import { timed, turn } from './turns.ts';
import './plot.css';

/** Plot, or its common part. */
type Plot = object;
type PlotOutput = Extract<Output, { kind: 'plot' }>;

/** How a figure looks here. Absent fields leave Plot's own defaults. */
export interface PlotTheme {
  /** Colours of categories, in order. */
  readonly categories?: readonly string[];
  /** Ends of a sequential scale, from nothing to much. */
  readonly sequential?: readonly string[];
  /** Negative, zero, positive. */
  readonly diverging?: readonly string[];
  /** Width in px where the call says none. */
  readonly width?: number;
  /** Most px there are: a figure that asks for more is drawn as wide as this, its height in proportion. */
  readonly room?: number;
  readonly style?: Readonly<Record<string, string>>;
  readonly marginLeft?: number;
  readonly marginBottom?: number;
  /** Draws here instead of in the page's document; for tests. */
  readonly document?: unknown;
}

/** Values in mono, with room around them (plot.css does the rest). */
const tipLook = { monospace: true, lineHeight: 1.4, textPadding: 10 };

/** The figure of `record` as an element: an `svg`, or a `figure` where it has a title or legend. */
export function replay(record: PlotRecord, Plot: Plot, theme: PlotTheme = {}): Element {
  const functions = Plot as unknown as Readonly<Record<string, unknown>>;
  const own = (name: unknown): unknown => {
    if (typeof name !== 'string' || !Object.hasOwn(functions, name))
      throw new Error(`Plot: there is no Plot.${String(name)} in this version.`);
    return functions[name];
  };
  // Every recorded figure answers the pointer: where its author chose no tip, the mark that tells most gets one.
  const telling = theme.document === undefined ? tellingMark(record) : undefined;
  const decode = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map(decode);
    const node = value as { $?: unknown; name?: unknown; args?: unknown[]; values?: unknown; call?: unknown; rest?: object };
    switch (node.$) {
      case 'data':
      case 'column':
        return node.values;
      case 'ref':
        return own(node.name);
      case 'call': {
        const args = (node.args ?? []).map(decode);
        const options = args.at(-1) as { tip?: unknown } | undefined;
        if (node === telling) args[1] = { ...(args[1] as object | undefined), tip: tipLook };
        else if (theme.document === undefined && args.length > 1 && options?.tip === true)
          args[args.length - 1] = { ...options, tip: tipLook };
        return (own(node.name) as (...args: unknown[]) => unknown)(...args);
      }
      case 'spread':
        return { ...(decode(node.call) as object), ...(decode(node.rest) as object) };
      default:
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
    }
  };

  const given = record.options as readonly unknown[];
  const make = (more: object): Element => {
    // Decoded anew for each drawing: marks keep state of the figure that they are in.
    const [options, ...rest] = given.map(decode) as [Record<string, unknown>, ...unknown[]];
    const color = 'color' in more ? { color: { ...(options?.['color'] as object), ...(more.color as object) } } : {};
    const figure = own(record.call === 'legend' ? 'legend' : 'plot') as (options: object, ...rest: unknown[]) => Element;
    return figure(
      {
        ...defaultsFor(options ?? {}, theme),
        ...options,
        ...fitted(options ?? {}, theme.room),
        ...color,
        ...(theme.document ? { document: theme.document } : {}),
      },
      ...rest,
    );
  };
  const element = make({});
  const range = colorRange(element, (given[0] ?? {}) as { color?: unknown }, theme);
  const drawn = range ? make({ color: range }) : element;
  for (const link of drawn.querySelectorAll('a')) dropBadLink(link);
  return drawn;
}

function defaultsFor(options: Record<string, unknown>, theme: PlotTheme): object {
  const { width, style, marginLeft, marginBottom } = theme;
  const axis = (name: string) => options['axis'] !== null && (options[name] as { axis?: unknown } | null | undefined)?.axis !== null;
  const free = options['margin'] === undefined;
  return {
    ...(width ? { width } : {}),
    ...(style && typeof options['style'] !== 'string' ? { style: { ...style, ...(options['style'] as object) } } : {}),
    ...(marginLeft && free && axis('y') ? { marginLeft } : {}),
    ...(marginBottom && free && axis('x') ? { marginBottom } : {}),
  };
}

/** Width and height of a figure that asks for more room than there is. */
function fitted({ width, height }: Record<string, unknown>, room: number | undefined): object {
  if (room === undefined || typeof width !== 'number' || width <= room) return {};
  return { width: room, ...(typeof height === 'number' ? { height: Math.round((height * room) / width) } : {}) };
}

/** What the colour scale of a drawn figure should have had, where its author left it open. */
function colorRange(element: Element, options: { color?: unknown }, theme: PlotTheme): object | undefined {
  const said = options.color as { range?: unknown; scheme?: unknown; interpolate?: unknown } | undefined;
  if (said?.range || said?.scheme || said?.interpolate) return undefined;
  const scale = (element as { scale?: (name: string) => { type?: string } | undefined }).scale?.('color');
  const range = !scale?.type
    ? undefined
    : /ordinal|categorical|point|band/.test(scale.type)
      ? theme.categories
      : scale.type.startsWith('diverging')
        ? theme.diverging
        : /linear|pow|sqrt|log|symlog/.test(scale.type)
          ? theme.sequential
          : undefined;
  return range ? { range } : undefined;
}

function dropBadLink(link: Element): void {
  for (const name of ['href', 'xlink:href']) {
    const address = link.getAttribute(name);
    if (address && !/^(https?:|mailto:|#|\/|\.)/i.test(address)) link.removeAttribute(name);
  }
}

/** Draws `output` into `element` and resolves to what takes it away again. Follows the theme and the width of the page.
    `name`: of the files that it is saved as. */
export async function drawPlot(output: PlotOutput, element: HTMLElement, name = 'figure'): Promise<() => void> {
  if ('svg' in output) {
    const { default: DOMPurify } = await import('dompurify');
    const clean = DOMPurify.sanitize(output.svg, {
      RETURN_DOM_FRAGMENT: true,
      USE_PROFILES: { html: true, svg: true, svgFilters: true },
      ADD_TAGS: ['style'],
    });
    const stage = h('div', { class: 'plot-stage' });
    stage.append(clean);
    shareRules(stage);
    element.replaceChildren(stage, foot(stage, [], name));
    dress(stage.firstElementChild, nameOf(output), undefined);
    return () => element.replaceChildren();
  }
  const { plot: record } = output;
  const Plot = await libraryFor(record);
  await turn();
  const stage = h('div', { class: 'plot-stage' });
  element.replaceChildren(stage, foot(stage, record.call === 'legend' ? undefined : () => tablesOf(record), name));
  let drawnFor = 0;
  const draw = (): void => {
    drawnFor = element.clientWidth;
    const figure = replay(record, Plot, pageTheme(element));
    shareRules(figure);
    const scales = (figure as { scale?: Parameters<typeof sentenceOf>[1] }).scale ?? (() => undefined);
    dress(figure, nameOf(output, sentenceOf(record, scales)), scales);
    stage.replaceChildren(figure);
  };
  timed(draw);
  const undoTheme = onTheme(draw);
  const size = new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width > 0 && Math.abs(width - drawnFor) > 4 && (width < 960 || drawnFor < 960)) draw();
  });
  size.observe(element);
  return () => {
    undoTheme();
    size.disconnect();
    element.replaceChildren();
  };
}

const rules = new Set<string>();
/** Takes the rules that Plot writes into every figure out of `figure`: they stand in the page once, since with every sheet that comes
    or goes the page finds the style of all its elements anew. */
function shareRules(figure: Element): void {
  for (const sheet of figure.querySelectorAll('style')) {
    const text = sheet.textContent;
    if (!/^\s*:where\(\.plot-[\w-]+\)/.test(text)) continue; // an author's own
    sheet.remove();
    if (rules.has(text)) continue;
    rules.add(text);
    document.head.append(h('style', {}, text));
  }
}

/** What is said of a figure: its author's words, then ours. */
function nameOf({ title, alt }: PlotOutput, sentence = ''): string {
  const own = alt !== undefined && !/^(Figure of|Legend)/.test(alt) ? alt : sentence === '' ? alt : undefined;
  return [title, own, sentence].filter((text) => text).join('. ') || 'Figure';
}

/** Below a figure: its numbers, and ways to take it along. `tables`: absent where there are none to show. */
function foot(stage: HTMLElement, tables: (() => readonly PlotTable[]) | readonly [] | undefined, name: string): HTMLElement {
  const box = h('div', { class: 'plot-values', hidden: true });
  const values = button(
    'Values',
    () => {
      const open = values.getAttribute('aria-expanded') !== 'true';
      values.setAttribute('aria-expanded', String(open));
      box.hidden = !open;
      if (open && typeof tables === 'function') box.replaceChildren(...valuesOf(tables()));
    },
    { class: 'btn bare small', 'aria-expanded': 'false' },
  );
  const save = (as: 'Svg' | 'Png') => (): void => {
    void import('./plot-save.ts').then(async (saving) => saving[`save${as}`](stage, name));
  };
  return h(
    'div',
    { class: 'plot-foot' },
    h(
      'div',
      { class: 'row' },
      typeof tables === 'function' ? values : null,
      button('SVG', save('Svg'), { class: 'btn bare small', 'aria-label': 'Download as SVG' }),
      button('PNG', save('Png'), { class: 'btn bare small', 'aria-label': 'Download as PNG' }),
    ),
    box,
  );
}

/** Class of a column: numbers stand at the right. */
const numeric = ({ rows }: PlotTable, k: number): string | undefined =>
  rows.every((row) => /^$|^[-−\d.,e]+$|^NaN$/.test(row[k] ?? '')) ? 'r' : undefined;

function valuesOf(tables: readonly PlotTable[]): HTMLElement[] {
  if (tables.length === 0) return [h('p', { class: 'quiet' }, 'This figure has no rows of its own.')];
  return tables.map((table) =>
    h(
      'div',
      {},
      h(
        'div',
        { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `Values of ${table.title}` },
        h(
          'table',
          { class: 'tbl' },
          h('thead', {}, h('tr', {}, ...table.columns.map((column, k) => h('th', { scope: 'col', class: numeric(table, k) }, column)))),
          h('tbody', {}, ...table.rows.map((row) => h('tr', {}, ...row.map((text, k) => h('td', { class: numeric(table, k) }, text))))),
        ),
      ),
      table.total > table.rows.length ? h('p', { class: 'cap' }, `${count(table.rows.length)} of ${count(table.total)} rows.`) : null,
    ),
  );
}

/** The common part of Plot where it has every name of the record, else all of it. */
export async function libraryFor(record: PlotRecord): Promise<Plot> {
  const common = await import('./plot-common.ts');
  return namesIn(record.options).every((name) => Object.hasOwn(common, name)) ? common : import('@observablehq/plot');
}

/** Plot's names that drawing `value`, a part of a record, calls or refers to. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const { $, name } = value as { $?: unknown; name?: unknown };
  if ($ === 'data' || $ === 'column') return [];
  return [...($ === 'call' || $ === 'ref' ? [String(name)] : []), ...Object.values(value).flatMap(namesIn)];
}

type Scales = Parameters<typeof sentenceOf>[1];

/** What Plot itself cannot be told: the figure's sentence, the ground of tips, which it sets to white, and a crosshair under them. */
function dress(figure: Element | null, name: string, scales: Scales | undefined): void {
  if (figure instanceof SVGSVGElement) figure.setAttribute('aria-label', name);
  for (const svg of figure instanceof SVGSVGElement ? [figure] : (figure?.querySelectorAll('svg') ?? [])) {
    svg.style.setProperty('--plot-background', 'var(--sheet)');
    svg.style.fontSize ||= '13px';
    // Plot names its groups, which have no role that takes a name; inside an image nobody hears them.
    svg.setAttribute('role', 'img');
    if (svg !== figure) svg.setAttribute('aria-label', name);
    const strip = (): void => {
      for (const part of svg.querySelectorAll('[aria-label], [aria-description]')) {
        if (part.getAttribute('aria-label') === 'tip') part.classList.add('plot-tip');
        part.removeAttribute('aria-label');
        part.removeAttribute('aria-description');
      }
    };
    strip();
    const follow = (records: readonly MutationRecord[]): void => {
      if (records.every(({ target }) => (target as Element).classList?.contains('plot-cross'))) return;
      strip();
      if (scales !== undefined) cross(svg, scales);
    };
    new MutationObserver(follow).observe(svg, { childList: true, subtree: true }); // tips come and go with the pointer
  }
}

/** Hairlines through the point of the tip that is shown, along the axes that are lines of numbers. */
function cross(svg: SVGSVGElement, scales: Scales): void {
  const tip = svg.querySelector<SVGGElement>('.plot-tip > g');
  const group = svg.querySelector<SVGGElement>(':scope > .plot-cross') ?? svg.insertBefore(s('g', { class: 'plot-cross' }), svg.firstChild);
  const [x, y] = [scales('x'), scales('y')] as ({ type?: string; range?: readonly number[]; bandwidth?: number } | undefined)[];
  const ranges = [x?.range, y?.range];
  const to = svg.getScreenCTM()?.inverse(),
    at = tip?.getScreenCTM();
  if (!tip || !to || !at || ranges.some((range) => range?.length !== 2) || scales('fx') || scales('fy')) {
    if (group.firstChild) group.replaceChildren();
    return;
  }
  const { e, f } = to.multiply(at);
  const [[left, right], [low, high]] = ranges as unknown as [[number, number], [number, number]];
  const ofNumbers = (scale: typeof x): boolean =>
    scale !== undefined && scale.bandwidth === undefined && !/band|point|ordinal/.test(scale.type ?? '');
  const lines = [
    ...(ofNumbers(x) ? [s('path', { d: `M${e} ${low}V${high}` })] : []),
    ...(ofNumbers(y) ? [s('path', { d: `M${left} ${f}H${right}` })] : []),
  ];
  group.replaceChildren(...lines);
}

function pageTheme(element: HTMLElement): PlotTheme {
  const [paper, ink, one, two] = ['--paper', '--ink', '--fig-1', '--fig-2'].map((name) => css(token(element, name)).replaceAll(' ', ', '));
  return {
    categories: [1, 2, 3, 4, 5, 6].map((number) => `var(--fig-${number})`),
    ...(paper && ink ? { sequential: [paper, ink] } : {}),
    ...(paper && one && two ? { diverging: [one, paper, two] } : {}),
    width: Math.max(280, Math.min(element.clientWidth || 640, 960)),
    room: Math.max(280, element.clientWidth || 640),
    style: { fontSize: '13px', fontFamily: 'var(--sans, sans-serif)', background: 'none', overflow: 'visible' },
    marginLeft: 52,
    marginBottom: 38,
  };
}
