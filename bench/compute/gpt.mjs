/* The character GPT that every rival trains (pre-norm, tanh GELU, causal attention, untied head), its initial parameters and its
   batches, and the same model trained by plain loops: in float64 the judge of all rivals, in float32 the rival "plain JS".
   Maps are (in, out): y = x·w + b. */

/** @typedef {{ layers: number, channels: number, heads: number, context: number, batch: number, vocabulary: number }} Gpt */
export const gpt = { layers: 2, channels: 64, heads: 4, context: 64, batch: 8, vocabulary: 65 };
/** For long loss curves. */
export const small = { layers: 1, channels: 32, heads: 2, context: 16, batch: 4, vocabulary: 17 };
export const adam = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
export const GELU = Math.sqrt(2 / Math.PI);
const EPS = 1e-5;

/** Uniform numbers in [−1, 1), the same everywhere. */
export function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function floats(length, seed, scale = 1) {
  const next = noise(seed);
  const list = new Float32Array(length);
  for (let i = 0; i < length; i++) list[i] = scale * next();
  return list;
}

/** Every parameter in order: name, shape, initial values. @param {Gpt} model */
export function gptParameters({ layers, channels: c, context, vocabulary }) {
  const list = [];
  const add = (name, shape, scale) => {
    const length = shape.reduce((n, m) => n * m, 1);
    list.push({
      name,
      shape,
      data: typeof scale === 'number' ? floats(length, list.length + 1, scale) : new Float32Array(length).fill(scale.value),
    });
  };
  add('wte', [vocabulary, c], 0.05);
  add('wpe', [context, c], 0.05);
  for (let i = 0; i < layers; i++) {
    for (const [name, inner, outer] of [
      ['qkv', c, 3 * c],
      ['out', c, c],
      ['up', c, 4 * c],
      ['down', 4 * c, c],
    ]) {
      if (name === 'qkv' || name === 'up') {
        const norm = name === 'qkv' ? 'ln1' : 'ln2';
        add(`${i}.${norm}.w`, [c], { value: 1 });
        add(`${i}.${norm}.b`, [c], { value: 0 });
      }
      add(`${i}.${name}.w`, [inner, outer], 0.1);
      add(`${i}.${name}.b`, [outer], { value: 0 });
    }
  }
  add('ln.w', [c], { value: 1 });
  add('ln.b', [c], { value: 0 });
  add('head', [c, vocabulary], 0.1);
  return list;
}

/** The k-th of four batches that take turns: ids and the ids that follow them. @param {Gpt} model */
export function gptBatch({ batch, context, vocabulary }, k) {
  const next = noise(1000 + (k % 4));
  const text = Int32Array.from({ length: batch * (context + 1) }, (_, i) =>
    i % 3 === 0 ? Math.floor(((next() + 1) / 2) * vocabulary) : 0,
  );
  for (let i = 0; i < text.length; i++) if (i % 3) text[i] = (text[i - 1] * 7 + 3) % vocabulary; // something to learn
  const ids = new Int32Array(batch * context);
  const targets = new Int32Array(batch * context);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < context; t++) {
      ids[b * context + t] = text[b * (context + 1) + t];
      targets[b * context + t] = text[b * (context + 1) + t + 1];
    }
  }
  return { ids, targets };
}

/* ---- plain loops: y (n, m) and so on are flat arrays; `Floats` is the kind of array ---- */

/** y += x·w, x (n, k), w (k, m). */
export function multiply(y, x, w, n, k, m) {
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const a = x[i * k + p];
      for (let j = 0; j < m; j++) y[i * m + j] += a * w[p * m + j];
    }
  }
}
/** dx += dy·wᵀ. */
function multiplyRight(dx, dy, w, n, k, m) {
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += dy[i * m + j] * w[p * m + j];
      dx[i * k + p] += sum;
    }
  }
}
/** dw += xᵀ·dy. */
function multiplyLeft(dw, x, dy, n, k, m) {
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const a = x[i * k + p];
      for (let j = 0; j < m; j++) dw[p * m + j] += a * dy[i * m + j];
    }
  }
}

/** A linear map as a layer: forward, and backward that adds to the gradients. */
function linear(Floats, x, w, b, n, k, m) {
  const y = new Floats(n * m);
  if (b) for (let i = 0; i < n; i++) y.set(b.p, i * m);
  multiply(y, x, w.p, n, k, m);
  return {
    y,
    back(dy) {
      const dx = new Floats(n * k);
      multiplyRight(dx, dy, w.p, n, k, m);
      multiplyLeft(w.g, x, dy, n, k, m);
      if (b) for (let i = 0; i < n * m; i++) b.g[i % m] += dy[i];
      return dx;
    },
  };
}

function layerNorm(Floats, x, w, b, n, c) {
  const y = new Floats(n * c);
  const hat = new Floats(n * c);
  const scale = new Floats(n);
  for (let i = 0; i < n; i++) {
    let mean = 0;
    let square = 0;
    for (let j = 0; j < c; j++) mean += x[i * c + j] / c;
    for (let j = 0; j < c; j++) square += (x[i * c + j] - mean) ** 2 / c;
    scale[i] = 1 / Math.sqrt(square + EPS);
    for (let j = 0; j < c; j++) {
      hat[i * c + j] = (x[i * c + j] - mean) * scale[i];
      y[i * c + j] = hat[i * c + j] * w.p[j] + b.p[j];
    }
  }
  return {
    y,
    back(dy) {
      const dx = new Floats(n * c);
      for (let i = 0; i < n; i++) {
        let sum = 0;
        let dot = 0;
        for (let j = 0; j < c; j++) {
          const g = dy[i * c + j] * w.p[j];
          sum += g / c;
          dot += (g * hat[i * c + j]) / c;
          w.g[j] += dy[i * c + j] * hat[i * c + j];
          b.g[j] += dy[i * c + j];
        }
        for (let j = 0; j < c; j++) dx[i * c + j] = scale[i] * (dy[i * c + j] * w.p[j] - sum - hat[i * c + j] * dot);
      }
      return dx;
    },
  };
}

export const geluAt = (x) => 0.5 * x * (1 + Math.tanh(GELU * (x + 0.044715 * x ** 3)));
function gelu(x) {
  return {
    y: x.map(geluAt),
    back: (dy) =>
      dy.map((g, i) => {
        const v = x[i];
        const t = Math.tanh(GELU * (v + 0.044715 * v ** 3));
        return g * (0.5 * (1 + t) + 0.5 * v * (1 - t * t) * GELU * (1 + 3 * 0.044715 * v * v));
      }),
  };
}

/** Causal attention of qkv (B·T, 3·C) → (B·T, C). */
function attention(Floats, qkv, batch, context, heads, c) {
  const d = c / heads;
  const factor = 1 / Math.sqrt(d);
  const y = new Floats(batch * context * c);
  const weights = new Floats(batch * heads * context * context);
  const at = (b, t, part, h) => (b * context + t) * 3 * c + part * c + h * d;
  const each = (visit) => {
    for (let b = 0; b < batch; b++)
      for (let h = 0; h < heads; h++) for (let t = 0; t < context; t++) visit(b, h, t, ((b * heads + h) * context + t) * context);
  };
  each((b, h, t, row) => {
    let max = -Infinity;
    for (let s = 0; s <= t; s++) {
      let dot = 0;
      for (let i = 0; i < d; i++) dot += qkv[at(b, t, 0, h) + i] * qkv[at(b, s, 1, h) + i];
      weights[row + s] = dot * factor;
      max = Math.max(max, weights[row + s]);
    }
    let sum = 0;
    for (let s = 0; s <= t; s++) sum += weights[row + s] = Math.exp(weights[row + s] - max);
    for (let s = 0; s <= t; s++) {
      weights[row + s] /= sum;
      for (let i = 0; i < d; i++) y[(b * context + t) * c + h * d + i] += weights[row + s] * qkv[at(b, s, 2, h) + i];
    }
  });
  return {
    y,
    back(dy) {
      const dx = new Floats(qkv.length);
      const dw = new Floats(context);
      each((b, h, t, row) => {
        const g = (b * context + t) * c + h * d;
        let sum = 0;
        for (let s = 0; s <= t; s++) {
          let dot = 0;
          for (let i = 0; i < d; i++) {
            dot += dy[g + i] * qkv[at(b, s, 2, h) + i];
            dx[at(b, s, 2, h) + i] += weights[row + s] * dy[g + i];
          }
          dw[s] = dot;
          sum += dot * weights[row + s];
        }
        for (let s = 0; s <= t; s++) {
          const score = weights[row + s] * (dw[s] - sum) * factor;
          for (let i = 0; i < d; i++) {
            dx[at(b, t, 0, h) + i] += score * qkv[at(b, s, 1, h) + i];
            dx[at(b, s, 1, h) + i] += score * qkv[at(b, t, 0, h) + i];
          }
        }
      });
      return dx;
    },
  };
}

/** Mean cross entropy of logits (n, k); `back()` gives their gradient. */
export function crossEntropy(logits, targets, n, k) {
  const d = logits.slice();
  let loss = 0;
  for (let i = 0; i < n; i++) {
    let max = -Infinity;
    let sum = 0;
    for (let j = 0; j < k; j++) max = Math.max(max, logits[i * k + j]);
    for (let j = 0; j < k; j++) sum += Math.exp(logits[i * k + j] - max);
    loss += (max + Math.log(sum) - logits[i * k + targets[i]]) / n;
    for (let j = 0; j < k; j++) d[i * k + j] = (Math.exp(logits[i * k + j] - max) / sum - (j === targets[i] ? 1 : 0)) / n;
  }
  return { loss, back: () => d };
}

/** Adam as PyTorch has it, over `{ p, g, m, v }`. */
export function adamStep(list, t) {
  const { lr, beta1, beta2, eps } = adam;
  const rate = lr / (1 - beta1 ** t);
  const root = Math.sqrt(1 - beta2 ** t);
  for (const { p, g, m, v } of list) {
    for (let i = 0; i < p.length; i++) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      p[i] -= (rate * m[i]) / (Math.sqrt(v[i]) / root + eps);
      g[i] = 0;
    }
  }
}

export const withMoments = (Floats, parameters) =>
  new Map(
    parameters.map(({ name, data }) => [
      name,
      { p: Floats.from(data), g: new Floats(data.length), m: new Floats(data.length), v: new Floats(data.length) },
    ]),
  );

/** The model in plain loops. `forward(ids, batch)` gives logits; `train(ids, targets)` makes one Adam step and gives the loss before it. */
export function plainGpt(Floats, model) {
  const { layers, channels: c, heads, context, vocabulary } = model;
  const parameters = withMoments(Floats, gptParameters(model));
  const of = (name) => parameters.get(name);
  let t = 0;
  const run = (ids, batch) => {
    const n = batch * context;
    let x = new Floats(n * c);
    for (let i = 0; i < n; i++) for (let j = 0; j < c; j++) x[i * c + j] = of('wte').p[ids[i] * c + j] + of('wpe').p[(i % context) * c + j];
    const backs = [];
    const branch = (...makers) => {
      let y = x;
      const inner = makers.map((make) => {
        const made = make(y);
        y = made.y;
        return made.back;
      });
      x = x.map((value, i) => value + y[i]);
      backs.push((dy) => {
        const dx = inner.reduceRight((g, back) => back(g), dy);
        return dy.map((value, i) => value + dx[i]);
      });
    };
    const map = (name, k, m) => (y) => linear(Floats, y, of(`${name}.w`), of(`${name}.b`), n, k, m);
    const norm = (name) => (y) => layerNorm(Floats, y, of(`${name}.w`), of(`${name}.b`), n, c);
    for (let i = 0; i < layers; i++) {
      branch(norm(`${i}.ln1`), map(`${i}.qkv`, c, 3 * c), (y) => attention(Floats, y, batch, context, heads, c), map(`${i}.out`, c, c));
      branch(norm(`${i}.ln2`), map(`${i}.up`, c, 4 * c), gelu, map(`${i}.down`, 4 * c, c));
    }
    const last = norm('ln')(x);
    const head = linear(Floats, last.y, of('head'), null, n, c, vocabulary);
    const back = (dLogits) => {
      const dx = backs.reduceRight((g, each) => each(g), last.back(head.back(dLogits)));
      for (let i = 0; i < n * c; i++) {
        of('wte').g[ids[Math.floor(i / c)] * c + (i % c)] += dx[i];
        of('wpe').g[(Math.floor(i / c) % context) * c + (i % c)] += dx[i];
      }
    };
    return { logits: head.y, back };
  };
  return {
    forward: (ids, batch) => run(ids, batch).logits,
    train(ids, targets) {
      const { logits, back } = run(ids, model.batch);
      const found = crossEntropy(logits, targets, ids.length, vocabulary);
      back(found.back());
      adamStep(parameters.values(), ++t);
      return found.loss;
    },
  };
}

/* ---- the perceptron 784-256-10 with ReLU, batch 64, Adam ---- */

export const mlp = { inputs: 784, hidden: 256, classes: 10, batch: 64 };
export function mlpParameters({ inputs, hidden, classes } = mlp) {
  return [
    { name: 'w1', shape: [inputs, hidden], data: floats(inputs * hidden, 1, 0.05) },
    { name: 'b1', shape: [hidden], data: new Float32Array(hidden) },
    { name: 'w2', shape: [hidden, classes], data: floats(hidden * classes, 2, 0.1) },
    { name: 'b2', shape: [classes], data: new Float32Array(classes) },
  ];
}
export function mlpBatch({ inputs, classes, batch } = mlp) {
  const x = floats(batch * inputs, 3);
  const next = noise(4);
  return { x, y: Int32Array.from({ length: batch }, () => Math.floor(((next() + 1) / 2) * classes)) };
}

export function plainMlp(Floats) {
  const { inputs, hidden, classes, batch } = mlp;
  const parameters = withMoments(Floats, mlpParameters());
  const [w1, b1, w2, b2] = [...parameters.values()];
  const { x, y } = mlpBatch();
  const floatsOfX = Floats.from(x);
  let t = 0;
  return {
    train() {
      const first = linear(Floats, floatsOfX, w1, b1, batch, inputs, hidden);
      const active = first.y.map((value) => Math.max(0, value));
      const second = linear(Floats, active, w2, b2, batch, hidden, classes);
      const found = crossEntropy(second.y, y, batch, classes);
      first.back(second.back(found.back()).map((g, i) => (first.y[i] > 0 ? g : 0)));
      adamStep(parameters.values(), ++t);
      return found.loss;
    },
  };
}
