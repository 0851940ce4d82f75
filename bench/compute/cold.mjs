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

const apart = { linalg: /src\/tensor\/linalg\//, fft: /src\/tensor\/fourier/, safetensors: /src\/tensor\/safetensors/ };

/** What training the GPT on wasm and on webgpu loads, gzip bytes on the wire, and what the script is made of (bytes before compression). */
export async function bytesOf(context, site) {
  site.sent.clear();
  for (const backend of ['wasm', 'webgpu']) await coldStart(context, site.url(true), 'gradus', backend);
  const loaded = [...site.sent].filter(([path]) => /\.(js|wasm)$/.test(path));
  const sources = {};
  const names = new Map();
  for (const { path, inputs } of site.program.files) {
    const isLoaded = site.sent.has(path);
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      for (const [name, pattern] of Object.entries(apart))
        if (pattern.test(input) && bytesInOutput > 0) names.set(name, isLoaded || names.get(name) === true);
      if (!isLoaded) continue;
      const group = input.endsWith('.wgsl') ? 'WGSL' : (/^(src\/tensor\/[^/]+|kernels\/[^/]+|src\/base|bench)/.exec(input)?.[1] ?? input);
      sources[group] = (sources[group] ?? 0) + bytesInOutput;
    }
  }
  const sum = (list) => list.reduce((total, [, bytes]) => total + bytes, 0);
  return {
    total: sum(loaded),
    script: sum(loaded.filter(([path]) => path.endsWith('.js'))),
    wasm: sum(loaded.filter(([path]) => path.endsWith('.wasm'))),
    chunks: site.program.files
      .filter(({ path }) => !site.sent.has(path))
      .map(({ path, text }) => ({ path, gzip: gzipSync(text, { level: 9 }).length })),
    beside: Object.fromEntries(Object.keys(apart).map((name) => [name, names.get(name) ? 'loaded with the rest' : 'apart'])),
    sources,
  };
}
