/* The compute library as the build ships it, a core and parts: every way to a name leads to it on every device, and a part that nobody
   names is not loaded. */

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { copySite } from '../../bench/site.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import { cellIs, root } from './harness.ts';

const fixtures = join(root, 'test/fixtures/tensor');
const folder = mkdtempSync(join(tmpdir(), 'gradus-parts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Record {
  readonly values: { readonly [name: string]: unknown };
  readonly cells: readonly { readonly id: string; readonly state: string; readonly error?: { readonly message: string } }[];
}

/** What `gradus run --json` says of a notebook. */
function run(file: string, backend: string): Promise<Record> {
  const child = spawn(process.execPath, [join(root, 'scripts/gradus.mjs'), 'run', file, '--json', '--backend', backend], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(text) as Record));
  });
}

it.each(['js', 'wasm', 'webgpu'])(
  'destructured, aliased, computed, imported, inherited: every name is there on %s',
  async (backend) => {
    cpSync(join(fixtures, 'parts.md'), join(folder, 'parts.md'));
    cpSync(join(fixtures, 'parts-module.txt'), join(folder, 'parts-module.ts'));
    const { cells, values } = await run(join(folder, 'parts.md'), backend);
    expect(cells.map(({ id, state, error }) => `${id} ${state} ${error?.message ?? ''}`)).toEqual(
      ['destructured', 'aliased', 'computed', 'imported', 'inherited', 'all'].map((id) => `${id} done `),
    );
    expect(values).toMatchObject({
      rate: 0.5,
      names: ['StepLR', 'Lion', 'LSTM', 'MSELoss'],
      solved: [1, 1],
      pooled: [
        [
          [
            [5, 7],
            [13, 15],
          ],
        ],
      ],
      shape: [4, 1, 3],
      frequencies: [1, 1, 1],
      sorted: [1, 2, 3],
      back: [1, 2],
      text: 'tensor([1.5000])',
      curvature: [[12]],
      inverse: true,
      batches: 2,
      ran: [4, [1, -1]],
      fitted: 'function',
      missing: [],
    });
    expect(values['printed']).toContain('(self_attn): MultiheadAttention(\n      (out_proj): NonDynamicallyQuantizableLinear(');
  },
  120_000,
);

it('a part comes when it is named, ahead of the cell, and no other', async () => {
  await copySite(root, join(folder, 'site'), { 'tensor-parts-few': readFileSync(join(fixtures, 'parts-few.md'), 'utf8') });
  const sent: string[] = [];
  const server = await startServer({
    root: join(folder, 'site'),
    log: ({ path }: { path: string }) => void (path.includes('packs/tensor') && sent.push(path.replace(/.*\/|-[0-9a-f]+\.js$/g, ''))),
  });
  const browser = (await launchChromium()) as Browser;
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}n/tensor-parts-few/`);
    await page.getByRole('button', { name: 'Run cell train', exact: true }).click();
    await cellIs(page, 'train', 'done');
    expect([...sent].sort()).toEqual(['tensor', 'tensor-init', 'tensor-linalg', 'tensor-operations']);
    sent.length = 0;
    await page.getByRole('button', { name: 'Run cell more', exact: true }).click();
    await cellIs(page, 'more', 'done');
    expect(sent).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
}, 60_000);
