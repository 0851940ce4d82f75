/* Pictures in rows on one canvas, of which as many are painted as can be seen. The box around them scrolls and is the slider that
   chooses: arrows go to the picture beside, above and below. */

import './imageGrid.css';
import { h } from '../dom.ts';
import { makeCanvas } from './canvas.ts';
import { stepOf } from './hands.ts';
import type { DrawPart, PartSpec } from './part.ts';
import { makePixels, makeRamp } from './ramp.ts';
import { onTheme, token, css } from '../outputs/theme.ts';

interface Props {
  /** Bytes from 0 (least of `range`) to `steps` - 1 (greatest); 255 is NaN where there are 255 steps. */
  readonly images: Uint8Array;
  readonly steps: 255 | 256;
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
  readonly channels: 1 | 3;
  readonly labels?: readonly string[];
  readonly columns?: number;
  readonly range: readonly [number, number];
  readonly height?: number;
}

const gap = 8,
  labelHeight = 20,
  /** A picture without a wish is so large, in pixels, and at most. */
  common = 56,
  most = 168;

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    colours: Uint32Array | undefined,
    pixels = makePixels(1, 1);
  const props = (): Props => now.props as unknown as Props;
  const index = (): number => now.value as number;
  // ---- sizes, all in CSS pixels
  let across = 1,
    wide = common,
    tall = common,
    view = 0;
  const line = (): number => tall + gap + (props().labels === undefined ? 0 : labelHeight);
  const lines = (): number => Math.ceil(props().count / across);
  const layout = (width: number): number => {
    const { rows, cols, columns, height = 420, count } = props();
    const larger = Math.max(rows, cols);
    if (columns === undefined) {
      wide = cols * (larger > common ? common / larger : Math.max(1, Math.round(common / larger)));
      across = Math.max(1, Math.floor((width + gap) / (wide + gap)));
    } else {
      across = columns;
      wide = Math.min(most, Math.max(4, (width - gap * (columns - 1)) / columns));
    }
    wide = Math.floor(wide);
    tall = Math.max(1, Math.round((wide * rows) / Math.max(1, cols)));
    const whole = Math.max(line(), lines() * line());
    spacer.style.height = `${whole}px`;
    view = Math.min(whole, count === 0 ? line() : height);
    element.style.height = `${view}px`;
    return view;
  };

  const paint = (context: CanvasRenderingContext2D, width: number, height: number): void => {
    const { images, count, rows, cols, channels, labels, range, steps } = props();
    colours ??= coloursOf(range, steps);
    if (pixels.canvas.width !== cols || pixels.canvas.height !== rows) pixels = makePixels(cols, rows);
    const top = element.scrollTop,
      size = rows * cols;
    const scale = 255 / (steps - 1);
    context.imageSmoothingEnabled = wide < cols;
    context.font = `13px ${getComputedStyle(element).fontFamily}`;
    context.textAlign = 'center';
    const ink = css(token(document.body, '--ink')),
      quiet = css(token(document.body, '--ink-2'));
    for (let row = Math.floor(top / line()); row * line() < top + height; row++)
      for (let column = 0; column < across; column++) {
        const i = row * across + column;
        if (i >= count) break;
        pixels.paint((to) => {
          const from = i * size * channels;
          if (channels === 1) for (let p = 0; p < size; p++) to[p] = colours![images[from + p]!]!;
          else
            for (let p = 0; p < size; p++) {
              const byte = (k: number): number => Math.max(0, Math.min(255, Math.round(images[from + p * 3 + k]! * scale)));
              to[p] = ((255 << 24) | (byte(2) << 16) | (byte(1) << 8) | byte(0)) >>> 0;
            }
        });
        const [x, y] = [column * (wide + gap), row * line() - top];
        context.drawImage(pixels.canvas, x, y, wide, tall);
        const label = labels?.[i];
        if (label !== undefined) {
          context.fillStyle = i === index() && !now.readonly ? ink : quiet;
          context.fillText(short(context, label, wide + gap - 2), x + wide / 2, y + tall + 15);
        }
      }
    void width;
    mark.style.cssText = `transform: translate(${(index() % across) * (wide + gap)}px, ${Math.floor(index() / across) * line()}px); width: ${wide}px; height: ${tall}px`;
    mark.hidden = count === 0 || now.readonly;
  };

  const mark = h('i', { class: 'image-mark', 'aria-hidden': 'true' });
  const canvas = makeCanvas(layout, paint);
  canvas.element.setAttribute('aria-hidden', 'true');
  const spacer = h('div', { class: 'image-space' }, canvas.element, mark);
  const element = h('div', { class: 'image-grid', tabindex: 0 }, spacer);
  element.addEventListener('scroll', () => canvas.repaint(), { passive: true });

  const choose = (next: number): void => {
    const to = Math.max(0, Math.min(props().count - 1, next));
    if (to === index() || props().count === 0) return;
    now = { ...now, value: to };
    describe();
    const top = Math.floor(to / across) * line();
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + line() > element.scrollTop + view) element.scrollTop = top + line() - view;
    canvas.repaint();
    moved(to);
  };
  element.addEventListener('keydown', (event) => {
    if (now.readonly) return;
    const by = stepOf(event);
    const page = Math.max(1, Math.floor(view / line())) * across;
    const to =
      by !== undefined
        ? index() + by[0] - by[1] * across
        : { Home: 0, End: props().count - 1, PageUp: index() - page, PageDown: index() + page }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(to);
  });
  element.addEventListener('click', (event) => {
    if (now.readonly) return;
    const box = spacer.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const column = Math.floor(x / (wide + gap));
    const at = Math.floor(y / line()) * across + column;
    if (column < across && at < props().count) choose(at);
  });
  const describe = (): void => {
    const { count, labels } = props();
    element.setAttribute('aria-label', now.label);
    element.setAttribute('role', now.readonly ? 'img' : 'slider');
    if (now.readonly) return;
    const words = `${labels?.[index()] === undefined ? '' : `${labels[index()]}, `}number ${index()} of ${count}`;
    for (const [name, value] of Object.entries({ valuemin: 0, valuemax: Math.max(0, count - 1), valuenow: index(), valuetext: words }))
      element.setAttribute(`aria-${name}`, String(value));
  };
  describe();
  const unwatch = onTheme(() => {
    colours = undefined;
    canvas.repaint();
  });
  return {
    element,
    set(next) {
      const before = looks(now);
      now = next;
      describe();
      if (before !== looks(next)) {
        colours = undefined;
        canvas.resize();
      } else canvas.repaint();
    },
    table: () => {
      const { count, labels } = props();
      return {
        columns: ['number', ...(labels === undefined ? [] : ['label'])],
        rows: Array.from({ length: count }, (_, i) => [i, ...(labels === undefined ? [] : [labels[i]])]),
      };
    },
    dispose() {
      unwatch();
      canvas.dispose();
    },
  };
};

/** What the sizes depend on. */
const looks = ({ props: { count, rows, cols, labels, columns, range, height } }: PartSpec): string =>
  JSON.stringify([count, rows, cols, labels === undefined, columns, range, height]);

function short(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
  return `${cut}…`;
}

/** The packed colour of each byte. */
function coloursOf(range: readonly [number, number], steps: number): Uint32Array {
  const ramp = makeRamp(document.body, range);
  return Uint32Array.from({ length: 256 }, (_, i) => ramp.of(i < steps ? range[0] + (i / (steps - 1)) * (range[1] - range[0]) : NaN));
}
