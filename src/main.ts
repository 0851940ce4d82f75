/* The page's entry: decides by the address what is shown, opens the store, gives a session its worker and services, and
   binds it to the page. Static pages come alive where they stand; notebooks of the reader's own are rendered first. */

import './view/styles/index.css';
import './view/live.css';
import type { Compiled, Session, SessionOptions, WorkerLike } from './session/types.ts';
import type { ServiceCall } from './engine/protocol.ts';
import type { Store, StoredNotebook } from './store/types.ts';
import { createSession } from './session/session.ts';
import { bindNotebook, type NotebookOptions } from './view/NotebookView.ts';
import { h } from './view/dom.ts';
import { ago } from './view/words.ts';
import type { Place } from './view/frame.ts';

interface PageData { readonly compiled: Compiled; readonly shippedHash: string; readonly folder: string }

declare global {
  /** What the static page's script did before this one (view/static/page.ts). */
  interface Window { __engine?: WorkerLike | undefined; __stored?: Promise<boolean>; __late?: () => void }
}

const page = document.documentElement;
const base = new URL(page.dataset['base'] ?? './', location.href);
const baseHref = page.dataset['base'] ?? './';
let close: () => void = () => undefined;
let openedFile: { readonly name: string; readonly text: string } | undefined;

// ---- the store: opened once, after the first paint, and never waited for longer than this
const storeMs = 3000;
let storeOpening: Promise<Store> | undefined;
const anyStored: Promise<boolean> = Promise.resolve(window.__stored ?? true);
function openedStore(): Promise<Store> {
  return storeOpening ??= import('./store/index.ts').then(async ({ openStore, sweepDeadRuns }) => {
    const store = await openStore();
    void sweepDeadRuns(store).catch(() => undefined);
    return store;
  });
}
/** The store where anything was ever stored in this browser; elsewhere nothing waits for it. */
async function storeIfAny(): Promise<Store | undefined> {
  return (await anyStored) ? storeNow() : undefined;
}
async function storeNow(): Promise<Store | undefined> {
  return Promise.race([openedStore().catch(() => undefined), new Promise<undefined>((resolve) => setTimeout(resolve, storeMs))]);
}

// ---- sessions
const analyser: SessionOptions['analyser'] = () => import('./analysis/index.ts');

/** The engine that the page started before this script, or a new one. */
function createWorker(): WorkerLike {
  const early = window.__engine;
  window.__engine = undefined;
  if (early !== undefined) return early;
  return new Worker(new URL(__ENGINE_URL__, base), { name: 'gradus-ts' }) as unknown as WorkerLike;
}

/** Answers what cells ask for; `folder` (relative to the site) is where the notebook's files lie, absent where it has none. */
function services(folder: string | undefined): Pick<SessionOptions, 'services' | 'moduleText'> {
  const beside = async (name: string): Promise<Response> => {
    if (folder === undefined) throw new Error(`"${name}" is not there: this notebook has no folder. Add the file with Inputs.file(), which gives the same object.`);
    const clean = name.replace(/^\.\//, '');
    if (/^[a-z]+:|^\/|(^|\/)\.\.(\/|$)/i.test(clean)) throw new Error(`"${name}" lies outside of the notebook's folder. Only files beside the notebook can be read.`);
    const response = await fetch(new URL(clean, new URL(folder, base)));
    if (!response.ok || response.headers.get('content-type')?.startsWith('text/html') === true && !/\.html?$/.test(clean)) throw new Error(`"${name}" is not beside this notebook.`);
    return response;
  };
  return {
    async services(call: ServiceCall) {
      if (call.service === 'file') {
        const response = await beside(call.name);
        return { name: call.name.split('/').at(-1), type: response.headers.get('content-type') ?? '', bytes: await response.arrayBuffer() };
      }
      if (call.service === 'dataset') return (await import('./engine/datasets.ts')).fetchDataset(base.href, call.name);
      throw new Error(`The page has no service "${call.service}".`);
    },
    ...(folder === undefined ? {} : { moduleText: async (name: string) => (await beside(name)).text() }),
  };
}

interface Opening {
  readonly compiled: Compiled;
  readonly folder?: string | undefined;
  readonly stored?: StoredNotebook | undefined;
  readonly shippedHash?: string | undefined;
  /** Nothing of it reaches the store. */
  readonly unsaved?: boolean;
  readonly view: NotebookOptions;
}

function comeAlive({ compiled, folder, stored, shippedHash, unsaved, view }: Opening): Session {
  const root = document.querySelector<HTMLElement>('main.nb') ?? document.body;
  const runs = compiled.front?.open === 'run' && view.locked === undefined;
  const settled = runs ? firstResult(() => session) : Promise.resolve();
  const store = unsaved ? undefined : anyStored.then((any) => (any ? undefined : settled)).then(openedStore);
  const session: Session = createSession({
    text: compiled.text, compiled, analyser, createWorker, ...services(folder), now: Date.now,
    engine: { set: {}, headless: false, base: base.href, packs: Object.fromEntries(Object.entries(__PACKS__).map(([name, path]) => [name, new URL(path, base).href])) },
    ...(store === undefined ? { unsaved: true } : { store }),
    ...(stored === undefined ? {} : { stored }), ...(shippedHash === undefined ? {} : { shippedHash }),
  });
  const unbind = bindNotebook(root, session, view);
  close = () => { unbind(); session.dispose(); };
  if (runs) void runWhenSeen(session);
  void settled.then(() => window.__late?.());
  return session;
}

/** When the first result stands in the page, or after a while without one. Until then nothing else asks for the line. */
function firstResult(session: () => Session): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 2000);
    queueMicrotask(() => {
      const stop = session().subscribe(() => {
        if (session().engine !== 'off' && session().engine !== 'starting') wantPlot();
        if (!session().ids.some((id) => session().cell(id)?.state === 'done')) return;
        stop();
        setTimeout(resolve);
      });
    });
  });
}

/** Asks for what draws plots, named by the page, without evaluating it: it is on its way when the first one is due. */
function wantPlot(): void {
  for (const path of page.dataset['plot']?.split(' ') ?? []) document.head.append(h('link', { rel: 'modulepreload', href: new URL(path, base).href }));
  delete page.dataset['plot'];
}

/** `open: run`: as soon as the page is visible, unless the reader has turned it off. */
async function runWhenSeen(session: Session): Promise<void> {
  if ((await (await storeIfAny())?.setting('open').catch(() => undefined)) === 'wait') return;
  if (document.hidden) await new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
  if (session.engine === 'off') session.runAuto();
}

// ---- what is shown
const frame = () => import('./view/frame.ts');

async function plain(title: string, heading: string, sentence: string): Promise<void> {
  const { makeBar, plainPage } = await frame();
  replaceBody(title, makeBar(baseHref, { title: '', commands: false }), plainPage(heading, sentence, baseHref));
}

function replaceBody(title: string, ...content: Node[]): void {
  close();
  close = () => undefined;
  for (const child of [...document.body.children]) if (child.tagName !== 'SCRIPT' && !child.classList.contains('skip')) child.remove();
  document.body.append(...content);
  document.title = `${title} · Gradus`;
  delete page.dataset['place'];
  delete page.dataset['engine'];
  scrollTo(0, 0);
}

/** Renders a text in the browser and brings it alive. */
async function showText(text: string, opening: Omit<Opening, 'compiled'>, band: (HTMLElement | null)[] = []): Promise<void> {
  const [{ renderOwn, setMarkup }, { makeBar }] = await Promise.all([import('./own.ts'), frame()]);
  const own = await renderOwn(text, baseHref);
  const box = h('div'), place: Place = { title: own.title, commands: true, ...(own.label === undefined ? {} : { label: own.label }) };
  setMarkup(box, own.html);
  replaceBody(own.title, makeBar(baseHref, place), ...band.filter((part) => part !== null), ...box.childNodes);
  comeAlive({ ...opening, compiled: own.compiled });
}

const noteOf = (words: string, link: string, href: string): HTMLElement => h('div', { class: 'banner', role: 'note' }, h('div', {}, words), h('a', { class: 'btn small', href }, link));

async function showStored(stored: StoredNotebook, folder?: string): Promise<void> {
  const shipped = stored.shippedHash !== undefined;
  await showText(stored.text, { stored, shippedHash: stored.shippedHash, folder: shipped ? folder ?? `n/${stored.id}/` : undefined, view: { name: stored.id, saveCopy } },
    shipped ? [noteOf('Your copy of a notebook that ships with this site.', 'Show the shipped text', `${baseHref}n/${stored.id}/?shipped`)] : []);
}

async function showOpened(): Promise<void> {
  const file = openedFile;
  if (file === undefined) { location.replace(base); return; }
  const { refusal } = await import('./own.ts');
  const reason = await refusal(file.text, file.name);
  if (reason !== undefined) {
    await plain(file.name, 'This file cannot be opened', reason);
    document.querySelector<HTMLElement>('#main')?.setAttribute('role', 'alert');
    return;
  }
  const save = h('button', { type: 'button', class: 'btn solid', 'data-action': 'save-copy' }, 'Save a copy');
  await showText(file.text, {
    unsaved: true, view: { name: file.name.replace(/\.[^.]*$/, ''), locked: 'This notebook is from a file. Save a copy to run it.', saveCopy },
  }, [h('div', { class: 'banner', role: 'note' }, h('div', {}, h('strong', {}, `From the file ${file.name}.`), ' Nothing in it runs before you save a copy in this browser.'), save)]);
}

/** Stores `text` under its own id, or the next one that is free, and goes there. */
async function saveCopy(text: string): Promise<void> {
  const store = await openedStore();
  const wanted = /^id:\s*["']?([\p{L}\p{N}._-]+)/mu.exec(text.slice(0, text.indexOf('\n---', 3)))?.[1] ?? 'untitled';
  const { freeId } = await frame();
  const id = await freeId(wanted, (candidate) => isTaken(store, candidate));
  await keep(store, id, text);
  openedFile = undefined;
  location.hash = `#/n/${encodeURIComponent(id)}`;
}

async function isTaken(store: Store, id: string): Promise<boolean> {
  return await store.notebook(id) !== undefined || await isShipped(id);
}

/** Whether a notebook ships under this id: the course map links every one. */
async function isShipped(id: string): Promise<boolean> {
  const map = await fetch(base).then((response) => response.text(), () => '');
  return map.includes(`n/${encodeURIComponent(id)}/"`);
}

async function keep(store: Store, id: string, text: string): Promise<void> {
  const { withId } = await frame();
  const title = /^title:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? id;
  await store.saveNotebook({ id, title, text: withId(text, id), revision: 1, createdAt: Date.now(), updatedAt: Date.now() });
}

/** `/n/ID/`: the static page, or one's own copy in its place. */
async function showShipped(): Promise<void> {
  const data = JSON.parse(document.getElementById('notebook-data')?.textContent ?? 'null') as PageData | null;
  if (data === null) return;
  const id = data.compiled.front?.id ?? '';
  const asShipped = new URLSearchParams(location.search).has('shipped');
  const stored = await (await storeIfAny())?.notebook(id).catch(() => undefined);
  if (stored !== undefined && stored.text !== data.compiled.text && !asShipped) { await showStored(stored, data.folder); return; }
  const edited = stored !== undefined && stored.text !== data.compiled.text;
  if (edited) document.querySelector('header.bar')?.after(noteOf('The text as it ships. Your copy is kept; changes to this one are not.', 'Back to your copy', `${baseHref}n/${id}/`));
  comeAlive({ compiled: data.compiled, folder: data.folder, shippedHash: data.shippedHash, stored, unsaved: edited, view: { name: id, saveCopy } });
}

async function showById(id: string): Promise<void> {
  const stored = await (await storeNow())?.notebook(id).catch(() => undefined);
  if (stored !== undefined) await showStored(stored);
  else if (await isShipped(id)) location.replace(new URL(`n/${encodeURIComponent(id)}/`, base));
  else await plain(`No notebook called ${id}`, `No notebook called ${id}`, 'It does not ship with this site, and it is not stored in this browser.');
}

async function showRuns(): Promise<void> {
  const [{ RunsPage }, { render }, { makeBar }, store] = await Promise.all([import('./view/runs/RunsPage.tsx'), import('solid-js/web'), frame(), openedStore()]);
  const box = h('div');
  replaceBody('Runs', makeBar(baseHref, { title: 'Runs', commands: false, runs: true }), box);
  close = render(() => RunsPage({ store }), box);
}

async function showMap(): Promise<void> {
  const { bindMap, showOwn } = await import('./view/map/live.ts');
  const main = document.querySelector<HTMLElement>('main') ?? document.body;
  close = bindMap(main);
  void storeNow().then(async (store) => {
    const own = [...await store?.notebooks() ?? []].sort((a, b) => b.updatedAt - a.updatedAt);
    showOwn(main, own.map(({ id, title, updatedAt }) => ({ id, title, about: `changed ${ago(updatedAt, Date.now())}` })));
  }).catch(() => undefined);
}

let home = location.hash;
async function route(): Promise<void> {
  const { hash } = location;
  const own = /^#\/n\/([^/?]+)/.exec(hash);
  if (own !== null) return showById(decodeURIComponent(own[1]!));
  if (/^#\/runs\b/.test(hash)) return showRuns();
  if (hash === '#/file') return showOpened();
  if (/^#(g1\.|src=)/.test(hash)) {
    return plain('A notebook in a link', 'Notebooks in links come later', 'This version does not open a notebook from a link. A file can be opened on the course map.');
  }
  if (page.dataset['kind'] === 'notebook') return showShipped();
  if (page.dataset['kind'] === 'map') await showMap();
}

addEventListener('hashchange', () => {
  const app = (hash: string): boolean => /^#(\/|g1\.|src=)/.test(hash);
  const before = home;
  home = location.hash;
  if (app(location.hash)) void show();
  else if (app(before)) location.reload();                    // back to the static page of this address
});

// ---- commands of every page
async function newNotebook(): Promise<void> {
  const [store, { freeId, freshNotebook }] = await Promise.all([openedStore(), frame()]);
  const id = await freeId('untitled', (candidate) => isTaken(store, candidate));
  await keep(store, id, freshNotebook(id));
  location.hash = `#/n/${id}`;
}

async function openFile(file: File): Promise<void> {
  openedFile = { name: file.name, text: await file.text() };
  if (location.hash === '#/file') void show();
  else location.hash = '#/file';
}

document.addEventListener('change', (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== 'file' || input.closest('[data-cell]') !== null) return;
  const file = input.files?.[0];
  if (file !== undefined) void openFile(file);
  input.value = '';
});
document.addEventListener('dragover', (event) => { if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault(); });
document.addEventListener('drop', (event) => {
  const file = event.dataTransfer?.files[0];
  if (file === undefined || (event.target instanceof Element && event.target.closest('input[type=file]') !== null)) return;
  event.preventDefault();
  void openFile(file);
});
document.addEventListener('click', (event) => {
  if (event.target instanceof Element && event.target.closest('[data-action="new-notebook"]') !== null) void newNotebook();
});

/** Shows what the address names, then does what was pressed before the page was alive. */
async function show(): Promise<void> {
  try {
    await route();
  } catch (error) {
    await plain('Gradus', 'This page could not be shown', error instanceof Error ? error.message : String(error));
  }
  const early = window.__early ?? [];
  window.__early = undefined;
  for (const element of early) if (element.isConnected && !element.matches('input')) element.click();
  for (const input of document.querySelectorAll<HTMLInputElement>('input[type=file][data-action="open-file"]')) if (input.files?.[0] !== undefined) void openFile(input.files[0]);
}
void show();
