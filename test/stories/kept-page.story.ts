/* A notebook of one's own opens with the page that was made of it, and with what it showed last, before anything is parsed; and never
   with a page of another text, of other code, or one that is damaged. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** So many that what they showed is gathered in one record too, but for the last, which is large. */
const cells = 121;
const text = `---\ngradus: 1\nid: long\ntitle: A long one\n---\n\n# A long one <b>bold</b>\n\n${Array.from(
  { length: cells - 1 },
  (_, i) => `\`\`\`ts\nconst v${i} = ${i === 0 ? '1' : `v${i - 1} + 1`};\nv${i}\n\`\`\``,
).join('\n\n')}\n\n\`\`\`ts\nconst large = 'x'.repeat(3000);\nlarge\n\`\`\`\n`;

const parsers = /\/(analysis|own|purify|front-lines)[^/]*\.js/;
/** Reloads, and tells which parsers the page asked for until its cells stand with what they showed. */
async function reopened(page: OpenPage): Promise<string[]> {
  const asked: string[] = [];
  const hear = (request: { url(): string }): void => void asked.push(...(parsers.exec(request.url())?.slice(0, 1) ?? []));
  page.on('request', hear);
  await page.reload();
  await expect.poll(() => page.locator('[data-kept]').count()).toBe(cells);
  await page.waitForFunction(() => 'alive' in document.documentElement.dataset);
  page.off('request', hear);
  return asked;
}
type Change = Readonly<Record<string, unknown>>;
const stored = (page: OpenPage, change?: Change): Promise<Record<string, string> | undefined> =>
  page.evaluate(
    (change) =>
      new Promise<Record<string, string> | undefined>((resolve, reject) => {
        const opening = indexedDB.open('gradus');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('pages', 'readwrite');
          const pages = transaction.objectStore('pages');
          const get = pages.get('long');
          get.onsuccess = () => {
            if (change !== undefined) pages.put({ ...get.result, ...change });
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve(get.result as Record<string, string> | undefined);
          };
        };
      }),
    change,
  );

/** The notebook in a page, run, with its page and its outputs kept. */
async function keptPage(): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width: 1100, height: 800 } });
  await keepCopy(page, text);
  await page.getByRole('button', { name: 'Run all', exact: true }).first().click();
  await expect.poll(() => page.locator('[data-cell][data-state=done]').count()).toBe(cells);
  await expect.poll(async () => (await stored(page))?.['hash']).toBeTruthy();
  await page.waitForTimeout(1000); // outputs are kept a moment after they came
  return page;
}

test('the second opening parses nothing and shows what the cells showed; another text, other code or damage makes the page anew', async () => {
  const page = await keptPage();

  expect(await reopened(page)).toEqual([]);
  expect(await page.locator('[data-cell="v119"] [data-outputs]').textContent()).toBe('120');
  expect(await page.locator('[data-cell="v119"]').getAttribute('data-state')).toBe('idle');
  await page.getByRole('button', { name: 'Run cell v3', exact: true }).click();
  await page.locator('[data-cell="v3"][data-state=done]').waitFor();

  const { hash, html, compiled } = (await stored(page))!;
  await stored(page, { build: 'earlier code' });
  expect(await reopened(page)).not.toEqual([]);
  await expect.poll(async () => (await stored(page))?.['build']).not.toBe('earlier code');
  expect(await stored(page)).toMatchObject({ hash, html, compiled });

  await stored(page, { html: 7 });
  expect(await reopened(page)).not.toEqual([]);
  await expect.poll(async () => typeof (await stored(page))?.['html']).toBe('string');

  await page.getByRole('textbox', { name: 'Code of v0', exact: true }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('const v0 = 100;\nv0');
  await expect
    .poll(() => page.evaluate(() => document.documentElement.dataset['saved'] === document.documentElement.dataset['revision']))
    .toBe(true);
  await page.reload();
  await expect.poll(() => page.locator('[data-kept]').count()).toBe(cells - 1);
  expect(await page.getByRole('textbox', { name: 'Code of v0', exact: true }).innerText()).toContain('100');
  await page.context().close();
});

test('text and results from last time stand there before the app comes, and the app goes on from them', async () => {
  const page = await keptPage();

  let come = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    come = resolve;
  });
  await page.route(/\/assets\/index-[^/]*\.js/, async (route) => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: 'commit' });
  await expect.poll(() => page.locator('[data-kept]').count()).toBe(cells - 1);
  expect(await page.evaluate(() => 'alive' in document.documentElement.dataset)).toBe(false);
  expect(await page.title()).toBe('A long one bold · Gradus');
  expect(await page.locator('h1').innerText()).toBe('A long one bold');
  expect(await page.locator('[data-cell="v119"] [data-outputs]').textContent()).toBe('120');
  await page.getByRole('button', { name: 'Run cell v3', exact: true }).click();
  come();
  await page.locator('[data-cell="v3"][data-state=done]').waitFor();
  await expect.poll(() => page.locator('[data-kept]').count()).toBe(1); // all others hang on v3
  expect(await page.locator('[data-cell="large"] [data-outputs]').textContent()).toContain('xxx');

  // The address is left before the app is there: what it names then is shown, and nothing of the notebook.
  await page.unroute(/\/assets\/index-[^/]*\.js/);
  await page.goto('about:blank');
  await page.goBack({ waitUntil: 'commit' });
  await page.evaluate(() => {
    location.hash = '#/runs';
  });
  await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
  expect(await page.locator('main.nb').count()).toBe(0);
  await page.goBack();
  await page.locator('[data-cell="v119"] [data-outputs]', { hasText: '120' }).waitFor();
  await page.context().close();
});
