/* The app's bundle. Base './' lets dist/ work under any sub-path; addresses of the engine and the packs, which
   scripts/build.mjs makes before, come in as constants (src/env.d.ts). The command line's page is bundled by the build: with
   it here, what both share would be one more script that a reader waits for. */

import { existsSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import solid from 'vite-plugin-solid';
import { libraryNamesPlugin } from './scripts/names.mjs';
import { wgsl } from './scripts/wgsl.mjs';

const json = (path: string): Record<string, string> => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});

/** The pages of lists and the curves draw with all of Solid, a notebook with its signals alone. As one module, each reader
    would wait for all of it, so those parts, which share no signal with the rest, get a copy of their own. */
const wholeSolid = (): Plugin => ({
  name: 'whole-solid',
  apply: 'build',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (
      source !== 'solid-js' ||
      !importer ||
      !/\.tsx$|\/src\/view\/(pages\/|runs\/|notebooks\/|outputs\/metric)|\/solid-js\/web\//.test(importer)
    )
      return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found ? `${found.id}?whole` : undefined;
  },
  load: (id) => (id.endsWith('?whole') ? readFileSync(id.slice(0, -'?whole'.length), 'utf8') : undefined),
});

/** The common part of Plot reads its list of names as a module that does nothing else: what it does not name is left to the
    script with all of Plot, which hangs a method onto every mark. */
const commonPlot = (): Plugin => ({
  name: 'common-plot',
  apply: 'build',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (source !== '@observablehq/plot' || !importer?.endsWith('/plot-common.ts')) return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found ? { id: `${found.id}?common`, moduleSideEffects: false } : undefined;
  },
  load: (id) => (id.endsWith('?common') ? readFileSync(id.slice(0, -'?common'.length), 'utf8') : undefined),
});

/** What a reader waits for: its parts are asked for at once, not one behind another. The list of parts is text of the first script, so
    what comes late or alone is not in it. */
const awaited = /\/(?:editor|features|exercises|editing|plot|markdown|controls|pages|store)-[^/]*$/;

/** What shows a notebook of the reader's own before the app is there, and what it shares with the app: neither waits for the other. */
const apart = [
  { name: 'ground', test: /\/src\/(base\/(hash|optional)|view\/(dom|words|outputs\/colours)|store\/record)\.ts$/ },
  { name: 'reopening', test: /\/src\/(reopening|store\/opening|view\/(kept|markup|frame|static\/(bar|html)))\.ts$/ },
];

export default defineConfig({
  base: './',
  plugins: [wgsl(), libraryNamesPlugin(), wholeSolid(), commonPlot(), solid()],
  define: {
    __ENGINE_URL__: JSON.stringify(json('build/engine.json').typescript ?? ''),
    __VERSION__: JSON.stringify(json('package.json').version),
    __PACKS__: JSON.stringify(json('build/packs.json')),
  },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox125', 'safari17.5'], // light-dark() and oklch() as written: half the text of the tokens
    outDir: 'dist',
    manifest: true,
    modulePreload: { polyfill: false, resolveDependencies: (file, deps) => (awaited.test(file) ? deps : []) },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index.html', 'embed.html'].filter(existsSync),
      output: { codeSplitting: { groups: apart } },
    },
  },
  test: { environment: 'node' },
});
