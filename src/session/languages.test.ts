/* The seam for other languages, with one that exists only here: its cells are called sql, its program is a list of `set NAME VALUE`,
   `double` (what a call of it does) and `show NAME`. Judging must not assume TypeScript anywhere. */

import { describe, expect, test } from 'vitest';
import { analyse, analyseModule } from '../analysis/index.ts';
import type { UnitTexts } from '../course/exercises.ts';
import { parseNotebook } from '../document/index.ts';
import { createAnswer } from '../stdlib/answer.ts';
import { createLibrary } from '../stdlib/library.ts';
import { createEditing } from './editing.ts';
import { judge, type JudgeOptions } from './judge.ts';
import type { Judging, Program, Trial } from './languages.ts';
import { createSession } from './session.ts';
import { inProcessWorker } from './test-worker.ts';

const front = '---\ngradus: 1\nid: u\ntitle: U\nseed: 3\n---\n\n';
const fence = (language: string, info: string, code: string): string => `\`\`\`${language} {${info}}\n${code}\n\`\`\`\n\n`;
const check = (code: string): string =>
  front + fence('ts', 'check=stock', `import { answer, reference, sameResult, sameCall } from 'gradus:answer'\n${code}`);

const unit = (checks: string): UnitTexts => ({
  notebook: parseNotebook(
    `${front}${fence('sql', 'id=given', 'set apples 3')}${fence('sql', 'exercise=stock', '# TODO')}${fence('sql', 'exercise=other', '# TODO')}`,
  ),
  solutions: parseNotebook(
    `${front}${fence('sql', 'solution=stock', 'set pears 4\ndouble\nshow pears')}${fence('sql', 'solution=other', 'set plums 9')}`,
  ),
  checks: parseNotebook(check(checks)),
});

/** Each program has a memory of its own. */
function fakeLanguage(closed: string[] = []): Judging {
  return {
    languages: ['sql'],
    async run({ cells, signal }: Program): Promise<Trial> {
      const memory = new Map<string, number>();
      let shown: unknown;
      let factor = 1;
      for (const { code, answer } of cells)
        for (const line of code.split('\n')) {
          const [word, name = '', value] = line.split(' ');
          if (word === 'set') memory.set(name, Number(value));
          else if (word === 'double') factor = 2;
          else if (word === 'show' && answer) shown = [name, memory.get(name)];
          else if (word === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve));
          else if (word !== '#') throw Object.assign(new Error(`there is no word ${word}`), { name: 'SyntaxError' });
        }
      return {
        result: async () => shown,
        state: async (question) => memory.get(question),
        call: async ([x]) => Number(x) * factor,
        close: () => void closed.push('closed'),
      };
    },
  };
}

const options = (languages: readonly Judging[] | undefined, limitMs = 5000): JudgeOptions => ({
  analyse,
  now: () => performance.now(),
  limitMs,
  ...(languages ? { languages } : {}),
  open: (compiled, answers) =>
    createSession({
      text: compiled.text,
      compiled,
      editing: { make: createEditing },
      analyser: async () => ({ analyse, analyseModule }),
      createWorker: () => inProcessWorker(createLibrary, async () => ({ create: createAnswer })),
      engine: { set: {}, headless: true, judge: true, base: 'http://127.0.0.1/', packs: {} },
      services: async (call) => {
        if (call.service === 'answer' && answers) return answers(call);
        throw new Error(`no ${call.service}`);
      },
      now: () => performance.now(),
    }),
});
const sql = (code: string) => ({ code, language: 'sql' });

describe('an answer in another language', () => {
  test('is judged by its result, by the state that it leaves, and by calls of it beside the reference', async () => {
    const laws = unit(
      `await check('same result', () => sameResult())
await check('state', async () => equal(await answer.state('pears'), 4))
await check('sees what is given and other references', async () => equal([await answer.state('apples'), await answer.state('plums')], [3, 9]))
await check('same calls', () => sameCall([21]))`,
    );
    const closed: string[] = [];
    const right = await judge(laws, 'stock', sql('double\nset pears 4\nshow pears'), options([fakeLanguage(closed)]));
    expect(right.checks.map(({ name, message }) => `${name} ${message}`)).toEqual([
      'same result ',
      'state ',
      'sees what is given and other references ',
      'same calls ',
    ]);
    expect([right.pass, closed]).toEqual([true, ['closed', 'closed']]);

    const wrong = await judge(laws, 'stock', sql('set pears 5\nshow pears'), options([fakeLanguage()]));
    expect(wrong.checks).toMatchObject([
      { pass: false, expected: '4', got: '5' },
      { pass: false, message: 'Expected 4, got 5.' },
      { pass: true },
      { pass: false, expected: '42', got: '21' },
    ]);
  });

  test('reference and starter are candidates like any other', async () => {
    const laws = unit(`check('same result', () => sameResult())`);
    expect(await judge(laws, 'stock', 'reference', options([fakeLanguage()]))).toMatchObject({ pass: true });
    expect(await judge(laws, 'stock', 'starter', options([fakeLanguage()]))).toMatchObject({ pass: false, checks: [{ pass: false }] });
  });

  test('fails by what its own engine says, and by its time', async () => {
    const laws = unit(`check('same result', () => sameResult())`);
    expect(await judge(laws, 'stock', sql('sett pears 4'), options([fakeLanguage()]))).toMatchObject({
      pass: false,
      trouble: 'syntax',
      checks: [{ message: 'there is no word sett' }],
    });
    expect(await judge(laws, 'stock', sql('hang'), options([fakeLanguage()], 60))).toMatchObject({ pass: false, trouble: 'time' });
  });

  test('is refused in the wrong language, and where nothing judges its language', async () => {
    const laws = unit(`check('same result', () => sameResult())`);
    expect(await judge(laws, 'stock', { code: 'const x = 1', language: 'ts' }, options([fakeLanguage()]))).toMatchObject({
      pass: false,
      trouble: 'refused',
      checks: [{ message: 'The answer is written in ts, and stock asks for sql.' }],
    });
    expect(await judge(laws, 'stock', sql('# nothing'), options(undefined))).toMatchObject({
      trouble: 'refused',
      checks: [{ message: 'This version does not judge answers in sql.' }],
    });
  });
});
