import * as Plot from '@observablehq/plot';
import { describe, expect, test } from 'vitest';
import type { PlotRecord } from '../../output/types.ts';
import { replay } from '../../view/outputs/plot.ts';
import { TinyDocument, type TinyElement } from './document.ts';
import { createPack } from './draw.ts';
import { createPlot, isPlot, toPlotOutput, type Figure } from './index.ts';

const pack = createPack(Plot);
(globalThis as { __gradusPacks?: unknown }).__gradusPacks = { plot: pack };
const recorder = createPlot({ load: () => Promise.resolve(pack), options: { packs: {} } } as never) as unknown as typeof Plot;

/** Calls as a cell writes them, with either library. */
type Sketch = (P: typeof Plot) => unknown;

const rows = Array.from({ length: 60 }, (_, i) => ({
  a: i / 10,
  b: Math.sin(i / 5) * 10 + i / 4,
  c: 'uvw'[i % 3],
  d: new Date(Date.UTC(2024, 0, 1 + i)),
  n: i % 7,
  hidden: () => i,
  nested: { deep: [i] },
}));
type Row = (typeof rows)[number];
const leaves = ['/a/x', '/a/y', '/a/z/1', '/a/z/2', '/b'].map((path) => ({ path }));
const shape = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [4, 0],
      [4, 3],
      [0, 3],
      [0, 0],
    ],
  ],
};

/** The figure that Plot itself draws. */
function direct(sketch: Sketch): string {
  const scope = globalThis as { window?: unknown };
  scope.window = { document: new TinyDocument() };
  try {
    const made = sketch(Plot) as { plot?: () => TinyElement } & TinyElement;
    return clean((typeof made.plot === 'function' ? made.plot() : made).outerHTML);
  } finally {
    delete scope.window;
  }
}

function recorded(sketch: Sketch): Figure {
  const made = sketch(recorder) as { plot(): Figure };
  return isPlot(made) ? made : made.plot();
}

/** Without the numbers that Plot counts up over all figures of a page. */
const clean = (html: string) =>
  html.replace(/plot-(clip|pattern|marker|mask|gradient|difference)-\d+/g, 'plot-$1-N').replace(/plot-ramp-\d+|id="plot[\w-]*\d"/g, 'N');

const figures: Record<string, Sketch> = {
  area: (P) => P.areaY(rows, { x: 'a', y: 'b' }).plot(),
  'area with two ends': (P) => P.plot({ marks: [P.area(rows, { x1: 'a', y1: (d: Row) => d.b - 1, y2: (d: Row) => d.b + 1 })] }),
  areaX: (P) => P.areaX(rows, { y: 'a', x: (d: Row) => d.b }).plot(),
  arrow: (P) => P.arrow(rows, { x1: 'a', y1: 'b', x2: (d: Row) => d.a + 1, y2: (d: Row) => d.b + 1, bend: true }).plot(),
  auto: (P) => P.auto(rows, { x: 'a', y: (d: Row) => d.b, color: 'c' }).plot(),
  'auto histogram': (P) => P.auto(rows, { x: 'b' }).plot(),
  axes: (P) =>
    P.plot({
      x: { domain: [0, 10] },
      y: { domain: [0, 1] },
      marks: [P.axisX({ ticks: 5 }), P.axisY([0, 0.5, 1]), P.gridX(), P.gridY({ stroke: 'red' })],
    }),
  bar: (P) =>
    P.barY(
      [
        ['A', 3],
        ['B', 5],
      ],
      { x: '0', y: '1' },
    ).plot(),
  'bars with sorted domain': (P) => P.barX(rows.slice(0, 6), { y: (d: Row) => `k${d.a}`, x: 'b', sort: { y: 'x', reverse: true } }).plot(),
  bollinger: (P) => P.bollingerY(rows, { x: 'd', y: 'b', n: 10, k: 2 }).plot(),
  box: (P) => P.boxY(rows, { x: 'c', y: (d: Row) => d.b }).plot(),
  cell: (P) => P.cell(rows, { x: 'n', y: 'c', fill: (d: Row) => d.b }).plot(),
  contour: (P) => P.contour(rows, { x: 'a', y: 'n', fill: 'b', interpolate: 'nearest' }).plot(),
  crosshair: (P) => P.plot({ marks: [P.dot(rows, { x: 'a', y: 'b' }), P.crosshair(rows, { x: 'a', y: (d: Row) => d.b })] }),
  delaunay: (P) =>
    P.plot({
      marks: [
        P.delaunayMesh(rows, { x: 'a', y: 'b' }),
        P.delaunayLink(rows, { x: 'a', y: 'b', stroke: 'c' }),
        P.voronoi(rows, { x: 'a', y: 'b' }),
        P.voronoiMesh(rows, { x: 'a', y: 'b' }),
      ],
    }),
  hull: (P) => P.hull(rows, { x: 'a', y: 'b', stroke: (d: Row) => d.c }).plot(),
  density: (P) => P.density(rows, { x: 'a', y: 'b', bandwidth: 10 }).plot(),
  difference: (P) => P.differenceY(rows, { x: 'd', y1: 'n', y2: (d: Row) => d.b }).plot(),
  dot: (P) =>
    P.dot(rows, { x: 'a', y: (d: Row) => d.b, stroke: 'c', r: (d: Row) => d.n, title: (d: Row) => `t${d.n}`, symbol: 'c' }).plot(),
  'dots of tuples': (P) =>
    P.dot([
      [1, 2],
      [3, 4],
    ]).plot(),
  'dots of a length': (P) => P.dot({ length: 9 } as never, { x: (_: unknown, i: number) => i, y: (_: unknown, i: number) => i * i }).plot(),
  'dots of a Set and a typed array': (P) =>
    P.plot({
      marks: [
        P.dotX(new Set([1, 2, 5])),
        P.dotY(Float32Array.of(1, 4, 9), { stroke: 'red' }),
        P.circle(rows, { x: 'a', y: 'b' }),
        P.hexagon(rows, { x: 'b', y: 'a' }),
      ],
    }),
  frame: (P) => P.plot({ marks: [P.frame({ stroke: 'red' }), P.dot(rows, { x: 'a', y: 'b' })] }),
  geo: (P) => P.plot({ projection: 'equirectangular', marks: [P.geo(shape as never), P.sphere(), P.graticule()] }),
  hexgrid: (P) => P.plot({ marks: [P.hexgrid(), P.dot(rows, P.hexbin({ r: 'count' }, { x: 'a', y: (d: Row) => d.b }))] }),
  image: (P) => P.image(rows.slice(0, 3), { x: 'a', y: 'b', src: (d: Row) => `https://example.org/${d.n}.png` }).plot(),
  line: (P) => P.lineY(rows, { x: 'd', y: 'b', z: (d: Row) => d.c, stroke: 'c', marker: true, curve: 'step' }).plot(),
  'line of numbers': (P) => P.lineY([3, 1, 2]).plot({ y: { grid: true } }),
  'line with its mean': (P) =>
    P.plot({
      marks: [P.line(rows, { x: 'a', y: 'b' }), P.lineX(rows, { x: 'b' }), P.ruleY([0]), P.ruleX(rows.slice(0, 2), { x: (d: Row) => d.a })],
    }),
  regression: (P) =>
    P.plot({ marks: [P.dot(rows, { x: 'a', y: 'b' }), P.linearRegressionY(rows, { x: 'a', y: (d: Row) => d.b, stroke: 'red' })] }),
  link: (P) => P.link(rows, { x1: 0, y1: 0, x2: 'a', y2: 'b' }).plot(),
  raster: (P) =>
    P.raster(
      Float32Array.from({ length: 64 }, (_, i) => i),
      { width: 8, height: 8 },
    ).plot({ color: { scheme: 'greys' } }),
  'raster of points': (P) => P.raster(rows, { x: 'a', y: 'n', fill: (d: Row) => d.b, interpolate: 'nearest', pixelSize: 20 }).plot(),
  'raster with an interpolator of Plot': (P) =>
    P.raster(rows, { x: 'a', y: 'n', fill: 'b', interpolate: P.interpolateNearest, pixelSize: 20 }).plot(),
  rect: (P) => P.rectY(rows, P.binX({ y: 'count' }, { x: 'b' })).plot(),
  rule: (P) => P.ruleX(rows, { x: 'a', y1: 0, y2: (d: Row) => d.b, stroke: 'c' }).plot(),
  text: (P) =>
    P.plot({
      marks: [
        P.text(rows, { x: 'a', y: 'b', text: (d: Row) => `${d.c}\n${d.n}`, dx: 4 }),
        P.text(['title'], { frameAnchor: 'top' }),
        P.textX(rows, { x: 'a' }),
        P.textY(rows, { y: 'a' }),
      ],
    }),
  tick: (P) => P.plot({ marks: [P.tickX(rows, { x: (d: Row) => d.b, y: 'c' }), P.tickY(rows, { y: 'b', x: 'c', stroke: 'red' })] }),
  tip: (P) =>
    P.plot({
      marks: [
        P.dot(rows, { x: 'a', y: 'b', tip: true, channels: { when: (d: Row) => d.n, c: { value: 'c', label: 'C' } } }),
        P.tip(rows, P.pointer({ x: 'a', y: (d: Row) => d.b, title: 'c' })),
      ],
    }),
  tree: (P) => P.tree(leaves, { path: (d: { path: string }) => d.path }).plot({ margin: 40 }),
  cluster: (P) => P.cluster(leaves, { path: 'path', textStroke: 'white' }).plot({ margin: 40 }),
  'tree nodes and links': (P) =>
    P.plot({
      axis: null,
      marks: [P.link(leaves, P.treeLink({ path: 'path' })), P.dot(leaves, P.treeNode({ path: (d: { path: string }) => d.path }))],
    }),
  vector: (P) =>
    P.plot({
      marks: [
        P.vector(rows, { x: 'a', y: 'b', rotate: (d: Row) => d.n * 30, length: 'n' }),
        P.spike(rows, { x: 'a', y: 'b', length: 'n' }),
        P.vectorX(rows, { x: 'a' }),
      ],
    }),
  waffle: (P) => P.waffleY([5, 8, 3], { x: P.indexOf }).plot(),

  'binX with a computed channel': (P) =>
    P.rectY(rows, P.binX({ y: 'count' }, { x: (d: Row) => d.b, fill: (d: Row) => d.c, tip: true } as never) as object).plot(),
  'spread bin with a constant': (P) =>
    P.rectY(rows, {
      ...(P.binX({ y: 'count' }, { x: { value: 'b', thresholds: 5 } } as never) as object),
      fill: 'steelblue',
      mixBlendMode: 'multiply',
    } as never).plot(),
  bin: (P) => P.rect(rows, P.bin({ fill: 'count' }, { x: 'a', y: (d: Row) => d.b })).plot({ color: { legend: true, scheme: 'blues' } }),
  'binY cumulative': (P) => P.rectX(rows, P.binY({ x: 'count' }, { y: 'b', cumulative: true })).plot(),
  groupX: (P) => P.barY(rows, P.groupX({ y: 'mean', title: 'first' }, { x: 'c', y: (d: Row) => d.b, title: (d: Row) => d.c })).plot(),
  'groupY, groupZ and group': (P) =>
    P.plot({
      marks: [
        P.barX(rows, P.groupY({ x: 'sum' }, { y: 'c', x: 'n' })),
        P.dotX(rows, P.groupZ({ x: 'median' }, { x: 'n', stroke: (d: Row) => d.c })),
      ],
    }),
  'group cells': (P) => P.cell(rows, P.group({ fill: 'count' }, { x: 'n', y: 'c' })).plot(),
  stack: (P) => P.areaY(rows, P.stackY({ offset: 'normalize' }, { x: 'n', y: (d: Row) => d.a, fill: 'c' })).plot(),
  'stack of a group': (P) => P.barY(rows, P.stackY2(P.groupX({ y: 'sum' }, { x: 'c', y: (d: Row) => d.n, fill: 'n' }))).plot(),
  stackX: (P) =>
    P.plot({ marks: [P.barX(rows, P.stackX({ x: 'n', fill: 'c' })), P.textX(rows, P.stackX({ x: 'n', text: (d: Row) => d.c, z: 'c' }))] }),
  window: (P) =>
    P.plot({
      marks: [
        P.lineY(rows, P.windowY({ k: 7, anchor: 'end' }, { x: 'd', y: (d: Row) => d.b })),
        P.lineY(rows, P.windowY(3, { x: 'd', y: 'b' })),
      ],
    }),
  normalize: (P) => P.lineY(rows, P.normalizeY('first', { x: 'd', y: (d: Row) => d.b + 20, stroke: 'c' })).plot(),
  map: (P) =>
    P.lineY(
      rows,
      P.map({ y: P.window({ k: 5, reduce: 'max' }), stroke: P.normalize('max') } as never, { x: 'd', y: 'b', stroke: 'n', z: null }),
    ).plot(),
  'mapY cumsum': (P) => P.lineY(rows, P.mapY('cumsum', { x: 'd', y: (d: Row) => d.n })).plot(),
  shift: (P) => P.arrow(rows, P.shiftX('7 days', { x: 'd', y: 'b' })).plot(),
  select: (P) =>
    P.plot({
      marks: [
        P.line(rows, { x: 'd', y: 'b', z: 'c' }),
        P.text(rows, P.selectLast({ x: 'd', y: 'b', z: 'c', text: (d: Row) => d.c })),
        P.dot(rows, P.selectMaxY({ x: 'd', y: 'b' })),
        P.dot(rows, P.select('first', { x: 'd', y: 'b' })),
      ],
    }),
  'sort and filter': (P) =>
    P.plot({
      marks: [
        P.dot(
          rows,
          P.sort((d: Row) => -d.n, { x: 'a', y: 'b' }),
        ),
        P.dot(
          rows,
          P.filter((d: Row) => d.n > 2, { x: 'a', y: 'b', fill: 'c' }),
        ),
        P.line(rows, { x: 'a', y: 'b', filter: (d: Row) => d.n % 2, sort: 'b' }),
      ],
    }),
  'sort option, reverse and shuffle': (P) =>
    P.plot({
      marks: [
        P.line(rows, { x: 'a', y: 'b', sort: (d: Row) => d.n }),
        P.dot(rows, P.reverse({ x: 'a', y: 'b' })),
        P.dot(rows, P.shuffle({ seed: 3, x: 'a', y: 'b' })),
      ],
    }),
  dodge: (P) => P.plot({ marks: [P.dotX(rows, P.dodgeY({ x: (d: Row) => d.b, fill: 'c' })), P.dot(rows, P.dodgeX('middle', { y: 'b' }))] }),
  'centroid of shapes': (P) =>
    P.plot({
      marks: [
        P.text([shape], P.centroid({ text: ['here'], geometry: (d: unknown) => d } as never)),
        P.dot([shape], P.geoCentroid() as never),
      ],
    }),
  pointer: (P) =>
    P.plot({
      marks: [
        P.dot(rows, P.pointerX({ x: 'a', y: (d: Row) => d.b, r: 8 })),
        P.text(rows, P.pointerY({ px: 'a', py: 'b', frameAnchor: 'top', text: (d: Row) => d.c })),
      ],
    }),
  'facets by channel': (P) =>
    P.plot({ fy: { label: null }, marks: [P.frame(), P.dot(rows, { x: 'a', y: 'b', fx: 'c', fy: (d: Row) => d.n > 3 })] }),
  'facets by data': (P) =>
    P.plot({
      facet: { data: rows, x: (d: Row) => d.c, marginRight: 60 },
      marks: [P.dot(rows, { x: 'a', y: 'b', facet: 'exclude', stroke: '#ddd' }), P.dot(rows, { x: 'a', y: 'b' })],
    }),
  'interval of Plot': (P) => P.plot({ marks: [P.rectY(rows, { x: 'd', y: 'b', interval: P.utcInterval('day') })] }),
  'interval of a bin': (P) => P.rectY(rows, P.binX({ y: 'sum' }, { x: 'a', y: 'n', interval: P.numberInterval(0.5) } as never)).plot(),
  'formatter of Plot': (P) =>
    P.dot(rows, { x: 'n', y: 'b' }).plot({
      x: { tickFormat: P.formatMonth('en', 'short'), ticks: 3 } as never,
      y: { tickFormat: P.formatIsoDate as never },
    }),
  'channel with a transform': (P) =>
    P.dot(rows, {
      x: { transform: (data: Row[]) => data.map((d) => d.a * 2), label: 'twice' } as never,
      y: { value: (d: Row) => d.b, label: 'B', scale: 'y' },
    }).plot(),
  'identity and columns': (P) =>
    P.dot(
      rows.map((d) => d.b),
      { x: P.identity, y: rows.map((d) => d.n), fill: Float64Array.from(rows, (d) => d.a) } as never,
    ).plot(),
  'nested and missing marks': (P) =>
    P.plot({ marks: [null, [P.dot(rows, { x: 'a', y: 'b' }), [undefined, P.ruleY([0])]], P.marks(P.ruleX([1]), P.ruleX([2]))] as never }),
  'title, caption and legend': (P) =>
    P.plot({
      title: 'T & <t>',
      subtitle: 'S',
      caption: 'C',
      color: { legend: true },
      marks: [P.dot(rows, { x: 'a', y: 'b', stroke: 'c' })],
    }),
  legend: (P) => P.legend({ color: { type: 'linear', domain: [0, 1], label: 'loss' } }) as never,
};

describe('a recorded figure, replayed', () => {
  test.each(Object.entries(figures))('is what Plot draws: %s', async (_, sketch) => {
    const output = await toPlotOutput(recorded(sketch));
    if (!('plot' in output)) throw new Error('was drawn in the worker');
    const sent = structuredClone(output.plot);
    expect(clean((replay(sent, Plot, { document: new TinyDocument() }) as never as TinyElement).outerHTML)).toBe(direct(sketch));
  });

  test('takes only the fields that the figure names', async () => {
    const output = await toPlotOutput(recorded((P) => P.dot(rows, { x: 'a', y: (d: Row) => d.b }).plot()));
    const text = JSON.stringify((output as { plot: PlotRecord }).plot);
    expect(text).toContain('"a":0.1');
    expect(text).not.toContain('"nested"');
  });
});

const drawn: Record<string, Sketch> = {
  tickFormat: (P) => P.dot(rows, { x: 'a', y: 'b' }).plot({ x: { tickFormat: (x: number) => `${x} s` } }),
  'scale transform': (P) => P.dot(rows, { x: 'a', y: 'b' }).plot({ x: { transform: (x: number) => x * 2 } }),
  render: (P) =>
    P.dot(rows, {
      x: 'a',
      y: 'b',
      render: (...args: unknown[]) => (args.at(-1) as (...a: unknown[]) => SVGElement)(...args.slice(0, -1)),
    } as never).plot(),
  'mark transform': (P) =>
    P.dot(
      rows,
      P.transform({ x: 'a', y: 'b' }, (data, facets) => ({ data, facets: facets.map((I) => I.slice(3)) })),
    ).plot(),
  initializer: (P) =>
    P.dot(
      rows,
      P.initializer({ x: 'a', y: 'b' }, (data, facets) => ({ data, facets }) as never),
    ).plot(),
  reducer: (P) => P.barY(rows, P.groupX({ y: (values: number[]) => values.length * 2 } as never, { x: 'c', y: 'b' })).plot(),
  'what sees a group': (P) =>
    P.barY(rows, { ...P.groupX({ y: 'count' }, { x: 'c' }), fill: (group: Row[]) => group.length } as never).plot(),
  'title of a bin': (P) => P.rectY(rows, P.binX({ y: 'count' }, { x: 'b', title: (bin: Row[]) => String(bin.length) } as never)).plot(),
  'window reducer': (P) => P.lineY(rows, P.windowY({ k: 3, reduce: (v: number[]) => v[0] } as never, { x: 'a', y: 'b' })).plot(),
  'map function': (P) =>
    P.lineY(
      rows,
      P.mapY((values: number[]) => values.map((v) => v * 2), { x: 'a', y: 'b' }),
    ).plot(),
  comparator: (P) => P.dot(rows, { x: 'a', y: 'b', sort: (p: Row, q: Row) => q.n - p.n } as never).plot(),
  'stack order': (P) => P.barY(rows, P.stackY({ order: (d: Row) => d.n } as never, { x: 'c', y: 'b' })).plot(),
  'function as a mark': (P) => P.plot({ marks: [P.dot(rows, { x: 'a', y: 'b' }), () => null as never] }),
  'sampled raster': (P) => P.raster({ x1: 0, y1: 0, x2: 1, y2: 1, fill: (x: number, y: number) => x * y, pixelSize: 20 } as never).plot(),
  'own mark': (P) =>
    P.plot({
      marks: [
        new (class extends (P.Mark as never as new (...args: unknown[]) => Plot.Mark) {
          constructor() {
            super(rows, { x: { value: 'a', scale: 'x' } }, {}, {});
          }
          render() {
            return null;
          }
        })(),
      ],
    }),
  find: (P) =>
    P.ruleX(rows, P.groupX({ y1: P.find((d: Row) => d.n === 1), y2: P.find((d: Row) => d.n === 2) } as never, { x: 'c', y: 'b' })).plot(),
  'interval object': (P) => P.barY(rows, { x: 'a', y: 'b', interval: { floor: Math.floor, offset: (x: number) => x + 1 } }).plot(),
  'curve function': (P) =>
    P.line(rows, {
      x: 'a',
      y: 'b',
      curve: ((context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }) => ({
        lineStart() {},
        lineEnd() {},
        point: (x: number, y: number) => context.lineTo(x, y),
      })) as never,
    }).plot(),
};

describe('a figure with other functions', () => {
  test.each(Object.entries(drawn))('is drawn in the worker, as Plot would: %s', async (_, sketch) => {
    const output = await toPlotOutput(recorded(sketch));
    if (!('svg' in output)) throw new Error('was recorded');
    expect(clean(output.svg)).toBe(direct(sketch));
    expect(output.svg).toMatch(/^<(svg|figure)/);
  });
});

test('a figure drawn in the worker takes the colours of the page where its author left them open', async () => {
  const svg = async (color: object) =>
    (
      (await toPlotOutput(recorded((P) => P.dot(rows, { x: 'a', fill: 'c' }).plot({ color, x: { tickFormat: String } })))) as {
        svg: string;
      }
    ).svg;
  expect(await svg({})).toContain('fill="var(--fig-2)"');
  expect(await svg({ range: ['red', 'green', 'blue'] })).not.toContain('--fig');
});

describe('Plot in a cell', () => {
  test('throws where an accessor throws', () => {
    expect(() => recorded((P) => P.dot(rows, { x: (d: Row) => (d as never as { no: { way: number } }).no.way }).plot())).toThrow('way');
  });
  test('refuses more points than a figure takes', () => {
    expect(() => recorded((P) => P.dotX(Array.from({ length: 200_001 }, Number)).plot())).toThrow(
      '200,001 points are more than a figure takes (200,000)',
    );
  });
  test('gives values at once: formats, scales, columns', () => {
    expect(recorder.formatIsoDate(new Date(Date.UTC(2024, 0, 2)))).toBe('2024-01-02');
    expect(recorder.scale({ x: { domain: [0, 2], range: [0, 100] } })!.apply(1)).toBe(50);
    expect(recorder.valueof(rows, 'n')!.slice(0, 3)).toEqual([0, 1, 2]);
    expect((recorded((P) => P.dot(rows, { x: 'a', y: 'b' }).plot()).scale('x') as { domain: number[] }).domain).toEqual([0, 5.9]);
  });
  test('describes a figure for who cannot see it', async () => {
    expect(
      await toPlotOutput(recorded((P) => P.plot({ y: { label: 'loss' }, title: 'Run', marks: [P.ruleY([0]), P.lineY([1, 2])] }))),
    ).toMatchObject({ title: 'Run', alt: 'Figure of rule, line; y is loss.' });
  });
  test('knows every name that Plot has', () => {
    for (const name of Object.keys(Plot)) expect((recorder as never as Record<string, unknown>)[name], name).toBeDefined();
  });
});

test('replaying calls nothing but Plot and drops links that are no address', () => {
  const record = (name: string): PlotRecord => ({ call: 'plot', options: [{ marks: [{ $: 'call', name, args: [] }] }] });
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(() => replay(record(name), Plot, { document: new TinyDocument() })).toThrow('there is no Plot.');
  const link = replay(
    { call: 'plot', options: [{ marks: [{ $: 'call', name: 'dot', args: [[1], { href: ['javascript:alert(1)'] }] }] }] },
    Plot,
    { document: new TinyDocument() },
  );
  expect((link as never as TinyElement).outerHTML).not.toContain('javascript');
});
