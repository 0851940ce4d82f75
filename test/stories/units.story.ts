/* `gradus:unit/NN` in a real browser: what unit 1 exports is there in another notebook, from the command line and in the page, where
   the learner's own passed answer stands in the place of the reference. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { copySite } from '../../bench/site.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import type { RunRecord } from '../../src/command/run.ts';
import { cell, cellIs, root, runGradus } from './harness.ts';

const text = `---
gradus: 1
id: uses-unit
title: Uses a unit
seed: 1
---

\`\`\`ts {id=use}
import unit, { dot, matmul } from 'gradus:unit/01'
const eleven = dot([1, 2], [3, 4])
const whose = \`\${unit.title}: yours \${unit.yours}/\${unit.total}, dot \${unit.whose.dot}\`
whose
\`\`\`

\`\`\`ts {id=none}
import { nothing } from 'gradus:unit/01'
\`\`\`
`;

let folder: string, browser: Browser, server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-units-'));
  writeFileSync(join(folder, 'uses.md'), text);
  await copySite(root, join(folder, 'site'), { 'uses-unit': text });
  server = await startServer({ root: join(folder, 'site') });
  browser = (await launchChromium()) as Browser;
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('from the command line a unit gives its references', async () => {
  const { out, err } = await runGradus(folder, ['run', '--json', 'uses.md']);
  expect(out, err).not.toBe('');
  const record = JSON.parse(out) as RunRecord;
  const { eleven, whose } = record.values as { eleven: unknown; whose: string };
  expect([eleven, whose]).toEqual([11, expect.stringMatching(/^Linear Algebra & Vectors: yours 0\/\d+, dot (given|reference)$/)]);
  expect(JSON.stringify(record.cells.find(({ id }) => id === 'none')!.error)).toMatch(
    /gradus:unit\/01 exports no `nothing`\. It has .*matmul/,
  );
}, 120_000);

/** Puts a passed answer into the store, as the exercise's view does. */
async function pass(page: Page, exercise: string, code: string): Promise<void> {
  const put = (answer: object): Promise<boolean> =>
    new Promise((resolve) => {
      const opening = indexedDB.open('gradus');
      opening.onupgradeneeded = () => opening.transaction!.abort();
      opening.onerror = () => resolve(false);
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('answers', 'readwrite');
        transaction.objectStore('answers').put(answer);
        transaction.oncomplete = () => {
          opening.result.close();
          resolve(true);
        };
      };
    });
  const time = 1;
  const answer = {
    ...{ notebook: 'linear-algebra-vectors', exercise, code, language: 'ts', attempts: 1, hints: 0, updatedAt: time },
    passed: { time, code, attempts: 1, hints: 0 },
  };
  await expect.poll(() => page.evaluate(put, answer), { timeout: 15_000 }).toBe(true);
}

test('in the page it gives what the learner passed, and the reference where that does not load', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const use = async (): Promise<string> => {
    await page.goto(`${server.url}n/uses-unit/`);
    await page.getByRole('button', { name: 'Run cell use' }).click();
    await cellIs(page, 'use', 'done');
    return (await cell(page, 'use').locator('[data-outputs]').innerText()).replace(/\s+/g, ' ');
  };
  expect(await use()).toMatch(/yours 0\/\d/);
  await pass(page, 'matmul', 'function matmul(a, b) { return "mine" }');
  expect(await use()).toMatch(/yours 1\/\d/);
  await pass(page, 'matmul', 'const matmul = nowhere');
  expect(await use()).toMatch(
    /your answer to matmul could not be loaded \(nowhere is not defined\), so the reference stands in its place.*yours 0\/\d/,
  );
  await context.close();
}, 120_000);
