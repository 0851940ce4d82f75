/* The contract suite on the wasm backend in Node, on one thread. */

import { beforeAll, describe, expect, it } from 'vitest';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { contractCases, runCase, runContract } from '../contract.ts';
import type { OperationName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Backend } from '../types.ts';
import { createWasmBackend } from './backend.ts';
import { encoders } from './encoders.ts';

const supported = new Set(Object.keys(encoders) as OperationName[]);

describe('wasm', () => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await createWasmBackend({ kernels: await buildKernels() });
  }, 120_000);

  it('keeps the contract', async () => {
    const report = await runContract(backend, { supported });
    expect(report.failed).toEqual([]);
    expect(report.passed).toBe(contractCases().length);
  }, 120_000);

  it('keeps it in compiled programs', async () => {
    const names = new Set(contractCases().flatMap(({ name }, i) => (i % 5 === 0 && !/\d{5}/.test(name) ? [name] : [])));
    const report = await runContract(backend, { supported, compiled: true, filter: ({ name }) => names.has(name) });
    expect(report.failed).toEqual([]);
    expect(report.passed).toBe(2 * names.size);
  }, 120_000);

  it('computes it itself, but for calls with nothing in them and sums of integer rows', async () => {
    const fallen: string[] = [];
    for (const candidate of contractCases()) {
      if (/\d{5}/.test(candidate.name)) continue;
      const built = candidate.make();
      if ([...built.inputs, ...built.outputs].some(({ shape }) => sizeOf(shape) === 0)) continue;
      const before = backend.counters.fallbacks;
      await runCase(backend, candidate);
      if (backend.counters.fallbacks > before && !candidate.name.startsWith('rowsAdd int32')) fallen.push(candidate.name);
    }
    expect(fallen).toEqual([]);
  }, 120_000);
});
