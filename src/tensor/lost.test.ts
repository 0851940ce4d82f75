/* A device that is lost: one retry, then wasm in its place; parameters and moments come back from their last copy on the host. The device is
   the js backend under another name, whose loss the test decides. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { createJsBackend } from '../../kernels/js/backend.ts';
import type { Backend } from '../../kernels/types.ts';
import { createWasmBackend } from '../../kernels/wasm/backend.ts';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { nn, optim, provide, tensor as library, type Tensor } from './index.ts';
import { detectAnomaly } from './transforms.ts';

const tensor = library as typeof library & { ones(shape: readonly number[], options?: { dtype: 'int32' }): Tensor };

const made: { lose: (reason: string) => void; gone: boolean }[] = [];

/** A backend that answers nothing once it is lost. */
function fragile(): Backend {
  const state = { lose: (_reason: string): void => {}, gone: false };
  const lost = new Promise<string>((resolve) => (state.lose = (reason) => ((state.gone = true), resolve(reason))));
  made.push(state);
  return new Proxy(createJsBackend() as Backend, {
    get(target, key) {
      if (key === 'name') return 'webgpu';
      if (key === 'lost') return lost;
      if (key === 'readSync') return undefined;
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function' || key === 'free') return value;
      return (...args: unknown[]) => {
        if (state.gone) throw new Error('this device is gone');
        return (value as (...a: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

const facts = { available: true, reason: '', adapter: null, float16: false, real: true } as const;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

beforeAll(async () => {
  const kernels = await buildKernels();
  provide('webgpu', { probe: async () => ({ name: 'webgpu', ...facts }), create: async () => fragile() });
  provide('wasm', { probe: async () => ({ name: 'wasm', ...facts }), create: () => createWasmBackend({ kernels }) as never });
  await tensor.setDefaultDevice('webgpu');
}, 120_000);
afterAll(() => tensor.setDefaultDevice('js'));

describe('a lost device', () => {
  test('comes back once, then wasm takes its place, and training goes on from the last copy', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    tensor.manualSeed(1);
    const net = new nn.Linear(64, 32);
    const opt = new optim.Adam(net.parameters(), { lr: 0.01 });
    const x = tensor.ones([8, 64]);
    const step = tensor.compile((input: Tensor) => {
      opt.zeroGrad();
      const loss = net(input).square().mean();
      loss.backward();
      opt.step();
      return loss;
    }) as (input: Tensor) => Tensor;
    for (let i = 0; i < 5; i++) step(x);
    const before = Number(await step(x).item());
    await settle();
    const weights = await net.weight.data();

    for (const [losses, word] of [
      [1, 'started again'],
      [2, 'wasm computes'],
    ] as const) {
      const gone = tensor.ones([64, 64]);
      const looked = (): void => new nn.Embedding(4, 2)(tensor.ones([4096], { dtype: 'int32' })).dispose(); // its ids, there
      const found = detectAnomaly(looked) as unknown;
      expect(found).toBeInstanceOf(Promise);
      await found;
      looked();
      made.at(-1)!.lose('a test');
      await vi.waitFor(() => expect(warned.mock.calls.length).toBe(losses), 10_000);
      expect(String(warned.mock.calls.at(-1))).toContain(word);
      expect(detectAnomaly(() => 1)).toBe(1);
      expect(() => gone.mul(2)).toThrow(/lost, and with it the 4096 values/);
      if (losses === 1) expect(await net.weight.data()).toEqual(weights);
      const after = Number(await step(x).item());
      expect(after).toBeLessThanOrEqual(before * 1.01);
    }
    warned.mockRestore();
  });
});
