/* The contract suite on the backends that run in Node. */

import { describe, expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { createJsBackend, supported } from './js/backend.ts';

describe('js', () => {
  it('keeps the contract, in float32 and compiled', async () => {
    const report = await runContract(createJsBackend(), { supported, compiled: true });
    expect(report.failed).toEqual([]);
    expect(report.passed).toBeGreaterThan(1500);
  });
});
