/* Edits of an open notebook over a real engine: what is not touched keeps state, outputs and values; undo and redo go through every
   text there was. */

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseNotebook } from '../document/index.ts';
import { openSession } from './test-session.ts';
import type { Session } from './types.ts';

let opened: Session[] = [];
afterEach(() => {
  for (const session of opened) session.dispose();
  opened = [];
});

let clock = 0;
function open(body: string): Session {
  const text = `---\ngradus: 1\nid: t\ntitle: T\nseed: 3\n---\n\n${body}`;
  const session = openSession(text, { now: () => clock });
  opened.push(session);
  return session;
}
const cell = (code: string, braces = ''): string => `\`\`\`ts${braces}\n${code}\n\`\`\`\n\n`;
const ran = async (body: string): Promise<Session> => {
  const session = open(body);
  session.runAll();
  await session.settled();
  return session;
};
const states = (session: Session): string => session.ids.map((id) => `${id} ${session.cell(id)!.state}`).join(', ');
const keyOf = (session: Session, id: string): number => session.blocks.find((block) => block.id === id)!.key;
const shown = (session: Session, id: string): unknown => {
  const output = session.cell(id)!.outputs[0]?.output;
  return output?.kind === 'value' && output.value.type === 'primitive' ? output.value.text : output;
};
const kinds = (session: Session): string => session.blocks.map(({ kind, id, text }) => (kind === 'cell' ? id! : `"${text}"`)).join(' ');
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('structural edits', () => {
  it('move a cell, which is not stale by that and keeps its value', async () => {
    const session = await ran(`One.\n\n${cell('const a = 2\na')}Two.\n\n${cell('const b = a + 1\nb')}`);
    const [key] = session.blocks.filter(({ id }) => id === 'b').map((block) => block.key);
    session.moveBlocks([key!], 'start');
    expect(kinds(session)).toBe('b "One." a "Two."');
    expect(states(session)).toBe('b done, a done');
    expect(keyOf(session, 'b')).toBe(key);
    session.edit('b', 'const b = a + 2\nb');
    session.runCell('b');
    await session.settled();
    expect(shown(session, 'b')).toBe('4');
    expect(session.cell('a')!.outputs).toHaveLength(1);
  });

  it('delete a cell and bring it back with its outputs, its value, and its users as they were', async () => {
    const session = await ran(`${cell('const a = { n: 1 }\na.n')}${cell('const b = a.n\nb')}`);
    session.deleteCell('a');
    expect(states(session)).toBe('b stale');
    expect(session.undo()).toMatchObject({ label: 'Delete cell a', keys: [keyOf(session, 'a')] });
    expect(states(session)).toBe('a done, b done');
    expect(shown(session, 'a')).toBe('1');
    session.edit('b', 'const b = a.n + 10\nb');
    session.runCell('b');
    await session.settled();
    expect([shown(session, 'b'), states(session)]).toEqual(['11', 'a done, b done']);
  });

  it('made together are undone and done again together, and what comes before or after is not', async () => {
    const session = await ran(`${cell('const a = 1')}${cell('const b = 2')}`);
    const { text } = session;
    session.setAttribute('a', 'run', 'manual');
    const before = session.text;
    session.together('Hide the code of 2 cells', () => {
      session.setAttribute('a', 'hide', 'code');
      session.together('inner', () => session.setAttribute('b', 'hide', 'code'));
      session.insertBlock('end', { kind: 'cell', language: 'ts', code: 'const c = 3' });
    });
    const after = session.text;
    session.setAttribute('b', 'run', 'once');
    expect(session.undo()).toMatchObject({ label: 'Set run=once on cell b' });
    expect(session.history).toEqual({ undo: 'Hide the code of 2 cells', redo: 'Set run=once on cell b' });
    expect(session.undo()).toEqual({ label: 'Hide the code of 2 cells', keys: session.blocks.map(({ key }) => key) });
    expect([session.text, kinds(session)]).toEqual([before, 'a b']);
    expect(session.redo()).toMatchObject({ label: 'Hide the code of 2 cells' });
    expect(session.text).toBe(after);
    session.undo();
    session.undo();
    expect(session.text).toBe(text);
    expect(session.undo()).toBeUndefined();
  });

  it('say that a value is gone when the engine dropped it before the undo', async () => {
    const session = await ran(`${cell('const a = 2\na')}${cell('const b = a\nb')}${cell('const c = 1\nc')}`);
    session.deleteCell('a');
    session.runCell('c');
    await session.settled();
    session.undo();
    expect(states(session)).toBe('a stale, b done, c done');
    expect(shown(session, 'a')).toBe('2');
    session.runCell('b');
    await session.settled();
    expect(states(session)).toBe('a done, b done, c done');
  });

  it('bring a deleted cell back after other edits with what it showed', async () => {
    const session = await ran(`${cell('const a = { n: 1 }\na.n')}${cell('const b = a.n\nb')}${cell('const c = 5\nc')}`);
    const key = keyOf(session, 'b');
    session.deleteBlocks([key]);
    session.edit('c', 'const c = 6\nc');
    expect(session.insertBlock({ after: keyOf(session, 'c') }, { kind: 'cell', language: 'ts', code: 'const b = a.n\nb', key })).toBe(key);
    expect(states(session)).toBe('a done, c stale, b done');
    expect(shown(session, 'b')).toBe('1');
    for (const undone of ['Bring back a cell', 'Edit cell c', 'Delete cell b']) expect(session.undo()!.label).toBe(undone);
    expect(states(session)).toBe('a done, b done, c done');
    while (session.redo());
    expect([states(session), shown(session, 'b')]).toEqual(['a done, c stale, b done', '1']);
  });

  it('bring a cell back out of date where what it uses is gone, and give no cell the key of another', async () => {
    const session = await ran(`${cell('const a = 1\na')}${cell('const b = a + 1\nb')}`);
    const [a, b] = [keyOf(session, 'a'), keyOf(session, 'b')];
    session.deleteBlocks([b]);
    session.deleteBlocks([a]);
    const back = (code: string, key: number): number => session.insertBlock('end', { kind: 'cell', language: 'ts', code, key });
    back('const b = a + 1\nb', b);
    expect([states(session), shown(session, 'b')]).toEqual(['b stale', '2']);
    expect(session.cell('b')!.why).toBe('what it uses comes from elsewhere now');
    back('const a = 1\na', a);
    expect(states(session)).toBe('b done, a done');
    expect(back('const d = 1', a)).not.toBe(a);
    expect(session.ids).toHaveLength(3);
  });

  it('undo typing to the text that ran: the cell is not stale any more', async () => {
    const session = await ran(cell('const a = 2\na') + cell('throw new Error("no")', ' {id=bad}'));
    session.edit('a', 'const a = 3\na');
    session.edit('bad', '1');
    expect(states(session)).toBe('a stale, bad stale');
    session.undo();
    session.undo();
    expect(states(session)).toBe('a done, bad error');
    expect(session.cell('bad')!.error!.message).toBe('no');
    expect(session.history).toEqual({ redo: 'Edit cell a' });
  });

  it('keep a cell stale whose text is that of before, but which ran in between', async () => {
    const session = await ran(cell('const a = 2\na'));
    session.edit('a', 'const a = 3\na');
    session.runCell('a');
    await session.settled();
    expect(session.cell('a')!.state).toBe('done');
    session.undo();
    expect([session.cell('a')!.state, shown(session, 'a')]).toEqual(['stale', '3']);
  });

  it('tell cells apart that are alike and grow at once, as another tab writes them', async () => {
    const grown = (a: string, b: string): string => cell(`const a = 1${a}`) + cell(`const b = 1${b}`);
    const session = await ran(grown(' /*x0*/ /*x1*/ /*x2*/', ''));
    const head = session.text.slice(0, session.text.indexOf('```'));
    await session.setText(head + grown(' /*x0*/ /*x1*/ /*x2*/ /*x3*/', ' /*x0*/ /*x1*/ /*x2*/'), 'follow', 9);
    expect([session.cell('a')!.code.slice(0, 7), session.cell('b')!.code.slice(0, 7)]).toEqual(['const a', 'const b']);
  });

  it('take a cell typed into text as a step of its own, and undo it to the letter', () => {
    const session = open(`One.\n\n${cell('const a = 1')}`);
    const before = session.text;
    session.editProse(0, 'One. And');
    session.editProse(0, `One. And\n\n${cell('const b = 2')}more.`);
    expect(session.ids).toHaveLength(2);
    session.undo();
    expect([session.ids.length, session.text.includes('One. And')]).toEqual([1, true]);
    session.undo();
    expect([session.text, session.blocks.length]).toEqual([before, 2]);
    while (session.redo());
    expect(session.ids).toHaveLength(2);
  });

  it('take keys typed within a second as one step, and a structural edit ends it', async () => {
    const session = open(cell('const a = 1') + cell('const b = 1'));
    for (const code of ['const a = 12', 'const a = 123']) {
      clock += 500;
      session.edit('a', code);
    }
    clock += 1500;
    session.edit('a', 'const a = 1234');
    session.edit('b', 'const b = 2');
    session.edit('a', 'const a = 5');
    const labels: string[] = [];
    for (let step; (step = session.undo());) labels.push(step.label);
    expect(labels).toEqual(['Edit cell a', 'Edit cell b', 'Edit cell a', 'Edit cell a']);
    expect(session.cell('a')!.code).toBe('const a = 1');
    while (session.redo());
    expect(session.cell('a')!.code).toBe('const a = 5');
  });

  it('split a cell and merge it again; the first half keeps the key and the attributes', async () => {
    const session = await ran(cell('const a = 2\nconst b = 3\na', ' {id=x hide=code}') + cell('const c = 1\nc'));
    const key = keyOf(session, 'x');
    const second = session.splitCell('x', 12);
    expect(session.ids).toEqual(['x', second, 'c']);
    expect(session.cell('x')!.code).toBe('const a = 2');
    expect(session.cell(second)).toMatchObject({ code: 'const b = 3\na', hide: 'code', state: 'idle' });
    expect(session.cell('c')!.state).toBe('done');
    expect(session.mergeBlocks([key, keyOf(session, second)])).toBe(key);
    expect(session.cell('x')!.code).toBe('const a = 2\nconst b = 3\na');
    expect(session.cell('x')!.state).toBe('done');
    expect(() => session.mergeBlocks([key])).toThrow('Merge: expected neighbouring cells');
  });

  it('rename a cell: its value, its users and its timers go on under the new name', async () => {
    const session = await ran(
      `${cell('const a = mutable(1)\nconst setA = (v) => { a.value = v }\nsetTimeout(() => setA(5), 30)', ' {id=old}')}${cell('const b = a + 1\nb')}`,
    );
    expect(session.renameCell('old', 'b')).toBe('Another cell is called b.');
    expect(session.renameCell('old', 'a b')).toContain('no blanks');
    expect(session.renameCell('old', 'fresh')).toBeUndefined();
    expect(states(session)).toBe('fresh done, b done');
    expect(session.cell('b')!.uses).toEqual([{ name: 'a', cell: 'fresh' }]);
    await wait(60);
    await session.settled();
    expect(shown(session, 'b')).toBe('6');
    session.undo();
    expect(states(session)).toBe('old done, b done');
    expect(await session.values()).toMatchObject({ b: 6 });
  });

  it('number cells without a name as the file does when something runs, and keep what they show', async () => {
    const session = await ran(cell('1 + 1') + cell('2 + 2'));
    const id = session.insertCell(undefined, 'ts', '0');
    expect(session.ids).toEqual([id, 'cell-1', 'cell-2']);
    const keys = session.blocks.map(({ key }) => key);
    session.runCell(id);
    await session.settled();
    expect(states(session)).toBe('cell-1 done, cell-2 done, cell-3 done');
    expect(['cell-1', 'cell-2', 'cell-3'].map((name) => shown(session, name))).toEqual(['0', '2', '4']);
    expect(session.blocks.map(({ key }) => key)).toEqual(keys);
  });

  it('make prose of a cell and a cell of prose', async () => {
    const session = await ran(`Before.\n\n${cell('const a = 2')}After.\n`);
    session.toProse('a');
    expect(kinds(session)).toBe('"Before.\n\nconst a = 2\n\nAfter."');
    session.undo();
    expect(states(session)).toBe('a done');
    const id = session.toCell(session.blocks[0]!.key, 'ts');
    expect(session.cell(id)!.code).toBe('Before.');
    expect(kinds(session)).toBe(`${id} a "After."`);
  });

  it('keep live values in prose while prose is edited, inserted, moved and deleted', async () => {
    const session = await ran(`A is \${a}.\n\n${cell('const a = 2')}B is \${a * 10}.\n`);
    const values = (): (string | undefined)[] => [0, 1, 2, 3].map((i) => session.prose(i)?.text);
    expect(values()).toEqual(['2', '20', undefined, undefined]);
    session.editProse(0, 'Now ${a + 1} and A is ${a}.');
    expect(values()).toEqual(['', '2', '20', undefined]);
    await wait(200);
    await session.settled();
    expect(values()).toEqual(['3', '2', '20', undefined]);
    const [first, , last] = session.blocks.map(({ key }) => key);
    expect(session.blocks.map(({ firstValue }) => firstValue)).toEqual([0, undefined, 2]);
    session.moveBlocks([last!], 'start');
    expect(values().slice(0, 3)).toEqual(['20', '3', '2']);
    session.deleteBlocks([first!, last!]);
    expect(values()[0]).toBeUndefined();
    session.undo();
    expect(values().slice(0, 3)).toEqual(['20', '3', '2']);
    session.edit('a', 'const a = 4');
    session.runCell('a');
    await session.settled();
    expect(values().slice(0, 3)).toEqual(['40', '5', '4']);
  });

  it('follow a text of another tab: cells that are in both keep what they show, and history begins anew', async () => {
    const session = await ran(cell('const a = 2\na') + cell('const b = 3\nb') + cell('const c = 4\nc'));
    const text = session.text.replace('const b = 3', 'const b = 30').replace(/```ts\nconst a = 2\na\n```\n\n/, '') + cell('const d = 1');
    const before = session.revision;
    await session.setText(text, 'follow', 7);
    expect(session.text).toBe(text);
    expect(states(session)).toBe('b stale, c done, cell-1 idle');
    expect([before, session.revision, session.history]).toEqual([0, 7, {}]);
  });

  it('restore another text as one step, with its front matter', async () => {
    const session = await ran(cell('const a = 2\na') + cell('const b = 3\nb'));
    const was = session.text;
    const other = was.replace('title: T', 'title: Other').replace('const b = 3', 'const b = 4');
    await session.setText(other, { label: 'Restore version' });
    expect([session.notebook.front!.title, states(session)]).toEqual(['Other', 'a done, b stale']);
    session.undo();
    expect([session.text, session.notebook.front!.title, states(session)]).toEqual([was, 'T', 'a done, b done']);
    session.redo();
    expect([session.text, session.notebook.front!.title]).toEqual([other, 'Other']);
  });

  it('change many blocks in one step', async () => {
    const session = open(`The foo.\n\n${cell('const foo = 1')}${cell('foo + foo')}`);
    const edits = session.blocks.map(({ key, text }) => ({ key, text: text.replaceAll('foo', 'bar') }));
    session.replaceAll(edits, 'Replace foo by bar');
    expect(session.text).toContain('The bar.\n\n```ts\nconst bar = 1\n```\n\n```ts\nbar + bar\n```');
    expect(session.undo()!.label).toBe('Replace foo by bar');
    expect(session.text).not.toContain('bar');
  });

  it('turn a cell off and on again by its attribute', async () => {
    const session = await ran(cell('const a = 2\na') + cell('const b = a'));
    session.setAttribute('a', 'run', 'off');
    expect(session.cell('a')!.state).toBe('off');
    session.undo();
    expect(session.cell('a')!.state).toBe('done');
    expect(session.cell('b')!.uses).toEqual([{ name: 'a', cell: 'a' }]);
  });
});

describe('any row of edits', () => {
  type Op = readonly [kind: number, a: number, b: number];
  const ops = fc.array(fc.tuple(fc.nat(12), fc.nat(50), fc.nat(50)), { maxLength: 14 });
  const bodies = fc
    .array(
      fc.constantFrom(
        cell('const x = 1\nx'),
        cell('const y = x + 1\ny'),
        cell('y * 2'),
        cell('', ' {id=e run=manual}'),
        'Text ${x}.\n\n',
        '- list\n\n',
        '```mermaid\ngraph\n```\n\n',
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join(''));

  function act(session: Session, [kind, a, b]: Op): void {
    const block = session.blocks[a % Math.max(1, session.blocks.length)];
    const other = session.blocks[b % Math.max(1, session.blocks.length)];
    if (!block || !other) return void session.insertBlock('end', { kind: 'cell', language: 'ts', code: '1' });
    const place = b % 2 ? ({ before: other.key } as const) : ({ after: other.key } as const);
    switch (kind) {
      case 0:
        return void session.insertBlock(place, { kind: 'cell', language: 'ts', code: `const z${a} = 1`, attributes: 'id=new' });
      case 1:
        return void session.insertBlock(place, { kind: 'prose', markdown: b % 3 ? 'More ${y}.' : '- open\n\n  list' });
      case 2:
        return session.deleteBlocks([block.key]);
      case 3:
        return session.moveBlocks([block.key], place);
      case 4:
        return void session.duplicateBlocks([block.key, other.key]);
      case 5:
        return void (block.id !== undefined && session.splitCell(block.id, b % (block.text.length + 1)));
      case 6:
        return void (block.id !== undefined && session.toProse(block.id));
      case 7:
        return void (block.kind === 'prose' && session.toCell(block.key, 'ts'));
      case 8:
        return void (block.id !== undefined ? session.edit(block.id, `const x = ${b}\nx`) : session.editProse(block.prose ?? 0, `T ${b}`));
      case 9:
        return void (block.id !== undefined && session.setAttribute(block.id, 'run', b % 2 ? 'manual' : undefined));
      case 10:
        return void (block.id !== undefined && session.renameCell(block.id, `n${b}`));
      case 11:
        return void (block.kind === 'prose' && session.splitProse(block.key, b % (block.text.length + 1)));
      default:
        session.replaceAll([{ key: block.key, text: `const r = ${b}` }], 'Replace');
    }
  }
  const facts = (session: Session): unknown => ({
    blocks: session.blocks.map(({ key, kind, text, language }) => ({ key, kind, text, language })),
    cells: session.ids.map((id) => ({ code: session.cell(id)!.code, run: session.cell(id)!.run })),
  });

  it('keeps text, blocks and cells in accord, and undo and redo lead through all of it', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, ops, async (body, list) => {
        const session = await ran(body);
        const texts = [session.text];
        const seen: unknown[] = [facts(session)];
        const first = session.ids.map((id) => ({ ...session.cell(id)!, id: '', line: 0, uses: [], usedBy: [] }));
        for (const op of list) {
          clock += 5000;
          const { revision } = session;
          act(session, op);
          if (session.revision === revision) continue;
          texts.push(session.text);
          seen.push(facts(session));
          const parsed = parseNotebook(session.text);
          expect(session.notebook).toEqual(parsed);
          expect(session.blocks.filter(({ kind }) => kind === 'cell').map(({ id }) => id)).toEqual(session.ids);
          expect(new Set(session.ids).size).toBe(session.ids.length);
          expect(session.blocks.map(({ key }) => key).length).toBe(new Set(session.blocks.map(({ key }) => key)).size);
        }
        for (let i = texts.length - 2; i >= 0; i--) {
          session.undo();
          expect([session.text, facts(session)]).toEqual([texts[i], seen[i]]);
        }
        // Nothing ran in between, so all of it is what it was.
        expect(session.ids.map((id) => ({ ...session.cell(id)!, id: '', line: 0, uses: [], usedBy: [] }))).toEqual(first);
        expect(session.undo()).toBeUndefined();
        for (let i = 1; i < texts.length; i++) {
          session.redo();
          expect([session.text, facts(session)]).toEqual([texts[i], seen[i]]);
        }
        session.dispose();
      }),
      { seed: 5, numRuns: 120 },
    );
  }, 60_000);

  it('gives the values that a notebook opened with the same text has, once everything has run', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, ops, fc.nat(6), async (body, list, every) => {
        const session = await ran(body);
        for (const [i, op] of list.entries()) {
          clock += 5000;
          act(session, op);
          if (i % (every + 1) === every) {
            session.runAll();
            await session.settled();
          }
        }
        session.runEvery();
        await session.settled();
        const fresh = open(session.text.slice(session.text.indexOf('---\n\n') + 5));
        fresh.runEvery();
        await fresh.settled();
        const result = (of: Session): unknown =>
          of.ids.map((id) => [id, of.cell(id)!.state, of.cell(id)!.error?.message, of.cell(id)!.outputs.map(({ output }) => output)]);
        expect(result(session)).toEqual(result(fresh));
        expect(await session.values()).toEqual(await fresh.values());
        const prose = (of: Session): unknown =>
          of.blocks.flatMap(({ firstValue }) => (firstValue === undefined ? [] : [of.prose(firstValue)?.text]));
        expect(prose(session)).toEqual(prose(fresh));
        session.dispose();
        fresh.dispose();
      }),
      { seed: 9, numRuns: 60 },
    );
  }, 60_000);
});
