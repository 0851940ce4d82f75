import { beforeAll, expect, test } from 'vitest';
import { createWasmBackend } from '../../../kernels/wasm/backend.ts';
import { buildKernels } from '../../../scripts/build-kernels.mjs';
import { provide } from '../index.ts';
import { distance, nn, optim, random, tensor, type Loose } from './test-library.ts';

beforeAll(async () => {
  const kernels = await buildKernels();
  const facts = { name: 'wasm', available: true, reason: 'in Node', adapter: null, float16: false, real: false } as const;
  provide('wasm', { probe: () => Promise.resolve(facts), create: async () => createWasmBackend({ kernels }) as never });
}, 120_000);

test('toDevice moves parameters, gradients and buffers of the same objects, and training goes on there', async () => {
  await tensor.setDefaultDevice('js');
  const net = new nn.Sequential(new nn.Linear(40, 40), new nn.BatchNorm1d(40), new nn.Linear(40, 1));
  const opt = new optim.SGD(net.parameters(), { lr: 0.1 });
  const x = random(1).normal([8, 40]);
  const loss = (input: Loose): Loose => {
    opt.zeroGrad();
    const value = net(input).square().mean();
    value.backward();
    opt.step();
    return value;
  };
  const step = tensor.compile(loss);
  await step(x).item();
  const [weight] = net.parameters();
  const twin = new nn.Sequential(new nn.Linear(40, 40), new nn.BatchNorm1d(40), new nn.Linear(40, 1));
  twin.loadStateDict(net.stateDict());
  const before = tensor.memory().tensors;
  expect(await net.toDevice('wasm')).toBe(net);
  // Fewer where the collector came by in between.
  expect(tensor.memory().tensors).toBeLessThanOrEqual(before);
  expect(net.parameters()[0]).toBe(weight);
  expect([weight.device, weight.grad.device, net.at(1).running_mean.device]).toEqual(['wasm', 'wasm', 'wasm']);
  const moved = await x.toDevice('wasm');
  const onWasm = await step(moved).item();
  const onJs = await twin(x).square().mean().item();
  expect(onWasm).toBeCloseTo(onJs, 4);
  const y = await net(moved).detach().toDevice('js');
  await net.toDevice('js');
  expect(await distance(net.eval()(x), net(x))).toBe(0);
  expect(y.shape).toEqual([8, 1]);
}, 60_000);

test('a compiled step without arguments follows a model that moved', async () => {
  await tensor.setDefaultDevice('js');
  const net = new nn.Linear(2, 1, { bias: false });
  const norm = tensor.compile(() => tensor.noGrad(() => net.weight.square().sum()));
  const before = await norm().item();
  await net.toDevice('wasm');
  tensor.noGrad(() => net.weight.mul_(2));
  expect(await norm().item()).toBeCloseTo(4 * before, 5);
  expect(norm().device).toBe('wasm');
});

test('a state loads across devices', async () => {
  await tensor.setDefaultDevice('js');
  const [a, b] = [new nn.Linear(3, 2), new nn.Linear(3, 2)];
  await b.toDevice('wasm');
  b.loadStateDict(a.stateDict());
  expect(b.weight.device).toBe('wasm');
  expect(await b.weight.array()).toEqual(await a.weight.array());
});
