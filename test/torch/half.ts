/* The page of the float16 story: the library on webgpu, told that the adapter has float16. Its storage needs nothing of the adapter, so
   a software one shows what a real one computes. Who drives it: test/stories/half.story.ts. */

import { fromHalf, toHalf } from '../../src/base/half.ts';
import { requestGpu } from '../../kernels/webgpu/adapter.ts';
import { createWebGpuBackend } from '../../kernels/webgpu/backend.ts';
import * as tensors from '../../src/tensor/index.ts';
import type { Loose } from './run.ts';

const facts = { name: 'webgpu', available: true, reason: '', adapter: 'software', float16: true, real: false } as const;
tensors.provide('webgpu', {
  probe: () => Promise.resolve(facts),
  async create() {
    const gpu = await requestGpu();
    return (await createWebGpuBackend(gpu.device, { ...gpu.facts, float16: true })) as never;
  },
});

const tensor = tensors.tensor as Loose;
const { nn, optim } = tensors as Loose;
const half = (values: unknown): Loose => tensor(values, { dtype: 'float16' });

/** What is said of float16 under a name each. */
const facts16 = {
  /** Numbers whose 16 bits do not come back, and numbers between two that are not rounded to the even one. */
  async bits(): Promise<number[]> {
    const all = Float32Array.from({ length: 65536 }, (_, i) => fromHalf(i));
    const back = await tensor(all).to('float16').data();
    const between = all.slice(0, 31743).map((x, i) => (x + all[i + 1]!) / 2);
    const rounded = await tensor(between).to('float16').data();
    const even = (i: number): number => all[i + (i % 2)]!;
    return [all.filter((x, i) => !Object.is(back[i], x)).length, between.filter((_, i) => rounded[i] !== even(i)).length];
  },
  /** Operations whose result is not that of float32, rounded. */
  async computes(): Promise<string[]> {
    tensor.manualSeed(1);
    const a = tensor.randn([40, 50]).to('float16');
    const b = tensor.randn([40, 50]).to('float16');
    const wrong: string[] = [];
    const operations: Record<string, (x: Loose, y: Loose) => Loose> = {
      add: (x, y) => x.add(y),
      number: (x) => x.mul(0.1),
      product: (x, y) => x.matmul(y.T),
      sums: (x) => x.T.sum(1),
      softmax: (x) => x.softmax(0),
      gather: (x) => x.at(tensor([3, 1, 1], { dtype: 'int32' })),
      slices: (x, y) => tensor.cat([x.narrow(1, 1, 7), y.flip(0)], 1),
      inPlace: (x) => {
        const z = x.clone();
        z.at(null, [1, null, 3]).add_(0.5);
        z.at(1).mul_(2);
        return z;
      },
    };
    for (const [name, run] of Object.entries(operations)) {
      const compiled = tensor.compile(run);
      compiled(a, b);
      const want = Float32Array.from(await run(a.float(), b.float()).data(), (x: number) => fromHalf(toHalf(x)));
      for (const got of [run(a, b), compiled(a, b)]) {
        const values = await got.data();
        // In place every write rounds.
        const near = (x: number, i: number): boolean =>
          Math.abs(x - want[i]!) <= (name === 'inPlace' ? 2e-3 * Math.abs(x) : 1e-3 * Math.abs(x) + 1e-6);
        if (got.dtype !== 'float16' || !values.every(near)) wrong.push(name);
      }
    }
    return wrong;
  },
  /** First and last loss of a compiled model of float16, and how many calls the host had to make. */
  async learns(): Promise<number[]> {
    tensor.manualSeed(3);
    const net = new nn.Sequential(new nn.Linear(8, 32), new nn.GELU(), new nn.LayerNorm(32), new nn.Linear(32, 4)).to('float16');
    const opt = new optim.AdamW(net.parameters(), { lr: 0.05, eps: 1e-4 });
    const [x, y] = [tensor.randn([64, 8]).to('float16'), tensor.randint(0, 4, [64])];
    const step = tensor.compile((a: Loose, b: Loose) => {
      opt.zeroGrad();
      const loss = nn.functional.crossEntropy(net(a), b);
      loss.backward();
      opt.step();
      return loss;
    });
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) losses.push(await step(x, y).item());
    return [losses[0]!, losses[29]!, tensor.counters().fallbacks];
  },
  async stores(): Promise<unknown> {
    const before = tensor.memory().bytes;
    const a = tensor.zeros([999], { dtype: 'float16' });
    const file = await tensor.saveSafetensors({ a: half([1, 2.5, 0.1]) });
    return {
      bytes: tensor.memory().bytes - before - 6,
      dtype: `${a.dtype} ${a.mul(tensor([1], { dtype: 'int32' })).dtype} ${a.add(tensor([1])).dtype}`,
      file: tensor.readSafetensorsHeader(file).tensors.a,
      loaded: [...(await (await tensor.loadSafetensors(file)).a.data())],
    };
  },
};

Object.assign(globalThis, {
  half: async (name: keyof typeof facts16) => {
    await tensor.setDefaultDevice('webgpu');
    return facts16[name]();
  },
});
