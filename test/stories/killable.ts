/* A browser that a story can kill as a crash would, with its profile on the disk. */

import { spawn, type ChildProcess } from 'node:child_process';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../scripts/chromium.mjs';

/** A browser in a process group of its own, so that all of it can be killed at once. */
export async function startKillable(profile: string): Promise<{ process: ChildProcess; browser: Browser; page: Page }> {
  const program = spawn(
    await findChromium(),
    [
      ...chromiumFlags,
      '--headless=new',
      '--no-default-browser-check',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    program.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /ws:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    program.on('exit', () => reject(new Error(said)));
  });
  const browser = await chromium.connectOverCDP(address);
  const context = browser.contexts()[0]!;
  return { process: program, browser, page: context.pages()[0] ?? (await context.newPage()) };
}
export async function kill(program: ChildProcess): Promise<void> {
  process.kill(-program.pid!, 'SIGKILL');
  await new Promise((resolve) => program.once('exit', resolve));
}
