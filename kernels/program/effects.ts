/* What calls read and write, and what follows from it: which call a value comes from (`WriteLog`), and which calls must keep their order
   (`dependences`). Views of one buffer may overlap; a buffer may be written any number of times. */

import type { AttributesOf, OperationName } from '../operations.ts';
import type { Call, Program, View } from '../types.ts';
import type { ProgramView } from './views.ts';
import { covers, isContiguous, overlaps } from './views.ts';

export type ProgramCall = Call<number>;

/** Operations that read the former contents of their outputs. `adam` names them among its inputs too. */
export function readsOutputs(op: OperationName): boolean {
  return op === 'scatter' || op === 'rowsAdd' || op === 'adam';
}

/** Every view whose contents the call needs. */
export function readsOf(call: ProgramCall): readonly ProgramView[] {
  return readsOutputs(call.op) ? [...call.inputs, ...call.outputs] : call.inputs;
}

/** One value for each element, from the elements at the same place: what `fused` can hold. Any strides in and out. */
export function isElementwise(op: OperationName): boolean {
  return op === 'unary' || op === 'binary' || op === 'where' || op === 'cast' || op === 'copy' || op === 'fused' || op === 'fill';
}

/** Which inputs may have any strides (operations.ts); attention wants stride 1 in the last dim. */
export function acceptsLayout(call: ProgramCall, input: number, view: ProgramView): boolean {
  if (isContiguous(view) || isElementwise(call.op)) return true;
  switch (call.op) {
    case 'reduce':
    case 'scan':
    case 'gather':
    case 'scatter':
      return true;
    case 'matmul':
      return input < 2;
    case 'crossEntropyGrad':
      return input === 0;
    case 'attention':
      return input === 3 || view.strides.at(-1) === 1;
    case 'attentionGrad':
      // g, q, k, v, out, logsumexp, mask
      return input === 6 || (input !== 5 && view.strides.at(-1) === 1);
    default:
      return false;
  }
}

/** Whether the call can write its output `output` to `place`, of the same shape: anywhere where it is elementwise; attention by rows. */
export function writesLayout(call: ProgramCall, output: number, place: ProgramView): boolean {
  if (isContiguous(place) || isElementwise(call.op)) return true;
  return place.strides.at(-1) === 1 && ((call.op === 'attention' && output === 0) || call.op === 'attentionGrad');
}

/** Whether every element is a sum that begins at 0, hence never −0 (but where it underflows): x + 0 is x then. */
export function isSumFromZero(call: ProgramCall): boolean {
  if (call.op === 'matmul')
    return !(call.attributes as AttributesOf<'matmul'>).bias && !(call.attributes as AttributesOf<'matmul'>).activation;
  return call.op === 'attentionGrad';
}

/** Whether what a buffer holds at the end of a run can be seen. */
export function isSeen(program: Program, buffer: number): boolean {
  const { kind } = program.buffers[buffer]!;
  return kind === 'held' || kind === 'result';
}

/** A write: output `output` of call `call`. */
export interface Write {
  readonly call: number;
  readonly output: number;
  readonly view: ProgramView;
}

/** The writes made so far, while walking the calls in order. */
export class WriteLog {
  readonly #writes = new Map<number, Write[]>();

  add(call: number, made: ProgramCall): void {
    made.outputs.forEach((view, output) => {
      const writes = this.#writes.get(view.buffer);
      if (!writes) {
        this.#writes.set(view.buffer, [{ call, output, view }]);
        return;
      }
      const kept = writes.filter((write) => !covers(view, write.view));
      kept.push({ call, output, view });
      this.#writes.set(view.buffer, kept);
    });
  }

  /** The latest write that touches the view; undefined where the view is as the run found it. */
  latest(view: ProgramView): Write | undefined {
    return this.#writes.get(view.buffer)?.findLast((write) => overlaps(write.view, view));
  }

  /** The write that gave the view all its present contents, if it was one. */
  definition(view: ProgramView): Write | undefined {
    const write = this.latest(view);
    return write && covers(write.view, view) ? write : undefined;
  }

  /** The writes that touch the view and are not wholly overwritten, in order. */
  writesInto(view: ProgramView): Write[] {
    return (this.#writes.get(view.buffer) ?? []).filter((write) => overlaps(write.view, view));
  }

  /** Whether nothing has been written into the view since call `call` was made. */
  isUnchangedSince(view: ProgramView, call: number): boolean {
    const write = this.latest(view);
    return write === undefined || write.call <= call;
  }

  isWritten(buffer: number): boolean {
    return this.#writes.has(buffer);
  }
}

export interface Dependences {
  /** By call: the later calls that must stay behind it. */
  readonly after: readonly ReadonlySet<number>[];
  /** By call: the later calls that read something it wrote. A subset of `after`. */
  readonly readers: readonly ReadonlySet<number>[];
}

/**
 * Which calls must keep their order: a read after a write, a write after a read, a write after a write of some common element.
 * Orders that follow from others may be left out of `after`; `readers` is complete. `readsAt` may leave out reads that are resolved otherwise.
 */
export function dependences(calls: readonly ProgramCall[], readsAt: (call: number) => readonly ProgramView[]): Dependences {
  const after: Set<number>[] = calls.map(() => new Set());
  const readers: Set<number>[] = calls.map(() => new Set());
  interface Access {
    readonly call: number;
    readonly view: ProgramView;
  }
  const accesses = new Map<number, { writes: Access[]; reads: Access[] }>();
  const at = (buffer: number) => {
    let found = accesses.get(buffer);
    if (!found) accesses.set(buffer, (found = { writes: [], reads: [] }));
    return found;
  };
  calls.forEach((call, index) => {
    for (const view of readsAt(index)) {
      const { writes, reads } = at(view.buffer);
      for (const write of writes) {
        if (!overlaps(write.view, view)) continue;
        after[write.call]!.add(index);
        readers[write.call]!.add(index);
      }
      reads.push({ call: index, view });
    }
    for (const view of call.outputs) {
      const found = at(view.buffer);
      for (const access of [...found.writes, ...found.reads]) {
        if (access.call !== index && overlaps(access.view, view)) after[access.call]!.add(index);
      }
      found.writes = found.writes.filter((write) => !covers(view, write.view));
      found.reads = found.reads.filter((read) => !covers(view, read.view));
      found.writes.push({ call: index, view });
    }
  });
  return { after, readers };
}

/** The same call with other inputs; itself where they are the same. */
export function withInputs(call: ProgramCall, inputs: readonly View<number>[]): ProgramCall {
  if (inputs.every((view, i) => view === call.inputs[i])) return call;
  return { ...call, inputs } as ProgramCall;
}

const attributeTexts = new WeakMap<object, string>();

/** Attributes as text that tells all numbers apart; JSON alone writes NaN and ±inf as null and −0 as 0. */
export function attributesKey(attributes: object): string {
  let text = attributeTexts.get(attributes);
  if (text === undefined) {
    text = JSON.stringify(attributes, (_, value: unknown) =>
      typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `#${constantText(value)}` : value,
    );
    attributeTexts.set(attributes, text);
  }
  return text;
}

/** A number as text that tells −0 from 0. */
export function constantText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
