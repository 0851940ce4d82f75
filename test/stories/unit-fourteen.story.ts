/* Unit 14 as a learner goes through it: the neuron that follows the hand and its mistakes, tiles of shapes, the experiment on wasm above its
   line, a drawn digit that is read. And `gradus grade` on answers of many kinds: what is right passes, what is wrong is told by its law. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answersIn } from '../answers.ts';
import { cell, cellIs, openSite, root, runGradus, type Site } from './harness.ts';

const unit = join(root, 'notebooks/course/14-nn-fundamentals');
const answers = join(root, 'test/fixtures/answers/unit-14');

let folder: string;
let site: Site;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-fourteen-'));
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  rmSync(folder, { recursive: true });
});

test('gradus grade accepts what is right and tells the law that a wrong answer breaks', async () => {
  // Some of all answers, spread over each file: test/answers.test.ts judges every one of them.
  const some = <T>(list: readonly T[], count: number): T[] => list.filter((_, i) => i % Math.ceil(list.length / count) === 0);
  const given = readdirSync(answers).flatMap((file) => {
    const exercise = file.replace(/\.md$/, '');
    const { right, wrong } = answersIn(join(answers, file));
    return [
      ...some(right, 3).map((answer) => ({ ...answer, exercise, law: undefined })),
      ...some(wrong, 6).map((answer) => ({ ...answer, exercise })),
    ];
  });
  const file = join(folder, 'answers.md');
  writeFileSync(file, given.map(({ exercise, code }) => `\`\`\`ts {answer=${exercise}}\n${code}\n\`\`\`\n`).join('\n'));
  const { status, out, err } = await runGradus(folder, ['grade', unit, file, '--json']);
  expect([status, err]).toEqual([0, '']);
  const told = (JSON.parse(out) as { answers: { pass: boolean; checks: { name: string; pass: boolean; message: string }[] }[] }).answers;
  expect(told).toHaveLength(given.length);
  told.forEach(({ pass, checks }, i) => {
    const { sentence, law } = given[i]!;
    const broken = checks.filter((check) => !check.pass);
    if (law === undefined) expect([sentence, pass, broken]).toEqual([sentence, true, []]);
    else expect([sentence, broken.filter(({ name, message }) => name.startsWith(law) && message !== '').length]).toEqual([sentence, 1]);
  });
}, 300_000);

test('a neuron follows the hand and its mistakes, tiles fit, the experiment passes its line, a drawn digit is read', async () => {
  const page = await site.page('n/nn-fundamentals/');
  await cellIs(page, 'press', 'done');
  const misses = page.getByText(/^\d+ of 40 points are on the wrong side/);
  await expect.poll(() => misses.innerText()).toMatch(/^\d+ of 40/);
  const before = Number.parseInt(await misses.innerText(), 10);
  expect(before).toBeGreaterThan(10);
  const update = cell(page, 'presses').getByRole('button', { name: 'Update on one mistake' });
  for (let press = 0; press < 40; press++) await update.click();
  await expect.poll(async () => Number.parseInt(await misses.innerText(), 10)).toBeLessThan(before / 2);

  await cell(page, 'train').scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'Run cell train', exact: true }).click();
  await cellIs(page, 'train', 'done', 120_000);
  await expect.poll(() => page.getByText(/On the test digits the network is right in/).innerText()).toMatch(/right in 9[4-9]\.\d %/);
  await cellIs(page, 'mistakes', 'done');
  await cellIs(page, 'reading', 'done');

  // A stroke from top to bottom is a 1.
  const pad = cell(page, 'drawing').locator('canvas').first();
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!;
  const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.52, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.5), { steps: 5 });
  await page.mouse.move(...at(0.48, 0.8), { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => cell(page, 'reading').innerText()).toMatch(/It reads a 1/);
  expect(page.problems).toEqual([]);
}, 300_000);
