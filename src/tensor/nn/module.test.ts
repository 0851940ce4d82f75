import { describe, expect, test } from 'vitest';
import { nn, tensor, type Loose } from './test-library.ts';

const Base: new () => Loose = nn.Module;

describe('a module', () => {
  test('is called as a function and is one of its class', () => {
    const net = new nn.Linear(2, 3);
    expect(net instanceof nn.Module && net instanceof nn.Linear).toBe(true);
    expect(net(tensor.ones([4, 2])).shape).toEqual([4, 3]);
  });

  test('may have properties that functions have of their own', () => {
    class Net extends Base {
      length = 3;
      name = 'net';
      forward(): number {
        return this['length'] as number;
      }
    }
    const net = new Net() as Loose;
    expect([net(), net.name, Object.keys(net)]).toEqual([3, 'net', ['length', 'name']]);
    net.name = 'other';
    expect(net.name).toBe('other');
  });

  test('without forward says so by its name', () => {
    class Empty extends Base {}
    expect(() => (new Empty() as Loose)(1)).toThrow('Empty: expected a method forward(…)');
  });

  test('calls hooks around forward; what they return replaces arguments and output', async () => {
    const net = new nn.Linear(1, 1, { bias: false });
    nn.init.ones_(net.weight);
    const pre = net.registerForwardPreHook((_: Loose, [x]: Loose[]) => x.mul(10));
    const first = net.registerForwardHook((m: Loose, args: Loose[], y: Loose) => {
      expect(m).toBe(net);
      expect(args.length).toBe(1);
      return y.add(1);
    });
    const second = net.registerForwardHook(() => undefined);
    expect(await net(tensor([[2]])).item()).toBe(21);
    pre.remove();
    first.remove();
    second.remove();
    expect(await net(tensor([[2]])).item()).toBe(2);
  });

  test('finds tensors and modules in the order of their definition, shared ones once', () => {
    const shared = new nn.Linear(2, 2);
    class Net extends Base {
      b = shared;
      own = new nn.Parameter(tensor.ones([1]));
      a = new nn.Sequential(shared, new nn.Tanh());
    }
    const net = new Net() as Loose;
    expect(net.namedParameters().map(([name]: [string]) => name)).toEqual(['own', 'b.weight', 'b.bias']);
    expect(Object.keys(net.stateDict())).toEqual(['own', 'b.weight', 'b.bias', 'a.0.weight', 'a.0.bias']);
    expect(net.namedModules().map(([name]: [string]) => name)).toEqual(['', 'b', 'a', 'a.1']);
    expect(net.numParameters()).toBe(7);
  });

  test('writes nothing of a state that does not fit, and says all that is wrong', async () => {
    const net = new nn.Sequential(new nn.Linear(2, 1), new nn.Linear(1, 1));
    const before = await net.at(0).weight.array();
    const state = { '0.weight': tensor([[9, 9]]), '0.bias': tensor([1, 2]), '1.weight': tensor([3]), more: tensor(1) };
    expect(() => net.loadStateDict(state)).toThrow(
      /0\.bias: expected \[1\], got \[2\]; 1\.weight: expected \[1, 1\], got \[1\].*missing keys: 1\.bias.*unexpected keys: more/s,
    );
    expect(await net.at(0).weight.array()).toEqual(before);
    expect(() => net.loadStateDict({ '0.weight': [1] })).toThrow('expected a tensor for "0.weight"');
  });

  test('keeps a buffer that is assigned anew through scopes, and leaves non-persistent ones out of the state', async () => {
    class Counter extends Base {
      constructor() {
        super();
        (this as Loose).registerBuffer('seen', tensor(0));
        (this as Loose).registerBuffer('hidden', tensor(1), { persistent: false });
      }
      forward(): void {
        const self = this as Loose;
        self.seen = self.seen.add(1);
      }
    }
    const net = new Counter() as Loose;
    const before = tensor.memory().tensors;
    for (let i = 0; i < 5; i++) tensor.scope(() => net());
    expect(await net.seen.item()).toBe(5);
    expect(tensor.memory().tensors).toBe(before);
    expect(Object.keys(net.stateDict())).toEqual(['seen']);
  });

  test('that a scope returns keeps all of its tensors', async () => {
    class Net extends Base {
      mask = tensor.ones([2, 2]);
      fc = new nn.Linear(2, 2);
    }
    const net = tensor.scope(() => ({ model: new Net() })).model as Loose;
    expect(await net.fc(net.mask).sum().isnan().item()).toBe(false);
  });

  test('changes its float type in place: same parameters, optimiser and graph go on', async () => {
    const net = new nn.Sequential(new nn.Linear(2, 1), new nn.BatchNorm1d(1));
    const [weight] = net.parameters();
    net.to('float64');
    expect([weight.dtype, net.at(1).running_mean.dtype, net.at(1).num_batches_tracked.dtype]).toEqual(['float64', 'float64', 'int32']);
    expect(net.parameters()[0]).toBe(weight);
    net(tensor(Float64Array.of(1, 2, 3, 4), { shape: [2, 2], dtype: 'float64' }))
      .sum()
      .backward();
    expect(weight.grad.dtype).toBe('float64');
    expect(() => net.to('js')).toThrow('toDevice');
  });

  test('counts each handle once when its tensors move', () => {
    const net = new nn.Linear(3, 2);
    const before = tensor.memory();
    net.to('float64');
    const after = tensor.memory();
    expect(after.tensors).toBe(before.tensors);
    expect(after.bytes - before.bytes).toBe(8 * 4);
  });

  test('unknown options suggest the nearest name', () => {
    expect(() => new nn.Linear(2, 2, { biass: true })).toThrow('Linear: unknown option "biass"; did you mean "bias"?');
    expect(() => new nn.LSTM(2, 2, { num_layers: 2 })).toThrow('did you mean "numLayers"?');
    expect(() => new nn.CrossEntropyLoss({ labelSmooting: 0.1 })).toThrow('did you mean "labelSmoothing"?');
    expect(() => new nn.Linear(2.5, 2)).toThrow('Linear: expected inFeatures to be an integer');
  });

  test('names its layer in errors, not the function behind it', () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 1, 3), new nn.Flatten(), new nn.Linear(4, 1));
    expect(() => net(tensor.zeros([1, 1, 5, 5]))).toThrow('Linear: expected input [..., 4], got [1, 9].');
    expect(() => net(tensor.zeros([2, 2]))).toThrow('Conv2d:');
    expect(() => net(3)).toThrow('Conv2d: expected a tensor');
  });
});

describe('the text of a module is PyTorch’s', () => {
  test('tree, options and repeated entries of a list', () => {
    const net = new nn.ModuleDict({
      a: new nn.ModuleList([new nn.Linear(1, 2), new nn.Linear(1, 2), new nn.ReLU()]),
      b: new nn.MultiheadAttention(4, 2),
    });
    expect(String(net)).toBe(`ModuleDict(
  (a): ModuleList(
    (0-1): 2 x Linear(in_features=1, out_features=2, bias=True)
    (2): ReLU()
  )
  (b): MultiheadAttention(
    (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=True)
  )
)`);
  });

  test.each([
    ['Softplus(beta=1.0, threshold=20.0)', () => new nn.Softplus()],
    ['ELU(alpha=0.5)', () => new nn.ELU({ alpha: 0.5 })],
    ['MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)', () => new nn.MaxPool2d(2)],
    ['RMSNorm((2, 3), eps=None, elementwise_affine=True)', () => new nn.RMSNorm([2, 3])],
    [
      'GRU(3, 2, num_layers=2, batch_first=True, bidirectional=True)',
      () => new nn.GRU(3, 2, { numLayers: 2, batchFirst: true, bidirectional: true }),
    ],
    [
      'Conv1d(2, 4, kernel_size=(3,), stride=(1,), padding=same, bias=False)',
      () => new nn.Conv1d(2, 4, 3, { padding: 'same', bias: false }),
    ],
    ['GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)', () => new nn.GroupNorm(2, 4)],
    ['CrossEntropyLoss()', () => new nn.CrossEntropyLoss()],
  ])('%s', (text, make) => expect(String(make())).toBe(text));
});
