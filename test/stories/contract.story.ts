/* The letter of the contract where it is easily lost: many small notebooks, one run of the command, a sentence for each. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../src/command/run.ts';
import { root } from './harness.ts';

const notebooks: Readonly<Record<string, readonly (readonly [info: string, code: string])[]>> = {
  hang: [
    ['ts {id=before}', 'const before = 4'],
    ['ts {id=regex}', '/^(a+)+$/.test("a".repeat(40) + "b")'],
    ['ts {id=after}', 'before + 1'],
  ],
  innocent: [
    ['ts {id=slept}', 'await sleep(300); const slept = 1'],
    ['ts {id=loop}', 'for (;;) {}'],
    ['ts {id=caught}', 'try { for (;;) {} } catch {}\nconst survived = 1'],
    ['ts {id=last}', 'const last = 2'],
  ],
  timer: [
    ['ts {id=late}', 'setTimeout(() => { for (;;) {} }, 100); const early = 1'],
    ['ts {id=other}', 'early + 1'],
  ],
  places: [
    ['ts {id=static}', '\nimport { nothing } from "./missing.ts"'],
    ['ts {id=dynamic}', 'const one = 1\nawait import("./missing.ts")'],
    ['ts {id=file}', 'const two = 2\n  await file("missing.txt")'],
    ['ts {id=network}', '\n await import("npm:left-pad@1.3.0")'],
    ['ts {id=page}', 'document.title'],
    ['ts {id=broken}', 'import b from "./broken.ts"'],
    ['ts {id=failing}', 'const three = 3\nawait import("./failing.ts")'],
  ],
  checks: [
    [
      'ts {check=limits}',
      'check("loop", () => { for (;;) {} }, { limitMs: 100 })\ncheck("inside", () => throws(() => { while (true); }), { limitMs: 100 })\ncheck("after", () => { for (let i = 0; i < 1e5; i++); })',
    ],
  ],
  names: [
    ['ts {id=own}', 'const twice = 1; type T = 1; const _mine = 2; this'],
    ['ts {id=too}', 'const twice = 2; twice'],
    ['ts {id=off run=off}', 'const never = 1'],
  ],
};

let folder: string;
let records: ReadonlyMap<string, RunRecord>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-contract-'));
  for (const [name, cells] of Object.entries(notebooks)) {
    const fences = cells.map(([info, code]) => `\`\`\`${info}\n${code}\n\`\`\`\n`);
    writeFileSync(join(folder, `${name}.md`), `---\ngradus: 1\nid: ${name}\n---\n${fences.join('\n')}`);
  }
  writeFileSync(join(folder, 'broken.ts'), 'export const a = 1;\nexport const b = ;\n');
  writeFileSync(join(folder, 'failing.ts'), 'export const a = 1;\nthrow new Error("in the file");\n');
  const files = Object.keys(notebooks).map((name) => `${name}.md`);
  const { stdout } = spawnSync(process.execPath, [join(root, 'scripts/gradus.mjs'), 'run', '--json', '--timeout', '3', ...files], {
    cwd: root,
    env: { ...process.env, INIT_CWD: folder },
    encoding: 'utf8',
  });
  records = new Map((JSON.parse(stdout) as RunRecord[]).map((record) => [record.notebook, record]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const book = (id: string): RunRecord => records.get(id)!;
const states = (id: string): string =>
  book(id)
    .cells.map((cell) => `${cell.id} ${cell.state}`)
    .join(', ');
const errors = (id: string) =>
  Object.fromEntries(
    book(id).cells.map((cell) => [cell.id, cell.error as { name: string; message: string; line?: number; column?: number }]),
  );

test('a cell that hangs without a loop fails alone, and the values of the others stay', () => {
  expect(states('hang')).toBe('before done, regex error, after done');
  expect(errors('hang')['regex']!.name).toBe('Interrupted');
  expect(book('hang').values).toEqual({ before: 4 });
});

test('a cell that waits while another loops is not the one that is out of time', () => {
  expect(states('innocent')).toBe('slept done, loop error, caught error, last done');
  expect(book('innocent').values).toEqual({ slept: 1, last: 2 });
});

test('a cell that catches its interruption is interrupted all the same', () => {
  expect(errors('innocent')['caught']).toMatchObject({ name: 'Interrupted', line: 1 });
});

test('a timer that does not end takes no value away', () => {
  expect(states('timer')).toBe('late done, other done');
  expect(book('timer').values).toEqual({ early: 1 });
});

test('what an import, a file or the network refuses stands at its line and column', () => {
  const { static: fixed, dynamic, file, network } = errors('places');
  expect([fixed!.line, fixed!.column, file!.line, file!.column]).toEqual([2, 1, 2, 9]);
  expect([dynamic!.line, network!.line]).toEqual([2, 2]);
});

test('a file that does not parse is named with its line', () => {
  expect(errors('places')['broken']).toMatchObject({
    message: expect.stringContaining('./broken.ts, line 2, column 18') as string,
    line: 1,
  });
});

test('what a file throws when it is imported stands at the import, with the place in the file on the way', () => {
  expect(errors('places')['failing']).toMatchObject({
    message: 'in the file',
    line: 2,
    frames: [{ cell: './failing.ts', line: 2, column: 7 }],
  });
});

test('a name of the page gives an error that offers a view cell', () => {
  expect(errors('places')['page']).toMatchObject({ name: 'ReferenceError', message: expect.stringContaining('view cell') as string });
});

test('a check whose loop does not end fails after its limit, and the next one runs', () => {
  const { checks } = book('checks') as unknown as { checks: { name: string; pass: boolean; message: string }[] };
  expect(checks.map(({ name, pass }) => `${name} ${pass}`)).toEqual(['loop false', 'inside false', 'after true']);
  expect(checks[0]!.message).toMatch(/longer than 100 ms/);
});

test('two cells may define a name that no third one reads: both list it, values leave it out', () => {
  expect(book('names').cells.map(({ id, defines }) => [id, defines])).toEqual([
    ['own', ['twice']],
    ['too', ['twice']],
    ['off', []],
  ]);
  expect(book('names').values).toEqual({});
  expect(book('names').cells[0]!.outputs).toEqual([]); // `this` is undefined, as in a module
});
