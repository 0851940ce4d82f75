/* Fewer calls with the same effect: copies read through, values computed once, arithmetic that changes no bit, results written where they
   are wanted, calls that nobody sees dropped. Order stays; fusing (fuse.ts) comes after. What a rewriting needs to hold, it checks
   against everything written since (`WriteLog`), so in-place writes and overlapping views are safe.
   Every rewriting of a value is a `copy` first; reading through copies and dropping dead calls do the rest. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Program, ProgramBuffer } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import { asType, simplifyCall } from './algebra.ts';
import { writeWhereWanted } from './destinations.ts';
import {
  acceptsLayout,
  attributesKey,
  isElementwise,
  isSeen,
  isSumFromZero,
  readsOf,
  readsOutputs,
  withInputs,
  WriteLog,
} from './effects.ts';
import { piecesOf, sumOfPieces } from './pieces.ts';
import type { ProgramView } from './views.ts';
import { covers, coversBuffer, isContiguous, isSameView, overlaps, viewThroughCopy, wholeView } from './views.ts';

/** The program with fewer calls and the same contents of held and result buffers after a run, bit for bit (NaN payloads aside). */
export function simplify(program: Program): Program {
  const buffers = [...program.buffers];
  let { calls } = program;
  for (let round = 0; round < 8; round++) {
    const before = calls.length;
    calls = rewriteForward(buffers, calls);
    calls = dropDead({ buffers, calls });
    // Each pass leaves copies of what it changed; it costs a tenth of a round.
    for (let left = -1; left !== calls.length;) {
      left = calls.length;
      calls = writeWhereWanted({ buffers, calls });
    }
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
      isSumFromZero: (view) => {
        const write = log.definition(view);
        return write !== undefined && isSumFromZero(made[write.call]!);
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
