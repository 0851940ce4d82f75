/* Questions about values that stand as outputs, from a session to an engine in this process and back. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { analyse, analyseModule } from '../analysis/index.ts';
import { createLibrary } from '../stdlib/library.ts';
import { parseNotebook } from '../document/index.ts';
import { answer } from '../../workers/packs/explore.ts';
import { compileNotebook } from './compile.ts';
import { createEditing } from './editing.ts';
import { createSession } from './session.ts';
import { inProcessWorker } from './test-worker.ts';

function open(...cells: string[]) {
  const text = `---\ngradus: 1\nid: t\ntitle: T\nseed: 3\n---\n\n${cells.map((cell) => `\`\`\`ts\n${cell}\n\`\`\`\n`).join('\n')}`;
  let loads = 0;
  const session = createSession({
    text,
    compiled: compileNotebook(parseNotebook(text), analyse).compiled,
    editing: { make: createEditing },
    analyser: async () => ({ analyse, analyseModule }),
    createWorker: () =>
      inProcessWorker(createLibrary, async (pack) => {
        loads++;
        if (pack === 'explore') return { answer };
        throw new Error(`no pack ${pack}`);
      }),
    engine: { set: {}, headless: false, base: 'http://127.0.0.1/', packs: {} },
    services: async (call) => {
      throw new Error(`no ${call.service}`);
    },
    now: () => Date.now(),
  });
  return {
    session,
    loads: () => loads,
    run: async (): Promise<void> => {
      session.runEvery();
      await session.settled();
    },
  };
}

const first = { of: 'children', path: [], from: 0, count: 2 } as const;

describe('session.look', () => {
  test('reaches what an output leaves out, and loads the explorer with the first question', async () => {
    const { session, loads, run } = open('const big = Array.from({ length: 5000 }, (_, i) => ({ i }))\nbig');
    await run();
    expect(loads()).toBe(0);
    expect(await session.look('big', 0, { of: 'children', path: [4321], from: 0, count: 5 })).toEqual({
      total: 1,
      children: [{ key: 'i', node: { type: 'primitive', of: 'number', text: '4321' } }],
    });
    expect(await session.look('big', 0, { of: 'name', path: [4321, 0], root: 'big' })).toBe('big[4321].i');
    session.dispose();
  });

  test('tables answer for all of their rows, each display for its own value', async () => {
    const { session, run } = open(
      'const rows = Array.from({ length: 3000 }, (_, i) => ({ i }))',
      'display(table(rows, { format: { i: (i) => `#${i}` } }))\ndisplay([7, 8])\nawait Promise.resolve({ late: [1] })',
    );
    await run();
    const page = await session.look('cell-1', 0, { of: 'rows', path: [], order: { sort: { column: 'i', down: true } }, from: 0, count: 2 });
    expect(page).toMatchObject({ total: 3000, rows: [['#2999'], ['#2998']], places: [2999, 2998] });
    expect((await session.look('cell-1', 1, first)).children.map(({ node }) => node)).toMatchObject([{ text: '7' }, { text: '8' }]);
    expect((await session.look('cell-1', 2, first)).children[0]!.key).toBe('late');
    session.dispose();
  });

  test('a getter that fails or never ends is an answer in words, and the cell stays as it was', async () => {
    const { session, run } = open('const a = { get boom() { throw new RangeError("too far") } }\na');
    await run();
    await expect(session.look('a', 0, { of: 'getter', path: [0] })).rejects.toThrow('too far');
    expect(session.cell('a')!.state).toBe('done');
    expect(session.cell('a')!.outputs).toHaveLength(1);
    session.dispose();
  });

  test('where nothing stands behind an output, a sentence says what to do', async () => {
    const { session, run } = open('const a = [1, 2, 3]\na', '7');
    const gone = /Run the cell to see the rest\./;
    await expect(session.look('a', 0, first)).rejects.toThrow(gone); // never run
    await run();
    await expect(session.look('a', 5, first)).rejects.toThrow(gone); // no such output
    await expect(session.look('cell-1', 0, first)).rejects.toThrow(gone); // all of it is in the output
    await expect(session.look('nobody', 0, first)).rejects.toThrow(gone);
    expect((await session.look('a', 0, first)).total).toBe(3);
    const asked = session.look('a', 0, first);
    session.restart();
    await expect(asked).rejects.toThrow(gone); // the engine went away meanwhile
    await expect(session.look('a', 0, first)).rejects.toThrow(gone); // and what is shown is from last time
    session.dispose();
  });

  test('an output that is replaced answers for its new value only', async () => {
    const { session, run } = open('const a = [(globalThis.runs = (globalThis.runs ?? 0) + 1)]\na');
    await run();
    const was = (await session.look('a', 0, first)).children[0]!.node;
    await run();
    expect((await session.look('a', 0, first)).children[0]!.node).not.toEqual(was);
    session.dispose();
  });

  test('100 evaluations that each show 8 MB leave memory as it was', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const used = async (): Promise<number> => {
      for (let i = 0; i < 4; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        gc();
      }
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return (heapUsed + arrayBuffers) / 1e6;
    };
    const { session, run } = open('({ bytes: new Float64Array(1e6), list: Array.from({ length: 1000 }, (_, i) => ({ i })) })');
    for (let i = 0; i < 5; i++) await run();
    await session.look('cell-1', 0, first);
    const before = await used();
    for (let i = 0; i < 100; i++) {
      await run();
      if (i % 10 === 0) await session.look('cell-1', 0, first);
    }
    const after = await used();
    expect(after - before).toBeLessThan(10); // one value is 8 MB: 100 of them would be 800
    session.dispose();
  });
});
