/* Errors while one types: what does not parse or is refused gets its wavy line once the keys rest, without running anything. Names of
   other cells are coloured by the same look at the code. */

import { StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { setNames } from '../colours.ts';
import type { NotebookContext } from '../context.ts';
import type { OpenEditor } from '../editors.ts';
import { squiggleOf } from '../squiggle.ts';

const restMs = 400;

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

const setProblem = StateEffect.define<Problem | undefined>();
const field = StateField.define<{ readonly problem: Problem | undefined; readonly marks: DecorationSet }>({
  create: () => ({ problem: undefined, marks: Decoration.none }),
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setProblem)) continue;
      const problem = effect.value;
      if (problem === undefined) return { problem, marks: Decoration.none };
      return {
        problem,
        marks: Decoration.set(
          Decoration.mark({ class: 'squiggle', attributes: { 'aria-invalid': 'true' } }).range(problem.from, problem.to),
        ),
      };
    }
    if (!transaction.docChanged || value.problem === undefined) return value;
    const from = transaction.changes.mapPos(value.problem.from, 1),
      to = transaction.changes.mapPos(value.problem.to, -1);
    return to > from
      ? { problem: { ...value.problem, from, to }, marks: value.marks.map(transaction.changes) }
      : { problem: undefined, marks: Decoration.none };
  },
  provide: (from) => EditorView.decorations.from(from, ({ marks }) => marks),
});

/** What is wrong at a place, while typing or since the cell ran. */
export function problemAt(state: EditorState, at: number): Problem | undefined {
  const problem = state.field(field, false)?.problem;
  if (problem !== undefined && at >= problem.from && at <= problem.to) return problem;
  const ran = state.field(runError, false);
  return ran !== undefined && at >= ran.from && at <= ran.to ? ran : undefined;
}

const setRunError = StateEffect.define<Problem | undefined>();
/** The error of the last run, where it stands: its mark is drawn by the editor. */
const runError = StateField.define<Problem | undefined>({
  create: () => undefined,
  update(problem, transaction) {
    for (const effect of transaction.effects) if (effect.is(setRunError)) return effect.value;
    return transaction.docChanged ? undefined : problem;
  },
});

export function problems({ session, live }: NotebookContext, editor: OpenEditor): Extension {
  let timer: ReturnType<typeof setTimeout> | undefined,
    last = 0;
  const names = (): ReadonlyMap<string, string> => {
    const owners = new Map<string, string>();
    for (const id of live.ids())
      if (id !== editor.id()) for (const name of session.cell(id)?.defines ?? []) if (!name.startsWith('_')) owners.set(name, id);
    return owners;
  };
  const check = async (view: EditorView): Promise<void> => {
    const mine = ++last,
      { doc } = view.state,
      code = doc.toString();
    const analysis = await session.analyse(code, editor.language);
    if (mine !== last || view.state.doc !== doc) return;
    const { error } = analysis;
    const place = error === undefined ? undefined : squiggleOf(code, error.line, error.column);
    let problem: Problem | undefined;
    if (error !== undefined && place !== undefined) {
      // At the end of a line there is nothing to underline: then what stands before it.
      const from = place.to > place.from ? place.from : Math.max(place.lineStart, place.from - 1);
      const to = place.to > place.from ? place.to : Math.min(doc.length, Math.max(place.from, from + 1));
      if (to > from) problem = { from, to, message: error.message };
    }
    const owners = names();
    const read = analysis.error === undefined ? analysis.reads.filter((name) => owners.has(name)) : undefined;
    view.dispatch({ effects: [setProblem.of(problem), ...(read === undefined ? [] : [setNames.of(new Set(read))])] });
  };
  return [
    field,
    runError,
    ViewPlugin.fromClass(
      class {
        readonly stop: () => void;
        constructor(view: EditorView) {
          this.stop = session.subscribe((change) => {
            if (change.cells?.has(editor.id())) queueMicrotask(() => this.follow(view));
          });
          queueMicrotask(() => this.follow(view));
        }
        follow(view: EditorView): void {
          const status = session.cell(editor.id());
          const error = status?.state === 'error' ? status.error : undefined;
          const code = view.state.doc.toString();
          const place = error?.line === undefined || code !== status?.code ? undefined : squiggleOf(code, error.line, error.column ?? 1);
          const next =
            error === undefined || place === undefined
              ? undefined
              : { from: place.from, to: Math.max(place.to, place.from), message: error.message };
          if (next !== undefined || view.state.field(runError) !== undefined) view.dispatch({ effects: setRunError.of(next) });
        }
        update({ docChanged, view }: ViewUpdate): void {
          if (!docChanged) return;
          clearTimeout(timer);
          timer = setTimeout(() => void check(view).catch(() => undefined), restMs);
        }
        destroy(): void {
          clearTimeout(timer);
          last++;
          this.stop();
        }
      },
    ),
  ];
}
