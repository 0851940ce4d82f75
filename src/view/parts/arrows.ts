/* Arrows in pixels: a shaft and a head that ends at the tip. */

import { s } from '../dom.ts';
import type { Pair } from './plane.ts';

export interface ArrowLook {
  readonly dashed?: boolean;
  readonly width?: number | undefined;
  /** How far before the tip it ends, in pixels: where a handle sits on the tip. */
  readonly short?: number;
}

export function drawArrow(from: Pair, to: Pair, colour: number, look: ArrowLook = {}): SVGGElement {
  const arrow = makeArrow(colour, look);
  arrow.set(from, to);
  return arrow.element;
}

export interface Arrow {
  readonly element: SVGGElement;
  set(from: Pair, to: Pair): void;
}

export function makeArrow(colour: number, { dashed = false, width = 2, short = 0 }: ArrowLook = {}): Arrow {
  const shaft = s('path', { class: `stroke${dashed ? ' dashed' : ''}`, 'stroke-width': width });
  const head = s('path', { class: 'head' });
  return {
    element: s('g', { class: `arrow fig-${colour}` }, shaft, head),
    set([x0, y0], [x1, y1]) {
      const long = Math.hypot(x1 - x0, y1 - y0);
      const [ux, uy] = long === 0 ? [0, 0] : [(x1 - x0) / long, (y1 - y0) / long];
      const size = Math.min(9 + width, Math.max(0, long - short));
      const [tx, ty] = [x1 - ux * short, y1 - uy * short];
      const [bx, by] = [tx - ux * size, ty - uy * size];
      shaft.setAttribute('d', `M${x0.toFixed(1)} ${y0.toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}`);
      const half = size * 0.42;
      head.setAttribute(
        'd',
        size < 1
          ? ''
          : `M${tx.toFixed(1)} ${ty.toFixed(1)}L${(bx - uy * half).toFixed(1)} ${(by + ux * half).toFixed(1)}L${(bx + uy * half).toFixed(1)} ${(by - ux * half).toFixed(1)}Z`,
      );
    },
  };
}
