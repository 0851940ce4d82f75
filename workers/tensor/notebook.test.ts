/* The compute library as cells meet it: real analysis, graph, executor, library and pack, in Node, on the device js. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { createLibrary } from '../../src/stdlib/library.ts';
import type { Output } from '../../src/output/types.ts';
import { makeEngineWith } from '../typescript/test-engine.ts';

let loads = 0;
let pack: unknown;
beforeAll(async () => {
  await import('../packs/tensor.ts');
  pack = (globalThis as { __gradusPacks?: Record<string, unknown> }).__gradusPacks!['tensor'];
});

const open = (...lines: string[]) =>
  makeEngineWith(
    {
      createLibrary,
      load: async () => {
        loads++;
        return pack;
      },
      start: { backend: 'js', seed: 14 },
    },
    ...lines,
  );
type Engine = ReturnType<typeof open>;
const valuesOf = async (engine: Engine): Promise<Record<string, unknown>> => engine.values();
const memory = 'memory {manual}: const { tensors, bytes } = tensor.memory()';
/** What `tensor.memory()` says now. */
async function memoryOf(engine: Engine): Promise<{ tensors: number; bytes: number }> {
  await engine.runCells('memory');
  const { tensors, bytes } = (await valuesOf(engine)) as { tensors: number; bytes: number };
  return { tensors, bytes };
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('names', () => {
  test('a cell that mentions none of them loads nothing', async () => {
    const before = loads;
    const engine = open('a: const x = random().uniform()', 'b: const y = x + 1');
    await engine.runAll();
    expect([engine.states(), loads]).toEqual(['a done, b done', before]);
  });

  test('tensor, nn, optim and random are there, and gradus:tensor brings the same', async () => {
    const engine = open(
      'a: const x = tensor([[1, 2], [3, 4]], { requiresGrad: true })\nx.mul(x).sum().backward()\nconst g = x.grad',
      'b: import { tensor as t, nn as n, Tensor, grad, compile, TensorError } from "gradus:tensor"\nconst same = [t === tensor, n === nn, x instanceof Tensor, grad === tensor.grad, compile === tensor.compile, typeof TensorError]',
    );
    await engine.runAll();
    expect(engine.error('b')).toBeUndefined();
    expect(await valuesOf(engine)).toMatchObject({
      g: { shape: [2, 2], dtype: 'float32', data: [2, 4, 6, 8] },
      same: [true, true, true, true, true, 'function'],
    });
  });

  test('an export that the module lacks says what it has', async () => {
    const engine = open('a: import { tensr } from "gradus:tensor"\ntensr');
    await engine.runAll();
    expect(engine.error('a')?.message).toMatch(/gradus:tensor exports no `tensr`\. It has tensor, nn, optim/);
  });
});

describe('random numbers', () => {
  test('draws without a generator come from the cell’s own, whichever cells ran before', async () => {
    const lines = [
      'a: const x = tensor.rand([3])',
      'b: const y = tensor.rand([3]); const z = random().uniform([2]); const w = random().uniform()',
    ];
    const first = open(...lines);
    await first.runAll();
    const second = open(lines[1]!, lines[0]!);
    await second.runCells('b');
    const [one, two] = [await valuesOf(first), await valuesOf(second)];
    expect(two).toEqual({ y: one['y'], z: one['z'], w: one['w'] });
    expect(one['x']).not.toEqual(one['y']);
  });

  test('an imported random is the cell’s own too', async () => {
    const engine = open(
      'a: import { random } from "gradus:tensor"\nconst u = [random().uniform(), random(7).uniform()]',
      'b {manual}: const v = 1',
    );
    await engine.runAll();
    const before = (await valuesOf(engine))['u'];
    await engine.runCells('a');
    expect((await valuesOf(engine))['u']).toEqual(before);
  });
});

describe('ownership', () => {
  test('100 evaluations of cells that define tensors leave memory as it was', async () => {
    const engine = open(
      'a: const x = tensor.randn([20, 3]); const parts = { list: [x.mul(2).add(1)], map: new Map([["k", x.exp()]]) }',
      'b: class Net extends nn.Module { fc = new nn.Linear(3, 2); forward(v) { return this.fc(v) } }\nconst net = new Net(), opt = new optim.Adam(net.parameters())\nconst step = tensor.compile(() => { opt.zeroGrad(); const loss = net(x).mul(net(x)).mean(); loss.backward(); opt.step(); return loss })\nlet last = 0\nfor (let i = 0; i < 3; i++) last = await step().item()',
      'c: const y = net(x).sum(); const f = (v) => v.mul(y)',
      memory,
    );
    await engine.runAll();
    expect(engine.states()).toBe('a done, b done, c done, memory idle');
    await collectGarbage(); // of the engines of other tests
    const before = await memoryOf(engine);
    for (let i = 0; i < 100; i++) await engine.runCells('a');
    expect(engine.states()).toBe('a done, b done, c done, memory done');
    expect(engine.evaluations('b')).toBe(101);
    expect(await memoryOf(engine)).toEqual(before);
  }, 60_000);

  test('what an evaluation makes beyond a few may go before, and the rest goes when it is replaced', async () => {
    const engine = open('a: let t = tensor.ones([10])\nfor (let i = 0; i < 3000; i++) t = t.add(1)', memory);
    await engine.runAll();
    const made: number[] = [];
    for (let i = 0; i < 10; i++) {
      await engine.runCells('a');
      made.push((await memoryOf(engine)).tensors);
    }
    expect(Math.max(...made)).toBeLessThan(18_000);
  });

  test('a removed cell frees what it defined, and what another cell holds stays', async () => {
    const engine = open(
      memory,
      'a: const x = tensor.ones([1000])',
      'b {manual}: const alias = x',
      'c {manual}: const sum = await alias.sum().item()',
    );
    await engine.runAll();
    await collectGarbage(); // of the engines of other tests
    const full = await memoryOf(engine);
    await engine.runCells('b');
    engine.write(memory, 'b {manual}: const alias = x', 'c {manual}: const sum = await alias.sum().item()');
    await engine.run([], ['a']);
    expect(await memoryOf(engine)).toEqual(full);
    await engine.runCells('c');
    expect((await valuesOf(engine))['sum']).toBe(1000);
    engine.write(memory);
    await engine.run([], ['b', 'c']);
    const empty = await memoryOf(engine);
    expect(full.bytes - empty.bytes).toBe(4000);
  });

  test('tensor.keep survives its cell', async () => {
    const engine = open(
      'a: const box = { t: tensor.keep(tensor.ones([2])) }\nglobalThis.keptTensor = box.t',
      'b {manual}: const alive = !globalThis.keptTensor.disposed',
    );
    await engine.runAll();
    await engine.run(['a']);
    await engine.runCells('b');
    expect((await valuesOf(engine))['alive']).toBe(true);
  });

  test('a cell that waits keeps its scope and gradient mode to itself', async () => {
    const engine = open(
      'a: const slow = await tensor.scope(() => tensor.noGrad(async () => { await sleep(20); const t = tensor.ones([2], { requiresGrad: true }); return [t, t.mul(2).requiresGrad] }))',
      'b: const w = tensor.ones([2], { requiresGrad: true }); const tracked = w.mul(2).requiresGrad',
    );
    await engine.runAll();
    const values = await valuesOf(engine);
    expect([values['tracked'], (values['slow'] as unknown[])[1]]).toEqual([true, false]);
    expect(values['w']).toMatchObject({ data: [1, 1] });
  });
});

describe('what is shown', () => {
  const only = (engine: Engine, id: string) => engine.outputs(id)[0] as Extract<Output, { kind: 'tensor' }>;

  test('a tensor with statistics and histogram; NaN is counted and left out', async () => {
    const engine = open('a: tensor([[1, 2, NaN], [4, 0, 5]])', 'b: inspect(tensor([3, 4]))', 'c: tensor(7)');
    await engine.runAll();
    expect(only(engine, 'a')).toMatchObject({
      kind: 'tensor', shape: [2, 3], dtype: 'float32', device: 'js', total: 6, data: [1, 2, NaN, 4, 0, 5],
      stats: { min: 0, max: 5, mean: 2.4, nan: 1, zeros: 1 },
      histogram: { low: 0, high: 5 },
    }); // prettier-ignore
    expect(only(engine, 'a').histogram!.counts.reduce((a, b) => a + b)).toBe(5);
    expect(only(engine, 'b')).toMatchObject({ kind: 'tensor', shape: [2] });
    expect(only(engine, 'c')).toMatchObject({ kind: 'tensor', shape: [], data: [7] });
  });

  test('a large one is computed where it lies: the same numbers, and a picture of every k-th row and column', async () => {
    const engine = open(
      'a: const x = tensor.arange(40000).reshape([200, 200]).div(40000)\nx',
      'b: const y = x.clone()\ny.at(0).fill_(NaN)\ny',
    );
    await engine.runAll();
    const { stats, histogram, picture, data } = only(engine, 'a');
    expect(stats!.mean).toBeCloseTo(0.4999875, 5);
    expect(stats!.std).toBeCloseTo(0.28868, 4);
    expect([stats!.min, stats!.nan, stats!.zeros]).toEqual([0, 0, 1]);
    expect(histogram!.counts.every((count) => Math.abs(count - 40000 / 24) < 3)).toBe(true);
    expect([picture!.rows, picture!.columns, picture!.data.length, data.length]).toEqual([67, 67, 67 * 67, 10_000]);
    expect(picture!.data[1]).toBeCloseTo(3 / 40000);
    expect(only(engine, 'b').stats).toMatchObject({ nan: 200, zeros: 0 });
    expect(only(engine, 'b').histogram!.counts.reduce((a, b) => a + b)).toBe(39_800);
  });

  test('a module shows its tree, and both have a line inside of other values', async () => {
    const engine = open('a: const net = new nn.Linear(2, 3)\nnet', 'b: ({ net, t: tensor.ones([2, 2]) })');
    await engine.runAll();
    expect(engine.outputs('a')).toEqual([{ kind: 'text', text: 'Linear(in_features=2, out_features=3, bias=True)' }]);
    expect(engine.outputs('b')).toMatchObject([
      {
        kind: 'value',
        value: {
          entries: [{ value: { text: 'Linear(in_features=2, out_features=3, bias=True)' } }, { value: { text: 'Tensor float32 [2, 2]' } }],
        },
      },
    ]);
  });
});

describe('a device that cannot start', () => {
  test('fails the cell that asked for the library, and says why', async () => {
    const engine = makeEngineWith(
      {
        createLibrary,
        load: async () => ({
          ...(pack as object),
          start: () => Promise.reject(new Error('tensor: backend webgpu was asked for and cannot start')),
        }),
        start: {},
      },
      'a: tensor',
      'b: const one = 1',
    );
    await engine.runAll();
    expect(engine.states()).toBe('a error, b done');
    expect(engine.error('a')?.message).toContain('cannot start');
  });
});

describe('checks', () => {
  test('close, equal and shape take tensors', async () => {
    const engine = open(
      'a: check("values", () => { close(tensor([[1, 2]]).mul(2), [[2, 4]]); equal(tensor([1, 2]).gt(1), [false, true]); equal(tensor(3), 3); shape(tensor.zeros([2, 3]), [2, 3]) })',
      'b: check("differ", () => close(tensor([1, 2]), [1, 3]))',
    );
    await engine.runAll();
    expect(engine.outputs('a')).toMatchObject([{ kind: 'check', pass: true }]);
    expect(engine.outputs('b')).toMatchObject([{ kind: 'check', pass: false, message: expect.stringContaining('[1]') as string }]);
  });
});
