/* A row of a value's tree: key, type, and what is inside in a line, so that most values need not be opened. */

import type { Child, NumberFacts, Path } from '../../../output/look.ts';
import type { ValueNode } from '../../../output/types.ts';
import { h, type Child as Part } from '../../dom.ts';
import { count, number, plural } from '../../words.ts';
import { colours } from '../colours.ts';
import { histogramBars } from '../table/bars.ts';

/** A row: a child, or the gap between loaded ones. */
export interface TreeRow {
  readonly element: HTMLElement;
  readonly parent: TreeRow | undefined;
  readonly path: Path;
  child: Child;
  open: boolean;
  /** In order; undefined while nobody has looked. */
  rows: (TreeRow | Gap)[] | undefined;
  total: number;
  /** Its text, or a sentence, below it. */
  note: HTMLElement | undefined;
}
/** Children that nobody has asked for: from a place to another. */
export interface Gap {
  readonly element: HTMLElement;
  readonly parent: TreeRow;
  from: number;
  to: number;
}
export const isGap = (row: TreeRow | Gap): row is Gap => 'from' in row;

type Container = Extract<ValueNode, { entries: readonly unknown[] }>;

/** Whether a carried node can be opened, and to what. */
export function opensTo(node: ValueNode): Child['opens'] {
  if (node.type === 'object' || node.type === 'array')
    return node.size > 0 || node.more > 0 || (node.type === 'object' && isClass(node)) ? 'children' : undefined;
  if (node.type === 'cut') return node.name === 'unreadable' ? undefined : 'children';
  if (node.type === 'circular') return undefined;
  if (node.of === 'string') return node.text.length > 200 || node.text.includes('\\n') ? 'text' : undefined;
  return node.of === 'function' || node.of === 'class' ? 'text' : node.of === 'error' ? 'children' : undefined;
}

export const isGetter = (node: ValueNode): boolean => node.type === 'primitive' && node.of === 'other' && node.text === '[getter]';
/** An object of a class, which may offer getters. */
export const isClass = ({ type, name }: Container): boolean =>
  type === 'object' && name !== '' && name !== 'Map' && name !== 'null prototype';
export const isTyped = (node: ValueNode): boolean => node.type === 'array' && /^(Big)?(Ui|I|F)\w*Array$/.test(node.name);

/** What stands behind the key. */
export function words(node: ValueNode, open: boolean): Part[] {
  if (isGetter(node)) return [h('button', { type: 'button', class: 'link plain', tabindex: -1, title: 'Calls the getter' }, '(…)')];
  if (node.type === 'primitive') return [h('span', { class: colours[node.of] ?? '' }, node.text)];
  if (node.type === 'cut') return [h('span', { class: 'quiet' }, node.name)];
  if (node.type === 'circular') return [h('span', { class: 'quiet' }, `circular, ${node.name}`)];
  const name = node.name === 'Array' ? '' : node.name;
  if (!open || node.size === 0) return [name ? h('span', { class: 'quiet' }, `${name} `) : null, preview(node)];
  return [name ? h('span', { class: 'quiet' }, `${name} `) : null, h('span', { class: 'quiet' }, sizeWords(node))];
}

function sizeWords(node: Container): string {
  if (node.type === 'array') return plural(node.size, 'item');
  return node.name === 'Map' ? plural(node.size, 'entry', 'entries') : plural(node.size, 'name');
}

function preview(node: Container): HTMLElement {
  const line = h('span', { class: 'preview' });
  const array = node.type === 'array';
  line.append(array ? `(${count(node.size)}) [` : '{');
  let length = 0;
  const cut = node.entries.findIndex((entry, i) => {
    const text = short(entry.value);
    length += text.length + (array ? 2 : entry.key.length + 4);
    if (length > 72) return true;
    line.append(i > 0 ? ', ' : '', array ? '' : `${entry.key}: `, leafPart(entry.value, text));
    return false;
  });
  const left = cut >= 0 || node.more > 0;
  line.append(left ? (length > 0 && cut !== 0 ? ', …' : '…') : '', array ? ']' : '}');
  return line;
}

const leafPart = (node: ValueNode, text: string): HTMLElement | string =>
  node.type === 'primitive' ? h('span', { class: colours[node.of] ?? '' }, text) : text;

function short(node: ValueNode): string {
  switch (node.type) {
    case 'primitive':
      return isGetter(node) ? '(…)' : node.text.length > 40 ? `${node.text.slice(0, 39)}…` : node.text;
    case 'array':
      return `${node.name}(${count(node.size)})`;
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

/** Numbers of a typed array in a line. */
export function factsLine(facts: NumberFacts): HTMLElement {
  const part = (name: string, value: string): Part[] => [h('span', { class: 'quiet' }, ` ${name} `), value];
  return h(
    'span',
    { class: 'tree-facts' },
    ...part('min', number(facts.min)),
    ...part('max', number(facts.max)),
    ...part('mean', number(facts.mean)),
    ...(facts.nan > 0 ? [h('span', { class: 'bad-text' }, ` NaN ${count(facts.nan)}`)] : []),
    facts.histogram
      ? h(
          'span',
          {
            class: 'tree-bars',
            role: 'img',
            'aria-label': `Histogram from ${number(facts.histogram.low)} to ${number(facts.histogram.high)}`,
          },
          histogramBars(facts.histogram),
        )
      : null,
  );
}
