/* The bench's site: each rival bundled to a module of its own, the compiled kernels, and pages whose worker is asked from here. */

import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { bundleParts } from '../../scripts/tensor-parts.mjs';
import { wgslText } from '../../scripts/wgsl.mjs';
import { startServer } from '../../src/command/server.mjs';

/** Bundles entries of this folder (name to file) with esbuild, as modules. */
export async function bundle(root, entries, options = {}) {
  const { build } = await import('esbuild');
  return build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(root, 'bench/compute', file)])),
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    external: ['./gradus.js', './jax.js', './tfjs.js', './ort.js', './plain.js'],
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.wasm': 'binary' },
    plugins: [wgslText()],
    mainFields: ['browser', 'module', 'main'],
    absWorkingDir: root,
    ...options,
  });
}

/** Writes everything into a folder and serves it with and without isolation. */
export async function openSite(context) {
  const { root } = context;
  const folder = await mkdtemp(join(await context.scratch(), 'compute-'));
  const { outputFiles } = await bundle(root, {
    page: 'page.mjs',
    gradus: 'gradus.mjs',
    jax: 'jax.mjs',
    tfjs: 'tfjs.mjs',
    ort: 'ort.mjs',
    plain: 'plain.mjs',
    'cold-jax': 'cold-jax.mjs',
    'cold-tfjs': 'cold-tfjs.mjs',
  });
  for (const { path, contents } of outputFiles) await put(join(folder, path), contents);
  const program = await bundleProgram(root);
  for (const { file, text } of [program.core, ...program.parts]) await put(join(folder, file), text);
  await put(join(folder, 'cold-gradus.js'), await readFile(join(root, 'bench/compute/cold-start.mjs')));
  await put(join(folder, 'kernels.wasm'), await buildKernels());
  await put(join(folder, 'index.html'), '<!doctype html><meta charset="utf-8"><title>compute</title>');
  const routes = {
    '/ort/': join(root, 'node_modules/onnxruntime-web/dist'),
    '/tf/': join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
  };
  /** Bytes on the wire by path. */
  const sent = new Map();
  const log = ({ path, bytes }) => sent.set(path.slice(1), bytes);
  const servers = {
    isolated: await startServer({ root: folder, routes, log }),
    plain: await startServer({ root: folder, routes, isolation: false }),
  };
  return {
    url: (isolated) => servers[isolated ? 'isolated' : 'plain'].url,
    sent,
    program,
    close: () => Promise.all(Object.values(servers).map((each) => each.close())),
  };
}

/** Our cold start as the build ships the library: a core, and parts that load when they are named. `sources`: bytes of the core by folder. */
async function bundleProgram(root) {
  const sources = {};
  const { core, parts } = await bundleParts(root, 'cold-gradus', join(root, 'bench/compute/cold-gradus.mjs'), {
    report({ statements }) {
      for (const { part, file, length } of statements) {
        if (part !== 0) continue;
        const group = /^(src\/tensor\/[^/]+|kernels\/[^/]+|src\/base|bench)/.exec(file)?.[1] ?? file;
        sources[group] = (sources[group] ?? 0) + length;
      }
    },
  });
  return { core: { ...core, file: 'cold-library.js' }, parts, sources };
}

async function put(file, contents) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, contents);
}

/** A page with its worker: `call(name, ...args)` asks it. */
export async function openPage(context, url) {
  const browser = await (await context.browser()).newContext();
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => context.note(`bench page: ${error.message}`));
  await page.goto(url);
  await page.evaluate(() => {
    const worker = new Worker('page.js', { type: 'module' });
    const waiting = new Map();
    let next = 0;
    let answered = false;
    // What fails later is an answer; what a rival's own workers throw is its own business.
    worker.onerror = ({ message }) => {
      if (!answered) for (const { reject } of waiting.values()) reject(new Error(message || 'the worker did not start'));
    };
    worker.onmessage = ({ data: { id, value, error } }) => {
      answered = true;
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    };
    globalThis.ask = (call, args) =>
      new Promise((resolve, reject) => {
        waiting.set(++next, { resolve, reject });
        worker.postMessage({ id: next, call, args });
      });
  });
  return {
    call: (name, ...args) =>
      page
        .evaluate(([call, list]) => globalThis.ask(call, list), [name, args])
        .catch((error) => {
          throw new Error(error.message.replace(/^page\.evaluate: (Error: )?/, '').split('\n')[0]);
        }),
    close: () => browser.close(),
  };
}
