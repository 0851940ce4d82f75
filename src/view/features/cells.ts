/* The commands that change the list of cells: add text, delete and bring back, duplicate, cut, copy, paste, move, split, merge,
   text and code; undo and redo over all of it. After each the focus is where the reader goes on, what was done is said, and one
   undo takes it back. */

import './cells.css';
import { messageOf } from '../../base/errors.ts';
import type { FrameBlock, NewBlock, Place } from '../../session/types.ts';
import type { Feature } from '../context.ts';
import type { CommandId } from '../commands/table.ts';
import type { Reason, Run } from '../commands/commands.ts';
import { editorOf, editorOfCell } from '../editors.ts';
import { plural } from '../words.ts';
import { capital, focusBlock, focusedText, focusStep, named, soon, targets } from './blocks.ts';
import { copied, copyBlocks } from './clipboard.ts';
import { asNew, fromText } from './markdown.ts';

/** What was deleted, and where it stood. */
interface Deleted {
  readonly blocks: readonly NewBlock[];
  readonly name: string;
  /** The block before it, if there was one. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

export const cells: Feature = (context) => {
  const { session, commands, selection, voice, act, flushEdits } = context;
  const takeBack: (() => void)[] = [];
  const implement = (id: CommandId, run: Run, reason?: Reason): void => void takeBack.push(commands.implement(id, run, reason));
  const all = (cell?: string): readonly FrameBlock[] => targets(context, cell);
  const keys = (blocks: readonly FrameBlock[]): number[] => blocks.map(({ key }) => key);
  const none = (cell?: string): string | undefined => (all(cell).length === 0 ? 'No cell is selected.' : undefined);
  const at = (key: number): number => session.blocks.findIndex((block) => block.key === key);
  const language = (block: FrameBlock | undefined): string =>
    session.cell(block?.id ?? '')?.language ?? session.cell(session.ids[0] ?? '')?.language ?? 'ts';
  const deleted: Deleted[] = [];

  /** Does `work` to what is selected, and says what cannot be done. */
  const change = (id: CommandId, work: (blocks: readonly FrameBlock[]) => void, reason: Reason = none): void =>
    implement(
      id,
      (cell) => {
        flushEdits();
        try {
          work(all(cell));
        } catch (error) {
          voice.toast(messageOf(error));
        }
      },
      reason,
    );
  const insert = (place: Place, blocks: readonly NewBlock[]): number[] => {
    const made: number[] = [];
    let next = place;
    act(() => {
      for (const block of blocks) {
        const key = session.insertBlock(next, block);
        made.push(key);
        next = { after: key };
      }
    });
    return made;
  };
  const undo = (): void => {
    let step: ReturnType<typeof session.undo>;
    act(() => {
      step = session.undo();
    });
    if (step) focusStep(context, step);
    voice.say(step ? `Undone: ${step.label}` : 'Nothing to undo.');
  };
  const redo = (): void => {
    let step: ReturnType<typeof session.redo>;
    act(() => {
      step = session.redo();
    });
    if (step) focusStep(context, step);
    voice.say(step ? `Done again: ${step.label}` : 'Nothing to redo.');
  };
  const nothing = (): string | undefined => {
    flushEdits();
    return session.history.undo === undefined ? 'Nothing to undo.' : undefined;
  };

  // ---- delete and bring back
  const remove = (blocks: readonly FrameBlock[], verb: string): void => {
    const first = at(blocks[0]!.key),
      last = at(blocks.at(-1)!.key);
    const next =
      session.blocks.slice(last + 1).find(({ kind }) => kind === 'cell') ??
      session.blocks.slice(0, first).findLast(({ kind }) => kind === 'cell');
    const name = named(blocks);
    deleted.push({
      blocks: blocks.map((block) => asNew(block, session.notebook, session.ids)),
      name,
      after: session.blocks[first - 1]?.key,
      before: session.blocks[last + 1]?.key,
    });
    if (deleted.length > 100) deleted.shift();
    act(() => session.deleteBlocks(keys(blocks)));
    focusBlock(context, next?.key);
    const label = session.history.undo;
    voice.toast(`${verb} ${name}.`, () => {
      if (session.history.undo === label) undo();
      else commands.run('undelete');
    });
  };
  change('delete', (blocks) => remove(blocks, 'Deleted'));
  implement(
    'undelete',
    () => {
      const last = deleted.pop();
      if (last === undefined) return;
      const { after, before } = last;
      const place: Place =
        after !== undefined && at(after) >= 0
          ? { after }
          : before !== undefined && at(before) >= 0
            ? { before }
            : after === undefined
              ? 'start'
              : 'end';
      const made = insert(place, last.blocks);
      focusBlock(context, made[0]);
      voice.say(`Brought back ${last.name}.`);
    },
    () => (deleted.length === 0 ? 'Nothing was deleted since the notebook was opened.' : undefined),
  );

  // ---- copies
  change('duplicate', (blocks) => {
    let made: readonly number[] = [];
    act(() => {
      made = session.duplicateBlocks(keys(blocks));
    });
    focusBlock(context, made[0]);
    voice.say(`Duplicated ${named(blocks)}.`);
  });
  const copy = (blocks: readonly FrameBlock[]): void => copyBlocks(blocks.map((block) => asNew(block, session.notebook, session.ids)));
  change('copy', (blocks) => {
    copy(blocks);
    voice.say(`Copied ${named(blocks)}.`);
  });
  change('cut', (blocks) => {
    copy(blocks);
    remove(blocks, 'Cut');
  });
  const paste = (blocks: readonly NewBlock[], cell?: string, above = false): void => {
    const chosen = all(cell);
    const place: Place = chosen.length === 0 ? 'end' : above ? { before: chosen[0]!.key } : { after: chosen.at(-1)!.key };
    const made = insert(place, blocks);
    focusBlock(context, made.at(-1));
    voice.say(`Pasted ${plural(blocks.length, blocks.every(({ kind }) => kind === 'cell') ? 'cell' : 'block')}.`);
  };
  for (const id of ['paste', 'paste-above'] as const)
    implement(id, (cell) => {
      void copied().then((what) => {
        const blocks = typeof what === 'string' ? fromText(what, language(all(cell).at(-1))) : what;
        if (blocks.length === 0) voice.say('Nothing to paste.');
        else paste(blocks, cell, id === 'paste-above');
      });
    });

  // ---- places
  change('move-up', (blocks) => {
    const before = session.blocks[at(blocks[0]!.key) - 1];
    if (before === undefined) voice.say(`${capital(named(blocks))} ${blocks.length === 1 ? 'is' : 'are'} at the top.`);
    else move(blocks, { before: before.key }, 'up');
  });
  change('move-down', (blocks) => {
    const after = session.blocks[at(blocks.at(-1)!.key) + 1];
    if (after === undefined) voice.say(`${capital(named(blocks))} ${blocks.length === 1 ? 'is' : 'are'} at the end.`);
    else move(blocks, { after: after.key }, 'down');
  });
  function move(blocks: readonly FrameBlock[], place: Place, way: 'up' | 'down'): void {
    const head = selection.head,
      ids = blocks.flatMap(({ id }) => id ?? []);
    const held = blocks.find(({ id }) => id === head) ?? blocks[0]!;
    act(() => session.moveBlocks(keys(blocks), place));
    focusBlock(context, held.key);
    if (ids.length > 1) selection.set(head, head === ids[0] ? ids.at(-1) : ids[0]);
    voice.say(`Moved ${named(blocks)} ${way}.`);
  }

  // ---- split and merge
  implement('split', (cell) => {
    flushEdits();
    const id = cell ?? selection.head;
    const open = editorOf(document.activeElement) ?? (id === undefined ? undefined : editorOfCell(id));
    if (id === undefined || open === undefined || open.id() !== id) {
      voice.toast('Put the caret where the cell is to be split.');
      return;
    }
    const offset = open.view.state.selection.main.head;
    let made = '';
    act(() => {
      made = session.splitCell(id, offset);
    });
    requestAnimationFrame(() => context.go(made, 1, 1));
    voice.say(`Split into ${id} and ${made}.`);
  });
  change('merge', (blocks) => {
    const last = at(blocks.at(-1)!.key);
    const whole = blocks.length > 1 ? blocks : session.blocks.slice(last, last + 2);
    if (whole.length < 2) {
      voice.say('No cell is below this one.');
      return;
    }
    if (whole.some(({ kind }) => kind !== whole[0]!.kind)) {
      voice.toast(
        whole[0]!.kind === 'cell'
          ? 'Text stands below this cell. Only cells that follow each other can be merged.'
          : 'Only neighbours of one kind can be merged.',
      );
      return;
    }
    let key = whole[0]!.key;
    act(() => {
      key = session.mergeBlocks(keys(whole));
    });
    focusBlock(context, key);
    voice.say(`Merged ${plural(whole.length, 'cell')}.`);
  });

  // ---- new ones, beside text too, and into an empty notebook
  const beside = (blocks: readonly FrameBlock[], above: boolean): Place =>
    blocks.length === 0 ? 'end' : above ? { before: blocks[0]!.key } : { after: blocks.at(-1)!.key };
  for (const id of ['insert-above', 'insert-below'] as const)
    implement(id, (cell) => {
      flushEdits();
      const blocks = all(cell);
      const [key] = insert(beside(blocks, id === 'insert-above'), [{ kind: 'cell', language: language(blocks[0]), code: '' }]);
      const made = session.blocks.find((block) => block.key === key)?.id;
      if (made !== undefined) soon(() => (context.view(made)?.focusCode(), context.view(made) !== undefined));
    });
  implement('run-insert', (cell) => {
    const [block] = all(cell).slice(-1);
    if (block?.id === undefined) return;
    context.run(block.id);
    commands.run('insert-below', block.id);
  });
  implement('insert-text', (cell) => {
    flushEdits();
    const [key] = insert(beside(all(cell), false), [{ kind: 'prose', markdown: '' }]);
    focusBlock(context, key);
    soon(() => {
      if (focusedText(session.blocks)?.key !== key) return false;
      commands.run('edit-text');
      return true;
    });
  });

  // ---- text and code
  change('to-text', (blocks) => {
    let key: number | undefined;
    act(() => {
      for (const { id } of blocks) if (id !== undefined) key = session.toProse(id);
    });
    if (key === undefined) return;
    focusBlock(context, key);
    voice.say(`Made ${named(blocks)} text.`);
  });
  implement(
    'to-code',
    () => {
      const text = focusedText(session.blocks);
      if (text === undefined) return;
      let id = '';
      act(() => {
        id = session.toCell(text.key, language(undefined));
      });
      focusBlock(context, session.blocks.find((block) => block.id === id)?.key);
      voice.say(`Made the text a cell.`);
    },
    () => (focusedText(session.blocks) === undefined ? 'It is code.' : undefined),
  );

  // ---- undo
  implement('undo', undo, nothing);
  implement('undo-cell', undo, nothing);
  implement('redo', redo, () => (session.history.redo === undefined ? 'Nothing to redo.' : undefined));

  // Text that is pasted on a cell itself, from a mail or another notebook.
  const onPaste = (event: ClipboardEvent): void => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest('input, textarea, [contenteditable]:not([contenteditable="false"]), dialog, [popover]') !== null) return;
    if (target !== document.body && target.closest('[data-cell], [data-prose]') === null) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() === '' || selection.head === undefined) return;
    event.preventDefault();
    paste(fromText(text, language(undefined)));
  };
  const onCopy = (event: ClipboardEvent): void => {
    const cell = document.activeElement;
    if (!(cell instanceof HTMLElement) || cell.dataset['cell'] === undefined || !(getSelection()?.isCollapsed ?? true)) return;
    event.preventDefault();
    commands.run(event.type === 'cut' ? 'cut' : 'copy');
  };
  document.addEventListener('paste', onPaste);
  document.addEventListener('copy', onCopy);
  document.addEventListener('cut', onCopy);

  return () => {
    takeBack.forEach((back) => back());
    document.removeEventListener('paste', onPaste);
    document.removeEventListener('copy', onCopy);
    document.removeEventListener('cut', onCopy);
  };
};
