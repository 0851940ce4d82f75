/* The contract suite on the backends that run in Node, and on kernels that are wrong on purpose: a suite that lets one of them
   through is too weak. */

import { describe, expect, it } from 'vitest';
import type { ContractCase } from './case.ts';
import { contractCases, incomplete, runCase, runContract } from './contract.ts';
import { createJsBackend, runOnHost, supported } from './js/backend.ts';
import type { Attributes, OperationName } from './operations.ts';
import { contiguousStrides, sizeOf } from './operations.ts';
import type { Backend, Call, HostArray, View } from './types.ts';

type HostCall = Call<HostArray>;
type HostView = View<HostArray>;

const operations = [...supported];
const cases = contractCases();
/** No size of five digits. */
const small = (candidate: ContractCase) => !/\d{5}/.test(candidate.name);

describe('js', () => {
  it('keeps the contract in float32', async () => {
    const report = await runContract(createJsBackend(), { supported });
    expect(report.failed).toEqual([]);
    expect(report.passed).toBe(cases.length);
  }, 60_000);

  it('keeps it in compiled programs', async () => {
    const names = new Set(cases.filter((candidate, i) => i % 5 === 0 && small(candidate)).map((candidate) => candidate.name));
    const report = await runContract(createJsBackend(), { supported, compiled: true, filter: ({ name }) => names.has(name) });
    expect(report.failed).toEqual([]);
    expect(report.passed).toBe(2 * names.size);
  }, 60_000);
});

describe('the suite', () => {
  it('has a name of its own for every case', () => {
    const names = cases.map((candidate) => candidate.name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('asks for every operation, of the suite and of the backend', () => {
    expect(incomplete(supported)).toEqual([]);
    expect(incomplete(new Set(operations.filter((op) => op !== 'fft')))).toHaveLength(1);
    const without = cases.filter((candidate) => candidate.op !== 'sort');
    expect(incomplete(supported, without)).toEqual(["sort: expected a case in the contract suite. Add one to the family's cases.ts."]);
  });

  it('reports a kernel that throws, and goes on', async () => {
    const backend = mutated('fft', () => {
      throw new Error('no such kernel');
    });
    const report = await runContract(backend, { supported, filter: (candidate) => candidate.op === 'fft' || candidate.op === 'sort' });
    expect(report.failed.length).toBe(cases.filter((candidate) => candidate.op === 'fft').length);
    expect(report.failed[0]!.message).toBe('threw no such kernel');
    expect(report.passed).toBe(cases.filter((candidate) => candidate.op === 'sort').length);
  });
});

describe('the suite catches, in every operation,', () => {
  it.each(operations)('%s: a last group of fewer than four elements that is not computed', async (op) => {
    const leaveTail = (call: HostCall) => {
      const before = call.outputs.map((view) => view.buffer.slice());
      runOnHost(call);
      call.outputs.forEach((view, i) => {
        const list = addresses(view);
        for (const at of list.slice(list.length - (list.length % 4))) view.buffer[at] = before[i]![at]!;
      });
    };
    await expectCaught(op, leaveTail);
  });

  it.each(operations)('%s: an element written past the end', async (op) => {
    const overrun = (call: HostCall) => {
      runOnHost(call);
      for (const view of call.outputs) view.buffer[Math.max(view.offset, ...last(view)) + 1] = 0;
    };
    await expectCaught(op, overrun);
  });

  it.each(operations.filter((op) => op !== 'iota' && op !== 'fill'))(
    '%s: inputs that are read from the beginning of their buffers',
    async (op) => {
      await expectCaught(op, (call) => runOnHost({ ...call, inputs: call.inputs.map((view) => ({ ...view, offset: 0 })) }));
    },
  );

  it.each(operations.filter((op) => op !== 'adam'))('%s: outputs that are written from the beginning of their buffers', async (op) => {
    await expectCaught(op, (call) => runOnHost({ ...call, outputs: call.outputs.map((view) => ({ ...view, offset: 0 })) }));
  });

  it.each([
    'unary',
    'binary',
    'where',
    'cast',
    'copy',
    'fused',
    'reduce',
    'scan',
    'matmul',
    'attention',
    'attentionGrad',
    'gather',
    'scatter',
  ] as const)('%s: strides that are ignored, each input for itself', async (op) => {
    const inputs = Math.max(
      ...cases
        .filter((candidate) => candidate.op === op)
        .slice(0, 50)
        .map((candidate) => candidate.make().inputs.length),
    );
    const strided = op === 'attentionGrad' ? [1, 2, 3, 6] : Array.from({ length: inputs }, (_, i) => i);
    for (const which of strided) {
      await expectCaught(
        op,
        (call) => runOnHost({ ...call, inputs: call.inputs.map((view, i) => (i === which ? unstrided(view) : view)) }),
        `input ${which}`,
      );
    }
  });

  it.each(['unary', 'binary', 'where', 'cast', 'copy', 'fill', 'fused', 'scatter'] as const)(
    '%s: strides of the output that are ignored',
    async (op) => {
      await expectCaught(op, (call) => runOnHost({ ...call, outputs: call.outputs.map(unstrided) }));
    },
  );
});

/** Attributes exchanged for near ones: wrong axes, wrong directions, neighbouring functions. */
const confusions: {
  [K in OperationName]?: Readonly<Record<string, (attributes: Attributes[K], call: HostCall) => Partial<Attributes[K]>>>;
} = {
  unary: {
    'round for half away from zero': ({ fn }) => (fn === 'round' ? { fn: 'floor' } : {}),
    'floor for trunc': ({ fn }) => (fn === 'floor' ? { fn: 'trunc' } : {}),
    'gelu for its approximation': ({ fn }) => (fn === 'gelu' ? { fn: 'geluTanh' } : {}),
    'isinf for not finite': ({ fn }) => (fn === 'isfinite' ? { fn: 'isinf' } : {}),
    'bitwiseNot of bool as of numbers': ({ fn }) => (fn === 'bitwiseNot' ? { fn: 'neg' } : {}),
  },
  binary: {
    'remainder for fmod': ({ fn }) => (fn === 'remainder' ? { fn: 'fmod' } : {}),
    'floorDiv for truncDiv': ({ fn }) => (fn === 'floorDiv' ? { fn: 'truncDiv' } : {}),
    'lt for le': ({ fn }) => (fn === 'lt' ? { fn: 'le' } : {}),
    'logicalXor for ne': ({ fn }) => (fn === 'logicalXor' ? { fn: 'ne' } : {}),
    'geluGrad for its approximation': ({ fn }) => (fn === 'geluGrad' ? { fn: 'geluTanhGrad' } : {}),
  },
  reduce: {
    'one dim too few': ({ count }) => ({ count: count - 1 }),
    'argmax for argmin': ({ fn }) => (fn === 'argmax' ? { fn: 'argmin' } : {}),
  },
  matmul: {
    'no activation': () => ({ activation: null }),
    'no bias': () => ({ bias: false }),
    'silu for gelu': ({ activation }) => (activation === 'gelu' ? { activation: 'silu' } : {}),
  },
  softmax: { 'log left out': () => ({ log: false }) },
  softmaxGrad: { 'log left out': () => ({ log: false }) },
  layerNorm: { 'mean not taken away': () => ({ rms: true }), 'no eps': () => ({ eps: 0 }) },
  layerNormGrad: { 'mean left out': () => ({ rms: true }) },
  crossEntropy: { 'no smoothing': () => ({ smoothing: 0 }), 'nothing ignored': () => ({ ignoreIndex: -1 }) },
  crossEntropyGrad: { 'no smoothing': () => ({ smoothing: 0 }), 'nothing ignored': () => ({ ignoreIndex: -1 }) },
  attention: {
    'one column more': ({ offset }) => ({ offset: offset + 1 }),
    'not causal': () => ({ causal: false }),
    'no mask': () => ({ mask: false }),
    'no scale': () => ({ scale: 1 }),
  },
  attentionGrad: {
    'one column more': ({ offset }) => ({ offset: offset + 1 }),
    'not causal': () => ({ causal: false }),
    'no mask': () => ({ mask: false }),
    'no scale': () => ({ scale: 1 }),
  },
  conv2d: windowConfusions({ 'no bias': () => ({ bias: false }) }),
  conv2dInputGrad: windowConfusions({}),
  conv2dWeightGrad: windowConfusions({}),
  unfold: windowConfusions({}),
  fold: windowConfusions({}),
  maxPool2d: windowConfusions({}),
  avgPool2d: windowConfusions({ 'padding always counted': () => ({ includePadding: true }) }),
  avgPool2dGrad: windowConfusions({ 'padding always counted': () => ({ includePadding: true }) }),
  gather: { 'another dim': ({ dim }, call) => ({ dim: (dim + 1) % call.inputs[0]!.shape.length }) },
  scatter: {
    'another dim': ({ dim }, call) => ({ dim: (dim + 1) % call.inputs[0]!.shape.length }),
    'added for set': () => ({ mode: 'add' }),
  },
  sort: { ascending: () => ({ descending: false }) },
  searchSorted: { 'right as left': () => ({ right: false }) },
  random: {
    'normal for uniform': ({ kind }) => (kind === 'normal' ? { kind: 'uniform' } : {}),
    'low left out': ({ kind }) => (kind === 'uniform' ? { low: 0 } : {}),
  },
  adam: { coupled: () => ({ decoupled: false }), 'no amsgrad': () => ({ amsgrad: false }), minimised: () => ({ maximize: false }) },
  rnn: { forward: () => ({ reverse: false }), 'relu for tanh': ({ mode }) => (mode === 'tanh' ? { mode: 'relu' } : {}) },
  rnnGrad: { forward: () => ({ reverse: false }), 'relu for tanh': ({ mode }) => (mode === 'tanh' ? { mode: 'relu' } : {}) },
  qmatmul: { 'longer groups': ({ groupSize }) => ({ groupSize: groupSize + 1 }), 'no zero points': () => ({ asymmetric: false }) },
  fft: { forward: () => ({ inverse: false }) },
};

function windowConfusions<
  K extends 'conv2d' | 'conv2dInputGrad' | 'conv2dWeightGrad' | 'unfold' | 'fold' | 'maxPool2d' | 'avgPool2d' | 'avgPool2dGrad',
>(more: Readonly<Record<string, (attributes: Attributes[K], call: HostCall) => Partial<Attributes[K]>>>) {
  return {
    'strides of rows and columns exchanged': ({ stride }: Attributes[K]) =>
      ({ stride: stride.toReversed() }) as unknown as Partial<Attributes[K]>,
    'padding of rows and columns exchanged': ({ padding: [a, b, c, d] }: Attributes[K]) =>
      ({ padding: [c, d, a, b] }) as unknown as Partial<Attributes[K]>,
    ...more,
  };
}

describe('the suite catches', () => {
  const list = Object.entries(confusions).flatMap(([op, named]) =>
    Object.entries(named).map(([what, alter]) => [op as OperationName, what, alter] as const),
  );
  it.each(list)('%s with %s', async (op, _, alter) => {
    await expectCaught(op, (call) => {
      const altered = (alter as (attributes: unknown, call: HostCall) => object)(call.attributes, call);
      runOnHost({ ...call, attributes: { ...call.attributes, ...altered } as typeof call.attributes });
    });
  });

  const rowWise = ['softmax', 'softmaxGrad', 'layerNorm', 'sort', 'fft'] as const;
  it.each(rowWise)('%s along the other dim', async (op) => {
    await expectCaught(op, (call) => runOnHost({ ...call, inputs: call.inputs.map(turned), outputs: call.outputs.map(turned) }));
  });

  it('a maximum that drops NaN', async () => {
    await expectCaught('binary', (call) => {
      runOnHost(call);
      const [a, b, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
      if ((call.attributes as Attributes['binary']).fn === 'maximum' && y.dtype === 'float32') {
        addresses(y).forEach((at, i) => {
          if (y.buffer[at] !== y.buffer[at]) y.buffer[at] = Math.max(a.buffer[a.offset + i]! || 0, b.buffer[b.offset + i]! || 0);
        });
      }
    });
  });

  it('powers of int32 in float32', async () => {
    await expectCaught('binary', (call) => {
      runOnHost(call);
      const y = call.outputs[0]!;
      if ((call.attributes as Attributes['binary']).fn === 'mul' && y.dtype === 'int32')
        for (const at of addresses(y)) y.buffer[at] = Math.fround(y.buffer[at]!);
    });
  });

  it.each(['reduce', 'scan'] as const)('%s in float32 without blocks', async (op) => {
    await expectCaught(op, (call) => {
      runOnHost(call);
      const [x, y] = [call.inputs[0]!, call.outputs[0]!];
      if ((call.attributes as { fn: string }).fn !== 'sum' || x.dtype !== 'float32' || x.shape.length !== 1) return;
      let sum = 0;
      addresses(x).forEach((at, i) => {
        sum = Math.fround(sum + x.buffer[at]!);
        if (op === 'scan') y.buffer[y.offset + i] = sum;
      });
      if (op === 'reduce') y.buffer[y.offset] = sum;
    });
  });
});

/** The js backend with one kernel exchanged. */
function mutated(op: OperationName, kernel: (call: HostCall) => void): Backend<HostArray> {
  const backend = createJsBackend();
  const run = backend.run.bind(backend);
  backend.run = (call) => (call.op === op ? kernel(call) : run(call));
  return backend;
}

/** Some case of the operation fails with this kernel: small ones first. */
async function expectCaught(op: OperationName, kernel: (call: HostCall) => void, note = ''): Promise<void> {
  const backend = mutated(op, kernel);
  const own = cases.filter((candidate) => candidate.op === op);
  for (const candidate of [...own.filter(small), ...own.filter((each) => !small(each))]) {
    if ((await runCase(backend, candidate)) !== undefined) return;
  }
  expect.fail(`${op} ${note}: expected a case to fail on this kernel. Add one.`);
}

function addresses({ shape, strides, offset }: HostView): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    let at = offset;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += (i % shape[d]!) * strides[d]!;
      i = Math.floor(i / shape[d]!);
    }
    return at;
  });
}

function last(view: HostView): number[] {
  return addresses(view).slice(-1);
}

function unstrided(view: HostView): HostView {
  return {
    ...view,
    strides: contiguousStrides(view.shape),
    offset: Math.min(view.offset, Math.max(0, view.buffer.length - sizeOf(view.shape))),
  };
}

function turned(view: HostView): HostView {
  const shape = view.shape.toReversed();
  return { ...view, shape, strides: contiguousStrides(shape) };
}
