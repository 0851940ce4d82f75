/* A value as a tree after WAI-ARIA: the first level open, a hundred rows and then "n more", which come from the engine as
   everything deeper does. Rows lie flat in the page, one line each. What is open stays open when the value changes, by its
   path. Keys: arrows, Home, End, `*`, first letters, Enter; what is done with a row (copy, search) stands in tools.ts. */

import './tree.css';
import type { Answer, Child, Look, Path } from '../../../output/look.ts';
import type { ValueNode } from '../../../output/types.ts';
import { h } from '../../dom.ts';
import { count } from '../../words.ts';
import type { OutputContext } from '../index.ts';
import { bindKeys } from './keys.ts';
import { factsLine, isClass, isGap, isGetter, isTyped, opensTo, words, type Gap, type TreeRow } from './row.ts';
import type { Tools } from './tools.ts';

export interface TreeView {
  show(node: ValueNode): void;
  dispose(): void;
}

/** What tools.ts uses of a tree. */
export interface TreeCore {
  readonly element: HTMLElement;
  readonly root: () => TreeRow;
  readonly current: () => TreeRow;
  readonly look: <Q extends Look>(question: Q) => Promise<Answer<Q>>;
  /** Opens the way to a path and shows its row. */
  reveal(path: Path): Promise<TreeRow | undefined>;
  focus(row: TreeRow): void;
}

const pageSize = 100;

export function createTree(element: HTMLElement, context: OutputContext): TreeView {
  const key = Number(element.dataset['key']);
  const look = <Q extends Look>(question: Q): Promise<Answer<Q>> => context.look(key, question);
  const tree = h('div', { class: 'tree', role: 'tree', 'aria-label': `Value of ${context.cell}` });
  const rowOf = new Map<Element, TreeRow | Gap>();
  const opened = new Set(['']);
  let root!: TreeRow;
  let current: Element | undefined;
  let tools: Tools | undefined;
  let awake = false;
  let turn = 0;
  element.replaceChildren(tree);

  // ---- rows
  function makeRow(child: Child, path: Path, parent: TreeRow | undefined): TreeRow {
    const row: TreeRow = {
      element: h('div', { class: 'row', role: 'treeitem', tabindex: -1 }),
      parent,
      path,
      child,
      open: false,
      rows: undefined,
      total: 0,
      note: undefined,
    };
    row.element.style.setProperty('--level', String(path.length));
    rowOf.set(row.element, row);
    write(row);
    return row;
  }
  function write(row: TreeRow): void {
    const { element: line, child, path } = row;
    const opens = child.opens ?? opensTo(child.node);
    line.replaceChildren(h('span', { class: 'twist', 'aria-hidden': 'true' }));
    if (path.length > 0) line.append(h('span', { class: 'key' }, child.key), ' ');
    for (const part of words(child.node, row.open)) if (part) line.append(part as Node);
    line.setAttribute('aria-level', String(path.length + 1));
    if (row.parent) {
      line.setAttribute('aria-posinset', String(path.at(-1)! + 1));
      line.setAttribute('aria-setsize', String(row.parent.total));
    }
    if (opens) line.setAttribute('aria-expanded', String(row.open));
    else line.removeAttribute('aria-expanded');
    if (row.open && isTyped(child.node)) void addFacts(row);
  }
  async function addFacts(row: TreeRow): Promise<void> {
    const facts = await look({ of: 'stats', path: row.path }).catch(() => undefined);
    if (facts && row.open && rowOf.has(row.element) && !row.element.querySelector('.tree-facts')) row.element.append(factsLine(facts));
  }
  function makeGap(parent: TreeRow, from: number, to: number): Gap {
    const gap: Gap = {
      element: h('div', { class: 'row gap', role: 'treeitem', tabindex: -1, 'aria-level': parent.path.length + 2 }),
      parent,
      from,
      to,
    };
    gap.element.style.setProperty('--level', String(parent.path.length + 1));
    rowOf.set(gap.element, gap);
    writeGap(gap);
    return gap;
  }
  function writeGap({ element: line, from, to }: Gap): void {
    line.replaceChildren(h('span', { class: 'twist', 'aria-hidden': 'true' }), h('span', { class: 'link' }, `${count(to - from)} more`));
  }

  // ---- opening
  async function open(row: TreeRow): Promise<void> {
    if (row.open || !row.element.hasAttribute('aria-expanded')) return;
    row.open = true;
    opened.add(row.path.join('/'));
    write(row);
    if ((row.child.opens ?? opensTo(row.child.node)) === 'text') return showText(row);
    if (!row.rows) {
      const { node } = row.child;
      const carried = 'entries' in node && node.entries.length > 0 ? node.entries : undefined;
      // Objects of a class may offer getters, which only the engine knows.
      if (carried && !(awake && 'entries' in node && isClass(node))) {
        fillIn(
          row,
          0,
          carried.map(({ key: name, value }) => ({ key: name, node: value })),
          (node as { size: number }).size,
        );
        // The value carries a dozen of them, the engine has the rest of the hundred.
        if (row.parent && carried.length < Math.min(row.total, pageSize)) {
          insert(row);
          await load(row, carried.length, pageSize - carried.length, true);
        }
      } else await load(row, 0, pageSize);
    }
    insert(row);
  }
  /** Children of a row from the engine; false, and unless `quiet` with a sentence below the row, where there are none to be had. */
  async function load(row: TreeRow, from: number, many: number, quiet = false): Promise<boolean> {
    const mine = turn;
    try {
      const answer = await look({ of: 'children', path: row.path, from, count: many });
      if (mine !== turn) return false;
      fillIn(row, from, answer.children, answer.total);
      return true;
    } catch (error) {
      if (mine === turn && !quiet) say(row, (error as Error).message);
      return false;
    }
  }
  /** Puts children in at `from`, and gaps around what is known. */
  function fillIn(row: TreeRow, from: number, children: readonly Child[], total: number): void {
    const before = new Map<number, TreeRow>();
    for (const known of row.rows ?? []) {
      if (isGap(known)) forget(known);
      else before.set(known.path.at(-1)!, known);
    }
    row.total = total;
    children.forEach((child, i) => {
      if (!before.has(from + i)) before.set(from + i, makeRow(child, [...row.path, from + i], row));
    });
    const rows: (TreeRow | Gap)[] = [];
    let next = 0;
    for (const place of [...before.keys()].sort((a, b) => a - b)) {
      if (place > next) rows.push(makeGap(row, next, place));
      rows.push(before.get(place)!);
      next = place + 1;
    }
    if (next < total) rows.push(makeGap(row, next, total));
    row.rows = rows;
  }
  /** Puts the rows below an open row into the page, and opens those that were open. */
  function insert(row: TreeRow): void {
    if (!row.open || !row.element.isConnected) return;
    let last: Element = row.note ?? row.element;
    for (const inner of row.rows ?? []) {
      if (last.nextElementSibling !== inner.element) last.after(inner.element);
      last = isGap(inner) ? inner.element : lastOf(inner);
    }
    for (const inner of row.rows ?? []) if (!isGap(inner) && !inner.open && opened.has(inner.path.join('/'))) void open(inner);
  }
  /** The last element of a row and all below it. */
  function lastOf(row: TreeRow): Element {
    if (!row.open) return row.element;
    const last = row.rows?.at(-1);
    return last ? (isGap(last) ? last.element : lastOf(last)) : (row.note ?? row.element);
  }
  function close(row: TreeRow): void {
    if (!row.open) return;
    const end = lastOf(row);
    opened.delete(row.path.join('/'));
    const held = document.activeElement;
    let lost = false;
    while (row.element !== end && row.element.nextElementSibling) {
      const next = row.element.nextElementSibling;
      lost ||= next === held;
      next.remove();
      if (next === end) break;
    }
    row.open = false;
    row.note = undefined;
    closeInner(row);
    write(row);
    if (lost) focus(row.element);
  }
  const closeInner = (row: TreeRow): void => {
    for (const inner of row.rows ?? []) {
      if (isGap(inner) || !inner.open) continue;
      inner.open = false;
      inner.note = undefined;
      closeInner(inner);
      write(inner);
    }
  };
  function forget(gap: Gap): void {
    rowOf.delete(gap.element);
    gap.element.remove();
  }
  function say(row: TreeRow, words_: string): void {
    row.note?.remove();
    row.note = h('div', { class: 'row note quiet', role: 'none' }, words_);
    row.note.style.setProperty('--level', String(row.path.length + 1));
    row.element.after(row.note);
  }
  async function showText(row: TreeRow): Promise<void> {
    const mine = turn;
    const { node } = row.child;
    const carried = node.type === 'primitive' && node.of === 'string' && !node.text.endsWith('…"') && row.child.opens === undefined;
    try {
      const { text, length } = carried
        ? { text: JSON.parse(node.text) as string, length: 0 }
        : await look({ of: 'text', path: row.path, from: 0, count: 20_000 });
      if (mine !== turn || !row.open) return;
      say(row, text);
      row.note!.classList.remove('quiet');
      row.note!.classList.add('text');
      if (length > text.length)
        row.note!.append(
          h(
            'button',
            { type: 'button', class: 'btn bare small', onclick: () => void showRest(row, text, length) },
            `Show all, ${count(length)} characters`,
          ),
        );
    } catch (error) {
      if (mine === turn && row.open) say(row, (error as Error).message);
    }
  }
  async function showRest(row: TreeRow, first: string, length: number): Promise<void> {
    let text = first;
    while (text.length < length) {
      const part = await look({ of: 'text', path: row.path, from: text.length, count: 200_000 }).catch(() => undefined);
      if (!part?.text) break;
      text += part.text;
    }
    if (row.note) row.note.textContent = text;
    focus(row.element);
  }
  async function loadGap(gap: Gap, from = gap.from): Promise<void> {
    const { parent } = gap;
    const held = document.activeElement === gap.element;
    const many = Math.min(pageSize, gap.to - from);
    if (!(await load(parent, from, many))) return;
    insert(parent);
    const first = parent.rows!.find((row) => !isGap(row) && row.path.at(-1) === from);
    if (held && first) focus(first.element);
  }
  async function callGetter(row: TreeRow): Promise<void> {
    try {
      const got = await look({ of: 'getter', path: row.path });
      row.child = { key: got.key, node: got.node, ...(got.opens ? { opens: got.opens } : {}) };
      write(row);
    } catch (error) {
      row.child = { key: row.child.key, node: { type: 'primitive', of: 'error', text: (error as Error).message } };
      write(row);
      row.element.removeAttribute('aria-expanded');
    }
  }
  /** `wanted`: whether the reader is still to be brought there. */
  async function reveal(path: Path, wanted = (): boolean => true): Promise<TreeRow | undefined> {
    const mine = turn;
    let row = root;
    for (const place of path) {
      await open(row);
      if (mine !== turn) return undefined;
      let next = childAt(row, place);
      if (next && isGap(next)) {
        await loadGap(next, Math.max(next.from, place - (place % pageSize)));
        next = childAt(row, place);
      }
      if (!next || isGap(next)) return undefined;
      row = next;
    }
    if (mine !== turn) return undefined;
    if (wanted()) row.element.scrollIntoView({ block: 'nearest' });
    return row;
  }
  /** Whether the reader was here last: what had the focus may have gone. */
  const isHeld = (): boolean => tree.contains(document.activeElement) || document.activeElement === document.body;
  const childAt = (row: TreeRow, place: number): TreeRow | Gap | undefined =>
    row.rows?.find((one) => (isGap(one) ? place >= one.from && place < one.to : one.path.at(-1) === place));

  // ---- focus, keys, pointer
  function focus(line: Element, now = true): void {
    current?.setAttribute('tabindex', '-1');
    current = line;
    line.setAttribute('tabindex', '0');
    if (now) (line as HTMLElement).focus();
    tools?.moved();
  }
  function press(line: Element): void {
    const row = rowOf.get(line);
    if (!row) return;
    if (isGap(row)) void loadGap(row);
    else if (isGetter(row.child.node)) void callGetter(row);
    else if (row.open) close(row);
    else void open(row);
  }
  bindKeys({
    tree,
    row: (line) => rowOf.get(line),
    current: () => current,
    focus,
    press,
    open: (row) => void open(row),
    close,
    getter: (row) => void callGetter(row),
    tool: (event) => tools?.key(event) === true,
  });

  // ---- waking: what can be done with rows is loaded when the reader comes near
  const core: TreeCore = {
    element: tree,
    root: () => root,
    current: () => {
      const row = (current && rowOf.get(current)) ?? root;
      return isGap(row) ? row.parent : row;
    },
    look,
    reveal,
    focus: (row) => focus(row.element),
  };
  const wake = (): void => {
    if (awake) return;
    awake = true;
    void import('./tools.ts').then(
      ({ createTools }) => {
        if (turn >= 0) tools = createTools(core, element, context);
      },
      () => undefined,
    );
    const { node } = root.child;
    if (
      root.open &&
      'entries' in node &&
      (isClass(node) || node.entries.some(({ value }) => value.type === 'primitive' && value.of === 'function'))
    )
      void renew();
  };
  /** The first level as the engine knows it: with getters, and signatures of functions. */
  async function renew(): Promise<void> {
    const mine = turn;
    const answer = await look({ of: 'children', path: [], from: 0, count: pageSize }).catch(() => undefined);
    if (!answer || mine !== turn) return;
    for (const row of root.rows ?? []) {
      const child = isGap(row) ? undefined : answer.children[row.path.at(-1)!];
      if (isGap(row) || !child || row.open) continue;
      row.child = child;
      write(row);
    }
    const known = root.rows?.length ?? 0;
    if (answer.total > root.total) fillIn(root, known, answer.children.slice(known), answer.total);
    insert(root);
  }
  element.addEventListener('pointerenter', wake);
  element.addEventListener('focusin', wake);

  return {
    show: (node) => {
      turn++;
      const held = current && tree.contains(document.activeElement) ? (rowOf.get(current) as TreeRow | Gap) : undefined;
      const path = held && (isGap(held) ? held.parent.path : held.path);
      rowOf.clear();
      tree.replaceChildren();
      root = makeRow({ key: '', node }, [], undefined);
      tree.append(root.element);
      focus(root.element, false);
      if (opened.has('')) void open(root);
      tools?.renewed();
      if (!path) return;
      const mine = turn;
      void reveal(path, isHeld).then((row) => {
        if (mine === turn && isHeld()) focus((row ?? root).element);
      });
    },
    dispose: () => {
      turn = -1;
      tools?.dispose();
      element.removeEventListener('pointerenter', wake);
      element.removeEventListener('focusin', wake);
    },
  };
}
