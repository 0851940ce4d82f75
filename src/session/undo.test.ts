/* Undo in a long notebook costs what its graph costs, not what its history or its text does. */

import { expect, it } from 'vitest';
import { analyse, analyseModule } from '../analysis/index.ts';
import { parseNotebook } from '../document/index.ts';
import { compileNotebook } from './compile.ts';
import { createEditing } from './editing.ts';
import { createSession } from './session.ts';
import type { Session } from './types.ts';

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
    engine: { set: {}, headless: false, base: 'http://127.0.0.1/', packs: {} },
    services: async () => undefined,
    now: () => 0,
  });
}

const edits = 48;

/** Milliseconds of each undo of edits of all kinds, sorted. */
function undoTimes(session: Session): number[] {
  for (let i = 0; i < edits; i++) {
    const { blocks } = session;
    const block = blocks[(i * 37) % blocks.length]!;
    const other = blocks[(i * 91) % blocks.length]!;
    const place = { after: other.key };
    const kind = i % 6;
    if (kind === 0) session.insertBlock(place, { kind: 'cell', language: 'ts', code: `const n${i} = 1` });
    else if (kind === 1) session.deleteBlocks([block.key]);
    else if (kind === 2) session.moveBlocks([block.key], place);
    else if (kind === 3 && block.id !== undefined) session.splitCell(block.id, 5);
    else if (kind === 4) session.duplicateBlocks([block.key]);
    else session.insertBlock(place, { kind: 'prose', markdown: `Text ${i}, \${v${i}}.` });
  }
  const times: number[] = [];
  for (;;) {
    const from = performance.now();
    if (!session.undo()) break;
    void session.blocks; // what the page asks for
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b);
}

it('undoes structural edits of a notebook of 1,000 cells, each within a frame or what a busy machine makes of it', () => {
  const session = open(1000);
  const { text } = session;
  const times = undoTimes(session);
  expect(session.text).toBe(text);
  const middle = times[Math.floor(times.length / 2)]!;
  expect(middle).toBeLessThan(100);
}, 120_000);
