/* The built site in a headless Chromium, for the commands that evaluate: one server for all, a page of its own (and with it a
   context, so no storage is shared) for every notebook. Answers are judged in an engine each, which leaves nothing in its page, so
   pages that judge are used again. Rejects with a sentence where the page or the browser failed. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { startServer } from './server.mjs';
import { root } from './site.ts';

export interface HeadlessSite {
  /** Path of folder `index` on the site, with a final slash: what `file()` and `./x` read. */
  folder(index: number): string;
  /** Calls a function of the page (src/headless.ts) with `job`; `about` begins the message when the page fails. */
  ask<T>(name: 'runNotebook' | 'judgeAnswer', job: unknown, about: string): Promise<T>;
  close(): Promise<void>;
}

/** Serves `folders` beside the built site and starts the browser. */
export async function openSite({
  folders,
  isolation,
}: {
  readonly folders: readonly string[];
  readonly isolation: boolean;
}): Promise<HeadlessSite> {
  const server = await startServer({
    root: join(root, 'dist'),
    isolation,
    routes: {
      '/headless.html': join(root, 'build/headless.html'),
      ...Object.fromEntries(folders.map((folder, index) => [`/headless/${index}/`, folder])),
    },
  });
  const browser = await launch().catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const idle: Page[] = [];
  return {
    folder: (index) => `headless/${index}/`,
    ask: async (name, job, about) => JSON.parse(await askPage(browser, server.url, name, job, about, name === 'judgeAnswer' ? idle : [])),
    async close() {
      await browser.close().catch(() => undefined);
      await server.close();
    },
  };
}

/** `idle`: pages that may be asked again; one that answered goes back there. */
async function askPage(browser: Browser, url: string, name: string, job: unknown, about: string, idle: Page[]): Promise<string> {
  const used = idle.pop();
  const page = used ?? (await (await browser.newContext()).newPage());
  let answered = false;
  try {
    const failed = new Promise<never>((_, reject) => {
      page.on('crash', () =>
        reject(
          new Error(`${about}: the browser's page crashed, most likely for lack of memory. Run fewer cells with --cells, or smaller data.`),
        ),
      );
      page.on('pageerror', (error) => reject(new Error(`${about}: the page that runs notebooks failed: ${error.message}`)));
      browser.on('disconnected', () => reject(new Error(`${about}: the browser ended before the notebook did.`)));
    });
    failed.catch(() => undefined);
    if (!used) await page.goto(`${url}headless.html`, { waitUntil: 'load' });
    const ready = await Promise.race([
      failed,
      page.waitForFunction(`typeof ${name} === "function"`, undefined, { timeout: 15_000 }).catch(() => undefined),
    ]);
    if (!ready) throw new Error('The built page does not start. Run `npm run build -- --force`, then the command again.');
    const answer = await Promise.race([
      failed,
      page.evaluate(([call, given]) => (globalThis as unknown as Record<string, (job: unknown) => Promise<string>>)[call]!(given), [
        name,
        job,
      ] as const),
    ]);
    page.removeAllListeners();
    idle.push(page);
    answered = true;
    return answer;
  } finally {
    if (!answered || name !== 'judgeAnswer')
      await page
        .context()
        .close()
        .catch(() => undefined);
  }
}

/** A Chromium with the flags of scripts/chromium.mjs, which stays outside the bundle since the build's scripts share it. */
async function launch(): Promise<Browser> {
  if (!existsSync(join(root, 'build/headless.html'))) throw new Error('The build is missing. Run `npm run build` first.');
  const address = pathToFileURL(join(root, 'scripts/chromium.mjs')).href;
  const { launchChromium } = (await import(address)) as { launchChromium(): Promise<Browser> };
  return launchChromium();
}
