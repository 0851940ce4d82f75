/* A matrix on a canvas, with its numbers where a cell is wide enough, names at its edges, outlined marks and the chosen rows and columns.
   The box is the slider that chooses: arrows move, Shift and arrows stretch a block. */

import './matrixView.css';
import { h } from '../dom.ts';
import { css, onTheme, token } from '../outputs/theme.ts';
import { number } from '../words.ts';
import { makeCanvas } from './canvas.ts';
import { stepOf } from './hands.ts';
import type { DrawPart } from './part.ts';
import { makePixels, makeRamp, type Ramp } from './ramp.ts';

interface Chosen {
  readonly rows: readonly number[];
  readonly cols: readonly number[];
}
interface Props {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly cols: number;
  readonly rowNames?: readonly string[];
  readonly colNames?: readonly string[];
  readonly select: 'cell' | 'row' | 'column' | 'block';
  readonly marks: readonly (Chosen & { readonly colour: number })[];
  readonly range: readonly [number, number];
  readonly height?: number;
}

const numbersFrom = 34, // a cell so wide shows its number
  largest = 56;

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    ramp: Ramp | undefined,
    pixels: ReturnType<typeof makePixels> | undefined,
    /** The numbers that the pixels show. */
    painted: ArrayLike<number> | undefined,
    /** The corner from which a block is stretched. */
    anchor: readonly [number, number] = [0, 0],
    head: readonly [number, number] = [0, 0];
  const props = (): Props => now.props as unknown as Props;
  const chosen = (): Chosen => now.value as Chosen;

  // ---- sizes in CSS pixels
  let left = 0,
    top = 0,
    wide = 1,
    tall = 1;
  const layout = (width: number): number => {
    const { rows, cols, rowNames, colNames, height = 420 } = props();
    const longest = Math.max(0, ...(rowNames ?? (rows <= 64 ? [String(rows - 1)] : [])).map((name) => name.length));
    left = rowNames === undefined && rows > 64 ? 0 : Math.min(120, 8 * longest + 10);
    top = colNames === undefined && cols > 64 ? 0 : 22;
    const coarse = matchMedia('(pointer: coarse)').matches && !now.readonly;
    const fit = (width - left - 1) / Math.max(1, cols);
    wide = Math.min(largest, fit);
    tall = Math.min(cols * wide > 0 && rows > 0 ? (height - top) / rows : 32, Math.max(wide * 0.75, Math.min(32, wide)));
    if (coarse && rows <= 12) tall = Math.max(tall, 44);
    tall = Math.max(tall, 1);
    return Math.ceil(top + Math.max(1, rows) * tall + 2);
  };
  const paint = (context: CanvasRenderingContext2D): void => {
    const { data, rows, cols, rowNames, colNames, range, marks } = props();
    const fresh = ramp === undefined || painted === undefined || !sameNumbers(painted, data);
    ramp ??= makeRamp(document.body, range);
    painted = data;
    const other = pixels === undefined || pixels.canvas.width !== Math.max(1, cols) || pixels.canvas.height !== Math.max(1, rows);
    if (other || pixels === undefined) pixels = makePixels(cols, rows);
    if (rows * cols === 0) return;
    if (fresh || other)
      pixels.paint((to) => {
        for (let i = 0; i < data.length; i++) to[i] = ramp!.of(data[i]!);
      });
    context.imageSmoothingEnabled = wide < 1 || tall < 1;
    context.drawImage(pixels.canvas, left, top, cols * wide, rows * tall);
    const [ink, quiet, paper, blue] = ['--ink', '--ink-3', '--paper', '--blue'].map((name) => css(token(document.body, name))) as [
      string,
      string,
      string,
      string,
    ];
    const face = getComputedStyle(element).fontFamily;
    const { rows: lit, cols: litCols } = chosen();
    const inRow = new Set(lit),
      inCol = new Set(litCols);
    // ---- names, every so many that they do not touch
    context.textBaseline = 'middle';
    context.font = `13px ${face}`;
    const every = (size: number, need: number): number => [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((k) => k * size >= need) ?? 2000;
    const named = (i: number, names: readonly string[] | undefined, step: number, on: boolean): string | undefined =>
      (on && !now.readonly) || i % step === 0 ? (names?.[i] ?? String(i)) : undefined;
    if (left > 0) {
      context.textAlign = 'right';
      const step = every(tall, 16);
      for (let r = 0; r < rows; r++) {
        const on = inRow.has(r) && lit.length < rows;
        if (step > 1 && on !== (lit.length < rows && lit.length > 0) && Math.abs(r - (lit[0] ?? -99)) * tall < 16) continue;
        const name = named(r, rowNames, step, on && lit.length < 4);
        context.fillStyle = on && !now.readonly ? ink : quiet;
        if (name !== undefined) context.fillText(cut(context, name, left - 8), left - 8, top + (r + 0.5) * tall);
      }
    }
    if (top > 0) {
      context.textAlign = 'center';
      const longest = Math.max(2, ...(colNames ?? [String(cols - 1)]).map((name) => name.length));
      const step = every(wide, Math.min(longest, 8) * 8 + 6);
      for (let c = 0; c < cols; c++) {
        const on = inCol.has(c) && litCols.length < cols;
        const name = named(c, colNames, step, false);
        context.fillStyle = on && !now.readonly ? ink : quiet;
        if (name !== undefined) context.fillText(cut(context, name, step * wide - 4), left + (c + 0.5) * wide, top - 10);
      }
    }
    // ---- numbers
    if (wide >= numbersFrom && tall >= 16) {
      context.textAlign = 'center';
      const mono = getComputedStyle(document.documentElement).getPropertyValue('--mono');
      for (let i = 0; i < data.length; i++) {
        const [r, c] = [Math.floor(i / cols), i % cols];
        context.font = `13px ${mono}`;
        const words = shortNumber(data[i]!, Math.floor((wide - 8) / 8));
        context.fillStyle = ramp.dark(data[i]!) ? paper : ink;
        context.fillText(words, left + (c + 0.5) * wide, top + (r + 0.5) * tall + 0.5);
      }
    }
    // ---- outlines
    const box = ({ rows: rs, cols: cs }: Chosen): [number, number, number, number] => {
      const [r, c] = [Math.min(...rs), Math.min(...cs)];
      return [left + c * wide, top + r * tall, (Math.max(...cs) - c + 1) * wide, (Math.max(...rs) - r + 1) * tall];
    };
    for (const mark of marks) {
      if (mark.rows.length === 0 || mark.cols.length === 0) continue;
      context.strokeStyle = css(token(document.body, `--fig-${mark.colour}`));
      context.lineWidth = 2;
      context.strokeRect(...box(mark));
    }
    if (now.readonly || lit.length === 0 || litCols.length === 0) return;
    // The chosen cell lights its row and column.
    if (lit.length === 1 && litCols.length === 1) {
      context.fillStyle = css(token(document.body, '--blue'), 0.1);
      const [x, y, w, t] = box(chosen());
      context.fillRect(left, y, x - left, t);
      context.fillRect(x + w, y, left + cols * wide - x - w, t);
      context.fillRect(x, top, w, y - top);
      context.fillRect(x, y + t, w, top + rows * tall - y - t);
    }
    context.strokeStyle = paper;
    context.lineWidth = 4;
    context.strokeRect(...box(chosen()));
    context.strokeStyle = blue;
    context.lineWidth = 2;
    context.strokeRect(...box(chosen()));
  };

  const canvas = makeCanvas(layout, paint);
  canvas.element.setAttribute('aria-hidden', 'true');
  const element = h('div', { class: 'matrix-view', tabindex: spec.readonly ? undefined : 0 }, canvas.element);

  const span = (a: number, b: number): number[] => Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => Math.min(a, b) + i);
  const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const choose = (row: number, col: number, stretch: boolean): void => {
    const { rows, cols, select } = props();
    if (rows * cols === 0) return;
    head = [Math.max(0, Math.min(rows - 1, row)), Math.max(0, Math.min(cols - 1, col))];
    if (!stretch || select !== 'block') anchor = head;
    const value: Chosen = {
      rows: select === 'column' ? all(rows) : span(anchor[0], head[0]),
      cols: select === 'row' ? all(cols) : span(anchor[1], head[1]),
    };
    if (String([value.rows, value.cols]) === String([chosen().rows, chosen().cols])) return;
    now = { ...now, value };
    describe();
    canvas.repaint();
    moved(value);
  };
  const at = (event: PointerEvent): readonly [number, number] => {
    const box = canvas.element.getBoundingClientRect();
    return [Math.floor((event.clientY - box.top - top) / tall), Math.floor((event.clientX - box.left - left) / wide)];
  };
  let pressed = false;
  element.addEventListener('pointerdown', (event) => {
    if (now.readonly || event.button !== 0) return;
    pressed = true;
    element.setPointerCapture(event.pointerId);
    choose(...at(event), event.shiftKey);
  });
  element.addEventListener('pointermove', (event) => pressed && choose(...at(event), true));
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) element.addEventListener(type, () => (pressed = false));
  element.addEventListener('keydown', (event) => {
    if (now.readonly) return;
    const stretch = event.shiftKey && props().select === 'block';
    const by = stepOf(event);
    const [r, c] = head;
    const far = stretch ? 10 : 1; // there Shift stretches
    const to =
      by !== undefined
        ? ([r - by[1] / far, c + by[0] / far] as const)
        : ({ Home: [r, 0], End: [r, props().cols - 1], PageUp: [0, c], PageDown: [props().rows - 1, c] } as const)[event.key as 'Home'];
    if (to === undefined) return;
    event.preventDefault();
    choose(to[0], to[1], stretch);
  });
  const describe = (): void => {
    const { rows, cols, data, rowNames, colNames } = props();
    element.setAttribute('aria-label', now.label);
    element.setAttribute('role', now.readonly ? 'img' : 'slider');
    if (now.readonly) return;
    const { rows: rs, cols: cs } = chosen();
    const name = (names: readonly string[] | undefined, list: readonly number[]): string =>
      list.length === 1
        ? (names?.[list[0]!] ?? String(list[0]))
        : `${names?.[list[0]!] ?? list[0]} to ${names?.[list.at(-1)!] ?? list.at(-1)}`;
    const value = rs.length === 1 && cs.length === 1 ? `: ${number(data[rs[0]! * cols + cs[0]!]!)}` : '';
    const words = rs.length * cs.length === 0 ? 'nothing' : `row ${name(rowNames, rs)}, column ${name(colNames, cs)}${value}`;
    for (const [key, word] of Object.entries({
      valuemin: 0,
      valuemax: Math.max(0, rows * cols - 1),
      valuenow: (rs[0] ?? 0) * cols + (cs[0] ?? 0),
      valuetext: words,
    }))
      element.setAttribute(`aria-${key}`, String(word));
  };
  const follow = (): void => {
    const { rows, cols } = chosen();
    anchor = [rows[0] ?? 0, cols[0] ?? 0];
    if (rows.length !== 1 || cols.length !== 1) {
      const whole = props().select === 'row' ? [head[0], 0] : props().select === 'column' ? [0, head[1]] : undefined;
      head = whole
        ? [rows.length === 1 ? rows[0]! : whole[0]!, cols.length === 1 ? cols[0]! : whole[1]!]
        : [rows.at(-1) ?? 0, cols.at(-1) ?? 0];
    } else head = anchor;
  };
  follow();
  describe();
  const unwatch = onTheme(() => {
    ramp = undefined;
    canvas.repaint();
  });
  const looks = (): string =>
    JSON.stringify([props().rows, props().cols, props().rowNames, props().colNames, props().range, props().height]);
  return {
    element,
    set(next) {
      const before = looks(),
        value = now.value;
      now = next;
      if (JSON.stringify(value) !== JSON.stringify(next.value)) follow();
      describe();
      if (before !== looks()) {
        ramp = undefined;
        canvas.resize();
      } else canvas.repaint();
    },
    table: () => {
      const { data, rows, cols, rowNames, colNames } = props();
      const shown = Math.min(cols, 24);
      return {
        columns: ['', ...all(shown).map((c) => colNames?.[c] ?? String(c)), ...(shown < cols ? ['…'] : [])],
        rows: all(rows).map((r) => [rowNames?.[r] ?? String(r), ...all(shown).map((c) => number(data[r * cols + c]!))]),
      };
    },
    dispose() {
      unwatch();
      canvas.dispose();
    },
  };
};

function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text;
  while (shown.length > 1 && context.measureText(shown === text ? text : `${shown}…`).width > width) shown = shown.slice(0, -1);
  return shown === text ? text : `${shown}…`;
}

/** A number in at most so many letters. */
function shortNumber(value: number, letters: number): string {
  if (!Number.isFinite(value)) return value !== value ? 'NaN' : value > 0 ? '∞' : '-∞';
  for (let digits = 4; digits >= 1; digits--) {
    const words = String(Number(value.toPrecision(digits)));
    if (words.length <= letters) return words.replace(/^(-?)0\./, letters < 5 ? '$1.' : '$10.');
  }
  const words = value.toExponential(0).replace('e+', 'e');
  return words.length <= letters ? words : '…';
}

/** Whether two lists hold the same numbers: what comes again with another sentence is not painted again. */
function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
