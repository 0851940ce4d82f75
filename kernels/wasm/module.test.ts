import { expect, test } from 'vitest';
import { buildKernels, buildMoreKernels } from '../../scripts/build-kernels.mjs';
import { fused, instantiate, instantiateMore, unshared } from './module.ts';

const kernels = buildKernels().then((bytes) => new Uint8Array(bytes));

test('one binary takes a shared memory, and after one changed byte one that is not', async () => {
  const bytes = await kernels;
  const changed = unshared(bytes);
  expect(changed.filter((byte, i) => byte !== bytes[i])).toHaveLength(1);
  const descriptor = { initial: 16, maximum: 65536 };
  const shared = new WebAssembly.Memory({ ...descriptor, shared: true });
  const own = new WebAssembly.Memory(descriptor);
  instantiate(new WebAssembly.Module(bytes), shared);
  instantiate(new WebAssembly.Module(changed), own);
  expect(() => instantiate(new WebAssembly.Module(bytes), own)).toThrow(WebAssembly.LinkError);
});

test('multiplications and the additions behind them are fused only where the engine knows the instruction', async () => {
  const bytes = unshared(await kernels);
  const changed = fused(bytes);
  expect(changed).toHaveLength(bytes.length);
  expect(WebAssembly.validate(changed)).toBe(true);
  // (module (func (param v128 v128 v128) (result v128) local.get 0 1 2 f32x4.relaxed_madd))
  const probe = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
  ];
  expect(changed !== bytes).toBe(WebAssembly.validate(new Uint8Array(probe)));
});

test('a module without a memory to import is refused', () => {
  expect(() => unshared(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))).toThrow('expected a module that imports a memory');
});

test('data of the two modules and what both write lie apart', async () => {
  const make = () => new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const [first, second] = [make(), make()];
  instantiate(new WebAssembly.Module(unshared(await kernels)), first).prepare();
  instantiateMore(new WebAssembly.Module(unshared(new Uint8Array(await buildMoreKernels()))), second);
  const used = ({ buffer }: WebAssembly.Memory, from: number, to: number) =>
    new Uint8Array(buffer, from, to - from).some((byte) => byte !== 0);
  expect(used(first, 1024, 2048)).toBe(true);
  expect([used(first, 0, 1024), used(first, 6144, 65536), used(second, 0, 6144), used(second, 8192, 65536)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
