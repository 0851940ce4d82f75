/* A cache of keys and values inside `compile`: one plan for every length, with the numbers of the uncached model. */

import { beforeAll, describe, expect, test } from 'vitest';

import { createWasmBackend } from '../../../kernels/wasm/backend.ts';
import { buildKernels } from '../../../scripts/build-kernels.mjs';
import { provide } from '../device.ts';
import { distance, nn, tensor, type Loose } from './test-library.ts';

beforeAll(async () => {
  const kernels = await buildKernels();
  const facts = { name: 'wasm', available: true, reason: 'in Node', adapter: null, float16: false, real: false } as const;
  provide('wasm', { probe: () => Promise.resolve(facts), create: async () => createWasmBackend({ kernels }) as never });
}, 120_000);

describe.each(['js', 'wasm'])('a cache in a compiled function on %s', (device) => {
  beforeAll(() => tensor.setDefaultDevice(device));

  test.each([
    ['a plain block', 16, {}],
    ['with rope and shared key heads', 16, { rope: true, numKvHeads: 2, norm: 'rms' }],
    ['not causal', 16, { causal: false }],
    ['wide enough for the device', 128, { rope: true }],
  ])('%s gives one position after another what the whole gives, by one plan', async (_, size, options) => {
    tensor.manualSeed(1);
    const layers = [0, 1].map(() => new nn.TransformerBlock(size, 4, options));
    const caches = layers.map(() => new nn.KVCache(9));
    const x = tensor.randn([2, 9, size]);
    const run = (y: Loose, cached: boolean) => layers.reduce((z, layer, i) => layer(z, cached ? { cache: caches[i] } : {}), y);
    await tensor.noGrad(async () => {
      const step = tensor.compile((y: Loose) => run(y, true));
      for (const round of [0, 1]) {
        for (const cache of caches) cache.reset();
        // The first round fills four positions outside.
        const first = round === 0 ? [run(x.narrow(1, 0, 4), true)] : [0, 1, 2, 3].map((t) => step(x.narrow(1, t, 1)));
        const rest = [4, 5, 6, 7, 8].map((t) => step(x.narrow(1, t, 1)));
        const causal = (options as Loose).causal !== false;
        const [got, want] = causal ? [tensor.cat([...first, ...rest], 1), run(x, false)] : [rest.at(-1), null];
        if (causal) expect(await distance(got, want)).toBeLessThan(1e-5);
        else {
          // Without a mask a position sees all so far: the last one of one layer alone is that of the whole.
          const alone = new nn.KVCache(9);
          const one = tensor.compile((y: Loose) => layers[0](y, { cache: alone }));
          const last = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((t) => one(x.narrow(1, t, 1))).at(-1);
          expect(await distance(last, layers[0](x).narrow(1, 8, 1))).toBeLessThan(1e-5);
          one.dispose();
        }
        expect(caches[0].length).toBe(9);
        expect(step.signatures).toBe(1);
      }
      expect(() => step(x.narrow(1, 0, 1))).toThrow('expected at most 9 positions in the KVCache, got 9 and 1 more');
      expect(caches[0].length).toBe(9);
    });
  });

  test('several positions at once are causal among themselves', async () => {
    tensor.manualSeed(2);
    const layer = new nn.MultiheadAttention(8, 2, { batchFirst: true });
    const cache = new nn.KVCache(6);
    const x = tensor.randn([1, 6, 8]);
    const step = tensor.compile((y: Loose) => layer(y, y, y, { cache, isCausal: true, needWeights: false })[0]);
    await tensor.noGrad(async () => {
      const got = tensor.cat([0, 2, 4].map((t) => step(x.narrow(1, t, 2))), 1); // prettier-ignore
      expect(await distance(got, layer(x, x, x, { isCausal: true, needWeights: false })[0])).toBeLessThan(1e-5);
    });
  });

  test('another batch after reset makes a new room and a new plan', () => {
    const layer = new nn.TransformerBlock(8, 2);
    const cache = new nn.KVCache(3);
    const step = tensor.compile((y: Loose) => layer(y, { cache }));
    tensor.noGrad(() => {
      step(tensor.ones([1, 1, 8]));
      expect(() => step(tensor.ones([2, 1, 8]))).toThrow('reset() it first');
      cache.reset();
      step(tensor.ones([2, 1, 8]));
      cache.reset();
      step(tensor.ones([1, 1, 8]));
      expect(cache.length).toBe(1);
    });
  });

  test('what would change from call to call is refused while tracing', () => {
    const layer = new nn.MultiheadAttention(8, 2);
    const cache = new nn.KVCache(4);
    const x = tensor.ones([1, 1, 8]);
    const tracing = (fn: () => unknown) => () => tensor.compile(fn)();
    expect(tracing(() => cache.length)).toThrow('KVCache: its length changes at every call');
    expect(tracing(() => cache.reset())).toThrow('KVCache: a compiled function cannot reset it');
    expect(tracing(() => layer(x, x, x, { cache }))).toThrow('Pass { needWeights: false }');
    const keyPaddingMask = tensor.zeros([1, 1]).bool();
    expect(tracing(() => layer(x, x, x, { cache, needWeights: false, keyPaddingMask }))).toThrow('keyPaddingMask with a cache');
    expect(cache.length).toBe(0);
  });
});
