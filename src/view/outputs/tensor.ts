/* A tensor to look through: tiles of its slices, one of them enlarged under a cursor, what is known of all its numbers, and
   the numbers themselves. Only what is shown is fetched: from what the output carries, else from the engine, so a set of
   60,000 pictures can be leafed through. Where numbers lie stands in tensor-data.ts, colours in tensor-paint.ts. */

import { placesOf, type AxisRange } from '../../output/regions.ts';
import { fill, h, setText } from '../dom.ts';
import { count, number } from '../words.ts';
import type { Draw } from './index.ts';
import {
  colourings,
  createSource,
  factsOfNumbers,
  layoutOf,
  picturesPerAnswer,
  placing,
  rangesOf,
  thinned,
  type Colour,
  type Facts,
  type Layout,
  type Numbers,
  type TensorOutput,
  type Want,
} from './tensor-data.ts';
import { drawFacts, factsOfOutput, slicesTable } from './tensor-facts.ts';
import { colourScale, paint, paletteOf, strip, type Palette } from './tensor-paint.ts';
import { onTheme } from './theme.ts';
import './tensor.css';

type Mode = 'picture' | 'values' | 'table';

/** A vector or matrix of at most so many values is read rather than looked at: its numbers come first. */
const readLimit = 16;
const tileLimit = 24;
/** Rows and columns of a tile, of the enlarged picture, and of one picture alone. */
const tileSize = 64,
  bigSize = 256,
  aloneSize = 512;
const valueRows = 16,
  tableRows = 24;

export const drawTensor: Draw<'tensor'> = (output, element, context) => {
  let tensor: TensorOutput, source: ReturnType<typeof createSource>, layout: Layout, palette: Palette, scale: readonly [number, number];
  let colour: Colour, mode: Mode, index: number[], first: number, tile: number, row: number, column: number;
  let refused: string | undefined,
    loading = false,
    gone = false;
  const key = Number(element.dataset['key']);

  // ---- what stands in the page
  const name = h('span', {}),
    note = h('p', { class: 'cap', role: 'status', hidden: true });
  const modes = seg<Mode>('Show as', (next) => {
    mode = next;
    draw();
  });
  const colours = seg<Colour>('Colour', (next) => {
    colour = next;
    layout = layoutOf(tensor.shape, colour);
    index = layout.lead.map(() => 0);
    first = tile = row = column = 0;
    build();
    draw();
  });
  const body = h('div', { class: 'tensor-grid' });
  const group = h(
    'div',
    { class: 'tensor', role: 'group' },
    h('div', { class: 'tensor-head' }, name, colours.element, modes.element),
    body,
    note,
  );
  element.append(group);
  const tiles = h('div', { class: 'tiles' }),
    sliders = h('div', { class: 'slices' }),
    board = h('div', { class: 'board' }, tiles, sliders);
  const canvas = h('canvas', { class: 'px' }),
    mark = h('i', { 'aria-hidden': 'true' });
  const big = h('div', { class: 'big', tabindex: '0', role: 'application' }, canvas, mark);
  const said = h('p', { class: 'num', 'aria-live': 'polite' }),
    legend = h('div', { class: 'ramp' });
  const one = h('div', { class: 'tensor-one' }, big, said, legend),
    stats = h('dl', { class: 'stats' }),
    numbers = h('div', { class: 'numbers' });
  let slots: { readonly button: HTMLButtonElement; readonly canvas: HTMLCanvasElement }[] = [];
  let knobs: { readonly input: HTMLInputElement; readonly said: HTMLElement; readonly row: HTMLElement }[] = [];

  // ---- where we are
  const tileTotal = (): number => {
    const all = layout.lead[layout.tileAxis] ?? 1;
    if (refused === undefined) return all;
    // From last time: what came with the output is all there is.
    const carried = Math.floor(source.carried / Math.max(1, layout.rows * layout.columns * layout.channels));
    return Math.max(1, Math.min(all, carried));
  };
  const shown = (): number => Math.min(tileLimit, tileTotal());
  const alone = (): boolean => layout.tileAxis < 0;
  /** Index of a slice on all leading axes. */
  const where = (it: number): string => index.map((at, axis) => (axis === layout.tileAxis ? it : at)).join(', ');
  const choose = (next: number, into = true): void => {
    tile = Math.max(0, Math.min(tileTotal() - 1, next));
    if (into && tile < first) first = tile;
    if (into && tile >= first + shown()) first = tile - shown() + 1;
    draw();
  };
  const move = (down: number, across: number): void => {
    row = Math.max(0, Math.min(layout.rows - 1, down));
    column = Math.max(0, Math.min(layout.columns - 1, across));
    draw();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows, columns } = picture();
    const far = event.shiftKey ? 10 : 1;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(row, column - columns[2] * far),
      ArrowRight: () => move(row, column + columns[2] * far),
      ArrowUp: () => move(row - rows[2] * far, column),
      ArrowDown: () => move(row + rows[2] * far, column),
      Home: () => move(row, 0),
      End: () => move(row, layout.columns - 1),
      PageUp: () => move(row - 10 * rows[2], column),
      PageDown: () => move(row + 10 * rows[2], column),
    };
    act(event, keys[event.key] ?? onSlice(event.key));
  };
  const onSlice = (pressed: string): (() => void) | undefined =>
    alone() ? undefined : pressed === '[' ? () => choose(tile - 1) : pressed === ']' ? () => choose(tile + 1) : undefined;
  const act = (event: KeyboardEvent, what: (() => void) | undefined): void => {
    if (what === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    what();
  };

  // ---- which numbers are wanted, and where they come from
  const picture = (): { readonly rows: AxisRange; readonly columns: AxisRange } => {
    if (mode === 'values') return { rows: [0, layout.rows, 1], columns: [0, layout.columns, 1] };
    const most = alone() ? aloneSize : bigSize;
    const held = tensor.picture;
    if (refused !== undefined && held !== undefined && alone())
      return { rows: thinned(layout.rows, held.rows), columns: thinned(layout.columns, held.columns) };
    return { rows: thinned(layout.rows, most), columns: thinned(layout.columns, layout.rows === 1 ? 1024 : most) };
  };
  const get = (want: Want): Numbers | undefined => {
    const ranges = rangesOf(layout, want);
    const held = source.held(ranges);
    if (held !== undefined || refused !== undefined || loading) return held;
    loading = true;
    source
      .fetch(ranges)
      .catch((error: unknown) => {
        refused = error instanceof Error ? error.message : String(error);
        first = Math.min(first, Math.max(0, tileTotal() - shown()));
        tile = Math.min(tile, tileTotal() - 1);
      })
      .finally(() => {
        loading = false;
        if (!gone) draw();
      });
    return undefined;
  };
  const at = (more: Partial<Want>): Want => ({ index, first: alone() ? 0 : tile, count: 1, ...picture(), ...more });

  // ---- drawing
  function build(): void {
    const { shape } = tensor;
    const ways = colourings(shape);
    const words = { none: 'Planes', first: 'RGB', last: 'RGB' };
    colours.set([...ways].sort((a) => (a === 'none' ? 1 : -1)).map((way) => [way, words[way]]));
    colours.element.hidden = ways.length < 2;
    const flat = shape.length < 2;
    modes.set([
      ['picture', alone() ? (flat ? 'Picture' : 'Heat map') : 'Images'],
      ['values', 'Values'],
      ...(flat ? [] : ([['table', 'Table']] as const)),
    ]);
    modes.element.hidden = layout.rows * layout.columns < 2;
    fill(
      name,
      tensor.name === undefined ? null : h('b', { class: 'mono' }, tensor.name),
      tensor.name === undefined ? null : ' ',
      h('span', { class: 'num' }, `${tensor.dtype} [${shape.join(', ')}]${tensor.device === undefined ? '' : ` · ${tensor.device}`}`),
    );
    group.setAttribute(
      'aria-label',
      `Tensor ${tensor.name ?? ''} ${tensor.dtype} ${shape.length === 0 ? 'scalar' : shape.join(' by ')}`.replace(/\s+/g, ' '),
    );
    knobs = (alone() ? [] : layout.lead).map((size, axis) => {
      const last = axis === layout.tileAxis;
      const label = layout.lead.length === 1 ? 'slice' : `axis ${axis}`;
      const input = h('input', {
        type: 'range',
        min: '0',
        step: '1',
        'aria-label': layout.lead.length === 1 ? 'Slice' : `Slice of axis ${axis}, ${size} long`,
        oninput: () => {
          if (last) {
            first = Number(input.value);
            tile = Math.max(first, Math.min(first + shown() - 1, tile));
          } else index[axis] = Number(input.value);
          draw();
        },
      });
      const words = h('output', { class: 'num' });
      return { input, said: words, row: h('div', { class: 'field slice' }, h('span', { 'aria-hidden': 'true' }, label), input, words) };
    });
    fill(sliders, ...knobs.map((knob) => knob.row));
    slots = Array.from({ length: alone() ? 0 : shown() }, (_, i) => {
      const small = h('canvas', { class: 'px' });
      const button = h(
        'button',
        {
          type: 'button',
          class: 'tile',
          onclick: () => choose(first + i, false),
          onkeydown: (event: Event) => onTileKey(event as KeyboardEvent, i),
        },
        small,
      );
      return { button, canvas: small };
    });
    tiles.style.setProperty('--shape', String(Math.max(0.5, Math.min(2, layout.columns / Math.max(1, layout.rows)))));
    fill(tiles, ...slots.map((slot) => slot.button));
    repaint();
  }
  function onTileKey(event: KeyboardEvent, i: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const across = getComputedStyle(tiles).gridTemplateColumns.split(' ').length;
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
    const step = steps[event.key];
    act(
      event,
      step === undefined
        ? onSlice(event.key)
        : () => {
            choose(first + i + step);
            slots[tile - first]?.button.focus({ preventScroll: true });
          },
    );
  }
  /** What depends on the page's colours. */
  function repaint(): void {
    const facts = factsOfOutput(tensor);
    let { min = 0, max = 0 } = facts ?? {};
    if (!Number.isFinite(min) || !Number.isFinite(max))
      ({ low: min, high: max } = tensor.histogram ?? { low: Number.isFinite(min) ? min : 0, high: Number.isFinite(max) ? max : 1 });
    palette = paletteOf(element, min, max);
    scale = colourScale(tensor.dtype, min, max);
    drawFacts(stats, tensor, facts);
    legend.hidden = layout.colour !== 'none' || !(palette.signed || alone());
    fill(legend, h('span', { class: 'num' }, number(palette.low)), strip(palette), h('span', { class: 'num' }, number(palette.high)));
  }

  function draw(): void {
    const size = layout.rows * layout.columns;
    modes.press(mode);
    colours.press(colour);
    setText(note, refused ?? '');
    note.hidden = refused === undefined;
    if (tensor.total === 0 || size < 2) {
      body.dataset['layout'] = 'none';
      fill(body, h('p', { class: tensor.data.length > 0 ? 'num' : 'quiet' }, tensor.data.length > 0 ? word(tensor.data[0]) : 'No values.'));
      return;
    }
    drawSliders();
    if (mode === 'picture') drawPictures();
    else if (mode === 'values') drawNumbers();
    else drawTable();
  }
  function drawSliders(): void {
    knobs.forEach(({ input, said: words, row: line }, axis) => {
      const last = axis === layout.tileAxis,
        most = last ? tileTotal() - shown() : layout.lead[axis]! - 1,
        value = last ? first : index[axis]!;
      line.hidden = most < 1;
      input.max = String(most);
      input.value = String(value);
      input.style.setProperty('--at', `${most < 1 ? 0 : (100 * value) / most}%`);
      setText(words, last ? `[${first} … ${first + shown() - 1}]` : String(value));
      input.setAttribute(
        'aria-valuetext',
        last ? `slices ${first} to ${first + shown() - 1} of ${tileTotal()}` : `${value} of ${layout.lead[axis]}`,
      );
    });
  }
  function drawPictures(): void {
    const flat = layout.rows === 1 && layout.lead.length === 0;
    show(alone() ? (flat ? 'line' : 'one') : 'tiles', alone() ? [one, stats] : [board, one, stats]);
    if (!alone()) {
      const thin = { rows: thinned(layout.rows, tileSize), columns: thinned(layout.columns, tileSize) };
      const each = Math.min(shown(), picturesPerAnswer(layout, thin.rows, thin.columns));
      const want = { index, first, count: each, ...thin };
      const data = get(want);
      slots.forEach(({ button, canvas: small }, i) => {
        const it = first + i;
        button.hidden = i >= shown();
        button.setAttribute('aria-pressed', String(it === tile));
        button.setAttribute('aria-label', `Slice ${where(it)}`);
        button.title = `slice ${where(it)}`;
        button.tabIndex = it === tile || (i === 0 && (tile < first || tile >= first + slots.length)) ? 0 : -1;
        if (data !== undefined && i < each && !button.hidden) paint(small, data, layout, want, i, palette, scale);
      });
    }
    const want = at({});
    const data = get(want);
    if (data !== undefined) {
      paint(canvas, data, layout, want, 0, palette, scale);
      const { rows, columns } = layout;
      big.style.setProperty(
        '--wide',
        String(Math.min(736, columns * Math.max(1, Math.min(24, Math.floor(420 / Math.max(rows, columns)))))),
      );
      big.style.aspectRatio = flat ? '' : `${columns} / ${rows}`;
    }
    const [down, across] = [placesOf(want.rows), placesOf(want.columns)];
    const r = Math.min(down - 1, Math.floor(row / want.rows[2])),
      c = Math.min(across - 1, Math.floor(column / want.columns[2]));
    mark.style.cssText = `left:${(100 * c) / across}%;top:${(100 * r) / down}%;width:${100 / across}%;height:${100 / down}%`;
    const thin =
      want.rows[2] > 1 || want.columns[2] > 1 ? `, every ${ordinalOf(Math.max(want.rows[2], want.columns[2]))} row and column` : '';
    big.setAttribute(
      'aria-label',
      `${alone() ? 'Heat map' : `Slice ${where(tile)} enlarged`}, ${layout.rows} by ${layout.columns}${thin}. Arrow keys move the cursor${alone() ? '' : ', [ and ] the slice'}.`,
    );
    if (data !== undefined) tell(data, want, r, c, r * want.rows[2], c * want.columns[2]);
  }
  /** The number under the cursor, with its place in the tensor. */
  function tell(data: Numbers, want: Want, r: number, c: number, trueRow: number, trueColumn: number): void {
    const place = placing(layout, want);
    const values = Array.from({ length: layout.channels }, (_, k) => word(data[place(0, r, c, k)]));
    const lead = layout.lead.length === 0 ? [] : [where(tile)];
    const spot = tensor.shape.length === 1 ? [trueColumn] : [...lead, trueRow, trueColumn];
    fill(said, `[${spot.join(', ')}]`, ' ', h('span', {}, `= ${values.join(', ')}`));
  }
  function drawNumbers(): void {
    show('numbers', alone() ? [numbers, stats] : [numbers, sliders, stats]);
    const wide = Math.max(3, Math.min(12, Math.floor(((element.clientWidth || 700) - (element.clientWidth > 640 ? 240 : 70)) / 66)));
    const top = Math.max(0, Math.min(layout.rows - valueRows, row - (valueRows >> 1))),
      left = Math.max(0, Math.min(layout.columns - wide, column - (wide >> 1)));
    const want = at({ rows: [top, Math.min(layout.rows, top + valueRows), 1], columns: [left, Math.min(layout.columns, left + wide), 1] });
    const data = get(want);
    if (data === undefined) {
      if (!numbers.firstChild || refused !== undefined) fill(numbers, h('p', { class: 'quiet' }, refused ?? '…'));
      return;
    }
    const place = placing(layout, want),
      columns = Array.from({ length: placesOf(want.columns) }, (_, j) => left + j);
    const held = numbers.contains(document.activeElement);
    const table = h(
      'table',
      { class: 'tbl' },
      h('thead', {}, h('tr', {}, h('td', {}), ...columns.map((c) => h('th', { scope: 'col', class: 'r' }, count(c))))),
      h(
        'tbody',
        {},
        ...Array.from({ length: placesOf(want.rows) }, (_, i) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row', class: 'r' }, count(top + i)),
            ...columns.map((c, j) => {
              const words = Array.from({ length: layout.channels }, (__, k) => word(data[place(0, i, j, k)])).join(' ');
              const here = top + i === row && c === column;
              return h(
                'td',
                { class: words === 'NaN' ? 'r nan' : 'r', 'aria-current': here ? 'true' : undefined, onclick: () => move(top + i, c) },
                words,
              );
            }),
          ),
        ),
      ),
    );
    const whole = layout.rows <= valueRows && layout.columns <= wide;
    const box = h(
      'div',
      {
        class: 'scroll',
        tabindex: '0',
        role: 'group',
        'aria-label': `Values${whole ? '' : '. Arrow keys move through them'}${alone() ? '' : ', [ and ] the slice'}`,
        onkeydown: (event: Event) => onKey(event as KeyboardEvent),
      },
      table,
    );
    fill(numbers, box, said);
    if (held) box.focus({ preventScroll: true });
    tell(data, want, row - top, column - left, row, column);
    if (!whole)
      said.append(
        h(
          'span',
          { class: 'quiet' },
          ` · rows ${top} … ${Math.min(layout.rows, top + valueRows) - 1} of ${count(layout.rows)}, columns ${left} … ${left + columns.length - 1} of ${count(layout.columns)}`,
        ),
      );
  }
  function drawTable(): void {
    show('numbers', alone() ? [numbers, stats] : [numbers, sliders, stats]);
    const rowwise = alone();
    const top = rowwise ? Math.max(0, Math.min(layout.rows - tableRows, row - (tableRows >> 1))) : first;
    const each = rowwise ? Math.min(layout.rows, tableRows) : shown();
    const fine = { rows: thinned(layout.rows, 256), columns: thinned(layout.columns, rowwise ? 20_000 : 256) };
    const want = rowwise ? at({ rows: [top, top + each, 1], columns: fine.columns }) : { index, first, count: each, ...fine };
    const data = get(want);
    if (data === undefined) {
      if (!numbers.firstChild || refused !== undefined) fill(numbers, h('p', { class: 'quiet' }, refused ?? '…'));
      return;
    }
    const size = data.length / each;
    const place = placing(layout, want);
    /** The numbers of slice or row `i`; a row of a colour picture is not one stretch of them. */
    const factsAt = (i: number): Facts =>
      rowwise && layout.channels > 1
        ? factsOfNumbers(
            Array.from({ length: size }, (_, j) => Number(data[place(0, i, Math.floor(j / layout.channels), j % layout.channels)])),
          )
        : factsOfNumbers(data, i * size, (i + 1) * size);
    const table = slicesTable(
      rowwise ? 'row' : 'slice',
      Array.from({ length: each }, (_, i) => ({ at: top + i, facts: factsAt(i) })),
      rowwise ? row : tile,
      (picked) => {
        mode = 'picture';
        if (rowwise) move(picked, column);
        else choose(picked);
        big.focus({ preventScroll: true });
      },
    );
    const cut =
      fine.rows[2] > 1 || fine.columns[2] > 1 ? [h('p', { class: 'cap' }, 'Of every few rows and columns: the pictures are large.')] : [];
    const more =
      rowwise && layout.rows > each ? [h('p', { class: 'cap' }, `Rows ${top} … ${top + each - 1} of ${count(layout.rows)}.`)] : [];
    fill(numbers, h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Statistics' }, table), ...cut, ...more);
  }
  function show(kind: string, parts: readonly HTMLElement[]): void {
    if (kind !== 'numbers' && !one.contains(said)) one.insertBefore(said, legend);
    if (body.dataset['layout'] === kind && parts.every((part, i) => body.children[i] === part) && body.children.length === parts.length)
      return;
    body.dataset['layout'] = kind;
    body.replaceChildren(...parts);
  }
  const word = (x: number | undefined): string => (tensor.dtype === 'bool' ? String(x === 1) : x === undefined ? '' : number(Number(x)));

  // ---- pointer and keys
  big.addEventListener('keydown', onKey);
  const point = (event: PointerEvent): void => {
    const box = big.getBoundingClientRect();
    if (event.type === 'pointermove' && event.pointerType === 'touch' && event.buttons === 0) return;
    const { rows, columns } = picture();
    const snap = (share: number, [, stop, step]: AxisRange): number => Math.floor((share * stop) / step) * step;
    move(snap((event.clientY - box.top) / box.height, rows), snap((event.clientX - box.left) / box.width, columns));
  };
  big.addEventListener('pointermove', point);
  big.addEventListener('pointerdown', point);

  const start = (next: TensorOutput, fresh: boolean): void => {
    tensor = next;
    source = createSource(next, (ranges) => context.look(key, { of: 'region', ranges }));
    refused = undefined;
    if (fresh) {
      colour = colourings(next.shape)[0]!;
      mode = next.total <= readLimit && next.shape.length <= 2 ? 'values' : 'picture';
      layout = layoutOf(next.shape, colour);
      index = layout.lead.map(() => 0);
      first = tile = 0;
      row = layout.rows >> 1;
      column = layout.columns >> 1;
      if (mode === 'values') row = column = 0;
    }
    build();
    draw();
  };
  start(output, true);
  const undoTheme = onTheme(() => {
    repaint();
    draw();
  });
  return {
    update(next) {
      if (next.kind !== 'tensor') return false;
      start(next, next.shape.join() !== tensor.shape.join() || next.dtype !== tensor.dtype);
      return true;
    },
    dispose() {
      gone = true;
      undoTheme();
    },
  };
};

/** 2nd, 3rd, 4th, as a word where there is a short one. */
const ordinalOf = (n: number): string => (n === 2 ? 'second' : n === 3 ? 'third' : `${n}th`);

/** A row of buttons of which one is pressed. */
function seg<T extends string>(
  label: string,
  act: (value: T) => void,
): { element: HTMLElement; set(choices: readonly (readonly [T, string])[]): void; press(value: T): void } {
  const element = h('span', { class: 'seg', role: 'group', 'aria-label': label });
  return {
    element,
    set(choices) {
      fill(
        element,
        ...choices.map(([value, words]) =>
          h('button', { type: 'button', 'data-value': value, 'aria-pressed': 'false', onclick: () => act(value) }, words),
        ),
      );
    },
    press(value) {
      for (const button of element.children)
        button.setAttribute('aria-pressed', String((button as HTMLElement).dataset['value'] === value));
    },
  };
}
