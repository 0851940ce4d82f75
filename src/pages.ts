/* Pages that the app makes in place of the one that was sent: notebooks of one's own, an opened file, the runs, a sentence
   where there is nothing to show; and the map coming alive. One lazy chunk, since a notebook that ships needs none of it. */

import type { GradusError } from './base/errors.ts';
import { contentHash } from './base/hash.ts';
import type { Store, StoredNotebook, StoredOpening, StoredPage } from './store/types.ts';
import type { Opening } from './main.ts';
import type { Compiled, Session } from './session/types.ts';
import { decoded, h } from './view/dom.ts';
import { download } from './view/download.ts';
import { buildName, place, replaceBody as putInPlace } from './reopening.ts';
import { makeBar, plainPage } from './view/frame.ts';
import { recentIds } from './view/notebooks/recent.ts';
import type { Shipped } from './view/notebooks/entries.ts';
import { ago } from './view/words.ts';

/** A page that was made is kept so long after it was shown, in ms. */
const keepAfterMs = 1500;

/** What these pages need of the entry: the store, sessions, and who closes what is shown. */
export interface Host {
  readonly base: URL;
  readonly baseHref: string;
  openedStore(): Promise<Store>;
  storeNow(): Promise<Store | undefined>;
  /** What is stored of a notebook. */
  opening(id: string): Promise<StoredOpening>;
  comeAlive(opening: Opening): Session;
  /** Ends what is shown; what is shown next ends by `then`. */
  close(then?: () => void): void;
}

export type Pages = ReturnType<typeof createPages>;

export function createPages({ base, baseHref, openedStore, storeNow, opening: storedOf, comeAlive, close }: Host) {
  const build = buildName(import.meta.url, baseHref);
  /** The session that `showText` began last. */
  let alive: Session | undefined;
  /** A text that a page made here wants opened as if it were a file. */
  let chosen: { readonly name: string; readonly text: string } | undefined;

  async function plain(title: string, heading: string, sentence: string): Promise<void> {
    replaceBody(title, makeBar(baseHref, { title: '', commands: false }), plainPage(heading, sentence, baseHref));
  }

  function replaceBody(title: string, ...content: Node[]): void {
    close();
    window.__reopened = undefined;
    putInPlace(title, ...content);
  }

  /** Renders a text in the browser and brings it alive. `page` is taken instead where it was made of this text by this code. */
  async function showText(
    text: string,
    opening: Omit<Opening, 'compiled'>,
    band: (HTMLElement | null)[] = [],
    page?: StoredPage,
  ): Promise<void> {
    const ready = page?.build === build && page.hash === contentHash(text) ? page : undefined;
    const own = ready
      ? { ...ready, compiled: { ...(JSON.parse(ready.compiled) as Omit<Compiled, 'text'>), text } }
      : await (await import('./own.ts')).renderOwn(text, baseHref);
    const standing = await window.__reopened;
    window.__reopened = undefined;
    if (standing === undefined || standing.build !== ready?.build || standing.hash !== ready.hash) {
      close();
      await place(
        own,
        baseHref,
        opening.kept ?? [],
        band.filter((part) => part !== null),
      );
    }
    const session = (alive = comeAlive({ ...opening, compiled: own.compiled }));
    const cell = /[?&]cell=([^&]+)/.exec(location.hash)?.[1];
    if (cell !== undefined) document.getElementById(`cell-${decoded(cell)}`)?.scrollIntoView();
    if (opening.stored === undefined || opening.unsaved) return;
    const how = { build, base: baseHref, store: openedStore, ...(ready ? { kept: ready.hash } : { page: own }) };
    setTimeout(() => import('./kept-page.ts').then(({ keepPage }) => keepPage(session, how)).catch(() => undefined), keepAfterMs);
  }

  /** The palette, on pages that show no notebook. */
  function find(): void {
    void import('./view/features/elsewhere.ts').then(({ openPaletteHere }) =>
      openPaletteHere({ base: baseHref, notebooks: async () => (await (await storeNow())?.notebooks()) ?? [] }),
    );
  }
  addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
      const field = document.querySelector<HTMLInputElement>('main:not(.nb) input[type=search]');
      if (typing || field === null) return;
      event.preventDefault();
      field.focus();
      field.select();
    }
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'k') return;
    if (event.defaultPrevented || document.querySelector('main.nb, dialog[open]:not(.palette)') !== null) return;
    event.preventDefault();
    find();
  });

  const noteOf = (words: string, link: string, href: string): HTMLElement =>
    h('div', { class: 'banner', role: 'note' }, h('div', {}, words), h('a', { class: 'btn small', href }, link));

  async function showStored(
    { notebook: stored, outputs, page }: StoredOpening & { readonly notebook: StoredNotebook },
    folder?: string,
  ): Promise<void> {
    const shipped = stored.shippedHash !== undefined;
    await showText(
      stored.text,
      {
        stored,
        kept: outputs,
        shippedHash: stored.shippedHash,
        folder: shipped ? (folder ?? `n/${stored.id}/`) : undefined,
        view: { name: stored.id, saveCopy },
      },
      shipped
        ? [noteOf('Your copy of a notebook that ships with this site.', 'Show the shipped text', `${baseHref}n/${stored.id}/?shipped`)]
        : [],
      page,
    );
  }

  async function showOpened(picked: { readonly name: string; readonly text: string } | undefined): Promise<void> {
    const file = chosen ?? picked;
    chosen = undefined;
    if (file === undefined) return location.replace(base);
    const { refusal, openedFile } = await import('./opened-file.ts');
    const reason = await refusal(file.text, file.name);
    if (reason === undefined) return showText(file.text, ...openedFile(file.name, saveCopy));
    await plain(file.name, 'This file cannot be opened', reason);
    document.querySelector<HTMLElement>('#main .lede')?.setAttribute('role', 'alert');
  }

  const copies = (): Promise<typeof import('./copies.ts')> => import('./copies.ts');
  async function saveCopy(text: string): Promise<void> {
    await (await copies()).saveCopy(text, await openedStore(), base);
  }

  async function showById(id: string): Promise<void> {
    let opening: StoredOpening | undefined;
    try {
      opening = await storedOf(id);
    } catch (error) {
      if ((error as GradusError).code !== 'storage-missing') return showTrouble(id, error);
    }
    if (opening?.notebook !== undefined) await showStored({ ...opening, notebook: opening.notebook });
    else if (await (await copies()).isShipped(id, base)) location.replace(new URL(`n/${encodeURIComponent(id)}/`, base));
    else
      await plain(
        `No notebook called ${id}`,
        `No notebook called ${id}`,
        'It does not ship with this site, and it is not stored in this browser.',
      );
  }

  /** What is stored under this name cannot be read: that is no reason to say that there is nothing. */
  async function showTrouble(id: string, error: unknown): Promise<void> {
    const { makeTroublePage } = await import('./view/storage/trouble.ts');
    const main = makeTroublePage({ id, error, shipped: await (await copies()).isShipped(id, base), base: baseHref, openedStore });
    replaceBody(id, makeBar(baseHref, { title: '', commands: false }), main);
  }

  async function showRuns(): Promise<void> {
    const [{ RunsPage }, { render }] = await Promise.all([import('./view/runs/RunsPage.tsx'), import('solid-js/web')]);
    const box = h('div');
    replaceBody('Runs', makeBar(baseHref, { title: 'Runs', commands: false, main: 'runs' }), box);
    close(
      render(
        () =>
          RunsPage({
            store: openedStore,
            download,
            passLines: async (text) => (await import('./document/front-matter.ts')).parseNotebook(text).front?.pass ?? [],
            open(text, name) {
              chosen = { text, name };
              location.hash = '#/file';
            },
          }),
        box,
      ),
    );
  }

  async function showNotebooks(): Promise<void> {
    const known = shippedHere();
    const [{ NotebooksPage }, { render }] = await Promise.all([import('./view/notebooks/NotebooksPage.tsx'), import('solid-js/web')]);
    const box = h('div');
    replaceBody('Notebooks', makeBar(baseHref, { title: 'Notebooks', commands: false, main: 'notebooks' }), box);
    close(render(() => NotebooksPage({ store: openedStore, base: baseHref, shipped: () => known, recent: recentIds(), download }), box));
  }

  async function showStorage(): Promise<void> {
    const [{ makeStoragePage }, { persist, space }, store] = await Promise.all([
      import('./view/storage/StoragePage.ts'),
      import('./store/index.ts'),
      openedStore().catch((error: unknown) => error as GradusError),
    ]);
    const { element, dispose } = makeStoragePage({ store, space: () => space(), persist: () => persist(), base: baseHref, download });
    replaceBody('Storage', makeBar(baseHref, { title: 'Storage', commands: false }), element);
    close(dispose);
  }

  /** The page of progress, or the review that `hash` names. */
  async function showProgress(hash: string): Promise<void> {
    const progress = await import('./progress.ts');
    const host = {
      base,
      baseHref,
      openedStore,
      replaceBody,
      plain,
      close,
      async showText(...arguments_: Parameters<typeof showText>) {
        await showText(...arguments_);
        return alive!;
      },
    };
    const unit = /^#\/review\/([^/?]+)/.exec(hash)?.[1];
    await (unit === undefined ? progress.showProgress(host) : progress.showReview(host, decoded(unit)));
  }

  /** The notebooks that ship, as the course map lists them: from the page where it is the map, else from the site. */
  async function shippedHere(): Promise<readonly Shipped[]> {
    const { shippedOn } = await import('./view/notebooks/entries.ts');
    if (document.querySelector('main[data-map]') !== null) return shippedOn(document);
    const response = await fetch(base);
    return shippedOn(new DOMParser().parseFromString(await response.text(), 'text/html'));
  }

  async function showMap(): Promise<void> {
    const { bindMap } = await import('./view/map/live.ts');
    const main = document.querySelector<HTMLElement>('main') ?? document.body;
    const { again, unbind } = bindMap(main);
    close(unbind);
    void storeNow()
      .then(async (store) => {
        if (store === undefined) return;
        const [{ progressOf }, { showProgress }] = await Promise.all([import('./standing.ts'), import('./view/map/progress.ts')]);
        const [notebooks, progress] = await Promise.all([store.notebooks(), progressOf(base, store)]);
        const now = Date.now();
        const begun = [...notebooks]
          .sort((a, b) => b.updatedAt - a.updatedAt)
          .map(({ id, title, updatedAt, shippedHash }) => ({
            id,
            title,
            about: `changed ${ago(updatedAt, now)}`,
            copy: shippedHash !== undefined,
          }));
        showProgress(main, begun, progress, now);
        again();
      })
      .catch(() => undefined);
  }

  async function newNotebook(): Promise<void> {
    const store = await openedStore().catch((error: unknown) => error as Error & { hint?: string });
    if (store instanceof Error) {
      // it can be written and run all the same
      await showText((await copies()).freshNotebook('untitled'), { unsaved: true, view: { name: 'untitled', saveCopy } }, [
        h(
          'div',
          { class: 'banner', role: 'alert' },
          h('div', {}, h('strong', {}, 'Not saved.'), ' ', [store.message, store.hint].filter(Boolean).join(' ')),
        ),
      ]);
      return;
    }
    await (await copies()).saveFresh(store, base);
  }

  return {
    plain,
    showStored,
    showOpened,
    saveCopy,
    showById,
    showTrouble,
    showRuns,
    showStorage,
    showNotebooks,
    showProgress,
    showMap,
    newNotebook,
    noteOf,
    find,
  };
}
