/* The keys of the command table over a bound notebook. Two modes: in an editor only chords and named keys are ours; with the cell
   itself focused (command mode) letters are commands. Everything listens in the capturing phase at the document, so that the
   static code and the editor behave alike, and with nothing focused the keys come from the body. */

import type { Commands } from './commands/commands.ts';
import type { Command } from './commands/table.ts';

const pairMs = 700;
/** Left to the field itself, where the reader types into one that is no code. */
const native: ReadonlySet<string> = new Set(['undo', 'redo', 'select-all']);

export function bindKeyboard(commands: Commands): () => void {
  const byKeys = new Map<string, Command[]>();
  const pairs = new Set<string>();
  for (const command of commands.table) {
    for (const keys of command.keys ?? []) {
      byKeys.set(keys, [...(byKeys.get(keys) ?? []), command]);
      if (keys.includes(' ')) pairs.add(keys.split(' ')[0]!);
    }
  }
  let last = '',
    lastAt = -Infinity;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const keys = keysOf(event);
    const pair = keys === last && event.timeStamp - lastAt < pairMs ? `${keys} ${keys}` : '';
    const at = placeOf(event);
    const fits = (command: Command): boolean => counts(command, at) && commands.offered(command.id);
    const command = byKeys.get(pair)?.find(fits) ?? byKeys.get(keys)?.find(fits);
    last = pairs.has(keys) && command?.keys?.includes(pair) !== true ? keys : '';
    lastAt = event.timeStamp;
    if (command === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    commands.run(command.id, at.cell);
  };
  document.addEventListener('keydown', onKey, true);
  return () => document.removeEventListener('keydown', onKey, true);
}

interface Place {
  readonly cell: string | undefined;
  readonly exercise: boolean;
  /** Into a field, code included. */
  readonly typing: boolean;
  readonly inCode: boolean;
  /** The cell itself has the focus, or a block of text. */
  readonly onCell: boolean;
  /** Nothing has, or the cell's run button. */
  readonly loose: boolean;
  /** In something that floats above the notebook and has keys of its own. */
  readonly floating: boolean;
  readonly key: string;
}

function placeOf(event: KeyboardEvent): Place {
  const target = event.target instanceof Element ? event.target : document.body;
  const cell = target.closest<HTMLElement>('[data-cell]');
  return {
    cell: cell?.dataset['cell'],
    exercise: cell?.dataset['exercise'] !== undefined,
    typing: target.closest('input, textarea, select, [contenteditable]:not([contenteditable="false"])') !== null,
    inCode: target.closest('.code') !== null,
    onCell: target === cell || target.matches('[data-prose]'),
    loose: target === document.body || (cell !== null && target.closest('.run') !== null),
    floating: target.closest('dialog, [popover], [role="menu"], [role="dialog"]') !== null,
    key: event.key,
  };
}

function counts(command: Command, { cell, exercise, typing, inCode, onCell, loose, floating, key }: Place): boolean {
  const field = typing && !inCode;
  if (command.exercise && !exercise) return false;
  if (floating) return command.id === 'palette' || command.id === 'save';
  switch (command.where) {
    case 'command':
      if (typing) return false;
      // Arrows, Enter and the like belong to whatever has the focus; letters also count from the body and from a cell's button.
      return onCell || (loose && key.length === 1);
    case 'cell':
      if (command.id === 'leave') return inCode;
      return cell !== undefined && !field;
    default:
      return !(field && native.has(command.id));
  }
}

/** `Mod+Shift+K`, `Alt+ArrowUp`, `?`, `A`: as the table writes them. */
export function keysOf({
  key,
  code,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
}: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const name = code === 'Minus' ? '-' : key.length === 1 ? key.toUpperCase() : key;
  // A sign such as ? has its Shift in it already.
  const shift = shiftKey && (key.length > 1 || code === 'Minus' || /^\p{L}$/u.test(key));
  return `${ctrlKey || metaKey ? 'Mod+' : ''}${altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${name}`;
}
