/* The compute library in a notebook: a reader trains a small net, looks at tensors, runs a kernel of their own, stops a loop; the
   command line obeys --backend on every device; models of onnxruntime and tfjs run beside it. */

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { copySite } from '../../bench/site.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import { cell, cellIs, root } from './harness.ts';

const fixtures = join(root, 'test/fixtures/tensor');
const folder = mkdtempSync(join(tmpdir(), 'gradus-tensor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `gradus run FILE --json` prints, and its exit status. */
function run(file: string, ...args: string[]): Promise<{ status: number | null; record: Report }> {
  const child = spawn(process.execPath, [join(root, 'scripts/gradus.mjs'), 'run', file, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, record: JSON.parse(text) as Report }));
  });
}
interface Report {
  readonly backend: string;
  readonly adapter: string;
  readonly values: Readonly<Record<string, number & { shape: number[]; data: number[] }>>;
  readonly cells: readonly {
    readonly id: string;
    readonly state: string;
    readonly error?: { readonly message: string };
    readonly outputs: readonly { readonly kind: string }[];
  }[];
}

describe('In the page', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Browser;
  beforeAll(async () => {
    await copySite(root, join(folder, 'site'), { 'tensor-story': readFileSync(join(fixtures, 'train.md'), 'utf8') });
    server = await startServer({ root: join(folder, 'site') });
    browser = (await launchChromium()) as Browser;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('a net is trained, tensors are shown, a kernel runs, and a loop is stopped', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}n/tensor-story/`);
    await page.getByRole('button', { name: 'Run all', exact: true }).click();
    for (const id of ['train', 'shown', 'large', 'kernel']) await cellIs(page, id, 'done', 90_000);

    // Both as pictures of their rows and columns, with their statistics.
    for (const id of ['shown', 'large']) {
      const shown = cell(page, id).locator('[data-kind="tensor"]');
      await shown.scrollIntoViewIfNeeded();
      await shown.locator('.big canvas').waitFor();
      expect(await shown.innerText()).toMatch(/float32 \[.*\] · wasm[\s\S]*min\s[\s\S]*std\s/);
      expect(await shown.locator('.bars path').count()).toBe(24);
    }
    expect(await cell(page, 'large').locator('.big').getAttribute('aria-label')).toContain('Heat map, 300 by 200');
    expect(await cell(page, 'train').innerText()).toContain('Linear(in_features=2, out_features=16');

    // Moving the slider trains anew; what the old evaluation made is freed.
    const bytes = async (): Promise<number> => {
      await page.getByRole('button', { name: 'Run cell memory', exact: true }).click();
      await page.waitForFunction(() => document.documentElement.dataset['engine'] === 'idle');
      await cellIs(page, 'memory', 'done');
      return Number((await cell(page, 'memory').locator('[data-outputs]').innerText()).replace(/\D/g, ''));
    };
    const before = await bytes();
    for (let i = 0; i < 12; i++) {
      await cell(page, 'size')
        .getByRole('slider')
        .fill(i % 2 ? '16' : '24');
      await cellIs(page, 'shown', 'done');
      await page.waitForFunction(() => document.documentElement.dataset['engine'] === 'idle');
    }
    // Each of the 12 evaluations made some 300 kB; those of the last one may still be there.
    expect(await bytes()).toBeLessThan(before + 800_000);
    await cellIs(page, 'shown', 'done');

    // A training loop goes on until it is stopped; its values and those of other cells stay.
    await page.getByRole('button', { name: 'Run cell forever', exact: true }).click();
    await cellIs(page, 'forever', 'running');
    await page.getByRole('button', { name: 'Stop cell forever', exact: true }).click();
    await cellIs(page, 'forever', 'error');
    expect(await cell(page, 'forever').innerText()).toContain('Interrupted');
    expect(await cell(page, 'shown').getAttribute('data-state')).toBe('done');
  }, 240_000);
});

describe('From the command line', () => {
  it('every backend is obeyed and gives the same', async () => {
    const records: Report[] = [];
    for (const backend of ['js', 'wasm', 'webgpu']) {
      const { status, record } = await run(join(fixtures, 'train.md'), '--backend', backend, '--cells', 'train,shown,large,kernel,memory');
      expect([status, record.backend, record.cells.filter(({ state }) => state !== 'done')]).toEqual([0, backend, []]);
      expect(record.values['device']).toBe(backend);
      expect(record.values['last']).toBeLessThan(0.2 * record.values['first']!);
      expect(record.values['doubled']).toEqual([2, 4, 6]);
      expect(record.cells.find(({ id }) => id === 'large')!.outputs).toMatchObject([
        {
          kind: 'tensor',
          shape: [300, 200],
          device: backend,
          total: 60_000,
          stats: { min: 0, max: 1, nan: 0, zeros: 1 },
          picture: { rows: 75, columns: 67 },
        },
      ]);
      records.push(record);
    }
    expect(records[2]!.adapter).not.toBe('');
    for (const { values } of records.slice(1)) {
      expect(values['first']).toBeCloseTo(records[0]!.values['first']!, 5);
      expect(values['last']).toBeCloseTo(records[0]!.values['last']!, 3);
      values['weights']!.data.forEach((value, i) => expect(value).toBeCloseTo(records[0]!.values['weights']!.data[i]!, 2));
    }
  }, 240_000);

  it.each(['js', 'wasm', 'webgpu'])(
    '100 evaluations of cells that define a net leave memory as it was on %s',
    async (backend) => {
      const { status, record } = await run(join(fixtures, 'memory.md'), '--backend', backend);
      const { times, different } = record.values as unknown as { times: number; different: string[] };
      expect([status, different]).toEqual([0, different.slice(0, 1)]);
      expect(times).toBeGreaterThan(60);
    },
    120_000,
  );

  it.each(['js', 'wasm', 'webgpu'])(
    'an eager loop that reads stays within bounds on %s; one that does not is told what to do',
    async (backend) => {
      const { record } = await run(join(fixtures, 'eager.md'), '--backend', backend);
      const values = record.values as unknown as { last: number; most: { bytes: number } };
      expect([values.last, record.cells.map(({ state }) => state)]).toEqual([750, ['done', 'error']]);
      expect(values.most.bytes).toBeLessThan(1e9);
      expect(record.cells[1]!.error!.message).toMatch(/memory.*put the body of a loop in tensor\.scope/);
    },
    120_000,
  );

  it.each(['js', 'wasm', 'webgpu'])(
    'what is compiled does what is not, on %s as on js',
    async (backend) => {
      const { record } = await run(join(fixtures, 'compiled.md'), '--backend', backend, '--timeout', '140');
      expect(record.cells.filter(({ error }) => error)).toEqual([]);
      expect(record.values['report']).toEqual(['done 25']);
    },
    180_000,
  );

  it.each(['wasm', 'webgpu'])(
    'models of onnxruntime and tfjs run on %s, and tensors cross',
    async (backend) => {
      cpSync(join(fixtures, 'guests.md'), join(folder, 'guests.md'));
      cpSync(join(root, 'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx'), join(folder, 'silero_vad_v5.onnx'));
      const { status, record } = await run(join(folder, 'guests.md'), '--backend', backend, '--timeout', '120');
      expect(record.cells.filter(({ error }) => error)).toEqual([]);
      expect([status, record.values['hertz'], record.values['next']]).toEqual([0, 16_000, [2, 1, 128]]);
      expect(record.values['probability']).toBeGreaterThan(0);
      expect(record.values['probability']).toBeLessThan(0.1); // silence
      for (const sum of record.values['rows'] as unknown as number[]) expect(sum).toBeCloseTo(1, 5);
      const value = (name: string) => record.values[name] as unknown;
      expect((value('sharedSum') as number) / ((4095 * 4096 * 8191) / 24)).toBeCloseTo(1, 5); // of 0, 0.5², … 2047.5²
      expect(['last', 'kept', 'both'].map(value)).toEqual([3 * 2047, 2047.5, 256]);
      expect(value('same')).toBeLessThan(1e-6);
      expect(value('still')).toBe(0);
      expect(value('mixed')).toBeCloseTo(value('probability') as number, 4);
      // Nothing comes to the host where both compute on the GPU.
      if (backend === 'webgpu') expect([value('crossings'), value('places')]).toEqual([0, ['gpu-buffer', 'gpu-buffer']]);
    },
    240_000,
  );
});
