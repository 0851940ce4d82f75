/* Elementwise calls as records of chain.as: `unary binary where cast copy` are chains of one instruction, `fused` of many.
   Registers of a chain are shared by values that do not live at the same time. */

import type { AttributesOf, BinaryName, FusedInstruction, UnaryName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import { collapse, linearStep } from '../strided.ts';
import type { Call, View } from '../types.ts';
import type { Encoder, Tape } from '../wasm/tape.ts';
import { bytesOf, tilesFor, typeCode } from '../wasm/tape.ts';

// prettier-ignore
/** In the order of unary.as. */
export const unaryNames: readonly UnaryName[] = ['neg', 'abs', 'sign', 'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p', 'sqrt', 'rsqrt', 'square',
  'reciprocal', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'sigmoid', 'erf', 'erfc', 'relu', 'gelu',
  'geluTanh', 'silu', 'softplus', 'floor', 'ceil', 'round', 'trunc', 'frac', 'isnan', 'isinf', 'isfinite', 'logicalNot', 'bitwiseNot'];

// prettier-ignore
/** In the order of binary.as. */
export const binaryNames: readonly BinaryName[] = ['add', 'sub', 'mul', 'div', 'floorDiv', 'truncDiv', 'pow', 'maximum', 'minimum', 'fmod', 'remainder',
  'atan2', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'reluGrad', 'geluGrad',
  'geluTanhGrad'];

const unaryCodes = new Map(unaryNames.map((name, code) => [name, code]));
const binaryCodes = new Map(binaryNames.map((name, code) => [name, code + 200]));

/** Elements of a register; also in chain.as. */
const BLOCK = 1024;
const [CONSTANT, WHERE, CAST, COPY] = [100, 101, 102, 103];
const [LINEAR, SINGLE, STRIDED] = [0, 1, 2];
const BOOL = 3;

export const unary: Encoder = (call, tape) => {
  const { fn } = call.attributes as AttributesOf<'unary'>;
  if (fn !== 'bitwiseNot' && putSingle(call, tape, unaryCodes.get(fn)!)) return true;
  return chain(call, tape, [load(0), { kind: 'unary', fn, a: 0 }], [1]);
};

export const binary: Encoder = (call, tape) => {
  const { fn } = call.attributes as AttributesOf<'binary'>;
  if (putSingle(call, tape, binaryCodes.get(fn)!)) return true;
  return chain(call, tape, [load(0), load(1), { kind: 'binary', fn, a: 0, b: 1 }], [2]);
};

export const where: Encoder = (call, tape) =>
  chain(call, tape, [load(0), load(1), load(2), { kind: 'where', condition: 0, a: 1, b: 2 }], [3]);

export const cast: Encoder = (call, tape) => chain(call, tape, [load(0), { kind: 'cast', a: 0 }], [1]);

export const copy: Encoder = (call, tape) => transpose(call, tape) || chain(call, tape, [load(0)], [0]);

/** Writes down a copy as transpose.as does it, where the source's adjacent dim is not the target's and both are long enough. */
function transpose<B>(call: Call<B>, tape: Tape<B>): boolean {
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  if (bytesOf(x.dtype) !== 4) return false;
  const { lengths, strides } = collapse(y.shape, [x.strides, y.strides]);
  const [source, target] = strides as [number[], number[]];
  const across = target.indexOf(1);
  const down = source.indexOf(1);
  if (across < 0 || down < 0 || across === down || lengths[across]! < 8 || lengths[down]! < 8 || sizeOf(lengths) < 1024) return false;
  const outer = lengths.map((_, d) => d).filter((d) => d !== across && d !== down);
  if (outer.length > 6) return false;
  const bands = tilesFor(lengths[down]!, 32);
  tape
    .begin('transpose', bands * outer.reduce((n, d) => n * lengths[d]!, 1))
    .address(x)
    .address(y);
  tape.integers(lengths[down]!, lengths[across]!, source[across]! * 4, target[down]! * 4, outer.length, bands).skipTo(12);
  for (const of of [lengths, source, target]) {
    for (let i = 0; i < 6; i++) tape.integer((of[outer[i]!] ?? 0) * (of === lengths ? 1 : 4));
  }
  tape.end();
  return true;
}

export const fused: Encoder = (call, tape) => {
  const { instructions, types, outputs } = call.attributes as AttributesOf<'fused'>;
  return chain(call, tape, instructions, outputs, types.map(typeCode) as number[]);
};

function load(input: number): FusedInstruction {
  return { kind: 'load', input };
}

/** The common case without looking further: one instruction on contiguous 32-bit operands. False where it is not that. */
function putSingle<B>(call: Call<B>, tape: Tape<B>, code: number): boolean {
  const { inputs, outputs } = call;
  const y = outputs[0]!;
  const count = inputs.length;
  for (let i = 0; i <= count; i++) {
    const { dtype, shape, strides } = i < count ? inputs[i]! : y;
    if ((dtype !== 'float32' && dtype !== 'int32') || linearStep(shape, strides) !== 1) return false;
  }
  const size = sizeOf(y.shape);
  if (size === 0) return true;
  const tile = 8 * BLOCK;
  tape.begin('chain', tilesFor(size, tile));
  tape.integer(size).integer(1).integer(count).integer(1).integer(1).integer(tile).skipTo(12).integer(size).skipTo(20);
  for (let i = 0; i <= count; i++) {
    tape
      .address(i < count ? inputs[i]! : y)
      .integer(LINEAR)
      .integer(0)
      .integer(-1);
    tape.skipTo(32 + 12 * i);
  }
  const type = inputs[0]!.dtype === 'float32' ? 0 : 1;
  tape
    .integer(code)
    .integer(type)
    .integer(-1 - count)
    .integer(-1);
  tape.integer(-2).integer(0).end();
  return true;
}

/** How an operand's elements lie in the collapsed space. */
function kindOf(view: View<unknown>): number {
  const step = linearStep(view.shape, view.strides);
  return step === 1 ? LINEAR : step === 0 ? SINGLE : STRIDED;
}

function chain<B>(
  call: Call<B>,
  tape: Tape<B>,
  instructions: readonly FusedInstruction[],
  results: readonly number[],
  given?: readonly number[],
): boolean {
  const { inputs, outputs } = call;
  const operands = [...inputs, ...outputs];
  const codes = operands.map(({ dtype }) => typeCode(dtype));
  if (codes.includes(undefined)) return false;
  const shape = outputs[0]!.shape;
  const size = sizeOf(shape);
  if (size === 0) return true;
  const types = given ?? typesOf(instructions, results, codes as number[], inputs.length);
  const { lengths, strides } = collapse(
    shape,
    operands.map((view) => view.strides),
  );
  const kinds = operands.map(kindOf);
  const direct = operands.map((_, i) => kinds[i] === LINEAR && codes[i]! <= 1);

  const { code, registers, places } = allocate(call, instructions, results, types, direct, (buffer) => tape.placeOf(buffer));
  const heavy = instructions.length > 3 || instructions.some((step) => step.kind === 'unary');
  const tile = Math.max(BLOCK, (heavy ? 8 : 16) * BLOCK);
  tape.begin('chain', tilesFor(size, tile), registers * BLOCK * 4);
  tape.integers(size, lengths.length, inputs.length, code.length, outputs.length, tile).skipTo(12);
  for (let d = 0; d < 8; d++) tape.integer(lengths[d] ?? 1);
  operands.forEach((view, i) => {
    const bytes = bytesOf(view.dtype);
    tape.address(view).integers(kinds[i]!, codes[i]!, places[i]!);
    for (let d = 0; d < 8; d++) tape.integer((strides[i]![d] ?? 0) * bytes);
  });
  for (const [fn, type, to, a, b, c, float] of code) {
    tape.integers(fn, type, to);
    if (float === undefined) tape.integer(a);
    else tape.float(float);
    tape.integers(b, c);
  }
  tape.end();
  return true;
}

/** Types of the registers of a chain that says none: loads have their input's, the last one the output's. */
function typesOf(
  instructions: readonly FusedInstruction[],
  results: readonly number[],
  codes: readonly number[],
  inputs: number,
): number[] {
  return instructions.map((step, i) => (step.kind === 'load' ? codes[step.input]! : codes[inputs + results.indexOf(i)]!));
}

/** function, type, destination, a, b, c, and a float in place of a. */
type Code = [number, number, number, number, number, number, number?];

/** Gives each value a place (a register of scratch, or −1 − operand where it is read or written where it lies) and lists the instructions. */
function allocate<B>(
  call: Call<B>,
  instructions: readonly FusedInstruction[],
  results: readonly number[],
  types: readonly number[],
  direct: readonly boolean[],
  placeOf: (buffer: B) => number,
): { code: Code[]; registers: number; places: number[] } {
  const inputs = call.inputs.length;
  const last = new Array<number>(instructions.length).fill(-1);
  const reads = (step: FusedInstruction): number[] =>
    step.kind === 'unary' || step.kind === 'cast'
      ? [step.a]
      : step.kind === 'binary'
        ? [step.a, step.b]
        : step.kind === 'where'
          ? [step.condition, step.a, step.b]
          : [];
  instructions.forEach((step, i) => {
    for (const r of reads(step)) last[r] = i;
  });
  for (const r of results) last[r] = instructions.length;
  // By place, not by buffer: a plan may put an output where a dying input lies.
  const directPlace = (r: number): number | undefined => {
    const source = instructions[r]!;
    return source.kind === 'load' && direct[source.input] ? placeOf(call.inputs[source.input]!.buffer) : undefined;
  };
  const lastDirectRead = (buffer: B): number => {
    const output = placeOf(buffer);
    let latest = -1;
    instructions.forEach((step, i) => {
      for (const r of reads(step)) if (directPlace(r) === output) latest = i;
    });
    // What is handed out as it was loaded is read after all instructions.
    results.forEach((r, k) => {
      if (directPlace(r) === output && placeOf(call.outputs[k]!.buffer) !== output) latest = instructions.length;
    });
    return latest;
  };

  const free: number[] = [];
  let registers = 0;
  const take = () => free.pop() ?? registers++;
  const place = new Array<number>(instructions.length).fill(0);
  const places = new Array<number>(call.inputs.length + call.outputs.length).fill(-1);
  const code: Code[] = [];
  const shared = new Set<number>(); // registers of values that are loaded or set once and stay

  // Inputs that pass through scratch are loaded before the first instruction: they live from there.
  instructions.forEach((step, i) => {
    if (step.kind !== 'load') return;
    if (direct[step.input]) place[i] = -1 - step.input;
    else {
      if (places[step.input] === -1) places[step.input] = take();
      place[i] = places[step.input]!;
      shared.add(place[i]!);
    }
  });
  instructions.forEach((step, i) => {
    if (step.kind === 'constant') {
      place[i] = take();
      shared.add(place[i]!);
      if (types[i] === 0) code.push([CONSTANT, 0, place[i]!, 0, 0, 0, step.value]);
      else code.push([CONSTANT, types[i]!, place[i]!, step.value, 0, 0]);
    }
  });

  instructions.forEach((step, i) => {
    if (step.kind === 'load' || step.kind === 'constant') return;
    const type = types[i]!;
    const output = results.indexOf(i);
    const mayWrite =
      output >= 0 && direct[inputs + output] && results.indexOf(i, output + 1) < 0 && lastDirectRead(call.outputs[output]!.buffer) <= i;
    const to = mayWrite ? -1 - (inputs + output) : take();
    place[i] = to;
    if (step.kind === 'unary') {
      const source = types[step.a]!;
      const fn = step.fn === 'bitwiseNot' && source === BOOL ? 'logicalNot' : step.fn;
      code.push([unaryCodes.get(fn)!, source, to, place[step.a]!, 0, 0]);
    } else if (step.kind === 'binary') {
      code.push([binaryCodes.get(step.fn)!, types[step.a]!, to, place[step.a]!, place[step.b]!, 0]);
    } else if (step.kind === 'where') {
      code.push([WHERE, type, to, place[step.condition]!, place[step.a]!, place[step.b]!]);
    } else code.push([CAST, type, to, place[step.a]!, types[step.a]!, 0]);
    for (const r of new Set(reads(step))) {
      if (last[r] === i && place[r]! >= 0 && !shared.has(place[r]!)) free.push(place[r]!);
    }
    if (last[i] === -1 && to >= 0) free.push(to); // nobody reads it
  });

  // What lies where another output comes to lie (two that change places) is taken aside first.
  const copies: Code[] = [];
  results.forEach((r, output) => {
    const operand = inputs + output;
    if (place[r] === -1 - operand) return; // written where it lies
    const from = directPlace(r);
    const isOverwritten = from !== undefined && call.outputs.some((other, k) => k !== output && placeOf(other.buffer) === from);
    if (place[r]! >= 0) places[operand] = place[r]!;
    else if (direct[operand] && !isOverwritten) copies.push([COPY, types[r]!, -1 - operand, place[r]!, 0, 0]);
    else {
      places[operand] = take();
      code.push([COPY, types[r]!, places[operand]!, place[r]!, 0, 0]);
    }
  });
  code.push(...copies);
  return { code, registers, places };
}

export const fill: Encoder = (call, tape) => {
  const y = call.outputs[0]!;
  const type = typeCode(y.dtype);
  if (type === undefined) return false;
  if (sizeOf(y.shape) === 0) return true;
  const { value } = call.attributes as AttributesOf<'fill'>;
  const { lengths, strides } = collapse(y.shape, [y.strides]);
  const bytes = bytesOf(y.dtype);
  const inner = lengths.length - 1;
  tape
    .begin('fill', 1)
    .address(y)
    .integers(lengths[inner]!, strides[0]![inner]! * bytes);
  if (type === 0) tape.float(value);
  else tape.integer(type === BOOL ? Number(value !== 0) : value);
  tape.integers(type, inner).skipTo(12);
  for (let d = 0; d < 8; d++) tape.integer(d < inner ? lengths[d]! : 1);
  for (let d = 0; d < 8; d++) tape.integer(d < inner ? strides[0]![d]! * bytes : 0);
  tape.end();
  return true;
};

export const iota: Encoder = (call, tape) => {
  const y = call.outputs[0]!;
  const type = typeCode(y.dtype);
  if (type === undefined) return false;
  const { start, step } = call.attributes as AttributesOf<'iota'>;
  tape.begin('iota', 1).address(y).integers(sizeOf(y.shape), type).skipTo(8);
  const [a, b, c, d] = new Int32Array(new Float64Array([start, step]).buffer);
  tape.integers(a!, b!, c!, d!).end();
  return true;
};
