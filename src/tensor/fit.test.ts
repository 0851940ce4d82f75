/* The plain loop and `fit` are one and the same: compiled or not, with a last smaller batch, clipping and a scheduler. */

import { describe, expect, test } from 'vitest';
import { nn, optim, random, tensor, type Tensor } from './index.ts';
import type { EpochFacts, FitOptions, StepFacts } from './fit.ts';

const { DataLoader, TensorDataset } = tensor.data;
const F = nn.functional as unknown as Record<string, (...args: Tensor[]) => Tensor>;
const mse = F['mseLoss']!;

function setting() {
  tensor.manualSeed(3);
  const r = random(1);
  const x = r.normal([14, 3]) as Tensor;
  const y = x.sum(1, { keepdim: true }).add(0.5);
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Dropout({ p: 0.25 }), new nn.Linear(8, 1));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.05 });
  const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.9);
  const loader = () => new DataLoader(new TensorDataset(x, y), { batchSize: 4, shuffle: true, generator: random(9) });
  return { model, optimizer, scheduler, loader: loader(), x, y };
}

async function plainLoop(epochs: number): Promise<{ losses: number[]; weights: Float32Array }> {
  const { model, optimizer, scheduler, loader } = setting();
  const losses: number[] = [];
  tensor.manualSeed(5);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [xb, yb] of loader) {
      optimizer.zeroGrad();
      const loss = mse(model(xb) as Tensor, yb as Tensor);
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 0.5);
      optimizer.step();
      scheduler.step();
      losses.push((await loss.item()) as number);
    }
  }
  return { losses, weights: (await model.parameters()[0]!.data()) as Float32Array };
}

describe.each([true, false])('fit with compile %s', (compile) => {
  test('is the plain loop with clipping, a scheduler, dropout and a last smaller batch', async () => {
    const plain = await plainLoop(3);
    const { model, optimizer, scheduler, loader } = setting();
    tensor.manualSeed(5);
    const result = await tensor.fit(model, loader, { loss: mse, optimizer, scheduler, epochs: 3, clipGradNorm: 0.5, compile });
    expect(result.loss).toHaveLength(12);
    result.loss.forEach((loss, i) => expect(loss).toBeCloseTo(plain.losses[i]!, 5));
    ((await model.parameters()[0]!.data()) as Float32Array).forEach((w, i) => expect(w).toBeCloseTo(plain.weights[i]!, 5));
    expect(result.epochs.map(({ loss }) => loss)).toEqual([0, 4, 8].map((i) => result.loss.slice(i, i + 4).reduce((a, b) => a + b, 0) / 4));
    expect(result.epochs[0]).not.toHaveProperty('validationLoss');
  });

  test('judges in eval mode without gradients, calls back in order, logs, and gives modes back', async () => {
    const { model, optimizer, loader, x, y } = setting();
    model.children()[1]!.eval();
    const before = model.modules().map((m) => m.training);
    const seen: (StepFacts | EpochFacts)[] = [];
    const logged: [Record<string, number>, number | undefined][] = [];
    const validation = new DataLoader(new TensorDataset(x, y), { batchSize: 5 });
    const result = await tensor.fit(model, loader, {
      loss: mse,
      optimizer,
      epochs: 2,
      validation,
      compile,
      run: { log: (metrics, step) => void logged.push([metrics, step]) },
      onStep: (facts) => void seen.push(facts),
      onEpoch: (facts) => void seen.push(facts),
    });
    expect(seen.map((facts) => ('step' in facts ? facts.step : 'epoch'))).toEqual([0, 1, 2, 3, 'epoch', 4, 5, 6, 7, 'epoch']);
    expect(logged).toHaveLength(10);
    expect(logged[4]).toEqual([{ validationLoss: result.epochs[0]!.validationLoss }, 3]);
    expect(model.modules().map((m) => m.training)).toEqual(before);
    model.eval();
    const all = (await mse(model(x) as Tensor, y).item()) as number;
    expect(result.epochs[1]!.validationLoss).toBeCloseTo(all, 5);
  });

  test('stops where the signal is aborted, in the former mode', async () => {
    const { model, optimizer, loader } = setting();
    model.eval();
    const stop = new AbortController();
    let steps = 0;
    const options: FitOptions = {
      loss: mse,
      optimizer,
      epochs: 9,
      compile,
      signal: stop.signal,
      onStep: () => void (++steps === 3 && stop.abort(new Error('enough'))),
    };
    await expect(tensor.fit(model, loader, options)).rejects.toThrow('enough');
    expect([steps, model.training]).toEqual([3, false]);
  });

  test('leaves no tensors behind but gradients and moments', async () => {
    const { model, optimizer, loader } = setting();
    await tensor.fit(model, loader, { loss: mse, optimizer, compile });
    const { tensors, bytes } = tensor.memory();
    await tensor.fit(model, loader, { loss: mse, optimizer, epochs: 5, compile });
    expect(tensor.memory()).toMatchObject({ tensors, bytes });
  });
});

test('fit takes any iterable of batches, and asynchronous ones', async () => {
  const { model, optimizer, x, y } = setting();
  const list = await tensor.fit(model, [[x, y]], { loss: mse, optimizer, epochs: 2 });
  expect(list.loss).toHaveLength(2);
  const later = { async *[Symbol.asyncIterator]() { yield [x, y]; } }; // prettier-ignore
  expect((await tensor.fit(model, later, { loss: mse, optimizer, epochs: 2 })).loss).toHaveLength(2);
  expect(x.disposed).toBe(false);
});

test('what fit is given is checked before anything runs', async () => {
  const { model, optimizer, loader, x } = setting();
  const call = (...args: unknown[]) => (tensor.fit as (...args: unknown[]) => Promise<unknown>)(...args);
  await expect(call(model, loader, { loss: mse, optimiser: optimizer })).rejects.toThrow(
    'fit: unknown option "optimiser"; did you mean "optimizer"?',
  );
  await expect(call(model, loader, { loss: mse })).rejects.toThrow('fit: expected optimizer to be an optimiser, got undefined.');
  await expect(call(model, x, { loss: mse, optimizer })).rejects.toThrow('fit: expected a DataLoader or another iterable of batches');
  await expect(call(model, loader, { loss: mse, optimizer, epochs: 1.5 })).rejects.toThrow('fit: expected epochs to be an integer');
  await expect(call(model, [x], { loss: mse, optimizer })).rejects.toThrow(
    'fit: expected batches [x, ...targets] of tensors, got a Tensor.',
  );
  const none = nn.functional as unknown as Record<string, (...args: unknown[]) => Tensor>;
  const each = (a: Tensor, b: Tensor) => none['mseLoss']!(a, b, { reduction: 'none' });
  await expect(call(model, loader, { loss: each, optimizer })).rejects.toThrow('to return one number as a tensor, got Tensor [4, 1]');
});
