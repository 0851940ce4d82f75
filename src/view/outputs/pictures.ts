/* Images and HTML, in a chunk of their own. HTML never touches the page: it is shown in a frame without
   scripts, without network and without our origin. */

import type { Output } from '../../output/types.ts';
import { h } from '../dom.ts';
import type { Draw } from './index.ts';
import { swapping } from './swap.ts';
import { bytesText } from './tensor-data.ts';
import './pictures.css';

/** Below a picture: how large it is, and how large it is shown. A picture that is enlarged past its size shows its pixels. */
export const drawImage: Draw<'image'> = (output, element) => {
  let scale: number | 'fit' = 'fit';
  const drawing = swapping('image', element, async (next, target) => {
    const bytes = typeof next.data === 'string' ? undefined : next.data.byteLength;
    const url =
      typeof next.data === 'string'
        ? addressOf(next.mime, next.data)
        : URL.createObjectURL(new Blob([next.data as BlobPart], { type: next.mime }));
    const release = (): void => {
      if (url.startsWith('blob:')) URL.revokeObjectURL(url);
    };
    const image = h('img', { src: url, alt: next.alt ?? '', width: next.width, height: next.height });
    const frame = h('div', { class: 'image-frame' }, image);
    target.append(frame);
    try {
      await image.decode();
    } catch {
      release();
      throw new Error(`its data is not ${next.mime}`);
    }
    const wide = next.width ?? image.naturalWidth,
      tall = next.height ?? image.naturalHeight;
    const kind = next.mime
      .replace(/^image\//, '')
      .replace(/\+.*$/, '')
      .toUpperCase();
    if (next.alt === undefined) image.alt = `Picture, ${wide} by ${tall} pixels`;
    const vector = kind === 'SVG';
    const said = [
      ...(vector ? [] : [`${image.naturalWidth} × ${image.naturalHeight}`]),
      kind,
      ...(bytes === undefined ? [] : [bytesText(bytes)]),
    ].join(' · ');
    const zooms = zoomsOf(wide, element.clientWidth);
    const buttons = zooms.map((zoom) =>
      h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => show(zoom) }, zoom === 'fit' ? 'Fit' : `${zoom}×`),
    );
    const show = (zoom: number | 'fit'): void => {
      scale = zooms.includes(zoom) ? zoom : 'fit';
      const times = scale === 'fit' ? 1 : scale;
      frame.dataset['zoom'] = scale === 'fit' ? 'fit' : times > 1 ? 'pixels' : 'size';
      image.style.width = scale === 'fit' ? '' : `${wide * times}px`;
      image.style.height = scale === 'fit' ? '' : `${tall * times}px`;
      // What is larger than its frame is scrolled, by keys too.
      const over = scale !== 'fit' && wide * times > frame.clientWidth;
      for (const [name, value] of [
        ['tabindex', '0'],
        ['role', 'group'],
        ['aria-label', 'Picture, enlarged'],
      ] as const)
        if (over) frame.setAttribute(name, value);
        else frame.removeAttribute(name);
      buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(zooms[i] === scale)));
    };
    show(scale);
    target.append(
      h(
        'div',
        { class: 'image-foot' },
        h('span', { class: 'cap num' }, said),
        vector || zooms.length < 2 ? null : h('span', { class: 'seg', role: 'group', 'aria-label': 'Size' }, ...buttons),
      ),
    );
    return release;
  });
  drawing.update(output);
  return drawing;
};

/** The sizes at which a picture `wide` px wide can be looked at in `room` px. */
function zoomsOf(wide: number, room: number): readonly (number | 'fit')[] {
  const fits = [1, 2, 4, 8, 16].filter((times) => wide * times <= Math.max(2400, wide));
  return wide > room ? ['fit', ...fits] : ['fit', ...fits.filter((times) => times > 1)];
}

/** A data URL, base64, or the text of an SVG. */
function addressOf(mime: string, data: string): string {
  if (data.startsWith('data:')) return data;
  if (data.trimStart().startsWith('<')) return `data:${mime};charset=utf-8,${encodeURIComponent(data)}`;
  return `data:${mime};base64,${data}`;
}

const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A frame without scripts cannot say how high it is, so its height is estimated from what stands in it, and the reader
    can draw it larger. */
export const drawHtml: Draw<'html'> = (output, element) => {
  const frame = h('iframe', { sandbox: '', title: 'HTML output', class: 'html-frame', referrerpolicy: 'no-referrer' });
  const box = h('div', { class: 'html-box' }, frame);
  element.append(box);
  const update = (next: Output): boolean => {
    if (next.kind !== 'html') return false;
    const style = getComputedStyle(element);
    const colours = document.documentElement.dataset['theme'] ?? 'light dark';
    frame.srcdoc =
      `<!doctype html><meta http-equiv="Content-Security-Policy" content="${framePolicy}"><meta name="color-scheme" content="${colours}">` +
      `<style>body{margin:0;font:15px/1.4 ${style.fontFamily.replaceAll('"', "'")};overflow-wrap:break-word}h1,h2,h3,h4{line-height:1.3;margin:.5em 0}p,ul,ol,pre{margin:.5em 0}body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}</style>${next.html}`;
    box.style.height = `${heightOf(next.html)}px`;
    return true;
  };
  update(output);
  return { update };
};

/** One line of each kind of block, with its margin, in px. */
const heights: Readonly<Record<string, number>> = {
  h1: 62,
  h2: 48,
  h3: 40,
  h4: 36,
  p: 32,
  blockquote: 54,
  tr: 30,
  li: 22,
  hr: 18,
  button: 28,
  input: 28,
};

function heightOf(html: string): number {
  const body = new DOMParser().parseFromString(html, 'text/html').body;
  let height = 0;
  for (const block of body.querySelectorAll(
    'h1, h2, h3, h4, p, li, tr, pre, br, hr, summary, div, svg, img, canvas, input, button, blockquote',
  )) {
    if (block.matches('svg, img, canvas')) height += Number(block.getAttribute('height')) || 160;
    else if (block.matches('pre')) height += 22 * (block.textContent ?? '').split('\n').length + 16;
    else if (block.matches('div'))
      height += [...block.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '') ? 22 : 0;
    else height += (heights[block.localName] ?? 24) + 21 * Math.floor((block.textContent ?? '').length / 95);
  }
  return Math.min(640, Math.max(28, height, 22 * Math.ceil((body.textContent ?? '').trim().length / 95) + 6));
}
