/* The oracle's suite for one device in Node: every file of test/fixtures/torch is a test, and the little programs are two
   (eager and compiled). A test that fails names the cases that failed. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import type { Case } from './cases.ts';
import { runPrograms, type Curve } from './programs.ts';
import { runCases, type Library, type Outcome } from './run.ts';

const folder = fileURLToPath(new URL('../fixtures/torch/', import.meta.url));
const entry = new URL('../../src/tensor/index.ts', import.meta.url);

/** Defines the tests of `device`. */
export function torchSuite(device: string): void {
  describe.skipIf(!existsSync(entry))(`What PyTorch computes, on ${device}`, () => {
    const load = (): Promise<Library> => import(/* @vite-ignore */ entry.href);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const text = readFileSync(folder + file, 'utf8');
      const section = file.replace('.json', '');
      if (section === 'programs') {
        for (const compiled of [false, true]) {
          test(`${section}${compiled ? ', compiled' : ''}`, { timeout: 120_000 }, async () => {
            report(await runPrograms(await load(), device, JSON.parse(text) as Curve[], compiled));
          });
        }
      } else {
        test(section, { timeout: 120_000 }, async () => report(await runCases(await load(), device, JSON.parse(text) as Case[])));
      }
    }
  });
}

function report({ passed, failed }: Outcome): void {
  const lines = failed.map(({ name, message }) => `  ${name}: ${message}`);
  expect(failed.length, `${failed.length} of ${passed + failed.length} cases fail:\n${lines.join('\n')}\n`).toBe(0);
}
