/* A value: plain ones as a line at once, everything else as a tree (tree/tree.ts), whose script comes with the first one. Its
   place is kept meanwhile: every row of a tree is as high as a line. */

import type { Output } from '../../output/types.ts';
import { h } from '../dom.ts';
import { count } from '../words.ts';
import { colours } from './colours.ts';
import type { Draw } from './index.ts';
import type { TreeView } from './tree/tree.ts';

type Value = Extract<Output, { kind: 'value' }>['value'];

/** Characters of a text that is shown whole; a longer one has its first lines. */
const longText = 1500;
const rowRem = 1.5,
  mostRem = 33;

export const drawValue: Draw<'value'> = (output, element, context) => {
  let line: HTMLElement | undefined;
  let tree: TreeView | undefined;
  let latest: Value = output.value;
  let gone = false;

  function plain(node: Extract<Value, { type: 'primitive' }>): void {
    const name = `mono value ${colours[node.of] ?? ''}`;
    if (line === undefined || line.parentElement !== element) {
      tree?.dispose();
      tree = undefined;
      line = h('div', { class: name });
      element.replaceChildren(line);
    } else if (line.className !== name) line.className = name;
    if (line.firstChild instanceof Text) line.firstChild.data = node.text;
    else line.textContent = node.text;
    const cut = node.of === 'string' && node.text.length > longText;
    if (cut || element.childElementCount > 1) long(node.text, cut);
  }
  /** The first lines of a long text, and a button for all of it. */
  function long(text: string, cut: boolean): void {
    element.querySelector('.show-all')?.remove();
    line!.classList.toggle('clamped', cut);
    if (!cut) return;
    const all = text.endsWith('…"') ? 'Show all' : `Show all, ${count(text.length - 2)} characters`;
    const more = h('button', { type: 'button', class: 'btn bare small show-all', onclick: () => void showAll(text, more) }, all);
    element.append(more);
  }
  async function showAll(text: string, more: HTMLButtonElement): Promise<void> {
    const target = line!;
    target.classList.remove('clamped');
    more.remove();
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    if (!text.endsWith('…"')) return;
    let whole = '';
    try {
      for (let length = Infinity; whole.length < length && !gone;) {
        const part = await context.look(Number(element.dataset['key']), { of: 'text', path: [], from: whole.length, count: 200_000 });
        length = part.length;
        whole += part.text;
        if (part.text === '') break;
      }
      if (target.textContent === text) target.textContent = JSON.stringify(whole);
    } catch (error) {
      element.append(h('p', { class: 'quiet show-all' }, (error as Error).message));
    }
  }

  function open(node: Exclude<Value, { type: 'primitive' }>): void {
    if (tree) return tree.show(node);
    line = undefined;
    const rows = 1 + ('entries' in node ? node.entries.length : 0);
    element.replaceChildren(h('div', { class: 'tree', style: `min-height: ${Math.min(mostRem, rows * rowRem)}rem` }));
    import('./tree/tree.ts').then(
      ({ createTree }) => {
        if (gone || tree || latest.type === 'primitive') return;
        tree = createTree(element, context);
        tree.show(latest);
      },
      () =>
        element.replaceChildren(
          h('p', { class: 'quiet' }, 'What draws a value could not be loaded. Check the connection, then load the page again.'),
        ),
    );
  }

  const update = (next: Output): boolean => {
    if (next.kind !== 'value') return false;
    latest = next.value;
    if (next.value.type === 'primitive') plain(next.value);
    else open(next.value);
    return true;
  };
  update(output);
  return {
    update,
    dispose() {
      gone = true;
      tree?.dispose();
    },
  };
};
