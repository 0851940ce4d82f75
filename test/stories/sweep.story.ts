/* A sweep in a real browser: points over a pool of workers, in the page (isolated and not) and from the command line; stopped, reloaded
   and taken up again; the same numbers whatever the pool. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { copySite } from '../../bench/site.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import type { RunRecord } from '../../src/command/run.ts';
import { cell, cellIs, root, runGradus } from './harness.ts';

const notebook = (id: string, cells: Readonly<Record<string, string>>): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: Sweeps\nseed: 14\n---\n\n# Sweeps\n\n${Object.entries(cells)
    .map(([info, code]) => `\`\`\`ts {id=${info}}\n${code}\n\`\`\`\n`)
    .join('\n')}`;

const story = notebook('sweep-story', {
  data: 'const xs = Float64Array.from({ length: 50 }, (_, i) => i / 50)\nconst slope = view(Inputs.range([1, 5], { value: 2, step: 1, label: "Slope" }))',
  fit: `const fits = await sweep({ rate: [0.01, 0.1, 0.5], start: [0, 4] }, async ({ rate, start }, run) => {
  let w = start + Math.random() * 1e-9
  for (const step of progress(Array(30).fill(0))) {
    const gradient = xs.reduce((sum, x) => sum + (w * x - slope * x) * x, 0) / xs.length
    w -= rate * gradient
    run.log({ loss: (w - slope) ** 2 })
    await sleep(30)
  }
  return { w }
}, { workers: 2 })
fits`,
  'long run=manual': `const slow = await sweep({ a: [1, 2, 3, 4] }, async ({ a }, run) => {
  for (let i = 0; i < (a < 3 ? 3 : 2000); i++) {
    run.log({ i })
    await sleep(10)
  }
  return a
}, { name: 'slow', workers: 2, resume: true, limitMs: 20_000 })`,
  'steady run=manual': `const sums = await sweep({ a: [1, 2] }, async ({ a }, run) => {
  const state = { sum: 0 }
  for await (const step of steps(a < 2 ? 3 : 150, { run, state, every: 20 })) {
    state.sum += Math.random()
    run.log({ sum: state.sum }, step)
    await sleep(20)
  }
  return state
}, { name: 'steady', workers: 2, resume: true })
sums.map((r) => r.metrics.sum.steps.length + ' steps').join(', ')`,
  'spin run=manual': 'const spins = await sweep({ a: [1, 2] }, ({ a }) => { for (;;) if (a > 2) break }, { workers: 2 })',
});

let folder: string, browser: Browser;
const servers: Awaited<ReturnType<typeof startServer>>[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-sweep-'));
  await copySite(root, join(folder, 'site'), { 'sweep-story': story });
  servers.push(await startServer({ root: join(folder, 'site') }), await startServer({ root: join(folder, 'site'), isolation: false }));
  browser = (await launchChromium()) as Browser;
}, 120_000);
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const workers = (page: Page): number => page.workers().length;
/** Numbers of the table that a cell shows, once it stands there. */
const table = async (page: Page, id: string): Promise<string> => {
  const shown = cell(page, id).locator('[data-kind="table"]');
  await expect.poll(() => shown.innerText(), { timeout: 15_000 }).toMatch(/0\.5[\s\S]*0\.5/);
  return shown.innerText();
};

describe.each([
  ['isolated', 0],
  ['not isolated', 1],
])('in a page that is %s', (_, server) => {
  test('points are computed over a pool, shown as they come and as a table, with what the slider says now', async () => {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${servers[server]!.url}n/sweep-story/`);
    await page.getByRole('button', { name: 'Run cell fit' }).click();
    await cell(page, 'fit').locator('[data-kind="progress"]').nth(1).waitFor();
    await expect.poll(() => workers(page)).toBe(3);
    await cellIs(page, 'fit', 'done');
    const rows = await table(page, 'fit');
    expect(rows.match(/\b0\.(01|10?|50?)\b/g)?.length, rows).toBe(6);
    await expect.poll(() => workers(page)).toBe(1);
    if (server === 0 && process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], 'sweep-done.png') });
    await page.getByLabel('Slope').first().fill('5');
    await cellIs(page, 'fit', 'running');
    if (server === 0 && process.env['SHOTS']) {
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(process.env['SHOTS'], 'sweep-runs.png') });
    }
    await cellIs(page, 'fit', 'done');
    expect(await table(page, 'fit')).not.toBe(rows);
    expect(problems).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('Stop ends all workers, even in a loop that never waits', async () => {
    const page = await browser.newPage();
    await page.goto(`${servers[server]!.url}n/sweep-story/`);
    await page.getByRole('button', { name: 'Run cell spin' }).click();
    await expect.poll(() => workers(page), { timeout: 20_000 }).toBe(3);
    await page.waitForTimeout(500);
    await page.getByRole('button', { name: 'Stop cell spin' }).click();
    await cellIs(page, 'spin', 'error');
    await expect.poll(() => workers(page), { timeout: 10_000 }).toBe(1);
    await page.context().close();
  }, 120_000);
});

test('a sweep that was cut off by a reload takes its finished points from the store', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const open = async (): Promise<void> => {
    await page.goto(`${servers[0]!.url}n/sweep-story/`);
    await page.waitForTimeout(1500); // what was recorded before is shown by then
    await page.getByRole('button', { name: 'Run cell long' }).click();
  };
  await open();
  const done = cell(page, 'long').locator('[data-kind="progress"]').first();
  await expect.poll(() => done.innerText(), { timeout: 30_000 }).toMatch(/^2 of 4/);
  await page.waitForTimeout(600); // points and ends of runs are on the disk
  await open();
  await expect.poll(() => done.innerText(), { timeout: 30_000 }).toMatch(/^2 of 4/);
  await page.waitForTimeout(1500);
  const runs = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('gradus');
        opening.onsuccess = () => {
          const counting = opening.result.transaction('runs').objectStore('runs').count();
          counting.onsuccess = () => resolve(counting.result);
        };
      }),
  );
  expect(runs).toBe(6); // four, and the two that had not finished once more
  await context.close();
}, 120_000);

test('a point that was cut off by a reload goes on from its checkpoint, as the same run', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const stored = <T>(name: string): Promise<T[]> =>
    page.evaluate(
      (of) =>
        new Promise<T[]>((resolve) => {
          const opening = indexedDB.open('gradus');
          opening.onsuccess = () => {
            const reading = opening.result.transaction(of).objectStore(of).getAll();
            reading.onsuccess = () => resolve(reading.result as T[]);
            opening.result.close();
          };
        }),
      name,
    );
  const open = async (): Promise<void> => {
    await page.goto(`${servers[0]!.url}n/sweep-story/`);
    await page.waitForTimeout(1500);
    await page.getByRole('button', { name: 'Run cell steady' }).click();
  };
  await open();
  await expect
    .poll(async () => Math.max(0, ...(await stored<{ step: number }>('checkpoints')).map(({ step }) => step)), { timeout: 30_000 })
    .toBeGreaterThan(30);
  await open();
  await cell(page, 'steady').getByText('3 steps, 150 steps').waitFor({ timeout: 30_000 });
  await page.waitForTimeout(500);
  type Run = { params: { a: number }; state: string; environment: { resumed?: number } };
  const runs = (await stored<Run>('runs')).map(({ params, state, environment }) => [params.a, state, environment.resumed]);
  expect(runs.sort()).toEqual([
    [1, 'done', undefined],
    [2, 'done', 1],
  ]);
  await context.close();
}, 120_000);

describe('from the command line', () => {
  const run = async (
    name: string,
    cells: Readonly<Record<string, string>>,
    ...flags: string[]
  ): Promise<RunRecord & { status: number | null }> => {
    writeFileSync(join(folder, `${name}.md`), notebook(name, cells));
    const { status, out, err } = await runGradus(folder, ['run', '--json', `${name}.md`, ...flags]);
    expect(out, err).not.toBe('');
    return { ...(JSON.parse(out) as RunRecord), status };
  };
  const errorOf = (record: RunRecord, id: string): string =>
    String((record.cells.find((one) => one.id === id)?.error as { message?: string } | undefined)?.message ?? '');

  test('runs are listed, numbers hang on the point alone, two workers are faster than one', async () => {
    const body = `async ({ a }, run) => {
  let s = 0
  for (let i = 0; i < 12_000_000; i++) s += Math.sqrt(i + a)
  run.log({ s })
  return { draw: Math.random(), own: random().uniform(), s }
}`;
    const record = await run('pools', {
      warm: `const f = ${body}\nconst warm = (await sweep({ a: [0] }, f, { name: 'warm' }))[0].summary`,
      one: 'const single = [warm] && (await sweep({ a: [1, 2, 3, 4, 5, 6, 7, 8] }, f, { name: "single", workers: 1 })).map((r) => r.summary)',
      two: 'const pair = single && (await sweep({ a: [1, 2, 3, 4, 5, 6, 7, 8] }, f, { name: "pair", workers: 2 })).map((r) => r.summary)',
    });
    expect([record.status, errorOf(record, 'one'), errorOf(record, 'two')]).toEqual([0, '', '']);
    const { single, pair } = record.values as { single: { draw: number; own: number; s: number }[]; pair: unknown };
    expect(single.map(({ s }) => s)).toEqual((pair as typeof single).map(({ s }) => s));
    expect(new Set(single.map(({ draw }) => draw)).size).toBe(8);
    expect((record.runs as { name: string }[]).map(({ name }) => name)).toEqual([
      'warm',
      ...Array<string>(8).fill('single'),
      ...Array<string>(8).fill('pair'),
    ]);
    const ms = (id: string): number => record.cells.find((one) => one.id === id)!.ms;
    process.stderr.write(`8 points: ${ms('one')} ms with 1 worker, ${ms('two')} ms with 2, ratio ${(ms('one') / ms('two')).toFixed(2)}\n`);
  }, 180_000);

  test('the same cell gives the same numbers with any number of workers', async () => {
    const cells = (workers: number): Record<string, string> => ({
      go: `const drawn = (await sweep({ a: [1, 2, 3, 4, 5] }, async () => { await sleep(Math.random() * 20); return { draw: Math.random(), own: random().uniform() } }, { workers: ${workers} })).map((r) => r.summary)`,
    });
    const [one, three] = [await run('any', cells(1)), await run('any', cells(3))];
    expect((one.values as { drawn: unknown }).drawn).toHaveLength(5);
    expect(three.values).toEqual(one.values);
  }, 180_000);

  test('tensors are there in every worker, a late cell is ended with its pool', async () => {
    const record = await run(
      'late',
      {
        tensors:
          'const losses = (await sweep({ n: [2, 3] }, async ({ n }) => ({ sum: await tensor.ones([n, n]).sum().item() }))).map((r) => r.summary.sum)',
        endless: 'await sweep({ a: [1, 2] }, () => { for (;;) {} })',
        after: 'const after = 1',
      },
      '--timeout',
      '15',
    );
    expect(record.values).toMatchObject({ losses: [4, 9], after: 1 });
    expect(errorOf(record, 'endless')).toMatch(/ran longer than 15 s and was interrupted/);
  }, 180_000);
});
