/* float16 on webgpu (software adapter): two numbers to a word, computed in float32 (test/torch/half.ts). */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchChromium } from '../../scripts/chromium.mjs';
import { wgslText } from '../../scripts/wgsl.mjs';

declare const half: (name: string) => Promise<unknown>;

describe('float16', () => {
  let browser: Browser;
  let page: Page;
  let close: () => void;

  beforeAll(async () => {
    const entryPoints = [join(resolve(import.meta.dirname, '../..'), 'test/torch/half.ts')];
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      write: false,
      format: 'iife',
      logLevel: 'silent',
      plugins: [wgslText()],
    });
    const html = `<!doctype html><meta charset="utf-8"><title>half</title><script>${outputFiles[0]!.text.replaceAll('</script', '<\\/script')}</script>`;
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    close = () => server.close();
    browser = (await launchChromium()) as Browser;
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await browser?.close();
    close?.();
  });
  const ask = (name: string): Promise<unknown> => page.evaluate((asked) => half(asked), name);

  test('all its numbers come back, and what lies between two is rounded to the even one', async () => {
    expect(await ask('bits')).toEqual([0, 0]);
  });

  test('operations are those of float32, rounded, eagerly and compiled', async () => {
    expect(await ask('computes')).toEqual([]);
  });

  test('a model of float16 learns in a compiled step, all of it on the device', async () => {
    const [first, last, fallbacks] = (await ask('learns')) as number[];
    expect(last).toBeLessThan(0.2 * first!);
    expect(fallbacks).toBe(0);
  });

  test('it takes two bytes, promotes as PyTorch does, and is F16 in a file', async () => {
    expect(await ask('stores')).toEqual({
      bytes: 1998,
      dtype: 'float16 float16 float32',
      file: { dtype: 'F16', shape: [3], dataOffsets: [0, 6] },
      loaded: [1, 2.5, 0.0999755859375],
    });
  });
});
