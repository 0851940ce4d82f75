/* For tests and benches: a long notebook, and structural edits of every kind. */

import { analyse, analyseModule } from '../analysis/index.ts';
import { parseNotebook } from '../document/index.ts';
import { compileNotebook } from './compile.ts';
import { createEditing } from './editing.ts';
import { createSession } from './session.ts';
import type { Session } from './types.ts';

/** An open notebook of `cells` cells in a chain, with some text between them. */
export function openLong(cells: number): Session {
  const text = `---\ngradus: 1\nid: long\ntitle: Long\n---\n\n${Array.from(
    { length: cells },
    (_, i) => `\`\`\`ts\nconst v${i} = ${i ? `v${i - 1} + 1` : '0'}\nv${i}\n\`\`\`\n${i % 10 ? '' : `\nHere \${v${i}}.\n`}`,
  ).join('\n')}`;
  return createSession({
    text,
    compiled: compileNotebook(parseNotebook(text), analyse).compiled,
    editing: { make: createEditing },
    analyser: async () => ({ analyse, analyseModule }),
    createWorker: () => {
      throw new Error('nothing runs here');
    },
    engine: { set: {}, headless: false, base: 'http://127.0.0.1/', packs: {} },
    services: async () => undefined,
    now: () => 0,
  });
}

/** Makes so many edits that change the text. */
export function editEveryWay(session: Session, edits: number): void {
  for (let i = 0, done = 0; done < edits; i++) {
    const { blocks } = session;
    const before = session.revision;
    const block = blocks[(i * 37) % blocks.length]!;
    const place = { after: blocks[(i * 91) % blocks.length]!.key };
    const kind = i % 6;
    if (kind === 0) session.insertBlock(place, { kind: 'cell', language: 'ts', code: `const n${i} = 1` });
    else if (kind === 1) session.deleteBlocks([block.key]);
    else if (kind === 2) session.moveBlocks([block.key], place);
    else if (kind === 3 && block.id !== undefined) session.splitCell(block.id, 5);
    else if (kind === 4) session.duplicateBlocks([block.key]);
    else session.insertBlock(place, { kind: 'prose', markdown: `Text ${i}, \${v${i}}.` });
    if (session.revision > before) done++;
  }
}
