/* ONNX models by hand: just enough of the format (protocol buffers) for the graphs that ONNX Runtime is timed with.
   @source onnx.proto3: ModelProto 1 ir_version, 7 graph, 8 opset_import; GraphProto 1 node, 5 initializer, 11 input, 12 output;
   NodeProto 1 input, 2 output, 4 op_type, 5 attribute; TensorProto 1 dims, 2 data_type, 8 name, 9 raw_data. */

import { GELU, gpt, gptParameters } from './gpt.mjs';
import { shapes } from './workloads.mjs';

const text = new TextEncoder();
const varint = (n) => {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(n)); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
};
const number = (field, n) => Uint8Array.from([...varint(field << 3), ...varint(n)]);
const bytes = (field, content) => join([Uint8Array.from([...varint((field << 3) | 2), ...varint(content.length)]), content]);
const string = (field, value) => bytes(field, text.encode(value));
function join(parts) {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const [FLOAT, INT64] = [1, 7];

function tensor(name, shape, data) {
  const type = data instanceof BigInt64Array ? INT64 : FLOAT;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join([...shape.map((n) => number(1, n)), number(2, type), string(8, name), bytes(9, raw)]);
}

function value(name, shape, type = FLOAT) {
  const dims = join(shape.map((n) => bytes(1, number(1, n))));
  return join([string(1, name), bytes(2, bytes(1, join([number(1, type), bytes(2, dims)])))]);
}

function attribute(name, given) {
  const head = string(1, name);
  if (Array.isArray(given)) return join([head, ...given.map((n) => number(8, n)), number(20, 7)]);
  if (typeof given === 'string') return join([head, string(4, given), number(20, 3)]);
  if (Number.isInteger(given)) return join([head, number(3, given), number(20, 2)]);
  return join([head, Uint8Array.from([...varint((2 << 3) | 5), ...new Uint8Array(Float32Array.of(given).buffer)]), number(20, 1)]);
}
/** A float attribute, whatever its value. */
const real = (n) => (Number.isInteger(n) ? n + Number.EPSILON : n);

/** Collects nodes; every method answers with the name of what it makes. */
class Graph {
  nodes = [];
  constants = [];
  #names = 0;
  constant(shape, data) {
    const name = `c${this.#names++}`;
    this.constants.push(tensor(name, shape, data));
    return name;
  }
  scalar = (n) => this.constant([], Float32Array.of(n));
  integers = (...list) => this.constant([list.length], BigInt64Array.from(list, BigInt));
  op(type, given, attributes = {}, outputs = 1, name = undefined) {
    const made = Array.from({ length: outputs }, () => name ?? `t${this.#names++}`);
    const parts = Object.entries(attributes).map(([key, each]) => bytes(5, attribute(key, each)));
    this.nodes.push(join([...given.map((each) => string(1, each)), ...made.map((each) => string(2, each)), string(4, type), ...parts]));
    return outputs === 1 ? made[0] : made;
  }
  /** @param {{ name: string, shape: number[], type?: number }[]} given @param {{ shape: number[] }} result called `y` */
  model(given, result) {
    const graph = join([
      ...this.nodes.map((node) => bytes(1, node)),
      string(2, 'bench'),
      ...this.constants.map((each) => bytes(5, each)),
      ...given.map(({ name, shape, type }) => bytes(11, value(name, shape, type))),
      bytes(12, value('y', result.shape)),
    ]);
    return join([number(1, 8), bytes(7, graph), bytes(8, number(2, 20))]);
  }
}

const gelu = (g, x, out) => {
  const half = g.op('Mul', [x, g.scalar(0.5)]);
  const cube = g.op('Mul', [g.op('Mul', [g.op('Mul', [x, x]), x]), g.scalar(0.044715)]);
  const curve = g.op('Tanh', [g.op('Mul', [g.op('Add', [cube, x]), g.scalar(GELU)])]);
  return g.op('Mul', [half, g.op('Add', [curve, g.scalar(1)])], {}, 1, out);
};

const one = (type, given, result, attributes) => {
  const g = new Graph();
  g.op(
    type,
    given.map(({ name }) => name),
    attributes,
    1,
    'y',
  );
  return { model: g.model(given, result), given, result };
};
const square = (n) => () =>
  one(
    'MatMul',
    [
      { name: 'a', shape: [n, n] },
      { name: 'b', shape: [n, n] },
    ],
    { shape: [n, n] },
  );
const { conv, softmax, layerNorm, tiny } = shapes;

/** Models by workload: bytes, inputs in order, result. Names of inputs are those of workloads.mjs. */
export const models = {
  matmul256: square(256),
  matmul512: square(512),
  matmul1024: square(1024),
  gelu() {
    const g = new Graph();
    const [given, result] = [[{ name: 'x', shape: [shapes.gelu.length] }], { shape: [shapes.gelu.length] }];
    gelu(g, 'x', 'y');
    return { model: g.model(given, result), given, result };
  },
  softmax() {
    const shape = [softmax.rows, softmax.columns];
    return one('Softmax', [{ name: 'x', shape }], { shape }, { axis: -1 });
  },
  layerNorm() {
    const shape = [layerNorm.rows, layerNorm.columns];
    const row = [layerNorm.columns];
    return one(
      'LayerNormalization',
      [
        { name: 'x', shape },
        { name: 'w', shape: row },
        { name: 'b', shape: row },
      ],
      { shape },
      { axis: -1, epsilon: 1e-5 },
    );
  },
  conv() {
    const given = [
      { name: 'x', shape: [conv.batch, conv.from, conv.size, conv.size] },
      { name: 'w', shape: [conv.to, conv.from, conv.kernel, conv.kernel] },
    ];
    return one('Conv', given, { shape: [conv.batch, conv.to, conv.size, conv.size] }, { pads: [1, 1, 1, 1] });
  },
  tiny() {
    const shape = [tiny.length];
    const g = new Graph();
    const given = [
      { name: 'x', shape },
      { name: 'c', shape },
    ];
    let last = 'x';
    for (let k = 0; k < tiny.count; k++) last = g.op('Add', [last, 'c'], {}, 1, k === tiny.count - 1 ? 'y' : undefined);
    return { model: g.model(given, { shape }), given, result: { shape } };
  },
  /** Forward of one sequence, the logits of its last position. */
  token() {
    const { layers, channels: c, heads, context: t, vocabulary } = gpt;
    const g = new Graph();
    const p = Object.fromEntries(gptParameters(gpt).map(({ name, shape, data }) => [name, g.constant(shape, data)]));
    const map = (x, name) => g.op('Add', [g.op('MatMul', [x, p[`${name}.w`]]), p[`${name}.b`]]);
    const norm = (x, name) => g.op('LayerNormalization', [x, p[`${name}.w`], p[`${name}.b`]], { axis: -1, epsilon: real(1e-5) });
    const mask = g.constant(
      [t, t],
      Float32Array.from({ length: t * t }, (_, i) => (i % t <= Math.floor(i / t) ? 0 : -1e9)),
    );
    const headed = g.integers(t, heads, c / heads);
    const flat = g.integers(t, c);
    let x = g.op('Add', [g.op('Gather', [p.wte, 'ids']), p.wpe]);
    for (let i = 0; i < layers; i++) {
      const parts = g.op('Split', [map(norm(x, `${i}.ln1`), `${i}.qkv`), g.integers(c, c, c)], { axis: 1 }, 3);
      const [q, k, v] = parts.map((part, at) =>
        g.op('Transpose', [g.op('Reshape', [part, headed])], { perm: at === 1 ? [1, 2, 0] : [1, 0, 2] }),
      );
      const scores = g.op('Add', [g.op('Mul', [g.op('MatMul', [q, k]), g.scalar(1 / Math.sqrt(c / heads))]), mask]);
      const y = g.op('Transpose', [g.op('MatMul', [g.op('Softmax', [scores], { axis: -1 }), v])], { perm: [1, 0, 2] });
      x = g.op('Add', [x, map(g.op('Reshape', [y, flat]), `${i}.out`)]);
      x = g.op('Add', [x, map(g.op('Gelu', [map(norm(x, `${i}.ln2`), `${i}.up`)], { approximate: 'tanh' }), `${i}.down`)]);
    }
    const last = g.op('Slice', [norm(x, 'ln'), g.integers(t - 1), g.integers(t), g.integers(0)]);
    g.op('MatMul', [last, p.head], {}, 1, 'y');
    const given = [{ name: 'ids', shape: [t], type: INT64 }];
    return { model: g.model(given, { shape: [1, vocabulary] }), given, result: { shape: [1, vocabulary] } };
  },
};
