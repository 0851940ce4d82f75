/* Tests that run in Node, beside the code they test. */

import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';
import { wgsl } from './scripts/wgsl.mjs';

export default defineConfig({
  plugins: [wgsl(), solid({ hot: false, ssr: false })],
  define: { __ENGINE_URL__: '""', __PACKS__: '{}' },
  test: {
    include: ['{src,workers,kernels,scripts,bench,test}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
