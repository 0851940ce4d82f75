/* Values written where they are wanted: a copy is spared where the call that makes its source can write to its target. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Program } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import { acceptsLayout, isElementwise, readsOf, readsOutputs, withInputs, writesLayout } from './effects.ts';
import type { ProgramView } from './views.ts';
import { covers, isContiguous, isInjective, isSameView, overlaps, reshapeView, viewThroughCopy, wholeView } from './views.ts';

/**
 * Where a value is made only to be copied elsewhere (a result, a gradient that is kept, a part of a concatenation), its call writes it there
 * at once, if the place is free between the two and keeps the value as long as anybody reads it.
 */
export function writeWhereWanted(program: Program): ProgramCall[] {
  const { calls } = program;
  interface Access {
    readonly call: number;
    readonly view: ProgramView;
    readonly isWrite: boolean;
  }
  const accesses = new Map<number, Access[]>();
  const note = (call: number, view: ProgramView, isWrite: boolean) => {
    const list = accesses.get(view.buffer);
    if (list) list.push({ call, view, isWrite });
    else accesses.set(view.buffer, [{ call, view, isWrite }]);
  };
  calls.forEach((call, index) => {
    for (const view of readsOf(call)) note(index, view, false);
    for (const view of call.outputs) note(index, view, true);
  });
  const result: (ProgramCall | undefined)[] = [...calls];
  // What was noted about these no longer holds; the next round looks again.
  const touched = new Set<number>();
  const changed = new Set<number>();

  /** A buffer of many writes that is copied as a whole: all that touches it touches the copy's target instead. */
  const renameInto = (copy: ProgramCall, at: number, uses: readonly Access[], writes: readonly Access[]): void => {
    const source = copy.inputs[0]!;
    const target = copy.outputs[0]!;
    if (!isContiguous(source) || !isContiguous(target) || !uses.every((use) => covers(source, use.view))) return;
    const first = writes[0]!.call;
    const last = Math.max(...uses.map((use) => use.call));
    const isWhole = covers(writes[0]!.view, source) && !readsOutputs(calls[first]!.op);
    if (
      !isWhole &&
      !isTiling(
        writes.map((use) => use.view),
        source,
      )
    )
      return;
    if (uses.some((use) => changed.has(use.call) || (use.isWrite && use.call > at))) return;
    const busy = (accesses.get(target.buffer) ?? []).some(
      (use) => use.call !== at && use.call >= first && (use.call <= at || (use.isWrite && use.call <= last)) && overlaps(use.view, target),
    );
    if (busy) return;
    const move = (view: ProgramView): ProgramView =>
      view.buffer === source.buffer ? { ...view, buffer: target.buffer, offset: view.offset - source.offset + target.offset } : view;
    for (const { call } of uses) {
      result[call] = { ...calls[call]!, inputs: calls[call]!.inputs.map(move), outputs: calls[call]!.outputs.map(move) } as ProgramCall;
      changed.add(call);
    }
    result[at] = undefined;
    for (const buffer of [source.buffer, target.buffer]) touched.add(buffer);
  };

  calls.forEach((copy, at) => {
    if (copy.op !== 'copy') return;
    const source = copy.inputs[0]!;
    const target = copy.outputs[0]!;
    if (program.buffers[source.buffer]!.kind !== 'inner' || source.buffer === target.buffer) return;
    if (touched.has(source.buffer) || touched.has(target.buffer) || changed.has(at)) return;
    const uses = accesses.get(source.buffer)!;
    const writes = uses.filter((use) => use.isWrite);
    const from = writes[0];
    if (!from || from.call >= at || uses.some((use) => use.call < from.call)) return;
    if (writes.length > 1) return renameInto(copy, at, uses, writes);
    const original = calls[from.call]!;
    if (readsOutputs(original.op) || changed.has(from.call) || !isInjective(target)) return;
    // A product of which only the transpose is wanted is made as the product of the transposes.
    const turned = uses.length === 2 ? transposedProduct(original, source) : undefined;
    const maker = turned ?? original;
    const made = maker.outputs.findIndex((output) => output.buffer === source.buffer);
    const output = maker.outputs[made]!;
    const order = turned ? source.shape.map((_, d) => d) : memoryOrder(source);
    const [sorted, aim] = [permuted(source, order), permuted(target, order)];
    // The output as it lies in memory, and where that comes to lie.
    const outputOrder = memoryOrder(output);
    const lying = permuted(output, outputOrder);
    if (!turned && (!isContiguous(lying) || !isContiguous(sorted) || lying.offset !== sorted.offset)) return;
    const lyingThere = reshapeView(aim, lying.shape);
    const place =
      lyingThere &&
      permuted(
        lyingThere,
        outputOrder.map((_, d) => outputOrder.indexOf(d)),
      );
    if (!lyingThere || !place || !writesLayout(maker, made, place)) return;
    const elementwise = isElementwise(maker.op);
    if (maker.inputs.some((input) => overlaps(input, place) && !(elementwise && isSameView(input, place)))) return;
    if (maker.outputs.some((other, i) => i !== made && overlaps(other, place))) return;
    const lastUse = Math.max(at, ...uses.map((use) => use.call));
    const busy = (accesses.get(target.buffer) ?? []).some(
      (use) =>
        use.call > from.call && use.call !== at && (use.call < at || (use.isWrite && use.call <= lastUse)) && overlaps(use.view, place),
    );
    if (busy) return;
    const readers = new Map<number, ProgramCall>();
    for (const use of uses) {
      if (use.isWrite || use.call === at || readers.has(use.call)) continue;
      const reader = calls[use.call]!;
      if (readsOutputs(reader.op) || changed.has(use.call)) return;
      const inputs: ProgramView[] = [];
      for (const [i, input] of reader.inputs.entries()) {
        const there =
          input.buffer === source.buffer ? (covers(output, input) ? viewThroughCopy(input, lying, lyingThere) : undefined) : input;
        if (there === undefined || (there !== input && !acceptsLayout(reader, i, there))) return;
        inputs.push(there);
      }
      readers.set(use.call, withInputs(reader, inputs));
    }
    for (const [index, reader] of readers) result[index] = reader;
    result[from.call] = { ...maker, outputs: maker.outputs.map((other, i) => (i === made ? place : other)) } as ProgramCall;
    result[at] = undefined;
    for (const buffer of [source.buffer, target.buffer]) touched.add(buffer);
    for (const index of [from.call, at, ...readers.keys()]) changed.add(index);
  });
  return result.filter((call) => call !== undefined);
}

/** The dims of a view in the order in which its elements lie in memory. */
function memoryOrder({ shape, strides }: ProgramView): number[] {
  return shape.map((_, d) => d).sort((d, e) => strides[e]! - strides[d]! || d - e);
}

function permuted(view: ProgramView, order: readonly number[]): ProgramView {
  return { ...view, shape: order.map((d) => view.shape[d]!), strides: order.map((d) => view.strides[d]!) };
}

/** Whether the parts lie in the whole, none on another, and leave no gap. */
function isTiling(parts: readonly ProgramView[], whole: ProgramView): boolean {
  if (parts.length > 32 || parts.reduce((sum, part) => sum + sizeOf(part.shape), 0) !== sizeOf(whole.shape)) return false;
  return parts.every((part, i) => isInjective(part) && covers(whole, part) && parts.slice(0, i).every((other) => !overlaps(part, other)));
}

/** (a·b)ᵀ as bᵀ·aᵀ, where `view` is the transpose of all that the call makes and the call is a plain product. */
function transposedProduct(call: ProgramCall, view: ProgramView): ProgramCall | undefined {
  if (call.op !== 'matmul') return undefined;
  const { bias, activation } = call.attributes as AttributesOf<'matmul'>;
  const output = call.outputs[0]!;
  const [batch, m, n] = output.shape as [number, number, number];
  const seen = reshapeView(view, [batch, n, m]);
  if (
    bias ||
    activation ||
    !seen ||
    !isContiguous(output) ||
    !isSameView(seen, { ...output, shape: [batch, n, m], strides: [m * n, 1, n] })
  )
    return undefined;
  const turn = (x: ProgramView): ProgramView => {
    const [b, rows, columns] = x.shape as [number, number, number];
    const [outer, down, across] = x.strides as [number, number, number];
    return { ...x, shape: [b, columns, rows], strides: [outer, across, down] };
  };
  const [a, b] = call.inputs as [ProgramView, ProgramView];
  return {
    ...call,
    inputs: [turn(b), turn(a)],
    outputs: [wholeView(output.buffer, [batch, n, m], output.dtype, output.offset)],
  } as ProgramCall;
}
