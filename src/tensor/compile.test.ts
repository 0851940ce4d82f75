/* `tensor.compile`: a replayed function has the results, side effects and random draws of the function itself, and what it may not do fails at
   once. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { nn, optim, random, tensor as library, type Tensor } from './index.ts';
import type { Compiled } from './compile.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the surface made from the table is checked at run time
type Any = any;
const tensor = library as Any;
const F = nn.functional as Any;
const compile = library.compile as <T extends (...args: Any[]) => Any>(fn: T) => Compiled<T>;
const leaf = (values: unknown): Tensor => tensor(values, { requiresGrad: true });
const X = random(3).normal([5, 3]) as Tensor;
const Y = tensor([0, 1, 0, 1, 1], { dtype: 'int32' });

function model() {
  tensor.manualSeed(1);
  return new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Tanh(), new nn.Dropout({ p: 0.3 }), new nn.Linear(4, 2));
}

/** The same function plain and compiled. */
function both<R>(run: (wrap: <T extends (...args: Any[]) => Any>(fn: T) => T) => R): [R, R] {
  return [run((fn) => fn), run((fn) => compile(fn) as never)];
}

describe('a compiled training step is the plain one', () => {
  test('with clipping, dropout, running statistics, an average, a scheduler outside, options and modes changed between steps', () => {
    const [plain, compiled] = both((wrap) => {
      const net = model();
      const opt = new optim.AdamW(net.parameters(), { lr: 0.1 });
      const average = new optim.EMA(net, { decay: 0.9 });
      const scheduler = new optim.lrScheduler.StepLR(opt, 2, { gamma: 0.5 });
      const step = wrap((x: Tensor, y: Tensor) => {
        opt.zeroGrad();
        const loss = F.crossEntropy(net(x), y);
        loss.backward();
        nn.utils.clipGradNorm_(net.parameters(), 1);
        opt.step();
        average.update();
        return loss;
      });
      tensor.manualSeed(7);
      const out: unknown[] = [];
      for (let i = 0; i < 8; i++) {
        if (i === 5) net.eval();
        if (i === 6) opt.paramGroups[0]!.weightDecay = 0.5;
        out.push(step(X, Y).itemSync());
        scheduler.step();
      }
      const values = [...Object.values(net.stateDict()), ...Object.values(average.stateDict())].flatMap((t) => [...t.dataSync()]);
      return [...out, ...values, opt.state.get(net.parameters()[0]!)!.step, tensor.rand(1).itemSync()] as number[];
    });
    expect(compiled).toHaveLength(plain.length);
    compiled.forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 5));
  });

  test.each([true, false])('gradients add up over calls where nothing sets them to null (setToNone %s)', (setToNone) => {
    const [plain, compiled] = both((wrap) => {
      const p = leaf([1, 2]);
      const opt = new optim.SGD([p], { lr: 0.1 });
      const back = wrap((x: Tensor) => p.mul(x).pow(2).sum().backward());
      return [1, 2, 3].map(() => {
        back(tensor([1, 3]));
        back(tensor([2, 1]));
        const grad = p.grad!.arraySync();
        opt.step();
        opt.zeroGrad({ setToNone });
        return grad;
      });
    });
    expect(compiled).toEqual(plain);
  });

  test('a gradient that the function only adds to is traced once for none, and is what it was where the first run fails', () => {
    const p = leaf([1, 2, 3]);
    const back = compile((i: Tensor) => p.indexSelect(0, i).sum().backward());
    const ids = (list: number[]) => tensor(list, { dtype: 'int32' });
    expect(() => back(ids([0, 7]))).toThrow(expect.objectContaining({ code: 'index' }));
    expect(p.grad).toBe(null);
    back(ids([0, 2]));
    expect([p.grad!.arraySync(), back.signatures]).toEqual([[1, 0, 1], 1]);
    const first = p.grad!;
    back(ids([0, 0]));
    expect([p.grad!.arraySync(), back.signatures, first.disposed]).toEqual([[3, 0, 1], 2, false]);
  });

  test('a gradient from outside stays whole where the function puts another in its place', () => {
    const p = leaf([1, 2]);
    p.sum().backward();
    const before = p.grad!;
    compile(() => {
      p.grad = null;
      p.mul(3).sum().backward();
    })();
    expect([p.grad!.arraySync(), before.arraySync()]).toEqual([[3, 3], [1, 1]]); // prettier-ignore
  });

  test.each([
    ['StepLR', (opt: Any) => new optim.lrScheduler.StepLR(opt, 1, { gamma: 0.5 })],
    ['ReduceLROnPlateau', (opt: Any) => new optim.lrScheduler.ReduceLROnPlateau(opt, { patience: 0 })],
  ])('a scheduler steps inside as it does outside: %s', (_, make) => {
    const [plain, compiled] = both((wrap) => {
      const p = leaf([1, 2]);
      const opt = new optim.SGD([p], { lr: 1 });
      const scheduler: Any = make(opt);
      const step = wrap(() => {
        opt.zeroGrad();
        p.sum().backward();
        opt.step();
        scheduler.step(1);
      });
      return [1, 2, 3].map(() => (step(), [p.arraySync(), scheduler.getLastLr()]));
    });
    expect(compiled).toEqual(plain);
  });

  test('a state loaded into the optimiser is used from then on', () => {
    const [plain, compiled] = both((wrap) => {
      const p = leaf([1, 2]);
      const opt = new optim.Adam([p], { lr: 0.1 });
      const step = wrap(() => {
        opt.zeroGrad();
        p.pow(2).sum().backward();
        opt.step();
      });
      step();
      const saved = opt.stateDict();
      const state = Object.fromEntries(Object.entries(saved.state['0']!).map(([k, v]) => [k, typeof v === 'number' ? v : v.clone()]));
      step();
      step();
      opt.loadStateDict({ state: { 0: state }, paramGroups: saved.paramGroups } as Any);
      step();
      step();
      return p.dataSync();
    });
    expect(compiled).toEqual(plain);
  });

  test('a parameter that is frozen later gets no gradient', () => {
    const net = new nn.Linear(2, 1);
    const back = compile((x: Tensor) => {
      net.zeroGrad();
      net(x).sum().backward();
    });
    back(tensor([[1, 2]]));
    net.bias!.requiresGrad_(false);
    net.bias!.grad = null;
    back(tensor([[1, 2]]));
    expect([net.bias!.grad, net.weight.grad!.arraySync(), back.signatures]).toEqual([null, [[1, 2]], 2]);
  });
});

describe('signatures', () => {
  test('are form, shape, type, other values and gradient mode; not strides or values of tensors', () => {
    const f = compile((a: Any, k: Any = 1) => a.mul(k));
    const m = tensor([[1, 2], [3, 4]]); // prettier-ignore
    expect([f(m).arraySync(), f(m.T).arraySync(), f.signatures]).toEqual([[[1, 2], [3, 4]], [[1, 3], [2, 4]], 1]); // prettier-ignore
    f(m, 2);
    f(m, 3);
    f(tensor([1]), 3);
    f(tensor([1], { dtype: 'int32' }), 3);
    tensor.noGrad(() => f(m));
    f(m, tensor(5));
    expect(f(m, tensor(6)).at(0, 0).itemSync()).toBe(6);
    expect(f.signatures).toBe(7);
  });

  test('more than eight warn once and name the argument that varies', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const f = compile((a: Tensor, k: number) => a.mul(k));
    for (let k = 0; k < 12; k++) f(tensor([1]), k);
    expect(warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0]![0]).toContain('argument 2 varies (0, 1, 2, …)');
    warn.mockRestore();
  });
});

describe('what a compiled function finds outside', () => {
  test('tensors are read at each call by identity, numbers when traced', () => {
    const c = tensor([1]);
    let k = 1;
    const f = compile((a: Tensor) => a.add(c).add(k));
    f(tensor([0]));
    c.add_(10);
    k = 100;
    expect(f(tensor([0])).arraySync()).toEqual([12]);
  });

  test('numbers made inside and written to begin each call as they were made', () => {
    const f = compile((a: Tensor) => {
      const sum = tensor([1, 2]);
      const line = tensor.linspace(0, 1, 3);
      (line.at(0) as Any).add_(5);
      return [sum.add_(a), line, tensor([7]).add_(1)];
    });
    const calls = [tensor([1, 1]), tensor([2, 2]), tensor([1, 1])].map((a) => f(a).map((t: Tensor) => t.arraySync()));
    expect(calls).toEqual([[[2, 3], [5, 0.5, 1], [8]], [[3, 4], [5, 0.5, 1], [8]], [[2, 3], [5, 0.5, 1], [8]]]); // prettier-ignore
  });

  test('counts that shape the plan are those of the trace, or it says so', () => {
    const counts = tensor([1, 2], { dtype: 'int32' });
    const f = compile((a: Tensor) => a.repeatInterleave(counts));
    expect([1, 2].map(() => f(tensor([5, 6])).arraySync())).toEqual([[5, 6, 6], [5, 6, 6]]); // prettier-ignore
    counts.add_(1);
    expect(() => f(tensor([5, 6]))).toThrow('the counts were [1, 2] when the function was compiled');
    const written = compile((a: Tensor) => (counts.add_(1), a.repeatInterleave(counts)));
    expect(() => written(tensor([5, 6]))).toThrow(expect.objectContaining({ code: 'trace' }));
  });

  test('a tensor that was disposed of throws as it does uncompiled', () => {
    const c = tensor([1]);
    const f = compile((a: Tensor) => a.add(c));
    f(tensor([0]));
    c.dispose();
    expect(() => f(tensor([0]))).toThrow('add: argument 2 was disposed');
    const gone = tensor([0]);
    gone.dispose();
    expect(() => f(gone)).toThrow('compile: argument 1 was disposed');
  });

  test('arguments are written in place, each its own', () => {
    const f = compile((a: Tensor) => {
      a.add_(1);
      return a;
    });
    const [a, b] = [tensor([1]), tensor([10])];
    f(a);
    f(a);
    expect([f(b) === b, a.arraySync(), b.arraySync()]).toEqual([true, [3], [11]]);
  });
});

describe('results', () => {
  test('are values that later calls leave alone', () => {
    const f = compile((a: Tensor) => a.mul(2));
    const first = f(tensor([1]));
    f(tensor([2]));
    first.add_(100);
    expect([first.arraySync(), f(tensor([3])).arraySync()]).toEqual([[102], [6]]);
  });

  test('keep their form; what is not a tensor comes back as it was traced', () => {
    const f = compile((a: Tensor) => {
      const b = a.mul(2);
      return { b, same: [b, b.reshape(1, 2)], n: 3, nothing: undefined, constant: tensor([7, 8]).reshape(2, 1) };
    });
    f(tensor([0, 0]));
    const r = f(tensor([1, 2]));
    expect([r.b === r.same[0], r.same[1]!.arraySync(), r.n, r.nothing, r.constant.arraySync()]).toEqual([
      true, [[2, 4]], 3, undefined, [[7], [8]],
    ]); // prettier-ignore
  });
});

describe('derivatives', () => {
  test('grad, valueAndGrad and hessian work inside and outside', () => {
    const cubes = (a: Tensor) => a.pow(3).sum();
    for (const f of [compile((a: Tensor) => tensor.grad(cubes)(a)), compile(tensor.grad(cubes)), tensor.grad(compile(cubes))]) {
      f(tensor([1, 2]));
      expect(f(tensor([2, 3])).arraySync()).toEqual([12, 27]);
    }
    const h = compile((a: Tensor) => tensor.hessian(cubes)(a));
    h(tensor([1, 1]));
    expect(h(tensor([2, 3])).arraySync()).toEqual([[12, 0], [0, 18]]); // prettier-ignore
  });

  test('a result that carries a graph can be walked outside', () => {
    const w = leaf([2]);
    const f = compile((x: Tensor) => w.mul(x));
    f(tensor([3]))
      .sum()
      .backward();
    expect(w.grad!.arraySync()).toEqual([3]);
  });

  test('operations of one’s own', () => {
    const op = tensor.defineOp({
      name: 'op',
      forward: (ctx: Any, a: Tensor) => (ctx.save(a), a.mul(a)),
      vjp: (ctx: Any, g: Tensor) => [g.mul(ctx.saved[0]).mul(2)],
    });
    const a = leaf([1, 2]);
    const f = compile((k: Tensor) => {
      a.grad = null;
      op(a).mul(k).sum().backward();
    });
    f(tensor(1));
    f(tensor(10));
    expect(a.grad!.arraySync()).toEqual([20, 40]);
  });
});

describe('random numbers', () => {
  test('every kind of draw advances its generator as it does uncompiled', () => {
    const [plain, compiled] = both((wrap) => {
      const generator = random(4);
      const own = { generator };
      const f = wrap(() => [
        tensor.randn([3], own),
        generator.uniform([2]),
        tensor.bernoulli(tensor([0.5, 0.5]), own),
        tensor.randint(0, 10, [3], own),
        tensor.randperm(4, own),
        tensor.multinomial(tensor([1, 2, 3]), 2, own),
        F.dropout(tensor([1, 2, 3]), own),
        tensor.rand(2),
      ]);
      tensor.manualSeed(9);
      const calls = [f(), f(), f()].map((list) => list.map((t: Tensor) => t.arraySync()));
      return [calls, generator.getState(), tensor.rand(1).itemSync()];
    });
    expect(compiled).toEqual(plain);
  });

  test('a seed set inside, and a generator made or set back inside, begin anew at every call', () => {
    const [plain, compiled] = both((wrap) => {
      const outer = random(4);
      const f = wrap(() => {
        const before = tensor.rand(2);
        tensor.manualSeed(1);
        const [made, forked] = [random(3), outer.fork(2)];
        const begun = made.getState();
        const first = made.uniform(2);
        made.setState(begun);
        const again = made.uniform(2);
        const state = { seed: 9, offset: 8 };
        outer.setState(state);
        return [before, tensor.rand(2), tensor([...first, ...again]), made.normal([2]), forked.uniform([2]), outer.uniform([2])];
      });
      tensor.manualSeed(9);
      return [f(), f(), f()].map((list) => list.map((t: Tensor) => t.arraySync()));
    });
    expect(compiled).toEqual(plain);
  });

  test('numbers cannot be drawn from a generator of outside, nor behind a tensor', () => {
    const outer = random(4);
    const afterTensor = (): void => {
      const made = random(3);
      made.normal([3]);
      made.uniform();
    };
    const draws = [() => outer.uniform(), () => outer.permutation(3), () => outer.normal(2), () => random().randint(0, 9), afterTensor];
    for (const draw of draws) expect(() => compile(() => (draw(), X))()).toThrow(expect.objectContaining({ code: 'trace' }));
    expect(outer.getState().offset).toBe(0);
  });

  test.each(['the default generator', 'a generator of its own'])('checkpoint repeats its draws from %s', (which) => {
    const [plain, compiled] = both((wrap) => {
      const generator = which === 'the default generator' ? undefined : random(5);
      const a = leaf([1, 2, 3, 4, 5, 6, 7, 8]);
      const f = wrap(() => {
        a.grad = null;
        const y = tensor.checkpoint((v: Tensor) => F.dropout(v, { generator }), a);
        y.sum().backward();
        return [y.detach(), tensor.rand(2)];
      });
      tensor.manualSeed(9);
      return [1, 2, 3].map(() => {
        const [y, r] = f();
        return [y.div(tensor([1, 2, 3, 4, 5, 6, 7, 8])).arraySync(), a.grad!.arraySync(), r.arraySync()];
      });
    });
    for (const [mask, gradient] of plain) expect(gradient).toEqual(mask);
    expect(compiled).toEqual(plain);
  });
});

describe('while tracing', () => {
  afterEach(() => {
    const a = leaf([1]);
    a.mul(2).sum().backward();
    expect(a.grad!.arraySync()).toEqual([2]);
  });

  const reading: Record<string, (a: Any) => unknown> = {
    item: (a) => a.item(),
    data: (a) => a.data(),
    array: (a) => a.array(),
    itemSync: (a) => a.itemSync(),
    dataSync: (a) => a.dataSync(),
    toText: (a) => a.toText(),
    readAll: (a) => tensor.readAll([a]),
    sync: () => tensor.sync(),
    'a + 1': (a) => a + 1,
    'a > 0': (a) => a > 0,
    unique: (a) => tensor.unique(a),
    nonzero: (a) => tensor.nonzero(a),
    maskedSelect: (a) => a.maskedSelect(a.gt(0)),
    bincount: (a) => a.int().bincount(),
    repeatInterleave: (a) => a.repeatInterleave(a.int()),
    allclose: (a) => a.allclose(a),
    equal: (a) => a.equal(a),
    toDevice: (a) => a.toDevice('wasm'),
    'linalg.inv': (a) => tensor.linalg.inv(a.reshape(1, 1)),
    detectAnomaly: (a) => tensor.autograd.detectAnomaly(() => a.log()),
    gradcheck: () => tensor.autograd.gradcheck((q: Tensor) => q, [leaf([1])]),
  };
  test.each(Object.keys(reading))('%s throws at once, also where nobody awaits it', (name) => {
    const f = compile((a: Tensor) => {
      void reading[name]!(a);
      return a;
    });
    expect(() => f(tensor([1]))).toThrow(expect.objectContaining({ code: 'trace' }));
  });

  test('async functions and disposed arguments are refused', () => {
    expect(() => compile(async (a: Tensor) => a)(tensor([1]))).toThrow(expect.objectContaining({ code: 'trace' }));
    const dispose = compile((a: Tensor) => a.dispose());
    expect(() => dispose(tensor([1]))).toThrow(expect.objectContaining({ code: 'trace' }));
  });

  test('a function that throws leaves gradients as they were', () => {
    const p = leaf([1]);
    p.sum().backward();
    const { grad } = p;
    const f = compile(() => {
      p.grad = null;
      p.mul(3).sum().backward();
      throw new Error('no');
    });
    expect(() => f()).toThrow('no');
    expect(p.grad).toBe(grad);
    expect(grad!.arraySync()).toEqual([1]);
  });
});

test('a thousand compiled steps leave the memory as it was; a disposed function says so', () => {
  const net = model();
  const opt = new optim.AdamW(net.parameters());
  const step = compile((x: Tensor, y: Tensor) => {
    opt.zeroGrad();
    const loss = F.crossEntropy(net(x), y);
    loss.backward();
    opt.step();
    return loss;
  });
  step(X, Y);
  const { tensors, bytes } = library.memory();
  for (let i = 0; i < 1000; i++) step(X, Y);
  expect(library.memory()).toMatchObject({ tensors, bytes });
  expect(Object.keys(step.plan())).toEqual(['kernels', 'dispatches', 'submissions', 'bytes']);
  step.dispose();
  step.dispose();
  expect(() => step(X, Y)).toThrow('compile: this compiled function was disposed.');
});

test('a parameter put in the place of another is the one that counts', () => {
  const layer = new nn.Linear(2, 1) as Any;
  const run = compile((x: Tensor) => tensor.noGrad(() => layer(x).sum()));
  run(tensor.ones([1, 2]));
  layer.weight = new nn.Parameter(tensor.zeros([1, 2]));
  layer.bias = new nn.Parameter(tensor.ones([1]));
  expect((run(tensor.ones([3, 2])) as Any).itemSync()).toBe(3);
  expect((run(tensor.ones([1, 2])) as Any).itemSync()).toBe(1);
  const { signatures } = run;
  run(tensor.ones([1, 2]));
  expect(run.signatures).toBe(signatures);
});

test('so is a module put in the place of another, a bias where none was, a layer that was appended', () => {
  const ones = tensor.ones([1, 2]);
  class Net extends nn.Module {
    row = new nn.Sequential(new nn.Linear(2, 2, { bias: false }));
    override forward(x: Tensor) {
      return this.row(x);
    }
  }
  const net = new Net() as Any;
  const plain = (x: Tensor): number => tensor.noGrad(() => net(x).sum()).itemSync();
  const run = compile((x: Tensor) => tensor.noGrad(() => net(x).sum()));
  const changes = [
    () => {},
    () => (net.row = new nn.Sequential(new nn.Linear(2, 2, { bias: false }))),
    () => (net.row[0].bias = new nn.Parameter(tensor.ones([2]))),
    () => (net.row[0].bias = null),
    () => net.row.append(new nn.Linear(2, 3)),
  ];
  for (const change of changes) {
    change();
    expect((run(ones) as Any).itemSync()).toBeCloseTo(plain(ones), 5);
  }
  run(ones);
  expect(run.signatures).toBe(changes.length - 1); // without the bias it is as it was
});
