/* Marks in a drawn paragraph which words came and which went, against how it was drawn before. Formulas and pictures count as one
   word. What came stands in <ins>, what went in <del> at its place; both say so to a screen reader. */

import { diff, wordsOf } from '../../base/diff.ts';
import { h } from '../dom.ts';

/** A word of a text node, or an element that is shown as one. */
interface Word {
  readonly text: string;
  readonly node: Text | Element;
}

/** Two that have less of their letters in common are shown one after the other. */
const alike = 0.35;

/** Marks `after`. `same`: no word differs · `other`: too little is common, and nothing was marked. */
export function markWords(before: Element, after: Element): 'marked' | 'same' | 'other' {
  const was = wordsIn(before),
    is = wordsIn(after);
  const keysOf = (words: readonly Word[]): string[] => words.map(({ text }) => (text.trim() === '' ? ' ' : text));
  const changes = joined(diff(keysOf(was), keysOf(is)), was);
  if (changes.length === 0) return 'same';
  const lettersOf = (words: readonly Word[]): number => words.reduce((sum, { text }) => sum + text.trim().length, 0);
  const differ = changes.reduce((sum, c) => sum + lettersOf(was.slice(c.fromA, c.toA)) + lettersOf(is.slice(c.fromB, c.toB)), 0);
  const all = lettersOf(was) + lettersOf(is);
  if (all - differ < alike * all) return 'other';
  // From the end, so that what stands before keeps its place.
  for (const { fromA, toA, fromB, toB } of changes.toReversed()) {
    const gone = was.slice(fromA, toA);
    const places = runsOf(is, fromB, toB);
    for (const run of places.toReversed()) wrap(run);
    if (gone.length === 0) continue;
    const mark = h('del', {}, said('deleted '), ...gone.map(({ text, node }) => (node instanceof Text ? text : node.cloneNode(true))));
    if (places[0]) places[0].mark!.before(mark);
    else if (is[fromB]) splitAt(is, fromB).before(mark);
    else (is.at(-1)?.node ?? after.lastElementChild ?? after).after(mark);
  }
  return 'marked';
}

const said = (word: string): HTMLElement => h('span', { class: 'vh' }, word);

function wordsIn(root: Element): Word[] {
  const words: Word[] = [];
  const walk = (node: Node): void => {
    if (node instanceof Text) for (const text of wordsOf(node.data)) words.push({ text, node });
    else if (node instanceof Element) {
      const tex = node.matches('.katex, .math, [data-tex]')
        ? (node.querySelector('annotation')?.textContent ?? node.textContent)
        : undefined;
      if (tex !== undefined) words.push({ text: `$${tex}$`, node });
      else if (node.matches('img, svg, video, hr, input')) words.push({ text: node.outerHTML, node });
      else node.childNodes.forEach(walk);
    }
  };
  walk(root);
  return words;
}

type Change = ReturnType<typeof diff>[number];

/** Changes with only a blank between them read better as one. */
function joined(changes: readonly Change[], was: readonly Word[]): Change[] {
  const out: Change[] = [];
  for (const change of changes) {
    const last = out.at(-1);
    const between = last && was.slice(last.toA, change.fromA);
    if (last && between?.length === 1 && between[0]!.text.trim() === '')
      out[out.length - 1] = { fromA: last.fromA, toA: change.toA, fromB: last.fromB, toB: change.toB };
    else out.push(change);
  }
  return out;
}

/** Words [from, to) in runs of one node each. */
interface Run {
  readonly node: Text | Element;
  readonly start: number;
  readonly end: number;
  mark?: Element;
}
function runsOf(words: readonly Word[], from: number, to: number): Run[] {
  const runs: Run[] = [];
  for (let i = from; i < to; i++) {
    const { node, text } = words[i]!;
    const last = runs.at(-1);
    if (last?.node === node) runs[runs.length - 1] = { ...last, end: last.end + text.length };
    else {
      const start = offsetOf(words, i);
      runs.push({ node, start, end: start + text.length });
    }
  }
  return runs.filter(({ node, start, end }) => !(node instanceof Text) || node.data.slice(start, end).trim() !== '');
}

/** Letters before word `i` in its node. */
function offsetOf(words: readonly Word[], i: number): number {
  let offset = 0;
  for (let j = i - 1; j >= 0 && words[j]!.node === words[i]!.node; j--) offset += words[j]!.text.length;
  return offset;
}

/** Behind what is wrapped nothing of the node is looked at again: changes are taken from the end. */
function wrap(run: Run): void {
  const { node, start, end } = run;
  const mark = h('ins', {}, said('added '));
  run.mark = mark;
  if (node instanceof Text) {
    const middle = node.splitText(start);
    middle.splitText(end - start);
    middle.replaceWith(mark);
    mark.append(middle);
  } else {
    node.replaceWith(mark);
    mark.append(node);
  }
}

/** The node that begins with word `i`. */
function splitAt(words: readonly Word[], i: number): Text | Element {
  const { node } = words[i]!;
  const offset = offsetOf(words, i);
  return node instanceof Text && offset > 0 ? node.splitText(offset) : node;
}
