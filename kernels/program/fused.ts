/* Elementwise calls as one `fused` call: registers for what they compute, loads for what they read, outputs for what others need of it. */

import type { AttributesOf, BinaryName, FusedInstruction, UnaryName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { DType, Program } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import { constantText, isElementwise, isSeen } from './effects.ts';
import type { Member } from './graph.ts';
import type { ProgramView } from './views.ts';
import { geometryKey, isSameView, joinDims, overlaps, refineShapes, reshapeView } from './views.ts';

/** What one fused call may hold. `bindings`: inputs and outputs together, those in place counted once. */
export interface FuseLimits {
  readonly inputs: number;
  readonly outputs: number;
  readonly bindings: number;
  readonly instructions: number;
}

export const defaultLimits: FuseLimits = { inputs: 8, outputs: 4, bindings: 12, instructions: 48 };

/** Whether the call can be a part of a `fused` one: elementwise, of types that registers have. */
export function isFusableCall(call: ProgramCall): boolean {
  const views = [...call.inputs, ...call.outputs];
  if (!isElementwise(call.op) || call.op === 'fused' || call.op === 'fill' || sizeOf(call.outputs[0]!.shape) === 0) return false;
  return views.every((view) => registerType(view.dtype) !== undefined);
}

/** The members, in order, as one `fused` call; undefined where limits are passed or what is read and what is written lie askew. */
export function fusedCall(program: Program, members: readonly Member[], limits: FuseLimits): ProgramCall | undefined {
  const shape = refineShapes(members.map((member) => member.call.outputs[0]!.shape));
  if (shape === undefined) return undefined;
  const positions = new Set(members.map((member) => member.at));
  const instructions: FusedInstruction[] = [];
  const types: RegisterType[] = [];
  const registers = new Map<string, number>();
  const loads: ProgramView[] = [];
  /** By view: what has been written to it so far. */
  const written = new Map<string, { view: ProgramView; register: number; isNeeded: boolean }>();
  const keyOf = (view: ProgramView) => `${view.buffer}:${view.offset}:${geometryKey(view)}`;
  const register = (instruction: FusedInstruction, type: RegisterType): number => {
    const key = `${type} ${instruction.kind === 'constant' ? constantText(instruction.value) : JSON.stringify(instruction)}`;
    const known = registers.get(key);
    if (known !== undefined) return known;
    registers.set(key, instructions.length);
    types.push(type);
    return instructions.push(instruction) - 1;
  };

  for (const { call, constants, readers } of members) {
    const operands: number[] = [];
    for (const [i, input] of call.inputs.entries()) {
      const type = registerType(input.dtype)!;
      const constant = constants[i];
      if (constant !== undefined) {
        operands.push(register({ kind: 'constant', value: constant }, type));
        continue;
      }
      const view = reshapeView(input, shape)!;
      const before = written.get(keyOf(view));
      if (before) {
        operands.push(before.register);
        continue;
      }
      for (const write of written.values()) if (overlaps(write.view, view)) return undefined;
      let load = loads.findIndex((other) => isSameView(other, view));
      if (load < 0) load = loads.push(view) - 1;
      operands.push(register({ kind: 'load', input: load }, type));
    }
    const output = reshapeView(call.outputs[0]!, shape)!;
    const type = registerType(output.dtype)!;
    const [a, b, c] = operands as [number, number, number];
    const inverse = reciprocalOf(call, constants);
    const result =
      call.op === 'copy'
        ? a
        : inverse !== undefined
          ? register({ kind: 'binary', fn: 'mul', a, b: register({ kind: 'constant', value: inverse }, type) }, type)
          : register(instructionOf(call, a, b, c), type);
    const key = keyOf(output);
    for (const write of written.values()) if (keyOf(write.view) !== key && overlaps(write.view, output)) return undefined;
    const isNeeded = isSeen(program, output.buffer) || [...readers].some((reader) => !positions.has(reader));
    written.delete(key);
    written.set(key, { view: output, register: result, isNeeded });
  }

  const stores = [...written.values()].filter((write) => write.isNeeded);
  for (const store of stores) for (const load of loads) if (overlaps(store.view, load) && !isSameView(store.view, load)) return undefined;
  return assemble({ instructions, types, loads, stores }, limits);
}

function instructionOf(call: ProgramCall, a: number, b: number, c: number): FusedInstruction {
  switch (call.op) {
    case 'unary':
      return { kind: 'unary', fn: (call.attributes as { fn: UnaryName }).fn, a };
    case 'binary':
      return { kind: 'binary', fn: (call.attributes as { fn: BinaryName }).fn, a, b };
    case 'where':
      return { kind: 'where', condition: a, a: b, b: c };
    default:
      return { kind: 'cast', a };
  }
}

/** x / 2^k is x · 2^−k, bit for bit, and cheaper: the factor where the call is such a quotient. */
function reciprocalOf(call: ProgramCall, constants: readonly (number | undefined)[]): number | undefined {
  const divisor = constants[1];
  if (call.op !== 'binary' || (call.attributes as { fn: BinaryName }).fn !== 'div' || divisor === undefined) return undefined;
  const power = Math.log2(Math.abs(divisor));
  return Number.isInteger(power) && Math.abs(power) <= 126 && 2 ** power === Math.abs(divisor) ? 1 / divisor : undefined;
}

interface Draft {
  readonly instructions: readonly FusedInstruction[];
  readonly types: readonly RegisterType[];
  readonly loads: readonly ProgramView[];
  readonly stores: readonly { readonly view: ProgramView; readonly register: number }[];
}

/** The draft without what no output needs, numbered anew, over joined dims; undefined where it passes the limits. */
function assemble(draft: Draft, limits: FuseLimits): ProgramCall | undefined {
  const needed = new Set<number>();
  const need = (register: number) => {
    if (needed.has(register)) return;
    needed.add(register);
    for (const operand of operandsOf(draft.instructions[register]!)) need(operand);
  };
  for (const store of draft.stores) need(store.register);
  const number = new Map<number, number>();
  const inputs: ProgramView[] = [];
  const instructions: FusedInstruction[] = [];
  const types: RegisterType[] = [];
  draft.instructions.forEach((instruction, i) => {
    if (!needed.has(i)) return;
    const at = (register: number) => number.get(register)!;
    number.set(i, instructions.length);
    types.push(draft.types[i]!);
    instructions.push(
      instruction.kind === 'load' ? { kind: 'load', input: inputs.push(draft.loads[instruction.input]!) - 1 } : renumber(instruction, at),
    );
  });
  const outputs = draft.stores.map((store) => store.view);
  const inPlace = outputs.filter((output) => inputs.some((input) => isSameView(input, output))).length;
  const bindings = inputs.length + outputs.length - inPlace;
  if (inputs.length > limits.inputs || outputs.length > limits.outputs || bindings > limits.bindings) return undefined;
  if (instructions.length > limits.instructions || outputs.length === 0) return undefined;
  const views = joinDims([...inputs, ...outputs]);
  return {
    op: 'fused',
    inputs: views.slice(0, inputs.length),
    outputs: views.slice(inputs.length),
    attributes: { instructions, types, outputs: draft.stores.map((store) => number.get(store.register)!) },
  };
}

type RegisterType = AttributesOf<'fused'>['types'][number];

function registerType(dtype: DType): RegisterType | undefined {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'uint8' || dtype === 'bool' ? dtype : undefined;
}

/** The registers an instruction reads. */
function operandsOf(instruction: FusedInstruction): readonly number[] {
  switch (instruction.kind) {
    case 'load':
    case 'constant':
      return [];
    case 'unary':
    case 'cast':
      return [instruction.a];
    case 'binary':
      return [instruction.a, instruction.b];
    case 'where':
      return [instruction.condition, instruction.a, instruction.b];
  }
}

function renumber(instruction: FusedInstruction, at: (register: number) => number): FusedInstruction {
  switch (instruction.kind) {
    case 'load':
    case 'constant':
      return instruction;
    case 'unary':
    case 'cast':
      return { ...instruction, a: at(instruction.a) };
    case 'binary':
      return { ...instruction, a: at(instruction.a), b: at(instruction.b) };
    case 'where':
      return { ...instruction, condition: at(instruction.condition), a: at(instruction.a), b: at(instruction.b) };
  }
}
