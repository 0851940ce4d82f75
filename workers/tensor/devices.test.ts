/* Which device a notebook computes on, in Node: wasm with the real kernels, and no GPU. */

import { expect, test, vi } from 'vitest';
import { buildKernels } from '../../scripts/build-kernels.mjs';
import { getDefaultDevice } from '../../src/tensor/device.ts';
import { tensor, type Tensor } from '../../src/tensor/index.ts';
import { chooseDevice, provideDevices } from './devices.ts';
import { openGpu } from './gpu.ts';

const make = tensor as unknown as (data: unknown) => Tensor;
const loadWebGpu = () => import('../../kernels/webgpu/backend.ts');
const kernels = `data:application/wasm;base64,${Buffer.from(await buildKernels()).toString('base64')}`;

test('without kernels js is the last resort, and says why', async () => {
  provideDevices({ kernels: 'data:application/wasm,broken', threads: 1, loadWebGpu });
  const report = await chooseDevice(undefined);
  expect([report.backend, getDefaultDevice()]).toEqual(['js', 'js']);
  expect(report.why).toMatch(/^this browser has no WebGPU; wasm could not start: /);
  await expect(chooseDevice('wasm')).rejects.toThrow(
    /^tensor: backend wasm was asked for and cannot start: .*\. Leave --backend out to take what is there; in a page, choose another/,
  );
});

test('what is asked for is taken, or an error says why not', async () => {
  provideDevices({ kernels, threads: 1, loadWebGpu });
  expect(await chooseDevice('js')).toEqual({ kind: 'backend', backend: 'js', adapter: '', why: 'asked for' });
  await expect(chooseDevice('webgpu')).rejects.toThrow(/backend webgpu was asked for and cannot start: .*navigator\.gpu is missing/);
  expect(getDefaultDevice()).toBe('js');
});

test('where there is no GPU, and threads cannot be made, wasm computes on one thread', async () => {
  const createThread = (): never => {
    throw new Error('no workers here');
  };
  provideDevices({ kernels, threads: 2, createThread, loadWebGpu });
  expect(await chooseDevice(undefined)).toEqual({ kind: 'backend', backend: 'wasm', adapter: '', why: 'this browser has no WebGPU' });
  const x = make([[1, 2], [3, 4]]); // prettier-ignore
  expect([x.device, await x.matmul(x).array()]).toEqual(['wasm', [[7, 10], [15, 22]]]); // prettier-ignore
});

test('kernels that were on their way are taken, and fetched anew where they did not come', async () => {
  // A fresh library: a device that runs is not started again.
  for (const [kernelsNow, ahead] of [
    ['data:application/wasm,broken', new Uint8Array(await buildKernels())],
    [kernels, undefined],
  ] as const) {
    vi.resetModules();
    const [devices, { provideDevices: provideFresh }] = await Promise.all([import('../../src/tensor/device.ts'), import('./devices.ts')]);
    provideFresh({ kernels: kernelsNow, ahead: Promise.resolve(ahead), threads: 1, loadWebGpu });
    expect((await devices.startDevice('wasm')).name).toBe('wasm');
  }
});

test('gpu says that there is none; a kernel is an error with what to do', async () => {
  const gpu = await openGpu();
  expect(gpu).toMatchObject({ available: false, reason: 'this browser has no WebGPU' });
  expect(gpu.memory().bytes).toBe(0);
  expect(() => gpu.kernel('')).toThrow(/gpu\.kernel: expected a browser with WebGPU, this browser has no WebGPU/);
  expect(() => gpu.kernel(3 as never)).toThrow(/expected WGSL text, got number/);
});
