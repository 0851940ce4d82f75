/* What PyTorch computes, on webgpu in a browser (software adapter): the cases of test/fixtures/torch through test/torch/page.ts. */

import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchChromium } from '../../scripts/chromium.mjs';
import { wgslText } from '../../scripts/wgsl.mjs';
import type { Case } from '../torch/cases.ts';
import type { TorchPage } from '../torch/page.ts';
import type { Curve } from '../torch/programs.ts';
import type { Outcome } from '../torch/run.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'test/fixtures/torch');
/** Cases of one message to the page: a failure of the device costs no more than these. */
const CHUNK = 50;
/** After so long (ms) a chunk counts as hanging. */
const PATIENCE = 60_000;

declare const torch: TorchPage;

describe('What PyTorch computes, on webgpu', () => {
  let browser: Browser;
  let page: Page;
  let close: () => void;
  let address = '';

  beforeAll(async () => {
    const entryPoints = [join(root, 'test/torch/page.ts')];
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      write: false,
      format: 'iife',
      logLevel: 'silent',
      plugins: [wgslText()],
    });
    const html = `<!doctype html><meta charset="utf-8"><title>torch</title><script>${outputFiles[0]!.text.replaceAll('</script', '<\\/script')}</script>`;
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    close = () => server.close();
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = (await launchChromium()) as Browser;
    page = await open();
  });

  afterAll(async () => {
    await browser?.close();
    close?.();
  });

  const open = async (): Promise<Page> => {
    const fresh = await browser.newPage();
    await fresh.goto(address);
    return fresh;
  };

  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const all = JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown[];
    const section = file.replace('.json', '');
    if (section === 'programs') {
      for (const compiled of [false, true]) {
        test(`${section}${compiled ? ', compiled' : ''}`, { timeout: 600_000 }, async () => {
          report(await page.evaluate(([list, flag]) => torch.programs(list, flag), [all as Curve[], compiled] as const));
        });
      }
      continue;
    }
    const calls = (all as Case[]).some((one) => 'call' in one);
    for (const compiled of calls ? [false, true] : [false]) {
      test(`${section}${compiled ? ', compiled' : ''}`, { timeout: 600_000 }, async () => {
        const outcomes: Outcome[] = [];
        for (let i = 0; i < all.length; i += CHUNK) {
          const chunk = all.slice(i, i + CHUNK) as Case[];
          const late = new Promise<'late'>((done) => setTimeout(() => done('late'), PATIENCE).unref());
          const outcome = await Promise.race([page.evaluate(([list, flag]) => torch.cases(list, flag), [chunk, compiled] as const), late]);
          if (outcome !== 'late') {
            outcomes.push(outcome);
            continue;
          }
          const names = chunk.map(({ name }) => name);
          outcomes.push({ passed: 0, skipped: 0, failed: [{ name: `one of ${names[0]} … ${names.at(-1)}`, message: 'no answer' }] });
          await page.close();
          page = await open();
        }
        const sum = (key: 'passed' | 'skipped'): number => outcomes.reduce((total, outcome) => total + outcome[key], 0);
        report({ passed: sum('passed'), skipped: sum('skipped'), failed: outcomes.flatMap(({ failed }) => failed) });
      });
    }
  }
});

function report({ passed, failed }: Outcome): void {
  const lines = failed.map(({ name, message }) => `  ${name}: ${message}`);
  expect(failed.length, `${failed.length} of ${passed + failed.length} cases fail:\n${lines.join('\n')}\n`).toBe(0);
}
