/* Parts of the engine that do not come: what is said of them, and that running again brings them once the network is back. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const cells: Readonly<Record<string, string>> = {
  first: 'const first = 1\nfirst',
  words: 'md`**${first}**`',
  asked: "const asked = view(Inputs.select(['a', 'b']))",
  renamed: "const { radio: _radio } = Inputs;\nconst renamed = view(_radio(['a', 'b']))",
  drawn: 'Plot.plot({ marks: [Plot.dot([[1, 2]])] })',
  tried: "check('is one', () => equal(first, 1))",
  logged: "console.log('here')",
  waited: 'await sleep(1)\nconst waited = 2\nwaited',
  thrown: 'throw new RangeError(`${first} too many`)',
  own: 'const own = Math.random() < 2\nown',
};
const text = `---\ngradus: 1\nid: away\ntitle: Away\n---\n# Away\n\n${Object.entries(cells)
  .map(([id, code]) => `\`\`\`ts {id=${id}}\n${code}\n\`\`\`\n`)
  .join('\n')}`;
const wanting = ['words', 'asked', 'renamed', 'drawn', 'tried', 'logged', 'waited', 'own'];

/** The engine runs, its parts are not there, and nothing of them comes. */
async function opened(): Promise<OpenPage> {
  const page = await site.page('');
  await page.route(/\/engine\/typescript-[a-z]+-/, (route) => route.abort());
  await keepCopy(page, text);
  return page;
}

test('what fails for want of a part says so in plain words, all else runs, and running again mends it', async () => {
  const page = await opened();
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'own', 'error');
  await cellIs(page, 'first', 'done');
  for (const id of wanting) {
    await cellIs(page, id, 'error');
    const said = await cell(page, id).locator('[data-outputs], .error').allInnerTexts();
    expect(said.join(' '), id).toContain('could not be loaded');
    expect(said.join(' '), id).toContain('Check the connection, then run the cell again.');
    expect(said.join(' '), id).not.toMatch(/progress|draws/); // what the cell does not say
  }
  await cellIs(page, 'thrown', 'error');
  expect(await cell(page, 'thrown').innerText()).toContain('1 too many');
  await page.unrouteAll();
  for (const id of wanting) {
    await page.getByRole('button', { name: `Run cell ${id}`, exact: true }).click();
    await cellIs(page, id, 'done');
  }
  await cell(page, 'drawn').locator('[data-kind="plot"] svg').waitFor();
  await cell(page, 'asked').locator('[data-kind="input"] select').waitFor();
  await page.context().close();
});

test('Stop ends a cell whose part hangs on its way, and it runs when it is asked again', async () => {
  const page = await site.page('');
  await page.route(/\/engine\/typescript-[a-z]+-/, () => undefined); // never answered
  await keepCopy(page, text);
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'words', 'running');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await cellIs(page, 'words', 'error');
  expect(await cell(page, 'words').innerText()).toContain('Interrupted');
  await cellIs(page, 'first', 'done');
  await page.context().close();
});

test('a cell that is edited to mention a name for the first time has it', async () => {
  const page = await site.page('');
  await keepCopy(page, text);
  await page.getByRole('button', { name: 'Run cell first', exact: true }).click();
  await cellIs(page, 'first', 'done');
  await cell(page, 'first').getByRole('textbox', { name: 'Code of first' }).click();
  await page.locator('[data-cell="first"] .cm-content').waitFor();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type("const first = view(Inputs.checkbox(['p', 'q']))");
  await page.keyboard.press('ControlOrMeta+Enter');
  await cell(page, 'first').locator('[data-kind="input"] input[type=checkbox]').first().waitFor();
  await page.context().close();
});
