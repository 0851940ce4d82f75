/* A cell's code: static and coloured until the reader goes there, then CodeMirror with the same metrics. What was typed
   before the editor arrived is taken over with its selection. Edits reach the session when typing rests, and at most `longestMs` after
   the first letter. */

import type { CellStatus } from '../session/types.ts';
import type { ErrorInfo } from '../output/types.ts';
import type { Token } from './colours.ts';
import type { Editor } from './editor.ts';
import { h } from './dom.ts';
import { rebase, spliceOf } from '../base/rebase.ts';
import { squiggleOf } from './squiggle.ts';

export interface CodeOptions {
  readonly id: () => string;
  /** The code as the session has it now, drawn or not. */
  readonly code: () => string;
  readonly edit: (code: string) => void;
  /** Something typed waits to be handed to the session, or has been. */
  readonly pending: (waits: boolean) => void;
}

const restMs = 250,
  longestMs = 500;

export class CodeBox {
  readonly #box: HTMLElement;
  #pre: HTMLElement | undefined;
  #editor: Editor | undefined;
  #mounting: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the first letter came that the session does not have. */
  #since = 0;
  #shown: string;
  #status: CellStatus;
  #error: ErrorInfo | undefined;
  readonly #options: CodeOptions;

  constructor(box: HTMLElement, pre: HTMLElement, status: CellStatus, options: CodeOptions) {
    this.#box = box;
    this.#pre = pre;
    this.#status = status;
    this.#options = options;
    this.#shown = status.code;
    pre.addEventListener('focus', () => {
      void this.mount();
    });
    pre.addEventListener('input', () => this.#typed());
    const typed = textOf(pre, status.code);
    if (typed !== status.code) {
      this.#shown = typed;
      options.edit(typed);
    } // typed before the page was alive
    if (document.activeElement === pre) void this.mount();
  }

  get mounted(): boolean {
    return this.#editor !== undefined;
  }

  /** Follows the session: names, errors, and text that changed elsewhere (undo). */
  update(status: CellStatus): void {
    const before = this.#status;
    this.#status = status;
    const error = status.state === 'error' ? status.error : undefined;
    const moved = error?.line !== this.#error?.line || error?.column !== this.#error?.column;
    this.#error = error;
    // While something typed waits, or the reader is in the static code, `#reconcile` takes it in.
    const free = this.#timer === undefined && (this.#pre === undefined || document.activeElement !== this.#pre);
    const foreign = status.code !== this.#shown && free && status.code !== before.code;
    if (foreign) this.#shown = status.code;
    if (this.#editor !== undefined) {
      if (foreign) this.#editor.setCode(status.code, follows() ? 'keep' : undefined);
      if (before.uses !== status.uses) this.#editor.setNames(status.uses.map((use) => use.name));
      if (moved || before.error !== status.error) this.#editor.markError(error);
    } else if (this.#pre !== undefined && (foreign || moved) && document.activeElement !== this.#pre) paint(this.#pre, status, error);
  }

  rename(id: string): void {
    this.#pre?.setAttribute('aria-label', `Code of ${id}`);
    this.#editor?.rename(id);
  }

  /** Puts the caret at a place (from 1), at the end of the text without one. */
  async focus(place?: { readonly line: number; readonly column: number }): Promise<void> {
    this.#box.hidden = false;
    const arriving = this.#pre !== undefined;
    this.#pre?.focus({ preventScroll: true });
    await this.mount();
    if (arriving && !this.#box.contains(document.activeElement)) return; // the reader has gone on meanwhile
    this.#editor?.focus(place);
  }

  /** Hands to the session what was typed. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reconcile();
    this.#options.pending(false);
  }

  /** What was typed goes to the session; where its text has changed meanwhile (another tab), both are in it. */
  #reconcile(): void {
    const text = this.#editor?.code() ?? (this.#pre === undefined ? this.#shown : textOf(this.#pre, this.#shown));
    const now = this.#options.code();
    const both = now === this.#shown ? text : text === this.#shown ? now : rebase(this.#shown, text, now);
    this.#shown = both;
    if (both !== text) {
      if (this.#editor !== undefined) this.#editor.setCode(both, 'keep');
      else if (this.#pre !== undefined) replaceIn(this.#pre, text, both);
    }
    if (both !== now) this.#options.edit(both);
  }

  mount(): Promise<void> {
    const failed = (): void => {
      this.#mounting = undefined; // the static block can be written in; tried again when it is entered next
    };
    return (this.#mounting ??= import('./editor.ts').then(({ openEditor }) => {
      const pre = this.#pre;
      if (pre === undefined || !pre.isConnected) return;
      const code = textOf(pre, this.#shown),
        selection = selectionIn(pre),
        focused = document.activeElement === pre;
      const scroll = this.#box.scrollLeft;
      this.#editor = openEditor({
        id: this.#options.id(),
        code,
        selection,
        names: this.#status.uses.map((use) => use.name),
        tokens: code === this.#shown ? shownTokens(pre) : undefined,
        language: this.#status.language,
        changed: () => this.#typed(),
        left: () => this.flush(),
      });
      this.#pre = undefined;
      pre.replaceWith(this.#editor.element);
      this.#box.scrollLeft = scroll;
      if (focused) this.#editor.focus('keep');
      this.#editor.markError(this.#error);
      if (code !== this.#shown) this.#typed();
      else if (this.#options.code() !== this.#shown) this.#reconcile();
    }, failed));
  }

  dispose(): void {
    this.flush();
    this.#editor?.dispose();
  }

  #typed(): void {
    const now = performance.now();
    if (this.#timer === undefined) {
      this.#since = now;
      this.#options.pending(true);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), Math.min(restMs, this.#since + longestMs - now));
  }
}

/** Another text in a static block that may have the caret, which stays with its letters. */
function replaceIn(pre: HTMLElement, from: string, to: string): void {
  const caret = selectionIn(pre);
  pre.textContent = to;
  const letters = pre.firstChild;
  if (caret === undefined || letters === null) return;
  const { start, end, insert } = spliceOf(from, to);
  const moved = (at: number): number => Math.min(to.length, at <= start ? at : Math.max(start, at + insert.length - (end - start)));
  document.getSelection()?.setBaseAndExtent(letters, moved(caret.anchor), letters, moved(caret.head));
}

/** Another tab writes: what changes is no step of this reader's, so the caret stays where it is. */
const follows = (): boolean => (document.documentElement.dataset['tab'] ?? 'writes') !== 'writes';

/** The text of an editable block. Chromium ends a block whose last line is empty with one line break more. */
function textOf(pre: HTMLElement, before: string): string {
  const text = written(pre);
  return text !== before && text.endsWith('\n') && !before.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Text and line breaks: Chromium writes some as elements. */
function written(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? '';
  return node instanceof HTMLBRElement ? '\n' : Array.from(node.childNodes, written).join('');
}

/** The colours that the static code has: the editor starts with them. */
function shownTokens(pre: HTMLElement): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const walk = (node: Node, kind: Token[2] | undefined): void => {
    if (node.nodeType === Node.TEXT_NODE) {
      const end = at + (node.nodeValue?.length ?? 0);
      if (kind !== undefined && end > at) tokens.push([at, end, kind]);
      at = end;
      return;
    }
    const own = node instanceof HTMLElement ? kinds.find((name) => node.classList.contains(name)) : undefined;
    for (const child of node.childNodes) walk(child, own ?? kind);
  };
  walk(pre, undefined);
  return tokens;
}

const kinds = ['k', 's', 'n', 'c', 'x'] as const;

function selectionIn(pre: HTMLElement): { anchor: number; head: number } | undefined {
  const selection = document.getSelection();
  if (
    selection === null ||
    selection.anchorNode === null ||
    selection.focusNode === null ||
    !pre.contains(selection.anchorNode) ||
    !pre.contains(selection.focusNode)
  )
    return undefined;
  const offset = (node: Node, at: number): number => {
    const range = document.createRange();
    range.setStart(pre, 0);
    range.setEnd(node, at);
    return written(range.cloneContents()).length;
  };
  return { anchor: offset(selection.anchorNode, selection.anchorOffset), head: offset(selection.focusNode, selection.focusOffset) };
}

/** Colours the static code; the line of an error gets its wash and the place a wavy line. */
export function paint(pre: HTMLElement, status: Pick<CellStatus, 'code' | 'tokens' | 'uses'>, error?: ErrorInfo): void {
  const { code } = status;
  const owner = new Map(status.uses.map((use) => [use.name, use.cell]));
  const bad = error?.line === undefined ? undefined : squiggleOf(code, error.line, error.column ?? 1);
  const cuts = new Set([0, code.length, ...(bad === undefined ? [] : [bad.lineStart, bad.from, bad.to, bad.lineEnd])]);
  for (const [start, end] of status.tokens) {
    cuts.add(start);
    cuts.add(end);
  }
  const places = [...cuts].filter((at) => at >= 0 && at <= code.length).sort((a, b) => a - b);
  const lineBox = bad === undefined ? undefined : h('span', { class: 'ln bad' });
  const out: Node[] = [];
  let t = 0;
  for (let i = 0; i + 1 < places.length; i++) {
    const from = places[i]!,
      to = places[i + 1]!;
    while (t < status.tokens.length && status.tokens[t]![1] <= from) t++;
    const token = status.tokens[t];
    const text = code.slice(from, to),
      kind = token !== undefined && token[0] <= from && token[1] >= to ? token[2] : undefined;
    let node: Node = document.createTextNode(text);
    if (kind === 'x' && owner.has(text)) node = h('a', { class: 'x', href: `#cell-${owner.get(text)}` }, text);
    else if (kind !== undefined) node = h('span', { class: kind }, text);
    if (bad !== undefined && from >= bad.from && to <= bad.to) node = h('span', { class: 'squiggle' }, node);
    if (bad !== undefined && lineBox !== undefined && from >= bad.lineStart && to <= bad.lineEnd) {
      if (!lineBox.firstChild) out.push(lineBox);
      lineBox.append(node);
    } else out.push(node);
  }
  pre.replaceChildren(...out);
}
