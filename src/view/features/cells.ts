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
import { asNew, fromText, seamOf } from './markdown.ts';

/** What was deleted, and where it stood. */
interface Deleted {
  /** Of its blocks (texts may have others once it was brought back): while one of them is there (undone), it is not deleted. */
  keys: readonly number[];
  readonly blocks: readonly NewBlock[];
  readonly name: string;
  /** The block before it, if there was one. */
  readonly after: number | undefined;
  readonly before: number | undefined;
  /** Texts around it, which its deletion joined. */
  readonly between: readonly [before: string, after: string] | undefined;
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
  const isGone = ({ keys: own }: Deleted): boolean => own.every((key) => at(key) < 0);

  /** Does `work`, and says what cannot be done. */
  const attempt = (work: () => void): void => {
    try {
      flushEdits();
      work();
    } catch (error) {
      voice.toast(messageOf(error));
    }
  };
  const change = (id: CommandId, work: (blocks: readonly FrameBlock[], cell: string | undefined) => void, reason?: Reason): void =>
    implement(id, (cell) => attempt(() => work(all(cell), cell)), reason);
  /** The same for what needs a cell. */
  const changeSelected: typeof change = (id, work) => change(id, work, none);
  const insert = (place: Place, blocks: readonly NewBlock[]): number[] => {
    const made: number[] = [];
    let next = place;
    const all = (): void => {
      for (const block of blocks) {
        const key = session.insertBlock(next, block);
        made.push(key);
        next = { after: key };
      }
    };
    act(() => (blocks.length > 1 ? session.together(`Insert ${blocks.length} blocks`, all) : all()));
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
    const [above, below] = [session.blocks[first - 1], session.blocks[last + 1]];
    const record: Deleted = {
      keys: keys(blocks),
      blocks: blocks.map((block) => asNew(block, session.notebook, session.ids)),
      name,
      after: above?.key,
      before: below?.key,
      between: above?.kind === 'prose' && below?.kind === 'prose' ? [above.text, below.text] : undefined,
    };
    act(() => session.deleteBlocks(record.keys));
    // What was undone before and is deleted now is this record alone.
    const known = deleted.filter((other) => !other.keys.some((key) => record.keys.includes(key)));
    deleted.splice(0, deleted.length, ...known.slice(-99), record);
    focusBlock(context, next?.key);
    const { revision } = session;
    voice.toast(`${verb} ${name}.`, () =>
      attempt(() => {
        if (session.revision === revision) undo();
        else bringBack(record);
      }),
    );
  };
  const bringBack = (record: Deleted): void => {
    if (!isGone(record)) {
      focusBlock(
        context,
        record.keys.find((key) => at(key) >= 0),
      );
      voice.say(`${capital(record.name)} is back already.`);
      return;
    }
    const { after, before } = record;
    const blocks = record.blocks.map((block, i) => (block.kind === 'cell' ? { ...block, key: record.keys[i]! } : block));
    const place: Place =
      after !== undefined && at(after) >= 0
        ? { after }
        : before !== undefined && at(before) >= 0
          ? { before }
          : after === undefined
            ? 'start'
            : 'end';
    session.together(`Bring back ${record.name}`, () => {
      for (const { key, text } of record.between ? session.blocks.filter(({ kind }) => kind === 'prose') : []) {
        const seam = seamOf(text, ...record.between!);
        if (seam === undefined) continue;
        // First what is new, then what is taken away: nothing is lost where one of the two fails.
        const made = insert({ after: key }, [...blocks, { kind: 'prose', markdown: text.slice(seam) }]);
        act(() => session.replaceAll([{ key, text: text.slice(0, seam).trimEnd() }], 'Split the text'));
        record.keys = made.slice(0, -1);
        break;
      }
      if (isGone(record)) record.keys = insert(place, blocks);
    });
    focusBlock(context, record.keys[0]);
    voice.say(`Brought back ${record.name}.`);
  };
  changeSelected('delete', (blocks) => remove(blocks, 'Deleted'));
  change(
    'undelete',
    () => {
      const last = deleted.findLast(isGone);
      if (last !== undefined) bringBack(last);
    },
    () => (deleted.some(isGone) ? undefined : 'Nothing is deleted that was here since the notebook was opened.'),
  );

  // ---- copies
  changeSelected('duplicate', (blocks) => {
    let made: readonly number[] = [];
    act(() => {
      made = session.duplicateBlocks(keys(blocks));
    });
    focusBlock(context, made[0]);
    voice.say(`Duplicated ${named(blocks)}.`);
  });
  const copy = (blocks: readonly FrameBlock[]): void => copyBlocks(blocks.map((block) => asNew(block, session.notebook, session.ids)));
  changeSelected('copy', (blocks) => {
    copy(blocks);
    voice.say(`Copied ${named(blocks)}.`);
  });
  changeSelected('cut', (blocks) => {
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
      void copied().then(
        (what) =>
          attempt(() => {
            const blocks = typeof what === 'string' ? fromText(what, language(all(cell).at(-1))) : what;
            if (blocks.length === 0) voice.say('Nothing to paste.');
            else paste(blocks, cell, id === 'paste-above');
          }),
        (error: unknown) => voice.toast(messageOf(error)),
      );
    });

  // ---- places
  changeSelected('move-up', (blocks) => {
    const before = session.blocks[at(blocks[0]!.key) - 1];
    if (before === undefined) voice.say(`${capital(named(blocks))} ${blocks.length === 1 ? 'is' : 'are'} at the top.`);
    else move(blocks, { before: before.key }, 'up');
  });
  changeSelected('move-down', (blocks) => {
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
  change('split', (_, cell) => {
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
  changeSelected('merge', (blocks) => {
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
    change(id, (blocks) => {
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
  change('insert-text', (blocks) => {
    const [key] = insert(beside(blocks, false), [{ kind: 'prose', markdown: '' }]);
    focusBlock(context, key);
    soon(() => {
      if (focusedText(session.blocks)?.key !== key) return false;
      commands.run('edit-text');
      return true;
    });
  });

  // ---- text and code
  changeSelected('to-text', (blocks) => {
    let key: number | undefined;
    act(() =>
      session.together(`Turn ${named(blocks)} into text`, () => {
        for (const { id } of blocks) if (id !== undefined) key = session.toProse(id);
      }),
    );
    if (key === undefined) return;
    focusBlock(context, key);
    voice.say(`Made ${named(blocks)} text.`);
  });
  change(
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
  change('undo', undo, nothing);
  change('undo-cell', undo, nothing);
  change('redo', redo, () => (session.history.redo === undefined ? 'Nothing to redo.' : undefined));

  // Text that is pasted on a cell itself, from a mail or another notebook.
  const onPaste = (event: ClipboardEvent): void => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest('input, textarea, [contenteditable]:not([contenteditable="false"]), dialog, [popover]') !== null) return;
    if (target !== document.body && target.closest('[data-cell], [data-prose]') === null) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() === '' || selection.head === undefined) return;
    event.preventDefault();
    attempt(() => paste(fromText(text, language(undefined))));
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
