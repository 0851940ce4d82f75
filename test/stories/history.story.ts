/* What a reader changed, seen as the page looks; and a copy of a shipped unit that is brought up to date when the unit has improved:
   what only one side changed is taken, answers stay, and the reader chooses where both changed the same words. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUnit, copySite } from '../../bench/site.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import { root } from './harness.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env['GRADUS_SHOTS'];
let folder: string, site: string, server: Awaited<ReturnType<typeof startServer>>, browser: Browser, id: string, original: string;

/** The unit as a later build ships it: each pair replaces a text of its notebook. */
async function ship(...changes: readonly (readonly [string, string])[]): Promise<void> {
  const unit = join(folder, 'unit');
  cpSync(join(root, 'test/fixtures/unit'), unit, { recursive: true });
  let text = original;
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(join(unit, 'notebook.md'), text);
  id = await addUnit(root, site, unit);
}

const notes =
  'The **dot product** of two lists is the sum of products $\\sum_i a_i b_i$ of their parts.\n\nIt measures how far two arrows agree.\n';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-history-'));
  site = join(folder, 'site');
  original = `${readFileSync(join(root, 'test/fixtures/unit/notebook.md'), 'utf8').trimEnd()}\n\n## Notes\n\n${notes}`;
  await copySite(root, site, {});
  await ship();
  server = await startServer({ root: site });
  browser = (await launchChromium()) as Browser;
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; problems: readonly string[] }> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(`${error.name}: ${error.message}`));
  await page.goto(`${server.url}n/${id}/`);
  await alive(page);
  return { page, problems };
}
const alive = (page: Page): Promise<unknown> => page.locator('html[data-alive]').waitFor({ state: 'attached' });
const saved = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => {
    const { saved, revision } = document.documentElement.dataset;
    return saved !== undefined && saved === revision;
  });

/** What axe finds wrong in the open dialog, light or dark. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const found = await (
      globalThis as unknown as { axe: { run(root: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run(document.querySelector('dialog[open]') ?? document);
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}

async function everyLook(page: Page, name: string): Promise<void> {
  for (const [width, scheme] of [
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate((theme) => (document.documentElement.dataset['theme'] = theme), scheme);
    await page.waitForTimeout(500); // colours of buttons pass into each other
    if (shots) await page.screenshot({ path: join(shots, `${name}-${width}-${scheme}.png`) });
    expect(await violations(page), `${name} ${width} ${scheme}`).toEqual([]);
    const wider = await page.evaluate(() => {
      const drawn = document.querySelector('dialog[open] .page-diff')!;
      return drawn.scrollWidth - drawn.clientWidth;
    });
    expect(wider, `${name} ${width}: nothing is cut off`).toBeLessThanOrEqual(1);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
}

/** Puts another text into the one prose block that has `words`. */
async function rewrite(page: Page, words: string, change: (text: string) => string): Promise<void> {
  const field = page.locator('textarea.prose-source').first();
  await expect
    .poll(async () => {
      if (!(await field.isVisible())) await page.locator('.prose', { hasText: words }).first().dblclick(); // once features are there
      return field.isVisible();
    })
    .toBe(true);
  await field.fill(change(await field.inputValue()));
  await page.keyboard.press('Escape');
}
async function answer(page: Page, code: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Code of dot' }).first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(code);
}
async function versions(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      await page.locator('h1').first().click();
      await page.keyboard.press('ControlOrMeta+k');
      return page.locator('.palette input').isVisible();
    })
    .toBe(true);
  await page.locator('.palette input').fill('Versions');
  await page.locator('.palette [role=option]', { hasText: 'Versions' }).first().click();
  await page.locator('dialog.versions').waitFor();
}

const mine = 'function dot(a: number[], b: number[]): number {\n  return a.length * 7\n}';

test('what differs is shown as the page looks, words marked, cells said, equal blocks folded; the switch is remembered', async () => {
  const { page, problems } = await open();
  await answer(page, mine);
  await rewrite(page, 'how far two arrows agree', (text) =>
    text.replace('how far', 'by how much').replace('sum of products', 'sum of all products'),
  );
  await saved(page);
  await versions(page);
  await page.getByRole('option', { name: 'Shipped text' }).click();
  await expect.poll(() => page.locator('dialog .diff .row').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Page', exact: true }).click();
  const drawn = page.locator('dialog .page-diff');
  await drawn.waitFor();
  expect(await page.getByRole('button', { name: 'Page', exact: true }).getAttribute('aria-pressed')).toBe('true');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Page');
  expect(await drawn.locator('.katex').count()).toBeGreaterThan(0);
  expect(await drawn.locator('.skipped').first().textContent()).toMatch(/equal block/);
  expect((await drawn.locator('ins').allTextContents()).join('|')).toMatch(/added .*much/);
  expect((await drawn.locator('del').allTextContents()).join('|')).toMatch(/deleted .*far/);
  expect(await drawn.getByRole('group', { name: /^Changed: (cell|exercise)/ }).count()).toBe(1);
  await everyLook(page, 'page-diff');
  await page.keyboard.press('Escape');
  await versions(page);
  await page.getByRole('option', { name: 'Shipped text' }).click();
  await drawn.waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
}, 120_000);

test('a copy of a unit that has improved is updated: answers stay, and what clashes is chosen', async () => {
  await ship();
  const { page, problems } = await open();
  await answer(page, mine);
  await rewrite(page, 'how far two arrows agree', (text) =>
    text.replace('It measures how far two arrows agree.', 'I say: it measures likeness.'),
  );
  await saved(page);
  await ship(
    ['It measures how far two arrows agree.', 'It tells whether two arrows point the same way.'],
    ['of two lists is', 'of two lists of equal length is'],
    ['## Notes', 'A new paragraph about lengths.\n\n## Notes'],
  );
  await page.reload();
  await alive(page);
  await page.mouse.move(500, 400);
  await page.mouse.move(520, 420);
  const band = page.locator('.band-update');
  await band.waitFor();
  expect(await band.textContent()).toContain('This unit has improved since you changed it.');
  await band.getByRole('button', { name: 'What changed' }).click();
  await page.locator('dialog.update .page-diff').waitFor();
  expect((await page.locator('dialog.update ins').allTextContents()).join('|')).toMatch(/added .*equal length/);
  await everyLook(page, 'what-changed');
  await page.keyboard.press('Escape');

  await band.getByRole('button', { name: 'Update…' }).click();
  const dialog = page.locator('dialog.update');
  await dialog.getByRole('group', { name: 'Place 1' }).waitFor();
  expect(await dialog.locator('fieldset').count()).toBe(1);
  await everyLook(page, 'update');
  await dialog.getByRole('radio', { name: 'Both' }).check();
  await expect.poll(() => dialog.locator('.shown').textContent()).toContain('point the same way');
  await dialog.getByRole('button', { name: 'Update', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await band.waitFor({ state: 'detached' });
  const text = (): Promise<string> => page.locator('main').innerText();
  await expect.poll(text).toContain('A new paragraph about lengths.');
  expect(await text()).toContain('I say: it measures likeness.');
  expect(await text()).toContain('point the same way');
  expect(await text()).toContain('return a.length * 7');
  await saved(page);
  await page.reload();
  await alive(page);
  await page.mouse.move(500, 400);
  await page.mouse.move(520, 420);
  expect(await text()).toContain('A new paragraph about lengths.');
  await versions(page);
  await page.getByRole('option', { name: 'Before an update' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await band.count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
}, 120_000);
