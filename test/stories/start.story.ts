/* Somebody types `npm start` and opens the address that it prints. */

import { spawn } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { root } from './harness.ts';

// The second time: what is built stays.
beforeAll(() => build({ quiet: true }));

for (const [flags, isolation] of [
  [[], 'same-origin'],
  [['--no-isolation'], null],
] as const) {
  test(`npm start ${flags.join(' ')} prints one line with the address once the page answers, and stays`, async () => {
    const began = Date.now();
    const child = spawn(process.execPath, ['scripts/start.mjs', ...flags], { cwd: root });
    try {
      let out = '';
      const line = await new Promise<string>((resolve, reject) => {
        child.stdout.on('data', (part) => (out += String(part)).includes('\n') && resolve(out));
        child.on('exit', (status) => reject(new Error(`it ended with status ${status}`)));
      });
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)![0];
      const answer = await fetch(address);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cross-origin-opener-policy')).toBe(isolation);
      expect(out.trimEnd().split('\n').length).toBe(1);
      expect(Date.now() - began).toBeLessThan(15_000);
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill();
    }
  });
}
