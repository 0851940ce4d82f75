import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { load } from './load.ts';
import { main } from './main.ts';

const front = '---\ngradus: 1\nid: sums\n---\n';
const base = `${front}# Sums

\`\`\`ts {id=data}
const data = [1, 2, 3]
const _own = 1
type Row = number
\`\`\`

\`\`\`ts {exercise=total}
const total = 'TODO'
\`\`\`

\`\`\`ts
const twice: number = total * 2 + data.length
twice
\`\`\`

\`\`\`py {id=later run=off}
n = 1
\`\`\`
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-command-'));
  vi.stubEnv('INIT_CWD', folder);
  mkdirSync(join(folder, 'more'));
  writeFileSync(join(folder, 'sums.md'), base);
  writeFileSync(join(folder, 'plain.md'), '# No notebook\n\n```ts\n1\n```\n');
  writeFileSync(join(folder, 'broken.md'), '---\ngradus: [1\n---\n');
  writeFileSync(
    join(folder, 'more/bad.md'),
    `${front.replace('sums', 'bad')}\n\`\`\`ts {id=a}\nconst a = ;\n\`\`\`\n\n\`\`\`ts {id=b}\nconst b = a\n\`\`\`\n`,
  );
  writeFileSync(
    join(folder, 'over.md'),
    '```ts {solution=total}\nconst total = data.reduce((a, b) => a + b, 0)\n```\n\n```ts {wrong=total}\nconst total = 7\n```\n\n' +
      '````ts {id=data}\nconst data = [10, `\n```\n`.length]\n````\n\n```ts {check=total}\ncheck("sum", () => equal(total, 15))\n```\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function gradus(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const status = await main(argv).finally(() => {
    stdout.mockRestore();
    stderr.mockRestore();
  });
  return { status, out, err };
}

const wrong: readonly (readonly [argv: string, words: RegExp])[] = [
  ['', /no command/],
  ['walk sums.md', /no command "walk"/],
  ['run', /no FILE/],
  ['run sums.md --fast', /unknown flag "--fast"/],
  ['run sums.md --set', /expects a value/],
  ['run sums.md --set data', /NAME=JSON/],
  ['run sums.md --set data=[1', /expected JSON/],
  ['run sums.md --set nothing=1', /no cell of sums.md defines "nothing"/],
  ['run sums.md --set n=1', /defines "n"/],
  ['run sums.md --cells data,nope', /no cell "nope"/],
  ['run sums.md --cells ,', /ids of cells/],
  ['run missing.md', /no such file/],
  ['run more', /is a folder/],
  ['run plain.md', /no `gradus:`/],
  ['run broken.md', /broken.md:\d+: .*YAML/],
  ['run sums.md --overlay missing.md', /no such file/],
  ['run sums.md --backend gpu', /webgpu, wasm or js/],
  ['run sums.md --timeout 0', /seconds above 0/],
  ['run sums.md --timeout soon', /seconds above 0/],
  ['check', /no FILE/],
  ['check plain.md', /no `gradus:`/],
  ['test', /no FILE given/],
  ['grade sums.md', /no file with answers/],
  ['new', /expected `unit NN/],
  ['new unit 84', /no unit "84".*1 to 80 and C1 to C3/],
  ['new unit eigen-pcs', /did you mean eigen-pca/],
  ['export sums.md --to html', /does not have this command/],
  ['import x.ipynb', /does not have this command/],
];
for (const [argv, words] of wrong) {
  test(`\`gradus ${argv}\` is refused in one line, with status 2 and nothing on stdout`, async () => {
    const { status, out, err } = await gradus(...argv.split(' ').filter(Boolean));
    expect({ status, out, lines: err.trimEnd().split('\n').length }).toEqual({ status: 2, out: '', lines: 1 });
    expect(err).toMatch(words);
  });
}

test('--help prints a line for each command and ends with 0', async () => {
  const { status, out } = await gradus('--help');
  expect(status).toBe(0);
  expect(out.split('\n').filter((line) => line.startsWith('npm run --silent gradus -- ')).length).toBe(7);
});

test('check gives the cells of a notebook as run would, without evaluating', async () => {
  const { status, out } = await gradus('check', 'sums.md', '--json');
  expect(status).toBe(0);
  const cells = { ms: 0, outputs: [] };
  expect(JSON.parse(out)).toMatchObject({
    notebook: 'sums',
    file: 'sums.md',
    ok: true,
    types: [],
    cells: [
      { ...cells, id: 'data', language: 'ts', line: 7, state: 'idle', defines: ['data'], uses: [] },
      { ...cells, id: 'total', line: 13, state: 'idle', defines: ['total'], uses: [] },
      { ...cells, id: 'twice', line: 17, state: 'idle', defines: ['twice'], uses: ['total', 'data'] },
      { ...cells, id: 'later', language: 'python', line: 22, state: 'off', defines: [] },
    ],
  });
});

test('check of a folder finds every notebook below it, says where cells fail, and ends with 1', async () => {
  const { status, out } = await gradus('check', 'more', '--json');
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject([
    {
      file: join('more', 'bad.md'),
      ok: false,
      cells: [
        { id: 'a', state: 'error', error: { name: 'SyntaxError', line: 1, column: 11 } },
        { id: 'b', state: 'idle' },
      ],
    },
  ]);
  expect((await gradus('check', 'more')).out).toContain('bad.md:7: error: SyntaxError');
});

test('an overlay replaces and appends cells, which keep the lines of their own file', () => {
  const loaded = load('run', 'sums.md', ['over.md']);
  expect(loaded.cells.map(({ id, line }) => [id, line])).toEqual([
    ['data', 9],
    ['total', 1],
    ['twice', 17],
    ['later', 22],
    ['cell-1', 15],
  ]);
  expect(loaded.compiled.text).not.toContain('const total = 7');
  expect(loaded.compiled.cells.map(({ id }) => id)).toEqual(loaded.cells.map(({ id }) => id));
  expect(loaded.graph.cells.get('total')!.uses).toEqual([{ name: 'data', cell: 'data' }]);
});

test('without an overlay the text is that of the file', () => {
  expect(load('run', 'sums.md').text).toBe(base);
});

test('check warns of an id that is written twice', async () => {
  writeFileSync(join(folder, 'twice.md'), '---\ngradus: 1\nid: twice\n---\n```ts {id=a}\n1\n```\n\n```ts {id=a}\n2\n```\n');
  expect((await gradus('check', 'twice.md')).out).toMatch(/twice\.md:9: warning: id=a is written on two cells/);
});

test('check says where the cells of a loop read what makes it one, as run does', async () => {
  const cell = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
  writeFileSync(join(folder, 'loop.md'), `---\ngradus: 1\nid: loop\n---\n${cell('const a = 1\nconst x =  y + a')}${cell('const y = x')}`);
  const { status, out } = await gradus('check', 'loop.md', '--json');
  expect(status).toBe(1);
  expect((JSON.parse(out) as { cells: { error: object }[] }).cells.map(({ error }) => error)).toMatchObject([
    { name: 'CycleError', line: 2, column: 12 },
    { name: 'CycleError', line: 1, column: 11 },
  ]);
});
