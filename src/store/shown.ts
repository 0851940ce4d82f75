/* What a long notebook showed last in one record: written with the outputs that it gathers, read in the page's head (early.ts). A short
   notebook needs none. */

import { sizeOf } from '../output/size.ts';
import type { StoredOutputs, StoredShown } from './types.ts';

/** From so many cells on it is worth its room. */
const long = 100;
/** Outputs of a cell that weigh more than this, in bytes, are not stored twice. */
const small = 2000;

/** Writes the record of a notebook, `all` being what there is of it. */
export function gather(
  shown: { put(record: StoredShown): Promise<unknown>; delete(notebook: string): Promise<unknown> },
  notebook: string,
  all: readonly StoredOutputs[],
): Promise<unknown> {
  if (all.length < long || all.some((one) => one.notebook !== notebook)) return shown.delete(notebook);
  const isSmall = ({ outputs }: StoredOutputs): boolean => outputs.reduce((sum, output) => sum + sizeOf(output), 0) <= small;
  return shown.put({ notebook, outputs: all.filter(isSmall), apart: all.filter((one) => !isSmall(one)).map(({ cell }) => cell) });
}
