import { afterEach, expect, test, vi } from 'vitest';
import { fakeHost } from './fake-host.ts';
import { createTensors } from './tensor.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['the network fails', () => Promise.reject(new TypeError('no network'))],
  ['there is no such file', () => Promise.resolve(new Response('', { status: 404 }))],
  [
    'the connection breaks on the way',
    () => Promise.resolve(new Response(new ReadableStream({ pull: (it) => it.error(new TypeError('broken')) }))),
  ],
])('kernels that do not come ahead are left to the device: %s', async (_, fetched) => {
  vi.stubGlobal('fetch', fetched);
  const given: unknown[] = [];
  const start = async (_host: unknown, _generator: unknown, kernels: Promise<unknown>): Promise<void> => void given.push(await kernels);
  const pack = { start, module: {}, createOwnership: () => () => () => {} };
  await createTensors(fakeHost({ packs: { kernels: 'kernels.wasm' } }, undefined, { tensor: pack }), () => ({}) as never).load();
  expect(given).toEqual([undefined]);
});

test('kernels are fetched once, however often the library is asked for', async () => {
  const fetched = vi.fn(() => Promise.resolve(new Response('kernels')));
  vi.stubGlobal('fetch', fetched);
  const pack = { start: async () => {}, module: {}, createOwnership: () => () => () => {} };
  const tensors = createTensors(fakeHost({ packs: { kernels: 'kernels.wasm' } }, undefined, { tensor: pack }), () => ({}) as never);
  for (let i = 0; i < 3; i++) await tensors.load();
  expect(fetched).toHaveBeenCalledTimes(1);
});
