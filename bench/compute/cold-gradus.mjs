/* Cold start: from the worker's first instruction to the loss of the first trained GPT step. The address says where: `?wasm`. As in an engine,
   what the program names of the library is fetched while the device starts, and the rest is not. */

import { fetchParts, provideParts } from '../../src/base/apart.ts';
import { tensor } from '../../src/tensor/index.ts';
import { namesIn, partLoader } from '../../workers/tensor/parts.ts';
import { gpt, gptBatch } from './gpt.mjs';
import { createGpt, provideDevices } from './gradus-gpt.mjs';

async function start() {
  const began = performance.now();
  const mark = {};
  const at = (name) => {
    mark[name] = performance.now() - began;
  };
  const device = location.search.slice(1);
  provideParts(partLoader(location.href.replace(/\?.*/, '')));
  provideDevices(globalThis.kernelsAhead, globalThis.crossOriginIsolated ? Math.min(2, navigator.hardwareConcurrency) : 1);
  const named = namesIn({ code: String(createGpt), reads: ['tensor'], imports: [] });
  await Promise.all([tensor.setDefaultDevice(device), fetchParts(named, device === 'webgpu' ? 'gpu' : undefined)]);
  at('device');
  const { step } = createGpt(gpt);
  at('parameters');
  const { ids, targets } = gptBatch(gpt, 0);
  const loss = step(tensor(ids, { shape: [gpt.batch, gpt.context] }), tensor(targets));
  at('called');
  postMessage({ loss: await loss.item(), mark: { loaded: began, ...mark, loss: performance.now() - began } });
}
void start();
