/* Cold starts and bytes. A cold start is a fresh worker in a fresh browser context, whose cache is empty: from `new Worker` to the
   loss of the first trained GPT step. Bytes are what that worker of ours loads, compressed, by where they come from. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { bundle } from './site.mjs';

/** ms of one cold start of `engine` on `backend`, and what it said of itself. */
export async function coldStart(context, url, engine, backend) {
  const browser = await (await context.browser()).newContext();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return await page.evaluate(
      ([script, query]) =>
        new Promise((resolve, reject) => {
          const began = performance.now();
          const worker = new Worker(`${script}?${query}`, { type: 'module' });
          worker.onerror = ({ message }) => reject(new Error(message || `${script} did not start`));
          worker.addEventListener('messageerror', () => reject(new Error(`${script} sent what cannot be read`)));
          worker.onmessage = ({ data }) => {
            worker.terminate();
            resolve({ ...data, ms: performance.now() - began });
          };
        }),
      [`cold-${engine}.js`, backend],
    );
  } finally {
    await browser.close();
  }
}

/** gzip bytes of what training the GPT loads, and of what the bundle is made of (bytes before compression). */
export async function bytesOf(root) {
  const { minify } = await import('vite');
  const { outputFiles, metafile } = await bundle(
    root,
    { program: 'cold-gradus.mjs' },
    { metafile: true, splitting: true, entryNames: '[name]', chunkNames: 'chunk-[hash]' },
  );
  const gzip = (contents) => gzipSync(contents, { level: 9 }).length;
  const files = [];
  for (const { path, text } of outputFiles) {
    const { code } = await minify(path, text, { module: true, compress: { target: 'es2022' } });
    const entry = path.endsWith('program.js');
    const inside = Object.entries(metafile.outputs).find(([name]) => path.endsWith(name.replace(/^.*\//, '')))?.[1];
    files.push({ file: entry ? 'script' : 'chunk', bytes: code.length, gzip: gzip(code), entry, of: Object.keys(inside?.inputs ?? {}) });
  }
  const kernels = await buildKernels();
  const sources = {};
  const script = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint);
  for (const [input, { bytesInOutput }] of Object.entries(script?.inputs ?? {})) {
    const group = /\.wgsl$/.test(input) ? 'WGSL' : (/^(src\/tensor\/[^/]+|kernels\/[^/]+|src\/base|bench)/.exec(input)?.[1] ?? input);
    sources[group] = (sources[group] ?? 0) + bytesInOutput;
  }
  const beside = {};
  for (const [name, file] of [
    ['linalg', 'src/tensor/linalg/index.ts'],
    ['fft', 'src/tensor/fourier.ts'],
    ['safetensors', 'src/tensor/safetensors.ts'],
  ]) {
    const list = Object.keys(script?.inputs ?? {});
    const folder = name === 'linalg' ? 'src/tensor/linalg/' : file;
    beside[name] = list.some((input) => input.startsWith(folder)) ? 'in the script' : 'apart';
  }
  const loaded = files.filter(({ entry }) => entry).reduce((sum, each) => sum + each.gzip, 0);
  return {
    script: loaded,
    wasm: gzip(kernels),
    chunks: files.filter(({ entry }) => !entry).map(({ gzip, of }) => ({ gzip, of })),
    total: loaded + gzip(kernels),
    beside,
    sources,
    peers: peerBytes(root, gzip),
  };
}

/** The peers' wasm alone; their scripts are bundles of our making. */
function peerBytes(root, gzip) {
  const of = (path) => gzip(readFileSync(join(root, 'node_modules', path)));
  return {
    'tfjs wasm': of('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm'),
    'ORT wasm': of('onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
  };
}
