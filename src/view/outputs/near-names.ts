/* A name that no cell defines, and what was probably meant: the name of a cell that is one slip away, with a button that writes it.
   Comes with the first such error. */

import { oneSlip } from '../../base/slip.ts';
import type { ErrorInfo } from '../../output/types.ts';
import type { CellStatus } from '../../session/types.ts';
import { h } from '../dom.ts';

export interface NearOptions {
  readonly look: (id: string) => CellStatus | undefined;
  readonly edit: (id: string, code: string) => void;
}

/** What is said below the error of `cell`; undefined where no name is near. */
export function nearName(error: ErrorInfo, cell: string, { look, edit }: NearOptions): HTMLElement | undefined {
  const missing = /^(\S+) is not defined$/.exec(error.message)?.[1];
  if (missing === undefined) return undefined;
  const ids = [...document.querySelectorAll<HTMLElement>('[data-cell]')].map((element) => element.dataset['cell']!);
  for (const id of ids) {
    const name = id === cell ? undefined : look(id)?.defines.find((defined) => isSlip(missing, defined));
    if (name === undefined) continue;
    const onclick = (): void => {
      const code = look(cell)?.code;
      if (code !== undefined) edit(cell, replaced(code, error, missing, name));
    };
    const use = h('button', { type: 'button', class: 'btn small', onclick }, 'Use ', h('code', {}, name));
    const link = h('a', { class: 'link', href: `#cell-${encodeURIComponent(id)}` }, id);
    return h('div', { class: 'near' }, h('p', {}, 'Did you mean ', h('code', {}, name), ' of cell ', link, '?'), use);
  }
  return undefined;
}

/** The code with `to` in the place of `from` where the error stands, else where it first stands. */
function replaced(code: string, { line, column }: ErrorInfo, from: string, to: string): string {
  const lines = code.split('\n');
  const start = line === undefined ? 0 : lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + (column ?? 1) - 1;
  const at = code.startsWith(from, start) ? start : code.indexOf(from);
  return at < 0 ? code : code.slice(0, at) + to + code.slice(at + from.length);
}

/** Whether capitals alone, or one letter more, less or other, or two exchanged, make `a` into `b`; short names are like too many. */
export function isSlip(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  return Math.min(a.length, b.length) >= 3 && oneSlip(a, b);
}
