/* The panel of versions: a list of what was kept, newest first, and beside it what has changed since the one that is chosen. One can
   be restored, named and deleted; for a notebook that ships, the shipped text stands last in the list. */

import './versions.css';
import type { StoredVersion, VersionReason } from '../../store/types.ts';
import { linesOf } from '../../base/diff.ts';
import type { NotebookContext } from '../context.ts';
import { button, fill, h } from '../dom.ts';
import { ago, count, plural } from '../words.ts';
import { openDialog } from './dialog.ts';
import { drawDifference } from './difference.ts';
import { asPage, drawNamer, drawSwitch } from './versions-head.ts';
import { replaceText, reset, shippedText, wordsOf } from './restore.ts';

const reasons: Record<VersionReason, string> = {
  edits: 'Kept by itself',
  opened: 'Before you edited',
  restore: 'Before a restore',
  reset: 'Before going back',
  import: 'Before an import',
  unsaved: 'From a tab that closed',
  save: 'Saved',
  update: 'Before an update',
  shipped: 'As it shipped',
};

/** What the list shows: a version, or the shipped text. */
interface Item {
  readonly key: string;
  readonly text: string;
  readonly version: StoredVersion | undefined;
}

export async function openVersions(context: NotebookContext, which?: 'shipped'): Promise<void> {
  const { session, options } = context;
  const { versions, shipped, id } = session.keeping!;
  const now = options.now ?? Date.now;
  let items: Item[] = [];
  let chosen: string | undefined = which;
  let naming = false;
  /** The drawing that is waited for. */
  let showing: object | undefined;

  const list = h('div', { class: 'list', role: 'listbox', 'aria-label': 'Versions' });
  const head = h('div', { class: 'head' });
  const body = h('div', { class: 'what' });
  const line = h('div', { class: 'offer', role: 'status' });
  const dialog = openDialog({
    title: 'Versions',
    className: 'versions',
    content: [h('div', { class: 'split' }, h('div', { class: 'side' }, list, line), h('div', { class: 'main' }, head, body))],
  });

  const nameOf = ({ version }: Item): string => (version ? (version.name ?? reasons[version.why ?? 'edits']) : 'Shipped text');
  const whenOf = ({ version }: Item): string => (version ? ago(version.time, now()) : 'as it comes with the site');
  const focusList = (): void => list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  const current = (): Item | undefined => items.find(({ key }) => key === chosen);

  async function load(): Promise<void> {
    try {
      const [kept, original] = await Promise.all([versions.list(), shipped ? shippedText(id) : undefined]);
      const listed = kept.filter(({ why, name, text }) => why !== 'shipped' || name !== undefined || text !== original);
      items = listed.map((version) => ({ key: String(version.time), text: version.text, version }));
      if (original !== undefined) items.push({ key: 'shipped', text: original, version: undefined });
      if (!current()) chosen = items[0]?.key;
      draw();
    } catch (error) {
      fill(head);
      fill(body, h('p', { class: 'bad-text', role: 'alert' }, wordsOf(error)));
    }
  }

  function draw(): void {
    const held = list.contains(document.activeElement);
    fill(
      list,
      ...items.map((item) => {
        const on = item.key === chosen;
        return h(
          'div',
          {
            role: 'option',
            'aria-selected': String(on),
            tabindex: on ? '0' : '-1',
            'data-key': item.key,
            class: item.version?.name === undefined && item.version ? 'auto' : '',
            onclick: () => choose(item.key, true),
          },
          h('span', { class: 'name' }, nameOf(item)),
          h('span', { class: 'quiet', title: item.version ? new Date(item.version.time).toLocaleString('en') : undefined }, whenOf(item)),
        );
      }),
    );
    if (held) focusList();
    drawChosen();
  }
  function choose(key: string, focus: boolean): void {
    chosen = key;
    naming = false;
    draw();
    const option = list.querySelector<HTMLElement>('[aria-selected="true"]');
    option?.scrollIntoView({ block: 'nearest' });
    if (focus) option?.focus();
  }
  list.addEventListener('keydown', (event) => {
    const at = items.findIndex(({ key }) => key === chosen);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined && items[to]) {
      event.preventDefault();
      choose(items[to].key, true);
    }
    const item = current();
    if (!item?.version) return;
    if (event.key === 'Delete' || event.key === 'Backspace') void remove(item.version);
    else if (event.key === 'F2') {
      event.preventDefault();
      rename();
    }
  });

  function drawChosen(): void {
    const item = current();
    if (!item) {
      fill(head);
      const none =
        'No version yet. One is kept by itself before you edit, every ten minutes of edits, and before anything replaces the text.';
      fill(body, h('div', { class: 'nothing' }, h('p', {}, none)));
      return;
    }
    const { version } = item;
    const { element, removed, added } = drawDifference(item.text, session.text);
    const same = removed + added === 0;
    const lines = plural(linesOf(item.text).length, 'line');
    fill(
      head,
      naming && version
        ? drawNamer(
            version,
            (name) => {
              naming = false;
              void attempt(versions.rename(version.time, name)).then(focusList);
            },
            () => {
              naming = false;
              drawChosen();
              focusList();
            },
          )
        : h('h3', {}, nameOf(item)),
      h(
        'p',
        { class: 'quiet' },
        version ? `${whenOf(item)}, ${lines}. ` : `${lines}. `,
        same ? 'The same as your text now.' : `Since then ${count(removed)} removed, ${count(added)} added.`,
      ),
      h(
        'div',
        { class: 'acts' },
        same
          ? null
          : version
            ? button('Restore', () => void restore(version), { class: 'btn solid' })
            : button('Go back to it…', () => void goBack(), { class: 'btn solid' }),
        version && !naming ? button(version.name === undefined ? 'Name…' : 'Rename…', rename, { class: 'btn' }) : null,
        version ? button('Delete', () => void remove(version), { class: 'btn bare' }) : null,
      ),
      same ? null : drawSwitch(drawChosen, head),
    );
    showing = undefined;
    if (same) fill(body, h('p', { class: 'nothing' }, 'Nothing differs.'));
    else if (asPage()) void showPage(item.text, session.text);
    else fill(body, element);
  }

  async function showPage(from: string, to: string): Promise<void> {
    const mine = (showing = {});
    fill(body, h('p', { class: 'nothing', role: 'status' }, 'Drawing …'));
    try {
      const drawn = await (await import('./rendered-difference.ts')).drawRendered(from, to);
      if (showing === mine) fill(body, drawn);
    } catch (error) {
      if (showing === mine) fill(body, h('p', { class: 'none bad-text', role: 'alert' }, `The page could not be drawn. ${wordsOf(error)}`));
    }
  }
  function rename(): void {
    naming = true;
    drawChosen();
    const field = head.querySelector('input');
    field?.focus();
    field?.select();
  }

  /** Does it, then shows the list as it is; a failure is said beside the list. */
  async function attempt(work: Promise<unknown>): Promise<void> {
    try {
      await work;
      fill(line);
    } catch (error) {
      fill(line, h('span', { class: 'bad-text' }, wordsOf(error)));
    }
    await load();
  }
  async function remove(version: StoredVersion): Promise<void> {
    const at = items.findIndex(({ key }) => key === String(version.time));
    let undo: (() => Promise<void>) | undefined;
    await attempt(
      versions.remove(version).then((back) => {
        undo = back;
        chosen = (items[at + 1] ?? items[at - 1])?.key;
      }),
    );
    if (!undo) return;
    const back = undo;
    fill(
      line,
      h('span', {}, 'The version is deleted.'),
      button('Undo', () => {
        chosen = String(version.time);
        void attempt(back()).then(focusList);
      }),
    );
    (list.querySelector<HTMLElement>('[aria-selected="true"]') ?? line.querySelector('button'))?.focus();
  }
  async function restore(version: StoredVersion): Promise<void> {
    const name = version.name ?? ago(version.time, now());
    if (
      await replaceText(
        context,
        version.text,
        'restore',
        'Restore version',
        `The version “${name}” is restored. The text before it is kept.`,
      )
    )
      dialog.close();
  }
  async function goBack(): Promise<void> {
    if (await reset(context)) dialog.close();
  }

  await load();
  (list.querySelector<HTMLElement>('[aria-selected="true"]') ?? dialog.element.querySelector<HTMLElement>('h2'))?.focus();
}
