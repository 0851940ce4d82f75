/* Plain results from last time, shown in a long notebook before anything else of it is alive: a thousand cells take a moment to
   bind, and their reader wants to see. The page draws the same again when it is there (cell.ts, outputs/value.ts); what is not
   plain waits for that. */

import { contentHash } from '../base/hash.ts';
import type { StoredOutputs } from '../store/types.ts';
import { h } from './dom.ts';
import { colours } from './outputs/colours.ts';
import { ago } from './words.ts';

/** Characters of a text that is shown whole (outputs/value.ts). */
const longText = 1500;

/** Shows what `records` say of the cells below `root`; not where the notebook is short, and false then. */
export function showKept(root: ParentNode, records: readonly StoredOutputs[]): boolean {
  if (records.length === 0 || root.querySelector('.nb > .part') === null) return false;
  const cells = new Map([...root.querySelectorAll<HTMLElement>('[data-cell]')].map((cell) => [cell.dataset['cell'], cell]));
  const now = Date.now();
  for (const { cell: id, hash, time, outputs } of records) {
    const lines = linesOf(outputs);
    const cell = cells.get(id);
    if (cell === undefined || lines === undefined || cell.dataset['state'] !== 'idle') continue;
    if (contentHash(cell.querySelector('[data-code]')?.textContent ?? '') !== hash) continue;
    cell.querySelector('[data-outputs]')?.replaceChildren(...lines);
    cell.dataset['kept'] = String(time);
    const point = cell.querySelector('.pt'),
      say = cell.querySelector('.meta > .say');
    if (point !== null) point.className = 'pt kept';
    if (say !== null) say.textContent = `from last time, ${ago(time, now)}`;
  }
  return true;
}

/** When the next frame is drawn. */
export const drawn = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100); // a page that is not seen draws no frame
  });

/** The outputs as they are drawn, where all of them are plain. */
function linesOf(outputs: StoredOutputs['outputs']): HTMLElement[] | undefined {
  const lines: HTMLElement[] = [];
  for (const [key, output] of outputs.entries()) {
    if (output.kind !== 'value' || output.value.type !== 'primitive' || output.value.text.length > longText) return undefined;
    const { of, text } = output.value;
    lines.push(
      h('div', { class: 'out', 'data-kind': 'value', 'data-key': key }, h('div', { class: `mono value ${colours[of] ?? ''}` }, text)),
    );
  }
  return lines;
}
