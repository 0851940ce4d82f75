/* Fewer calls with the same effect: copies read through, values computed once, arithmetic that changes no bit, results written where they
   are wanted, calls that nobody sees dropped. Order stays; fusing (fuse.ts) comes after. What a rewriting needs to hold, it checks
   against everything written since (`WriteLog`), so in-place writes and overlapping views are safe.
   Every rewriting of a value is a `copy` first; reading through copies and dropping dead calls do the rest. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Program, ProgramBuffer } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import { asType, simplifyCall } from './algebra.ts';
import { attributesKey, isElementwise, isSeen, readsOf, readsOutputs, withInputs, WriteLog } from './effects.ts';
import { piecesOf, sumOfPieces } from './pieces.ts';
import type { ProgramView } from './views.ts';
import { covers, coversBuffer, isContiguous, isInjective, isSameView, overlaps, reshapeView, viewThroughCopy, wholeView } from './views.ts';

/** The program with fewer calls and the same contents of held and result buffers after a run, bit for bit (NaN payloads aside). */
export function simplify(program: Program): Program {
  const buffers = [...program.buffers];
  let { calls } = program;
  for (let round = 0; round < 4; round++) {
    const before = calls.length;
    calls = rewriteForward(buffers, calls);
    calls = dropDead({ buffers, calls });
    calls = writeWhereWanted({ buffers, calls });
    if (calls.length === before && round > 0) break;
  }
  return { buffers, calls };
}

/** The value of every element of a view, where a `fill` or a constant of one number defines it; as the view's type holds it. */
export function constantOf(
  buffers: Program['buffers'],
  log: WriteLog,
  calls: readonly ProgramCall[],
  view: ProgramView,
): number | undefined {
  const definition = log.definition(view);
  if (definition) {
    const call = calls[definition.call]!;
    return call.op === 'fill' ? asType((call.attributes as AttributesOf<'fill'>).value, view.dtype) : undefined;
  }
  const buffer = buffers[view.buffer]!;
  if (buffer.kind !== 'constant' || buffer.length !== 1 || log.isWritten(view.buffer)) return undefined;
  return asType(buffer.data[0]!, view.dtype);
}

/** Which inputs may have any strides (operations.ts); attention wants stride 1 in the last dim. */
function acceptsLayout(call: ProgramCall, input: number, view: ProgramView): boolean {
  if (isContiguous(view) || isElementwise(call.op)) return true;
  switch (call.op) {
    case 'reduce':
    case 'scan':
    case 'gather':
    case 'scatter':
      return true;
    case 'matmul':
      return input < 2;
    case 'attention':
      return input === 3 || view.strides.at(-1) === 1;
    case 'attentionGrad':
      // g, q, k, v, out, logsumexp, mask
      return input === 6 || (input >= 1 && input <= 3 && view.strides.at(-1) === 1);
    default:
      return false;
  }
}

function rewriteForward(buffers: ProgramBuffer[], calls: readonly ProgramCall[]): ProgramCall[] {
  const log = new WriteLog();
  const made: ProgramCall[] = [];
  const known = new Map<string, number>();
  const emit = (call: ProgramCall) => {
    log.add(made.length, call);
    made.push(call);
  };
  /** The view that an input may be read from instead: what copies copied, as long as it is still there. */
  const throughCopies = (call: ProgramCall, input: number): ProgramView => {
    let view = call.inputs[input]!;
    let best = view;
    for (;;) {
      const write = log.definition(view);
      const copy = write && made[write.call]!;
      if (copy?.op !== 'copy') return best;
      const source = viewThroughCopy(view, write!.view, copy.inputs[0]!);
      if (source === undefined || !log.isUnchangedSince(source, write!.call)) return best;
      // What the call writes itself must not come to lie on what it reads, but in place.
      const clashes = call.outputs.some((output) => overlaps(output, source) && !(isElementwise(call.op) && isSameView(output, source)));
      if (acceptsLayout(call, input, source) && !clashes) best = source;
      view = source;
    }
  };
  let zero: ProgramView | undefined;
  /** The number 0 in a buffer of its own. */
  const zeroView = (): ProgramView => {
    if (zero) return zero;
    zero = wholeView(buffers.push({ kind: 'inner', dtype: 'float32', length: 1 }) - 1, [], 'float32');
    emit({ op: 'fill', inputs: [], outputs: [zero], attributes: { value: 0 } });
    return zero;
  };
  const isZero = (view: ProgramView) => Object.is(constantOf(buffers, log, made, view), 0);
  const version = (view: ProgramView) =>
    `${view.buffer}@${log.latest(view)?.call ?? -1}:${view.offset}:${view.shape}:${view.strides}:${view.dtype}`;

  for (const original of calls) {
    if (original.outputs.every((output) => sizeOf(output.shape) === 0)) continue;
    let call = readsOutputs(original.op)
      ? original
      : withInputs(
          original,
          original.inputs.map((_, input) => throughCopies(original, input)),
        );
    call = simplifyCall(call, {
      constant: (view) => constantOf(buffers, log, made, view),
      definition: (view) => {
        const write = log.definition(view);
        const by = write && made[write.call]!;
        return by && isSameView(write.view, view) && by.inputs.every((input) => log.isUnchangedSince(input, write.call - 1))
          ? by
          : undefined;
      },
      reluOf: (view) => {
        const index = known.get(`unary{"fn":"relu"}|${version(view)}`);
        const relu = index === undefined ? undefined : made[index]!.outputs[0]!;
        return relu && log.definition(relu)?.call === index ? relu : undefined;
      },
    });
    // A copy onto itself does nothing.
    if (call.op === 'copy' && isSameView(call.inputs[0]!, call.outputs[0]!)) continue;
    if (call.op === 'binary' && (call.attributes as { fn: string }).fn === 'add' && call.outputs[0]!.dtype === 'float32') {
      const sum = sumOfPieces(call, (view) => piecesOf(view, log, made, isZero), zeroView);
      sum?.forEach(emit);
      if (sum) continue;
    }
    if (readsOutputs(call.op) || call.op === 'copy') {
      emit(call);
      continue;
    }
    const key = `${call.op}${attributesKey(call.attributes)}|${call.inputs.map(version).join('|')}`;
    const layouts = call.op === 'fill' || call.op === 'iota' || isElementwise(call.op) ? `|${outputsKey(call)}` : '';
    const first = known.get(key + layouts);
    const twin = first === undefined ? undefined : made[first]!;
    if (twin && outputsKey(twin) === outputsKey(call) && twin.outputs.every((output) => log.definition(output)?.call === first)) {
      const places = call.outputs.map((output, i) => [twin.outputs[i]!, output] as const);
      const apart = places.every(([source, output], i) =>
        places.every(([other], j) => !overlaps(other, output) || (i === j && isSameView(source, output))),
      );
      if (apart) {
        for (const [source, output] of places) {
          if (!isSameView(source, output)) emit({ op: 'copy', inputs: [source], outputs: [output], attributes: {} });
        }
        continue;
      }
    }
    known.set(key + layouts, made.length);
    if (call.op === 'unary') known.set(key, made.length);
    emit(call);
  }
  return made;
}

function outputsKey(call: ProgramCall): string {
  return call.outputs.map((output) => `${output.dtype}:${output.shape}:${isContiguous(output) ? '' : output.strides}`).join(';');
}

/** Calls whose outputs reach no later read and no buffer that outlives the run are left out. */
export function dropDead(program: Program): ProgramCall[] {
  /** By buffer: the views that later calls read; and buffers whose present contents nobody sees at the end. */
  const read = new Map<number, ProgramView[]>();
  const overwritten = new Set<number>();
  const kept: ProgramCall[] = [];
  for (const call of program.calls.toReversed()) {
    const live = call.outputs.some(
      (output) =>
        (isSeen(program, output.buffer) && !overwritten.has(output.buffer)) ||
        (read.get(output.buffer) ?? []).some((view) => overlaps(output, view)),
    );
    if (!live) continue;
    kept.push(call);
    for (const output of call.outputs) {
      const views = read.get(output.buffer);
      if (views?.some((view) => covers(output, view))) {
        read.set(
          output.buffer,
          views.filter((view) => !covers(output, view)),
        );
      }
      if (coversBuffer(output, program.buffers[output.buffer]!.length)) overwritten.add(output.buffer);
    }
    for (const view of readsOf(call)) {
      const views = read.get(view.buffer);
      if (!views) read.set(view.buffer, [view]);
      else if (!views.some((other) => covers(other, view))) views.push(view);
    }
  }
  return kept.reverse();
}

/**
 * Where a value is made only to be copied elsewhere (a result, a gradient that is kept, a part of a concatenation), its call writes it there
 * at once, if the place is free between the two and keeps the value as long as anybody reads it.
 */
function writeWhereWanted(program: Program): ProgramCall[] {
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
    if (!turned && (!isContiguous(output) || !isContiguous(source) || output.offset !== source.offset)) return;
    const place = reshapeView(target, output.shape);
    if (place === undefined || !(isElementwise(maker.op) || isContiguous(place))) return;
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
        const there = input.buffer === source.buffer ? (covers(output, input) ? viewThroughCopy(input, output, place) : undefined) : input;
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
