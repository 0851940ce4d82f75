/* Fewer, larger calls: elementwise calls of one size that feed each other become one `fused` call, a product with its bias and
   activation one `matmul`, the updates of one optimiser one `adam`. Works on the graph of what must keep its order (`dependences`):
   two nodes become one only where no way leads from one to the other through a third, so hazards of in-place writes are kept by
   construction; inside a fused call every element is read before any is written, so what is read and written must be one and the same view. */

import type { Activation, AttributesOf, BinaryName, UnaryName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Program } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import { attributesKey, isSeen, readsOf, WriteLog } from './effects.ts';
import type { FuseLimits } from './fused.ts';
import { defaultLimits, fusedCall, isFusableCall } from './fused.ts';
import type { Graph, Node } from './graph.ts';
import { graphOf, join } from './graph.ts';
import { constantOf } from './simplify.ts';
import type { ProgramView } from './views.ts';
import { geometryKey, isContiguous, isSameView, overlaps, reshapeView, runsOf } from './views.ts';

/** The program with calls joined; the same values, rounded in the same places, but for a bias that is added before the product is rounded. */
export function fuse(program: Program, limits: FuseLimits = defaultLimits): Program {
  const { calls } = program;
  const log = new WriteLog();
  const constants = calls.map((call, index) => {
    const known = call.inputs.map((view) => (isFusableCall(call) ? constantOf(program.buffers, log, calls, view) : undefined));
    log.add(index, call);
    return known;
  });
  const readsAt = (index: number) => readsOf(calls[index]!).filter((_, i) => constants[index]![i] === undefined);
  const graph = graphOf(calls, constants, readsAt, isFusableCall);
  joinMatmulEpilogues(program, graph);
  joinElementwise(program, graph, limits);
  joinAdam(graph);
  return { buffers: program.buffers, calls: inOrder(program, graph, limits) };
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
