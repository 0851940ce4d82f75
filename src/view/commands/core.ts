/* The commands that every reader may need at once: run, stop, move between cells, add and delete one, undo, save, download. The
   rest of the table is implemented by the features. */

import type { NotebookContext } from '../context.ts';
import { download } from '../download.ts';
import type { CommandId } from './table.ts';
import type { Reason, Run } from './commands.ts';

export function implementCore(context: NotebookContext): () => void {
  const { session, options, voice, commands, selection, view, act, run, select, flushEdits } = context;
  const undo: (() => void)[] = [];
  const implement = (id: CommandId, work: Run, reason?: Reason): void => void undo.push(commands.implement(id, work, reason));
  const here = (cell?: string): string | undefined => cell ?? selection.head;
  /** For commands of a cell: does nothing where there is none. */
  const at =
    (work: (id: string, given: string | undefined) => void): Run =>
    (cell) => {
      const id = here(cell);
      if (id !== undefined && session.cell(id) !== undefined) work(id, cell);
    };
  const editing = (): boolean => document.activeElement?.closest('.code') != null;
  const edit = (id: string): void => {
    view(id)?.focusCode();
    view(id)?.element.scrollIntoView({ block: 'nearest' });
  };
  const step = (cell: string | undefined, by: 1 | -1): string | undefined => {
    const { ids } = session,
      index = cell === undefined ? -1 : ids.indexOf(cell);
    return index < 0 ? (by > 0 ? ids[0] : undefined) : ids[index + by];
  };
  // ---- run: several selected cells together
  const several = (cell?: string): readonly string[] | undefined =>
    selection.ids.length > 1 && (cell === undefined ? !editing() : selection.ids.includes(cell)) ? selection.ids : undefined;
  const runThese = (id: string, many: readonly string[] | undefined): void => {
    if (many === undefined) run(id);
    else act(() => session.runEvery(many.filter((one) => session.cell(one)?.run !== 'off')), new Set(many));
  };
  implement(
    'run-cell',
    at((id, given) => runThese(id, several(given))),
  );
  implement(
    'run-on',
    at((id, given) => {
      const inCode = editing(),
        many = several(given);
      runThese(id, many);
      const next = step(many?.at(-1) ?? id, 1); // the next cell, in the same mode
      if (next === undefined) {
        if (!inCode) select(id);
      } else if (inCode) edit(next);
      else select(next);
    }),
  );
  implement('run-all', () => {
    if (session.busy) act(() => session.stop());
    else act(() => session.runAll(), 'all');
  });
  implement(
    'run-stale',
    () => act(() => session.runStale(), 'all'),
    () => (session.ids.some((id) => session.cell(id)?.state === 'stale') ? undefined : 'No cell is out of date.'),
  );
  implement('stop', () => act(() => session.stop()));
  implement('restart', () => act(() => session.restart()));

  implement('edit', at(edit));

  // ---- from cell to cell
  implement('next', (cell) => {
    const next = step(cell, 1);
    if (next !== undefined) select(next);
  });
  implement('previous', (cell) => {
    const before = step(cell, -1);
    if (before !== undefined) select(before);
  });
  implement('leave', at(select));

  // ---- the notebook
  implement('save', () =>
    act(() => {
      void session.flush().then(
        () => voice.say(session.saveError === undefined ? 'Saved' : `Not saved. ${session.saveError}`),
        (error: unknown) => voice.toast(error instanceof Error ? error.message : String(error)),
      );
    }),
  );
  implement('download', () => {
    flushEdits();
    download(session.text, `${options.name}.md`);
  });
  implement('save-copy', () => {
    flushEdits();
    options
      .saveCopy(session.text)
      .catch((error: unknown) => voice.toast(`The copy was not saved: ${error instanceof Error ? error.message : String(error)}`));
  });
  implement(
    'share',
    () => undefined,
    () => 'Sharing by link is not part of this version. Download gives the notebook as a file.',
  );

  return () => undo.forEach((take) => take());
}
