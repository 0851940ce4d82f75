/* The drawing pad: ink by mouse, pen, touch or keyboard, and beside it the picture as numbers that leaves. Ink is kept finer than the
   picture, so that centring loses nothing (base/ink.ts). A picture can be pasted. */

import './pad.css';
import { blankInk, fine, pictureOf, stroke, under, type Ink } from '../../base/ink.ts';
import { button, h } from '../dom.ts';
import { css, onTheme, token } from '../outputs/theme.ts';
import { stepOf } from './hands.ts';
import type { DrawPart } from './part.ts';

const mostUndo = 40;

export const draw: DrawPart = (spec, moved) => {
  const size = spec.props['size'] as number;
  const centre = spec.props['centre'] as 'mnist' | 'none';
  const brush = spec.props['brush'] as number;
  let ink: Ink = blankInk(size),
    sent: ArrayLike<number> = spec.value as ArrayLike<number>,
    undo: Float32Array[] = [],
    pen: { x: number; y: number; down: boolean } = { x: size / 2, y: size / 2, down: false },
    focused = false;
  const side = size * fine;
  const board = h('canvas', { class: 'pad-board', width: side, height: side, tabindex: spec.readonly ? undefined : 0 });
  const small = h('canvas', { class: 'pad-small', width: size, height: size, role: 'img' });
  const said = h('p', { class: 'vh', role: 'status' });
  board.setAttribute('role', spec.readonly ? 'img' : 'application');
  board.setAttribute('aria-label', spec.readonly ? spec.label : `${spec.label}: drawing pad`);
  small.setAttribute('aria-label', `${size} by ${size} numbers${centre === 'mnist' ? ', centred' : ''}`);

  const paint = (canvas: HTMLCanvasElement, n: number, data: ArrayLike<number>): void => {
    const context = canvas.getContext('2d');
    if (context === null) return;
    const pixels = context.createImageData(n, n);
    const [paper, black] = [token(board, '--paper'), token(board, '--ink')];
    for (let i = 0; i < n * n; i++) {
      for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = paper[k]! + (black[k]! - paper[k]!) * data[i]!;
      pixels.data[4 * i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
    if (canvas !== board || !focused) return;
    context.strokeStyle = css(token(board, pen.down ? '--blue' : '--edge'));
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(pen.x * fine, pen.y * fine, (brush / 2) * fine + 2, 0, 2 * Math.PI);
    context.stroke();
  };
  const show = (): void => {
    paint(board, side, ink.grid);
    paint(small, size, sent);
    bar.forEach((one) => one.setAttribute('aria-disabled', String(undo.length === 0)));
  };
  const send = (): void => {
    const picture = pictureOf(ink, centre);
    sent = picture;
    moved(picture);
    show();
  };
  const keep = (): void => {
    undo.push(ink.grid.slice());
    if (undo.length > mostUndo) undo = undo.slice(-mostUndo);
  };
  const bar = spec.readonly
    ? []
    : [
        button('Undo', () => {
          const before = undo.pop();
          if (before === undefined) return;
          ink = { size, grid: before };
          send();
        }),
        button('Clear', () => {
          if (undo.length === 0 && ink.grid.every((one) => one === 0)) return;
          keep();
          ink = blankInk(size);
          send();
        }),
      ];

  if (!spec.readonly) {
    let before: readonly [number, number] | undefined;
    const place = (event: PointerEvent): [number, number] => {
      const box = board.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * size, ((event.clientY - box.top) / box.height) * size];
    };
    board.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      board.setPointerCapture(event.pointerId);
      board.focus({ preventScroll: true });
      event.preventDefault();
      keep();
      before = place(event);
      stroke(ink, before, before, brush);
      send();
    });
    board.addEventListener('pointermove', (event) => {
      if (before === undefined) return;
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length > 0 ? all : [event]) {
        const here = place(one);
        stroke(ink, before, here, brush);
        before = here;
      }
      send();
    });
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      board.addEventListener(type, () => (before = undefined));
    board.addEventListener('keydown', (event) => {
      const by = stepOf(event);
      if (by !== undefined) {
        event.preventDefault();
        const from: [number, number] = [pen.x, pen.y];
        const bound = (value: number): number => Math.min(size - 0.5, Math.max(0.5, value));
        const far = event.shiftKey ? 0.5 : 1; // Shift: five pixels, not ten
        pen = { ...pen, x: bound(pen.x + by[0] * far), y: bound(pen.y - by[1] * far) };
        if (pen.down) {
          stroke(ink, from, [pen.x, pen.y], brush);
          send();
        } else show();
        said.textContent = `${pen.down ? 'Pen down' : 'Pen up'}, ${Math.floor(pen.x)}, ${Math.floor(pen.y)}`;
      } else if (event.key === ' ' || event.key === 'Enter') {
        event.preventDefault();
        pen = { ...pen, down: !pen.down };
        if (pen.down) {
          keep();
          stroke(ink, [pen.x, pen.y], [pen.x, pen.y], brush);
          send();
        } else show();
        said.textContent = pen.down ? 'Pen down' : 'Pen up';
      } else if (event.key === 'Backspace' || (event.key === 'z' && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        event.stopPropagation();
        bar[0]?.click();
      }
    });
    board.addEventListener('focus', () => {
      focused = board.matches(':focus-visible');
      show();
    });
    board.addEventListener('blur', () => {
      focused = false;
      pen = { ...pen, down: false };
      show();
    });
    board.addEventListener('paste', (event) => {
      const image = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (image === undefined) return;
      event.preventDefault();
      void pasted(image, size).then((picture) => {
        keep();
        ink = blankInk(size);
        under(ink, picture);
        send();
      });
    });
  }
  const take = (value: ArrayLike<number>): void => {
    if (sameNumbers(value, sent)) return;
    sent = value;
    ink = blankInk(size);
    under(ink, value);
    undo = [];
  };
  if (Array.from(sent).some((one) => one > 0)) under(ink, sent);
  const unwatch = onTheme(show);
  const element = h(
    'div',
    { class: 'pad' },
    board,
    h('figure', { class: 'pad-seen' }, small, h('figcaption', {}, centre === 'mnist' ? `${size} × ${size}, centred` : `${size} × ${size}`)),
    spec.readonly
      ? null
      : h('div', { class: 'part-bar' }, ...bar, h('span', { class: 'quiet' }, 'By keyboard: arrows move the pen, Space sets it down.')),
    said,
  );
  requestAnimationFrame(show);
  return {
    element,
    set(next) {
      take(next.value as ArrayLike<number>);
      show();
    },
    table: () => ({
      columns: ['row', ...Array.from({ length: size }, (_, i) => String(i))],
      rows: Array.from({ length: size }, (_, y) => [y, ...Array.from({ length: size }, (__, x) => Number(sent[y * size + x]!.toFixed(2)))]),
    }),
    dispose: unwatch,
  };
};

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/** A picture as ink: fitted into the pad, turned over where its edges are bright. */
async function pasted(file: File, size: number): Promise<Float32Array> {
  const bitmap = await createImageBitmap(file);
  const canvas = h('canvas', { width: size, height: size });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const scale = size / Math.max(bitmap.width, bitmap.height);
  const [wide, tall] = [bitmap.width * scale, bitmap.height * scale];
  context.fillStyle = 'white';
  context.fillRect(0, 0, size, size);
  context.drawImage(bitmap, (size - wide) / 2, (size - tall) / 2, wide, tall);
  const { data } = context.getImageData(0, 0, size, size);
  const light = Float32Array.from({ length: size * size }, (_, i) => (data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!) / 765);
  const edge = light.filter((_, i) => i % size === 0 || i % size === size - 1 || i < size || i >= size * (size - 1));
  const bright = edge.reduce((sum, one) => sum + one, 0) / edge.length > 0.5;
  const found = light.map((one) => (bright ? 1 - one : one));
  const most = found.reduce((max, one) => Math.max(max, one), 1e-6);
  return found.map((one) => (one / most < 0.12 ? 0 : one / most));
}
