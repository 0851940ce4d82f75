/* A session over a real engine in this process: messages are cloned as a worker's would be. */

import { describe, expect, it, vi } from 'vitest';
import { GradusError } from '../base/errors.ts';
import { createEditing } from './editing.ts';
import { openSession } from './test-session.ts';
import type { Store, StoredNotebook } from '../store/types.ts';
import type { SessionOptions } from './types.ts';

const file = (...cells: string[]): string =>
  `---\ngradus: 1\nid: t\ntitle: T\nseed: 3\n---\n\n${cells.map((cell) => (cell.startsWith('#') ? `${cell.slice(1)}\n` : `\`\`\`ts${cell.startsWith('{') ? ` ${cell.slice(0, cell.indexOf('}') + 1)}` : ''}\n${cell.replace(/^\{[^}]*\} ?/, '')}\n\`\`\`\n`)).join('\n')}`;

function open(text: string, more: Partial<SessionOptions> = {}) {
  return openSession(text, more);
}
const states = (session: ReturnType<typeof open>): string => session.ids.map((id) => `${id} ${session.cell(id)!.state}`).join(', ');

describe('session', () => {
  it('merges what another tab stored into edits, and stores both', async () => {
    const text = file('const a = 2', 'const b = 1', 'const c = 1');
    let stored: StoredNotebook = { id: 't', title: 'T', text: text.replace('a = 2', 'a = 5'), revision: 9, createdAt: 0, updatedAt: 0 };
    const store = {
      listen: () => () => undefined,
      outputs: async () => [],
      versions: async () => [],
      saveVersion: async () => undefined,
      notebook: async () => stored,
      saveNotebook: async (next: StoredNotebook, known: number) => {
        if (stored.revision > known) throw new GradusError('revision', 'Another tab.', 'Merge.');
        stored = next;
      },
    } as unknown as Store;
    let ready = (): void => undefined;
    const load = (): Promise<typeof createEditing> => new Promise((resolve) => (ready = () => resolve(createEditing)));
    const session = open(text, { store: Promise.resolve(store), stored: { revision: 3, createdAt: 0 }, editing: { load } });
    session.edit('b', 'const b = 9');
    session.keeping!.hold(true);
    session.keeping!.hold(false); // saves before the editing is there
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.edit('c', 'const c = 9');
    ready();
    await session.flush();
    const both = text.replace('a = 2', 'a = 5').replace('b = 1', 'b = 9').replace('const c = 1', 'const c = 9');
    await vi.waitFor(() => expect(stored.text).toBe(both));
    expect(session.text).toBe(both);
    session.dispose();
  });

  it("merges what is edited while another tab's front matter is read", async () => {
    const text = file('const a = 2', 'const b = 1');
    const session = open(text);
    const done = session.setText(text.replace('title: T', 'title: Other').replace('a = 2', 'a = 5'), 'follow', 7);
    session.edit('b', 'const b = 9');
    await done;
    expect(session.text).toBe(text.replace('title: T', 'title: Other').replace('a = 2', 'a = 5').replace('b = 1', 'b = 9'));
    expect(session.revision).toBeGreaterThan(7);
    session.dispose();
  });

  it('runs all, shows values, and fills prose', async () => {
    const session = open(file('const a = 2', '# So `a` doubled is ${a * 2}.', 'a + 1'));
    session.runAll();
    expect(session.busy).toBe(true);
    await session.settled();
    expect(states(session)).toBe('a done, cell-1 done');
    expect(session.cell('cell-1')!.outputs[0]!.output).toMatchObject({ kind: 'value', value: { text: '3' } });
    expect(session.prose(0)!.text).toBe('4');
    expect(await session.values()).toEqual({ a: 2 });
    session.dispose();
  });

  it('turns an edited cell stale, runs nothing, and renames it when it is run', async () => {
    const session = open(file('const a = 2', 'const b = a * 10'));
    session.runAll();
    await session.settled();
    session.edit('a', 'const a = 3');
    expect(states(session)).toBe('a stale, b done');
    session.runCell('a');
    await session.settled();
    expect(await session.values()).toEqual({ a: 3, b: 30 });
    session.edit('b', 'const c = a');
    const seen: [string, string][] = [];
    session.subscribe(({ renamed }) => {
      seen.push(...(renamed ?? []));
    });
    session.runCell('b');
    await session.settled();
    expect(seen).toEqual([['b', 'c']]);
    expect(states(session)).toBe('a done, c done');
    session.dispose();
  });

  it('shows a syntax error of an edit in its cell when it runs, and the rest goes on', async () => {
    const session = open(file('const a = 2', 'const b = 1'));
    session.edit('a', 'const a = = 2');
    session.runAll();
    await session.settled();
    expect(states(session)).toBe('a error, b done');
    expect(session.cell('a')!.error).toMatchObject({ name: 'SyntaxError', line: 1 });
    session.dispose();
  });

  it('places what waits for a name, and what needs itself, where the name is read', async () => {
    const session = open(file('const a = nothing.at.all', 'const z = 1\nconst b = z + a', 'const p = 2 * q', 'const q = p'));
    session.runAll();
    await session.settled();
    expect(session.cell('z')!.error).toMatchObject({ name: 'Blocked', line: 2, column: 15 });
    expect(session.cell('p')!.error).toMatchObject({ name: 'CycleError', line: 1, column: 15 });
    session.dispose();
  });

  it('evaluates nothing on its own, and restart forgets values but keeps what was shown', async () => {
    const session = open(file('const a = 2\na'));
    expect(states(session)).toBe('a idle');
    expect(session.engine).toBe('off');
    session.runAll();
    await session.settled();
    session.restart();
    expect(states(session)).toBe('a idle');
    expect(session.cell('a')!.kept).toBeTypeOf('number');
    expect(session.cell('a')!.outputs).toHaveLength(1);
    expect(await session.values()).toEqual({});
    session.dispose();
  });

  it('an input of last time moves: what follows is evaluated once, with the latest value', async () => {
    const seen: number[] = [];
    Object.assign(globalThis, { seenByTest: seen });
    const session = open(
      file(
        'const k = view(Inputs.range([0, 10]))',
        'globalThis.seenByTest.push(k); const twice = k * 2',
        '{run=manual} const asked = k',
        '# So ${twice}.',
      ),
    );
    session.runAll();
    await session.settled();
    session.restart();
    const { id } = session.cell('k')!.outputs.flatMap(({ output }) => (output.kind === 'input' ? [output] : []))[0]!;
    session.input(id, 7);
    session.input(id, 8);
    await vi.waitFor(() => expect(session.prose(0)?.text).toBe('16'));
    await session.settled();
    expect(seen).toEqual([5, 8]);
    expect(states(session)).toBe('k done, twice done, asked stale');
    session.dispose();
  });

  it('stops: what ran fails as Interrupted, what had not run is as before', async () => {
    const session = open(file('{id=w} await new Promise(() => {})', 'const b = 1'));
    session.runAll();
    while (session.cell('w')!.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 2));
    session.stop();
    await session.settled();
    expect(states(session)).toBe('w error, b idle');
    expect(session.cell('w')!.error!.name).toBe('Interrupted');
    session.dispose();
  });

  it('moves dependents alone when an input moves', async () => {
    const session = open(
      file('const n = view(Inputs.range([0, 10], { step: 1, value: 3, label: "n" }))', 'const twice = n * 2', 'const other = 1'),
    );
    session.runAll();
    await session.settled();
    const input = session.cell('n')!.outputs[0]!.output;
    if (input.kind !== 'input') throw new Error(`expected an input, got ${input.kind}`);
    session.input(input.id, 7);
    await session.settled();
    expect(await session.values()).toMatchObject({ n: 7, twice: 14 });
    session.dispose();
  });

  it('keeps where an unnamed input was left when a cell above it gives its cell another number', async () => {
    const session = open(file('view(Inputs.range([0, 10], { step: 1, value: 3, label: "n" })) * 2', 'const other = 1'));
    session.runAll();
    await session.settled();
    const input = session.cell('cell-1')!.outputs[0]!.output;
    session.input(input.kind === 'input' ? input.id : '', 7);
    await session.settled();
    session.insertBlock('start', { kind: 'cell', language: 'ts', code: '1' });
    session.runAll();
    await session.settled();
    session.edit('cell-2', `${session.cell('cell-2')!.code} // again`);
    session.runCell('cell-2');
    await session.settled();
    expect(session.cell('cell-2')!.outputs.at(-1)!.output).toMatchObject({ kind: 'value', value: { text: '14' } });
    session.dispose();
  });

  it('inserts, deletes and undoes cells; what used a deleted cell is stale', async () => {
    const text = file('const a = 2', 'const b = a');
    const session = open(text);
    session.runAll();
    await session.settled();
    const id = session.insertCell('a', 'ts', 'const z = 9');
    expect(session.ids).toEqual(['a', id, 'b']);
    session.deleteCell('a');
    expect(session.cell('b')!.state).toBe('stale');
    session.runAll();
    await session.settled();
    expect(session.cell('b')!.state).toBe('error');
    session.undo();
    session.undo();
    expect(session.text).toBe(text);
    session.dispose();
  });

  it('saves edits after a while, acknowledges the revision, and gives outputs back next time', async () => {
    const saved: { text: string; revision: number }[] = [];
    let outputs: unknown[] = [];
    const store = {
      listen: () => () => {},
      saveNotebook: async (n: { text: string; revision: number }) => {
        saved.push(n);
      },
      saveOutputs: async (o: unknown[]) => {
        outputs = [...outputs, ...o];
      },
      outputs: async () => outputs,
      runs: async () => [],
      saveRun: async () => {},
      savePoints: async () => {},
      runEntries: async () => [],
    } as never;
    const session = open(file('const a = 2\na'), { store });
    session.runAll();
    await session.settled();
    session.edit('a', 'const a = 4\na');
    expect([session.revision, session.saved]).toEqual([1, 0]);
    session.runCell('a');
    await session.settled();
    await session.flush();
    expect(session.saved).toBe(1);
    expect(saved[0]!.text).toContain('const a = 4');
    const again = open(session.text, { store });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(again.cell('a')!).toMatchObject({ state: 'idle', outputs: [{ output: { kind: 'value' } }] });
    expect(again.cell('a')!.kept).toBeTypeOf('number');
    session.dispose();
    again.dispose();
  });
});
