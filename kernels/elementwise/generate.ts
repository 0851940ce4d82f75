/* Elementwise chains as WGSL: the one place where kernels are generated, since a chain is the user's own formula.
   Dims that every view walks alike are merged; one invocation computes four neighbours where the innermost length allows.
   Constants, shapes, strides and offsets are uniform words, so chains of one form share one pipeline.
   Uniform words: elements, then the merged dims, then for each view its offset and strides, then the constants. */

import type { AttributesOf, BinaryName, FusedInstruction, UnaryName } from '../operations.ts';
import type { DType, View } from '../types.ts';
import { floatBits, link } from '../webgpu/shader.ts';
import type { Step } from '../webgpu/step.ts';
import { flat, isContiguous } from '../webgpu/step.ts';

type Chain = AttributesOf<'fused'>;
type Type = Chain['types'][number];

/** How a view walks the innermost dim: whole vec4 loads, ones of a neighbour, one number for the row, one for all, or by a stride. */
type Walk = 'v' | 'n' | 'r' | 's' | 'g';

/** The dispatch of a chain over `inputs` and `outputs` of one shape; undefined where it would bind more than `limit` buffers. */
export function chainStep<B>(chain: Chain, inputs: readonly View<B>[], outputs: readonly View<B>[], limit: number): Step<B> | undefined {
  const views = [...inputs, ...outputs];
  const { buffers, bindings, written } = bind(inputs, outputs);
  if (buffers.length > limit) return undefined;
  const merged = merge(views);
  const { shape } = merged;
  let size = 1;
  for (const length of shape) size *= length;
  const wide = shape[shape.length - 1]! % 4 === 0;
  const walks = views.map((view, i) => walkOf(merged.strides[i]!, view.offset, wide));
  // A buffer is bound as vectors or as numbers, so all views of it agree.
  for (let i = 0; i < walks.length; i++) {
    if (walks[i] !== 'v') bindings.forEach((b, j) => b === bindings[i] && walks[j] === 'v' && (walks[j] = 'n'));
  }
  const words = wordsOf(chain, views, merged);
  const constants = words.length - countConstants(chain);
  const key = keyOf(chain, views, bindings, written, walks, shape.length, wide);
  return {
    key,
    text: () => link(write({ chain, views, bindings, written, walks, rank: shape.length, wide, constants, given: -1, word }, words.length)),
    access: written.map((w) => (w ? 'w' : 'r')).join(''),
    buffers,
    words,
    groups: flat(wide ? size / 4 : size),
    chain: { chain, inputs, outputs },
  };
}

/**
 * A dispatch that writes every element of a contiguous view through `put(i, v)`, and with it the chain that comes next: each
 * invocation goes on with the numbers that it has just written, or (`alone`: nobody else reads them) with those that it would
 * have written. Undefined where the two do not fit into one.
 */
export function withEpilogue<B>(step: Step<B>, next: Step<B>, limit: number, alone = false): Step<B> | undefined {
  const { whole } = step;
  if (!whole || !next.chain) return undefined;
  const { chain } = next.chain;
  const given = next.chain.inputs.findIndex((view) => view.buffer === whole.buffer);
  if (given < 0) return undefined;
  // Elements may be computed in any order: in that in which they are written.
  const { strides } = next.chain.inputs[given]!;
  const order = strides.map((_, d) => d).sort((d, e) => strides[e]! - strides[d]!);
  const inOrder = (view: View<B>): View<B> => ({
    ...view,
    shape: order.map((d) => view.shape[d]!),
    strides: order.map((d) => view.strides[d]!),
  });
  const inputs = next.chain.inputs.map(inOrder);
  const outputs = next.chain.outputs.map(inOrder);
  const views = [...inputs, ...outputs];
  const others = views.filter((_, i) => i !== given);
  const size = (view: View<B>): number => view.shape.reduce((product, length) => product * length, 1);
  if (!isContiguous(inputs[given]!) || inputs[given]!.offset !== whole.offset || size(inputs[given]!) !== size(whole)) return undefined;
  if (others.some((view) => step.buffers.some((buffer, i) => buffer === view.buffer && step.access[i] === 'w'))) return undefined;
  if (outputs.some((view) => step.buffers.includes(view.buffer))) return undefined;
  const { buffers, bindings, written } = bind(
    inputs.filter((_, i) => i !== given),
    outputs,
  );
  const spared = alone ? step.buffers.indexOf(whole.buffer) : -1;
  const without = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== spared);
  const first = without(step.buffers).length;
  if (first + buffers.length > limit) return undefined;
  bindings.splice(given, 0, -1);
  const merged = merge(views);
  const walks = views.map((view, i) => walkOf(merged.strides[i]!, view.offset, false));
  const words = wordsOf(chain, views, merged);
  const base = Math.ceil(step.words.length / 4) * 4;
  if (base + words.length > 256) return undefined;
  const { length: rank } = merged.shape;
  const shape: Form = {
    chain,
    views,
    bindings: bindings.map((b) => b + first),
    written: without([...step.access])
      .map((letter) => letter === 'w')
      .concat(written),
    walks,
    rank,
    wide: false,
    constants: words.length - countConstants(chain),
    given,
    word: (at) => `p.e[${at >> 2}].${'xyzw'[at & 3]!}`,
  };
  return {
    ...step,
    key: `${step.key} then${alone ? ' only' : ''} ${keyOf(chain, views, shape.bindings, shape.written, walks, rank, false)}`,
    text: () => {
      const lines = body(shape);
      const declared = declarations(shape).join('\n');
      const text = withoutBinding(step.text(), spared)
        .replace(
          /struct P \{([^}]*)\}/,
          (_, fields: string) => `struct P {${fields.trim().replace(/,$/, '')}, e: array<vec4u, ${Math.ceil(words.length / 4)}> }`,
        )
        .replace(
          /^fn put\(i: u32, v: (\w+)\) \{ (.*) \}$/m,
          (_, type: string, stored: string) =>
            `${declared}\nfn put(i: u32, v: ${type}) {\n${alone ? '' : `  ${stored}\n`}${lines.join('\n')}\n}`,
        );
      return link(text);
    },
    access: without([...step.access]).join('') + written.map((w) => (w ? 'w' : 'r')).join(''),
    buffers: [...without(step.buffers), ...buffers],
    whole: undefined,
    words: [...step.words, ...new Array<number>(base - step.words.length).fill(0), ...words],
  };
}

/** The text without binding `index` (none where −1), those behind it one lower. */
function withoutBinding(text: string, index: number): string {
  if (index < 0) return text;
  return text.replace(/^@group\(0\)\s*@binding\((\d+)\)(.*;)$/gm, (_, at: string, rest: string) =>
    Number(at) === index ? '' : `@group(0) @binding(${Number(at) - Number(Number(at) > index)})${rest}`,
  );
}

/** Each buffer once: outputs first, an input in place of an output reads from there. */
function bind<B>(inputs: readonly View<B>[], outputs: readonly View<B>[]) {
  const buffers: B[] = [];
  const types: DType[] = [];
  const written: boolean[] = [];
  const index = (view: View<B>, writes: boolean): number => {
    let at = buffers.findIndex((buffer, i) => buffer === view.buffer && types[i] === view.dtype);
    if (at < 0) {
      at = buffers.push(view.buffer) - 1;
      types.push(view.dtype);
      written.push(writes);
    }
    return at;
  };
  const last = outputs.map((view) => index(view, true));
  return { buffers, written, bindings: [...inputs.map((view) => index(view, false)), ...last] };
}

/** The views' common shape and their strides, with dims of length 1 dropped and dims joined that all views walk in one go. */
function merge(views: readonly View<unknown>[]): { shape: number[]; strides: number[][] } {
  const shape: number[] = [];
  const strides: number[][] = views.map(() => []);
  const full = views[0]!.shape;
  for (let d = 0; d < full.length; d++) {
    const length = full[d]!;
    if (length === 1) continue;
    const last = shape.length - 1;
    if (last >= 0 && views.every((view, i) => strides[i]![last] === view.strides[d]! * length)) {
      shape[last]! *= length;
      views.forEach((view, i) => (strides[i]![last] = view.strides[d]!));
    } else {
      shape.push(length);
      views.forEach((view, i) => strides[i]!.push(view.strides[d]!));
    }
  }
  if (!shape.length) {
    shape.push(1);
    for (const list of strides) list.push(0);
  }
  return { shape, strides };
}

function walkOf(strides: readonly number[], offset: number, wide: boolean): Walk {
  const inner = strides[strides.length - 1]!;
  if (inner === 1)
    return wide && offset % 4 === 0 && strides.every((stride, d) => d === strides.length - 1 || stride % 4 === 0) ? 'v' : 'n';
  if (inner !== 0) return 'g';
  return strides.every((stride) => stride === 0) ? 's' : 'r';
}

function keyOf(
  chain: Chain,
  views: readonly View<unknown>[],
  bindings: readonly number[],
  written: readonly boolean[],
  walks: readonly Walk[],
  rank: number,
  wide: boolean,
): string {
  let key = `${wide ? 'chain4' : 'chain'} ${rank}`;
  views.forEach((view, i) => (key += ` ${walks[i]!}${bindings[i]!}${written[bindings[i]!] ? 'w' : ''}${letter(view.dtype)}`));
  chain.instructions.forEach((instruction, i) => (key += ` ${instructionKey(instruction)}${letter(chain.types[i]!)}`));
  return `${key} ${chain.outputs.join()}`;
}

function letter(dtype: DType): string {
  return dtype === 'float32' ? 'f' : dtype === 'float16' ? 'h' : dtype === 'int32' ? 'i' : dtype === 'uint8' ? 'u' : 'b';
}

function instructionKey(instruction: FusedInstruction): string {
  switch (instruction.kind) {
    case 'load':
      return `<${instruction.input}`;
    case 'constant':
      return 'c';
    case 'unary':
      return `${instruction.fn}(${instruction.a})`;
    case 'binary':
      return `${instruction.fn}(${instruction.a},${instruction.b})`;
    case 'where':
      return `?(${instruction.condition},${instruction.a},${instruction.b})`;
    case 'cast':
      return `to(${instruction.a})`;
  }
}

function wordOf(value: number, type: Type): number {
  if (type === 'float32') return floatBits(value);
  if (type === 'bool') return value !== 0 ? 1 : 0;
  return type === 'uint8' ? value & 255 : value >>> 0;
}

/* ---- the text ---- */

/** A chain with everything that its text depends on. `given`: the input that is at hand as `v`, or −1; `word`: a uniform word. */
interface Form {
  readonly chain: Chain;
  readonly views: readonly View<unknown>[];
  readonly bindings: readonly number[];
  readonly written: readonly boolean[];
  readonly walks: readonly Walk[];
  readonly rank: number;
  readonly wide: boolean;
  readonly constants: number;
  readonly given: number;
  readonly word: (at: number) => string;
}

/** Elements, merged dims, each view's offset and strides, constants. */
function wordsOf(chain: Chain, views: readonly View<unknown>[], { shape, strides }: ReturnType<typeof merge>): number[] {
  const words = [shape.reduce((product, length) => product * length, 1), ...shape];
  views.forEach((view, i) => {
    words.push(view.offset);
    for (const stride of strides[i]!) words.push(stride >>> 0);
  });
  chain.instructions.forEach((instruction, i) => {
    if (instruction.kind === 'constant') words.push(wordOf(instruction.value, chain.types[i]!));
  });
  return words;
}

function countConstants(chain: Chain): number {
  return chain.instructions.filter(({ kind }) => kind === 'constant').length;
}

function declarations({ views, bindings, written, walks, given }: Form): string[] {
  const stored = new Map<number, string>();
  views.forEach((view, i) => {
    if (i !== given) stored.set(bindings[i]!, walks[i] === 'v' ? `vec4<${storage(view.dtype)}>` : storage(view.dtype));
  });
  return [...stored]
    .sort(([a], [c]) => a - c)
    .map(([b, type]) => `@group(0) @binding(${b}) var<storage, ${written[b] ? 'read_write' : 'read'}> b${b}: array<${type}>;`);
}

function write(form: Form, words: number): string {
  return [
    ...declarations(form),
    `@group(1) @binding(0) var<uniform> p: array<vec4u, ${Math.ceil(words / 4)}>;`,
    '@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) w: vec3u) {',
    `  let i = (g.x + g.y * w.x * 64u)${form.wide ? ' * 4u' : ''};`,
    `  if (i >= ${form.word(0)}) { return; }`,
    ...body(form),
    '}',
  ].join('\n');
}

/** The lines that compute element `i`, or four from it on. */
function body({ chain, views, bindings, walks, rank, wide, constants, given, word }: Form): string[] {
  const lines: string[] = [];
  if (rank === 1) lines.push('  let c0 = i;');
  else {
    for (let d = rank - 1, rest = 'i'; d >= 0; d--) {
      if (d === 0) lines.push(`  let c0 = ${rest};`);
      else {
        lines.push(`  let q${d} = ${rest} / ${word(1 + d)};`, `  let c${d} = ${rest} - q${d} * ${word(1 + d)};`);
        rest = `q${d}`;
      }
    }
  }
  const inner: string[] = [];
  views.forEach((_, i) => {
    const base = 1 + rank + i * (1 + rank);
    const terms = [word(base)];
    if (walks[i] !== 's') {
      for (let d = 0; d < rank; d++) {
        if (d < rank - 1) terms.push(`c${d} * ${word(base + 1 + d)}`);
        else if (walks[i] === 'g') terms.push(`c${d} * ${word(base + 1 + d)}`);
        else if (walks[i] !== 'r') terms.push(`c${d}`);
      }
    }
    inner.push(word(base + rank));
    lines.push(`  let o${i} = ${terms.join(' + ')}${walks[i] === 'v' ? ' >> 2u' : ''};`.replace(/= (.*) >> 2u;/, '= ($1) >> 2u;'));
  });
  const inputs = views.length - chain.outputs.length;
  const lanes = wide ? 4 : 1;
  for (let i = 0; i < inputs; i++) {
    if (i !== given && (walks[i] === 'v' || walks[i] === 's' || walks[i] === 'r')) lines.push(`  let x${i} = b${bindings[i]!}[o${i}];`);
  }
  const results: string[][] = chain.outputs.map(() => []);
  for (let lane = 0; lane < lanes; lane++) {
    const name = (i: number): string => `r${i}_${lane}`;
    let constant = constants;
    chain.instructions.forEach((instruction, i) => {
      const type = chain.types[i]!;
      let value: string;
      if (instruction.kind === 'load') {
        const at = instruction.input;
        const element =
          at === given
            ? 'v'
            : walks[at] === 'v'
              ? `x${at}.${'xyzw'[lane]!}`
              : walks[at] === 's' || walks[at] === 'r'
                ? `x${at}`
                : `b${bindings[at]!}[${position(walks[at]!, at, lane, inner[at]!)}]`;
        value = type === 'bool' ? `${element} != 0u` : element;
      } else if (instruction.kind === 'constant') {
        const bits = word(constant++);
        value =
          type === 'float32'
            ? `bitcast<f32>(${bits})`
            : type === 'int32'
              ? `bitcast<i32>(${bits})`
              : type === 'bool'
                ? `${bits} != 0u`
                : bits;
      } else value = expression(instruction, chain.types, type, name);
      lines.push(`  let ${name(i)} = ${value};`);
    });
    chain.outputs.forEach((register, j) => {
      const dtype = views[inputs + j]!.dtype;
      results[j]!.push(chain.types[register] === 'bool' && dtype !== 'float32' ? `select(0u, 1u, ${name(register)})` : name(register));
    });
  }
  chain.outputs.forEach((_, j) => {
    const i = inputs + j;
    if (walks[i] === 'v') lines.push(`  b${bindings[i]!}[o${i}] = vec4<${storage(views[i]!.dtype)}>(${results[j]!.join(', ')});`);
    else results[j]!.forEach((value, lane) => lines.push(`  b${bindings[i]!}[${position(walks[i]!, i, lane, inner[i]!)}] = ${value};`));
  });
  return lines;
}

function position(walk: Walk, view: number, lane: number, stride: string): string {
  if (lane === 0 || walk === 's' || walk === 'r') return `o${view}`;
  return walk === 'n' ? `o${view} + ${lane}u` : `o${view} + ${lane}u * ${stride}`;
}

function word(at: number): string {
  return `p[${at >> 2}].${'xyzw'[at & 3]!}`;
}

function storage(dtype: DType): 'f32' | 'i32' | 'u32' {
  return dtype === 'float32' || dtype === 'float16' ? 'f32' : dtype === 'int32' ? 'i32' : 'u32';
}

function expression(instruction: FusedInstruction, types: Chain['types'], to: Type, name: (i: number) => string): string {
  switch (instruction.kind) {
    case 'unary':
      return unary(instruction.fn, name(instruction.a), types[instruction.a]!);
    case 'binary':
      return binary(instruction.fn, name(instruction.a), name(instruction.b), types[instruction.a]!);
    case 'where': {
      const condition = name(instruction.condition);
      return `select(${name(instruction.b)}, ${name(instruction.a)}, ${types[instruction.condition] === 'bool' ? condition : `${condition} != ${zero(types[instruction.condition]!)}`})`;
    }
    case 'cast':
      return cast(name(instruction.a), types[instruction.a]!, to);
    default:
      return '0.0';
  }
}

function zero(type: Type): string {
  return type === 'float32' ? '0.0' : type === 'int32' ? '0' : '0u';
}

const floatUnary: Readonly<Record<UnaryName, (x: string) => string>> = {
  neg: (x) => `-${x}`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `signFloat(${x})`,
  exp: (x) => `expFloat(${x})`,
  exp2: (x) => `exp2Float(${x})`,
  expm1: (x) => `expm1Float(${x})`,
  log: (x) => `logFloat(${x})`,
  log2: (x) => `log2Float(${x})`,
  log10: (x) => `log10Float(${x})`,
  log1p: (x) => `log1pFloat(${x})`,
  sqrt: (x) => `sqrtFloat(${x})`,
  rsqrt: (x) => `rsqrtFloat(${x})`,
  square: (x) => `${x} * ${x}`,
  reciprocal: (x) => `1.0 / ${x}`,
  sin: (x) => `sinFloat(${x})`,
  cos: (x) => `cosFloat(${x})`,
  tan: (x) => `tanFloat(${x})`,
  asin: (x) => `asinFloat(${x})`,
  acos: (x) => `acosFloat(${x})`,
  atan: (x) => `atanFloat(${x})`,
  sinh: (x) => `sinhFloat(${x})`,
  cosh: (x) => `coshFloat(${x})`,
  tanh: (x) => `tanhFloat(${x})`,
  asinh: (x) => `asinhFloat(${x})`,
  acosh: (x) => `acoshFloat(${x})`,
  atanh: (x) => `atanhFloat(${x})`,
  sigmoid: (x) => `sigmoidFloat(${x})`,
  erf: (x) => `erfFloat(${x})`,
  erfc: (x) => `erfcFloat(${x})`,
  relu: (x) => `reluFloat(${x})`,
  gelu: (x) => `geluFloat(${x})`,
  geluTanh: (x) => `geluTanhFloat(${x})`,
  silu: (x) => `siluFloat(${x})`,
  softplus: (x) => `softplusFloat(${x})`,
  floor: (x) => `floor(${x})`,
  ceil: (x) => `ceil(${x})`,
  round: (x) => `round(${x})`,
  trunc: (x) => `trunc(${x})`,
  frac: (x) => `fracFloat(${x})`,
  isnan: (x) => `isNan(${x})`,
  isinf: (x) => `isInf(${x})`,
  isfinite: (x) => `isFinite(${x})`,
  logicalNot: (x) => `!truthy(${x})`,
  bitwiseNot: (x) => x,
};

function unary(fn: UnaryName, x: string, type: Type): string {
  if (type === 'float32') return floatUnary[fn](x);
  if (type === 'bool')
    return fn === 'logicalNot' || fn === 'bitwiseNot'
      ? `!${x}`
      : fn === 'isfinite'
        ? 'true'
        : fn === 'isnan' || fn === 'isinf'
          ? 'false'
          : x;
  const signed = type === 'int32';
  switch (fn) {
    case 'neg':
      return signed ? `-${x}` : `(0u - ${x}) & 255u`;
    case 'abs':
      return signed ? `abs(${x})` : x;
    case 'sign':
      return signed ? `sign(${x})` : `min(${x}, 1u)`;
    case 'square':
      return signed ? `${x} * ${x}` : `(${x} * ${x}) & 255u`;
    case 'relu':
      return signed ? `max(${x}, 0)` : x;
    case 'bitwiseNot':
      return signed ? `~${x}` : `(~${x}) & 255u`;
    case 'logicalNot':
      return `${x} == ${zero(type)}`;
    case 'isnan':
    case 'isinf':
      return 'false';
    case 'isfinite':
      return 'true';
    default:
      return x;
  }
}

const floatBinary: Readonly<Record<BinaryName, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  floorDiv: (a, b) => `floorDivFloat(${a}, ${b})`,
  truncDiv: (a, b) => `trunc(${a} / ${b})`,
  pow: (a, b) => `powFloat(${a}, ${b})`,
  maximum: (a, b) => `maxFloat(${a}, ${b})`,
  minimum: (a, b) => `minFloat(${a}, ${b})`,
  fmod: (a, b) => `fmodFloat(${a}, ${b})`,
  remainder: (a, b) => `remainderFloat(${a}, ${b})`,
  atan2: (a, b) => `atan2Float(${a}, ${b})`,
  eq: (a, b) => `eqFloat(${a}, ${b})`,
  ne: (a, b) => `!eqFloat(${a}, ${b})`,
  lt: (a, b) => `ltFloat(${a}, ${b})`,
  le: (a, b) => `leFloat(${a}, ${b})`,
  gt: (a, b) => `ltFloat(${b}, ${a})`,
  ge: (a, b) => `leFloat(${b}, ${a})`,
  logicalAnd: (a, b) => `truthy(${a}) && truthy(${b})`,
  logicalOr: (a, b) => `truthy(${a}) || truthy(${b})`,
  logicalXor: (a, b) => `truthy(${a}) != truthy(${b})`,
  bitwiseAnd: (a) => a,
  bitwiseOr: (a) => a,
  bitwiseXor: (a) => a,
  reluGrad: (g, x) => `select(0.0, ${g}, ${x} > 0.0)`,
  geluGrad: (g, x) => `geluGradFloat(${g}, ${x})`,
  geluTanhGrad: (g, x) => `geluTanhGradFloat(${g}, ${x})`,
};

const comparisons: Partial<Record<BinaryName, string>> = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };
const bitwise: Partial<Record<BinaryName, string>> = { bitwiseAnd: '&', bitwiseOr: '|', bitwiseXor: '^' };

function binary(fn: BinaryName, a: string, b: string, type: Type): string {
  if (type === 'float32') return floatBinary[fn](a, b);
  if (type === 'bool') return boolean(fn, a, b);
  const signed = type === 'int32';
  const none = zero(type);
  if (comparisons[fn]) return `${a} ${comparisons[fn]} ${b}`;
  if (bitwise[fn]) return `${a} ${bitwise[fn]} ${b}`;
  const wrapped = (text: string): string => (signed ? text : `(${text}) & 255u`);
  switch (fn) {
    case 'add':
      return wrapped(`${a} + ${b}`);
    case 'sub':
      return wrapped(`${a} - ${b}`);
    case 'mul':
      return wrapped(`${a} * ${b}`);
    case 'div':
    case 'truncDiv':
      return signed ? `truncDivInt(${a}, ${b})` : `divUint(${a}, ${b})`;
    case 'floorDiv':
      return signed ? `floorDivInt(${a}, ${b})` : `divUint(${a}, ${b})`;
    case 'fmod':
      return signed ? `fmodInt(${a}, ${b})` : `modUint(${a}, ${b})`;
    case 'remainder':
      return signed ? `remainderInt(${a}, ${b})` : `modUint(${a}, ${b})`;
    case 'pow':
      return signed ? `powInt(${a}, ${b})` : `powUint(${a}, ${b})`;
    case 'maximum':
      return `max(${a}, ${b})`;
    case 'minimum':
      return `min(${a}, ${b})`;
    case 'logicalAnd':
      return `${a} != ${none} && ${b} != ${none}`;
    case 'logicalOr':
      return `${a} != ${none} || ${b} != ${none}`;
    case 'logicalXor':
      return `(${a} != ${none}) != (${b} != ${none})`;
    case 'reluGrad':
      return `select(${none}, ${a}, ${b} > ${none})`;
    default:
      return a;
  }
}

function boolean(fn: BinaryName, a: string, b: string): string {
  switch (fn) {
    case 'eq':
      return `${a} == ${b}`;
    case 'ne':
    case 'logicalXor':
    case 'bitwiseXor':
    case 'sub':
      return `${a} != ${b}`;
    case 'lt':
      return `!${a} && ${b}`;
    case 'le':
      return `!${a} || ${b}`;
    case 'gt':
      return `${a} && !${b}`;
    case 'ge':
      return `${a} || !${b}`;
    case 'mul':
    case 'minimum':
    case 'logicalAnd':
    case 'bitwiseAnd':
    case 'reluGrad':
      return `${a} && ${b}`;
    case 'pow':
      return `${a} || !${b}`;
    default:
      return `${a} || ${b}`;
  }
}

function cast(x: string, from: Type, to: Type): string {
  if (from === to) return x;
  if (to === 'bool') return from === 'float32' ? `truthy(${x})` : `${x} != ${zero(from)}`;
  if (from === 'bool') return to === 'float32' ? `select(0.0, 1.0, ${x})` : to === 'int32' ? `select(0, 1, ${x})` : `select(0u, 1u, ${x})`;
  if (to === 'float32') return `f32(${x})`;
  if (from === 'float32') return to === 'int32' ? `toInt(${x})` : `toByte(${x})`;
  return to === 'int32' ? `i32(${x})` : `u32(${x}) & 255u`;
}
