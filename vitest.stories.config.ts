/* Stories: what a reader does in a real browser, against the built site. One after another, since they share a machine. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/stories/**/*.story.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } }, // a story waits as long as a busy machine needs
  },
});
