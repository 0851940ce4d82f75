/* What every story starts from: the built site on a server of its own, one Chromium with software WebGPU, fresh pages that
   collect what goes wrong in them. */

import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';

export const root: string = resolve(import.meta.dirname, '../..');

export interface Site {
  /** Address of the site's root, with its final slash. */
  readonly url: string;
  readonly browser: Browser;
  /** Opens `path` (relative to the root) in a context of its own: nothing stored, nothing cached. */
  page(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage extends Page {
  /** Errors on the console and uncaught ones, so far. */
  readonly problems: readonly string[];
}

/** Starts server and browser. `isolation`: default true, send COOP and COEP. `under`: default `/`, the path that the site
    lies at. Close it when the story is told. */
export async function openSite({ isolation = true, under = '/' }: { isolation?: boolean; under?: string } = {}): Promise<Site> {
  const dist = join(root, 'dist');
  const server = await startServer(
    under === '/' ? { root: dist, isolation } : { root: join(root, 'docs'), isolation, routes: { [under]: dist } },
  );
  const url = new URL(under, server.url).href;
  const browser = (await launchChromium()) as Browser;
  return {
    url,
    browser,
    async page(path, options) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(`${error.name}: ${error.message}`));
      await page.goto(new URL(path, url).href);
      return Object.assign(page, { problems });
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Opens `text` as a file, on a page that takes one, and keeps a copy of it: from then on a notebook of one's own. */
export async function keepCopy(page: Page, text: string): Promise<void> {
  const file = { name: 'story.md', mimeType: 'text/markdown', buffer: Buffer.from(text) };
  await page.locator('input[type=file]').first().setInputFiles(file);
  await page.locator('.banner').getByRole('button', { name: 'Save a copy' }).click();
  await page.waitForURL('**/#/n/*');
  await page.locator('.banner').waitFor({ state: 'detached' });
}

/** The cell `id` of an open notebook, as notebook.md 6 fixes its element. */
export function cell(page: Page, id: string): ReturnType<Page['locator']> {
  return page.locator(`[data-cell="${id}"]`);
}

/** Waits until the cell `id` is in `state`. */
export async function cellIs(page: Page, id: string, state: string, timeout = 30_000): Promise<void> {
  try {
    await page.locator(`[data-cell="${id}"][data-state="${state}"]`).waitFor({ timeout });
  } catch (error) {
    const seen = await page.evaluate(
      (name) => ({
        engine: document.documentElement.dataset['engine'],
        state: document.querySelector<HTMLElement>(`[data-cell="${name}"]`)?.dataset['state'],
        text: document.querySelector<HTMLElement>(`[data-cell="${name}"]`)?.innerText.slice(-400),
      }),
      id,
    );
    throw new Error(`${id} is not ${state} after ${timeout} ms: ${JSON.stringify(seen)}`, { cause: error });
  }
}

/** How the command ended, and what it said. */
export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `gradus ARGV` as if it were typed in `folder`. */
export function runGradus(folder: string, argv: readonly string[]): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'scripts/gradus.mjs'), ...argv], {
      cwd: root,
      env: { ...process.env, INIT_CWD: folder },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (part) => (out += String(part)));
    child.stderr.on('data', (part) => (err += String(part)));
    child.on('close', (status) => done({ status, out, err }));
  });
}
