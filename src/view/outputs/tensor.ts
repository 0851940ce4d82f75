/* A tensor as a picture: leading axes become tiles, the last two a heat map (a vector is one row). Values from 0 up go
   from paper to ink, signed ones from ultramarine through paper to vermilion, symmetric about zero. Below it statistics and a
   histogram of all values (or of what was sent, where the engine gave none); "Values" shows the numbers of the tile under the cursor. */

import type { Output, TensorStats } from '../../output/types.ts';
import { fill, h, setText } from '../dom.ts';
import { count, number, plural } from '../words.ts';
import type { Draw } from './index.ts';

type TensorOutput = Extract<Output, { kind: 'tensor' }>;
type Rgb = readonly [number, number, number];
/** A vector or matrix of at most so many values is read rather than looked at: its numbers come first. */
const readLimit = 16;
const tileLimit = 24,
  rowLimit = 30,
  columnLimit = 12;

export const drawTensor: Draw<'tensor'> = (output, element) => {
  let tensor = output,
    tile = 0,
    first = 0,
    values = output.total <= readLimit && output.shape.length <= 2;
  const name = h('span', { class: 'num' }),
    asPicture = seg('Picture', () => {
      values = false;
      draw();
    }),
    asValues = seg('Values', () => {
      values = true;
      draw();
    });
  const head = h(
    'div',
    { class: 'tensor-head' },
    name,
    h('span', { class: 'seg', role: 'group', 'aria-label': 'Show as' }, asPicture, asValues),
  );
  const slice = h('input', {
    type: 'range',
    min: '0',
    'aria-label': 'Slice',
    oninput: () => {
      first = Number(slice.value) * tileLimit;
      tile = first;
      draw();
    },
  });
  const sliceSaid = h('output', { class: 'num' });
  const sliceRow = h('div', { class: 'field slice' }, h('span', {}, 'slice'), slice, sliceSaid);
  const body = h('div', { class: 'tensor' }),
    stats = h('p', { class: 'cap num' }),
    bars = h('div', { class: 'histogram' });
  element.append(head, body, sliceRow, h('div', { class: 'tensor-facts' }, stats, bars));

  const draw = (): void => {
    const { shape, dtype, data, device, picture } = tensor;
    const [rows, columns] =
      shape.length === 0 ? [1, 1] : shape.length === 1 ? [1, shape[0] ?? 0] : [shape[shape.length - 2] ?? 0, shape[shape.length - 1] ?? 0];
    const size = rows * columns,
      tiles = size === 0 ? 0 : Math.floor(data.length / size) || (data.length > 0 ? 1 : 0);
    fill(name, h('b', {}, dtype), ` [${shape.join(', ')}]${device === undefined ? '' : ` · ${device}`}`);
    const range = rangeOf(tensor);
    const whole = picture === undefined || shape.length > 2 ? undefined : picture;
    asPicture.setAttribute('aria-pressed', String(!values));
    asValues.setAttribute('aria-pressed', String(values));
    asPicture.parentElement!.hidden = size < 2;
    const pages = Math.ceil(tiles / tileLimit);
    sliceRow.hidden = pages < 2 || values;
    slice.max = String(pages - 1);
    slice.value = String(Math.floor(first / tileLimit));
    slice.style.setProperty('--at', `${pages < 2 ? 0 : (100 * first) / tileLimit / (pages - 1)}%`);
    setText(sliceSaid, `${first} … ${Math.min(tiles, first + tileLimit) - 1}`);
    const said =
      range === undefined
        ? []
        : [
            ...(range.nan < tensor.total ? [`min ${number(range.min)}`, `max ${number(range.max)}`, `mean ${number(range.mean)}`] : []),
            ...(range.std !== undefined && range.nan < tensor.total ? [`std ${number(range.std)}`] : []),
            ...(range.zeros ? [`${plural(range.zeros, 'zero')}`] : []),
            ...(data.length < tensor.total ? [`first ${count(data.length)} of ${count(tensor.total)} values sent`] : []),
          ];
    fill(
      stats,
      said.join(' · '),
      range !== undefined && range.nan > 0
        ? h('span', { class: 'nan' }, `${said.length > 0 ? ' · ' : ''}${plural(range.nan, 'NaN', 'NaN')}`)
        : null,
    );
    drawBars(bars, tensor.histogram);
    if (size < 2) {
      fill(body, h('span', { class: data.length > 0 ? 'num' : 'quiet' }, data.length > 0 ? word(data[0], dtype) : 'No values.'));
      stats.hidden = true;
      return;
    }
    stats.hidden = false;
    fill(body);
    if (values) {
      body.append(grid(tensor, tile * size, rows, columns));
      return;
    }
    const [low, high] = scaleOf(tensor, range);
    const colour = palette(element, low, high);
    const label = (canvas: HTMLCanvasElement, said: string, down: number, across: number): void => {
      canvas.setAttribute('role', 'img');
      const bounds = range ? `, from ${number(range.min)} to ${number(range.max)}` : '';
      canvas.setAttribute('aria-label', `${dtype} [${shape.join(', ')}]${bounds}${said && `, ${said}`}`);
      canvas.style.width = `${Math.min(across * Math.max(1, Math.min(24, Math.floor(420 / Math.max(down, across)))), 736)}px`;
      if (down === 1) canvas.style.height = '24px';
    };
    const nan = token(element, '--fig-5'),
      shown = Math.min(tileLimit, tiles - first);
    if (whole) {
      const canvas = paint(whole.data, 0, whole.rows, whole.columns, colour, nan);
      label(canvas, `${every(rows / whole.rows, 'row')} and ${every(columns / whole.columns, 'column')}`, whole.rows, whole.columns);
      body.append(h('div', { class: 'tile-one' }, canvas));
      return;
    }
    const box = h('div', { class: tiles > 1 ? 'tiles' : 'tile-one', style: `--columns: ${Math.min(12, Math.max(1, shown))}` });
    for (let i = first; i < first + shown; i++) {
      const canvas = paint(data, i * size, rows, columns, colour, nan);
      if (tiles === 1) {
        label(canvas, '', rows, columns);
        box.append(canvas);
      } else
        box.append(
          h(
            'button',
            {
              type: 'button',
              class: 'tile',
              title: `slice ${i}`,
              'aria-label': `Values of slice ${i}`,
              onclick: () => {
                tile = i;
                values = true;
                draw();
              },
            },
            canvas,
          ),
        );
    }
    body.append(box);
  };
  draw();
  // A canvas keeps the colours that it was painted with, so a change of theme paints it anew.
  const watcher = new MutationObserver(draw);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', draw);
  return {
    update(next) {
      if (next.kind !== 'tensor') return false;
      if (next.shape.join() !== tensor.shape.join()) {
        tile = 0;
        first = 0;
      }
      tensor = next;
      draw();
      return true;
    },
    dispose() {
      watcher.disconnect();
      scheme.removeEventListener('change', draw);
    },
  };
};

function seg(label: string, act: () => void): HTMLButtonElement {
  return h('button', { type: 'button', 'aria-pressed': 'false', onclick: act }, label);
}

/** The ends of the colours: the least and the greatest finite value. Infinities have the colours of the ends. */
function scaleOf({ histogram, data }: TensorOutput, range: Range | undefined): readonly [number, number] {
  const { min = 0, max = 0 } = range ?? {};
  if (Number.isFinite(min) && Number.isFinite(max)) return [min, max];
  let { low, high } = histogram ?? { low: Infinity, high: -Infinity };
  if (!histogram) for (const x of Array.from(data)) if (Number.isFinite(x)) [low, high] = [Math.min(low, x), Math.max(high, x)];
  if (low > high) [low, high] = [0, 1];
  return [min < 0 ? Math.min(low, -Math.abs(high)) : low, high];
}

/** The step from one row shown to the next, in words. */
function every(ratio: number, what: string): string {
  const step = Math.round(ratio);
  return `every ${step < 2 ? '' : step === 2 ? 'second ' : step === 3 ? 'third ' : `${step}th `}${what}`;
}

/** Bars from the least to the greatest value, each as high as its count, and the two ends in numbers. */
function drawBars(box: HTMLElement, histogram: TensorOutput['histogram']): void {
  box.hidden = histogram === undefined;
  if (!histogram) return;
  const { low, high, counts } = histogram;
  const most = Math.max(1, ...counts);
  const said = `Histogram of ${counts.length} bins from ${number(low)} to ${number(high)}, at most ${count(most)} values in one.`;
  const bars = counts.map((n) => h('i', { style: `height: ${n === 0 ? 0 : Math.max(3, (100 * n) / most)}%`, title: count(n) }));
  fill(
    box,
    h('div', { class: 'bars', role: 'img', 'aria-label': said }, ...bars),
    h('div', { class: 'ends num', 'aria-hidden': 'true' }, h('span', {}, number(low)), h('span', {}, number(high))),
  );
}

type Range = Pick<TensorStats, 'min' | 'max' | 'mean' | 'nan'> & Partial<TensorStats>;

/** What the engine counted, else what was sent. */
function rangeOf({ data, stats }: TensorOutput): Range | undefined {
  if (stats) return stats;
  let min = Infinity,
    max = -Infinity,
    sum = 0,
    seen = 0,
    nan = 0;
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]);
    if (Number.isNaN(x)) {
      nan++;
      continue;
    }
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
    seen++;
  }
  return data.length === 0 ? undefined : { min, max, mean: sum / seen, nan };
}

function paint(
  data: ArrayLike<number>,
  from: number,
  rows: number,
  columns: number,
  colour: (x: number) => Rgb,
  nan: Rgb,
): HTMLCanvasElement {
  const canvas = h('canvas', { width: columns, height: rows, class: 'px' });
  const context = canvas.getContext('2d');
  if (context === null || columns === 0 || rows === 0) return canvas;
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const x = from + i < data.length ? Number(data[from + i]) : NaN;
    const [r, g, b] = Number.isNaN(x) ? nan : colour(x);
    image.data.set([r, g, b, from + i < data.length ? 255 : 0], i * 4);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function palette(element: Element, min: number, max: number): (x: number) => Rgb {
  const paper = token(element, '--paper-2'),
    mix = (a: Rgb, b: Rgb, t: number): Rgb => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
  if (min < 0) {
    const low = token(element, '--fig-1'),
      high = token(element, '--fig-2'),
      size = Math.max(-min, max) || 1;
    return (x) => (x < 0 ? mix(paper, low, Math.min(1, -x / size)) : mix(paper, high, Math.min(1, x / size)));
  }
  const ink = token(element, '--ink'),
    size = max || 1;
  return (x) => mix(paper, ink, Math.min(1, x / size));
}

/** A colour token of the page as bytes: a canvas knows how to read every colour syntax. */
function token(element: Element, name: string): Rgb {
  const probe = h('i', { style: `color: var(${name}); display: none` });
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  const context = h('canvas', { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  if (context === null) return [128, 128, 128];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

/** One value as its reader writes it. */
const word = (x: number | undefined, dtype: string): string => (dtype === 'bool' ? String(x === 1) : number(Number(x)));

function grid({ data, dtype }: TensorOutput, from: number, rows: number, columns: number): HTMLElement {
  const across = Math.min(columns, columnLimit),
    down = Math.min(rows, rowLimit);
  const table = h(
    'table',
    { class: 'tbl' },
    h(
      'tbody',
      {},
      ...Array.from({ length: down }, (_, i) =>
        h(
          'tr',
          {},
          ...Array.from({ length: across }, (_, j) =>
            h('td', { class: 'r' }, from + i * columns + j < data.length ? word(data[from + i * columns + j], dtype) : ''),
          ),
          columns > across ? h('td', { class: 'quiet' }, '…') : null,
        ),
      ),
    ),
  );
  const cut =
    down < rows || across < columns
      ? h('p', { class: 'cap' }, `${count(down)} of ${plural(rows, 'row')}, ${count(across)} of ${plural(columns, 'column')}`)
      : null;
  return h('div', {}, h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Values' }, table), cut ?? '');
}
