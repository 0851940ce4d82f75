/* Mastery on a clock that the story turns: an exercise is passed, three days go by, its review is failed, comes back next day and is
   passed; the map and the page of progress say so. A signed file of progress is checked, changed and checked again. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factsOf } from '../../src/course/facts.ts';
import { parseNotebook } from '../../src/document/index.ts';
import { openSite, root, type OpenPage, type Site } from './harness.ts';

const dayMs = 86_400_000;
const start = Date.UTC(2026, 10, 2, 9);
const unit = 'example-unit';
const text = (name: string): string => readFileSync(join(root, 'test/fixtures/unit', name), 'utf8');
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => site.close());

/** A page of a site that also ships the example unit, at a moment of the story's own. */
async function open(path: string, options: Parameters<Site['page']>[1] = {}): Promise<OpenPage> {
  const page = await site.page('', options);
  const facts = factsOf(parseNotebook(text('notebook.md')))!;
  await page.route('**/course.json', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: [...((await response.json()) as unknown[]), facts] });
  });
  await page.route(`**/n/${unit}/*.md`, (route) =>
    route.fulfill({ body: text(new URL(route.request().url()).pathname.split('/').at(-1)!), contentType: 'text/markdown' }),
  );
  await page.clock.setFixedTime(start);
  await page.evaluate((to) => location.assign(to), new URL(path, site.url).href);
  return page;
}

/** Puts records where the store has them. */
async function keep(page: OpenPage, store: string, ...records: readonly object[]): Promise<void> {
  await page.waitForFunction(async () =>
    (await indexedDB.databases()).some(({ name, version }) => name === 'gradus' && (version ?? 0) > 1),
  );
  await page.evaluate(
    ({ store, records }) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('gradus');
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(store, 'readwrite');
          for (const record of records) transaction.objectStore(store).put(record);
          transaction.oncomplete = () => {
            opening.result.close();
            localStorage.setItem('stored', '1');
            resolve();
          };
          transaction.onabort = () => reject(transaction.error!);
        };
      }),
    { store, records },
  );
}
const passed = (exercise: string, time: number, notebook = unit): object => ({
  notebook,
  exercise,
  code: 'x',
  language: 'ts',
  attempts: 2,
  hints: 1,
  passed: { time, code: 'x', attempts: 2, hints: 1 },
  updatedAt: time,
});
const run = {
  id: 'r1',
  notebook: unit,
  cell: 'descent',
  name: 'descent',
  params: {},
  summary: { loss: 0.004 },
  state: 'done',
  startedAt: start,
  ms: 10,
  environment: {},
};
const prediction = (id: string, right: boolean, form: string, confidence: number): object => ({
  notebook: unit,
  exercise: `predict:${id}`,
  kind: 'prediction',
  question: 'How many?',
  choice: 1,
  answer: 1,
  right,
  form,
  confidence,
  time: start,
});

/** What axe finds on the page. */
async function faults(page: OpenPage): Promise<unknown[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 120))]);
  });
}
/** Turns the clock and opens `path` anew. */
async function at(page: OpenPage, time: number, path: string): Promise<void> {
  await page.clock.setFixedTime(time);
  await page.goto(new URL(path, site.url).href);
  await page.reload();
}
const solved = 'function dot(a: number[], b: number[]): number { return a.reduce((sum, x, i) => sum + x * b[i]!, 0) }';
async function write(page: OpenPage, code: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Code of dot' }).click();
  await page.locator('.cm-content').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(code);
}

describe('mastery', () => {
  test('a passed exercise comes back three days later, the next day where it fails, and then proves the unit', async () => {
    const page = await open('#/progress');
    await page.getByText('Nothing is begun yet').waitFor();
    await keep(page, 'answers', passed('dot', start), passed('norm', start - dayMs));
    await keep(page, 'runs', run);

    await at(page, start + 3 * dayMs - 1, '#/progress');
    await page.getByText('None is due.').waitFor();
    await page.goto(new URL(`#/review/${unit}`, site.url).href);
    await page.getByRole('heading', { name: /No review of .* is due/ }).waitFor();

    await at(page, start + 3 * dayMs, '#/progress');
    await page.getByText('1 review is due.').waitFor();
    await page.getByRole('link', { name: 'Review Dot product' }).click();
    await page.getByRole('heading', { name: 'Dot product, once more', level: 1 }).waitFor();
    expect(await page.locator('main').innerText()).not.toContain('Hint');
    await page.getByRole('button', { name: 'Run checks' }).click();
    await page.getByText('Nothing is written yet').waitFor();
    for (const left of [/Two tries left/, /One try left/, /Not passed in 3 tries/]) {
      await write(page, `function dot(a: number[], b: number[]): number { return ${left.source.length} }`);
      await page.getByRole('button', { name: 'Run checks' }).click();
      await page.getByText(left).waitFor();
    }
    await page.getByText('The next review of this step comes tomorrow: Dot product.').waitFor();

    await at(page, start + 4 * dayMs, `#/review/${unit}`);
    await page.getByRole('button', { name: 'Run checks' }).waitFor();
    await write(page, 'const dot = (');
    await page.getByRole('button', { name: 'Run checks' }).click();
    await page.getByText('It does not parse, which is no try.').waitFor();
    await write(page, solved);
    await page.getByRole('button', { name: 'Run checks' }).click();
    await page.getByText('Passed once more.').waitFor();
    await page.getByRole('link', { name: 'Progress' }).last().click();
    const step = page.locator('details.step', { hasText: 'Two small exercises' });
    await step.getByText('reached', { exact: true }).waitFor();
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('the map shows where steps stand and what to do next', async () => {
    const page = await open('#/progress');
    await page.getByText('Nothing is begun yet').waitFor();
    const facts = (await (await page.request.get(new URL('course.json', site.url).href)).json()) as {
      id: string;
      exercises: { id: string }[];
    }[];
    const first = facts.find(({ id }) => id === 'linear-algebra-vectors')!;
    await keep(page, 'answers', ...first.exercises.map(({ id }) => passed(id, start, first.id)));
    await at(page, start + 3 * dayMs, '');
    const row = page.locator('.u[data-unit="1"]');
    await expect.poll(() => row.getAttribute('data-state')).toBe('due');
    expect(await row.innerText()).toContain('review due');
    await page
      .locator('.now')
      .getByText(/once more/)
      .waitFor();
    expect(await page.locator('.u[data-unit="14"]').innerText()).toContain('after 1');
    await row.hover();
    await page.getByText(/^1 needs nothing before it; it leads to 2, 3, 4/).waitFor();
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('a signed file is unchanged until a letter of it is changed', async () => {
    const page = await open('#/progress');
    await page.getByText('Nothing is begun yet').waitFor();
    await keep(page, 'answers', passed('dot', start));
    await at(page, start + dayMs, '#/progress');
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download signed file' }).click();
    const file = readFileSync(await (await waiting).path(), 'utf8');
    const check = async (name: string, content: string, says: RegExp): Promise<void> => {
      await page.getByLabel('Check a file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
      await page.locator('.verdict').getByText(says).waitFor();
    };
    await check('mine.json', file, /mine\.json: unchanged since it was signed/);
    await check('forged.json', file.replace('"attempts": 2', '"attempts": 1'), /forged\.json: changed since it was signed/);
    await check('notes.json', '{"a": 1}', /notes\.json: not a progress file/);
    const drawing = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download picture' }).click();
    const picture = readFileSync(await (await drawing).path());
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    await page.context().close();
  });

  test('everything goes into one file, into another browser, and back out of it', async () => {
    const page = await open('#/progress');
    await page.getByText('Nothing is begun yet').waitFor();
    await keep(page, 'answers', passed('dot', start));
    await keep(page, 'runs', run);
    await at(page, start, '#/storage');
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download archive' }).click();
    const archive = readFileSync(await (await waiting).path());
    const other = await open('#/storage');
    const take = (buffer: Buffer): Promise<void> =>
      other.getByLabel('Import archive').setInputFiles({ name: 'my.gradus', mimeType: 'application/gzip', buffer });
    await take(archive.subarray(0, archive.length - 20));
    await other.getByText('The archive is damaged').waitFor();
    await take(archive);
    await other.getByText(/my\.gradus is imported.*Added: 1 run, 1 answer/).waitFor();
    await other.getByRole('button', { name: 'Undo the import' }).click();
    await other.getByText('Everything is as it was before the import.').waitFor();
    expect([page.problems, other.problems]).toEqual([[], []]);
    for (const one of [page, other]) await one.context().close();
  });

  test.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true }],
  ] as const)('axe finds nothing, and nothing is wider than the screen: %s', async (_, options) => {
    const page = await open('#/progress', options);
    await page.getByText('Nothing is begun yet').waitFor();
    expect(await faults(page)).toEqual([]);
    await keep(page, 'answers', passed('dot', start), passed('norm', start), passed('dot', start, 'linear-algebra-vectors'));
    await keep(page, 'runs', run);
    await keep(page, 'mastery', prediction('a', true, 'choice', 0.9), prediction('b', false, 'number', 0.5));
    for (const [path, ready] of [
      ['#/progress', '.topic'],
      [`#/review/${unit}`, '.review'],
      ['#/storage', '.everything h2'],
      ['', '.u[data-state="half"]'],
    ] as const) {
      await at(page, start + 4 * dayMs, path);
      await page.locator(ready).first().waitFor();
      expect([path, await faults(page)]).toEqual([path, []]);
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([path, true]);
      if (process.env['SHOTS'])
        await page.screenshot({ path: join(process.env['SHOTS'], `${_}-${ready.replace(/\W/g, '')}.png`), fullPage: true });
    }
    await page.context().close();
  });
});
