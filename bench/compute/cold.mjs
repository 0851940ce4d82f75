/* Cold starts and bytes. A cold start is a fresh worker in a fresh browser context, whose cache is empty: from `new Worker` to the
   loss of the first trained GPT step. Bytes are what that worker of ours loads, compressed, by where they come from. */

import { gzipSync } from 'node:zlib';

/** ms of one cold start of `engine` on `backend`, and what it said of itself. */
export async function coldStart(context, url, engine, backend) {
  const browser = await (await context.browser()).newContext();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return await page.evaluate(
      ([script, query, kind]) =>
        new Promise((resolve, reject) => {
          const began = performance.now();
          const worker = new Worker(`${script}?${query}`, { type: kind });
          worker.onerror = ({ message }) => reject(new Error(message || `${script} did not start`));
          worker.addEventListener('messageerror', () => reject(new Error(`${script} sent what cannot be read`)));
          worker.onmessage = ({ data }) => {
            worker.terminate();
            resolve({ ...data, ms: performance.now() - began });
          };
        }),
      [`cold-${engine}.js`, backend, engine === 'gradus' ? 'classic' : 'module'],
    );
  } finally {
    await browser.close();
  }
}

const apart = { linalg: 'linalg', fft: 'fft', safetensors: 'files' };

/** What training the GPT on wasm and on webgpu loads, gzip bytes on the wire, and what the core is made of (bytes before compression). */
export async function bytesOf(context, site) {
  const loads = {};
  const kinds = [/\.js$/, /\.wasm$/];
  const all = new Map();
  for (const backend of ['wasm', 'webgpu']) {
    site.sent.clear();
    await coldStart(context, site.url(true), 'gradus', backend);
    const sent = [...site.sent].filter(([path]) => kinds.some((kind) => kind.test(path)));
    for (const [path, bytes] of sent) all.set(path, bytes);
    loads[backend] = sent.reduce((total, [, bytes]) => total + bytes, 0);
  }
  const sum = (kind) => [...all].reduce((total, [path, bytes]) => total + (kind.test(path) ? bytes : 0), 0);
  const gzipOf = ({ text }) => gzipSync(text, { level: 9 }).length;
  const { core, parts, sources } = site.program;
  return {
    total: sum(/./),
    script: sum(kinds[0]),
    wasm: sum(kinds[1]),
    onWasm: loads.wasm,
    loaded: [core, ...parts].filter(({ file }) => all.has(file)).map((part) => ({ path: part.name ?? 'core', gzip: gzipOf(part) })),
    chunks: parts.filter(({ file }) => !all.has(file)).map((part) => ({ path: part.name, gzip: gzipOf(part) })),
    beside: Object.fromEntries(
      Object.entries(apart).map(([name, part]) => [
        name,
        all.has(parts.find((one) => one.name === part)?.file) ? 'loaded with the rest' : 'apart',
      ]),
    ),
    sources,
  };
}
