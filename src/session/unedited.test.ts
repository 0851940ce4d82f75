/* Edits that come before what makes them. */

import { describe, expect, test } from 'vitest';
import { createEditing, type MakeEditing } from './editing.ts';
import { openSession } from './test-session.ts';

const text = '---\ngradus: 1\nid: t\n---\n\nSome text.\n\n```ts {id=a}\nconst x = 1\n```\n\n```ts {id=b}\nx + 1\n```\n';

function open(load: () => Promise<MakeEditing>) {
  return openSession(text, { editing: { load } });
}
function gate(): { readonly load: () => Promise<MakeEditing>; readonly let: () => void } {
  let pass = (): void => {};
  const waits = new Promise<void>((resolve) => (pass = resolve));
  return { load: () => waits.then(() => createEditing), let: () => pass() };
}

describe('before the first edit can be made', () => {
  test('edits wait, are counted and seen, and take effect in their order', async () => {
    const { load, let: pass } = gate();
    const session = open(load);
    session.edit('a', 'const x = 2');
    session.edit('a', 'const x = 23');
    expect([session.revision, session.cell('a')!.code]).toEqual([2, 'const x = 23']);
    expect(session.text).toBe(text.replace('const x = 1', 'const x = 23'));
    pass();
    await session.editable();
    expect([session.revision, session.cell('a')!.code]).toEqual([2, 'const x = 23']);
    expect(session.text).toContain('const x = 23');
    session.undo();
    expect(session.text).toBe(text);
    session.dispose();
  });

  test('the text that is made meanwhile is the one that comes of it, but for code that would end its fence', async () => {
    for (const [id, code] of [
      ['a', ''],
      ['b', 'x\n\n+ 2\n'],
      ['a', 'const y = `a`'],
    ] as const) {
      const { load, let: pass } = gate();
      const session = open(load);
      session.edit(id, code);
      const meanwhile = session.text;
      pass();
      await session.editable();
      expect(meanwhile).toBe(session.text);
      session.dispose();
    }
    const { load } = gate();
    const session = open(load);
    session.edit('a', '```\nout');
    expect(session.text).toBe(text);
    session.dispose();
  });

  test('what is run right after an edit that waits has it', async () => {
    const { load, let: pass } = gate();
    const session = open(load);
    session.edit('a', 'const x = 40');
    session.runAll();
    pass();
    await session.settled();
    expect(await session.values()).toEqual({ x: 40 });
    session.dispose();
  });

  test('who has to see the blocks first is awaited', async () => {
    const session = open(async () => createEditing);
    const seen: string[] = [];
    session.beforeEdits(async () => {
      await Promise.resolve();
      seen.push(`${session.blocks.length} blocks, ${session.blocks.at(-1)!.text}`);
    });
    session.edit('b', 'x + 2');
    await session.editable();
    expect(seen).toEqual(['3 blocks, x + 1']);
    session.dispose();
  });

  test('a load that fails is tried again with the next edit', async () => {
    let tries = 0;
    const session = open(async () => {
      if (tries++ === 0) throw new Error('offline');
      return createEditing;
    });
    session.edit('a', 'const x = 5');
    await expect(session.editable()).rejects.toThrow('offline');
    session.edit('b', 'x + 5');
    await session.editable();
    expect([session.cell('a')!.code, session.cell('b')!.code]).toEqual(['const x = 5', 'x + 5']);
    session.dispose();
  });
});
