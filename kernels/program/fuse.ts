/* Fewer, larger calls: elementwise calls of one size that feed each other become one `fused` call, a product with its bias and
   activation one `matmul`, the updates of one optimiser one `adam`. Works on the graph of what must keep its order (`dependences`):
   two nodes become one only where no way leads from one to the other through a third, so hazards of in-place writes are kept by
   construction; inside a fused call every element is read before any is written, so what is read and written must be one and the same view. */

import type { Activation, AttributesOf, BinaryName, FusedInstruction, UnaryName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { DType, Program } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import { attributesKey, constantText, dependences, isElementwise, isSeen, readsOf, WriteLog } from './effects.ts';
import { constantOf } from './simplify.ts';
import type { ProgramView } from './views.ts';
import { geometryKey, isContiguous, isSameView, joinDims, overlaps, refineShapes, reshapeView, runsOf } from './views.ts';

/** What one fused call may hold. `bindings`: inputs and outputs together, those in place counted once. */
export interface FuseLimits {
  readonly inputs: number;
  readonly outputs: number;
  readonly bindings: number;
  readonly instructions: number;
}

export const defaultLimits: FuseLimits = { inputs: 8, outputs: 4, bindings: 12, instructions: 48 };

/** The program with calls joined; the same values, rounded in the same places, but for a bias that is added before the product is rounded. */
export function fuse(program: Program, limits: FuseLimits = defaultLimits): Program {
  const graph = graphOf(program);
  joinMatmulEpilogues(program, graph);
  joinElementwise(program, graph, limits);
  joinAdam(graph);
  return { buffers: program.buffers, calls: inOrder(program, graph, limits) };
}

/** A call, or several that have become one. */
interface Node {
  /** By position in the program, ascending. */
  readonly members: Member[];
  readonly after: Set<Node>;
  readonly before: Set<Node>;
  /** Later nodes that read something this one wrote. */
  readonly readers: Set<Node>;
  /** Place in an order that all edges follow. */
  order: number;
  readonly isFusable: boolean;
}

interface Member {
  readonly at: number;
  call: ProgramCall;
  /** The number each input is known to be, where it is. */
  readonly constants: readonly (number | undefined)[];
  /** Positions of the calls that read what this one wrote. */
  readers: ReadonlySet<number>;
}

interface Graph {
  /** In an order that all edges follow; holes where nodes have become one. */
  readonly sequence: (Node | undefined)[];
}

function graphOf(program: Program): Graph {
  const { calls } = program;
  const log = new WriteLog();
  const constants = calls.map((call, index) => {
    const known = call.inputs.map((view) => (isFusableCall(call) ? constantOf(program.buffers, log, calls, view) : undefined));
    log.add(index, call);
    return known;
  });
  const { after, readers } = dependences(calls, (index) => readsOf(calls[index]!).filter((_, i) => constants[index]![i] === undefined));
  const holder = calls.map((call, at): Node => ({
    members: [{ at, call, constants: constants[at]!, readers: readers[at]! }],
    after: new Set(),
    before: new Set(),
    readers: new Set(),
    order: at,
    isFusable: isFusableCall(call),
  }));
  holder.forEach((node, at) => {
    for (const later of after[at]!) {
      node.after.add(holder[later]!);
      holder[later]!.before.add(node);
    }
    for (const later of readers[at]!) node.readers.add(holder[later]!);
  });
  return { sequence: [...holder] };
}

function isFusableCall(call: ProgramCall): boolean {
  const views = [...call.inputs, ...call.outputs];
  if (!isElementwise(call.op) || call.op === 'fused' || call.op === 'fill' || sizeOf(call.outputs[0]!.shape) === 0) return false;
  return views.every((view) => registerType(view.dtype) !== undefined);
}

type RegisterType = AttributesOf<'fused'>['types'][number];

function registerType(dtype: DType): RegisterType | undefined {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'uint8' || dtype === 'bool' ? dtype : undefined;
}

/**
 * The nodes between `first` and `last` in order that lead to `last`; undefined where one of them comes from `first`: a way around, so that
 * the two cannot become one.
 */
function leadingTo(last: Node, first: Node): Set<Node> | undefined {
  const found = new Set<Node>();
  const open = [last];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const before of node.before) {
      if (before === first) {
        if (node !== last) return undefined;
      } else if (before.order > first.order && !found.has(before)) {
        found.add(before);
        open.push(before);
      }
    }
  }
  return found;
}

/** Makes the two one node with `members`, if no way leads from one to the other through a third; the one that is left. */
function join(graph: Graph, x: Node, y: Node, members: () => readonly Member[] | undefined): Node | undefined {
  const [a, b] = x.order < y.order ? [x, y] : [y, x];
  const ahead = leadingTo(b, a);
  const joined = ahead && members();
  if (!joined) return undefined;
  a.members.splice(0, a.members.length, ...joined);
  for (const node of b.before) {
    node.after.delete(b);
    const read = node.readers.delete(b);
    if (node === a) continue;
    node.after.add(a);
    a.before.add(node);
    if (read) node.readers.add(a);
  }
  for (const node of b.after) {
    node.before.delete(b);
    node.before.add(a);
    a.after.add(node);
  }
  for (const node of b.readers) a.readers.add(node);
  // Those that lead to b move ahead of what is now one; all others between stay behind it.
  const low = a.order;
  const slice = graph.sequence.slice(low + 1, b.order).filter((node) => node !== undefined);
  const sorted = [...slice.filter((node) => ahead.has(node)), a, ...slice.filter((node) => !ahead.has(node))];
  for (let i = low; i <= b.order; i++) {
    const node = sorted[i - low];
    graph.sequence[i] = node;
    if (node) node.order = i;
  }
  return a;
}

/** Whether everything the node writes through `view` is read by `reader` alone and seen by nobody else. */
function isOnlyReader(program: Program, node: Node, view: ProgramView, reader: Node): boolean {
  return !isSeen(program, view.buffer) && node.readers.size === 1 && node.readers.has(reader);
}

/** matmul → + bias of a row → activation: attributes of the matmul, where nobody else reads what lies between. */
function joinMatmulEpilogues(program: Program, graph: Graph): void {
  for (const start of [...graph.sequence]) {
    if (start?.members[0]!.call.op !== 'matmul') continue;
    for (let node: Node | undefined = start; node;) node = joinEpilogue(program, graph, node);
  }
}

function joinEpilogue(program: Program, graph: Graph, node: Node): Node | undefined {
  const product = node.members[0]!;
  const output = product.call.outputs[0]!;
  const attributes = product.call.attributes as AttributesOf<'matmul'>;
  const [reader] = node.readers;
  if (!reader || attributes.activation !== null || !isOnlyReader(program, node, output, reader) || reader.members.length !== 1)
    return undefined;
  const next = reader.members[0]!;
  const place = next.call.outputs[0]!;
  const target = reshapeView(place, output.shape);
  if (!target || !isContiguous(target) || place.dtype !== output.dtype) return undefined;
  const isProduct = (view: ProgramView) => {
    const same = reshapeView(view, output.shape);
    return same !== undefined && isSameView(same, output);
  };
  let call: ProgramCall;
  if (next.call.op === 'binary' && (next.call.attributes as { fn: BinaryName }).fn === 'add' && !attributes.bias) {
    const side = next.call.inputs.findIndex(isProduct);
    const bias = side < 0 ? undefined : reshapeView(next.call.inputs[1 - side]!, output.shape);
    if (!bias || isProduct(bias) || bias.strides.slice(0, -1).some((stride, i) => stride !== 0 && bias.shape[i] !== 1)) return undefined;
    const row: ProgramView = { ...bias, shape: [output.shape.at(-1)!], strides: [output.shape.at(-1) === 1 ? 1 : bias.strides.at(-1)!] };
    if (row.strides[0] !== 1) return undefined;
    call = {
      ...product.call,
      inputs: [...product.call.inputs, row],
      outputs: [target],
      attributes: { bias: true, activation: null },
    } as ProgramCall;
  } else if (next.call.op === 'unary' && isProduct(next.call.inputs[0]!)) {
    const activation = activationOf((next.call.attributes as { fn: UnaryName }).fn);
    if (!activation) return undefined;
    call = { ...product.call, outputs: [target], attributes: { ...attributes, activation } } as ProgramCall;
  } else return undefined;
  if (call.inputs.some((input) => overlaps(input, target))) return undefined;
  return join(graph, node, reader, () => [{ at: next.at, call, constants: call.inputs.map(() => undefined), readers: next.readers }]);
}

function activationOf(fn: UnaryName): Activation | undefined {
  return fn === 'relu' || fn === 'gelu' || fn === 'geluTanh' || fn === 'silu' || fn === 'tanh' || fn === 'sigmoid' ? fn : undefined;
}

/** Elementwise calls into the ones they feed, then those that only share an input. */
function joinElementwise(program: Program, graph: Graph, limits: FuseLimits): void {
  const attempt = (a: Node, b: Node): Node | undefined => {
    if (a === b || !a.isFusable || !b.isFusable || sizeOfNode(a) !== sizeOfNode(b)) return undefined;
    return join(graph, a, b, () => {
      const members = [...a.members, ...b.members].sort((x, y) => x.at - y.at);
      return fusedCall(program, members, limits) && members;
    });
  };
  const nodes = [...graph.sequence].filter((node) => node?.isFusable) as Node[];
  const alive = (node: Node) => graph.sequence[node.order] === node;
  // Walking backward, a producer finds its consumers grown as large as they get.
  for (const node of nodes.toReversed()) {
    for (let again = true; again && alive(node);) {
      again = [...node.readers].sort((x, y) => x.order - y.order).some((reader) => attempt(node, reader) !== undefined);
    }
  }
  const byInput = new Map<string, Node>();
  for (const node of nodes) {
    if (!alive(node)) continue;
    const keys = new Set<string>();
    for (const member of node.members) {
      // Parts of one buffer, such as a concatenation.
      keys.add(`into ${member.call.outputs[0]!.buffer} ${sizeOf(member.call.outputs[0]!.shape)}`);
      member.call.inputs.forEach((view, i) => {
        if (
          member.constants[i] === undefined &&
          sizeOf(view.shape) === runsOf(view).reduce((size, run) => (run.stride === 0 ? size : size * run.size), 1)
        ) {
          keys.add(`${view.buffer}:${view.offset}:${sizeOf(view.shape)}`);
        }
      });
    }
    let kept = node;
    for (const key of keys) {
      const other = byInput.get(key);
      if (other && alive(other) && alive(kept)) kept = attempt(other, kept) ?? kept;
      byInput.set(key, kept);
    }
  }
}

function sizeOfNode(node: Node): number {
  return sizeOf(node.members[0]!.call.outputs[0]!.shape);
}

/** Updates of several parameters with one set of numbers, each independent of the others, into one call. */
function joinAdam(graph: Graph): void {
  const open = new Map<string, Node>();
  for (const node of [...graph.sequence]) {
    const member = node?.members[0];
    if (!node || member?.call.op !== 'adam') continue;
    const { call } = member;
    const { count: _, ...rest } = call.attributes as AttributesOf<'adam'>;
    const h = call.inputs[0]!;
    const key = `${attributesKey(rest)} ${h.buffer} ${h.offset} ${geometryKey(h)}`;
    const other = open.get(key);
    const joined =
      other && !other.after.has(node)
        ? join(graph, other, node, () => [
            { ...member, call: bothUpdates(other.members[0]!.call, call), readers: union(other.members[0]!.readers, member.readers) },
          ])
        : undefined;
    open.set(key, joined ?? node);
  }
}

function bothUpdates(a: ProgramCall, b: ProgramCall): ProgramCall {
  const first = a.attributes as AttributesOf<'adam'>;
  const second = b.attributes as AttributesOf<'adam'>;
  const kinds = first.amsgrad ? 4 : 3;
  // Inputs: h, then n each of p g m v (x). Outputs: n each of p m v (x).
  const inputs = [a.inputs[0]!];
  const outputs: ProgramView[] = [];
  const part = (of: readonly ProgramView[], start: number, count: number, k: number) =>
    of.slice(start + k * count, start + (k + 1) * count);
  for (let k = 0; k <= kinds; k++) inputs.push(...part(a.inputs, 1, first.count, k), ...part(b.inputs, 1, second.count, k));
  for (let k = 0; k < kinds; k++) outputs.push(...part(a.outputs, 0, first.count, k), ...part(b.outputs, 0, second.count, k));
  return { op: 'adam', inputs, outputs, attributes: { ...first, count: first.count + second.count } };
}

function union(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...a, ...b]);
}

function inOrder(program: Program, graph: Graph, limits: FuseLimits): ProgramCall[] {
  const calls: ProgramCall[] = [];
  for (const node of graph.sequence) {
    if (!node) continue;
    const [member] = node.members;
    const isAlone = node.members.length === 1 && member!.constants.every((constant) => constant === undefined);
    const call = isAlone || !node.isFusable ? member!.call : (fusedCall(program, node.members, limits) ?? member!.call);
    calls.push(call);
  }
  return calls;
}

/** The members, in order, as one `fused` call; undefined where limits are passed or what is read and what is written lie askew. */
function fusedCall(program: Program, members: readonly Member[], limits: FuseLimits): ProgramCall | undefined {
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

/** The registers an instruction reads. */
export function operandsOf(instruction: FusedInstruction): readonly number[] {
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
