/* Our GPT and perceptron, as a user of the library writes them, and how the library's devices start in a worker. The cold start
   and the count of bytes use this file alone. */

import { findAdapter, requestGpu } from '../../kernels/webgpu/adapter.ts';
import { apart, fetchParts } from '../../src/base/apart.ts';
import { createWebGpuBackend } from '../../kernels/webgpu/backend.ts';
import { createWasmBackend } from '../../kernels/wasm/backend.ts';
import { threadScript } from '../../kernels/wasm/thread.ts';
import { startDevice } from '../../src/tensor/device.ts';
import { nn, optim, provide, tensor } from '../../src/tensor/index.ts';
import { adam, gptParameters, mlpParameters } from './gpt.mjs';

const F = nn.functional;
const far = apart('gpu', { createWebGpuBackend });

/** Makes wasm and webgpu known. @param {string | Promise<Uint8Array>} kernels the compiled ones, or where they lie @param {number} threads */
export function provideDevices(kernels, threads) {
  const createThread = () => new Worker(URL.createObjectURL(new Blob([threadScript], { type: 'text/javascript' })));
  const facts = { available: true, reason: 'the bench', adapter: null, float16: false };
  provide('wasm', {
    probe: async () => ({ ...facts, name: 'wasm', real: false }),
    create: async () => createWasmBackend({ kernels: await kernels, threads, createThread }),
  });
  provide('webgpu', {
    probe: async () => ({ ...facts, name: 'webgpu', adapter: (await findAdapter())?.facts.name ?? null, real: false }),
    async create() {
      const [{ device, facts }] = await Promise.all([requestGpu(), fetchParts(['createWebGpuBackend'])]);
      return far.createWebGpuBackend(device, facts, startDevice('wasm'));
    },
  });
}

/** Parameters by name as leaves on the default device; maps transposed to (out, in). */
function leavesOf(list) {
  const leaves = {};
  for (const { name, shape, data } of list) {
    let values = tensor(data, { shape });
    if (shape.length === 2 && name !== 'wte' && name !== 'wpe') values = values.T.contiguous();
    leaves[name] = new nn.Parameter(values);
  }
  return leaves;
}

const adamOf = (leaves) => new optim.Adam(Object.values(leaves), { lr: adam.lr, betas: [adam.beta1, adam.beta2], eps: adam.eps });

/** The GPT on the default device. */
export function createGpt(model) {
  const { layers, channels: c, heads, context, vocabulary } = model;
  const p = leavesOf(gptParameters(model));
  const map = (x, name) => F.linear(x, p[`${name}.w`], p[`${name}.b`]);
  const norm = (x, name) => F.layerNorm(x, [c], p[`${name}.w`], p[`${name}.b`]);
  const forward = (ids) => {
    const [b, t] = ids.shape;
    let x = F.embedding(ids, p.wte).add(p.wpe);
    for (let i = 0; i < layers; i++) {
      const [q, k, v] = map(norm(x, `${i}.ln1`), `${i}.qkv`)
        .split(c, { dim: -1 })
        .map((part) => part.reshape(b, t, heads, c / heads).transpose(1, 2));
      const y = F.scaledDotProductAttention(q, k, v, { isCausal: true });
      x = x.add(map(y.transpose(1, 2).reshape(b, t, c), `${i}.out`));
      x = x.add(map(F.gelu(map(norm(x, `${i}.ln2`), `${i}.up`), { approximate: 'tanh' }), `${i}.down`));
    }
    return F.linear(norm(x, 'ln'), p.head);
  };
  const optimizer = adamOf(p);
  const step = tensor.compile((ids, targets) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(forward(ids).reshape(-1, vocabulary), targets);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const logitsOf = tensor.compile((ids) => tensor.noGrad(() => forward(ids).select(1, context - 1)));
  return { step, logitsOf, forward, layers: [p, map, norm] };
}

/** The same GPT, one position with keys and values of those before it, in tensors of fixed size, so that the call is one plan. */
export function createNext(model, [p, map, norm]) {
  const { layers, channels: c, heads, context } = model;
  const cache = () => tensor.zeros([1, heads, context, c / heads]);
  const caches = Array.from({ length: layers }, () => ({ k: cache(), v: cache() }));
  return tensor.compile((id, position) =>
    tensor.noGrad(() => {
      const places = tensor.arange(context);
      const here = position.reshape(1, 1, 1, 1).expand(1, heads, 1, c / heads);
      const past = places.le(position).reshape(1, 1, 1, context);
      let x = F.embedding(id, p.wte).add(F.embedding(position, p.wpe));
      for (let i = 0; i < layers; i++) {
        const [q, k, v] = map(norm(x, `${i}.ln1`), `${i}.qkv`)
          .split(c, { dim: -1 })
          .map((part) => part.reshape(1, heads, 1, c / heads));
        const { k: keys, v: values } = caches[i];
        keys.copy_(keys.scatter(2, here, k));
        values.copy_(values.scatter(2, here, v));
        const y = F.scaledDotProductAttention(q, keys, values, { attnMask: past });
        x = x.add(map(y.reshape(1, c), `${i}.out`));
        x = x.add(map(F.gelu(map(norm(x, `${i}.ln2`), `${i}.up`), { approximate: 'tanh' }), `${i}.down`));
      }
      return F.linear(norm(x, 'ln'), p.head);
    }),
  );
}

/** The perceptron on the default device: `step(x, y)` gives the loss. */
export function createMlp() {
  const p = leavesOf(mlpParameters());
  const optimizer = adamOf(p);
  return tensor.compile((x, y) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(F.linear(F.relu(F.linear(x, p.w1, p.b1)), p.w2, p.b2), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
}
