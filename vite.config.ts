/* The app's bundle. Base './' lets dist/ work under any sub-path; addresses of the engine and the packs, which
   scripts/build.mjs makes before, come in as constants (src/env.d.ts). */

import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
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
    rolldownOptions: { input: ['index.html', 'headless.html', 'embed.html'].filter(existsSync) },
  },
});
