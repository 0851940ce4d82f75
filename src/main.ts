/* The page's entry: decides by the address what is shown, opens the store, gives a session its worker and services, and
   binds it to the page. Static pages come alive where they stand; notebooks of the reader's own are rendered first. */

import './view/styles/index.css';
import './view/live.css';
import type { Compiled, Session, SessionOptions, WorkerLike } from './session/types.ts';
import type { Store, StoredNotebook, StoredOpening, StoredOutputs } from './store/types.ts';
import { createSession } from './session/session.ts';
import { bindNotebook } from './view/NotebookView.ts';
import type { NotebookOptions } from './view/context.ts';
import { decoded, h } from './view/dom.ts';
import { noteRecent } from './view/notebooks/recent.ts';
import { chooseBackend, chosenBackend } from './computing.ts';
import { parameters } from './parameters.ts';
import { takeOver } from './takeover.ts';
import type { PageData } from './opening.ts';
import type { Pages } from './pages.ts';

const page = document.documentElement;
const base = new URL(page.dataset['base'] ?? './', location.href);
const baseHref = page.dataset['base'] ?? './';
let close: () => void = () => undefined;
let openedFile: { readonly name: string; readonly text: string } | undefined;

// ---- the store: opened once, after the first paint, and never waited for longer than this
const storeMs = 3000;
let storeOpening: Promise<Store> | undefined;
/** Whether this browser has a store, as noted beside it: to ask the database itself takes longer than all else of an opening. */
let anyStored = window.__stored ?? true;
function openedStore(): Promise<Store> {
  return (storeOpening ??= import('./store/index.ts').then(async ({ openStore, sweepDeadRuns }) => {
    const store = await openStore();
    anyStored = window.__stored = true;
    try {
      localStorage.setItem('stored', '1');
    } catch {
      /* then every opening asks the store */
    }
    void sweepDeadRuns(store).catch(() => undefined);
    return store;
  }));
}
/** The store where anything was ever stored in this browser; elsewhere nothing waits for it. */
async function storeIfAny(): Promise<Store | undefined> {
  return anyStored ? storeNow() : undefined;
}
/** A store without its note (the one was cleared, the other not) gets it; the page opens anew with what is kept, unless its
    reader has begun to do something with it. */
async function noteStore(): Promise<void> {
  const known = await (window as { indexedDB?: IDBFactory }).indexedDB?.databases?.().catch(() => []);
  if (known?.some(({ name }) => name === 'gradus') !== true || localStorage.getItem('stored') === '1') return;
  localStorage.setItem('stored', '1');
  if (!navigator.userActivation?.hasBeenActive) location.reload();
}
const inTime = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work, new Promise<undefined>((resolve) => setTimeout(resolve, storeMs))]);
const storeNow = (): Promise<Store | undefined> => inTime(openedStore().catch(() => undefined));

/** What is stored of a notebook. */
async function opening(id: string): Promise<StoredOpening> {
  const ahead = window.__ahead;
  window.__ahead = undefined;
  const records = ahead?.id === id ? await ahead.records : undefined;
  const read = records && (await import('./store/opening.ts')).soundOpening(records);
  return read ?? (await openedStore()).opening(id);
}

/** The reader's own notebooks, none where they cannot be read. */
const ownNotebooks = async (): Promise<readonly StoredNotebook[]> => (await (await storeNow())?.notebooks().catch(() => [])) ?? [];

// ---- sessions
const analyser: SessionOptions['analyser'] = () => import('./analysis/index.ts');

/** The engine that the page started before this script, or a new one. */
function createWorker(): WorkerLike {
  const early = window.__engine;
  window.__engine = undefined;
  if (early !== undefined) return takeOver(early);
  return new Worker(new URL(__ENGINE_URL__, base), { name: 'gradus-ts' }) as unknown as WorkerLike;
}

/** Answers what cells ask for; `folder` (relative to the site) is where the notebook's files lie, absent where it has none. */
function services(folder: string | undefined): Pick<SessionOptions, 'services' | 'moduleText'> {
  const beside = (): Promise<typeof import('./beside.ts')> =>
    import('./beside.ts').catch(() => {
      throw new Error('What reads files could not be loaded. Check the connection, then run the cell again.');
    });
  return {
    services: async (call) => (await beside()).answer(call, base, folder),
    ...(folder === undefined ? {} : { moduleText: async (name) => (await beside()).moduleText(name, base, folder) }),
  };
}

export interface Opening {
  readonly compiled: Compiled;
  readonly folder?: string | undefined;
  readonly stored?: StoredNotebook | undefined;
  /** What its cells showed last, where that has been read. */
  readonly kept?: readonly StoredOutputs[] | undefined;
  readonly shippedHash?: string | undefined;
  /** Nothing of it reaches the store. */
  readonly unsaved?: boolean;
  readonly view: NotebookOptions;
}

function comeAlive({ compiled, folder, stored, kept, shippedHash, unsaved, view }: Opening): Session {
  const root = document.querySelector<HTMLElement>('main.nb') ?? document.body;
  const runs = compiled.front?.open === 'run' && view.locked === undefined;
  if (window.__engine?.begun !== undefined && compiled !== window.__data?.compiled) {
    window.__engine.worker.terminate(); // begun for the notebook that was sent, and another one is shown
    window.__engine = undefined;
  }
  const begun = window.__engine?.begun !== undefined;
  const settled = runs ? firstResult(() => session) : Promise.resolve();
  const quiet = runs ? settled.then(() => firstFigures(() => session)) : settled;
  const store = unsaved ? undefined : anyStored ? openedStore() : quiet.then(noteStore).then(openedStore);
  const session: Session = createSession({
    text: compiled.text,
    compiled,
    editing: { load: async () => (await import('./session/editing.ts')).createEditing },
    analyser,
    createWorker,
    ...services(folder),
    now: Date.now,
    environment: {
      gradus: __VERSION__,
      browser: /(?:Edg|Firefox|Chrome|Version)\/\d+/.exec(navigator.userAgent)?.[0].replace('/', ' ') ?? '',
    },
    engine: {
      set: {},
      headless: false,
      get address() {
        return parameters(location.search);
      },
      get backend() {
        return chosenBackend(compiled.front?.id);
      },
      base: base.href,
      packs: Object.fromEntries(Object.entries(__PACKS__).map(([name, path]) => [name, new URL(path, base).href])),
    },
    ...(store === undefined ? { unsaved: true } : { store }),
    ...(anyStored ? {} : { nothingStored: true }),
    ...(stored === undefined ? {} : { stored }),
    ...(kept === undefined ? {} : { kept }),
    ...(shippedHash === undefined ? {} : { shippedHash }),
  });
  if (sessionStorage.getItem('gradus-resume') !== null)
    void settled.then(() => import('./resume-wanted.ts')).then(({ resumeWanted }) => resumeWanted(session), sayUnloaded);
  if (begun) session.runAuto(); // what the engine has said already is told here, so the page is never drawn without it
  const unbind = bindNotebook(root, session, {
    site: { base: baseHref, notebooks: ownNotebooks },
    quiet,
    computing: {
      chosen: () => chosenBackend(compiled.front?.id) ?? 'auto',
      choose: (on) => chooseBackend(compiled.front?.id, on === 'auto' ? undefined : on),
    },
    ...(folder === undefined
      ? {}
      : { exercises: { store, desk: async () => (await import('./judging.ts')).openDesk(base, folder, compiled.front) } }),
    ...view,
  });
  close = () => {
    unbind();
    session.dispose();
  };
  if (runs && !begun) void runWhenSeen(session);
  void settled.then(() => {
    window.__late?.();
    if (compiled.front?.id) noteRecent(compiled.front.id);
  });
  return session;
}

/** When the first result stands in the page, or after a while without one. Until then nothing else asks for the line. */
function firstResult(session: () => Session): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 2000);
    queueMicrotask(() => {
      const look = (): void => {
        if (session().engine !== 'off' && session().engine !== 'starting') wantPlot();
        if (!session().ids.some((id) => session().cell(id)?.state === 'done')) return;
        stop();
        setTimeout(resolve);
      };
      const stop = session().subscribe(look);
      look();
    });
  });
}

/** When inputs stand in the page too, and figures that can be seen; not longer than a while. */
async function firstFigures(session: () => Session): Promise<void> {
  const seen = (figure: Element): boolean => figure.getBoundingClientRect().top < innerHeight;
  const drawn = (): boolean =>
    !session().busy &&
    document.querySelector('[data-kind="input"]:empty, [data-kind="input"] [aria-busy], .part-body:empty') === null &&
    ![...document.querySelectorAll('[data-kind="plot"]:not(:has(svg))')].some(seen);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  for (let waited = 0; waited < 3000 && !drawn(); waited += 50) await pause(50);
  await pause(400);
}

/** Asks for what draws plots, named by the page, without evaluating it: it is on its way when the first one is due. */
function wantPlot(): void {
  for (const path of page.dataset['plot']?.split(' ') ?? [])
    document.head.append(h('link', { rel: 'modulepreload', href: new URL(path, base).href }));
  delete page.dataset['plot'];
}

/** `open: run`: as soon as the page is visible, unless the reader has turned it off. */
async function runWhenSeen(session: Session): Promise<void> {
  if ((await (await storeIfAny())?.setting('open').catch(() => undefined)) === 'wait') return;
  if (document.hidden) await new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
  if (session.engine === 'off') session.runAuto();
}

// ---- what is shown: a notebook that ships comes alive here, everything else in a chunk of its own
let made: Promise<Pages> | undefined;
const pages = (): Promise<Pages> =>
  (made ??= import('./pages.ts').then(
    ({ createPages }) =>
      createPages({
        base,
        baseHref,
        openedStore,
        storeNow,
        opening,
        comeAlive,
        close(then = () => undefined) {
          close();
          close = then;
        },
      }),
    (error: unknown) => {
      made = undefined; // tried again when next needed
      throw error;
    },
  ));
const saveCopy = async (text: string): Promise<void> => {
  await (await pages()).saveCopy(text);
  openedFile = undefined;
};

/** One's own copy and results from last time, where anything was ever stored; rejects where they cannot be read. */
async function storedOpening(id: string): Promise<StoredOpening | undefined> {
  if (!anyStored) return undefined;
  return inTime(
    opening(id).catch((error: { code?: string }) => {
      if (error.code !== 'storage-missing') throw error;
      return undefined;
    }),
  );
}

/** The data of the page; undefined, and said, where they do not come. */
async function pageData(): Promise<PageData | undefined> {
  const coming = window.__coming;
  window.__coming = undefined;
  const { notebook } = page.dataset;
  const again = async (): Promise<PageData> => (await fetch(notebook!)).json() as Promise<PageData>;
  if (notebook === undefined)
    return (
      window.__data ?? (JSON.parse(document.getElementById('notebook-data')?.textContent ?? 'null') as PageData | undefined) ?? undefined
    );
  return (coming ?? again()).catch(again).catch(() => void sayUnloaded());
}

/** `/n/ID/`: the static page, or one's own copy in its place. */
async function showShipped(): Promise<void> {
  const data = await pageData();
  if (data === undefined) return;
  const id = data.compiled.front?.id ?? '';
  const asShipped = new URLSearchParams(location.search).has('shipped');
  const opening = await storedOpening(id).catch((error: unknown) => error as Error);
  if (opening instanceof Error && !asShipped) return (await pages()).showTrouble(id, opening);
  if (opening instanceof Error)
    return void comeAlive({ compiled: data.compiled, folder: data.folder, unsaved: true, view: { name: id, saveCopy } });
  const stored = opening?.notebook;
  if (opening !== undefined && stored !== undefined && stored.text !== data.compiled.text && !asShipped)
    return (await pages()).showStored({ ...opening, notebook: stored }, data.folder);
  const edited = stored !== undefined && stored.text !== data.compiled.text;
  if (edited)
    document
      .querySelector('header.bar')
      ?.after(
        (await pages()).noteOf(
          'The text as it ships. Your copy is kept; changes to this one are not.',
          'Back to your copy',
          `${baseHref}n/${id}/`,
        ),
      );
  if (opening && !edited) await showKept(opening.outputs);
  comeAlive({
    compiled: data.compiled,
    folder: data.folder,
    shippedHash: data.shippedHash,
    stored,
    kept: edited ? undefined : opening?.outputs,
    unsaved: edited,
    view: { name: id, saveCopy },
  });
}

/** What a long notebook showed last stands there before the rest of it is alive. */
async function showKept(outputs: readonly StoredOutputs[]): Promise<void> {
  if (outputs.length === 0) return;
  const kept = await import('./view/kept.ts').catch(() => undefined);
  if (kept?.showKept(document, outputs)) await kept.drawn();
}

let home = location.hash;
async function route(): Promise<void> {
  await window.__styled;
  const { hash } = location;
  const own = /^#\/n\/([^/?]+)/.exec(hash);
  if (own !== null) return (await pages()).showById(decoded(own[1]!));
  if (/^#\/runs\b/.test(hash)) return (await pages()).showRuns();
  if (/^#\/storage\b/.test(hash)) return (await pages()).showStorage();
  if (/^#\/notebooks\b/.test(hash)) return (await pages()).showNotebooks();
  if (/^#\/(progress|review)\b/.test(hash)) return (await pages()).showProgress(hash);
  if (hash === '#/file') return (await pages()).showOpened(openedFile);
  if (/^#(g1\.|src=)/.test(hash)) {
    return (await pages()).plain(
      'A notebook in a link',
      'Notebooks in links come later',
      'This version does not open a notebook from a link. A file can be opened on the course map.',
    );
  }
  if (page.dataset['kind'] === 'notebook') return showShipped();
  if (page.dataset['kind'] === 'map') await (await pages()).showMap();
}

const app = (hash: string): boolean => /^#(\/.|g1\.|src=)/.test(hash);
/** Within a page that an address like `#/n/ID` names, a link to a heading must leave that address alone; skipping to the content
    moves the focus on every page. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#"]') : null;
  const hash = link?.getAttribute('href') ?? '#';
  if (link === null || event.defaultPrevented || event.ctrlKey || event.metaKey || app(hash)) return;
  if (!app(location.hash) && !link.matches('.skip')) return;
  event.preventDefault();
  const target = document.getElementById(decoded(hash.slice(1)));
  if (target === null) return;
  if (!target.matches('a, button, input, [tabindex]')) target.tabIndex = -1;
  target.scrollIntoView();
  target.focus({ preventScroll: true });
});
addEventListener('hashchange', () => {
  const before = home;
  home = location.hash;
  if (app(location.hash)) void show();
  else if (app(before)) location.reload(); // back to the static page of this address
});

// ---- commands of every page
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
document.addEventListener('dragover', (event) => {
  if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
});
document.addEventListener('drop', (event) => {
  const file = event.dataTransfer?.files[0];
  if (file === undefined || (event.target instanceof Element && event.target.closest('input[type=file]') !== null)) return;
  event.preventDefault();
  void openFile(file);
});
document.addEventListener('click', (event) => {
  const action = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]')?.dataset['action'] : undefined;
  if (action === 'new-notebook')
    pages()
      .then((made) => made.newNotebook())
      .catch(sayUnloaded);
  // A notebook has its palette with its commands.
  if (action === 'palette' && document.querySelector('main.nb') === null)
    pages()
      .then((made) => made.find())
      .catch(sayUnloaded);
});

/** Shows what the address names, one page after another: what comes late would else close what is already shown. */
let shown: Promise<void> = Promise.resolve();
function show(): Promise<void> {
  const address = location.href;
  return (shown = shown.then(() => (address === location.href ? showNow() : undefined)).catch(sayUnloaded));
}

/** Says, on whatever page stands, that what was asked for could not be loaded, not even the page that would say so. */
function sayUnloaded(): void {
  document.querySelector('.unloaded')?.remove();
  const again = (): void => {
    note.remove();
    void show();
  };
  const note = h(
    'div',
    { class: 'banner unloaded', role: 'alert' },
    h('div', {}, 'This could not be loaded. Check the connection.'),
    h('button', { type: 'button', class: 'btn', onclick: again }, 'Try again'),
  );
  const bar = document.querySelector('header.bar');
  if (bar === null) document.body.prepend(note);
  else bar.after(note);
}

/** Shows a page, then does what was pressed before it was alive. */
async function showNow(): Promise<void> {
  try {
    await route();
  } catch (error) {
    await (
      await pages()
    ).plain(
      'Gradus',
      'This page could not be shown',
      error instanceof Error ? [error.message, (error as { hint?: string }).hint].filter(Boolean).join(' ') : String(error),
    );
  }
  const early = window.__early ?? [];
  window.__early = undefined;
  for (const element of early) if (element.isConnected && !element.matches('input')) element.click();
  for (const input of document.querySelectorAll<HTMLInputElement>('input[type=file][data-action="open-file"]'))
    if (input.files?.[0] !== undefined) void openFile(input.files[0]);
}
void show();
