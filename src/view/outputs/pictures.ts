/* Images and HTML, in a chunk of their own. HTML never touches the page: it is shown in a frame without
   scripts, without network and without our origin. */

import type { Output } from '../../output/types.ts';
import { h } from '../dom.ts';
import type { Draw } from './index.ts';
import { swapping } from './swap.ts';

export const drawImage: Draw<'image'> = (output, element) => {
  const drawing = swapping('image', element, async (next, target) => {
    const url =
      typeof next.data === 'string'
        ? addressOf(next.mime, next.data)
        : URL.createObjectURL(new Blob([next.data as BlobPart], { type: next.mime }));
    const release = (): void => {
      if (url.startsWith('blob:')) URL.revokeObjectURL(url);
    };
    const image = h('img', { src: url, alt: next.alt ?? '', width: next.width, height: next.height });
    target.append(image);
    try {
      await image.decode();
    } catch {
      release();
      throw new Error(`its data is not ${next.mime}`);
    }
    return release;
  });
  drawing.update(output);
  return drawing;
};

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
