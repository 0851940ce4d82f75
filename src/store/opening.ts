/* What the page's first script reads of a notebook (early.ts), checked as the store checks it: apart from the store, since a page that is
   shown again needs no more of it. */

import { has, isNotebook } from './record.ts';
import type { StoredOpening, StoredOutputs, StoredPage } from './types.ts';

export function isOutputs(record: unknown): record is StoredOutputs {
  return (
    has(record, { notebook: 'string', cell: 'string', hash: 'string', time: 'number' }) &&
    Array.isArray(record['outputs']) &&
    record['outputs'].every((output) => has(output, { kind: 'string' }))
  );
}

export function isPage(record: unknown): record is StoredPage {
  return has(record, { notebook: 'string', hash: 'string', build: 'string', title: 'string', html: 'string', compiled: 'string' });
}

/** What was read, where all of it is as it should be. */
export function soundOpening([notebook, outputs, page]: readonly [unknown, readonly unknown[], unknown]): StoredOpening | undefined {
  if ((notebook !== undefined && !isNotebook(notebook)) || !outputs.every(isOutputs)) return undefined;
  return { notebook, outputs, page: isPage(page) ? page : undefined };
}
