/* The app's bundle. Base './' lets dist/ work under any sub-path; addresses of the engine and the packs, which
   scripts/build.mjs makes before, come in as constants (src/env.d.ts). The command line's page is bundled by the build: with
   it here, what both share would be one more script that a reader waits for. */

import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import solid from 'vite-plugin-solid';

const json = (path: string): Record<string, string> => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});

export default defineConfig({
  base: './',
  plugins: [solid()],
  define: {
    __ENGINE_URL__: JSON.stringify(json('build/engine.json').typescript ?? ''),
    __PACKS__: JSON.stringify(json('build/packs.json')),
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['index.html', 'embed.html'].filter(existsSync) },
  },
  test: { environment: 'node' },
});
