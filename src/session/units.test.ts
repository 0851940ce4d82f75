import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { analyse } from '../analysis/index.ts';
import { parseCompiled, parseNotebook } from '../document/index.ts';
import type { UnitFile } from '../engine/unit.ts';
import type { StoredAnswer } from '../store/types.ts';
import type { Store } from '../store/types.ts';
import { createLibrary } from '../stdlib/library.ts';
import { openSession } from './test-session.ts';
import { inProcessWorker } from './test-worker.ts';
import type { Session } from './types.ts';
import { compileUnit } from './unit-file.ts';

const front = '---\ngradus: 1\nid: linear-algebra-vectors\ntitle: Linear Algebra & Vectors\nunit: 1\n---\n';
const cell = (info: string, code: string): string => `\`\`\`ts {${info}}\n${code}\n\`\`\`\n`;

/** Unit 01 in small: a demonstration, three exercises, and a name that is given. */
const notebook =
  front +
  [
    cell('id=scale', 'const scale = view(Inputs.range([1, 9], { value: 3 }))\ndisplay("seen by nobody")'),
    cell('id=noise', 'throw new Error("never evaluated by an import")'),
    cell('id=given-norm', 'const norm = (a) => 0'),
    cell('exercise=dot', 'function dot(a, b) { return 0 } // TODO'),
    cell('exercise=matmul', 'function matmul(a, b) { return [] } // TODO'),
    cell('exercise=box', 'class Box {} // TODO'),
  ].join('\n');
const solutions = [
  cell('solution=dot', 'export function dot(a: number[], b: number[]): number { return a.reduce((s, x, i) => s + x * b[i]! * scale, 0) }'),
  cell('wrong=dot', 'export function dot() { return 1 }'),
  cell('solution=matmul', 'export const matmul = (a: number[], b: number[]) => dot(a, b) + 1'),
  cell('solution=box', 'export class Box { mine = false }'),
  cell('id=given-norm', 'export const norm = (a: number[]) => Math.sqrt(dot(a, a) / scale)'),
].join('\n');
const compiled = (text: string, over: string): UnitFile => {
  const opened = parseNotebook(text);
  return compileUnit(opened, parseCompiled(over, opened.front), analyse);
};
const file = (text = notebook, over = solutions): string => JSON.stringify(compiled(text, over));

const open: Session[] = [];
afterEach(() => open.splice(0).forEach((session) => session.dispose()));

async function importing(
  cells: Readonly<Record<string, string>>,
  { answers = {}, text = file(), fresh = false }: { answers?: Readonly<Record<string, string>>; text?: string; fresh?: boolean } = {},
): Promise<{ session: Session; values: Readonly<Record<string, unknown>>; error: (id: string) => string; logs: string[] }> {
  const asked: string[] = [];
  const stored = Object.entries(answers).map(([exercise, code]) => ({
    ...{ notebook: 'linear-algebra-vectors', exercise, code, language: 'ts', attempts: 1, hints: 0, updatedAt: 1 },
    ...(code === '' ? {} : { passed: { time: 1, code, attempts: 1, hints: 0 } }),
  })) as readonly StoredAnswer[];
  const none = async (): Promise<readonly never[]> => [];
  const store = {
    ...{
      outputs: none,
      versions: none,
      runs: none,
      runEntries: none,
      saveOutputs: async () => {},
      saveRun: async () => {},
      setting: async () => {},
    },
    answers: async (id: string) => stored.filter(({ notebook: of }) => of === id),
    listen: () => () => {},
  } as unknown as Store;
  const session = openSession(
    `---\ngradus: 1\nid: t\nseed: 1\n---\n\n${Object.entries(cells)
      .map(([id, code]) => cell(`id=${id}`, code))
      .join('\n')}`,
    {
      store,
      createWorker: () =>
        inProcessWorker(createLibrary, async (pack) => (pack === 'unit' ? import('../stdlib/unit.ts') : Promise.reject(new Error(pack)))),
      services: async (call) => {
        if (call.service !== 'unit') throw new Error(`no ${call.service}`);
        asked.push(call.unit);
        return call.unit === 'linear-algebra-vectors' ? { text, fresh } : undefined;
      },
    },
  );
  open.push(session);
  session.runAll();
  await session.settled();
  return {
    session,
    values: await session.values(),
    error: (id) => session.cell(id)?.error?.message ?? '',
    logs: session.ids.flatMap((id) =>
      session.cell(id)!.outputs.flatMap(({ output }) => (output.kind === 'log' && 'text' in output ? [output.text] : [])),
    ),
  };
}

const use =
  "import { dot, norm, matmul, Box } from 'gradus:unit/01'\nconst got = [dot([1], [2]), matmul([1], [2]), norm([3, 4]), new Box().mine]";

describe('gradus:unit/NN', () => {
  test('two answers that use each other give way to the references instead of waiting for ever', async () => {
    const { values, error, logs } = await importing(
      { go: use },
      { answers: { dot: 'const dot = (a, b) => matmul(a, b)', matmul: 'const matmul = (a, b) => dot(a, b)' } },
    );
    expect([error('go'), values['got']]).toEqual(['', [6, 7, 5, false]]);
    expect(logs.join()).toMatch(/your answer to dot could not be loaded \(.*cycle: your dot → /);
  });

  test('an answer that imports its own unit gives way to the reference', async () => {
    const { values, error, logs } = await importing(
      { go: use },
      { answers: { dot: "import { norm } from 'gradus:unit/01'\nconst dot = (a, b) => norm(a)" } },
    );
    expect([error('go'), values['got']]).toEqual(['', [6, 7, 5, false]]);
    expect(logs.join()).toMatch(/import each other|imports itself/);
  });

  test('gives what the solutions export, with the cells of the notebook that it needs, of which nothing is shown', async () => {
    const { values, error, session } = await importing({ go: use });
    expect(error('go')).toBe('');
    expect(values['got']).toEqual([6, 7, 5, false]);
    expect(session.cell('go')!.outputs).toEqual([]);
  });

  test('an exercise is the learner’s where it passed, also for the other exports, and the default export says whose each is', async () => {
    const { values, error, logs } = await importing(
      { go: use, whose: "import unit from 'gradus:unit/01'\nconst facts = unit" },
      { answers: { dot: 'const _twice = 2\nfunction dot(a: number[], b: number[]) { return a[0]! * b[0]! * 10 * _twice }', matmul: '' } },
    );
    expect([error('go'), error('whose'), logs]).toEqual(['', '', []]);
    expect(values['got']).toEqual([40, 41, Math.sqrt((9 * 20) / 3), false]);
    expect(values['facts']).toEqual({
      ...{ unit: '01', id: 'linear-algebra-vectors', title: 'Linear Algebra & Vectors', yours: 1, total: 3 },
      whose: { dot: 'yours', matmul: 'reference', Box: 'reference', norm: 'given' },
    });
  });

  test.each([
    ['throws', 'const dot = nothing.here', /your answer to dot could not be loaded \(nothing is not defined\), so the reference stands/],
    ['does not parse', 'function dot( {', /your answer to dot cannot be read \(line 1: /],
    ['lacks the name', 'const dott = 1', /your answer to dot does not define `dot`/],
  ])('an answer that %s gives way to the reference, and says so', async (_, code, message) => {
    const { values, error, logs } = await importing({ go: use }, { answers: { dot: code } });
    expect(error('go')).toBe('');
    expect(values['got']).toEqual([6, 7, 5, false]);
    expect(logs).toEqual([expect.stringMatching(message)]);
  });

  test('one class is one class for all cells', async () => {
    const { values, error } = await importing({
      a: "import { Box } from 'gradus:unit/01'\nconst made = new Box()",
      b: "const { Box: Same } = await import('gradus:unit/01')\nconst same = made instanceof Same",
    });
    expect([error('b'), values['same']]).toEqual(['', true]);
  });

  test('nothing that was stored is asked for where nothing ever was', async () => {
    const { values } = await importing({ go: use }, { answers: { dot: 'const dot = () => 9' }, fresh: true });
    expect((values['got'] as number[])[0]).toBe(6);
  });

  test.each([
    ["import { dot } from 'gradus:unit/1'", /gradus:unit\/1: expected two digits behind the slash, as in gradus:unit\/01\./],
    ["import { dot } from 'gradus:unit/one'", /expected two digits/],
    [
      "import { dot } from 'gradus:unit/99'",
      /gradus:unit\/99: there is no such unit\. The course has gradus:unit\/01 to gradus:unit\/80\./,
    ],
    ["import { lu } from 'gradus:unit/02'", /gradus:unit\/02: “Matrix Theory & Determinants” exports nothing yet/],
    ["import { dott } from 'gradus:unit/01'", /gradus:unit\/01 exports no `dott`\. It has norm, dot, matmul, Box\./],
  ])('%s is refused with what there is', async (code, message) => {
    const { error } = await importing({ go: `${code}\nconst x = 1` });
    expect(error('go')).toMatch(message);
  });

  test('an export that fails fails where it is imported, and the others are there', async () => {
    const broken = file(notebook, `${solutions}\n${cell('id=bad', 'export const bad = norm.no.such')}`);
    const { values, error } = await importing({ go: use, bad: "import { bad } from 'gradus:unit/01'\nconst x = bad" }, { text: broken });
    expect(values['got']).toEqual([6, 7, 5, false]);
    expect(error('bad')).toMatch(/gradus:unit\/01: `bad` could not be evaluated \(Cannot read properties of undefined/);
  });

  test('cells that need each other, and a file beside that unit, are named', async () => {
    const over = [
      cell('id=a', 'export const a = () => b'),
      cell('id=b', 'export const b = () => a'),
      cell('id=c', "import { x } from './x.ts'\nexport const c = x"),
    ].join('\n');
    const { error } = await importing(
      { a: "import { a } from 'gradus:unit/01'", c: "import { c } from 'gradus:unit/01'" },
      { text: file(notebook, over) },
    );
    expect(error('a')).toMatch(/its cells need each other in a cycle: a → b → a/);
    expect(error('c')).toMatch(/imports \.\/x\.ts, which lies beside that unit alone/);
  });
});

test('the fixture unit exports nothing, and its file holds the references in the place of the starters', () => {
  const read = (name: string): string => readFileSync(`test/fixtures/unit/${name}.md`, 'utf8');
  const unit = compiled(read('notebook'), read('solutions'));
  expect(unit.exports).toEqual([]);
  expect(unit.cells.filter(({ exercise }) => exercise).map(({ exercise, code }) => [exercise, code.includes('TODO')])).toEqual([
    ['dot', false],
    ['norm', false],
  ]);
});
