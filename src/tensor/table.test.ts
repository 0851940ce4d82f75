/* The table of operations is complete: every row runs, its kernels exist on every device, PyTorch's cases call it, and where it is said
   to be differentiable they check its gradient. docs/tensor.md is the table in words. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { OperationName } from '../../kernels/operations.ts';
import { reference } from '../../kernels/reference.ts';
import { encoders } from '../../kernels/wasm/encoders.ts';
import { tableInWords } from '../../scripts/tensor-docs.ts';
import { parseSignature } from './calls.ts';
import { nn, tensor } from './index.ts';
import { operations } from './table.ts';

const folder = new URL('../../test/fixtures/torch/', import.meta.url);
const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
interface AnyCase {
  readonly call?: string;
  readonly js?: string;
  readonly grads?: unknown;
  readonly expect?: unknown;
}
const cases = texts.flatMap((text) => JSON.parse(text) as AnyCase[]);
const rows = operations.map((operation) => ({ ...operation, ...parseSignature(operation.signature) }));
const programs = cases.map(({ js = '' }) => js).join('\n');

/** What PyTorch does not have, and what needs no device: tested beside the code. */
const own = new Set([
  'rope',
  'sinusoidalPositions',
  'alibiSlopes',
  'causalMask',
  'loraLinear',
  'quantize',
  'dequantize',
  'qmatmul',
  'scan',
]);
/** Whose values are drawn: section 8 defines them, random.test.ts and draws.test.ts check them. */
const drawn = new Set([
  'rand',
  'randn',
  'randint',
  'randperm',
  'normal',
  'bernoulli',
  'multinomial',
  'uniform_',
  'normal_',
  'bernoulli_',
  'dropout',
  'empty',
]);

/** Where inplace.test.ts compares with the plain form, and passes gradients on. */
const compared = new Set(['clone', 'to', 'typeAs']);

describe('the table of operations', () => {
  test('has every name once', () => {
    const names = rows.map(({ name, where }) => `${where.includes('n') && !where.includes('f') ? 'nn.functional.' : ''}${name}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('every row runs a function and is found where it says', () => {
    const functional = nn.functional as unknown as Record<string, unknown>;
    for (const { name, where, run } of rows) {
      expect(typeof run, name).toBe('function');
      if (where.includes('f')) expect(typeof (tensor as unknown as Record<string, unknown>)[name], `tensor.${name}`).toBe('function');
      if (where.includes('n')) expect(typeof functional[name], `nn.functional.${name}`).toBe('function');
    }
  });

  test('every kernel of a row has a reference, a wasm kernel and a WGSL kernel', () => {
    const lowered = readFileSync(new URL('../../kernels/webgpu/lowerings.ts', import.meta.url), 'utf8');
    const used = new Set(rows.flatMap(({ kernels }) => kernels));
    const lacking = [...used].filter(
      (kernel: OperationName) => !(kernel in reference) || !(kernel in encoders) || !new RegExp(`\\b${kernel}\\b`).test(lowered),
    );
    expect(lacking).toEqual([]);
  });

  test("PyTorch's cases call every operation that PyTorch has", () => {
    const called = new Set(cases.flatMap(({ call }) => (call ? [call.split('.').at(-1)!] : [])));
    const missing = rows
      .map(({ name }) => name)
      .filter((name) => !called.has(name) && !own.has(name) && !drawn.has(name) && !new RegExp(`\\b${name}\\(`).test(programs));
    expect(missing).toEqual([]);
  });

  test('the gradient of every differentiable operation is checked', () => {
    const checked = new Set(cases.flatMap(({ call, grads }) => (call && grads ? [call.split('.').at(-1)!] : [])));
    const withBackward = cases.filter(({ js = '' }) => /backward|grad\(/.test(js)).map(({ js }) => js).join('\n'); // prettier-ignore
    const missing = rows
      .filter(({ differentiable, name }) => differentiable && !own.has(name) && !drawn.has(name))
      .map(({ name }) => name)
      .filter((name) => !name.endsWith('_') && !compared.has(name))
      .filter((name) => !checked.has(name) && !new RegExp(`\\b${name}\\(`).test(withBackward));
    expect(missing).toEqual([]);
  });

  test('docs/tensor.md is the table', () => {
    expect(readFileSync(new URL('../../docs/tensor.md', import.meta.url), 'utf8'), 'run: npm run docs').toContain(tableInWords(operations));
  });
});
