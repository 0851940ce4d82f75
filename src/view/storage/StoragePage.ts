/* The storage page: how much is stored, by notebook and kind, and what clears it, each time with Undo; whether the browser keeps it;
   and the settings. It is told the store and what the browser says of its room, so it can be drawn from anything. */

import './storage.css';
import { messageOf, type GradusError } from '../../base/errors.ts';
import type { Clearable, NotebookUsage, Store } from '../../store/types.ts';
import type { Space } from '../../store/space.ts';
import { makeVoice } from '../announce.ts';
import { button, fill, h } from '../dom.ts';
import { count, plural } from '../words.ts';
import { bytes } from './bytes.ts';
import { makeEverything } from './everything.ts';
import { makeSettings } from './settings.ts';

export interface StoragePageOptions {
  /** Absent: the browser keeps nothing, for this reason. */
  readonly store: Store | GradusError;
  readonly space: () => Promise<Space>;
  readonly persist: () => Promise<boolean | undefined>;
  /** The site's root. */
  readonly base: string;
  readonly download: (content: string | Blob, name: string, type?: string) => void;
  /** Default: the clock. */
  readonly now?: () => number;
}

const kinds: readonly Clearable[] = ['versions', 'outputs', 'runs'];
const heads = ['Text', 'Versions', 'Outputs', 'Runs', 'Answers', 'Page', 'Together'];
const columns = ['text', 'versions', 'outputs', 'runs', 'answers', 'page'] as const;
const one: Record<Clearable, string> = { versions: 'version', outputs: 'cell’s outputs', runs: 'run' };
const many: Record<Clearable, string> = { versions: 'versions', outputs: 'cells’ outputs', runs: 'runs' };

/** Makes the page; `dispose` ends it. */
export function makeStoragePage({ store, space, persist, base, download, now = Date.now }: StoragePageOptions): {
  readonly element: HTMLElement;
  readonly dispose: () => void;
} {
  const voice = makeVoice();
  const room = h('section', { class: 'room', 'aria-label': 'Room' });
  const table = h('section', { class: 'by-notebook', 'aria-labelledby': 'by-notebook' });
  const spare = h('div', { class: 'spare' });
  const everything = h('section', { class: 'everything', 'aria-labelledby': 'everything' });
  const settings = h('section', { class: 'settings', 'aria-labelledby': 'settings' });
  const lede = h('p', { class: 'lede' }, 'Everything you make stays in this browser, on this device.');
  const element = h(
    'main',
    { class: 'wide storage', id: 'main', tabindex: '-1' },
    h('h1', {}, 'Storage'),
    lede,
    room,
    spare,
    table,
    everything,
    settings,
  );
  let asked: boolean | undefined | 'not';
  asked = 'not';

  if (store instanceof Error) {
    fill(room, h('p', { class: 'bad-text', role: 'alert' }, `${store.message} ${store.hint}`));
    everything.remove();
    fill(settings, ...makeSettings(undefined));
    return { element, dispose: voice.dispose };
  }
  const kept = store;

  /** Where the room is nearly used up: what can be cleared first, and how much that frees. Nothing goes without a press. */
  async function drawSpare(): Promise<void> {
    const { usage, quota } = await space();
    const tight = usage !== undefined && quota !== undefined && quota > 0 && (usage / quota > nearlyFull || quota - usage < leastRoom);
    if (!tight) return fill(spare);
    const offers = await kept.sparable();
    fill(
      spare,
      h(
        'section',
        { class: 'tight', 'aria-label': 'Nearly full' },
        h(
          'p',
          {},
          h('strong', {}, 'Nearly full. '),
          offers.length === 0
            ? 'Nothing here can be made again by itself. Download the archive, then delete runs or notebooks below.'
            : 'These can go first, the oldest before the others:',
        ),
        h(
          'p',
          { class: 'acts' },
          ...offers.map(({ what, count: n, bytes: size, clear: go }) =>
            button(`Delete ${spareWords(what, n)}, ${bytes(size)}`, () => {
              go().then(async (done) => {
                await draw();
                focusTable();
                voice.toast(
                  `${spareWords(what, done.count)} deleted, ${bytes(done.bytes)}.`.replace(/^./, (letter) => letter.toUpperCase()),
                  () => {
                    void done
                      .undo()
                      .then(draw)
                      .then(() => voice.say('Brought back.'), failed);
                  },
                );
              }, failed);
            }),
          ),
        ),
        h(
          'p',
          { class: 'quiet' },
          'Outputs are made again by a run. Of the automatic versions the last ten of each notebook stay, and every named one. Nothing is deleted without you.',
        ),
      ),
    );
  }

  async function drawRoom(): Promise<void> {
    const { usage, quota, persisted } = await space();
    const share = usage === undefined || !quota ? undefined : usage / quota;
    const percent = share === undefined ? '' : share < 0.001 ? 'less than 0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
    fill(
      room,
      usage === undefined
        ? h('p', {}, 'This browser does not say how much is stored.')
        : h(
            'p',
            { class: 'sum' },
            h('strong', {}, bytes(usage)),
            quota === undefined ? ' stored.' : ` of about ${bytes(quota)}, ${percent}.`,
            h('span', { class: 'quiet' }, ' Both are the browser’s estimates: it may give less. Where there is no room, the page says so.'),
          ),
      share === undefined
        ? null
        : h(
            'div',
            { class: 'gauge', role: 'img', 'aria-label': `${percent} of the estimated room is used` },
            h('i', { style: `inline-size:${Math.max(0.4, Math.min(100, share * 100))}%` }),
          ),
      h('p', { class: 'keeps', role: 'status' }, keepsWords(persisted)),
      persisted === false && asked === 'not'
        ? button('Ask the browser to keep it', () => {
            void persist().then(async (answer) => {
              asked = answer;
              await drawRoom();
              (room.querySelector<HTMLElement>('button') ?? element).focus();
            });
          })
        : null,
    );
  }
  function keepsWords(persisted: boolean | undefined): string {
    if (persisted === undefined) return 'This browser does not say whether it keeps what is stored when the disk fills up.';
    if (persisted) return 'The browser keeps it: it is not cleared when the disk fills up.';
    if (asked === false)
      return 'The browser said no: it may clear everything here when the disk fills up. It decides by itself, in favour of sites that are installed, bookmarked or used often. Download what matters to you.';
    if (asked === undefined) return 'The browser could not be asked. It may clear everything here when the disk fills up.';
    return 'The browser may clear everything here when the disk fills up.';
  }

  async function drawTable(): Promise<void> {
    const usage = await kept.usage();
    const total = (of: NotebookUsage): number => columns.reduce((all, key) => all + of[key], 0);
    if (usage.length === 0) {
      fill(
        table,
        h('h2', { id: 'by-notebook' }, 'By notebook'),
        h('p', { class: 'empty-words' }, 'Nothing is stored yet. What you write, show and record is listed here.'),
        h('p', {}, h('a', { class: 'btn', href: base }, 'Course map')),
      );
      return;
    }
    const sum = (key: (typeof columns)[number]): number => usage.reduce((all, of) => all + of[key], 0);
    fill(
      table,
      h('h2', { id: 'by-notebook' }, 'By notebook'),
      h(
        'div',
        { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'What each notebook takes' },
        h(
          'table',
          { class: 'tbl usage' },
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              h('th', { scope: 'col' }, 'Notebook'),
              ...heads.map((name) => h('th', { scope: 'col', class: 'r' }, name)),
              h('th', { scope: 'col' }, 'Delete'),
            ),
          ),
          h('tbody', {}, ...usage.map((of) => row(of, total(of)))),
          h(
            'tfoot',
            {},
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, plural(usage.length, 'notebook')),
              ...columns.map((key) => h('td', { class: 'r' }, size(sum(key)))),
              h('td', { class: 'r' }, size(usage.reduce((all, of) => all + total(of), 0))),
              h(
                'td',
                { class: 'acts' },
                sum('outputs') > 0
                  ? button(
                      'all outputs',
                      () =>
                        void clear(
                          usage.filter(({ outputs }) => outputs > 0).map(({ id }) => id),
                          'outputs',
                          'all notebooks',
                        ),
                      {
                        class: 'btn bare small',
                        'data-focus': 'all',
                        'aria-label': `Delete all outputs of all notebooks, ${bytes(sum('outputs'))}`,
                      },
                    )
                  : null,
              ),
            ),
          ),
        ),
      ),
      h(
        'p',
        { class: 'quiet' },
        'Sizes are counted from the records; on the disk they may be smaller. Outputs are made again when a notebook runs, the page that it opens with when it opens. Answers, reviews and predictions are your progress and stay. Texts are deleted on the page of ',
        h('a', { class: 'link', href: `${base}#/notebooks` }, 'notebooks'),
        '.',
      ),
    );
  }
  function row(of: NotebookUsage, total: number): HTMLElement {
    const name = of.title ?? of.id;
    return h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        of.damaged
          ? h(
              'span',
              {},
              name,
              ' ',
              h('span', { class: 'bad-text' }, 'damaged '),
              button('Download what is there', () => void rescue(of.id)),
            )
          : h('a', { class: 'link', href: `${base}#/n/${encodeURIComponent(of.id)}` }, name),
      ),
      ...columns.map((key) => h('td', { class: 'r', title: titleOf(of, key) }, size(of[key]))),
      h('td', { class: 'r' }, size(total)),
      h(
        'td',
        { class: 'acts' },
        ...kinds
          .filter((what) => of[what] > 0)
          .map((what) =>
            button(what, () => void clear([of.id], what, name), {
              class: 'btn bare small',
              'data-focus': `${of.id} ${what}`,
              'aria-label': `Delete the ${what} of ${name}: ${counted(of, what)}, ${bytes(of[what])}`,
            }),
          ),
      ),
    );
  }
  function titleOf(of: NotebookUsage, key: (typeof columns)[number]): string | undefined {
    const { answers, predictions } = of.counts;
    if (key === 'answers') return `${plural(answers, 'answer')}, ${plural(predictions, 'prediction')}`;
    if (key === 'page') return 'What it opens with, so that it opens at once';
    return key === 'text' ? undefined : counted(of, key);
  }
  const counted = (of: NotebookUsage, what: Clearable): string => plural(of.counts[what], one[what], many[what]);

  async function clear(ids: readonly string[], what: Clearable, name: string): Promise<void> {
    try {
      const before = (await kept.usage()).filter(({ id }) => ids.includes(id));
      const back: (() => Promise<void>)[] = [];
      for (const id of ids) back.push(await kept.clear(id, what));
      await draw();
      focusTable();
      const n = before.reduce((sum, of) => sum + of.counts[what], 0),
        freed = before.reduce((sum, of) => sum + of[what], 0);
      voice.toast(`${count(n)} ${n === 1 ? one[what] : many[what]} of ${name} deleted, ${bytes(freed)}.`, () => {
        void Promise.all(back.map((restore) => restore()))
          .then(draw)
          .then(() => voice.say('Brought back.'), failed);
      });
    } catch (error) {
      failed(error);
    }
  }
  const failed = (error: unknown): void =>
    voice.toast([messageOf(error), (error as GradusError).hint].filter(Boolean).join(' '), undefined, 'stays');
  /** The button that was pressed is gone with what it deleted. */
  function focusTable(): void {
    if (document.activeElement === document.body) table.querySelector<HTMLElement>('.acts button, .scroll')?.focus({ preventScroll: true });
  }
  async function rescue(id: string): Promise<void> {
    const raw = await kept.rawNotebook(id).catch(failed);
    if (raw) download(raw.text, `${id}.${raw.whole ? 'md' : 'json'}`, raw.whole ? 'text/markdown' : 'application/json');
  }
  async function draw(): Promise<void> {
    await Promise.all([drawRoom(), drawSpare(), drawTable()]);
  }
  const look = (): void => {
    if (!document.hidden) void draw().catch(failed);
  };

  fill(settings, ...makeSettings(kept));
  fill(everything, ...makeEverything({ store: kept, download, now: () => new Date(now()), changed: () => void draw().catch(failed) }));
  void draw().catch(failed);
  document.addEventListener('visibilitychange', look);
  return {
    element,
    dispose: () => {
      document.removeEventListener('visibilitychange', look);
      voice.dispose();
    },
  };
}

/** From this share of the estimated room on, or with less than so many bytes left, the page offers what can go. */
const nearlyFull = 0.8;
const leastRoom = 20_000_000;

const spareWords = (what: 'outputs' | 'versions', n: number): string =>
  what === 'outputs' ? `outputs of ${plural(n, 'cell')}` : `${plural(n, 'automatic version')}`;

const size = (amount: number): string => (amount === 0 ? '–' : bytes(amount));
