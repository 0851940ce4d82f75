/* A notebook from the command line: what `gradus run` reports of every kind of cell, with the built app in a real browser. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../src/command/run.ts';
import { root, runGradus, type Ran } from './harness.ts';

const validate = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(root, 'docs/run.schema.json'), 'utf8')) as object,
);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-run-'));
  mkdirSync(join(folder, 'notes'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a notebook of these cells, `info` and code, and gives back its name. */
function notebook(name: string, ...cells: readonly (readonly [info: string, code: string])[]): string {
  const fences = cells.map(([info, code]) => `\`\`\`${info}\n${code}\n\`\`\`\n`);
  writeFileSync(join(folder, name), `---\ngradus: 1\nid: ${name.replace('.md', '')}\nseed: 1\n---\n${fences.join('\n')}`);
  return name;
}

const gradus = (...argv: string[]): Promise<Ran> => runGradus(folder, argv);

/** Runs with --json; what comes back has to be valid. */
async function report(...argv: string[]): Promise<RunRecord & { readonly status: number | null }> {
  const { status, out, err } = await gradus('run', '--json', ...argv);
  expect(out, err).not.toBe('');
  const record = JSON.parse(out) as RunRecord;
  expect(validate(record), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  return { ...record, status };
}

const cellOf = (record: RunRecord, id: string) => record.cells.find((cell) => cell.id === id)!;
const errorOf = (record: RunRecord, id: string) =>
  cellOf(record, id).error as { name: string; message: string; line?: number; column?: number };

test('values, outputs, states, places and the exit status of a notebook', async () => {
  const file = notebook(
    'kinds.md',
    ['ts {id=data}', 'const data = [3, 1, 2]\nconst big = new Float64Array([1, NaN])\nconst _own = 1'],
    ['ts {id=sum run=manual}', 'const sum = data.reduce((a, b) => a + b, 0)\nconsole.log("sum is", sum)\nsum'],
    ['ts {id=rows}', 'table([{ a: 1, b: "x" }, { a: 2, b: "y" }])'],
    ['ts {id=input}', 'const n = view(Inputs.range([0, 10], { label: "n", step: 1, value: 4 }))'],
    ['ts {id=doubled}', 'const doubled = n * 2'],
    ['ts {id=fails}', 'const later = 1\nthrow new TypeError("no")'],
    ['ts {id=after}', 'later + 1'],
    ['ts {id=never run=off}', 'const never = 1'],
    ['ts {id=words}', 'md`**bold** ${data.length}`'],
    [
      'ts {id=run}',
      'const r = await startRun("fit", { lr: 0.1 })\nfor (let i = 0; i < 5; i++) r.log({ loss: 5 - i })\nawait r.finish({ best: 1 })',
    ],
    ['ts {id=quiet}', 'stop(true, "enough")\nconst unreached = 1'],
    ['py', 'x = 1'],
  );
  const record = await report(file);
  expect(record).toMatchObject({ status: 1, notebook: 'kinds', file, ok: false, backend: 'wasm', adapter: '' });
  expect(record.cells.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'data done',
    'sum done',
    'rows done',
    'input done',
    'doubled done',
    'fails error',
    'after blocked',
    'never off',
    'words done',
    'run done',
    'quiet done',
    'cell-1 error',
  ]);
  expect(record.values).toMatchObject({ data: [3, 1, 2], big: [1, null], sum: 6, n: 4, doubled: 8 });
  expect(cellOf(record, 'data')).toMatchObject({ line: 6, language: 'ts', defines: ['data', 'big'], uses: [], outputs: [] });
  expect(cellOf(record, 'sum')).toMatchObject({
    uses: ['data'],
    outputs: [{ kind: 'log', level: 'log', text: 'sum is 6' }, { kind: 'value' }],
  });
  expect(cellOf(record, 'rows').outputs).toMatchObject([{ kind: 'table', total: 2 }]);
  expect(cellOf(record, 'input').outputs).toMatchObject([{ kind: 'input', type: 'range', label: 'n' }]);
  expect(errorOf(record, 'fails')).toMatchObject({ name: 'TypeError', message: 'no', line: 2, column: 7 });
  expect(errorOf(record, 'after').message).toMatch(/later.*fails/s);
  expect(cellOf(record, 'cell-1')).toMatchObject({ language: 'python' });
  expect(record.runs).toMatchObject([
    { name: 'fit', params: { lr: 0.1 }, summary: { best: 1 }, metrics: { loss: { steps: 5, first: 5, last: 1, min: 1 } } },
  ]);
});

test('--set, --cells and --overlay change what is evaluated, and that alone', async () => {
  const file = notebook(
    'change.md',
    ['ts {id=a}', 'const a = fail()'],
    ['ts {id=b}', 'const b = a + 1'],
    ['ts {id=c}', 'const c = 100'],
    ['ts {exercise=e}', 'const e = "TODO"'],
  );
  writeFileSync(
    join(folder, 'answers.md'),
    '---\ngradus: 1\nid: answers\n---\n```ts {solution=e}\nconst e = b * 2\n```\n\n```ts {id=new}\nconst extra = e + 1\n```\n',
  );
  const set = await report(file, '--set', 'a=41', '--cells', 'b');
  expect(set).toMatchObject({ status: 0, ok: true, values: { a: 41, b: 42 } });
  expect(set.cells.map(({ id }) => id)).toEqual(['a', 'b']);
  const over = await report(file, '--set', 'a=1', '--overlay', 'answers.md');
  expect(over.values).toMatchObject({ a: 1, b: 2, c: 100, e: 4, extra: 5 });
  expect(over.cells.map(({ id, line }) => [id, line])).toEqual([
    ['a', 6],
    ['b', 10],
    ['c', 14],
    ['e', 5],
    ['new', 9],
  ]);
});

test('a cell past its time ends in Interrupted, with isolation and without it, and the others go on', async () => {
  const file = notebook(
    'slow.md',
    ['ts {id=loop}', 'let i = 0\nwhile (true) i++'],
    ['ts {id=waits}', 'await new Promise(() => {})'],
    ['ts {id=fine}', 'const fine = 1'],
  );
  for (const flag of [[], ['--no-isolation']]) {
    const record = await report(file, '--timeout', '1', ...flag);
    expect(record.status).toBe(1);
    expect(errorOf(record, 'loop')).toMatchObject({ name: 'Interrupted', message: expect.stringMatching(/1 s/) as string });
    expect(errorOf(record, 'waits').name).toBe('Interrupted');
    expect(record.values).toEqual({ fine: 1 });
  }
});

test('a generator is followed to its end, an endless one is ended after two seconds', async () => {
  const file = notebook(
    'time.md',
    ['ts {id=few}', 'const few = (async function* () { for (let i = 1; i <= 3; i++) { yield i; await sleep(5) } })()'],
    ['ts {id=endless}', 'const endless = (async function* () { for (let i = 0; ; i++) { yield i; await sleep(20) } })()'],
    ['ts {id=user}', 'const user = few * 10'],
  );
  const record = await report(file);
  expect(record).toMatchObject({ status: 0, values: { few: 3, user: 30 } });
  expect(record.cells.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  expect(record.ms).toBeGreaterThan(1900);
  expect(record.ms).toBeLessThan(8000);
});

test('outputs end at 1 MB, and say how many were left out', async () => {
  const file = notebook('long.md', ['ts {id=long}', 'for (let i = 0; i < 300; i++) display("x".repeat(9_000) + i)']);
  const { outputs } = cellOf(await report(file), 'long');
  expect(JSON.stringify(outputs).length).toBeLessThanOrEqual(1_000_000);
  expect(outputs.at(-1)).toEqual({ kind: 'log', truncated: 300 - (outputs.length - 1) });
});

test('late errors and console calls are outputs; they change no state', async () => {
  const file = notebook('late.md', [
    'ts {id=late}',
    'setTimeout(() => { throw new RangeError("too late") }, 20)\nPromise.reject(new Error("nobody"))\nconst x = 1',
  ]);
  const record = await report(file);
  expect(record).toMatchObject({ status: 0, ok: true });
  expect(cellOf(record, 'late').outputs).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'error', error: expect.objectContaining({ message: 'too late' }) as unknown }),
    ]),
  );
});

test('files come from the folder of the notebook and from nowhere above', async () => {
  writeFileSync(join(folder, 'notes/near.csv'), 'a,b\n1,2\n');
  writeFileSync(join(folder, 'notes/part.ts'), 'export const half = (x: number): number => x / 2;\n');
  writeFileSync(join(folder, 'above.txt'), 'above');
  symlinkSync(join(folder, 'above.txt'), join(folder, 'notes/link.txt'));
  const file = notebook(
    'notes/files.md',
    ['ts {id=near}', 'const near = await (await file("near.csv")).text()'],
    ['ts {id=half}', 'import { half } from "./part.ts"\nconst four = half(8)'],
    ['ts {id=up}', 'const up = await (await file("../above.txt")).text()'],
    ['ts {id=link}', 'const link = await (await file("link.txt")).text()'],
  );
  const record = await report(file);
  expect(record.values).toEqual({ near: 'a,b\n1,2\n', four: 4 });
  expect(record.cells.map(({ state }) => state)).toEqual(['done', 'done', 'error', 'error']);
});

test('several files make an array in their order, and one that is not ok makes the status 1', async () => {
  const good = notebook('good.md', ['ts {id=a}', 'const a = 1']);
  const bad = notebook('bad.md', ['ts {id=a}', 'throw new Error("x")']);
  const { status, out } = await gradus('run', good, bad, '--json');
  const records = JSON.parse(out) as RunRecord[];
  expect(validate(records)).toBe(true);
  expect([status, ...records.map(({ file, ok }) => `${file} ${ok}`)]).toEqual([1, 'good.md true', 'bad.md false']);
});

test('without --json the report is to be read, without colours in a pipe', async () => {
  const file = notebook('read.md', ['ts {id=a}', 'const a = 41 + 1\nconsole.warn("mind")'], ['ts {id=b}', '\nmissing()']);
  const { status, out } = await gradus('run', file);
  expect(status).toBe(1);
  expect(out).toMatch(/done\s+a .*a = 42/);
  expect(out).toMatch(/warn: mind/);
  expect(out).toMatch(/ReferenceError: .*missing.*\(b 2:1/);
  expect(out).not.toContain('\x1b[');
});

test('--backend is obeyed, and a software adapter counts as WebGPU', async () => {
  const file = notebook('backend.md', ['ts {id=a}', 'const a = 1']);
  for (const backend of ['js', 'wasm', 'webgpu'])
    expect(await report(file, '--backend', backend)).toMatchObject({ backend, adapter: '', ok: true });
});
