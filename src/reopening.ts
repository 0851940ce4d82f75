/* A notebook of the reader's own, shown as it was made and with the results that it showed last, before the app is there: a script of its
   own that an address like `#/n/ID` asks for in the page's head. Without it, or where text or code are not those the page was made of,
   pages.ts makes the same page; `place` is how both put it there. */

import { contentHash } from './base/hash.ts';
import type { OwnPage } from './own.ts';
import { soundOpening } from './store/opening.ts';
import type { StoredOutputs } from './store/types.ts';
import { h } from './view/dom.ts';
import { makeBar } from './view/frame.ts';
import { drawn, showKept } from './view/kept.ts';
import { setMarkup } from './view/markup.ts';

declare global {
  interface Window {
    /** What stands in the page before the app is there. */
    __reopened?: Promise<Standing | undefined> | undefined;
  }
}

/** A page that stands there: hash of the notebook's text, and what made the page. */
interface Standing {
  readonly hash: string;
  readonly build: string;
}

/** Names the code that makes pages (its script is named by its content, and by that of all it loads) and where this one stands. */
export const buildName = (script: string, base: string): string => `${script} ${base}`;

/** Puts content in place of what the body holds. */
export function replaceBody(title: string, ...content: Node[]): void {
  const page = document.documentElement;
  for (const child of [...document.body.children]) if (child.tagName !== 'SCRIPT' && !child.classList.contains('skip')) child.remove();
  document.body.append(...content);
  document.title = `${title} · Gradus`;
  delete page.dataset['place'];
  delete page.dataset['engine'];
  scrollTo(0, 0);
}

/** Puts a notebook there, under `band`, with what it showed last; resolves when that is drawn. */
export async function place(
  { title, label, html }: Pick<OwnPage, 'title' | 'label' | 'html'>,
  base: string,
  outputs: readonly StoredOutputs[],
  band: readonly Node[] = [],
): Promise<void> {
  const box = h('div');
  setMarkup(box, html);
  const shown = showKept(box, outputs);
  replaceBody(title, makeBar(base, { title, commands: true, ...(label === undefined ? {} : { label }) }), ...band, ...box.childNodes);
  if (shown) await drawn();
}

async function reopen(): Promise<Standing | undefined> {
  const { dataset } = document.documentElement;
  const address = location.href;
  const records = await window.__ahead?.records;
  const opening = records && soundOpening(records);
  if (opening?.notebook === undefined || opening.page === undefined) return undefined;
  const { notebook, outputs, page } = opening;
  const base = dataset['base'] ?? './';
  const script = new URL(dataset['own']?.split(' ')[0] ?? '', location.href).href;
  // Above a copy of what ships stands a note, which the app writes.
  if (notebook.shippedHash !== undefined || page.build !== buildName(script, base) || page.hash !== contentHash(notebook.text))
    return undefined;
  if (document.readyState === 'loading') await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve));
  await window.__styled;
  if (location.href !== address) return undefined;
  await place(page, base, outputs);
  return page;
}

if (window.__ahead !== undefined && document.documentElement.dataset['place'] === 'app')
  window.__reopened = reopen().catch(() => undefined);
