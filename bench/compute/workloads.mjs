/* What the rivals compute: inputs, sizes and, by plain loops in float64, what must come out. A rival's task is checked against
   it before it is timed. `work`: floating-point operations of one run. */

import { crossEntropy, floats, geluAt, gpt, gptBatch, mlp, multiply, plainGpt, plainMlp } from './gpt.mjs';

export { crossEntropy };

export const shapes = {
  conv: { batch: 32, from: 16, to: 32, size: 28, kernel: 3 },
  softmax: { rows: 1024, columns: 1024 },
  layerNorm: { rows: 1024, columns: 768 },
  gelu: { length: 1 << 20 },
  tiny: { length: 16, count: 1000 },
};

const { conv } = shapes;
const taps = conv.kernel * conv.kernel;

/** Inputs by workload, as float32. */
export const inputs = {
  matmul256: () => square(256),
  matmul512: () => square(512),
  matmul1024: () => square(1024),
  gelu: () => ({ x: floats(shapes.gelu.length, 11, 3) }),
  softmax: () => ({ x: floats(shapes.softmax.rows * shapes.softmax.columns, 12, 4) }),
  layerNorm: () => {
    const { rows, columns } = shapes.layerNorm;
    return { x: floats(rows * columns, 13, 2), w: floats(columns, 14), b: floats(columns, 15) };
  },
  conv: () => ({
    x: floats(conv.batch * conv.from * conv.size ** 2, 16),
    w: floats(conv.to * conv.from * taps, 17, 0.2),
    g: floats(conv.batch * conv.to * conv.size ** 2, 18),
  }),
  tiny: () => ({ x: floats(shapes.tiny.length, 19), c: floats(shapes.tiny.length, 20, 0.01) }),
};
inputs.convGrad = inputs.conv;
const square = (n) => ({ n, a: floats(n * n, 21), b: floats(n * n, 22) });

/** Layouts of tfjs: NCHW → NHWC, OIHW → HWIO. */
export function nhwc(x, n, c, h, w) {
  const y = new Float32Array(x.length);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++) for (let p = 0; p < h * w; p++) y[(i * h * w + p) * c + k] = x[(i * c + k) * h * w + p];
  return y;
}
export function hwio(w, o, i, k) {
  const y = new Float32Array(w.length);
  for (let a = 0; a < o; a++)
    for (let b = 0; b < i; b++) for (let p = 0; p < k * k; p++) y[(p * i + b) * o + a] = w[(a * i + b) * k * k + p];
  return y;
}
export const nchw = (x, n, c, h, w) => {
  const y = new Float32Array(x.length);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++) for (let p = 0; p < h * w; p++) y[(i * c + k) * h * w + p] = x[(i * h * w + p) * c + k];
  return y;
};
export const oihw = (w, o, i, k) => {
  const y = new Float32Array(w.length);
  for (let a = 0; a < o; a++)
    for (let b = 0; b < i; b++) for (let p = 0; p < k * k; p++) y[(a * i + b) * k * k + p] = w[(p * i + b) * o + a];
  return y;
};

/** The workloads by plain loops: in Float64Array what is expected, in Float32Array the rival "plain JS". Functions: inputs are made before the clock starts. */
export const plain = (Floats) => {
  const matmul = (size) => () => {
    const { n, a, b } = inputs[`matmul${size}`]();
    const [x, w] = [Floats.from(a), Floats.from(b)];
    return () => {
      const y = new Floats(n * n);
      multiply(y, x, w, n, n, n);
      return y;
    };
  };
  return {
    matmul256: matmul(256),
    matmul512: matmul(512),
    matmul1024: matmul(1024),
    gelu() {
      const x = Floats.from(inputs.gelu().x);
      return () => x.map(geluAt);
    },
    softmax() {
      const x = Floats.from(inputs.softmax().x);
      const { rows, columns } = shapes.softmax;
      return () => {
        const y = new Floats(x.length);
        for (let i = 0; i < rows; i++) {
          const from = i * columns;
          let max = -Infinity;
          let sum = 0;
          for (let j = 0; j < columns; j++) max = Math.max(max, x[from + j]);
          for (let j = 0; j < columns; j++) sum += y[from + j] = Math.exp(x[from + j] - max);
          for (let j = 0; j < columns; j++) y[from + j] /= sum;
        }
        return y;
      };
    },
    layerNorm() {
      const { x, w, b } = inputs.layerNorm();
      const { rows, columns } = shapes.layerNorm;
      const values = Floats.from(x);
      return () => {
        const y = new Floats(x.length);
        for (let i = 0; i < rows; i++) {
          const from = i * columns;
          let mean = 0;
          let square = 0;
          for (let j = 0; j < columns; j++) mean += values[from + j];
          mean /= columns;
          for (let j = 0; j < columns; j++) square += (values[from + j] - mean) ** 2;
          const scale = 1 / Math.sqrt(square / columns + 1e-5);
          for (let j = 0; j < columns; j++) y[from + j] = (values[from + j] - mean) * scale * w[j] + b[j];
        }
        return y;
      };
    },
    conv() {
      const { x, w } = inputs.conv();
      const [values, weights] = [Floats.from(x), Floats.from(w)];
      return () => {
        const y = new Floats(conv.batch * conv.to * conv.size ** 2);
        eachTap((n, o, i, k, yAt, xAt, length) => {
          const weight = weights[(o * conv.from + i) * taps + k];
          for (let p = 0; p < length; p++) y[yAt + p] += weight * values[xAt + p];
        });
        return y;
      };
    },
    /** Gradients of x and of w, one behind the other. */
    convGrad() {
      const { x, w, g } = inputs.conv();
      const [values, weights, gradient] = [Floats.from(x), Floats.from(w), Floats.from(g)];
      return () => {
        const dx = new Floats(x.length);
        const dw = new Floats(w.length);
        eachTap((n, o, i, k, yAt, xAt, length) => {
          const at = (o * conv.from + i) * taps + k;
          let sum = 0;
          for (let p = 0; p < length; p++) {
            sum += gradient[yAt + p] * values[xAt + p];
            dx[xAt + p] += weights[at] * gradient[yAt + p];
          }
          dw[at] += sum;
        });
        return concat(Floats, dx, dw);
      };
    },
    tiny() {
      const { x, c } = inputs.tiny();
      const [values, step] = [Floats.from(x), Floats.from(c)];
      return () => {
        let y = values;
        for (let k = 0; k < shapes.tiny.count; k++) y = y.map((value, i) => value + step[i]);
        return y;
      };
    },
    token() {
      const model = plainGpt(Floats, gpt);
      const { ids } = gptBatch(gpt, 0);
      const { context, vocabulary } = gpt;
      return () => model.forward(ids.subarray(0, context), 1).slice((context - 1) * vocabulary);
    },
    /** Training gives the loss before each step, of two steps. */
    mlp() {
      const model = plainMlp(Floats);
      return () => model.train();
    },
    gpt() {
      const model = plainGpt(Floats, gpt);
      let k = 0;
      return () => {
        const { ids, targets } = gptBatch(gpt, k++);
        return model.train(ids, targets);
      };
    },
  };
};

export const training = new Set(['mlp', 'gpt']);
export const checkedSteps = 2;

/** Visits every row of outputs with the row of inputs that a tap reads; both lie contiguous. */
function eachTap(visit) {
  const { batch, from, to, size, kernel } = conv;
  const half = kernel >> 1;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < to; o++) {
      for (let i = 0; i < from; i++) {
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const left = Math.max(0, half - kx);
            const length = size - Math.abs(kx - half);
            for (let row = Math.max(0, half - ky); row < size - Math.max(0, ky - half); row++) {
              const yAt = ((n * to + o) * size + row) * size + left;
              const xAt = ((n * from + i) * size + row + ky - half) * size + left + kx - half;
              visit(n, o, i, ky * kernel + kx, yAt, xAt, length);
            }
          }
        }
      }
    }
  }
}

export function concat(Floats, ...parts) {
  const all = new Floats(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Products so large that one row in 32 is judged. */
const sampled = { matmul512: 512, matmul1024: 1024 };
function someRows(workload, rowOf) {
  const n = sampled[workload];
  const { a, b } = inputs[workload]();
  const row = (i) => {
    const y = new Float64Array(n);
    multiply(y, a.subarray(i * n, (i + 1) * n), b, 1, n, n);
    return y;
  };
  return concat(Float64Array, ...Array.from({ length: n / 32 }, (_, k) => rowOf(k * 32 + (k % 32), row)));
}

const known = new Map();
/** What must come out, in float64: an array, or for training the first losses. */
export function expected(workload) {
  let found = known.get(workload);
  if (!found) {
    if (workload in sampled) found = someRows(workload, (i, row) => row(i));
    else {
      const run = plain(Float64Array)[workload]();
      found = training.has(workload) ? Float64Array.from({ length: checkedSteps }, run) : run();
    }
    known.set(workload, found);
  }
  return found;
}

/** The largest difference, relative to the largest expected magnitude; NaN where one is. */
export function errorOf(workload, result) {
  const wanted = expected(workload);
  const size = sampled[workload];
  const got = size && result.length === size ** 2 ? someRows(workload, (i) => result.subarray(i * size, (i + 1) * size)) : result;
  if (got.length !== wanted.length) throw new Error(`${workload}: expected ${wanted.length} numbers, got ${got.length}.`);
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i] - wanted[i]);
    if (Number.isNaN(difference)) return NaN;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return worst / largest;
}

const convWork = 2 * conv.batch * conv.to * conv.from * taps * conv.size ** 2;
/** Floating-point operations of one run, where that means something. */
export const work = {
  matmul256: 2 * 256 ** 3,
  matmul512: 2 * 512 ** 3,
  matmul1024: 2 * 1024 ** 3,
  conv: convWork,
  convGrad: 2 * convWork,
  mlp: 6 * mlp.batch * (mlp.inputs * mlp.hidden + mlp.hidden * mlp.classes) - 2 * mlp.batch * mlp.inputs * mlp.hidden,
  gpt: gptWork(),
};
/** Products of a training step: three times those of a forward pass. */
function gptWork() {
  const { layers, channels: c, context: t, batch: b, vocabulary } = gpt;
  return 3 * 2 * b * t * (layers * (12 * c * c + t * c) + c * vocabulary);
}
