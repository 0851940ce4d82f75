/* A device that is read asynchronously, as a GPU is: what throws there, and what goes on working. It is the js backend under the name webgpu. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { createJsBackend } from '../../kernels/js/backend.ts';
import type { Backend } from '../../kernels/types.ts';
import { nn, optim, provide, random, tensor as library, type Tensor } from './index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the surface made from the table is checked at run time
type Any = any;
const tensor = library as Any;
const coded = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) });

beforeAll(async () => {
  const backend = new Proxy(createJsBackend() as Backend, {
    get(target, key) {
      if (key === 'name') return 'webgpu';
      if (key === 'readSync') return undefined;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? (value as (...a: unknown[]) => unknown).bind(target) : value;
    },
  });
  const facts = { name: 'webgpu', available: true, reason: '', adapter: null, float16: false, real: true } as const;
  provide('webgpu', { probe: async () => facts, create: async () => backend });
  expect(await tensor.setDefaultDevice('auto')).toBe('webgpu');
});
afterAll(() => tensor.setDefaultDevice('js'));

test.each(['data', 'array', 'item'])('%sSync throws wherever the numbers are, and names the asynchronous form', (name) => {
  for (const t of [tensor([1]), tensor.ones([4096]).narrow(0, 0, 1)])
    expect(() => t[`${name}Sync`]()).toThrow(coded('device', `Use await t.${name}().`));
});

test('everything else reads as anywhere', async () => {
  const big = tensor.ones([4096]).mul(2);
  expect(await big.sum().item()).toBe(8192);
  expect(await tensor([[1, 2]]).array()).toEqual([[1, 2]]);
  expect((await tensor.readAll([big, tensor([true])])).map((values: Any) => values.length)).toEqual([4096, 1]);
  expect(await big.allclose(2)).toBe(true);
  expect(await tensor([0, 3], { dtype: 'int32' }).bincount().array()).toEqual([1, 0, 0, 1]);
  const draws = await tensor.multinomial(tensor([0, 1, 0]), 3, { replacement: true, generator: random(1) }).array();
  expect(draws).toEqual([1, 1, 1]);
});

test('two devices in one call are an error that names both', () => {
  const [here, there] = [tensor([1, 2]), tensor([1, 2], { device: 'js' })];
  for (const call of [
    () => here.add(there),
    () => here.matmul(there),
    () => tensor.cat([here, there]),
    () => here.copy_(there),
    () => here.indexSelect(0, tensor([0], { dtype: 'int32', device: 'js' })),
  ])
    expect(call).toThrow(coded('device', 'expected tensors on one device, got webgpu and js'));
  const a = tensor([1, 2], { requiresGrad: true });
  expect(() => a.mul(2).backward(there)).toThrow(coded('device', 'backward: expected a gradient on webgpu'));
  expect(() => tensor([1], { dtype: 'float64' })).toThrow(coded('dtype', 'float64 is on js only'));
});

test('detectAnomaly reads what the device has and then throws', async () => {
  const log = tensor.autograd.detectAnomaly(() => tensor.ones([4096]).mul(-1).log());
  await expect(log).rejects.toThrow('detectAnomaly: log gave NaN.');
});

test.each([true, false])('fit trains from batches gathered there (compile %s)', async (compile) => {
  tensor.manualSeed(2);
  const x = random(1).normal([256, 8]) as Tensor;
  const y = x.sum(1, { keepdim: true });
  const net = new nn.Linear(8, 1);
  const loader = new tensor.data.DataLoader(new tensor.data.TensorDataset(x, y), { batchSize: 60, shuffle: true });
  const loss = (nn.functional as Any).mseLoss;
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
  const result = await tensor.fit(net, loader, { loss, optimizer, epochs: 6, validation: loader, compile });
  expect(result.loss).toHaveLength(30);
  expect(result.epochs.at(-1).validationLoss).toBeLessThan(result.loss[0] / 10);
});

test('a model moves with the moments of its optimiser, and training goes on as if it had not', async () => {
  const train = async (move: boolean) => {
    tensor.manualSeed(2);
    const net = new nn.Linear(3, 1);
    const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
    const step = tensor.compile((x: Tensor) => {
      optimizer.zeroGrad();
      (net(x) as Tensor).square().sum().backward();
      optimizer.step();
    });
    const x = tensor([[1, 2, 3]]);
    step(x);
    step(x);
    const { weight } = net;
    if (move) await net.toDevice('js');
    step(move ? await x.toDevice('js') : x);
    step(move ? await x.toDevice('js') : x);
    expect([net.weight === weight, weight.device]).toEqual([true, move ? 'js' : 'webgpu']);
    return weight.array();
  };
  expect(await train(true)).toEqual(await train(false));
});

describe('what only the device has is looked at there, and told by the next reading', () => {
  const F = nn.functional as Any;
  /** Ids that only the device has, as what it computes: `bad` among zeros. */
  const there = (bad: number, n = 2000): Tensor => tensor.zeros([n], { dtype: 'int32' }).add(tensor.arange(n).eq(7).to('int32').mul(bad));
  const table = (): Any => tensor.ones([4, 2]);
  const calls: readonly (readonly [string, (ids: Any) => Any, string])[] = [
    ['embedding', (ids) => F.embedding(ids, table()), 'index'],
    ['at', (ids) => table().at(ids), 'index'],
    ['scatterAdd', (ids) => tensor.zeros([4]).scatterAdd(0, ids, tensor.ones([2000])), 'index'],
    ['oneHot', (ids) => F.oneHot(ids, 4), 'index'],
    ['crossEntropy', (ids) => F.crossEntropy(tensor.zeros([2000, 4]), ids), 'class'],
    ['nllLoss', (ids) => F.nllLoss(tensor.zeros([2000, 4]), ids), 'class'],
  ];
  test.each(calls)('%s, once; and again in a plan that makes the ids', async (name, call, word) => {
    const message = `${name}: ${word} 9 is out of range for 4`;
    const bad = call(there(9));
    await expect(bad.data()).rejects.toThrow(coded('index', message));
    expect((await bad.data()).length).toBeGreaterThan(0); // told once
    await call(there(3)).sum().item();
    const given = tensor.compile(call);
    const made = tensor.compile((ids: Any) => call(ids.add(0)));
    for (const compiled of [given, made]) {
      await compiled(there(2)).sum().item();
      const wrong = compiled(there(9));
      await expect(wrong.data()).rejects.toThrow(coded('index', message));
      await compiled(there(2)).sum().item();
    }
  });

  test('an ignored class and negative ids are fine', async () => {
    expect(await F.crossEntropy(tensor.zeros([2000, 4]), there(-100)).item()).toBeCloseTo(Math.log(4), 5);
    expect((await table().at(there(-4)).data()).length).toBe(4000);
    await expect(table().at(there(-5)).data()).rejects.toThrow('at: index -5 is out of range for 4 elements.');
  });

  test('an integer divided by 0', async () => {
    const zero = there(1).sub(1); // −1 but for one 0
    await expect(tensor.ones([2000], { dtype: 'int32' }).floorDivide(zero).data()).rejects.toThrow(
      coded('value', 'floorDivide: an integer was divided by 0.'),
    );
    expect((await there(5).remainder(3).data())[7]).toBe(2);
  });

  test('a gather gives NaN, and a warning; detectAnomaly throws', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const ids of [there(9), tensor([0, 9], { dtype: 'int32' })]) {
      const values = await tensor.ones([4]).gather(0, ids).data();
      expect([values.includes(NaN), values[0]]).toEqual([true, 1]);
      expect(warn).toHaveBeenLastCalledWith(expect.stringContaining('gather: index 9 is out of range for 4 elements.'));
      const whole = tensor.ones([4], { dtype: 'int32' });
      await expect((async () => tensor.autograd.detectAnomaly(() => whole.gather(0, ids)))()).rejects.toThrow(
        'gather: index 9 is out of range',
      );
    }
    warn.mockRestore();
  });

  test('a thousand looks leave memory as it was', async () => {
    const [ids, w] = [there(3), table()];
    const step = tensor.compile((i: Any) => F.embedding(i, w).sum());
    await step(ids).item();
    const before = tensor.memory();
    for (let i = 0; i < 1000; i++) tensor.scope(() => void step(ids));
    expect(tensor.memory()).toMatchObject({ bytes: before.bytes, tensors: before.tensors });
  });
});
