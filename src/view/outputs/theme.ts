/* The page's colours for what is painted rather than styled (canvas, Plot's scales): a token as bytes, and a word when the
   theme changes, so that it can be painted anew. */

import { h } from '../dom.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

let eye: CanvasRenderingContext2D | null | undefined;
/** What was read since the theme last changed: each reading costs the page a look at its styles. */
const known = new Map<string, Rgb>();
if (typeof document !== 'undefined') onTheme(() => known.clear()); // before all who draw anew

/** A colour token (`--ink`) of the page as bytes: a canvas reads every colour syntax. Grey where there is no canvas. `element`: any of the page. */
export function token(element: Element, name: string): Rgb {
  const held = known.get(name);
  if (held !== undefined) return held;
  const read = readToken(element, name);
  if (element.isConnected) known.set(name, read);
  return read;
}

function readToken(element: Element, name: string): Rgb {
  const probe = h('i', { style: `color: var(${name}); display: none; forced-color-adjust: none` });
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  eye ??= h('canvas', { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  if (eye === null) return [128, 128, 128];
  eye.clearRect(0, 0, 1, 1);
  eye.fillStyle = colour;
  eye.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = eye.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

export const css = ([red, green, blue]: Rgb, alpha = 1): string => `rgb(${red} ${green} ${blue}${alpha === 1 ? '' : ` / ${alpha}`})`;

/** Calls `draw` whenever the theme of the page changes; returns what ends that. */
export function onTheme(draw: () => void): () => void {
  const watcher = new MutationObserver(draw);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', draw);
  return () => {
    watcher.disconnect();
    for (const query of queries) query.removeEventListener('change', draw);
  };
}
