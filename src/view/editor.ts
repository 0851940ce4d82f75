/* The code editor of one cell: CodeMirror with the metrics and the colours of the static code, so that no pixel moves
   when it takes its place. A chunk of its own, loaded with the first cell that is entered. There is no history in it: undo is the
   session's, over all cells. Completion, help and the like are added by features, see editors.ts. */

import { EditorState, StateEffect, StateField, Compartment, type Extension } from '@codemirror/state';
import { Decoration, EditorView, drawSelection, dropCursor, keymap, rectangularSelection, type DecorationSet } from '@codemirror/view';
import { defaultKeymap, indentWithTab, simplifySelection } from '@codemirror/commands';
import { bracketMatching, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { javascript } from '@codemirror/lang-javascript';
import type { ErrorInfo } from '../output/types.ts';
import { codeColours, setNames, type Token } from './colours.ts';
import { editorOpened, onEscape } from './editors.ts';
import { folding } from './folding.ts';
import { squiggleOf } from './squiggle.ts';

export interface EditorOptions {
  readonly id: string;
  readonly code: string;
  readonly language: string;
  readonly selection: { readonly anchor: number; readonly head: number } | undefined;
  /** Names of other cells: coloured as such. */
  readonly names: readonly string[];
  /** The colours in which `code` stands in the page; absent: the editor's own. */
  readonly tokens?: readonly Token[] | undefined;
  readonly changed: () => void;
  readonly left: () => void;
}

export interface Editor {
  readonly element: HTMLElement;
  code(): string;
  /** Text that came from elsewhere; the caret stays with its letters, and goes to the change where the editor has the focus. */
  /** `keep`: the caret stays with its letters; else it goes to where the text changed. */
  setCode(code: string, caret?: 'keep'): void;
  setNames(names: readonly string[]): void;
  markError(error: ErrorInfo | undefined): void;
  /** `keep` leaves the selection where it is. */
  focus(place?: 'keep' | { readonly line: number; readonly column: number }): void;
  rename(id: string): void;
  dispose(): void;
}

const setError = StateEffect.define<ErrorInfo | undefined>();

const errorField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = transaction.docChanged ? marks.map(transaction.changes) : marks;
    for (const effect of transaction.effects) if (effect.is(setError)) next = errorMarks(transaction.state, effect.value);
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function errorMarks(state: EditorState, error: ErrorInfo | undefined): DecorationSet {
  if (error?.line === undefined) return Decoration.none;
  const place = squiggleOf(state.doc.toString(), error.line, error.column ?? 1);
  if (place === undefined) return Decoration.none;
  const marks = [Decoration.line({ class: 'bad' }).range(place.lineStart)];
  if (place.to > place.from) marks.push(Decoration.mark({ class: 'squiggle' }).range(place.from, place.to));
  return Decoration.set(marks, true);
}

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'inherit' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', fontSize: 'inherit', lineHeight: 'inherit', overflow: 'visible' },
  '.cm-content': { padding: '0', caretColor: 'var(--blue)', fontVariantLigatures: 'none' },
  '.cm-line': { padding: '0' },
  '.cm-line.bad': { background: 'var(--red-wash)', margin: '0 calc(-1 * var(--bleed))', padding: '0 var(--bleed)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--blue-wash)' },
  '.cm-cursor, .cm-dropCursor': { borderLeft: '1.5px solid var(--blue)', marginLeft: '-0.75px' },
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

/** One caret and what it selects are the browser's to draw: drawn here they were a fifth of what a key costs. Several are drawn here. */
function severalCarets(): Extension {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const drawn = drawSelection({ cursorBlinkRate: still ? 0 : 1200 });
  const layer = new Compartment();
  return [
    layer.of([]),
    EditorState.transactionExtender.of(({ startState, newSelection }) => {
      const several = newSelection.ranges.length > 1;
      return several === (layer.get(startState) === drawn) ? null : { effects: layer.reconfigure(several ? drawn : []) };
    }),
  ];
}

/** Esc in an editor takes several carets, or a selection, back to one caret first. */
const escapes = (): (() => void) => onEscape((view) => view.state.selection.ranges.length > 1 && simplifySelection(view));
let escaping: (() => void) | undefined;

export function openEditor(options: EditorOptions): Editor {
  escaping ??= escapes();
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
  let quiet = false,
    id = options.id;
  const view = new EditorView({
    state: EditorState.create({
      doc: options.code,
      ...selection,
      extensions: [
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        EditorState.allowMultipleSelections.of(true),
        EditorView.clickAddsSelectionRange.of((event) => event.altKey && !event.shiftKey), // Mod+click follows a name
        severalCarets(),
        dropCursor(),
        rectangularSelection({ eventFilter: (event) => event.altKey && event.shiftKey }),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        folding(),
        language(options.language),
        codeColours(options.names, options.tokens),
        keymap.of([...closeBracketsKeymap, indentWithTab, ...foldKeymap, ...defaultKeymap]),
        attributes.of(named(options.id)),
        theme,
        errorField,
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.changed();
          if (update.focusChanged && !update.view.hasFocus) options.left();
        }),
      ],
    }),
  });
  view.dom.classList.add('ed');
  const closed = editorOpened({
    view,
    id: () => id,
    language: options.language,
    extend: (extension) => view.dispatch({ effects: StateEffect.appendConfig.of(extension) }),
  });
  return {
    element: view.dom,
    code: () => view.state.doc.toString(),
    setCode(code, caret) {
      const before = view.state.doc.toString();
      if (code === before) return;
      let from = 0,
        end = 0;
      const most = Math.min(before.length, code.length);
      while (from < most && before[from] === code[from]) from++;
      while (end < most - from && before[before.length - 1 - end] === code[code.length - 1 - end]) end++;
      const insert = code.slice(from, code.length - end);
      quiet = true;
      view.dispatch({
        changes: { from, to: before.length - end, insert },
        ...(view.hasFocus && caret !== 'keep'
          ? { selection: { anchor: from + insert.length }, effects: EditorView.scrollIntoView(from + insert.length, { y: 'nearest' }) }
          : {}),
      });
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
    rename: (name) => {
      id = name;
      view.dispatch({ effects: attributes.reconfigure(named(name)) });
    },
    dispose: () => {
      closed();
      view.destroy();
    },
  };
}
