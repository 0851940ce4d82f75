/* Draws a plot output in the page: replays the calls that the worker recorded (stdlib/plot/record.ts says how) with the
   real Observable Plot, in the colours and type of look.md; or inserts the picture that the worker drew, purified. The
   library is loaded with the first figure: its common part, or all of it where the figure needs more. A record comes from a
   notebook and may be anything: only Plot's own functions are ever called, with plain data, and links lose what is no address. */

import type { Output, PlotRecord } from '../../output/types.ts';

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
  readonly style?: Readonly<Record<string, string>>;
  readonly marginLeft?: number;
  readonly marginBottom?: number;
  /** Draws here instead of in the page's document; for tests. */
  readonly document?: unknown;
}

/** The figure of `record` as an element: an `svg`, or a `figure` where it has a title or legend. */
export function replay(record: PlotRecord, Plot: Plot, theme: PlotTheme = {}): Element {
  const functions = Plot as unknown as Readonly<Record<string, unknown>>;
  const own = (name: unknown): unknown => {
    if (typeof name !== 'string' || !Object.hasOwn(functions, name))
      throw new Error(`Plot: there is no Plot.${String(name)} in this version.`);
    return functions[name];
  };
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
      case 'call':
        return (own(node.name) as (...args: unknown[]) => unknown)(...(node.args ?? []).map(decode));
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
      { ...defaultsFor(options ?? {}, theme), ...options, ...color, ...(theme.document ? { document: theme.document } : {}) },
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

/** Draws `output` into `element` and resolves to what takes it away again. Follows the theme of the page. */
export async function drawPlot(output: PlotOutput, element: HTMLElement): Promise<() => void> {
  if ('svg' in output) {
    const { default: DOMPurify } = await import('dompurify');
    const clean = DOMPurify.sanitize(output.svg, {
      RETURN_DOM_FRAGMENT: true,
      USE_PROFILES: { html: true, svg: true, svgFilters: true },
      ADD_TAGS: ['style'],
    });
    element.replaceChildren(clean);
    dress(element.firstElementChild, output);
    return () => element.replaceChildren();
  }
  const Plot = await libraryFor(output.plot);
  const draw = (): void => {
    const figure = replay(output.plot, Plot, pageTheme(element));
    dress(figure, output);
    element.replaceChildren(figure);
  };
  draw();
  const watcher = new MutationObserver(draw);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', draw);
  return () => {
    watcher.disconnect();
    scheme.removeEventListener('change', draw);
    element.replaceChildren();
  };
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

/** What Plot itself cannot be told: the figure's sentence, and the ground of tips, which it sets to white. */
function dress(figure: Element | null, { alt, title }: PlotOutput): void {
  const name = [title, alt].filter((text) => text).join('. ') || 'Figure';
  if (figure instanceof SVGSVGElement) figure.setAttribute('aria-label', name);
  for (const svg of figure instanceof SVGSVGElement ? [figure] : (figure?.querySelectorAll('svg') ?? [])) {
    svg.style.setProperty('--plot-background', 'var(--paper)');
    svg.style.fontSize ||= '13px';
    // Plot names its groups, which have no role that takes a name; inside an image nobody hears them.
    svg.setAttribute('role', 'img');
    if (svg !== figure) svg.setAttribute('aria-label', name);
    const strip = (): void => {
      for (const part of svg.querySelectorAll('[aria-label], [aria-description]')) {
        part.removeAttribute('aria-label');
        part.removeAttribute('aria-description');
      }
    };
    strip();
    new MutationObserver(strip).observe(svg, { childList: true, subtree: true }); // tips come and go with the pointer
  }
}

function pageTheme(element: HTMLElement): PlotTheme {
  const [paper, ink, one, two] = ['--paper', '--ink', '--fig-1', '--fig-2'].map((token) => readColor(element, token));
  return {
    categories: [1, 2, 3, 4, 5, 6].map((number) => `var(--fig-${number})`),
    ...(paper && ink ? { sequential: [paper, ink] } : {}),
    ...(paper && one && two ? { diverging: [one, paper, two] } : {}),
    width: Math.max(280, Math.min(element.clientWidth || 640, 960)),
    style: { fontSize: '13px', fontFamily: 'var(--sans, sans-serif)', background: 'none', overflow: 'visible' },
    marginLeft: 52,
    marginBottom: 38,
  };
}

/** A token's colour as `rgb(…)`, which d3 can blend; tokens are written in OKLCH. */
function readColor(element: HTMLElement, token: string): string | undefined {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  element.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  if (!context) return undefined;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
