/* Finds a Chromium for everything that drives a browser: the command line, the stories, the sizes. Looks at CHROME_PATH,
   the usual places, and what Playwright has downloaded; with `install` it may also fetch one (Playwright's own, then
   the system's package manager where we are root). */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter(Boolean)
    .flatMap((folder) => [`${folder}\\Google\\Chrome\\Application\\chrome.exe`, `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`]),
];

/**
 * The path of a Chromium that exists. Throws one clear line where there is none.
 * @param {{ install?: boolean }} [options] install: default false, look only.
 * @returns {Promise<string>}
 */
export async function findChromium({ install = false } = {}) {
  const named = process.env.CHROME_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(
      `CHROME_PATH: expected a browser, there is no file ${named}. Correct it, or unset it to have the usual places searched.`,
    );
  }
  const found = places.find(existsSync) ?? (await playwrightOwn());
  if (found) return found;
  if (install) {
    process.stderr.write('No Chromium found; installing one…\n');
    quietly('npx', ['--no-install', 'playwright-core', 'install', 'chromium']);
    const own = await playwrightOwn();
    if (own) return own;
    if (process.getuid?.() === 0) {
      quietly('apt-get', ['update']);
      quietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
      const system = places.find(existsSync);
      if (system) return system;
    }
  }
  throw new Error(
    'No Chromium found. Install one (`apt-get install chromium`, or `npx playwright-core install chromium`), or set CHROME_PATH to its program.',
  );
}

/** Flags for a headless Chromium with software WebGPU, also in workers. A root user has no sandbox to start in. */
export const chromiumFlags = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/**
 * A started headless Chromium (a Browser of playwright-core).
 * @param {{ install?: boolean, flags?: readonly string[] }} [options] flags: default `chromiumFlags`.
 */
export async function launchChromium({ install = false, flags = chromiumFlags } = {}) {
  const { chromium } = await import('playwright-core');
  const executablePath = await findChromium({ install });
  return chromium.launch({ executablePath, args: [...flags], chromiumSandbox: process.getuid?.() !== 0 });
}

/** A Chromium whose profile lies in the folder `profile`: what a page stores is there at the next launch. */
export async function launchContext(profile, { install = false, flags = chromiumFlags } = {}) {
  const { chromium } = await import('playwright-core');
  const executablePath = await findChromium({ install });
  return chromium.launchPersistentContext(profile, { executablePath, args: [...flags], chromiumSandbox: process.getuid?.() !== 0 });
}

async function playwrightOwn() {
  const path = await import('playwright-core').then(
    ({ chromium }) => chromium.executablePath(),
    () => undefined,
  );
  return path && existsSync(path) ? path : undefined;
}

/** Runs an installer; whether it worked is judged by what lies there afterwards. */
function quietly(program, args) {
  spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 240_000,
  });
}
