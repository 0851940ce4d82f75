/* The judge over a real engine in this process. Answers that hang, or break the language, are judged in a browser (stories). */

import { describe, expect, test } from 'vitest';
import { analyse, analyseModule } from '../analysis/index.ts';
import { answersOf, judged } from '../course/judging.ts';
import { exercisesOf, problemsOf, type UnitTexts } from '../course/exercises.ts';
import { parseNotebook } from '../document/index.ts';
import { createLibrary } from '../stdlib/library.ts';
import { judge, sealed } from './judge.ts';
import { createEditing } from './editing.ts';
import { createSession } from './session.ts';
import { inProcessWorker } from './test-worker.ts';

const front = '---\ngradus: 1\nid: u\ntitle: U\nseed: 3\nobjectives: ["Write a dot product (dot)"]\n---\n\n';
const fence = (info: string, code: string): string => `\`\`\`ts ${info}\n${code}\n\`\`\`\n\n`;
const hints = [1, 2, 3].map((n) => `<details><summary>Hint ${n}</summary>\n\nThink ${n}.\n\n</details>\n\n`).join('');

const unit = (more: Partial<Record<'notebook' | 'solutions' | 'checks', string>> = {}): UnitTexts => ({
  notebook: parseNotebook(
    more.notebook ??
      `${front}# U\n\n${fence('{id=scale}', 'const scale = 2')}## Dot\n\n${fence('{exercise=dot}', 'function dot(a, b) {\n  return 0 // TODO\n}')}${hints}## Norm\n\n${fence('{exercise=norm}', 'function norm(a) {\n  return 0 // TODO\n}')}${hints}`,
  ),
  solutions: parseNotebook(
    more.solutions ??
      `${front}${fence('{solution=dot}', 'function dot(a, b) {\n  return a.reduce((sum, x, i) => sum + x * b[i], 0)\n}')}It adds instead of multiplying.\n\n${fence('{wrong=dot}', 'function dot(a, b) {\n  return a.reduce((sum, x, i) => sum + x + b[i], 0)\n}')}It stops one before the end.\n\n${fence('{wrong=dot}', 'function dot(a, b) {\n  let sum = 0\n  for (let i = 0; i < a.length - 1; i++) sum += a[i] * b[i]\n  return sum\n}')}${fence('{solution=norm}', 'function norm(a) {\n  return Math.sqrt(dot(a, a))\n}')}It forgets the root.\n\n${fence('{wrong=norm}', 'function norm(a) {\n  return dot(a, a)\n}')}It takes the longest side.\n\n${fence('{wrong=norm}', 'function norm(a) {\n  return Math.max(...a)\n}')}`,
  ),
  checks: parseNotebook(
    more.checks ??
      `${front}${fence('{check=dot}', 'check("a small case", () => equal(dot([1, 2], [3, 4]), 11))\ncheck("commutes", () => equal(dot([5, 1], [2, 3]), dot([2, 3], [5, 1])))\ncheck("scales", () => close(dot([scale, 0], [3, 1]), scale * 3))')}${fence('{check=norm}', 'check("3 4 5", () => close(norm([3, 4]), 5))')}`,
  ),
});

const options = {
  analyse,
  now: () => performance.now(),
  open: (compiled: Parameters<Parameters<typeof judge>[3]['open']>[0]) =>
    createSession({
      text: compiled.text,
      compiled,
      editing: { make: createEditing },
      analyser: async () => ({ analyse, analyseModule }),
      createWorker: () => inProcessWorker(createLibrary),
      engine: { set: {}, headless: true, judge: true, base: 'http://127.0.0.1/', packs: {} },
      services: async (call) => {
        throw new Error(`no ${call.service}`);
      },
      now: () => performance.now(),
    }),
};
const answer = (code: string) => judge(unit(), 'dot', { code, language: 'ts' }, options);
const right = 'const dot = (a: number[], b: number[]) => {\n  let s = 0\n  for (const [i, x] of a.entries()) s += x * b[i]\n  return s\n}';

describe('exercises of a unit', () => {
  test('are found with all that belongs to them', () => {
    const [dot, norm] = exercisesOf(unit());
    expect([dot!.id, norm!.id]).toEqual(['dot', 'norm']);
    expect(dot!.hints).toEqual(['Think 1.', 'Think 2.', 'Think 3.']);
    expect(dot!.wrong.map(({ misconception }) => misconception)).toEqual([
      'It adds instead of multiplying.',
      'It stops one before the end.',
    ]);
    expect(problemsOf(unit())).toEqual([]);
  });

  test('what an author forgot is said with its place and the cure', () => {
    const say = (more: Parameters<typeof unit>[0]): string[] => problemsOf(unit(more)).map(({ file, message }) => `${file} ${message}`);
    expect(say({ checks: front + fence('{check=dott}', 'check("x", () => true)') })).toEqual([
      expect.stringContaining('Exercise dot has no check'),
      expect.stringContaining('Exercise norm has no check'),
      expect.stringContaining('checks.md check=dott: notebook.md has no exercise dott. Did you mean dot?'),
    ]);
    expect(say({ notebook: front + fence('{exercise=dot}', 'function dot() {}') + fence('{exercise=norm}', '// TODO') + hints })).toEqual([
      expect.stringContaining('Exercise dot has 0 of its three hints'),
      expect.stringContaining('The starter of exercise dot contains no TODO'),
    ]);
    expect(say({ solutions: front + fence('{solution=dot}', '1') })).toEqual([
      expect.stringContaining('Exercise dot has no wrong answer'),
      expect.stringContaining('Exercise norm has no reference'),
      expect.stringContaining('Exercise norm has no wrong answer'),
    ]);
    const emptied = unit().notebook.text.replace(/(<\/summary>)[\s\S]*?(<\/details>)/, '$1\n\n$2');
    expect(say({ notebook: emptied })).toEqual([expect.stringMatching(/Hint 1 of exercise dot is empty/)]);
    expect(problemsOf(unit({ notebook: unit().notebook.text.replace('(dot)', '(dots)') }))[0]!.message).toMatch(
      /names dots.*Did you mean dot/,
    );
  });
});

describe('what is judged', () => {
  test('references stand for all other exercises, and only this one’s checks follow', () => {
    const { text, answers, checks } = judged(unit(), 'norm', { code: 'const norm = 1', language: 'ts' }, () => undefined);
    expect(text).toContain('a.reduce((sum, x, i) => sum + x * b[i], 0)');
    expect(text).toContain('const norm = 1');
    expect(text).not.toContain('commutes');
    expect(answers).toHaveLength(1);
    expect(checks).toHaveLength(1);
  });
  test('answers are read from a file of them', () => {
    expect(answersOf(parseNotebook(front + fence('{answer=dot}', 'a') + fence('{answer=norm}', 'b')))).toEqual([
      { exercise: 'dot', code: 'a', language: 'ts' },
      { exercise: 'norm', code: 'b', language: 'ts' },
    ]);
  });
});

describe('verdicts', () => {
  test('the reference and a right answer written otherwise pass', async () => {
    expect(await judge(unit(), 'dot', 'reference', options)).toMatchObject({
      pass: true,
      checks: [{ pass: true }, { pass: true }, { pass: true }],
    });
    expect(await answer(right)).toMatchObject({ pass: true });
  });
  test('the starter and each wrong answer fail by a check, with a message', async () => {
    const starter = await judge(unit(), 'dot', 'starter', options);
    expect(starter).toMatchObject({
      pass: false,
      checks: [{ name: 'a small case', pass: false, message: 'Expected 11, got 0.' }, { pass: true }, {}],
    });
    expect(starter.trouble).toBeUndefined();
    for (const { code } of exercisesOf(unit())[0]!.wrong) expect((await answer(code)).pass).toBe(false);
  });
  test('a slip in one exercise does not fail another', async () => {
    expect(await judge(unit(), 'norm', 'reference', options)).toMatchObject({ pass: true });
  });
  test('code that does not parse, throws, or lacks the name says so', async () => {
    expect(await answer('function dot( {')).toMatchObject({
      pass: false,
      trouble: 'syntax',
      checks: [{ name: 'answer', message: expect.stringMatching(/^line 1.*SyntaxError/) }],
    });
    expect(await answer('const dot = nothing.here')).toMatchObject({
      pass: false,
      trouble: 'error',
      checks: [{ message: expect.stringContaining('nothing is not defined') }],
    });
    const none = await answer('const doot = 1');
    expect(none.pass).toBe(false);
    expect(none.checks[0]!.message).toMatch(/dot is not defined/);
  });
  test('an answer in tsx to a question in ts is TypeScript', async () => {
    expect(await judge(unit(), 'dot', { code: right, language: 'tsx' }, options)).toMatchObject({ pass: true });
  });
  test('an answer that ends itself, or never ends, is told so alone: checks that did not begin say nothing', async () => {
    const stops = await answer('stop(true)\nconst dot = () => 11');
    expect(stops).toMatchObject({
      pass: false,
      checks: [{ name: 'answer', message: expect.stringMatching(/^line 1.*stop\(\) ended it here/) }],
    });
    expect(stops.checks).toHaveLength(1);
    const code = 'await new Promise(() => {})\nconst dot = () => 11';
    const endless = await judge(unit(), 'dot', { code, language: 'ts' }, { ...options, limitMs: 300 });
    expect(endless).toMatchObject({ pass: false, trouble: 'time', checks: [{ name: 'answer' }] });
    expect(endless.checks).toHaveLength(1);
  });
  test('an answer cannot take the place of the checks', async () => {
    for (const [code, message] of [
      ['const dot = () => 1\nconst check = () => {}', /Expected 11, got 1/],
      ['const dot = () => 1\nconst equal = () => true\nconst close = () => true', /Expected 11, got 1/],
      ['check("a small case", () => true)\nconst dot = () => 1', /Expected 11, got 1/],
      ['const dot = () => ({ valueOf: () => 11 })', /Expected 11/],
    ] as const) {
      const verdict = await answer(code);
      expect([code, verdict.pass]).toEqual([code, false]);
      expect(verdict.checks.map((check) => check.message).join()).toMatch(message);
    }
  });
  test('helpers of an answer clash with no name of the notebook, of another exercise or of the checks', async () => {
    const helpers = 'const norm = 1, scale = 3, check = 4\nfunction close(a: number, b: number) { return a * b * scale / 3 }\n';
    const code = `${helpers}const dot = (a: number[], b: number[]) => a.reduce((s, x, i) => s + close(x, b[i]), 0)`;
    expect(await answer(code)).toMatchObject({ pass: true, checks: [{}, {}, {}] });
  });
  test('a right answer that replaces a built-in is told which', async () => {
    const { trim } = String.prototype;
    const verdict = await answer(`String.prototype.trim = function () { return 'x' }\n${right}`);
    Reflect.set(String.prototype, 'trim', trim);
    expect(verdict.pass).toBe(false);
    expect(verdict.checks[0]!.message).toContain('replaced String.prototype.trim');
  });
  test('an answer that ends its checks early fails', async () => {
    const stops = await answer('let n = 0\nfunction dot() { if (n++ > 0) stop(true); return 11 }');
    expect(stops).toMatchObject({ pass: false, checks: [{ pass: true }, { pass: false }, { pass: false }] });
    const bare = unit({
      checks:
        front +
        fence('{check=dot}', 'check("a", () => equal(dot([1, 2], [3, 4]), 11))\nconst r = dot([1], [1])\ncheck("b", () => equal(r, 1))'),
    });
    const code = 'let n = 0\nfunction dot() { if (n++ > 0) stop(true); return 11 }';
    expect(await judge(bare, 'dot', { code, language: 'ts' }, options)).toMatchObject({ pass: false });
  });
  test('an answer that says more than is kept fails, and is told so in a few letters', async () => {
    const long = await answer('function dot(a) { if (a[0] === 1) return 11; throw new Error("x".repeat(2e6)) }');
    expect(long.pass).toBe(false);
    expect(long.checks.map(({ pass }) => pass)).toEqual([true, false, false]);
    expect(long.checks[1]!.message.length).toBeLessThan(2100);
    const bare = unit({
      checks:
        front + fence('{check=dot}', 'check("a", () => equal(dot([1, 2], [3, 4]), 11))\ndisplay("y".repeat(2e6))\ncheck("b", () => false)'),
    });
    expect(await judge(bare, 'dot', { code: right, language: 'ts' }, options)).toMatchObject({ pass: false });
  });
  test('an answer cannot have its own unit do the work', async () => {
    const asked: string[] = [];
    const open: (typeof options)['open'] = (compiled) =>
      createSession({
        ...{ text: compiled.text, compiled, editing: { make: createEditing }, analyser: async () => ({ analyse, analyseModule }) },
        createWorker: () => inProcessWorker(createLibrary, async () => import('../stdlib/unit.ts')),
        engine: { set: {}, headless: true, judge: true, base: 'http://127.0.0.1/', packs: {} },
        services: sealed('linear-algebra-vectors', async (call) => {
          asked.push(call.service);
          throw new Error(`asked for ${call.service}`);
        }),
        now: () => performance.now(),
      });
    const texts = unit();
    const notebook = parseNotebook(texts.notebook.text.replace('id: u\n', 'id: linear-algebra-vectors\n'));
    const own = { ...texts, notebook };
    const told = await judge(own, 'dot', { code: "import { dot } from 'gradus:unit/01'", language: 'ts' }, { ...options, open });
    expect(told.checks.map(({ message }) => message).join()).toMatch(/An answer cannot import the unit that it is an answer to/);
    const read = await judge(own, 'dot', { code: "const dot = await file('solutions.md')", language: 'ts' }, { ...options, open });
    expect(read.checks.map(({ message }) => message).join()).toMatch(/cannot be read by an answer that is judged with it/);
    expect([told.pass, read.pass, asked]).toEqual([false, false, []]);
  });
  test('checks that check nothing are no pass', async () => {
    expect(await judge(unit({ checks: front + fence('{check=dot}', 'dot([1], [1])') }), 'dot', 'reference', options)).toMatchObject({
      pass: false,
      checks: [{ message: 'It ran and checked nothing.' }],
    });
  });
});
