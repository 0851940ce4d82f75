/* The colours of code in an editor, from the editor's own syntax tree. They are those of the static code (analysis/tokens.ts, from
   the parser of the engine), class by class: colours.test.ts compares both. Until the first key the editor shows the tokens that
   it was given, so that nothing changes when it takes the place of static code, whatever state that is in. */

import { RangeSetBuilder, StateEffect, StateField, type EditorState } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import { syntaxTree } from '@codemirror/language';

type Tree = ReturnType<typeof syntaxTree>;
type SyntaxNode = Tree['topNode'];
type SyntaxNodeRef = Parameters<Parameters<Tree['iterate']>[0]['enter']>[0];

/** [start, end) with its class; `x` is a name that may be another cell's. */
export type Token = readonly [start: number, end: number, kind: 'k' | 's' | 'n' | 'c' | 'x'];

/** Names of other cells that the code uses. */
export const setNames = StateEffect.define<ReadonlySet<string>>();
const namesField = StateField.define<ReadonlySet<string>>({
  create: () => new Set(),
  update: (names, transaction) => transaction.effects.reduce((now, effect) => (effect.is(setNames) ? effect.value : now), names),
});
/** The tokens of the text as it was given; none once it has changed. */
const givenField = StateField.define<readonly Token[] | undefined>({
  create: () => undefined,
  update: (tokens, transaction) => (transaction.docChanged ? undefined : tokens),
});

/** Node names of the grammar that are words but no keywords. */
const notWords = /^(?:[A-Z].*|.*[^a-z].*)$/;
const whole: Readonly<Record<string, Token[2]>> = {
  String: 's',
  JSXAttributeValue: 's',
  RegExp: 's',
  Number: 'n',
  LineComment: 'c',
  BlockComment: 'c',
  Hashbang: 'c',
  BooleanLiteral: 'k',
  Privacy: 'k',
};

/** Calls `put` for each coloured stretch that touches `from` to `to`, in order. */
export function colourTree(
  tree: Tree,
  { doc }: EditorState,
  from: number,
  to: number,
  put: (from: number, to: number, kind: Token[2]) => void,
): void {
  tree.iterate({
    from,
    to,
    enter: (node: SyntaxNodeRef) => {
      const { name } = node;
      const kind = whole[name];
      if (kind !== undefined) {
        put(node.from, node.to, kind);
        return false;
      }
      if (templates.has(name)) put(node.from, holeAfter(node.node.firstChild)?.from ?? node.to, 's');
      else if (name === 'VariableName' || name === 'TypeName') {
        const word = node.to - node.from === 9 && doc.sliceString(node.from, node.to) === 'undefined' ? 'k' : 'x';
        if (word === 'k' || name === 'VariableName') put(node.from, node.to, word);
      } else if (!notWords.test(name) && node.to > node.from) put(node.from, node.to, 'k');
      return undefined;
    },
    leave: (node: SyntaxNodeRef) => {
      if (node.name !== 'Interpolation') return; // the text behind a hole of a template, up to the next one
      const end = holeAfter(node.node.nextSibling)?.from ?? node.node.parent?.to ?? node.to;
      if (end > node.to) put(node.to, end, 's');
    },
  });
}

const templates: ReadonlySet<string> = new Set(['TemplateString', 'TemplateType']);

function holeAfter(node: SyntaxNode | null): SyntaxNode | undefined {
  for (let at = node; at !== null; at = at.nextSibling) if (at.name === 'Interpolation') return at;
  return undefined;
}

const marks = Object.fromEntries(['k', 's', 'n', 'c'].map((kind) => [kind, Decoration.mark({ class: kind })]));
const foreign = Decoration.mark({ class: 'x foreign' });

function decorate(view: EditorView): DecorationSet {
  const { state } = view,
    names = state.field(namesField),
    given = state.field(givenField),
    builder = new RangeSetBuilder<Decoration>();
  const put = (from: number, to: number, kind: Token[2]): void => {
    const mark = kind === 'x' ? (names.has(state.sliceDoc(from, to)) ? foreign : undefined) : marks[kind];
    if (mark !== undefined) builder.add(from, to, mark);
  };
  for (const { from, to } of view.visibleRanges) {
    if (given === undefined) colourTree(syntaxTree(state), state, from, to, put);
    else for (const [start, end, kind] of given) if (end > from && start < to && end <= state.doc.length) put(start, end, kind);
  }
  return builder.finish();
}

const painter = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }
    update(update: ViewUpdate): void {
      const { startState: before, state: after } = update;
      if (
        update.docChanged ||
        update.viewportChanged ||
        before.field(namesField) !== after.field(namesField) ||
        (after.field(givenField) === undefined && syntaxTree(before) !== syntaxTree(after))
      )
        this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** Colours of code; `names` are those of other cells, `tokens` those of the text that the editor starts with. */
export const codeColours = (names: readonly string[], tokens: readonly Token[] | undefined) => [
  namesField.init(() => new Set(names)),
  givenField.init(() => tokens),
  painter,
];
