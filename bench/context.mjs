/* What a bench is given: one browser, a scratch folder, and bundles made on the fly from this working tree, so that a figure
   never speaks of an old build. Everything is made when first asked for and put away by `close`. */

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBare } from './bare.mjs';
import { launchChromium } from '../scripts/chromium.mjs';
import { startServer } from '../src/command/server.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function createContext() {
  let browser;
  let bare;
  let scratch;
  let engine;
  const closers = [];

  const context = {
    root,
    note: (text) => process.stderr.write(`${text}\n`),

    browser: async () => (browser ??= await launchChromium()),

    /** The browser in which openings are timed (bare.mjs). */
    bare: async () => (bare ??= await launchBare()),

    /** A folder outside the repository, gone afterwards. */
    scratch: async () => (scratch ??= await mkdtemp(join(tmpdir(), 'gradus-bench-'))),

    /** The TypeScript engine as one classic script, bundled as the build does it. */
    engineText: () => (engine ??= context.bundle('workers/typescript/entry.ts')),

    /** A bundle of `entry` (relative to the repository), as text of an IIFE. */
    async bundle(entry, options = {}) {
      const { build } = await import('esbuild');
      const { outputFiles } = await build({
        entryPoints: [join(root, entry)],
        bundle: true,
        write: false,
        format: 'iife',
        platform: 'browser',
        target: 'es2022',
        minify: true,
        legalComments: 'none',
        logLevel: 'error',
        define: { 'process.env.NODE_ENV': '"production"' },
        mainFields: ['browser', 'module', 'main'],
        absWorkingDir: root,
        ...options,
      });
      return outputFiles[0].text;
    },

    /** Serves `files` (path to text) from a folder of their own. `isolation`: default true. */
    async serve(files, { isolation = true } = {}) {
      const folder = await mkdtemp(join(await context.scratch(), 'site-'));
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      const server = await startServer({ root: folder, isolation });
      closers.push(() => server.close());
      return server.url;
    },

    /** A page with `script` run in it, and the engine beside it as `engine.js`; `files`: more beside them. */
    async page(script, { isolation = true, files = {} } = {}) {
      const url = await context.serve(
        {
          'index.html': '<!doctype html><meta charset="utf-8"><title>bench</title><script src="bench.js"></script>',
          'bench.js': script,
          'engine.js': await context.engineText(),
          ...files,
        },
        { isolation },
      );
      const page = await (await (await context.browser()).newContext()).newPage();
      page.on('pageerror', (error) => context.note(`bench page: ${error.message}`));
      await page.goto(url);
      return page;
    },

    /** Version of the browser, if one was started. */
    version: async () => browser?.version(),

    async close() {
      await browser?.close().catch(() => undefined);
      await bare?.close().catch(() => undefined);
      for (const close of closers) await close().catch(() => undefined);
      if (scratch) await rm(scratch, { recursive: true, force: true });
    },
  };
  return context;
}
