/* Gradus as a rival, on wasm and webgpu. A task: `issue()` starts one run, `settle()` waits for all, `result()` is of the latest. */

import { contractCases, runContract } from '../../kernels/contract.ts';
import { reference } from '../../kernels/reference.ts';
import { backendOf } from '../../src/tensor/device.ts';
import { nn, tensor } from '../../src/tensor/index.ts';
import { gpt, gptBatch, mlp, mlpBatch, small } from './gpt.mjs';
import { createGpt, createMlp, createNext, provideDevices } from './gradus-gpt.mjs';
import { concat, inputs, shapes } from './workloads.mjs';

const F = nn.functional;

export async function load({ kernels, threads, backends }) {
  provideDevices(kernels, threads);
  for (const backend of backends) await tensor.setDefaultDevice(backend);
  return {
    use: (backend) => tensor.setDefaultDevice(backend),
    prepare: (backend, workload) => makers[workload](backend),
    contract,
  };
}

/** Every `every`-th case of the kernels' contract suite, which judges each operation against the reference in float64. */
async function contract(backend, every) {
  let at = 0;
  const small = ({ name }) => !/\d{5}/.test(name);
  const supported = new Set(Object.keys(reference));
  const { passed, failed } = await runContract(backendOf(backend), { supported, filter: (each) => small(each) && at++ % every === 0 });
  return { passed, failed: failed.map(({ name, message }) => `${name}: ${message}`), cases: contractCases().length };
}

/** A task of a function that gives one tensor, or several. */
function task(run, read = (last) => last.data()) {
  let last = null;
  const forget = () => [last ?? []].flat().forEach((t) => t.dispose());
  return {
    issue() {
      forget();
      last = run();
    },
    settle: () => tensor.sync(),
    result: () => read(last),
    dispose: forget,
  };
}

const compiled = (fn, ...args) => {
  const step = tensor.compile(fn);
  return task(() => step(...args));
};

const matmul = (size) => () => {
  const { n, a, b } = inputs[`matmul${size}`]();
  return compiled((x, y) => x.matmul(y), tensor(a, { shape: [n, n] }), tensor(b, { shape: [n, n] }));
};

const { conv } = shapes;
const imageOf = (data, channels) => tensor(data, { shape: [conv.batch, channels, conv.size, conv.size] });

const makers = {
  matmul256: matmul(256),
  matmul512: matmul(512),
  matmul1024: matmul(1024),
  gelu() {
    return compiled(
      (x) =>
        x.mul(0.5).mul(
          x
            .mul(x)
            .mul(x)
            .mul(0.044715)
            .add(x)
            .mul(Math.sqrt(2 / Math.PI))
            .tanh()
            .add(1),
        ),
      tensor(inputs.gelu().x),
    );
  },
  softmax() {
    const { rows, columns } = shapes.softmax;
    return compiled((x) => x.softmax(-1), tensor(inputs.softmax().x, { shape: [rows, columns] }));
  },
  layerNorm() {
    const { rows, columns } = shapes.layerNorm;
    const { x, w, b } = inputs.layerNorm();
    return compiled((y, g, h) => F.layerNorm(y, [columns], g, h), tensor(x, { shape: [rows, columns] }), tensor(w), tensor(b));
  },
  conv() {
    const { x, w } = inputs.conv();
    const weights = tensor(w, { shape: [conv.to, conv.from, conv.kernel, conv.kernel] });
    return compiled((y, v) => F.conv2d(y, v, { padding: 1 }), imageOf(x, conv.from), weights);
  },
  convGrad() {
    const { x, w, g } = inputs.conv();
    const weights = tensor(w, { shape: [conv.to, conv.from, conv.kernel, conv.kernel] });
    const step = tensor.compile((y, v, gradient) => {
      const pull = tensor.vjp((a, b) => F.conv2d(a, b, { padding: 1 }), y, v)[1];
      return pull(gradient);
    });
    const args = [imageOf(x, conv.from), weights, imageOf(g, conv.to)];
    return task(
      () => step(...args),
      async (last) => concat(Float32Array, ...(await tensor.readAll(last))),
    );
  },
  /** Eager: every addition is a call of its own. */
  tiny() {
    const { x, c } = inputs.tiny();
    const [first, add] = [tensor(x), tensor(c)];
    return readBack(() =>
      tensor.scope(() => {
        let y = first;
        for (let k = 0; k < shapes.tiny.count; k++) y = y.add(add);
        return y;
      }),
    );
  },
  mlp() {
    const { x, y } = mlpBatch();
    const step = createMlp();
    const [images, labels] = [tensor(x, { shape: [mlp.batch, mlp.inputs] }), tensor(y)];
    return training(() => step(images, labels));
  },
  gpt: () => gptTraining(gpt),
  small: () => gptTraining(small),
  /** A whole forward pass, then the row of the last position is read. */
  token() {
    const { logitsOf } = createGpt(gpt);
    const ids = gptBatch(gpt, 0).ids.slice(0, gpt.context);
    return readBack(() => logitsOf(tensor(ids, { shape: [1, gpt.context] })));
  },
  /** One position with a cache; the clock counts the 64th alike. */
  cached() {
    const next = createNext(gpt, createGpt(gpt).layers);
    const ids = gptBatch(gpt, 0).ids;
    let at = 0;
    let last;
    const one = async () => {
      const logits = next(tensor([ids[at % gpt.context]], { dtype: 'int32' }), tensor([at % gpt.context], { dtype: 'int32' }));
      last = await logits.data();
      logits.dispose();
      at++;
    };
    return {
      issue: one,
      settle: () => undefined,
      async result() {
        while (at % gpt.context !== 0) await one();
        return last;
      },
    };
  },
};

function gptTraining(model) {
  const { step } = createGpt(model);
  const batches = Array.from({ length: 4 }, (_, k) => gptBatch(model, k));
  return training((k) => {
    const { ids, targets } = batches[k % 4];
    return tensor.scope(() => step(tensor(ids, { shape: [model.batch, model.context] }), tensor(targets)));
  });
}

/** The result is read at every run. */
function readBack(run) {
  let values;
  return {
    async issue() {
      const t = run();
      values = await t.data();
      t.dispose();
    },
    settle: () => undefined,
    result: () => values,
  };
}

/** `issue` makes a step; `settle` reads the latest loss. */
function training(run) {
  let k = 0;
  const one = task(
    () => run(k++),
    (last) => last.item(),
  );
  return { ...one, settle: () => one.result(), loss: () => one.result() };
}
