/* Values that no kernel may take: ids out of range, integers divided by 0. js and wasm say so at the call, eagerly and compiled. */

import { beforeAll, describe, expect, test } from 'vitest';

import { createWasmBackend } from '../../../kernels/wasm/backend.ts';
import { buildKernels } from '../../../scripts/build-kernels.mjs';
import { provide } from '../device.ts';
import { nn, tensor, type Loose } from '../nn/test-library.ts';

const F = nn.functional;
const int32 = (values: readonly number[]): Loose => tensor(values, { dtype: 'int32' });

beforeAll(async () => {
  const kernels = await buildKernels();
  const facts = { name: 'wasm', available: true, reason: 'in Node', adapter: null, float16: false, real: false } as const;
  provide('wasm', { probe: () => Promise.resolve(facts), create: async () => createWasmBackend({ kernels }) as never });
}, 120_000);

describe.each(['js', 'wasm'])('on %s', (device) => {
  beforeAll(() => tensor.setDefaultDevice(device));

  const table = (): Loose => tensor.ones([2, 4]);
  const calls: readonly (readonly [string, (ids: Loose) => Loose])[] = [
    ['embedding', (ids) => F.embedding(ids, table())],
    ['at', (ids) => table().at(ids)],
    ['gather', (ids) => tensor.ones([2]).gather(0, ids)],
    ['indexSelect', (ids) => table().indexSelect(0, ids)],
    ['scatterAdd', (ids) => tensor.zeros([2]).scatterAdd(0, ids, tensor.ones([ids.numel()]))],
    ['indexAdd', (ids) => tensor.zeros([2]).indexAdd(0, ids, tensor.ones([ids.numel()]))],
    ['oneHot', (ids) => F.oneHot(ids, 2)],
    ['crossEntropy', (ids) => F.crossEntropy(tensor.zeros([ids.numel(), 2]), ids)],
    ['nllLoss', (ids) => F.nllLoss(tensor.zeros([ids.numel(), 2]), ids)],
  ];
  // The longer list is computed on the device.
  for (const length of [4, 3000]) {
    test.each(calls)(`%s names the first of ${length} ids that is out of range`, (name, call) => {
      const good = int32(Array.from({ length }, (_, i) => i % 2));
      const bad = int32(Array.from({ length }, (_, i) => (i === 2 ? 7 : i % 2)));
      const compiled = tensor.compile(call);
      const message = new RegExp(`^${name}: (index|class) 7 is out of range for 2`);
      compiled(good);
      expect(() => call(bad)).toThrow(message);
      expect(() => compiled(bad)).toThrow(message);
      expect(() => compiled(good)).not.toThrow();
      // Ids that the plan makes are looked at by the plan.
      const made = tensor.compile((ids: Loose) => call(ids.mul(1).add(0)));
      made(good);
      const { tensors } = tensor.memory();
      expect(() => made(bad)).toThrow(message);
      expect(tensor.memory().tensors).toBe(tensors); // results that nobody gets go
      expect(() => made(good)).not.toThrow();
    });

    test.each([
      ['floorDivide', (a: Loose, b: Loose) => a.floorDivide(b)],
      ['div', (a: Loose, b: Loose) => a.div(b, { roundingMode: 'trunc' })],
      ['remainder', (a: Loose, b: Loose) => a.remainder(b)],
      ['fmod', (a: Loose, b: Loose) => a.fmod(b)],
    ])(`%s of ${length} integers refuses a divisor 0`, (name, call) => {
      const a = int32(Array.from({ length }, (_, i) => i));
      const zeros = int32(Array.from({ length }, (_, i) => Number(i !== 3)));
      const compiled = tensor.compile(call);
      const message = `${name}: an integer was divided by 0.`;
      expect(() => call(a, zeros)).toThrow(message);
      expect(() => call(a, 0)).toThrow(message);
      expect(() => compiled(a, zeros)).toThrow(message);
      expect(() => tensor.compile((x: Loose) => call(x, 0))(a)).toThrow(message);
      expect(() => compiled(a, a.add(1))).not.toThrow();
      expect(() => call(a.float(), 0)).not.toThrow();
    });
  }

  test('an ignored class may lie anywhere, and negative ids count from the end where they may', () => {
    expect(F.crossEntropy(tensor.zeros([2, 2]), int32([1, 9]), { ignoreIndex: 9 }).itemSync()).toBeCloseTo(Math.LN2, 6);
    expect(table().at(int32([-1])).shape).toEqual([1, 4]);
    expect(() => table().at(int32([-3]))).toThrow('at: index -3 is out of range for 2 elements.');
    expect(() => table().take(int32([-9]))).toThrow('take: index -9 is out of range for 8 elements.');
  });

  test('what belongs to a GPU alone is refused elsewhere', async () => {
    expect(() => tensor([1], { dtype: 'float16' })).toThrow('tensor: float16 needs device webgpu and an adapter that has it');
    expect(() => tensor.ones([2]).to('float16')).toThrow('to: float16 needs device webgpu');
    expect(() => tensor.setDefaultDtype('float16')).toThrow('setDefaultDtype: expected "float32" or "float64"');
  });

  test('beyond the budget is an error that names the shape and says what to do; a scalar may always be made', () => {
    const { budgetBytes, bytes } = tensor.memory();
    tensor.setMemoryBudget(bytes + 1000);
    expect(() => tensor.zeros([300])).toThrow(/memory budget .* got a tensor \[300\] .* put the body of a loop in tensor\.scope/);
    expect(tensor(1).itemSync()).toBe(1);
    tensor.setMemoryBudget(budgetBytes);
  });
});

test('what a plan looked at is looked at by the next one too, when the first was disposed of', async () => {
  await tensor.setDefaultDevice('js');
  for (let i = 0; i < 2; i++) {
    const f = tensor.compile((a: Loose) => int32([6]).floorDivide(a.add(1)));
    expect(f(int32([1])).arraySync()).toEqual([3]);
    f.dispose();
  }
});
