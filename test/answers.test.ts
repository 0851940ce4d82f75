/* Answers that learners might give (test/fixtures/answers), judged by the checks of their unit without a browser: every right one passes
   on several seeds, every wrong one is rejected by the law that it breaks. What the command says of them is told in a story. */

import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { cellsOf, parseCompiled, parseNotebook } from '../src/document/index.ts';
import { createProp } from '../src/lab/prop/index.ts';
import * as library from '../src/tensor/index.ts';
import { answersIn, unitsWithAnswers } from './answers.ts';

const root = resolve(import.meta.dirname, '..');
const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<void>;

interface Told {
  readonly name: string;
  /** Empty where it passed. */
  readonly message: string;
}

/** TypeScript of a cell as the body of a function: types are gone, imports are asked of `modules`. */
function bodyOf(code: string): string {
  const plain = code
    .replace(/^import type .*$/gm, '')
    .replace(/^import \{([^}]*)\} from '([^']+)'$/gm, (_, names: string, source: string) => {
      return `const {${names.replaceAll(' as ', ': ')}} = modules('${source}')`;
    })
    .replace(/^export /gm, '');
  return transformSync(plain, { loader: 'ts', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } }).code;
}

/** The value that the code defines under `name`. */
function valueOf(code: string, name: string): unknown {
  const run = new Function('tensor', 'nn', 'random', 'modules', `'use strict'\n${bodyOf(code)}\nreturn ${name}`);
  return run(library.tensor, library.nn, library.random, () => library);
}

/** Judges code by the checks of its exercise, as often as there are seeds; the first verdict that is not all passes, else the last. */
async function judged(checks: string, name: string, code: string, seeds: readonly number[]): Promise<readonly Told[]> {
  const run = new AsyncFunction('check', 'modules', name, bodyOf(checks));
  let told: Told[] = [];
  for (const seed of seeds) {
    told = [];
    const waits: Promise<unknown>[] = [];
    const check = (law: string, fn: () => unknown): Promise<void> => {
      const outcome = (async () => fn())().then(
        (value) => void told.push({ name: law, message: value === false ? 'false' : '' }),
        (error: unknown) => void told.push({ name: law, message: String((error as Error).message) }),
      );
      waits.push(outcome);
      return outcome;
    };
    const prop = createProp({ seed, cell: 'checks' });
    await run(check, (source: string) => (source === 'gradus:prop' ? prop : library), valueOf(code, name));
    await Promise.all(waits);
    if (told.some(({ message }) => message !== '')) return told;
  }
  return told;
}

describe.each(unitsWithAnswers(root))('unit $unit', ({ folder, answers }) => {
  const notebook = parseNotebook(readFileSync(join(folder, 'notebook.md'), 'utf8'));
  const cells = (file: string) => cellsOf(parseCompiled(readFileSync(join(folder, file), 'utf8'), notebook.front));
  const exercises = readdirSync(answers).map((file) => file.replace(/\.md$/, ''));

  test.each(exercises)(
    '%s: right answers pass, wrong ones break the law that is told',
    async (exercise) => {
      const checks = cells('checks.md').find(({ attributes }) => attributes.check === exercise)!.code;
      const reference = cells('solutions.md').find(({ attributes }) => attributes.solution === exercise)!.code;
      const name = /(?:function\*?|const|let|var|class)\s+(\w+)/.exec(reference)![1]!;
      const { right, wrong } = answersIn(join(answers, `${exercise}.md`));
      for (const { sentence, code } of [{ sentence: 'the reference', code: reference }, ...right]) {
        const failed = (await judged(checks, name, code, [1, 2, 3])).filter(({ message }) => message !== '');
        expect(failed, sentence).toEqual([]);
      }
      for (const { sentence, law, code } of wrong) {
        const failed = (await judged(checks, name, code, [1])).filter(({ message }) => message !== '').map((told) => told.name);
        expect(
          failed.filter((told) => told.startsWith(law)),
          `${sentence} (${failed.join(' | ')})`,
        ).toHaveLength(1);
      }
    },
    120_000,
  );
});
