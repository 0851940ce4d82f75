/* Completion, help and signatures in an editor. The list opens while one types and takes no key that was not meant for it: Enter
   belongs to the code until something in the list was chosen, Tab takes the first, Shift+Enter runs whatever is open. */

import './complete.css';
import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
  setSelectedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { selectNextOccurrence, selectSelectionMatches } from '@codemirror/search';
import { syntaxTree } from '@codemirror/language';
import { Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from '@codemirror/view';
import type { OpenEditor } from '../editors.ts';
import { h } from '../dom.ts';
import { callAt, localsAt, nameAt, placeAt, type Call } from './complete-place.ts';
import type { Help, Names, Offer } from './complete-names.ts';
import { problemAt } from './complete-problems.ts';

const hoverMs = 300,
  typingMs = 15;
const boosts: Readonly<Record<Offer['kind'], number>> = {
  option: 40,
  local: 30,
  member: 25,
  cell: 20,
  library: 10,
  inherited: 0,
  keyword: -10,
  global: -20,
};
const word = /^[\p{L}\p{N}_$]*$/u;

/** `load` gives what is known of names: asked for with the first name that is typed, so that who writes `6 * 7` does not wait for it. */
export function completion(editor: OpenEditor, load: () => Promise<Names>, say: (words: string) => void): Extension {
  let ready: Names | undefined;
  const named = async (): Promise<Names> => (ready ??= await load());
  const helpOn = async (path: readonly string[]): Promise<Help | undefined> => (await named()).help(path, editor.id());

  const source = (context: CompletionContext): CompletionResult | Promise<CompletionResult | null> | null => {
    const { state, pos, explicit } = context;
    const place = placeAt(syntaxTree(state), state.doc, pos);
    if (place === undefined || (!explicit && place.kind !== 'member' && place.from === pos)) return null;
    const answer = (loaded: Names): CompletionResult | Promise<CompletionResult> => {
      const offers =
        place.kind === 'member'
          ? loaded.members(place.path, place.object)
          : place.kind === 'option'
            ? loaded.options(place.path, place.given)
            : loaded.names(editor.id(), localsAt(syntaxTree(state), state.doc, pos));
      const result = (list: readonly Offer[]): CompletionResult => ({ from: place.from, options: list.map(optionOf), validFor: word });
      return 'then' in offers ? offers.then(result) : result(offers);
    };
    return ready === undefined ? named().then(answer) : answer(ready);
  };

  const optionOf = (offer: Offer): Completion => ({
    label: offer.name,
    type: offer.kind,
    boost: boosts[offer.kind],
    ...(offer.what === '' ? {} : { detail: offer.what }),
    ...(offer.kind === 'option' ? { apply: `${offer.name}: ` } : {}),
    ...(offer.path.length === 0
      ? {}
      : {
          info: async () => {
            const help = await helpOn(offer.path);
            return help === undefined ? null : helpNode(help);
          },
        }),
  });

  const choose = (view: EditorView): boolean => {
    if (completionStatus(view.state) !== 'active') return false;
    if (selectedCompletion(view.state) === null) view.dispatch({ effects: setSelectedCompletion(0) });
    return acceptCompletion(view);
  };
  const showHelp = (view: EditorView): boolean => {
    const at = view.state.selection.main.head;
    const problem = problemAt(view.state, at);
    const name = nameAt(syntaxTree(view.state), view.state.doc, at, -1);
    const put = (node: HTMLElement, pos: number): void => {
      say(node.textContent);
      view.dispatch({ effects: setPinned.of(pinned(pos, () => node)) });
    };
    if (problem !== undefined) put(problemNode(problem.message), problem.from);
    else if (name !== undefined)
      void helpOn(name.path).then((help) => {
        if (help === undefined) say(`There is no help on ${name.path.join('.')}.`);
        else if (view.state.selection.main.head === at) put(helpNode(help), name.from);
      });
    return true;
  };

  return [
    autocompletion({
      override: [source],
      icons: false,
      selectOnOpen: false,
      defaultKeymap: false,
      activateOnTypingDelay: typingMs,
      updateSyncTime: 40,
      interactionDelay: 0,
      maxRenderedOptions: 80,
      tooltipClass: () => 'sheet complete',
      optionClass: ({ type }) => `is-${type ?? ''}`,
    }),
    Prec.highest(
      keymap.of([
        { key: 'Ctrl-Space', run: (view) => startCompletion(view) },
        { key: 'ArrowDown', run: moveCompletionSelection(true) },
        { key: 'ArrowUp', run: moveCompletionSelection(false) },
        { key: 'PageDown', run: moveCompletionSelection(true, 'page') },
        { key: 'PageUp', run: moveCompletionSelection(false, 'page') },
        { key: 'Enter', run: (view) => selectedCompletion(view.state) !== null && acceptCompletion(view) },
        { key: 'Tab', run: choose },
        { key: 'Mod-i', run: showHelp },
        { key: 'Mod-d', run: selectNextOccurrence, preventDefault: true },
        { key: 'Mod-Shift-l', run: selectSelectionMatches },
      ]),
    ),
    hoverTooltip(
      async (view, pos, side) => {
        const problem = problemAt(view.state, pos);
        if (problem !== undefined)
          return { pos: problem.from, end: problem.to, above: false, create: () => ({ dom: problemNode(problem.message) }) };
        const name = nameAt(syntaxTree(view.state), view.state.doc, pos, side);
        const help = name && (await helpOn(name.path));
        return name && help ? { pos: name.from, end: name.to, above: false, create: () => ({ dom: helpNode(help) }) } : null;
      },
      { hoverTime: hoverMs, hideOnChange: true },
    ),
    signatures(helpOn),
  ];
}

/** Closes what completion and help have open; whether there was something. */
export function closeOpen(view: EditorView): boolean {
  const pinnedOpen = view.state.field(pinnedField, false) != null,
    call = view.state.field(signatureField, false)?.tooltip != null;
  if (completionStatus(view.state) !== null && closeCompletion(view)) return true;
  if (!pinnedOpen && !call) return false;
  view.dispatch({ effects: [setPinned.of(undefined), setSignature.of(undefined)] });
  return true;
}

/** Signature in mono, the first sentence of its docstring, the cell it comes from. */
function helpNode({ signature, text, cell }: Help, argument?: number): HTMLElement {
  return h(
    'div',
    { class: 'sheet name-help' },
    h('code', {}, ...marked(signature, argument)),
    text === '' ? null : h('p', {}, sentences(text)),
    cell === undefined ? null : h('p', { class: 'quiet' }, 'Defined in ', h('a', { href: `#cell-${encodeURIComponent(cell)}` }, cell)),
  );
}

const problemNode = (message: string): HTMLElement => h('div', { class: 'sheet name-help is-problem' }, h('p', {}, message));

const sentences = (text: string): string => (text.length < 220 ? text : (/^.{20,}?[.:](?=\s)/.exec(text)?.[0] ?? `${text.slice(0, 200)}…`));

/** The signature with the argument that is being written set off. */
function marked(signature: string, argument: number | undefined): (string | Node)[] {
  const open = signature.indexOf('(');
  if (argument === undefined || open < 0) return [signature];
  let depth = 0,
    at = 0,
    from = open + 1;
  for (let i = open + 1; i < signature.length; i++) {
    const letter = signature[i]!;
    if (depth === 0 && (letter === ',' || letter === ')')) {
      if (at === argument) {
        const start = from + (signature[from] === ' ' ? 1 : 0);
        return [signature.slice(0, start), h('b', {}, signature.slice(start, i)), signature.slice(i)];
      }
      at++;
      from = i + 1;
      if (letter === ')') break;
    } else if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
  }
  return [signature];
}

// ---- help asked for by its key: stands until the caret moves
const setPinned = StateEffect.define<Tooltip | undefined>();
const pinned = (pos: number, make: () => HTMLElement): Tooltip => ({ pos, above: false, create: () => ({ dom: make() }) });
const pinnedField = StateField.define<Tooltip | undefined>({
  create: () => undefined,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(setPinned)) return effect.value;
    return transaction.docChanged || transaction.selection ? undefined : tooltip;
  },
  provide: (field) => showTooltip.from(field, (tooltip) => tooltip ?? null),
});

// ---- signature of the call that is being written
interface Signature {
  readonly call: Call;
  readonly tooltip: Tooltip | undefined;
}
const setSignature = StateEffect.define<Signature | undefined>();
const signatureField = StateField.define<Signature | undefined>({
  create: () => undefined,
  update(signature, transaction) {
    for (const effect of transaction.effects) if (effect.is(setSignature)) return effect.value;
    if (signature === undefined || !(transaction.docChanged || transaction.selection)) return signature;
    const { state } = transaction;
    const call = callAt(syntaxTree(state), state.doc, state.selection.main.head);
    return call?.from === signature.call.from && call.argument === signature.call.argument ? signature : undefined;
  },
  provide: (field) => showTooltip.from(field, (signature) => signature?.tooltip ?? null),
});

function signatures(helpOn: (path: readonly string[]) => Promise<Help | undefined>): Extension {
  let asked = '';
  return [
    pinnedField,
    signatureField,
    EditorView.updateListener.of(({ view, state, docChanged, transactions }) => {
      if (!docChanged || !transactions.some((transaction) => transaction.isUserEvent('input'))) return;
      const call = callAt(syntaxTree(state), state.doc, state.selection.main.head);
      const key = call === undefined ? '' : `${call.path.join('.')} ${call.argument} ${call.from}`;
      if (call === undefined || (key === asked && state.field(signatureField) !== undefined)) {
        asked = key;
        return;
      }
      asked = key;
      void helpOn(call.path).then((help) => {
        if (asked !== key || help === undefined || !help.signature.includes('(') || !view.hasFocus) return;
        const now = callAt(syntaxTree(view.state), view.state.doc, view.state.selection.main.head);
        if (now === undefined || now.from !== call.from) return;
        const tooltip: Tooltip = { pos: now.from, above: true, create: () => ({ dom: helpNode(help, now.argument) }) };
        view.dispatch({ effects: setSignature.of({ call: now, tooltip }) });
      });
    }),
    EditorView.domEventHandlers({
      blur: (_event, view) => {
        asked = '';
        if (view.state.field(signatureField) || view.state.field(pinnedField))
          queueMicrotask(() => view.dispatch({ effects: [setSignature.of(undefined), setPinned.of(undefined)] }));
      },
    }),
  ];
}
