/* The built site as the benches use it: a copy of dist/ beside which bench notebooks stand as shipped pages, made by the
   same prerenderer as the course; and a way to put a notebook into a page's store, as if its reader had written it. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyUnit, pageAssets } from '../scripts/build.mjs';

/** Builds what is due. Throws when that fails. */
export function buildSite(root) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-needed'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed. Run `npm run build` to see why.');
}

/** Copies the site to `to` and adds `notebooks` (id to text) as shipped pages. The data packs stay behind. */
export async function copySite(root, to, notebooks = {}) {
  const dist = join(root, 'dist');
  cpSync(dist, to, { recursive: true, filter: (file) => !file.startsWith(join(dist, 'data')) });
  await addPages(to, root, notebooks);
}

async function addPages(to, root, notebooks) {
  const assets = pageAssets();
  const { prerender } = await import(pathToFileURL(join(root, 'build/prerender.mjs')).href);
  const pages = await prerender({ notebooks: Object.entries(notebooks).map(([id, text]) => ({ id, folder: `n/${id}/`, text })), assets });
  for (const { path, html } of pages.filter(({ path }) => path.startsWith('n/'))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), html);
  }
}

/** Adds the unit in `folder` (three texts) to a copy of the site; its id. */
export async function addUnit(root, to, folder) {
  const text = readFileSync(join(folder, 'notebook.md'), 'utf8');
  const id = /^id:\s*(\S+)/m.exec(text)?.[1] ?? 'unit';
  await addPages(to, root, { [id]: text });
  copyUnit(folder, join(to, 'n', id));
  return id;
}

/** The unit that stands for the course: the shipped notebook with the largest page. */
export function largestUnit(root) {
  const ids = shippedIds(root);
  const size = (id) => readFileSync(join(root, 'dist/n', id, 'index.html')).length;
  return ids.sort((a, b) => size(b) - size(a))[0];
}

function shippedIds(root) {
  const folder = join(root, 'notebooks');
  if (!existsSync(folder)) return [];
  const { stdout } = spawnSync('grep', ['-rhoE', '^id: *[A-Za-z0-9._-]+', folder, '--include=*.md'], { encoding: 'utf8' });
  return [...new Set(stdout.split('\n').map((line) => line.replace(/^id: */, '').trim()))].filter(
    (id) => id && existsSync(join(root, 'dist/n', id, 'index.html')),
  );
}

/** Puts a notebook into the store of `page`'s site. The database is the app's own: this waits until the app has made its tables. */
export async function storeNotebook(page, { id, title, text }) {
  const put = (record) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open('gradus');
      opening.onupgradeneeded = () => opening.transaction.abort(); // never made here
      opening.onerror = () => resolve(false);
      opening.onsuccess = () => {
        const database = opening.result;
        if (!database.objectStoreNames.contains('notebooks')) {
          database.close();
          resolve(false);
          return;
        }
        const transaction = database.transaction('notebooks', 'readwrite');
        transaction.objectStore('notebooks').put(record);
        transaction.oncomplete = () => {
          database.close();
          resolve(true);
        };
        transaction.onerror = () => reject(transaction.error);
      };
    });
  const record = { id, title, text, revision: 1, createdAt: Date.now(), updatedAt: Date.now() };
  for (let tries = 0; !(await page.evaluate(put, record)); tries++) {
    if (tries === 100) throw new Error('storeNotebook: expected the app to make its tables within 5 s, it did not. Look at the page.');
    await page.waitForTimeout(50);
  }
}
