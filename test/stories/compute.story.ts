/* Where a notebook computes is its reader's choice: from the menu or the palette, by keyboard, kept in this browser, for tensors and for tf. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { cellIs, keepCopy, openSite, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const text = `---
gradus: 1
id: compute-story
title: Where it computes
---

\`\`\`ts {id=device}
const sum = await tensor.ones([4]).sum().item()
display(\`\${tensor.getDefaultDevice()} \${sum}\`)
\`\`\`

\`\`\`ts {id=guest}
tf.getBackend()
\`\`\`
`;
const shows = (page: Page, id: string, words: string): Promise<void> =>
  page.locator(`[data-cell="${id}"] [data-outputs]`, { hasText: words }).waitFor();
const dialog = (page: Page): ReturnType<Page['locator']> => page.getByRole('dialog', { name: 'Compute on' });

it('it is chosen from the menu, used by tensors and tf, and there after a reload', async () => {
  const page = await site.page('');
  await keepCopy(page, text);
  await page.getByRole('button', { name: 'Run all', exact: true }).click();
  await cellIs(page, 'guest', 'done');
  await shows(page, 'device', 'wasm 4');
  await page.locator('.bar [data-action="menu"]').click();
  await page.getByRole('menuitem', { name: 'Compute on…' }).click();
  await dialog(page).waitFor();
  expect(await dialog(page).innerText()).toMatch(/In use: WebAssembly, because .*swiftshader.* is a software adapter, slower than wasm\./i);
  expect(await page.getByRole('radio', { name: 'Automatic' }).isChecked()).toBe(true);
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(at: string): Promise<{ violations: readonly { id: string }[] }> } };
    return (await axe.run('dialog')).violations.map(({ id }) => id);
  });
  expect(violations).toEqual([]);
  await page.getByRole('radio', { name: 'JavaScript' }).check();
  await page.getByRole('button', { name: 'Compute there' }).click();
  await shows(page, 'device', 'js 4');
  await cellIs(page, 'guest', 'done');
  await shows(page, 'guest', 'cpu');
  expect(await page.locator('.toasts').innerText()).toContain('Its values are computed again; nothing else is lost.');

  await page.reload();
  await page.locator('[data-action="run-all"]').first().waitFor();
  await page.getByRole('button', { name: 'Run all', exact: true }).click();
  await cellIs(page, 'guest', 'done');
  await shows(page, 'device', 'js 4');
  expect(page.problems).toEqual([]);
});

it('by keyboard alone, on a GPU, and back', async () => {
  const page = await site.page('');
  await keepCopy(page, text);
  const choose = async (key: string, times: number): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search commands/ }).fill('webgpu');
    await page.getByRole('option', { name: /^Compute on…/ }).waitFor();
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    for (let i = 0; i < times; i++) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await dialog(page).waitFor({ state: 'detached' });
  };
  await choose('ArrowDown', 1);
  await page.getByRole('button', { name: 'Run all', exact: true }).click();
  await cellIs(page, 'guest', 'done', 60_000);
  await shows(page, 'device', 'webgpu 4');
  await shows(page, 'guest', 'webgpu');
  await choose('ArrowUp', 1);
  await shows(page, 'device', 'wasm 4');
  expect(page.problems).toEqual([]);
});
