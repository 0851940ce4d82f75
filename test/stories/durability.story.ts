/* What a person wrote is never lost: the browser is killed while it is typed, the room runs out, the database is taken away, an old
   tab stands in the way of a new one, a record is damaged. Each fault is a real one of the browser, and each says what to do. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepCopy, openSite, type OpenPage, type Site } from './harness.ts';
import { kill, startKillable } from './killable.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text = (id: string): string => `---\ngradus: 1\nid: ${id}\ntitle: A story\n---\n\n\`\`\`ts\nconst a = 1\n\`\`\`\n`;
const code = (page: Page): ReturnType<Page['locator']> => page.getByRole('textbox', { name: 'Code of a', exact: true });
const facts = (page: Page): Promise<{ saved: number; revision: number }> =>
  page.evaluate(() => {
    const { saved, revision } = document.documentElement.dataset;
    return { saved: Number(saved), revision: Number(revision) };
  });

async function opened(id: string): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width: 1100, height: 800 }, acceptDownloads: true });
  await keepCopy(page, text(id));
  return page;
}
async function type(page: Page, letters: string): Promise<void> {
  await code(page).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(letters);
}

test('the browser is killed ten times while somebody types: nothing acknowledged is lost, nothing torn', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'gradus-kill-'));
  let expected = 'const a = 1';
  try {
    for (let round = 0; round <= 10; round++) {
      const { process: program, page } = await startKillable(profile);
      if (round === 0) {
        await page.goto(site.url);
        await keepCopy(page, text('kill'));
      } else {
        await page.goto(`${site.url}#/n/kill`);
        await code(page).waitFor();
        const found = (await code(page).innerText()).trimEnd();
        // All that was acknowledged, and then a beginning of what was typed after it.
        expect(found.startsWith(expected), `round ${round}: ${found} does not begin with ${expected}`).toBe(true);
        expect(found).toMatch(/^const a = 1( \/\/)?( +\d+)*$/); // a round may have ended behind a blank
        expected = found;
        if (round === 10) {
          await kill(program);
          break;
        }
      }
      await code(page).click();
      await page.keyboard.press('Control+End');
      if (round === 0) await page.keyboard.type(' //');
      let acknowledged = expected;
      const until = Date.now() + 900 + round * 130;
      for (let n = 0; Date.now() < until; n++) {
        await page.keyboard.type(` ${round}${n}`);
        const now = await page.evaluate(() => {
          const { saved, revision } = document.documentElement.dataset;
          return { done: saved === revision, code: document.querySelector<HTMLElement>('[data-cell="a"] .cm-content')?.innerText ?? '' };
        });
        if (now.done && now.code !== '') acknowledged = now.code.trimEnd();
      }
      await kill(program);
      expected = acknowledged;
    }
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}, 300_000);

test('no room: the page says so, offers the text and room, and stores it by itself when there is room again', async () => {
  const page = await opened('full');
  // A browser's quota counts only what is large: the write fails as it does then, with the name that the browser gives it.
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      if ((window as { roomy?: true }).roomy) return put.apply(this, given);
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await type(page, ' // no room');
  const band = page.locator('.banner').filter({ hasText: 'Not saved.' });
  await band.waitFor();
  expect(await band.innerText()).toContain('Storage is full: the last change was not kept.');
  expect((await facts(page)).saved).toBeLessThan((await facts(page)).revision);
  const coming = page.waitForEvent('download');
  await band.getByRole('button', { name: 'Download' }).click();
  const file = await (await coming).createReadStream();
  let downloaded = '';
  for await (const chunk of file) downloaded += String(chunk);
  expect(downloaded).toContain('// no room');
  expect(await band.getByRole('link', { name: 'Free space…' }).getAttribute('href')).toContain('#/storage');
  await page.evaluate(() => {
    (window as { roomy?: true }).roomy = true;
  });
  await expect.poll(async () => (await facts(page)).saved === (await facts(page)).revision, { timeout: 20_000 }).toBe(true);
  await band.waitFor({ state: 'detached' });
});

test('the browser clears the site under an open page: the text is stored again, and the page says what is gone', async () => {
  const page = await opened('cleared');
  await type(page, ' // kept');
  await expect.poll(async () => (await facts(page)).saved === (await facts(page)).revision).toBe(true);
  const other = await page.context().newPage();
  await other.goto(`${site.url}mark.svg`);
  await other.evaluate(
    () =>
      new Promise<void>((resolve) => {
        indexedDB.deleteDatabase('gradus').onsuccess = () => resolve();
      }),
  );
  await page.bringToFront();
  await type(page, ' and more');
  await page.locator('.banner').filter({ hasText: 'The browser cleared what this site had stored.' }).waitFor();
  await expect.poll(async () => (await facts(page)).saved === (await facts(page)).revision).toBe(true);
  await page.reload();
  await code(page).waitFor();
  expect(await code(page).innerText()).toBe('const a = 1 // kept and more');
});

test('a newer version in another tab: this one writes its last, says so, and offers to reload', async () => {
  const page = await opened('upgrade');
  const other = await page.context().newPage();
  await other.goto(`${site.url}mark.svg`);
  await type(page, ' // last');
  await other.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('gradus', 99);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
        request.onerror = () => reject(request.error);
      }),
  );
  const band = page.locator('.banner').filter({ hasText: 'A newer Gradus is open in another tab.' });
  await band.waitFor();
  await expect.poll(() => band.getByRole('button', { name: 'Reload' }).count()).toBe(1);
  const stored = await other.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const request = indexedDB.open('gradus');
        request.onsuccess = () => {
          const get = request.result.transaction('notebooks').objectStore('notebooks').get('upgrade');
          get.onsuccess = () => resolve((get.result as { text: string }).text);
        };
      }),
  );
  expect(stored).toContain('// last');
});

test('an old tab that does not make way: the page says which tabs to close', async () => {
  const old = await site.page('mark.svg');
  await old.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('gradus', 1);
        request.onsuccess = () => resolve(); // and never closes
      }),
  );
  const page = await old.context().newPage();
  await page.goto(`${site.url}#/n/mine`);
  await page.getByRole('heading', { name: 'mine cannot be read now' }).waitFor();
  expect(await page.getByRole('alert').first().innerText()).toContain('Close the other tabs of this site, then reload.');
});

test('a damaged record: said, downloaded, repaired, and kept as a version', async () => {
  const page = await opened('damaged');
  await page.goto(`${site.url}mark.svg`);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('gradus');
        request.onsuccess = () => {
          const put = request.result
            .transaction('notebooks', 'readwrite')
            .objectStore('notebooks')
            .put({ id: 'damaged', title: 7, text: '---\ngradus: 1\nid: damaged\ntitle: Saved\n---\n\n```ts\nconst a = 5\n```\n' });
          put.onsuccess = () => {
            request.result.close();
            resolve();
          };
        };
      }),
  );
  await page.goto(`${site.url}#/n/damaged`);
  await page.getByRole('heading', { name: 'The stored copy of damaged is damaged' }).waitFor();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download what is there' }).click();
  expect((await coming).suggestedFilename()).toBe('damaged.md');
  await page.getByRole('button', { name: 'Repair' }).click();
  await code(page).waitFor();
  expect(await code(page).innerText()).toBe('const a = 5');
});

test('no database at all: what is written runs, and the page says that it is not kept', async () => {
  const context = await site.browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(IDBFactory.prototype, 'open', {
      value: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const page = await context.newPage();
  await page.goto(site.url);
  await page.locator('[data-action="new-notebook"]').first().click();
  const band = page.locator('.banner').filter({ hasText: 'Not saved.' });
  await band.waitFor();
  expect(await band.innerText()).toContain('This browser keeps nothing for this page.');
});
