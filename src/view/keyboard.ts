/* Jupyter's and Observable's keys over a bound notebook. Two modes: in an editor only Shift+Enter, Mod+Enter, Mod+S and
   Esc are ours; with the cell itself focused (command mode) the letters are commands. Everything listens in the capturing
   phase at the notebook, so that the static code and the editor behave alike. */

export interface Commands {
  /** Ids in file order. */
  ids(): readonly string[];
  run(id: string): void;
  runStale(): void;
  stop(): void;
  restart(): void;
  /** Focuses the cell itself. */
  select(id: string): void;
  editCode(id: string): void;
  insert(id: string, where: 'above' | 'below'): void;
  remove(id: string): void;
  undo(): void;
  save(): void;
}

const pairMs = 700;

export function bindKeyboard(root: HTMLElement, commands: Commands): () => void {
  let last = '',
    lastAt = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const mod = event.ctrlKey || event.metaKey;
    if (mod && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 's') {
      take(event);
      commands.save();
      return;
    }
    if (mod && event.shiftKey && event.key === 'Enter') {
      take(event);
      commands.runStale();
      return;
    }
    const cell = target.closest<HTMLElement>('[data-cell]');
    const ids = commands.ids(),
      id = cell?.dataset['cell'];
    const typing = target.closest('input, textarea, select, [contenteditable]:not([contenteditable="false"])') !== null;
    const inCode = target.closest('.code') !== null;
    if (id !== undefined && event.key === 'Enter' && (event.shiftKey || mod) && (!typing || inCode)) {
      take(event);
      commands.run(id);
      if (!event.shiftKey) return;
      const next = ids[ids.indexOf(id) + 1]; // run and go on: the next cell, in the same mode
      if (next === undefined) {
        if (!typing) commands.select(id);
      } else if (inCode && typing) commands.editCode(next);
      else commands.select(next);
      return;
    }
    if (id !== undefined && inCode && event.key === 'Escape') {
      take(event);
      commands.select(id);
      return;
    }
    if (typing || mod || event.altKey) return;
    const inside = cell !== null && target === cell;
    if (!inside && target !== document.body && !(target.closest('.run') !== null && cell !== null)) return;
    const at = id === undefined ? -1 : ids.indexOf(id);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const pair = key === last && event.timeStamp - lastAt < pairMs;
    last = key;
    lastAt = event.timeStamp;
    const move = (to: string | undefined): void => {
      if (to !== undefined) {
        take(event);
        commands.select(to);
      }
    };
    switch (key) {
      case 'j':
        return move(ids[at + 1]);
      case 'k':
        return move(at < 0 ? undefined : ids[at - 1]);
      case 'ArrowDown':
        if (inside) move(ids[at + 1]);
        return;
      case 'ArrowUp':
        if (inside) move(ids[at - 1]);
        return;
      case 'Enter':
        if (inside && id !== undefined) {
          take(event);
          commands.editCode(id);
        }
        return;
      case 'a':
        if (id !== undefined) {
          take(event);
          commands.insert(id, 'above');
        }
        return;
      case 'b':
        if (id !== undefined) {
          take(event);
          commands.insert(id, 'below');
        }
        return;
      case 'd':
        if (id !== undefined && pair) {
          take(event);
          last = '';
          commands.remove(id);
        }
        return;
      case 'z':
        take(event);
        commands.undo();
        return;
      case 'i':
        if (pair) {
          take(event);
          last = '';
          commands.stop();
        }
        return;
      case '0':
        if (pair) {
          take(event);
          last = '';
          commands.restart();
        }
        return;
      default:
    }
  };
  // At the document: with nothing focused the keys come from the body.
  document.addEventListener('keydown', onKey, true);
  return () => document.removeEventListener('keydown', onKey, true);
}

function take(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
