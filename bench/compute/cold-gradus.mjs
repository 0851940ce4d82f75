/* Cold start: from the worker's first instruction to the loss of the first trained GPT step. The address says where: `?wasm`. */

import { tensor } from '../../src/tensor/index.ts';
import { gpt, gptBatch } from './gpt.mjs';
import { createGpt, provideDevices } from './gradus-gpt.mjs';

const began = performance.now();
const mark = {};
const at = (name) => {
  mark[name] = performance.now() - began;
};
provideDevices('kernels.wasm', globalThis.crossOriginIsolated ? Math.min(2, navigator.hardwareConcurrency) : 1);
await tensor.setDefaultDevice(location.search.slice(1));
at('device');
const { step } = createGpt(gpt);
at('parameters');
const { ids, targets } = gptBatch(gpt, 0);
const loss = step(tensor(ids, { shape: [gpt.batch, gpt.context] }), tensor(targets));
at('called');
postMessage({ loss: await loss.item(), mark: { loaded: began, ...mark, loss: performance.now() - began } });
