/* The code editor of one cell: CodeMirror with the metrics and the colours of the static code, so that no pixel moves
   when it takes its place. A chunk of its own, loaded with the first cell that is entered. */

import { EditorState, StateEffect, StateField, Compartment, RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, keymap, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { javascript } from '@codemirror/lang-javascript';
import { tagHighlighter, tags } from '@lezer/highlight';
import type { ErrorInfo } from '../output/types.ts';
import { squiggleOf } from './squiggle.ts';

export interface EditorOptions {
  readonly id: string;
  readonly code: string;
  readonly language: string;
  readonly selection: { readonly anchor: number; readonly head: number } | undefined;
  /** Names of other cells: coloured as such. */
  readonly names: readonly string[];
  readonly changed: () => void;
  readonly left: () => void;
}

export interface Editor {
  readonly element: HTMLElement;
  code(): string;
  setCode(code: string): void;
  setNames(names: readonly string[]): void;
  markError(error: ErrorInfo | undefined): void;
  /** `keep` leaves the selection where it is. */
  focus(place?: 'keep' | { readonly line: number; readonly column: number }): void;
  rename(id: string): void;
  dispose(): void;
}

const colours = tagHighlighter([
  {
    tag: [
      tags.keyword,
      tags.bool,
      tags.null,
      tags.self,
      tags.modifier,
      tags.operatorKeyword,
      tags.controlKeyword,
      tags.definitionKeyword,
      tags.moduleKeyword,
    ],
    class: 'k',
  },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character], class: 's' },
  { tag: [tags.number], class: 'n' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: 'c' },
]);

const setError = StateEffect.define<ErrorInfo | undefined>();
const setNames = StateEffect.define<ReadonlySet<string>>();

const errorField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setError)) next = errorMarks(transaction.state, effect.value);
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const namesField = StateField.define<ReadonlySet<string>>({
  create: () => new Set(),
  update: (names, transaction) => transaction.effects.reduce((now, effect) => (effect.is(setNames) ? effect.value : now), names),
});

function errorMarks(state: EditorState, error: ErrorInfo | undefined): DecorationSet {
  if (error?.line === undefined) return Decoration.none;
  const place = squiggleOf(state.doc.toString(), error.line, error.column ?? 1);
  if (place === undefined) return Decoration.none;
  const marks = [Decoration.line({ class: 'bad' }).range(place.lineStart)];
  if (place.to > place.from) marks.push(Decoration.mark({ class: 'squiggle' }).range(place.from, place.to));
  return Decoration.set(marks, true);
}

const foreignNames = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = nameMarks(view);
    }
    update(update: ViewUpdate): void {
      if (
        update.docChanged ||
        update.viewportChanged ||
        syntaxTree(update.startState) !== syntaxTree(update.state) ||
        update.startState.field(namesField) !== update.state.field(namesField)
      )
        this.decorations = nameMarks(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const foreign = Decoration.mark({ class: 'x foreign' });

function nameMarks(view: EditorView): DecorationSet {
  const names = view.state.field(namesField),
    marks = new RangeSetBuilder<Decoration>();
  if (names.size > 0) {
    for (const { from, to } of view.visibleRanges) {
      syntaxTree(view.state).iterate({
        from,
        to,
        enter: (node) => {
          if (node.name === 'VariableName' && names.has(view.state.sliceDoc(node.from, node.to))) marks.add(node.from, node.to, foreign);
        },
      });
    }
  }
  return marks.finish();
}

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'inherit' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', fontSize: 'inherit', lineHeight: 'inherit', overflow: 'visible' },
  '.cm-content': { padding: '0', caretColor: 'var(--ink)', fontVariantLigatures: 'none' },
  '.cm-line': { padding: '0' },
  '.cm-line.bad': { background: 'var(--red-wash)', margin: '0 calc(-1 * var(--bleed))', padding: '0 var(--bleed)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    background: 'none',
    textDecoration: 'underline',
    textUnderlineOffset: '0.22em',
  },
  '.foreign': {
    color: 'var(--c-foreign)',
    textDecoration: 'underline dotted 1.5px',
    textUnderlineOffset: '0.22em',
    textDecorationColor: 'color-mix(in oklch, var(--blue) 55%, transparent)',
  },
});

function language(name: string): Extension {
  if (name === 'ts' || name === 'tsx') return javascript({ typescript: true, jsx: name === 'tsx' });
  return name === 'js' ? javascript() : [];
}

export function openEditor(options: EditorOptions): Editor {
  const attributes = new Compartment();
  const named = (id: string): Extension =>
    EditorView.contentAttributes.of({
      'aria-label': `Code of ${id}`,
      'aria-multiline': 'true',
      spellcheck: 'false',
      autocorrect: 'off',
      autocapitalize: 'off',
    });
  const length = options.code.length;
  const selection =
    options.selection === undefined
      ? {}
      : { selection: { anchor: Math.min(length, options.selection.anchor), head: Math.min(length, options.selection.head) } };
  let quiet = false;
  const view = new EditorView({
    state: EditorState.create({
      doc: options.code,
      ...selection,
      extensions: [
        history(),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        indentOnInput(),
        bracketMatching(),
        language(options.language),
        syntaxHighlighting(colours),
        keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
        attributes.of(named(options.id)),
        theme,
        errorField,
        namesField,
        foreignNames,
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.changed();
          if (update.focusChanged && !update.view.hasFocus) options.left();
        }),
      ],
    }),
  });
  view.dom.classList.add('ed');
  view.dispatch({ effects: setNames.of(new Set(options.names)) });
  return {
    element: view.dom,
    code: () => view.state.doc.toString(),
    setCode(code) {
      if (code === view.state.doc.toString()) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: code } });
      quiet = false;
    },
    setNames: (names) => view.dispatch({ effects: setNames.of(new Set(names)) }),
    markError: (error) => view.dispatch({ effects: setError.of(error) }),
    focus(place) {
      view.focus();
      if (place === 'keep') return;
      const line = place === undefined ? undefined : view.state.doc.line(Math.min(Math.max(1, place.line), view.state.doc.lines));
      const at = line === undefined ? view.state.selection.main.head : Math.min(line.to, line.from + (place?.column ?? 1) - 1);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'nearest' }) });
    },
    rename: (id) => view.dispatch({ effects: attributes.reconfigure(named(id)) }),
    dispose: () => view.destroy(),
  };
}
