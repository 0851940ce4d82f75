/* A headless Chromium with as little tooling as a clock needs: one session at a page, none at its workers. A test driver holds every
   new worker until it has looked at it, tens of milliseconds that no reader waits; pages that compute in workers would be timed by
   the driver. The protocol is Chromium's own, over its pipe. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumFlags, findChromium } from '../scripts/chromium.mjs';

/** What drivers of browsers switch off as well: whatever works on its own beside the page, or slows a page that is not in front. */
const flags = [
  '--headless',
  '--no-startup-window',
  '--hide-scrollbars',
  '--mute-audio',
  '--metrics-recording-only',
  '--password-store=basic',
  '--use-mock-keychain',
  '--no-default-browser-check',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-component-extensions-with-background-pages',
  '--disable-field-trial-config',
  '--disable-hang-monitor',
  '--disable-search-engine-choice-screen',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-features=HttpsUpgrades,LensOverlay,MediaRouter,OptimizationHints,PaintHolding,WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

/** Starts one, with an empty profile. Close it when done. */
export async function launchBare() {
  const profile = await mkdtemp(join(tmpdir(), 'gradus-bare-'));
  const child = spawn(
    await findChromium(),
    [...flags, ...chromiumFlags, `--user-data-dir=${profile}`, '--window-size=1280,900', '--remote-debugging-pipe'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  let last = 0;
  let rest = '';
  output.setEncoding('utf8');
  output.on('data', (part) => {
    const messages = (rest + part).split('\0');
    rest = messages.pop();
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message);
      if (error) waiting.get(id)?.reject(new Error(`Chromium: ${error.message}`));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium ended.'));
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });

  return {
    /** A profile of its own: nothing stored, nothing cached. */
    async profile() {
      const { browserContextId } = await send('Target.createBrowserContext');
      return {
        async page() {
          const { targetId } = await send('Target.createTarget', {
            url: 'about:blank',
            browserContextId,
            newWindow: true,
            width: 1280,
            height: 900,
          });
          const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
          await send('Page.enable', {}, sessionId);
          return pageOf(
            (method, params) => send(method, params, sessionId),
            () => send('Target.closeTarget', { targetId }),
          );
        },
        close: () => send('Target.disposeBrowserContext', { browserContextId }),
      };
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await send('Browser.close').catch(() => child.kill());
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function pageOf(send, close) {
  const page = {
    close,
    /** Slows the page's processor so many times, and not its workers. */
    slow: (rate) => send('Emulation.setCPUThrottlingRate', { rate }),
    /** Calls `script(argument)` in every document before its own scripts. */
    before: (script, argument) => send('Page.addScriptToEvaluateOnNewDocument', { source: `(${script})(${JSON.stringify(argument)})` }),
    goto: (url) => send('Page.navigate', { url }),
    /** What `script(argument)` answers in the page, by value; promises are awaited. */
    async evaluate(script, argument) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression: `(${script})(${JSON.stringify(argument)})`,
        returnByValue: true,
        awaitPromise: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    waitForTimeout: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    /** Asks every 100 ms until `script(argument)` is true. */
    async until(script, argument, patienceMs = 60_000) {
      for (const end = Date.now() + patienceMs; Date.now() < end; await page.waitForTimeout(100)) {
        if (await page.evaluate(script, argument).catch(() => false)) return; // a document that is going cannot answer
      }
      throw new Error(`the page was not there after ${patienceMs / 1000} s: ${script}`);
    },
  };
  return page;
}
