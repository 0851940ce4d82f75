/* A long notebook through a real engine: after every run the last cell shows the value that follows from the first. */

import { expect, it } from 'vitest';
import { analyse, analyseModule } from '../analysis/index.ts';
import { createLibrary } from '../stdlib/library.ts';
import { parseNotebook } from '../document/index.ts';
import { inProcessWorker } from './test-worker.ts';
import { compileNotebook } from './compile.ts';
import { createEditing } from './editing.ts';
import { createSession } from './session.ts';

it('shows the last value of a chain of 300 cells after each of 40 edits of its head', async () => {
  const cells = Array.from({ length: 300 }, (_, i) => `\`\`\`ts\nconst v${i} = ${i ? `v${i - 1} + 1` : '0'}\nv${i}\n\`\`\`\n`);
  const text = `---\ngradus: 1\nid: long\ntitle: Long\n---\n\n${cells.join('\n')}`;
  const session = createSession({
    text,
    compiled: compileNotebook(parseNotebook(text), analyse).compiled,
    editing: { make: createEditing },
    analyser: async () => ({ analyse, analyseModule }),
    createWorker: () => inProcessWorker(createLibrary),
    engine: { set: {}, headless: false, base: 'http://127.0.0.1/', packs: {} },
    services: async (call) => {
      throw new Error(`no ${call.service}`);
    },
    now: () => Date.now(),
  });
  session.runAll();
  await session.settled();
  for (let round = 1; round <= 40; round++) {
    session.edit('v0', `const v0 = ${round * 1000}\nv0`);
    session.runCell('v0');
    await session.settled();
    const last = session.cell('v299')!;
    expect(last.state).toBe('done');
    expect(last.outputs.map(({ output }) => output)).toEqual([
      { kind: 'value', value: { type: 'primitive', of: 'number', text: String(round * 1000 + 299) } },
    ]);
  }
  session.dispose();
}, 60_000);
