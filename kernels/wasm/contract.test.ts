/* Which calls of the contract suite the wasm backend hands to the host (backend.test.ts runs the suite itself). */

import { expect, it } from 'vitest';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { contractCases, runCase } from '../contract.ts';
import { sizeOf } from '../operations.ts';
import { createWasmBackend } from './backend.ts';

it('wasm computes every case itself, but for calls with nothing in them and sums of integer rows', async () => {
  const backend = await createWasmBackend({ kernels: await buildKernels() });
  const fallen: string[] = [];
  for (const candidate of contractCases()) {
    if (/\d{5}/.test(candidate.name) || candidate.name.startsWith('rowsAdd int32')) continue;
    const { inputs, outputs } = candidate.make();
    if ([...inputs, ...outputs].some(({ shape }) => sizeOf(shape) === 0)) continue;
    const before = backend.counters.fallbacks;
    await runCase(backend, candidate);
    if (backend.counters.fallbacks > before) fallen.push(candidate.name);
  }
  expect(fallen).toEqual([]);
}, 120_000);
