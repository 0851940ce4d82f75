import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { copySite, addUnit } from './bench/site.mjs';
import { launchChromium } from './scripts/chromium.mjs';
import { startServer } from './src/command/server.mjs';
const root = process.cwd();
const site = mkdtempSync('/tmp/ex3site-');
await copySite(root, site, {});
const id = await addUnit(root, site, join(root, 'test/fixtures/unit'));
const server = await startServer({ root: site, isolation: true });
const browser = await launchChromium();
const say = (...x) => console.log(...x);
const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 } })).newPage();
page.on('console', (m) => m.type() === 'error' && say('console', m.text()));
page.on('pageerror', (e) => say('pageerror', e.stack));
page.setDefaultTimeout(8000);
try {
  await page.goto(server.url + `n/${id}/`);
  await page.locator('.judged').first().waitFor({ state: 'attached' });
  const write = async (name, text) => {
    await page
      .getByRole('textbox', { name: `Code of ${name}` })
      .first()
      .click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(text);
  };
  await write('norm', 'function norm(a: number[]): number {\n  return a.reduce((s, x) => s + x, 0)\n}');
  await page.keyboard.press('Shift+Enter');
  await page.locator('[data-cell="norm"] .judged li.bad').first().waitFor();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Debugger.enable');
  const paused = new Promise((r) => cdp.on('Debugger.paused', r));
  await page.locator('[data-cell="norm"] .judged').getByRole('button', { name: 'Reset to starter' }).click();
  await new Promise((r) => setTimeout(r, 1500));
  await cdp.send('Debugger.pause');
  const found = await Promise.race([paused, new Promise((r) => setTimeout(() => r(undefined), 2000))]);
  say(
    found?.callFrames
      .map((f) => `${f.functionName} ${f.url.split('/').at(-1)}:${f.location.lineNumber}:${f.location.columnNumber}`)
      .join('\n'),
  );
  if (found) {
    for (const f of found.callFrames.slice(0, 3)) {
      const { scriptSource } = await cdp.send('Debugger.getScriptSource', { scriptId: f.location.scriptId });
      say(
        '>>',
        scriptSource.split('\n')[f.location.lineNumber].slice(Math.max(0, f.location.columnNumber - 250), f.location.columnNumber + 150),
      );
    }
  }
  for (const expression of ['[n,r,i,l,u,c,s.length].join()'])
    say(
      JSON.stringify((await cdp.send('Debugger.evaluateOnCallFrame', { callFrameId: found.callFrames[0].callFrameId, expression })).result),
    );
  throw new Error('done');
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForTimeout(300);
  for (let n = 0; n < 5; n++) {
    await page
      .locator('[data-cell="norm"] .judged')
      .getByRole('button', { name: /^Run checks/ })
      .click();
    await page.waitForTimeout(1500);
    say(n, await page.locator('.exr[data-for="norm"]').innerText());
  }
} catch (e) {
  say('failed', e.message.slice(0, 400));
  await page.screenshot({ path: '/tmp/ex3shots/stuck.png' }).catch((x) => say(x.message));
  say(
    await Promise.race([
      page.evaluate(() => document.querySelector('[data-cell="norm"] .judged')?.outerHTML.slice(0, 600)),
      new Promise((r) => setTimeout(() => r('no answer'), 3000)),
    ]),
  );
} finally {
  await browser.close();
  await server.close();
}
