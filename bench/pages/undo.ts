/* In the page: 500 structural edits of a notebook of 1,000 cells, of every kind, and how long the session takes to undo each. */

import { analyse, analyseModule } from '../../src/analysis/index.ts';
import { parseNotebook } from '../../src/document/index.ts';
import { compileNotebook } from '../../src/session/compile.ts';
import { createEditing } from '../../src/session/editing.ts';
import { createSession } from '../../src/session/session.ts';
import type { Session } from '../../src/session/types.ts';

function open(cells: number): Session {
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
    engine: { set: {}, headless: false, base: location.href, packs: {} },
    services: async () => undefined,
    now: () => 0,
  });
}

/** Milliseconds of each undo, one every 20 ms: nobody presses faster. Throws where the text is not what it was. */
async function undo(cells: number, edits: number): Promise<number[]> {
  const session = open(cells);
  const { text } = session;
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
  const times: number[] = [];
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const from = performance.now();
    if (session.undo() === undefined) break;
    void session.blocks; // what the page asks for
    times.push(performance.now() - from);
  }
  if (session.text !== text) throw new Error('expected the text of before when all was undone');
  return times;
}

Object.assign(globalThis, { bench: { undo } });
