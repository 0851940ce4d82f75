/* Folding without a gutter: a small mark in the margin of the line under the pointer or under a finger, the keys of CodeMirror, and
   at the end of a folded line what stands there instead. The mark lies over the code and moves nothing. */

import type { Extension } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';
import { codeFolding, foldEffect, foldable, foldedRanges, unfoldEffect } from '@codemirror/language';
import { h, icon } from './dom.ts';

const marker = ViewPlugin.fromClass(
  class {
    readonly view: EditorView;
    readonly mark: HTMLButtonElement;
    line = -1;
    constructor(view: EditorView) {
      this.view = view;
      this.mark = h(
        'button',
        { type: 'button', class: 'fold-mark', tabindex: '-1', hidden: true, 'aria-hidden': 'true', title: 'Fold (Ctrl Shift [)' },
        icon('open'),
      );
      this.mark.addEventListener('mousedown', (event) => event.preventDefault()); // the caret stays where it is
      this.mark.addEventListener('click', () => this.fold());
      view.dom.append(this.mark);
      view.dom.addEventListener('pointermove', this.onPoint);
      view.dom.addEventListener('pointerdown', this.onPoint);
      view.dom.addEventListener('pointerleave', this.hide);
    }
    readonly onPoint = (event: PointerEvent): void => {
      if (this.mark.contains(event.target as Node)) return;
      const { top } = this.view.contentDOM.getBoundingClientRect();
      const block = this.view.lineBlockAtHeight(event.clientY - top);
      if (block.from === this.line) return;
      this.line = block.from;
      this.place();
    };
    readonly hide = (): void => {
      this.line = -1;
      this.mark.hidden = true;
    };
    place(): void {
      const { state } = this.view;
      const line = this.line < 0 || this.line > state.doc.length ? undefined : state.doc.lineAt(this.line);
      const range = line === undefined ? null : (this.folded() ?? foldable(state, line.from, line.to));
      this.mark.hidden = range === null;
      if (line === undefined || range === null) return;
      this.mark.classList.toggle('folded', this.folded() !== undefined);
      this.mark.style.top = `${this.view.lineBlockAt(line.from).top}px`;
    }
    folded(): { from: number; to: number } | undefined {
      const { state } = this.view;
      const line = state.doc.lineAt(this.line);
      let found: { from: number; to: number } | undefined;
      foldedRanges(state).between(line.from, line.to, (from, to) => {
        found ??= { from, to };
      });
      return found;
    }
    fold(): void {
      const { state } = this.view;
      if (this.line < 0 || this.line > state.doc.length) return;
      const line = state.doc.lineAt(this.line),
        open = this.folded(),
        range = foldable(state, line.from, line.to);
      if (open !== undefined) this.view.dispatch({ effects: unfoldEffect.of(open) });
      else if (range !== null) this.view.dispatch({ effects: foldEffect.of(range) });
      this.place();
    }
    update(): void {
      if (!this.mark.hidden) this.hide();
    }
    destroy(): void {
      this.mark.remove();
      this.view.dom.removeEventListener('pointermove', this.onPoint);
      this.view.dom.removeEventListener('pointerdown', this.onPoint);
      this.view.dom.removeEventListener('pointerleave', this.hide);
    }
  },
);

const theme = EditorView.baseTheme({
  '.fold-mark': {
    position: 'absolute',
    left: '-1.2rem',
    width: '1.2rem',
    height: 'var(--lh-code)',
    display: 'grid',
    placeItems: 'center',
    color: 'var(--ink-3)',
  },
  '.fold-mark[hidden]': { display: 'none' },
  '.fold-mark:hover': { color: 'var(--blue)' },
  '.fold-mark .i': { width: '0.75rem', height: '0.75rem', transform: 'rotate(90deg)' },
  '.fold-mark.folded .i': { transform: 'none' },
  '.fold-rest': {
    color: 'var(--blue)',
    background: 'var(--blue-wash)',
    padding: '0 0.35em',
    borderRadius: 'var(--r-control)',
    cursor: 'pointer',
  },
});

export const folding = (): Extension => [
  codeFolding({
    preparePlaceholder: (state, { from, to }) => state.doc.lineAt(to).number - state.doc.lineAt(from).number,
    placeholderDOM: (_view, onclick, lines: number) => {
      const words = `${lines} ${lines === 1 ? 'line' : 'lines'} folded`;
      return h('span', { class: 'fold-rest', title: 'Unfold', 'aria-label': words, onclick }, `… ${lines}`);
    },
  }),
  marker,
  theme,
];
