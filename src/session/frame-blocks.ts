/* The blocks of an open notebook as a page draws them: cells by name, prose with its number and the expressions in it. */

import { partsOf } from '../document/compose.ts';
import type { Notebook } from '../document/types.ts';
import { partsOfText } from './edited-prose.ts';
import type { Entries } from './entries.ts';
import type { FrameBlock } from './types.ts';

export function frameOf(notebook: Notebook, keys: readonly number[], { list }: Entries): readonly FrameBlock[] {
  const ids = new Map(list.map(({ key, id }) => [key, id]));
  const proses = new Map<number, number>();
  for (const [i, { kind }] of notebook.blocks.entries()) if (kind === 'prose') proses.set(i, proses.size);
  let values = 0;
  return partsOf(notebook).map(({ block, index, start, end }) => {
    const key = keys[index]!;
    if (block.kind === 'cell') return { key, kind: 'cell', id: ids.get(key) ?? '', text: block.code, language: block.language };
    if (block.kind === 'diagram') return { key, kind: 'diagram', text: block.code, language: block.language };
    const text = notebook.text.slice(start, end).replace(/\r\n?/g, '\n');
    const firstValue = values;
    const inside = partsOfText(text);
    values += inside.length;
    return { key, kind: 'prose', text, prose: proses.get(index)!, firstValue, values: inside };
  });
}
