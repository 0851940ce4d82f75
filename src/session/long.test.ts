/* A long notebook through a real engine: after every run the last cell shows the value that follows from the first. */

import { expect, it } from 'vitest';
import { openSession } from './test-session.ts';

it('shows the last value of a chain of 300 cells after each of 40 edits of its head', async () => {
  const cells = Array.from({ length: 300 }, (_, i) => `\`\`\`ts\nconst v${i} = ${i ? `v${i - 1} + 1` : '0'}\nv${i}\n\`\`\`\n`);
  const text = `---\ngradus: 1\nid: long\ntitle: Long\n---\n\n${cells.join('\n')}`;
  const session = openSession(text);
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
