/* Sentences of the public contract that no table of cases covers: arguments, indexing, writing in place, modes, scopes, what errors say. */

import { describe, expect, test } from 'vitest';
import { nn, optim, random, tensor as library, noGrad, type Tensor } from './index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the surface made from the table is checked at run time
type Any = any;
const tensor = library as Any;
const F = nn.functional as Any;
const leaf = (values: unknown): Tensor => tensor(values, { requiresGrad: true });
const x = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
const coded = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) });

describe('arguments', () => {
  test('undefined means the default, wherever it stands', () => {
    expect([x.sum(undefined, undefined).itemSync(), x.sum({ dim: undefined, keepdim: undefined }).itemSync()]).toEqual([21, 21]);
  });

  test('what is no data, no list, no device, no function is said', () => {
    expect(() => tensor({ a: 1 })).toThrow(coded('value', 'tensor: expected a number, a boolean, nested arrays'));
    expect(() => tensor([NaN], { dtype: 'int32' })).toThrow(coded('value', 'tensor: NaN at position 0 does not fit int32'));
    expect(() => tensor([tensor(1)])).toThrow(coded('value', 'use tensor.stack'));
    expect(() => tensor.zeros([2], { device: 'cuda' })).toThrow(
      coded('device', 'zeros: expected a device "js", "wasm" or "webgpu", got "cuda".'),
    );
    expect(() => tensor.readAll(x)).toThrow(coded('value', 'readAll: expected a list of tensors, got a Tensor.'));
    expect(() => tensor.noGrad(3)).toThrow(coded('value', 'noGrad: expected a function, got number 3.'));
    expect(() => x.sum('a')).toThrow(coded('value', 'sum: expected an integer dim, got "a".'));
    expect(() => leaf([1]).sum().backward({ retain_graph: true } as Any)).toThrow(coded('value', 'backward: unknown option "retain_graph"; did you mean "retainGraph"?')); // prettier-ignore
    expect(() => tensor.jacobian((a: Any) => a, { mode: 'x' })).toThrow(coded('value', 'jacobian: expected mode to be'));
  });

  test('exports are the objects of the namespace', async () => {
    expect([noGrad, (await import('./index.ts')).data]).toEqual([tensor.noGrad, tensor.data]);
  });

  test('text and JSON read nothing, arithmetic says what to write', () => {
    expect([String(x), JSON.stringify({ x })]).toEqual(['Tensor [2, 3] float32 js', '{"x":"Tensor [2, 3] float32 js"}']);
    expect(() => x + 1).toThrow(coded('value', 'write a.add(1)'));
  });
});

test.each([[[1]], [[]], [[0, 1, 1, 1]], [[0, 1.5]], [['a', 1]], [[true, false]]])('at(%j) is no slice', (part) => {
  expect(() => x.at(part)).toThrow(coded('index', 'at: expected [start, end] or [start, end, step]'));
});

describe('in place', () => {
  test('an expanded tensor is refused, views that overlap are read before they are written', () => {
    expect(() => tensor([1]).expand(3).add_(1)).toThrow(coded('value', 'add_: expected a tensor whose elements are apart'));
    const a = tensor([1, 2, 3, 4]);
    a.at([1, null]).add_(a.at([0, 3]));
    expect(a.arraySync()).toEqual([1, 3, 5, 7]);
    a.at([0, 3]).copy_(a.at([1, null]));
    expect(a.arraySync()).toEqual([3, 5, 7, 7]);
  });

  test('filling a view takes its elements out of the graph', () => {
    const a = leaf([1, 2]);
    const b = a.mul(2);
    (b.at(0) as Any).zero_();
    b.sum().backward();
    expect(a.grad!.arraySync()).toEqual([0, 2]);
  });

  test('a gradient has the shape and type of its tensor', () => {
    const a = leaf([1, 2]) as Any;
    expect(() => (a.grad = 3)).toThrow(coded('value', 'grad: expected a tensor or null'));
    expect(() => (a.grad = tensor([1]))).toThrow(coded('shape', 'grad: expected a gradient [2] float32'));
    a.grad = undefined;
    expect(a.grad).toBe(null);
  });
});

describe('autograd', () => {
  test('modes of asynchronous functions that overlap end each for itself', async () => {
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const [a, b] = [tensor.noGrad(() => wait(2)), tensor.noGrad(() => wait(8))];
    await a;
    expect(tensor.isGradEnabled()).toBe(false);
    await b;
    expect(tensor.isGradEnabled()).toBe(true);
  });

  test('retainGrad adds up, as PyTorch does', () => {
    const b = leaf([1, 2]).mul(2);
    (b as Any).retainGrad();
    const loss = b.mul(b).sum();
    loss.backward({ retainGraph: true } as Any);
    loss.backward();
    expect(b.grad!.arraySync()).toEqual([8, 16]);
  });

  test('detectAnomaly names the operation, in backward too, and leaves other errors their names', async () => {
    const { detectAnomaly } = tensor.autograd;
    expect(() => detectAnomaly(() => tensor([-1]).log())).toThrow('detectAnomaly: log gave NaN.');
    expect(() => detectAnomaly(() => leaf([0]).sqrt().mul(0).sum().backward())).toThrow('detectAnomaly: sqrt gave a gradient with NaN');
    await expect(detectAnomaly(async () => tensor([-1]).sqrt())).rejects.toThrow('detectAnomaly: sqrt gave NaN.');
    expect(() => detectAnomaly(() => x.matmul(x))).toThrow('matmul: expected [2, 3] × [3, n]');
  });

  test('fused operations refuse second derivatives by name', () => {
    const q = tensor.ones([1, 1, 2, 2]).requiresGrad_();
    const attention = F.scaledDotProductAttention(q, q, q).sum();
    expect(() => tensor.autograd.grad(attention, [q], { createGraph: true })).toThrow(coded('grad', 'scaledDotProductAttention cannot be differentiated again')); // prettier-ignore
  });

  test('what comes beside a value carries no graph', () => {
    const [[, aux]] = tensor.valueAndGrad((a: Any) => [a.mul(a).sum(), a.mul(2)], { hasAux: true })(tensor([1, 2]));
    expect(aux.requiresGrad).toBe(false);
  });

  test('norms of any order have slope 0 where they are 0', () => {
    for (const p of [0, 0.5, 1, 1.5, 2, 3, Infinity, -Infinity, -1]) {
      const a = leaf([0, 0]);
      a.norm({ p }).backward();
      expect(a.grad!.arraySync()).toEqual([0, 0]);
    }
    expect(tensor.grad((a: Tensor) => a.norm({ p: 3 }))(tensor([0, 1, -2])).arraySync()).toEqual([
      0, expect.closeTo(0.2311, 3), expect.closeTo(-0.9245, 3),
    ]); // prettier-ignore
  });
});

describe('scopes', () => {
  test('two that overlap in time spare what each returns', async () => {
    const one = (ms: number): Promise<Tensor> =>
      tensor.scope(async () => {
        const t = tensor([1]);
        await new Promise((resolve) => setTimeout(resolve, ms));
        return ms < 5 ? tensor([ms]) : t;
      });
    const [a, b] = await Promise.all([one(2), one(8)]);
    expect([a.arraySync(), b.arraySync(), tensor([3]).disposed]).toEqual([[2], [1], false]);
  });

  test('a returned optimiser, average or scheduler counts as its tensors', () => {
    const schedule = tensor.scope(() => {
      const p = leaf([1, 2]);
      const opt = new optim.Adam([p]);
      p.sum().backward();
      opt.step();
      return { average: new optim.EMA([p]), scheduler: new optim.lrScheduler.ExponentialLR(opt, 0.9) };
    });
    const opt = schedule.scheduler.optimizer;
    const p = opt.paramGroups[0].params[0];
    expect([p.disposed, opt.state.get(p).exp_avg.disposed, schedule.average.stateDict()['0'].arraySync()]).toEqual([
      false, false, [expect.closeTo(0.999, 4), expect.closeTo(1.999, 4)],
    ]); // prettier-ignore
  });

  test('a thousand scoped steps leave the memory as it was', () => {
    const net = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 1));
    const opt = new optim.AdamW(net.parameters());
    const input = random(1).normal([5, 3]) as Tensor;
    const step = () =>
      tensor.scope(() => {
        opt.zeroGrad();
        (net(input) as Tensor).pow(2).mean().backward();
        opt.step();
      });
    step();
    const { tensors, bytes } = library.memory();
    for (let i = 0; i < 1000; i++) step();
    expect(library.memory()).toMatchObject({ tensors, bytes });
  });
});

test('a loaded optimiser state is checked as a whole before anything changes', () => {
  const [p, q] = [leaf([1, 2]), leaf([3])];
  const opt = new optim.Adam([p, q]);
  p.sum().add(q.sum()).backward();
  opt.step();
  const { state, paramGroups } = opt.stateDict();
  const before = opt.state.get(p)!;
  const wrong = { state: { ...state, 1: { ...state['1'], exp_avg: tensor([1, 2]) } }, paramGroups };
  expect(() => opt.loadStateDict(wrong as Any)).toThrow(
    coded('shape', 'Adam.loadStateDict: expected exp_avg of parameter 1 to be [1], got [2].'),
  );
  expect(opt.state.get(p)).toBe(before);
});

test('random() is the default generator, random(seed) begins anew', () => {
  tensor.manualSeed(6);
  expect([random() === random(), random(6) === random(6), random().getState()]).toEqual([true, false, random(6).getState()]);
});

test('probabilities outside [0, 1], a deviation below 0 and a list of least rates are refused', () => {
  expect(() => tensor.bernoulli(tensor([0.5, 2]))).toThrow(coded('value', 'bernoulli: expected probabilities in [0, 1], got 2.'));
  expect(() => tensor.normal(0, -1, [2])).toThrow(coded('value', 'normal: expected std ≥ 0, got -1.'));
  const opt = new optim.SGD([leaf([1])]);
  expect(() => new optim.lrScheduler.ReduceLROnPlateau(opt, { minLr: [0.1] as Any })).toThrow(
    coded('value', 'expected minLr to be a number'),
  );
});

test('hardswish has slope 0 and 1 where it is flat and straight, at ±inf too', () => {
  const x = leaf([-Infinity, -4, -3, 0, 3, 4, Infinity]);
  F.hardswish(x).sum().backward();
  expect(x.grad!.arraySync()).toEqual([0, 0, 0, 0.5, 1, 1, 1]);
});

test('a factory without a shape and a scan over nothing are errors; a scanned function keeps its own names', () => {
  expect(() => tensor.zeros()).toThrow(coded('value', 'zeros: expected a shape, got none.'));
  expect(() => tensor.scan((c: Any, v: Any) => [c, v], tensor(0), tensor.zeros([0]))).toThrow(
    coded('shape', 'scan: expected at least one'),
  );
  const wrong = () => tensor.scan((c: Any, v: Any) => [c.matmul(v), c], tensor.ones([2, 2]), tensor.ones([2, 3, 1]));
  expect(wrong).toThrow(coded('shape', 'matmul: expected [2, 2] × [2, n], got [2, 2] × [3, 1].'));
});
