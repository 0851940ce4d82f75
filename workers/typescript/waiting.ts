/* The outcome of a cell that uses a name without a value: blocked by a cell that failed, or idle behind one that waits for its
   reader. */

import type { Outcome } from './evaluation.ts';
import type { Cell } from './types.ts';

/** `why` of a cell that has no value before its reader commits to one. */
export const ASKS = 'asks its reader';

/** `cell` uses the name of `use`, which has no value. Leaves in `cell.why` whom those behind it wait for. */
export function waitingFor(
  cell: Cell,
  { name, cell: by }: { readonly name: string; readonly cell: string },
  cells: ReadonlyMap<string, Cell>,
): Outcome {
  const source = cells.get(by);
  if (source && (source.state === 'idle' || source.state === 'stale' || source.why === ASKS)) {
    const root = source.state === 'idle' && source.why.startsWith('@') ? source.why.slice(1) : by;
    cell.why = `@${root}`;
    return { state: 'idle', waitsFor: root, ...(cells.get(root)?.why === ASKS ? { asks: true } : {}) };
  }
  const why =
    source?.state === 'blocked'
      ? 'waits itself'
      : source?.why === 'stopped' || source?.why.startsWith('ended')
        ? `was ${source.why}`
        : 'failed';
  return { state: 'blocked', error: { name: 'Blocked', message: `Waits for \`${name}\`, which ${why} in ${by}.`, frames: [] } };
}
