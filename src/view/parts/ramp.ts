/* Numbers as colours on a canvas: from paper to ink, or, where some lie below zero, ultramarine, paper, vermilion. A table of 256 packed
   colours, made anew when the theme changes. */

import { token } from '../outputs/theme.ts';

export interface Ramp {
  /** The packed colour (as a Uint32Array over pixels wants it) of a number; what is not finite is plum. */
  of(value: number): number;
  /** Whether text on this number is better in paper than in ink. */
  dark(value: number): boolean;
  readonly signed: boolean;
}

const pack = (r: number, g: number, b: number): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

export function makeRamp(element: Element, [low, high]: readonly [number, number]): Ramp {
  const signed = low < 0 && high > 0;
  const paper = token(element, '--paper-2'),
    up = token(element, signed ? '--fig-2' : '--ink'),
    down = token(element, signed ? '--fig-1' : '--ink');
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const t = signed ? (i - 127.5) / 127.5 : i / 255;
    const to = t < 0 ? down : up;
    const mix = (k: 0 | 1 | 2): number => Math.round(paper[k] + (to[k] - paper[k]) * Math.abs(t));
    table[i] = pack(mix(0), mix(1), mix(2));
  }
  const bad = pack(...token(element, '--fig-5'));
  // Signed numbers are symmetric about zero.
  const [from, to] = signed ? [-Math.max(-low, high), Math.max(-low, high)] : [low, high];
  const factor = to > from ? 255 / (to - from) : 0;
  return {
    signed,
    of: (value) => (value === value ? table[Math.max(0, Math.min(255, Math.round((value - from) * factor)))]! : bad),
    dark: (value) => Math.abs(signed ? value / to : (value - from) / (to - from)) > 0.55,
  };
}

/** Pixels of one picture, painted with `put(pixels)`, ready to be drawn at any size. */
export function makePixels(
  width: number,
  height: number,
): { readonly canvas: HTMLCanvasElement; paint(put: (pixels: Uint32Array) => void): void } {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  return {
    canvas,
    paint(put) {
      put(pixels);
      context.putImageData(image, 0, 0);
    },
  };
}
