/* A value as a line or as a tree: first level open, deeper levels built when opened, 100 rows and then "n more". What is
   open stays open when the value changes, by its path. */

import type { Output, ValueNode } from '../../output/types.ts';
import { h } from '../dom.ts';
import { count } from '../words.ts';
import { colours } from './colours.ts';
import type { Draw } from './index.ts';

const rowLimit = 100;

export const drawValue: Draw<'value'> = (output, element) => {
  const open = new Set(['']);
  const closed = new Set<string>();
  let line: HTMLElement | undefined;
  const update = (next: Output): boolean => {
    if (next.kind !== 'value') return false;
    if (next.value.type === 'primitive' && line !== undefined) {
      const name = `mono value ${colours[next.value.of] ?? ''}`;
      if (line.className !== name) line.className = name;
      if (line.firstChild instanceof Text) line.firstChild.data = next.value.text;
      else line.textContent = next.value.text;
      return true;
    }
    if (next.value.type === 'primitive') {
      line = h('div', { class: `mono value ${colours[next.value.of] ?? ''}` }, next.value.text);
      element.replaceChildren(line);
    } else {
      line = undefined;
      element.replaceChildren(h('div', { class: 'tree' }, tree(next.value, '', open, closed)));
    }
    return true;
  };
  update(output);
  return { update };
};

function tree(node: ValueNode, path: string, open: Set<string>, closed: Set<string>, key?: string): HTMLElement {
  const keyed = key === undefined ? null : h('span', { class: 'key' }, `${key} `);
  if (node.type !== 'object' && node.type !== 'array') return h('div', { class: key === undefined ? undefined : 'row' }, keyed, leaf(node));
  if (node.size === 0)
    return h('div', { class: key === undefined ? undefined : 'row' }, keyed, h('span', { class: 'quiet' }, `${node.name} `), preview(node));
  const details = h('details');
  const summary = h('summary', {}, keyed, h('span', { class: 'quiet' }, `${node.name} `), preview(node));
  const body = h('div');
  let built = false;
  const build = (): void => {
    if (built) return;
    built = true;
    rows(node, 0, body, path, open, closed);
  };
  details.append(summary, body);
  details.addEventListener('toggle', () => {
    if (details.open) {
      open.add(path);
      closed.delete(path);
      build();
    } else {
      open.delete(path);
      closed.add(path);
    }
  });
  if (open.has(path) && !closed.has(path) && node.entries.length > 0) {
    details.open = true;
    build();
  }
  return details;
}

function rows(
  node: Extract<ValueNode, { entries: readonly unknown[] }>,
  from: number,
  body: HTMLElement,
  path: string,
  open: Set<string>,
  closed: Set<string>,
): void {
  const to = Math.min(node.entries.length, from + rowLimit);
  for (const entry of node.entries.slice(from, to)) {
    body.append(tree(entry.value, `${path}/${entry.key}`, open, closed, entry.key));
  }
  const shown = node.entries.length - to;
  if (shown > 0) {
    const more = h(
      'button',
      {
        type: 'button',
        class: 'btn bare small',
        onclick: () => {
          more.remove();
          rows(node, to, body, path, open, closed);
        },
      },
      `${count(shown + node.more)} more`,
    );
    body.append(more);
  } else if (node.more > 0) body.append(h('div', { class: 'row quiet' }, `${count(node.more)} more`));
}

/** One line of what is inside, so that most values need not be opened. */
function preview(node: Extract<ValueNode, { entries: readonly unknown[] }>): HTMLElement {
  const line = h('span', { class: 'preview' });
  const array = node.type === 'array';
  line.append(array ? `(${count(node.size)}) [` : '{');
  let length = 0;
  const cut = node.entries.findIndex((entry, i) => {
    const text = short(entry.value);
    length += text.length + (array ? 2 : entry.key.length + 4);
    if (length > 64) return true;
    line.append(i > 0 ? ', ' : '', array ? '' : `${entry.key}: `, leafText(entry.value, text));
    return false;
  });
  line.append(cut >= 0 || node.more > 0 ? ', …' : '', array ? ']' : '}');
  return line;
}

function leafText(node: ValueNode, text: string): HTMLElement | string {
  return node.type === 'primitive' ? h('span', { class: colours[node.of] ?? '' }, text) : text;
}

function short(node: ValueNode): string {
  switch (node.type) {
    case 'primitive':
      return node.text.length > 40 ? `${node.text.slice(0, 39)}…` : node.text;
    case 'array':
      return `${node.name}(${node.size})`;
    case 'object':
      return node.name || '{…}';
    case 'cut':
      return node.name;
    case 'circular':
      return `circular ${node.name}`;
    default:
      return node satisfies never;
  }
}

function leaf(node: ValueNode): HTMLElement {
  if (node.type === 'primitive') return h('span', { class: colours[node.of] ?? '' }, node.text);
  return h('span', { class: 'quiet' }, short(node));
}
