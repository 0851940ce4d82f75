/* A canvas for parts with much to draw: as sharp as the screen, painted anew when its size or the theme changes, at most once a frame. */

import { h } from '../dom.ts';
import { onTheme } from '../outputs/theme.ts';

export interface Canvas {
  readonly element: HTMLCanvasElement;
  /** Asks for another painting, in the next frame. */
  repaint(): void;
  /** Asks for the height anew, since what it depends on has changed, and paints at once. */
  resize(): void;
  /** Size in CSS pixels. */
  readonly width: number;
  readonly height: number;
  dispose(): void;
}

/** `heightOf`: the height in CSS pixels for a width. `paint` draws in CSS pixels. */
export function makeCanvas(
  heightOf: (width: number) => number,
  paint: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): Canvas {
  const element = h('canvas', { class: 'part-canvas' });
  let width = 0,
    height = 0,
    frame: number | undefined;
  const draw = (): void => {
    frame = undefined;
    const context = element.getContext('2d');
    if (context === null || width === 0) return;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (element.width !== w || element.height !== t) {
      element.width = w;
      element.height = t;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    paint(context, width, height);
  };
  const repaint = (): void => void (frame ??= requestAnimationFrame(draw));
  const watcher = new ResizeObserver(([entry]) => {
    const next = entry!.contentRect.width;
    if (next === width || next === 0) return;
    width = next;
    resize();
  });
  const resize = (): void => {
    if (width === 0) return;
    height = heightOf(width);
    element.style.height = `${height}px`;
    draw();
  };
  watcher.observe(element);
  const unwatch = onTheme(repaint);
  return {
    element,
    repaint,
    resize,
    get width() {
      return width;
    },
    get height() {
      return height;
    },
    dispose() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      watcher.disconnect();
      unwatch();
    },
  };
}
