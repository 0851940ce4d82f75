/* What a long notebook showed last in one record: read in the page's head (early.ts), dropped by whatever writes outputs, and made again of
   what is stored when they have come to rest. No session's memory is asked: another tab may have written, or the reader cleared. A short
   notebook needs none. */

import { sizeOf } from '../output/size.ts';
import { isOutputs } from './opening.ts';
import { prefixRange } from './schema.ts';
import type { StoredOutputs, StoredShown } from './types.ts';

/** From so many cells on it is worth its room. */
const long = 100;
/** Outputs of a cell that weigh more than this, in bytes, are not stored twice. */
const small = 2000;

/** What is used of the two object stores, in one transaction. */
interface Shown {
  count(notebook: string): Promise<number>;
  put(record: StoredShown): Promise<unknown>;
}
interface Outputs {
  count(range: IDBKeyRange): Promise<number>;
  getAll(range: IDBKeyRange): Promise<readonly unknown[]>;
}

/** Writes the record of a notebook, unless it is there. */
export async function gather(shown: Shown, outputs: Outputs, notebook: string): Promise<void> {
  const range = prefixRange(notebook);
  if ((await shown.count(notebook)) > 0 || (await outputs.count(range)) < long) return;
  const all = await outputs.getAll(range);
  if (!all.every(isOutputs)) return; // who reads them says so
  const isSmall = (one: StoredOutputs): boolean => one.outputs.reduce((sum, output) => sum + sizeOf(output), 0) <= small;
  await shown.put({ notebook, outputs: all.filter(isSmall), apart: all.filter((one) => !isSmall(one)).map(({ cell }) => cell) });
}
