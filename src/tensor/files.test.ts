import { expect, test } from 'vitest';
import { tensor as loose, type Tensor } from './index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- functions are installed by name
const tensor = loose as any;

test('what is saved is loaded again: types, shapes, order, views', async () => {
  const w = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]) as Tensor;
  const tree = {
    'z.weight': w.T,
    ids: tensor([1, -2], { dtype: 'int32' }),
    mask: tensor([true, false]),
    byte: tensor(new Uint8Array([7])),
    wide: tensor(0.1, { dtype: 'float64', device: 'js' }),
    none: tensor.zeros([0, 3]),
  };
  const bytes = await tensor.saveSafetensors(tree, { metadata: { format: 'pt' } });
  expect(bytes).toBeInstanceOf(Uint8Array);
  expect(tensor.readSafetensorsHeader(bytes)).toMatchObject({
    metadata: { format: 'pt' },
    tensors: { 'z.weight': { dtype: 'F32', shape: [3, 2], dataOffsets: [0, 24] } },
  });
  for (const file of [bytes, bytes.buffer, new Blob([bytes])]) {
    const back = (await tensor.loadSafetensors(file, { device: 'js' })) as Record<string, Tensor>;
    expect(Object.keys(back)).toEqual(Object.keys(tree));
    for (const [name, original] of Object.entries(tree) as [string, Tensor][]) {
      const copy = back[name]!;
      expect([copy.shape, copy.dtype, copy.device, await copy.array()]).toEqual([
        original.shape,
        original.dtype,
        'js',
        await original.array(),
      ]);
    }
  }
});

test('names inside a tree are joined by points', async () => {
  const bytes = await tensor.saveSafetensors({ layers: [{ w: tensor([1]) }, { w: tensor([2]) }], bias: tensor(3) });
  expect(Object.keys(tensor.readSafetensorsHeader(bytes).tensors)).toEqual(['layers.0.w', 'layers.1.w', 'bias']);
});

test('faults name the function', async () => {
  await expect(tensor.loadSafetensors(new Uint8Array(3))).rejects.toThrow(/^loadSafetensors: expected at least 8 bytes/);
  await expect(tensor.loadSafetensors('file')).rejects.toThrow(
    'loadSafetensors: expected the bytes of a file as Uint8Array, ArrayBuffer or Blob, got "file".',
  );
  expect(() => tensor.saveSafetensors({ a: { b: 3 } })).toThrow('saveSafetensors: a.b: expected a tensor, got number 3.');
  expect(() => tensor.saveSafetensors([tensor(1)])).toThrow(/expected an object of tensors/);
  expect(() => tensor.saveSafetensors({ a: tensor(1) }, { metadat: {} })).toThrow(/unknown option "metadat"; did you mean "metadata"/);
});
