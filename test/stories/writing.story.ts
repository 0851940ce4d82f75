/* A reader writes: an editor that stands where the code stood, names completed, errors at their place, one undo, text edited where
   it is read, and what depends on what. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, type OpenPage, openSite, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
const notebook = (id: string, body: string): string => `---\ngradus: 1\nid: ${id}\ntitle: A story\n---\n${body}`;

/** Opens a file on the map and saves a copy of it. */
async function own(id: string, body: string, options: { width?: number; height?: number; dark?: boolean } = {}): Promise<OpenPage> {
  const { width = 1280, height = 900, dark = false } = options;
  const page = await site.page('', { viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: `${id}.md`, mimeType: 'text/markdown', buffer: Buffer.from(notebook(id, body)) });
  await page.getByRole('heading', { level: 1, name: 'A story' }).waitFor();
  await page.locator('.banner').getByRole('button', { name: 'Save a copy' }).click();
  await page.waitForURL(`**/#/n/${id}`);
  await page.locator('.banner').waitFor({ state: 'detached' });
  await page.evaluate(() => document.fonts.ready);
  return page;
}
const code = (page: OpenPage, id: string) => page.getByRole('textbox', { name: `Code of ${id}`, exact: true });

const hard = {
  plain: "const plain = [1, 2].map((x) => x * 2) // a comment\n\n\nif (plain.length > 1) console.log(`so ${plain[0]} it ${'is'}`, /re/g)\n",
  tabs: 'function tabs(x: number) {\n\treturn x\n\t\t+ 1\t// after a tab\n}',
  unicode: "const ünïcode = 'żółć 日本語 😀 👩‍👩‍👧 ‮right‬ é' + '\\u00e9' // …“quoted” − × ≤",
  long: `const long = '${'a long line that goes on and on '.repeat(12)}' as const`,
  uses: 'const uses = [plain, long].map((x) => x.length) as readonly number[]',
  broken: "const broken = (1 + \nlet x = 'open",
  many: Array.from({ length: 200 }, (_, i) => `const many${i} = ${i} // line ${i}`).join('\n'),
};

for (const [width, dark] of [
  [1280, false],
  [1280, true],
  [390, false],
  [390, true],
] as const) {
  test(`code and its editor are the same to the pixel: ${width} px, ${dark ? 'dark' : 'light'}`, async () => {
    const height = 860;
    const page = await own('pixels', Object.values(hard).map(fence).join('\n'), { width, dark, height });
    await page.getByRole('button', { name: 'Run all' }).click();
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['engine']), { timeout: 30_000 }).toBe('idle');
    await page.addStyleTag({
      content: `* { caret-color: transparent !important } .cm-cursorLayer, .toast, [role=status], [role=alert] { visibility: hidden !important }
        .cell { --line: var(--rule) !important } .run, .meta, .pt { visibility: hidden !important }`,
    });
    const ids = await page.locator('[data-cell]').evaluateAll((all) => all.map((element) => (element as HTMLElement).dataset['cell']!));
    expect(ids.length).toBe(Object.keys(hard).length);
    const found: string[] = [];
    for (const id of ids) {
      const box = cell(page, id).locator('.code');
      await box.scrollIntoViewIfNeeded();
      await page.mouse.move(0, 0);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const place = (await box.boundingBox())!;
      const seen = { ...place, y: Math.max(0, place.y), height: Math.min(height, place.y + place.height) - Math.max(0, place.y) };
      const before = await page.screenshot({ clip: seen });
      await page.evaluate(
        (name) => document.querySelector<HTMLElement>(`[data-cell="${name}"] [data-code]`)!.focus({ preventScroll: true }),
        id,
      );
      await box.locator('.cm-content').waitFor();
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 60))));
      expect(await box.boundingBox(), id).toEqual(place);
      const differing = await pixelsApart(page, before, await page.screenshot({ clip: seen }));
      if (differing > 0) found.push(`${id}: ${differing}`);
    }
    expect(found, 'pixels that differ').toEqual([]);
  });
}

/** How many pixels of two pictures differ; all of them where their sizes do. */
async function pixelsApart(page: OpenPage, a: Buffer, b: Buffer): Promise<number> {
  if (a.equals(b)) return 0;
  return page.evaluate(
    async ([first, second]) => {
      const read = async (data: string): Promise<ImageData> => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        canvas.drawImage(bitmap, 0, 0);
        return canvas.getImageData(0, 0, bitmap.width, bitmap.height);
      };
      const x = await read(first!),
        y = await read(second!);
      if (x.width !== y.width || x.height !== y.height) return Infinity;
      let count = 0;
      const p = new Uint32Array(x.data.buffer),
        q = new Uint32Array(y.data.buffer);
      for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) count++;
      return count;
    },
    [a.toString('base64'), b.toString('base64')],
  );
}
