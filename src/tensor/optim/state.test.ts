import { expect, test } from 'vitest';
import { nn, optim, tensor, type Loose } from '../nn/test-library.ts';

const makers: [string, (opt: Loose) => Loose][] = [
  ['StepLR', (opt) => new optim.lrScheduler.StepLR(opt, 3)],
  ['WarmupCosineLR', (opt) => new optim.lrScheduler.WarmupCosineLR(opt, { warmup: 4, total: 20 })],
  ['ReduceLROnPlateau', (opt) => new optim.lrScheduler.ReduceLROnPlateau(opt, { patience: 1 })],
  [
    'SequentialLR',
    (opt) =>
      new optim.lrScheduler.SequentialLR(
        opt,
        [new optim.lrScheduler.ConstantLR(opt, { totalIters: 2 }), new optim.lrScheduler.ExponentialLR(opt, 0.9)],
        [5],
      ),
  ],
];

test.each(makers)('%s goes on from its state as if it had never stopped', (_, make) => {
  const open = (): Loose => {
    const opt = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 0.5 });
    return { opt, schedule: make(opt) };
  };
  const [a, b] = [open(), open()];
  const metric = (i: number): number => 1 / (1 + (i % 4));
  for (let i = 0; i < 7; i++) a.schedule.step(metric(i));
  const state = structuredClone(a.schedule.stateDict());
  b.opt.loadStateDict(a.opt.stateDict());
  b.schedule.loadStateDict(state);
  for (let i = 7; i < 15; i++) {
    a.schedule.step(metric(i));
    b.schedule.step(metric(i));
    expect(b.opt.paramGroups[0].lr).toBe(a.opt.paramGroups[0].lr);
  }
});

test('a state of another scheduler is refused', () => {
  const opt = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 0.5 });
  const schedule = new optim.lrScheduler.StepLR(opt, 3);
  expect(() => schedule.loadStateDict({ lastEpoch: 1 })).toThrow(
    /StepLR\.loadStateDict: expected \w+ in the state, got undefined\. It is of another/,
  );
  expect(() => schedule.loadStateDict(3)).toThrow(/expected an object as stateDict/);
});

test('a running average comes back, and a wrong shape is named', async () => {
  const net = new nn.Linear(2, 1);
  const average = new optim.EMA(net, { decay: 0.5 });
  const kept = Object.fromEntries(
    Object.entries(average.stateDict() as Record<string, Loose>).map(([key, value]) => [key, value.clone().add(1)]),
  );
  average.loadStateDict(kept);
  expect(await average.stateDict().weight.array()).toEqual(await kept['weight'].array());
  expect(() => average.loadStateDict({ ...kept, weight: tensor.zeros([3]) })).toThrow(
    'EMA.loadStateDict: expected weight to be [1, 2], got [3].',
  );
});
