/* The first script of every page, in its head and before the first paint: the reader's theme, whether the app will draw
   this address anew, whether anything was ever stored here; what is stored of the notebook is read, and where it runs on opening,
   its engine starts at once, in parallel to everything else. What needs the body is in opening.ts. Built as text and allowed by its hash. */

import type { PageData } from './opening.ts';
import type { StoredShown } from './store/types.ts';
import type { EarlyEngine } from './takeover.ts';

declare global {
  interface Window {
    /** The engine that the page started before the app was there. */
    __engine?: EarlyEngine | undefined;
    /** Whether anything was ever stored in this browser; absent where that cannot be known. */
    __stored?: boolean;
    /** What is stored of a notebook, unchecked, on its way since the head: its record, its outputs, its page. Undefined where it
        cannot be read so; then the store says why. */
    __ahead?: { readonly id: string; readonly records: Promise<readonly [unknown, readonly unknown[], unknown] | undefined> } | undefined;
  }
}

const page = document.documentElement;
/** The map is shown after all when the app does not come for so long, in ms. */
const heldMs = 3000;
/** What is read ahead is waited for so long: another tab may be in its way, and the store knows to say so. */
const patienceMs = 1500;
/** `/#/n/ID` and links are addresses of the map's page: it is held back (map.css) until the app has drawn them. */
if (/^#(\/.|g1\.|src=)/.test(location.hash)) {
  page.dataset['place'] = 'app';
  setTimeout(() => delete page.dataset['place'], heldMs);
  const { app, own, reopening } = page.dataset;
  for (const address of `${app ?? ''} ${own ?? ''}`.split(' ').filter(Boolean))
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href: address }));
  if (reopening !== undefined) document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: reopening }));
}
try {
  const theme = localStorage.getItem('theme');
  if (theme) page.dataset['theme'] = theme;
  window.__stored = localStorage.getItem('stored') === '1';
} catch {
  /* storage is denied: the system's theme, and the store is asked */
}
const shown =
  /^#\/n\/([^/?]+)/.exec(location.hash) ?? (page.dataset['kind'] === 'notebook' ? /\/n\/([^/]+)\/$/.exec(location.pathname) : null);
if (shown !== null && window.__stored === true) readAhead(shown[1]!);

/** Reads what the store would (store.ts, `opening`), without a version and without a change; not where a text waits beside it. */
function readAhead(coded: string): void {
  try {
    if (Object.keys(localStorage).some((key) => key.startsWith('gradus:unsaved:'))) return;
    const id = decodeURIComponent(coded);
    const records = new Promise<readonly [unknown, readonly unknown[], unknown] | undefined>((resolve) => {
      const none = (): void => resolve(undefined);
      setTimeout(none, patienceMs);
      const request = indexedDB.open('gradus');
      request.onupgradeneeded = () => request.transaction?.abort(); // there is none, and this is not who makes it
      request.onerror = none;
      request.onsuccess = () => {
        const database = request.result;
        try {
          const reading = database.transaction(['notebooks', 'outputs', 'pages', 'shown']);
          const of = (name: string): IDBObjectStore => reading.objectStore(name);
          const shown: IDBRequest<StoredShown | undefined> = of('shown').get(id);
          let one: readonly IDBRequest[] = [],
            all: IDBRequest<unknown[]> | undefined;
          shown.onsuccess = () => {
            const { apart, outputs } = shown.result ?? {};
            if (Array.isArray(apart) && Array.isArray(outputs)) one = apart.map((cell) => of('outputs').get([id, cell]));
            else all = of('outputs').getAll(IDBKeyRange.bound([id], [id, []]));
          };
          const notebook = of('notebooks').get(id),
            page = of('pages').get(id);
          reading.oncomplete = () => {
            const outputs = all?.result ?? [...(shown.result?.outputs ?? []), ...one.map(({ result }): unknown => result)];
            resolve([notebook.result, outputs, page.result]);
          };
          reading.onerror = reading.onabort = none;
        } catch {
          none(); // of an earlier version
        }
        database.close(); // when what was asked is read
      };
    });
    window.__ahead = { id, records };
  } catch {
    /* the store says why */
  }
}
const { notebook } = page.dataset;
if (notebook !== undefined && page.dataset['place'] === undefined) {
  window.__coming = fetch(notebook).then((response) => response.json() as Promise<PageData>);
  window.__coming.catch(() => undefined); // asked for again when it is needed
}
const [address, ...parts] = page.dataset['run']?.split(' ') ?? [];
if (address !== undefined && page.dataset['place'] === undefined)
  try {
    const worker = new Worker(address, { name: 'gradus-ts' });
    window.__engine = { worker, reports: [] };
    // Its own requests for them are answered by these.
    for (const part of parts)
      fetch(part)
        .then((response) => response.text())
        .catch(() => undefined);
    worker.onerror = () => {
      window.__engine = undefined;
    };
  } catch {
    /* the app says why */
  }
