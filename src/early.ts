/* The first script of every page, in its head and before the first paint: the reader's theme, whether the app will draw
   this address anew, whether anything was ever stored here; and where the notebook runs on opening, its engine starts at
   once, in parallel to everything else. What needs the body is in opening.ts. Built as text and allowed by its hash. */

import type { PageData } from './opening.ts';
import type { EarlyEngine } from './takeover.ts';

declare global {
  interface Window {
    /** The engine that the page started before the app was there. */
    __engine?: EarlyEngine | undefined;
    /** Whether anything was ever stored in this browser; absent where that cannot be known. */
    __stored?: boolean;
  }
}

const page = document.documentElement;
/** The map is shown after all when the app does not come for so long, in ms. */
const heldMs = 3000;
/** `/#/n/ID` and links are addresses of the map's page: it is held back (map.css) until the app has drawn them. */
if (/^#(\/|g1\.|src=)/.test(location.hash)) {
  page.dataset['place'] = 'app';
  setTimeout(() => delete page.dataset['place'], heldMs);
  const { app, own } = page.dataset;
  for (const address of `${app ?? ''} ${own ?? ''}`.split(' ').filter(Boolean))
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href: address }));
}
try {
  const theme = localStorage.getItem('theme');
  if (theme) page.dataset['theme'] = theme;
  window.__stored = localStorage.getItem('stored') === '1';
} catch {
  /* storage is denied: the system's theme, and the store is asked */
}
const { notebook } = page.dataset;
if (notebook !== undefined && page.dataset['place'] === undefined) {
  window.__coming = fetch(notebook).then((response) => response.json() as Promise<PageData>);
  window.__coming.catch(() => undefined); // asked for again when it is needed
}
const address = page.dataset['run'];
if (address !== undefined && page.dataset['place'] === undefined)
  try {
    const worker = new Worker(address, { name: 'gradus-ts' });
    window.__engine = { worker, reports: [] };
    worker.onerror = () => {
      window.__engine = undefined;
    };
  } catch {
    /* the app says why */
  }
