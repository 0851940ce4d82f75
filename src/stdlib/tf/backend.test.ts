import { describe, expect, test } from 'vitest';
import { chooseBackend, type GpuAdapter } from './backend.ts';

/** A tfjs where only `works` can be set. */
function fake(...works: string[]) {
  const set: string[] = [];
  return {
    set,
    tf: {
      setBackend: async (name: string) => {
        set.push(name);
        return works.includes(name);
      },
      ready: async () => {},
    },
  };
}
const gpu = (adapter: GpuAdapter | null) => ({ requestAdapter: async () => adapter });
const real: GpuAdapter = { info: { vendor: 'apple', architecture: 'metal-3' } };
const software: GpuAdapter = { info: { vendor: 'google', architecture: 'swiftshader' } };

describe('backend', () => {
  test('a real GPU gives webgpu and names the adapter', async () => {
    expect(await chooseBackend(fake('webgpu').tf, undefined, gpu(real))).toEqual({
      kind: 'backend',
      backend: 'webgpu',
      adapter: 'apple metal-3',
      why: 'a real GPU is there',
    });
  });

  test.each([
    ['a software adapter', gpu(software)],
    ['no adapter', gpu(null)],
    ['no WebGPU', undefined],
  ])('%s gives wasm', async (_, there) => {
    const { tf, set } = fake('webgpu', 'wasm');
    expect(await chooseBackend(tf, undefined, there)).toMatchObject({ backend: 'wasm', adapter: '' });
    expect(set).toEqual(['wasm']);
  });

  test('where wasm cannot start js is the last resort', async () => {
    expect(await chooseBackend(fake('cpu').tf, undefined, undefined)).toMatchObject({
      backend: 'js',
      why: expect.stringContaining('wasm could not start') as string,
    });
  });

  test('what is asked for is obeyed: a software adapter counts as webgpu, js is cpu', async () => {
    expect(await chooseBackend(fake('webgpu').tf, 'webgpu', gpu(software))).toMatchObject({
      backend: 'webgpu',
      adapter: 'google swiftshader',
      why: 'asked for',
    });
    const { tf, set } = fake('cpu');
    expect(await chooseBackend(tf, 'js', gpu(real))).toMatchObject({ backend: 'js', adapter: '' });
    expect(set).toEqual(['cpu']);
  });

  test('or refused with the reason', async () => {
    await expect(chooseBackend(fake('wasm').tf, 'webgpu', gpu(null))).rejects.toThrow(
      'backend webgpu was asked for and cannot start: the browser gives no adapter',
    );
    await expect(chooseBackend(fake('cpu').tf, 'wasm', undefined)).rejects.toThrow('tfjs could not start wasm');
  });
});
