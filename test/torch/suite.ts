/* The oracle's suite for one device in Node: every file of test/fixtures/torch is a test, eagerly and (calls, the little
   programs) compiled. A test that fails names the cases that failed. On wasm tensors stand in large storages, so that the
   device computes what would otherwise be done on the host. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

import { createWasmBackend } from '../../kernels/wasm/backend.ts';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import * as tensors from '../../src/tensor/index.ts';
import type { Case } from './cases.ts';
import { runPrograms, type Curve } from './programs.ts';
import { runCases, type Library, type Outcome } from './run.ts';

const folder = fileURLToPath(new URL('../fixtures/torch/', import.meta.url));
const library: Library = { ...tensors };

/** Defines the tests of `device`. */
export function torchSuite(device: 'js' | 'wasm'): void {
  describe(`What PyTorch computes, on ${device}`, () => {
    if (device === 'wasm') {
      beforeAll(async () => {
        const kernels = await buildKernels();
        const facts = { name: 'wasm', available: true, reason: 'in Node', adapter: null, float16: false, real: false } as const;
        tensors.provide('wasm', { probe: () => Promise.resolve(facts), create: async () => createWasmBackend({ kernels }) as never });
      }, 120_000);
    }
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const text = readFileSync(folder + file, 'utf8');
      const section = file.replace('.json', '');
      if (section === 'programs') {
        for (const compiled of [false, true]) {
          test(`${section}${compiled ? ', compiled' : ''}`, { timeout: 120_000 }, async () => {
            report(await runPrograms(library, device, JSON.parse(text) as Curve[], compiled));
          });
        }
      } else {
        const cases = JSON.parse(text) as Case[];
        test(section, { timeout: 120_000 }, async () => {
          report(await runCases(library, device, cases, { large: device === 'wasm' }));
        });
        if (!cases.some((one) => 'call' in one)) continue;
        test(`${section}, compiled`, { timeout: 120_000 }, async () => {
          report(await runCases(library, device, cases, { compiled: true }));
        });
      }
    }
  });
}

function report({ passed, failed }: Outcome): void {
  const lines = failed.map(({ name, message }) => `  ${name}: ${message}`);
  expect(failed.length, `${failed.length} of ${passed + failed.length} cases fail:\n${lines.join('\n')}\n`).toBe(0);
}
