/* Numbers as colours. From 0 up: paper to ink; with a sign: ultramarine, paper, vermilion, symmetric about zero; colour
   pictures as they are. One canvas pixel for each number, made large by the style sheet, so edges stay crisp. */

import { placesOf } from '../../output/regions.ts';
import { h } from '../dom.ts';
import { placing, type Layout, type Numbers, type Want } from './tensor-data.ts';
import { token, type Rgb } from './theme.ts';

/** What a number looks like: 256 steps from `low` to `high`. */
export interface Palette {
  readonly low: number;
  readonly high: number;
  readonly signed: boolean;
  readonly table: Uint8ClampedArray;
  readonly nan: Rgb;
}

/** For numbers from `min` to `max`, both finite, in the colours that hold at `element`. */
export function paletteOf(element: Element, min: number, max: number): Palette {
  const signed = min < 0;
  const size = signed ? Math.max(-min, max) || 1 : max || 1;
  const paper = token(element, '--paper-2'),
    up = token(element, signed ? '--fig-2' : '--ink'),
    down = token(element, '--fig-1');
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const t = signed ? (i - 127.5) / 127.5 : i / 255;
    const to = t < 0 ? down : up;
    for (let k = 0; k < 3; k++) table[i * 3 + k] = paper[k]! + (to[k]! - paper[k]!) * Math.abs(t);
  }
  return { low: signed ? -size : 0, high: size, signed, table, nan: token(element, '--fig-5') };
}

/** What colour pictures are scaled by: bytes as they are, shares of 1, or from the least to the greatest. */
export function colourScale(dtype: string, min: number, max: number): readonly [offset: number, factor: number] {
  if (/^u?int8$/.test(dtype) || (min >= 0 && max > 1 && max <= 255)) return [0, 1];
  if (min >= 0 && max <= 1) return [0, 255];
  return [-min, 255 / (max - min || 1)];
}

/** Paints picture `at` of an answer onto `canvas`, which gets its size. */
export function paint(
  canvas: HTMLCanvasElement,
  data: Numbers,
  layout: Layout,
  want: Want,
  at: number,
  palette: Palette,
  scale: readonly [number, number],
): void {
  const rows = placesOf(want.rows),
    columns = placesOf(want.columns);
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null || rows === 0 || columns === 0) return;
  const image = context.createImageData(columns, rows);
  const pixels = image.data,
    place = placing(layout, want);
  const { low, high, table, nan } = palette;
  const factor = 255 / (high - low);
  let to = 0;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, to += 4) {
      pixels[to + 3] = 255;
      if (layout.colour !== 'none') {
        for (let k = 0; k < 3; k++) pixels[to + k] = (Number(data[place(at, r, c, k)]) + scale[0]) * scale[1];
        if (layout.channels === 4) pixels[to + 3] = (Number(data[place(at, r, c, 3)]) + scale[0]) * scale[1];
        continue;
      }
      const x = Number(data[place(at, r, c, 0)]);
      if (x === x) {
        const step = Math.max(0, Math.min(255, Math.round((x - low) * factor))) * 3;
        pixels[to] = table[step]!;
        pixels[to + 1] = table[step + 1]!;
        pixels[to + 2] = table[step + 2]!;
      } else [pixels[to], pixels[to + 1], pixels[to + 2]] = nan;
    }
  context.putImageData(image, 0, 0);
}

/** The colours from the least to the greatest as a strip. */
export function strip(palette: Palette): HTMLCanvasElement {
  const canvas = h('canvas', { width: 128, height: 1, class: 'strip', 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const image = context.createImageData(128, 1);
  for (let i = 0; i < 128; i++) image.data.set([...palette.table.subarray(i * 2 * 3, i * 2 * 3 + 3), 255], i * 4);
  context.putImageData(image, 0, 0);
  return canvas;
}
