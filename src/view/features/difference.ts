/* Two texts drawn as what changed from one to the other: removed lines with −, added ones with +, the changed words in them marked,
   three equal lines around each place and the rest folded into a count. A screen reader hears deletions and insertions. */

import { diff, linesOf, wordsOf, type Change } from '../../base/diff.ts';
import { h, type Child } from '../dom.ts';
import { plural } from '../words.ts';

export interface Difference {
  readonly element: HTMLElement;
  readonly removed: number;
  readonly added: number;
}

const context = 3,
  mostRows = 2000,
  /** Lines that have less than this of their letters in common are shown without marked words. */
  alike = 0.35;

export function drawDifference(from: string, to: string): Difference {
  const a = linesOf(from),
    b = linesOf(to);
  const changes = diff(a, b);
  const removed = changes.reduce((sum, { fromA, toA }) => sum + toA - fromA, 0),
    added = changes.reduce((sum, { fromB, toB }) => sum + toB - fromB, 0);
  const rows: Node[] = [];
  let at = 0;
  const equal = (start: number, end: number): void => {
    for (let i = start; i < end; i++) rows.push(row(' ', '', [shown(a[i]!)]));
  };
  changes.forEach((change, i) => {
    const first = Math.max(at, change.fromA - context);
    if (first > at) rows.push(skipped(first - at));
    equal(first, change.fromA);
    rows.push(...changed(a, b, change));
    const next = changes[i + 1]?.fromA ?? a.length;
    at = Math.min(change.toA + context, next);
    equal(change.toA, at);
  });
  if (changes.length > 0 && at < a.length) rows.push(skipped(a.length - at));
  const more = rows.length - mostRows;
  const list = h('div', { class: 'diff', tabindex: '0', role: 'group', 'aria-label': 'What differs' }, ...rows.slice(0, mostRows));
  if (more > 0) list.append(h('p', { class: 'quiet' }, `${plural(more, 'more line')} not shown`));
  return { element: list, removed, added };
}

function changed(a: readonly string[], b: readonly string[], { fromA, toA, fromB, toB }: Change): Node[] {
  const was = a.slice(fromA, toA),
    is = b.slice(fromB, toB);
  const marks = was.length > 0 && is.length > 0 ? wordMarks(was.join(''), is.join('')) : undefined;
  return [
    ...marked(was, marks?.was).map((parts) => row('−', 'del', parts)),
    ...marked(is, marks?.is).map((parts) => row('+', 'ins', parts)),
  ];
}

/** Ranges of letters that differ; undefined where the two have little in common, so that marks would say nothing. */
function wordMarks(was: string, is: string): { was: [number, number][]; is: [number, number][] } | undefined {
  const a = wordsOf(was),
    b = wordsOf(is);
  const changes = diff(a, b);
  const offsets = (words: readonly string[]): number[] => {
    let at = 0;
    return [0, ...words.map((word) => (at += word.length))];
  };
  const inA = offsets(a),
    inB = offsets(b);
  const left: [number, number][] = changes.map(({ fromA, toA }) => [inA[fromA]!, inA[toA]!]);
  const right: [number, number][] = changes.map(({ fromB, toB }) => [inB[fromB]!, inB[toB]!]);
  const size = (ranges: [number, number][]): number => ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const common = was.length + is.length - size(left) - size(right);
  return common < alike * (was.length + is.length) ? undefined : { was: left, is: right };
}

/** Each line as text with its marked parts as elements. */
function marked(lines: readonly string[], ranges: readonly [number, number][] | undefined): Child[][] {
  let start = 0;
  return lines.map((line) => {
    const parts: Child[] = [];
    let at = 0;
    const text = shown(line);
    for (const [from, to] of ranges ?? []) {
      const low = Math.max(0, from - start),
        high = Math.min(text.length, to - start);
      if (high <= low || low >= text.length) continue;
      parts.push(text.slice(at, low), h('b', {}, text.slice(low, high)));
      at = high;
    }
    parts.push(text.slice(at));
    start += line.length;
    return parts;
  });
}

function row(sign: string, tag: 'del' | 'ins' | '', parts: readonly Child[]): HTMLElement {
  const text = tag === '' ? h('span', {}, ...parts) : h(tag, {}, ...parts);
  return h('div', { class: `row ${tag}`.trim() }, h('span', { class: 'sign', 'aria-hidden': 'true' }, sign), text);
}

const skipped = (count: number): HTMLElement => h('div', { class: 'skipped' }, plural(count, 'equal line'));
const shown = (line: string): string => line.replace(/\r?\n$/, '');
