/* What runs makes way for what is run after it: a loop without an end that is corrected, or whose values are, holds up nothing. */

import { expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite } from './harness.ts';

const text = `---
gradus: 1
id: way
title: Way
---
\`\`\`ts {id=kept}
const kept = Math.random()
kept
\`\`\`

\`\`\`ts {id=limit}
const limit = 10
\`\`\`

\`\`\`ts {id=loop run=manual}
let i = 0
while (i !== limit / 2) i += 2
const reached = i
\`\`\`

\`\`\`ts {id=seen}
const seen = [kept, reached].join(' ')
seen
\`\`\`

\`\`\`ts {id=spin}
while (limit === 12) {}
const spun = limit
spun
\`\`\`

\`\`\`ts {id=waits run=manual}
await new Promise((resolve) => setTimeout(resolve, 600_000))
\`\`\`
`;

for (const isolation of [true, false])
  test(`a loop without an end, corrected and run, ${isolation ? 'isolated' : 'not isolated'}`, async () => {
    const site = await openSite({ isolation });
    try {
      const page = await site.page('', { viewport: { width: 1280, height: 900 } });
      await keepCopy(page, text);
      await page.getByRole('button', { name: 'Run all', exact: true }).click();
      await cellIs(page, 'limit', 'done');
      const kept = await cell(page, 'kept').locator('[data-outputs]').innerText();
      expect(kept).toMatch(/^0\.\d/);
      const run = (id: string): Promise<void> => page.getByRole('button', { name: `Run cell ${id}`, exact: true }).click();
      const write = async (id: string, code: string): Promise<void> => {
        await cell(page, id).getByRole('textbox').click();
        await page.keyboard.press('Control+A');
        await page.keyboard.insertText(code);
        await page.keyboard.press('Control+Enter');
      };
      await run('loop');
      await cellIs(page, 'loop', 'running');

      // Its own code is corrected.
      await write('loop', 'let i = 0\nwhile (i < limit) i += 2\nconst reached = i');
      await cellIs(page, 'loop', 'done', 5000);
      await expect.poll(() => cell(page, 'seen').locator('[data-outputs]').innerText()).toContain(' 10');

      // What it reads is corrected, by a cell before it.
      await write('limit', 'const limit = 12');
      await cellIs(page, 'spin', 'running');
      await write('limit', 'const limit = 13');
      await cellIs(page, 'spin', 'done', 5000);
      await expect.poll(() => cell(page, 'spin').locator('[data-outputs]').innerText()).toContain('13');

      // What waits, and is run again, begins anew.
      await run('waits');
      await cellIs(page, 'waits', 'running');
      await write('waits', '"waited"');
      await cellIs(page, 'waits', 'done', 5000);
      expect(await cell(page, 'kept').locator('[data-outputs]').innerText(), 'the engine lived').toBe(kept);
      expect(page.problems).toEqual([]);
    } finally {
      await site.close();
    }
  });
