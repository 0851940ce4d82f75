/* Gives the reader a file. */

import { h } from './dom.ts';

/** So long the browser may take to begin reading a file, ms. */
const readMs = 60_000;

export function download(content: string | readonly string[] | Blob, name: string, type = 'text/markdown'): void {
  const blob = content instanceof Blob ? content : new Blob(typeof content === 'string' ? [content] : [...content], { type });
  const url = URL.createObjectURL(blob);
  const link = h('a', { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), readMs);
}
