/* A training outlives its browser: killed in the midst of it, opened again, resumed, and step by step what it would have been. Two tabs
   do not take a run from each other, a full disk costs no more than a checkpoint, and what was acknowledged is never lost. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type Site } from './harness.ts';
import { kill, startKillable } from './killable.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** A network with dropout, an optimiser with moments, a schedule, data from a generator, and a number that is assigned: all that a
    resumed training has to have again. */
const training = (id: string, options = ''): string => `---
gradus: 1
id: ${id}
title: A training
seed: 5
---

\`\`\`ts {id=train run=manual}
const steps_ = 240
const net = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Dropout({ p: 0.2 }), new nn.Linear(16, 1))
const opt = new optim.AdamW(net.parameters(), { lr: 0.02 })
const state = { net, opt, r: random(3), average: 0 }
const run = await startRun('story', { lr: 0.02 }${options})
for await (const step of steps(steps_, { run, state, every: 40 })) {
  const x = state.r.normal([32, 4]) as any
  const y = x.sum({ dim: 1, keepdim: true }).sin()
  opt.zeroGrad()
  const loss = net(x).sub(y).square().mean()
  loss.backward()
  opt.step()
  state.average = 0.9 * state.average + 0.1 * (await loss.item() as number) * (1 + Math.random() / 100)
  run.log({ loss: await loss.item() as number, average: state.average }, step)
  await sleep(15)
}
await run.finish({ average: state.average })
const kept = await (await runs({ name: 'story' }))[0].state()
Object.keys(kept.net).length
\`\`\`
`;

const run = (page: Page, id = 'train'): Promise<void> => page.getByRole('button', { name: `Run cell ${id}`, exact: true }).click();

interface StoredFacts {
  readonly runs: readonly { readonly id: string; readonly state: string; readonly startedAt: number; readonly environment: object }[];
  readonly checkpoints: readonly (readonly [run: string, step: number])[];
  /** By run and metric. */
  readonly curves: Readonly<
    Record<string, Readonly<Record<string, { readonly steps: readonly number[]; readonly values: readonly number[] }>>>
  >;
}
/** What the database holds now. */
const stored = (page: Page): Promise<StoredFacts> =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('gradus');
      request.onsuccess = () => resolve(request.result);
    });
    const all = <T>(name: string, keys = false): Promise<T[]> =>
      new Promise((resolve) => {
        const store = database.transaction(name).objectStore(name);
        const request = keys ? store.getAllKeys() : store.getAll();
        request.onsuccess = () => resolve(request.result as T[]);
      });
    const runs = await all<{ id: string; state: string; startedAt: number; environment: object }>('runs');
    const checkpoints = await all<[string, number]>('checkpoints', true);
    const points = await all<{ run: string; metrics: Record<string, { steps: Float64Array; values: Float64Array }> }>('points');
    database.close();
    const curves: Record<string, Record<string, { steps: number[]; values: number[] }>> = {};
    for (const { run, metrics } of points)
      for (const [name, { steps, values }] of Object.entries(metrics)) {
        const curve = ((curves[run] ??= {})[name] ??= { steps: [], values: [] });
        curve.steps.push(...steps);
        curve.values.push(...values);
      }
    return { runs, checkpoints, curves };
  });

const remove = (profile: string): void => rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });

test('a training is killed and resumed: its curves are those of one that was not, step by step', async () => {
  const whole = await site.page('', { viewport: { width: 1100, height: 800 } });
  await keepCopy(whole, training('whole'));
  await run(whole);

  const profile = mkdtempSync(join(tmpdir(), 'gradus-resume-'));
  try {
    let { process: program, page } = await startKillable(profile);
    await page.goto(site.url);
    await keepCopy(page, training('killed'));
    await run(page);
    await expect
      .poll(
        async () => {
          const { curves, checkpoints } = await stored(page);
          const [id] = Object.keys(curves);
          const last = Math.max(0, ...checkpoints.map(([, step]) => step));
          return last >= 40 && curves[id!]!['loss']!.values.length > last;
        },
        { timeout: 90_000, interval: 30 },
      )
      .toBe(true);
    await kill(program);

    ({ process: program, page } = await startKillable(profile));
    await page.setViewportSize({ width: 1100, height: 800 });
    await page.goto(`${site.url}#/n/killed`);
    const fate = cell(page, 'train').locator('.fate');
    await fate.waitFor({ timeout: 30_000 });
    expect(await fate.innerText()).toMatch(/interrupted at step \d+/);
    const before = await stored(page);
    expect(before.runs.map(({ state }) => state)).toEqual(['interrupted']);
    expect(before.checkpoints.length).toBeLessThanOrEqual(3);
    await page.screenshot({ path: join(tmpdir(), 'gradus-resume-line.png') });
    await fate.getByRole('button', { name: 'Resume' }).click();
    await cellIs(page, 'train', 'done', 90_000);
    await cellIs(whole, 'train', 'done', 90_000);
    const [resumed, uninterrupted] = [await stored(page), await stored(whole)];
    expect(resumed.runs.map(({ state }) => state)).toEqual(['done']);
    expect(resumed.checkpoints.length).toBe(1); // of a finished run the last one stays
    const [a] = Object.values(resumed.curves),
      [b] = Object.values(uninterrupted.curves);
    expect(b!['loss']!.steps).toEqual(Array.from({ length: 240 }, (_, i) => i));
    expect(a).toEqual(b);
    expect(await cell(page, 'train').innerText()).toContain('4'); // state() of the finished run: two layers with weight and bias
    await kill(program);
  } finally {
    remove(profile);
  }
}, 240_000);

test('a run that goes on in another tab is not taken from it: the second one begins anew and says why', async () => {
  const one = await site.page('', { viewport: { width: 1100, height: 800 } });
  await keepCopy(one, training('two-tabs', ', { resume: true }'));
  await run(one);
  await expect.poll(async () => (await stored(one)).checkpoints.length, { timeout: 60_000 }).toBeGreaterThan(0);
  const two = await one.context().newPage();
  await two.goto(`${site.url}#/n/two-tabs`);
  await run(two);
  await cell(two, 'train').getByText('still running in another tab').waitFor({ timeout: 30_000 });
  await cellIs(two, 'train', 'done', 90_000);
  await cellIs(one, 'train', 'done', 90_000);
  const { runs, curves } = await stored(one);
  expect(runs.map(({ state }) => state)).toEqual(['done', 'done']);
  for (const curve of Object.values(curves)) expect(curve['loss']!.values.length).toBe(240);
}, 200_000);

test('Stop keeps a checkpoint between two steps, and Resume goes on from there', async () => {
  const page = await site.page('', { viewport: { width: 1100, height: 800 } });
  await keepCopy(page, training('stopped'));
  await run(page);
  await expect
    .poll(async () => Object.values((await stored(page)).curves)[0]?.['loss']?.values.length ?? 0, { timeout: 60_000, interval: 50 })
    .toBeGreaterThan(30);
  await page.getByRole('button', { name: 'Stop cell train', exact: true }).click();
  await cellIs(page, 'train', 'error');
  const fate = cell(page, 'train').locator('.fate');
  await fate.waitFor();
  await expect.poll(async () => (await stored(page)).runs.map(({ state }) => state)).toEqual(['interrupted']);
  const { checkpoints, curves } = await stored(page);
  // What was stopped was kept: the checkpoint stands where the curve ends.
  expect(checkpoints.at(-1)![1]).toBe(Object.values(curves)[0]!['loss']!.values.length);
  await fate.getByRole('button', { name: 'Resume' }).click();
  await cellIs(page, 'train', 'done', 90_000);
  const after = await stored(page);
  expect(after.runs.map(({ state }) => state)).toEqual(['done']);
  expect(Object.values(after.curves)[0]!['loss']!.steps).toEqual(Array.from({ length: 240 }, (_, i) => i));
}, 200_000);

test('no room for a checkpoint: the run goes on, the last good one stays, and the page says so', async () => {
  const page = await site.page('', { viewport: { width: 1100, height: 800 } });
  await keepCopy(page, training('no-room'));
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    let kept = 0;
    IDBObjectStore.prototype.put = function (...given) {
      if (this.name === 'checkpoints' && kept++ >= 2) throw new DOMException('no room', 'QuotaExceededError');
      return put.apply(this, given);
    };
  });
  await run(page);
  await page
    .locator('.banner')
    .filter({ hasText: 'Storage is full: the last checkpoint was not kept. The run goes on.' })
    .waitFor({ timeout: 60_000 });
  await cellIs(page, 'train', 'done', 90_000);
  const { runs, checkpoints, curves } = await stored(page);
  expect(runs.map(({ state }) => state)).toEqual(['done']);
  expect(checkpoints.map(([, step]) => step)).toEqual([80]);
  expect(Object.values(curves)[0]!['loss']!.values.length).toBe(240);
}, 150_000);

test('the browser is killed ten times while points are written: none that was acknowledged is lost', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'gradus-points-'));
  const text = `---\ngradus: 1\nid: writes\ntitle: Writes\n---\n\n\`\`\`ts {id=train run=manual}\nconst run = await startRun('writes', { began: Date.now() })\nfor await (const step of steps(1_000_000, { run })) {\n  run.log({ value: step })\n  if (step % 50 === 0) await sleep(1)\n}\n\`\`\`\n`;
  /** By run: points whose transaction had completed. */
  const acknowledged = new Map<string, number>();
  try {
    for (let round = 0; round <= 10; round++) {
      const { process: program, page } = await startKillable(profile);
      await page.context().exposeBinding('acknowledge', (_, id: string, points: number) => {
        acknowledged.set(id, (acknowledged.get(id) ?? 0) + points);
      });
      await page.addInitScript(() => {
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (...given) {
          const request = put.apply(this, given);
          if (this.name === 'points') {
            const { run, metrics } = given[0] as { run: string; metrics: { value: { values: Float64Array } } };
            const { length } = metrics.value.values;
            this.transaction.addEventListener('complete', () => {
              (globalThis as unknown as { acknowledge(run: string, points: number): void }).acknowledge(run, length);
            });
          }
          return request;
        };
      });
      if (round === 0) {
        await page.goto(site.url);
        await keepCopy(page, text);
      } else {
        await page.goto(`${site.url}#/n/writes`);
        await page.getByRole('button', { name: 'Run cell train', exact: true }).waitFor();
        const { curves } = await stored(page);
        for (const [id, points] of acknowledged) {
          const values = curves[id]?.['value']?.values ?? [];
          expect(values.length, `round ${round}`).toBeGreaterThanOrEqual(points);
          expect(
            values.every((value, i) => value === i),
            `round ${round}: in order, none missing`,
          ).toBe(true);
        }
      }
      if (round < 10) {
        const known = [...acknowledged.values()].reduce((sum, points) => sum + points, 0);
        await run(page);
        await expect
          .poll(() => [...acknowledged.values()].reduce((sum, points) => sum + points, 0), { timeout: 60_000, interval: 20 })
          .toBeGreaterThan(known + 200 + round * 37);
      }
      await kill(program);
    }
    expect(acknowledged.size).toBe(10);
  } finally {
    remove(profile);
  }
}, 300_000);
