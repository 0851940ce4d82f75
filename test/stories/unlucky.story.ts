/* What goes wrong without anybody's fault: a browser that keeps nothing (a private window), a disk that is full when an archive comes
   home, a page that is reloaded in the midst of unit 14's experiment. Nothing is lost unsaid, and each time a sentence says what to do. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

async function downloaded(page: Page, press: () => Promise<unknown>): Promise<Buffer> {
  const coming = page.waitForEvent('download');
  await press();
  const parts: Buffer[] = [];
  for await (const part of await (await coming).createReadStream()) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
async function write(page: Page, id: string, code: string): Promise<void> {
  await page
    .getByRole('textbox', { name: `Code of ${id}` })
    .first()
    .click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(code);
}

describe('a private window', () => {
  /** The ways in which browsers refuse a database. */
  const refusals: Readonly<Record<string, string>> = {
    'that throws': `indexedDB.open = () => { throw new DOMException('The operation is insecure.', 'SecurityError') }`,
    'that fails': `const { open } = IDBFactory.prototype
IDBFactory.prototype.open = function () {
  const request = open.call(this, 'refused')
  request.addEventListener('upgradeneeded', () => request.transaction.abort())
  request.addEventListener('error', (event) => event.preventDefault())
  Object.defineProperty(request, 'error', { get: () => new DOMException('A mutation operation was attempted.', 'InvalidStateError') })
  return request
}`,
  };
  test.each(Object.keys(refusals))(
    '%s keeps nothing, says so, gives the text, and judges exercises',
    async (how) => {
      const context = await site.browser.newContext({ acceptDownloads: true });
      await context.addInitScript(refusals[how]!);
      const page = await context.newPage();
      await page.goto(new URL('n/linear-algebra-vectors/', site.url).href);
      const judged = cell(page, 'multiplyAdds').locator('.judged');
      await judged.waitFor({ state: 'attached' });
      const signature = 'function multiplyAdds(m: number, k: number, n: number): number';
      await write(page, 'multiplyAdds', `${signature} {\n  return m * n\n}`);
      await judged.getByRole('button', { name: /^Run checks/ }).click();
      await judged.locator('li.bad').first().waitFor();
      await write(page, 'multiplyAdds', `${signature} {\n  return m * k * n\n}`);
      await judged.getByRole('button', { name: /^Run checks/ }).click();
      await judged.getByText(/checks? pass/).waitFor();

      const band = page.locator('.banner').filter({ hasText: 'Not saved' });
      await band.waitFor();
      expect(await band.innerText()).toContain('This browser keeps nothing for this page.');
      const text = String(await downloaded(page, () => band.getByRole('button', { name: 'Download' }).click()));
      expect(text).toContain('return m * k * n');
      for (const place of ['storage', 'progress', 'runs', 'notebooks']) {
        await page.goto('about:blank');
        await page.goto(new URL(`#/${place}`, site.url).href);
        await page.locator('main h1').waitFor();
        await page
          .getByText(/keeps nothing/)
          .first()
          .waitFor();
      }
      await context.close();
    },
    60_000,
  );
});

test('an archive that comes home to a full disk: nothing or no run of it is here, and the page says what to do', async () => {
  const notebook = (id: string): string =>
    `---\ngradus: 1\nid: ${id}\ntitle: ${id}\n---\n\n\`\`\`ts {id=train}\nconst run = await startRun('fit', {})\nfor (let i = 0; i < 5; i++) run.log({ loss: 1 / (i + 1) })\nawait run.finish()\n\`\`\`\n`;
  const from = await site.page('#/');
  await keepCopy(from, notebook('first'));
  await from.getByRole('button', { name: 'Run cell train', exact: true }).click();
  await cellIs(from, 'train', 'done');
  await from.goto('about:blank');
  await from.goto(site.url);
  await keepCopy(from, notebook('second'));
  await from.waitForTimeout(700); // points are on the disk
  await from.goto(new URL('#/storage', site.url).href);
  const archive = await downloaded(from, () => from.getByRole('button', { name: 'Download archive' }).click());

  const page = await site.page('#/storage');
  /** Puts in the store `name` fail for want of room, behind the first `after` of them; '' is every store. */
  const fill = (name: string, after: number): Promise<void> =>
    page.evaluate(
      ([of, first]) => {
        const scope = window as { put_?: IDBObjectStore['put'] };
        scope.put_ ??= IDBObjectStore.prototype.put;
        let count = 0;
        IDBObjectStore.prototype.put = function (...given) {
          if ((of === '' || of === this.name) && count++ >= (first as number)) throw new DOMException('no room', 'QuotaExceededError');
          return scope.put_!.apply(this, given);
        };
      },
      [name, after] as const,
    );
  const here = (): Promise<Record<string, number>> =>
    page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('gradus');
        request.onsuccess = () => resolve(request.result);
      });
      const counted = await Promise.all(
        ['notebooks', 'runs', 'points', 'texts'].map(
          (name) =>
            new Promise<[string, number]>((resolve) => {
              const request = database.transaction(name).objectStore(name).count();
              request.onsuccess = () => resolve([name, request.result]);
            }),
        ),
      );
      database.close();
      return Object.fromEntries(counted);
    });
  const bring = async (): Promise<string> => {
    await page.getByLabel('Import archive').setInputFiles({ name: 'home.gradus', mimeType: 'application/gzip', buffer: archive });
    const outcome = page.locator('.outcome');
    await expect.poll(() => outcome.innerText(), { timeout: 15_000 }).not.toMatch(/^Reading|^$/);
    return outcome.innerText();
  };
  const nothing = { notebooks: 0, runs: 0, points: 0, texts: 0 };

  await page.getByLabel('Import archive').waitFor({ state: 'attached' });
  await fill('', 1); // the first notebook still had room
  expect(await bring()).toMatch(/^Storage is full: nothing of the archive was imported\. Delete .*, then import the file again\.$/);
  expect(await here()).toEqual(nothing);

  await fill('points', 0);
  expect(await bring()).toMatch(
    /The runs of the archive were not imported, everything else was\. Free some room, then import the file again\./,
  );
  expect(await here()).toMatchObject({ notebooks: 2, runs: 0, points: 0 });

  await fill('none', 0);
  expect(await bring()).toMatch(/Added: 1 run\./);
  expect(await here()).toMatchObject({ notebooks: 2, runs: 1, points: 1, texts: 1 });
  expect(page.problems.filter((words) => !words.includes('no room'))).toEqual([]);
}, 60_000);

test('unit 14 is reloaded in the midst of its experiment: the training goes on behind its checkpoint, in its place of the course', async () => {
  const page = await site.page('n/nn-fundamentals/');
  const place = page.locator('.crumb').first();
  const where = (await place.innerText()).replace(/\s+/g, ' ');
  expect(where).toMatch(/^(?!Notebooks)\S.* \/ 14 /);
  const losses = async (): Promise<{ steps: number[]; state: string; resumed: unknown }> =>
    page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('gradus');
        request.onsuccess = () => resolve(request.result);
      });
      const all = <T>(name: string): Promise<T[]> =>
        new Promise((resolve) => {
          const request = database.transaction(name).objectStore(name).getAll();
          request.onsuccess = () => resolve(request.result as T[]);
        });
      type Run = { id: string; state: string; environment: Record<string, unknown> };
      const [runs, points] = [await all<Run>('runs'), await all<{ metrics: Record<string, { steps: Float64Array }> }>('points')];
      database.close();
      const steps = points.flatMap(({ metrics }) => [...(metrics['train_loss']?.steps ?? [])]);
      return { steps, state: runs.map(({ state }) => state).join(), resumed: runs[0]?.environment['resumed'] };
    });
  const checkpoint = (): Promise<number> =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('gradus');
          request.onsuccess = () => {
            const keys = request.result.transaction('checkpoints').objectStore('checkpoints').getAllKeys();
            keys.onsuccess = () => resolve(Math.max(0, ...keys.result.map((key) => (key as [string, number])[1])));
            request.result.close();
          };
        }),
    );
  await cell(page, 'train').scrollIntoViewIfNeeded();
  // A word of the learner's own: from now on the unit is an edited one.
  await write(page, 'setting', "const setting = view(Inputs.radio(['S', 'F'], { label: 'Setting', value: 'S' })) // mine");
  await page.waitForFunction(() => {
    const { saved, revision } = document.documentElement.dataset;
    return saved === revision && Number(revision) > 0;
  });
  await page.getByRole('button', { name: 'Run cell train', exact: true }).click();
  await expect.poll(checkpoint, { timeout: 40_000, interval: 100 }).toBeGreaterThan(0);
  await expect.poll(async () => (await losses()).steps.length, { timeout: 20_000 }).toBeGreaterThan(2);

  await page.reload();
  const resume = cell(page, 'train').getByRole('button', { name: /^Resume/ });
  await resume.waitFor({ timeout: 20_000 });
  expect((await place.innerText()).replace(/\s+/g, ' ')).toBe(where);
  const [before, kept] = [await losses(), await checkpoint()];
  expect(before.state).toBe('interrupted');
  await resume.click();
  await expect.poll(async () => Math.max(...(await losses()).steps), { timeout: 40_000 }).toBeGreaterThan(Math.max(...before.steps));
  const after = await losses();
  expect([after.state, after.resumed]).toEqual(['running', 1]);
  expect(
    after.steps.every((step, i) => i === 0 || step > after.steps[i - 1]!),
    String(after.steps),
  ).toBe(true); // no step twice
  expect(after.steps.filter((step) => step < kept)).toEqual(before.steps.filter((step) => step < kept));
  await page.getByRole('button', { name: 'Stop cell train' }).click();
  await cellIs(page, 'train', 'error');
  expect((page as OpenPage).problems).toEqual([]);
}, 120_000);
