/* Exercises judged from the command line, in a real browser: `gradus test` on a sound unit and on sabotaged copies of it, `gradus
   grade` on answers that are right, wrong, hostile or endless. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, runGradus, type Ran } from './harness.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-judge-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the example unit, with changes to its files. */
function copy(name: string, change: (path: (file: string) => string) => void = () => {}): string {
  const at = join(folder, name);
  cpSync(join(root, 'test/fixtures/unit'), at, { recursive: true });
  change((file) => join(at, file));
  return at;
}
const edit = (path: string, from: string, to: string): void => {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
};

const gradus = (...argv: string[]): Promise<Ran> => runGradus(folder, argv);

describe('gradus test', () => {
  test('a sound unit passes', async () => {
    const { status, out, err } = await gradus('test', copy('sound'));
    expect([status, out, err]).toEqual([0, expect.stringMatching(/^✓ .*sound.*\n1 passed, 0 failed\n$/), '']);
  }, 120_000);

  const solved = 'return a.reduce((sum, x, i) => sum + x * b[i]!, 0) // TODO';
  test.each<[string, (path: (file: string) => string) => void, RegExp]>([
    [
      'a starter that is solved',
      (at) => edit(at('notebook.md'), 'return 0 // TODO', solved),
      /notebook\.md:\d+: The starter of dot passes all its checks/,
    ],
    ['a misspelt id', (at) => edit(at('checks.md'), '{check=norm}', '{check=nrom}'), /checks\.md:\d+: check=nrom: .*Did you mean norm\?/],
    [
      'a wrong reference',
      (at) => edit(at('solutions.md'), 'Math.sqrt(dot(a, a))', 'dot(a, a)'),
      /solutions\.md:\d+: The reference of norm fails:\n\s+3, 4, 5: Expected 5, got 25/,
    ],
    [
      'checks that are too weak',
      (at) => edit(at('checks.md'), "check('3, 4, 5', () => close(norm([3, 4]), 5))\n", ''),
      /solutions\.md:\d+: This wrong answer of norm passes all \d+ checks.*A length is the/,
    ],
    [
      'a missing hint',
      (at) => edit(at('notebook.md'), '<details><summary>Hint 2</summary>\n\nThe length of `[3, 4]` is 5.\n\n</details>\n', ''),
      /notebook\.md:\d+: Exercise norm has 2 of its three hints/,
    ],
    ['a stray file', (at) => writeFileSync(at('old.md'), 'x'), /old\.md: nothing in the unit reads this file/],
    [
      'a starter that does not parse',
      (at) => edit(at('notebook.md'), 'return 0 // TODO', 'return ( // TODO'),
      /The starter of dot does not parse/,
    ],
    [
      'a starter that fails for lack of time alone',
      (at) => edit(at('notebook.md'), 'return 0 // TODO', 'for (;;) {} // TODO'),
      /notebook\.md:\d+: The starter of dot fails for lack of time alone: [\s\S]*Let it end at once/,
    ],
    [
      'a starter without the name that is asked for',
      (at) =>
        edit(at('notebook.md'), 'function norm(a: number[]): number {\n  return dot(a, a) // TODO: a length is no square\n}', '// TODO'),
      /notebook\.md:\d+: The starter of norm does not define norm, which its checks ask for/,
    ],
    [
      'checks that cannot run',
      (at) => edit(at('checks.md'), "check('3, 4, 5', ", "nothing()\ncheck('3, 4, 5', "),
      /✗ .*\n {2}.*checks\.md:\d+: The checks of norm cannot judge its reference: line 3, column 1: .*nothing is not defined\n0 passed/,
    ],
    [
      'a demonstration that fails afterwards',
      (at) => edit(at('notebook.md'), 'points.map(norm)', "setTimeout(() => { throw new Error('late') }, 5)"),
      /notebook\.md:\d+: cell cell-\d+ fails afterwards: Error: late/,
    ],
    [
      'a reference that fails in the demonstration',
      (at) => edit(at('solutions.md'), 'return Math.sqrt(dot(a, a))', 'return Math.sqrt(dot(a, a)'),
      /solutions\.md:(\d+): cell norm fails: SyntaxError/,
    ],
    ['a missing file', (at) => rmSync(at('checks.md')), /checks\.md: there is no such file[\s\S]*Exercise norm has no check/],
    [
      'an experiment that misses its line',
      (at) => edit(at('notebook.md'), 'i < 20', 'i < 2'),
      /run descent has loss .*at most 0\.01 is wanted/,
    ],
  ])(
    '%s is found, with the right message',
    async (name, change, message) => {
      const { status, out } = await gradus('test', copy(name.replaceAll(' ', '-'), change));
      expect(out).toMatch(message);
      expect([status, out.trimEnd().split('\n').at(-1)]).toEqual([1, '0 passed, 1 failed']);
    },
    120_000,
  );
});

interface Graded {
  readonly answers: readonly {
    file: string;
    exercise: string;
    index: number;
    pass: boolean;
    ms: number;
    checks: { name: string; pass: boolean; message: string }[];
  }[];
}

describe('gradus grade', () => {
  const answers = (name: string, ...codes: readonly (readonly [exercise: string, code: string])[]): string => {
    const path = join(folder, name);
    writeFileSync(path, `# Answers\n\n${codes.map(([exercise, code]) => `\`\`\`ts {answer=${exercise}}\n${code}\n\`\`\`\n`).join('\n')}`);
    return path;
  };
  const right = 'const dot = (a, b) => { let s = 0; for (const [i, x] of a.entries()) s += x * b[i]; return s }';

  test('right answers pass, however they are written; wrong, endless and hostile ones fail with the reason', async () => {
    const wrong: readonly (readonly [code: string, message: RegExp])[] = [
      ['const dot = () => { for (;;) {} }', /longer than 2,000 ms/],
      ['function dot(a, b) { return dot(a, b) }', /Maximum call stack/],
      ['const dot = nothing.here', /nothing is not defined/],
      ['function dot( {', /SyntaxError/],
      ['const dot = () => 1\nconst check = () => {}', /Expected 32, got 1/],
      ['Object.is = () => true\nconst dot = () => 1', /./],
      ['Array.prototype.reduce = () => 1\nconst dot = () => 1', /./],
      ['Math.abs = () => 0\nconst dot = () => 32', /./],
      ['globalThis.equal = () => true; globalThis.close = () => true\nconst dot = () => 1', /Expected 32, got 1/],
      [
        `postMessage([{ kind: 'output', cell: 'cell-1', evaluation: 1, key: 0, output: { kind: 'check', exercise: 'dot', name: 'x', pass: true, message: '', ms: 0 } }])\nconst dot = () => 1`,
        /./,
      ],
      ['const dot = () => ({ valueOf: () => 32 })', /Expected 32/],
      ['const doot = 1', /dot is not defined/],
      // Replaced for the length of one call, spoken in the engine's name, ended early, flooded, asked of the reference.
      [
        'function dot() { const { is } = Object; Object.is = () => { Object.is = is; return true }; return { n: 1 } }',
        /Cannot assign to read only property/,
      ],
      [
        'const { every } = Array.prototype\nArray.prototype.every = () => true\nconst dot = () => 32',
        /Cannot assign to read only property/,
      ],
      ['self.onmessage({ data: { kind: "plan", define: [], remove: [], run: [] } })\nconst dot = () => 1', /onmessage is not a function/],
      [
        `dispatchEvent(new MessageEvent('message', { data: { kind: 'start', options: { set: {}, headless: true, base: '', packs: {} } } }))\nconst dot = () => 1`,
        /Expected 32, got 1/,
      ],
      ['let n = 0\nfunction dot() { if (n++ > 0) stop(true); return 32 }', /StopSignal/],
      ['let n = 0\nfunction dot() { if (n++ > 0) throw new Error("x".repeat(3e6)); return 32 }', /^\nx{2000}…/],
      ["const dot = await file('solutions.md')", /cannot be read by an answer/],
    ];
    const file = answers(
      'a.md',
      ['dot', right],
      ['norm', 'const norm = (v: number[]) => Math.hypot(...v)'],
      ...wrong.map(([code]) => ['dot', code] as const),
    );
    const { status, out, err } = await gradus('grade', copy('graded'), file, '--json');
    expect([status, err]).toEqual([0, '']);
    const graded = (JSON.parse(out) as Graded).answers;
    expect(graded.map(({ index, exercise }) => `${index} ${exercise}`).slice(0, 3)).toEqual(['0 dot', '1 norm', '2 dot']);
    expect(graded.map(({ pass }) => pass)).toEqual([true, true, ...wrong.map(() => false)]);
    wrong.forEach(([code, message], i) => {
      expect([code, graded[i + 2]!.checks.map((check) => check.message).join('\n')]).toEqual([code, expect.stringMatching(message)]);
    });
  }, 240_000);

  test('an answer that takes all memory fails alone', async () => {
    const file = answers(
      'memory.md',
      ['dot', 'const kept = []\nconst dot = () => { for (;;) kept.push(new Array(1e6).fill(kept.length)) }'],
      ['dot', right],
    );
    const { status, out } = await gradus('grade', copy('memory'), file, '--json');
    expect(status).toBe(0);
    expect((JSON.parse(out) as Graded).answers.map(({ pass }) => pass)).toEqual([false, true]);
  }, 240_000);

  test('bad input is one line and status 2', async () => {
    const unit = copy('bad');
    const cases: readonly (readonly [argv: string[], words: RegExp])[] = [
      [[unit], /no file with answers/],
      [[unit, answers('dto.md', ['dott', '1'])], /answer=dott.*Did you mean dot\?/],
      [[unit, answers('none.md')], /holds no answer/],
      [[unit, 'nowhere.md'], /cannot read nowhere\.md/],
      [['nowhere', 'x.md'], /nowhere is no folder/],
    ];
    for (const [argv, words] of cases) {
      const { status, out, err } = await gradus('grade', ...argv);
      expect([status, out, err]).toEqual([2, '', expect.stringMatching(words)]);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  }, 120_000);
});
