/* The WebGPU backend in a browser with a software adapter: the contract that all backends keep, and what this one promises besides. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { wgslText } from '../../scripts/wgsl.mjs';
import { root } from './harness.ts';

type Runs = typeof import('../../kernels/webgpu/test-page.ts');

let browser: Browser;
let page: Page;
/** Kernels that the device did not compile: then the host computes, and nothing else would tell. */
const refused: string[] = [];
const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>kernels</title>'));

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['kernels/webgpu/test-page.ts'],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'runs',
    platform: 'browser',
    target: 'es2022',
    plugins: [wgslText()],
    logLevel: 'error',
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  browser = (await launchChromium()) as Browser;
  page = await browser.newPage();
  page.on('console', (message) => message.text().includes('the device refused') && refused.push(message.text()));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.addScriptTag({ content: outputFiles[0]!.text });
});

afterAll(async () => {
  await browser?.close();
  server.close();
});

/** The result of one of the page's runs. */
function run<Name extends keyof Runs>(
  name: Name,
  argument?: number,
): Promise<Awaited<ReturnType<Extract<Runs[Name], (...args: never[]) => unknown>>>> {
  return page.evaluate(
    async ([call, value]) => (globalThis as unknown as { runs: Record<string, (value?: number) => unknown> }).runs[call]!(value),
    [name, argument] as [string, number | undefined],
  ) as never;
}

const described = ({ failed }: { failed: readonly { name: string; message: string }[] }): string[] =>
  failed.map(({ name, message }) => `${name}: ${message}`);

test('keeps the contract of backends, on the device alone', async () => {
  const report = await run('contract');
  expect(described(report)).toEqual([]);
  expect(report.passed).toBeGreaterThan(1000);
  expect(report.fallbacks).toBe(0);
}, 400_000);

test('keeps it as compiled programs', async () => {
  expect(described(await run('compiled', 11))).toEqual([]);
}, 200_000);

test('keeps it with the kernels of real adapters', async () => {
  expect(described(await run('real', 9))).toEqual([]);
}, 200_000);

test('computes kernels of all kinds side by side in one dispatch, those of real adapters too', async () => {
  for (const name of ['together', 'togetherReal'] as const) {
    const { faults, programs } = await run(name, 5);
    expect(faults, name).toEqual([]);
    expect(programs).toBeGreaterThan(30);
  }
}, 200_000);

test('trains a perceptron and a GPT like the reference', async () => {
  for (const worst of await run('training', 5)) expect(worst).toBeLessThan(2e-4);
});

test('another backend computes until the kernels are there, and nobody sees where', async () => {
  const { worst, before, after } = await run('handedOver', 3);
  expect(worst).toBeLessThan(1e-3);
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThan(0);
});

test('plans of random programs leave what the reference leaves, call by call', async () => {
  expect(await run('programs', 60)).toEqual([]);
});

test('computes on the host what the device lacks, at its place in the order', async () => {
  expect(await run('hostSteps')).toEqual({ values: [2, 3, 4, 9, 0, 4, 6, 10], fallbacks: 1 });
});

test('runs a program call by call where the device lacks one of them', async () => {
  expect(await run('programOnHost')).toEqual({ values: [1, 6, 9, 14, 10, 24, 36, 50], fallbacks: 2 });
});

test('reads and writes ranges of one buffer in one call', async () => {
  const [a, b, c, d] = (await run('sharedBuffer')) as [number, number, number, number];
  expect(a + b + c + d).toBeCloseTo(1, 6);
  expect(b / a).toBeCloseTo(Math.E, 4);
});

test('updates all parameters of an optimiser in one dispatch of a plan that creates nothing', async () => {
  const { planned, eager, dispatches, perRun } = await run('adamPlan', 12);
  // Gradients of five parameters at a time: ten buffers are what a dispatch may bind.
  expect(dispatches).toBe(4);
  expect(perRun).toEqual({ dispatches: 4, submissions: 1, bindGroups: 0, buffers: 0 });
  expect(planned).toEqual(eager);
});

test('a steady loop of eager calls creates no buffer and hardly a bind group', async () => {
  const { buffers, bindGroups } = await run('steadyEager');
  expect(buffers).toBe(0);
  expect(bindGroups).toBeLessThan(10);
});

test('a lost device says so', async () => {
  const { reason, read } = await run('loss');
  expect(reason).not.toBe('');
  expect(read).toMatch(/lost/);
});

test('the device refused no kernel of all those above', () => {
  expect(refused).toEqual([]);
});

test('a kernel of one’s own runs on typed arrays, and its faults stand at their line', async () => {
  const { doubled, error, line } = await run('custom');
  expect(doubled).toEqual([2, 4, 6, 8, 10]);
  expect(error).toMatch(/nothing/);
  expect(line).toBe(6);
});
