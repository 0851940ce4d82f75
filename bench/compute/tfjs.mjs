/* tfjs as a rival, on wasm, webgpu and (for tiny tensors that stay on the processor) with its own forwarding. As shipped. Its wasm
   backend has no gradient of `gather`, so embeddings are products with one-hot rows, on both backends alike. */

import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import { adam, gpt, gptBatch, gptParameters, mlp, mlpBatch, mlpParameters } from './gpt.mjs';
import { concat, hwio, inputs, nchw, nhwc, oihw, shapes } from './workloads.mjs';

export async function load({ threads, backends, tfFiles }) {
  setWasmPaths(tfFiles);
  setThreadsCount(threads);
  for (const backend of backends) if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start ${backend}.`);
  return { use: (backend) => tf.setBackend(backend), prepare: (backend, workload) => makers[workload](backend) };
}

/** Waits for the queue; open passes are ended first, or their work would be dropped. */
async function settleOn(backend) {
  if (backend !== 'webgpu') return;
  const own = tf.backend();
  own.endComputePassEncoder?.();
  if (own.commandEncoder) own.submitQueue();
  await own.device.queue.onSubmittedWorkDone();
}

function task(backend, run, read = (last) => last.data()) {
  let last = null;
  return {
    issue() {
      if (last) tf.dispose(last);
      last = tf.tidy(run);
    },
    settle: () => settleOn(backend),
    result: () => read(last),
    dispose: () => last && tf.dispose(last),
  };
}

const matmul = (size) => (backend) => {
  const { n, a, b } = inputs[`matmul${size}`]();
  const [x, y] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])];
  return task(backend, () => tf.matMul(x, y));
};
const gelu = (x) =>
  x.mul(0.5).mul(
    x
      .mul(x)
      .mul(x)
      .mul(0.044715)
      .add(x)
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  );
const layerNorm = (x, w, b) => {
  const difference = x.sub(x.mean(-1, true));
  return difference.mul(difference.square().mean(-1, true).add(1e-5).rsqrt()).mul(w).add(b);
};
const { conv } = shapes;
const image = (data, channels) =>
  tf.tensor4d(nhwc(data, conv.batch, channels, conv.size, conv.size), [conv.batch, conv.size, conv.size, channels]);
const filter = (data) => tf.tensor4d(hwio(data, conv.to, conv.from, conv.kernel), [conv.kernel, conv.kernel, conv.from, conv.to]);

const makers = {
  matmul256: matmul(256),
  matmul512: matmul(512),
  matmul1024: matmul(1024),
  gelu(backend) {
    const x = tf.tensor1d(inputs.gelu().x);
    return task(backend, () => gelu(x));
  },
  softmax(backend) {
    const x = tf.tensor2d(inputs.softmax().x, [shapes.softmax.rows, shapes.softmax.columns]);
    return task(backend, () => tf.softmax(x));
  },
  layerNorm(backend) {
    const given = inputs.layerNorm();
    const x = tf.tensor2d(given.x, [shapes.layerNorm.rows, shapes.layerNorm.columns]);
    const [w, b] = [tf.tensor1d(given.w), tf.tensor1d(given.b)];
    return task(backend, () => layerNorm(x, w, b));
  },
  conv(backend) {
    const { x, w } = inputs.conv();
    const [a, b] = [image(x, conv.from), filter(w)];
    return task(
      backend,
      () => tf.conv2d(a, b, 1, 'same'),
      async (last) => nchw(await last.data(), conv.batch, conv.to, conv.size, conv.size),
    );
  },
  convGrad(backend) {
    const { x, w, g } = inputs.conv();
    const [a, b, dy] = [image(x, conv.from), filter(w), image(g, conv.to)];
    const pull = tf.grads((y, v) => tf.conv2d(y, v, 1, 'same'));
    return task(
      backend,
      () => pull([a, b], dy),
      async ([da, db]) =>
        concat(
          Float32Array,
          nchw(await da.data(), conv.batch, conv.from, conv.size, conv.size),
          oihw(await db.data(), conv.to, conv.from, conv.kernel),
        ),
    );
  },
  tiny() {
    const { x, c } = inputs.tiny();
    const [first, add] = [tf.tensor1d(x), tf.tensor1d(c)];
    let values;
    return {
      async issue() {
        const last = tf.tidy(() => {
          let y = first;
          for (let k = 0; k < shapes.tiny.count; k++) y = y.add(add);
          return y;
        });
        values = await last.data();
        last.dispose();
      },
      settle: () => undefined,
      result: () => values,
    };
  },
  mlp(backend) {
    const [w1, b1, w2, b2] = variables(mlpParameters());
    const { x, y } = mlpBatch();
    const images = tf.tensor2d(x, [mlp.batch, mlp.inputs]);
    const labels = tf.oneHot(tf.tensor1d(y, 'int32'), mlp.classes).toFloat();
    return training(backend, [w1, b1, w2, b2], () =>
      tf.losses.softmaxCrossEntropy(labels, images.matMul(w1).add(b1).relu().matMul(w2).add(b2)),
    );
  },
  gpt(backend) {
    const { forward, list } = model();
    const batches = Array.from({ length: 4 }, (_, k) => gptBatch(gpt, k));
    return training(backend, list, (k) => {
      const { ids, targets } = batches[k % 4];
      const labels = tf.oneHot(tf.tensor1d(targets, 'int32'), gpt.vocabulary).toFloat();
      return tf.losses.softmaxCrossEntropy(labels, forward(ids, gpt.batch));
    });
  },
  token() {
    const { forward } = model();
    const ids = gptBatch(gpt, 0).ids.slice(0, gpt.context);
    let values;
    return {
      async issue() {
        const last = tf.tidy(() => forward(ids, 1).slice([gpt.context - 1, 0], [1, gpt.vocabulary]));
        values = await last.data();
        last.dispose();
      },
      settle: () => undefined,
      result: () => values,
    };
  },
};

const variables = (list) => list.map(({ shape, data }) => tf.variable(tf.tensor(data, shape)));

/** The GPT of gpt.mjs: `forward(ids, batch)` gives logits (batch·T, V). */
export function model() {
  const { layers, channels: c, heads, context, vocabulary } = gpt;
  const described = gptParameters(gpt);
  const list = variables(described);
  const p = Object.fromEntries(described.map(({ name }, i) => [name, list[i]]));
  const mask = tf.keep(
    tf.tidy(() =>
      tf.linalg
        .bandPart(tf.ones([context, context]), -1, 0)
        .sub(1)
        .mul(1e9),
    ),
  );
  const map = (x, name) => x.matMul(p[`${name}.w`]).add(p[`${name}.b`]);
  const norm = (x, name) => layerNorm(x, p[`${name}.w`], p[`${name}.b`]);
  const forward = (ids, b) => {
    const t = context;
    let x = tf.oneHot(tf.tensor1d(ids, 'int32'), vocabulary).toFloat().matMul(p.wte);
    x = x
      .reshape([b, t, c])
      .add(p.wpe)
      .reshape([b * t, c]);
    for (let i = 0; i < layers; i++) {
      const [q, k, v] = tf
        .split(map(norm(x, `${i}.ln1`), `${i}.qkv`), 3, 1)
        .map((part) => part.reshape([b, t, heads, c / heads]).transpose([0, 2, 1, 3]));
      const scores = tf
        .matMul(q, k, false, true)
        .mul(1 / Math.sqrt(c / heads))
        .add(mask);
      const y = tf
        .softmax(scores)
        .matMul(v)
        .transpose([0, 2, 1, 3])
        .reshape([b * t, c]);
      x = x.add(map(y, `${i}.out`));
      x = x.add(map(gelu(map(norm(x, `${i}.ln2`), `${i}.up`)), `${i}.down`));
    }
    return norm(x, 'ln').matMul(p.head);
  };
  return { forward, list };
}

export function training(backend, list, lossOf) {
  const optimizer = tf.train.adam(adam.lr, adam.beta1, adam.beta2, adam.eps);
  let k = 0;
  let last = null;
  const loss = async () => (await last.data())[0];
  return {
    issue() {
      last?.dispose();
      last = tf.tidy(() => optimizer.minimize(() => lossOf(k++), true, list));
    },
    async settle() {
      await settleOn(backend);
      return loss();
    },
    loss,
    result: loss,
  };
}
