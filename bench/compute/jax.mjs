/* jax-js as a rival, on wasm and webgpu: everything under `jit`, but the tiny additions, which are its eager calls. It counts
   references: what is used again is passed as `.ref`. Results are lazy, so a task waits for them; a result thrown away unread
   would not be computed at all. */

import { blockUntilReady, defaultDevice, getWebGPUDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad, vjp } from '@jax-js/jax';
import { adam, gpt, gptBatch, gptParameters, mlp, mlpBatch, mlpParameters } from './gpt.mjs';
import { concat, inputs, shapes } from './workloads.mjs';

export async function load({ backends }) {
  const started = await init(...backends);
  for (const backend of backends) if (!started.includes(backend)) throw new Error(`jax-js could not start ${backend}.`);
  return {
    use: async (backend) => {
      defaultDevice(backend);
    },
    prepare: (backend, workload) => makers[workload](backend),
  };
}

async function settleOn(backend, value) {
  await blockUntilReady(value);
  if (backend === 'webgpu') await getWebGPUDevice().queue.onSubmittedWorkDone();
}

/** Starts the work that a lazy result stands for: on webgpu it is submitted, on wasm it is done. */
function start(backend, value) {
  if (backend !== 'webgpu') return blockUntilReady(value);
  for (const leaf of tree.leaves(value)) leaf.ref.gpuBufferSync(); // it takes its array
  return undefined;
}

function task(backend, run, read = (last) => last.ref.data()) {
  let last = null;
  return {
    issue() {
      if (last) tree.dispose(last);
      last = run();
      return start(backend, last);
    },
    settle: () => settleOn(backend, last),
    result: () => read(last),
    dispose: () => last && tree.dispose(last),
  };
}

const matmul = (size) => (backend) => {
  const { n, a, b } = inputs[`matmul${size}`]();
  const [x, y] = [np.array(a, { shape: [n, n] }), np.array(b, { shape: [n, n] })];
  const multiply = jit((p, q) => np.matmul(p, q));
  return task(backend, () => multiply(x.ref, y.ref));
};
const gelu = (x) =>
  x.ref.mul(0.5).mul(
    np
      .tanh(
        x.ref
          .mul(x.ref)
          .mul(x.ref)
          .mul(0.044715)
          .add(x)
          .mul(Math.sqrt(2 / Math.PI)),
      )
      .add(1),
  );
const layerNorm = (x, w, b) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(w).add(b);
const { conv } = shapes;
const image = (data, channels) => np.array(data, { shape: [conv.batch, channels, conv.size, conv.size] });
const filter = (data) => np.array(data, { shape: [conv.to, conv.from, conv.kernel, conv.kernel] });
const convolve = (x, w) => lax.conv(x, w, [1, 1], 'SAME');

const makers = {
  matmul256: matmul(256),
  matmul512: matmul(512),
  matmul1024: matmul(1024),
  gelu(backend) {
    const x = np.array(inputs.gelu().x);
    const run = jit(gelu);
    return task(backend, () => run(x.ref));
  },
  softmax(backend) {
    const x = np.array(inputs.softmax().x, { shape: [shapes.softmax.rows, shapes.softmax.columns] });
    const run = jit((y) => nn.softmax(y, -1));
    return task(backend, () => run(x.ref));
  },
  layerNorm(backend) {
    const given = inputs.layerNorm();
    const x = np.array(given.x, { shape: [shapes.layerNorm.rows, shapes.layerNorm.columns] });
    const [w, b] = [np.array(given.w), np.array(given.b)];
    const run = jit(layerNorm);
    return task(backend, () => run(x.ref, w.ref, b.ref));
  },
  conv(backend) {
    const given = inputs.conv();
    const [x, w] = [image(given.x, conv.from), filter(given.w)];
    const run = jit(convolve);
    return task(backend, () => run(x.ref, w.ref));
  },
  convGrad(backend) {
    const given = inputs.conv();
    const [x, w, g] = [image(given.x, conv.from), filter(given.w), image(given.g, conv.to)];
    const run = jit((a, b, dy) => vjp(convolve, [a, b])[1](dy));
    return task(
      backend,
      () => run(x.ref, w.ref, g.ref),
      async ([dx, dw]) => concat(Float32Array, await dx.ref.data(), await dw.ref.data()),
    );
  },
  tiny() {
    const { x, c } = inputs.tiny();
    const [first, add] = [np.array(x), np.array(c)];
    let values;
    return {
      async issue() {
        let y = first.ref;
        for (let k = 0; k < shapes.tiny.count; k++) y = y.add(add.ref);
        values = await y.data();
      },
      settle: () => undefined,
      result: () => values,
    };
  },
  mlp(backend) {
    const { x, y } = mlpBatch();
    const images = np.array(x, { shape: [mlp.batch, mlp.inputs] });
    const labels = np.array(y);
    const lossOf = (p, a, b) => {
      const hidden = nn.relu(np.matmul(a, p.w1).add(p.b1));
      return crossEntropy(np.matmul(hidden, p.w2).add(p.b2), b, mlp.classes);
    };
    return training(backend, mlpParameters(), lossOf, () => [images.ref, labels.ref]);
  },
  gpt(backend) {
    const batches = Array.from({ length: 4 }, (_, k) => gptBatch(gpt, k));
    return training(
      backend,
      gptParameters(gpt),
      (p, ids, targets) => crossEntropy(forward(p, ids, gpt.batch), targets, gpt.vocabulary),
      (k) => [np.array(batches[k % 4].ids), np.array(batches[k % 4].targets)],
    );
  },
  token() {
    const p = arrays(gptParameters(gpt));
    const ids = gptBatch(gpt, 0).ids.slice(0, gpt.context);
    const run = jit((list, x) => forward(list, x, 1).slice(gpt.context - 1));
    let values;
    return {
      async issue() {
        values = await run(tree.ref(p), np.array(ids)).data();
      },
      settle: () => undefined,
      result: () => values,
    };
  },
};

const arrays = (list) => Object.fromEntries(list.map(({ name, shape, data }) => [name, np.array(data.slice(), { shape })]));
const crossEntropy = (logits, targets, classes) => {
  const rows = logits.shape[0];
  return nn
    .logSoftmax(logits, -1)
    .mul(nn.oneHot(targets, classes))
    .sum()
    .mul(-1 / rows);
};

/** The GPT of gpt.mjs: ids (batch·T) → logits (batch·T, V). */
function forward(p, ids, b) {
  const { layers, channels: c, heads, context: t, vocabulary } = gpt;
  const map = (x, name) => np.matmul(x, p[`${name}.w`].ref).add(p[`${name}.b`].ref);
  const norm = (x, name) => layerNorm(x, p[`${name}.w`].ref, p[`${name}.b`].ref);
  let x = np
    .matmul(nn.oneHot(ids, vocabulary), p.wte.ref)
    .reshape([b, t, c])
    .add(p.wpe.ref)
    .reshape([b * t, c]);
  for (let i = 0; i < layers; i++) {
    const [q, k, v] = np.split(map(norm(x.ref, `${i}.ln1`), `${i}.qkv`).reshape([b, t, 3, heads, c / heads]), 3, 2);
    const four = (part) => part.reshape([b, t, heads, c / heads]);
    const y = nn.dotProductAttention(four(q), four(k), four(v), { isCausal: true }).reshape([b * t, c]);
    x = x.add(map(y, `${i}.out`));
    x = x.ref.add(map(gelu(map(norm(x, `${i}.ln2`), `${i}.up`)), `${i}.down`));
  }
  const logits = np.matmul(norm(x, 'ln'), p.head.ref);
  tree.dispose(p);
  return logits;
}

/** Adam by hand, the whole step under one `jit`: (p, m, v, rates, …batch) → [loss, p, m, v]. */
export function training(backend, list, lossOf, batchOf) {
  const { lr, beta1, beta2, eps } = adam;
  const grads = valueAndGrad(lossOf);
  const step = jit((p, m, v, rates, ...batch) => {
    const [loss, g] = grads(tree.ref(p), ...batch);
    const [rate, root] = np.split(rates, 2);
    const next = { p: {}, m: {}, v: {} };
    for (const { name } of list) {
      const moved = m[name].mul(beta1).add(g[name].ref.mul(1 - beta1));
      const spread = v[name].mul(beta2).add(g[name].ref.mul(g[name]).mul(1 - beta2));
      next.m[name] = moved.ref;
      next.v[name] = spread.ref;
      next.p[name] = p[name].sub(moved.mul(rate.ref).div(np.sqrt(spread).div(root.ref).add(eps)));
    }
    rate.dispose();
    root.dispose();
    return [loss, next.p, next.m, next.v];
  });
  let p = arrays(list);
  const zeros = () => Object.fromEntries(list.map(({ name, shape }) => [name, np.zeros(shape)]));
  let [m, v] = [zeros(), zeros()];
  let t = 0;
  let last = null;
  const loss = async () => (await last.ref.data())[0];
  return {
    issue() {
      last?.dispose();
      const batch = batchOf(t);
      t++;
      const rates = np.array([lr / (1 - beta1 ** t), Math.sqrt(1 - beta2 ** t)]);
      [last, p, m, v] = step(p, m, v, rates, ...batch);
      return start(backend, last);
    },
    async settle() {
      await settleOn(backend, [last, p]);
      return loss();
    },
    loss,
    result: loss,
  };
}
