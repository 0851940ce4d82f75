/* The dispatches of a program: its calls lowered over buffers of which the place may not be known yet, joined and put in order (schedule.ts).
   Knows no device: what a program costs can be told without one. */

import { dependences, readsOf } from '../program/effects.ts';
import type { Call, DType, Program, View } from '../types.ts';
import { lowerings } from './lowerings.ts';
import type { Stored } from './memory.ts';
import type { Work } from './schedule.ts';
import { scheduled } from './schedule.ts';
import type { DeviceFacts, Step } from './step.ts';
import { lowerInto } from './target.ts';

/** A buffer of the plan. Those without `stored` are inner until the blocks are given out. */
export interface Planned {
  readonly length: number;
  readonly dtype: DType;
  stored: Stored | undefined;
  /** Inner buffers that lie side by side in one block, and where. */
  group: Group | undefined;
  groupOffset: number;
  /** A stretch of buffers that lie side by side, as one. */
  readonly span: readonly [Planned, Planned] | undefined;
}

export interface Group {
  bytes: number;
  block: Planned | undefined;
}

/** The steps of a program; undefined where the device lacks one of its calls. Gradients of an optimiser that are inner are put in one group. */
export function dispatchesOf(program: Program, buffers: readonly Planned[], facts: DeviceFacts): Step<Planned>[] | undefined {
  groupGradients(program, buffers);
  const works: Work<Planned>[] = [];
  for (const [index, call] of program.calls.entries()) {
    const lowered = lowerInto<Planned>(bound(call, buffers), facts, lowerings, (length, dtype) => planned(length, dtype), neighbours);
    if (!lowered) return undefined;
    for (const step of lowered.steps) if (step.groups[0] * step.groups[1] * step.groups[2] > 0) works.push({ step, call: index });
  }
  const outside = new Set(buffers.filter((_, i) => program.buffers[i]!.kind !== 'inner'));
  const { after } = dependences(program.calls, (call) => readsOf(program.calls[call]!));
  return scheduled(works, after, {
    limit: facts.storageBuffers,
    placeOf,
    isSpan: ({ span }) => span !== undefined,
    isInner: (buffer) => !buffer.stored && !buffer.group && !outside.has(buffer),
  });
}

export function planned(length: number, dtype: DType, stored?: Stored): Planned {
  return { length, dtype, stored, group: undefined, groupOffset: 0, span: undefined };
}

/** Bytes of a buffer beside others. */
export function padded(length: number): number {
  return Math.max(256, Math.ceil(length / 64) * 256);
}

function bound(call: Call<number>, buffers: readonly Planned[]): Call<Planned> {
  const view = (found: View<number>): View<Planned> => ({ ...found, buffer: buffers[found.buffer]! });
  return { ...call, inputs: call.inputs.map(view), outputs: call.outputs.map(view) };
}

/** What must not be both read and written by one dispatch. */
export function placeOf(buffer: Planned): unknown {
  if (buffer.span) return placeOf(buffer.span[0]);
  return buffer.stored ? buffer.stored.block : (buffer.group ?? buffer);
}

/** The lists of buffers that an `adam` call walks together: parameters, gradients, moments. */
export function listsOf(call: Call<number>): number[][] {
  const { count, amsgrad } = call.attributes as { count: number; amsgrad: boolean };
  const lists: number[][] = [];
  for (let k = 0; k < (amsgrad ? 5 : 4); k++) lists.push(call.inputs.slice(1 + k * count, 1 + (k + 1) * count).map(({ buffer }) => buffer));
  return lists;
}

/** Whether `b` lies right behind `a`. */
export function follows(a: Stored, b: Stored): boolean {
  return a.block === b.block && b.offset === a.offset + padded(a.length);
}

/** Gradients that live within the run form one group. */
function groupGradients(program: Program, buffers: readonly Planned[]): void {
  for (const call of program.calls) {
    if (call.op !== 'adam') continue;
    const list = listsOf(call)[1]!.map((index) => buffers[index]!);
    if (list.length < 2 || new Set(list).size !== list.length || list.some(({ stored, group }) => stored || group)) continue;
    const group: Group = { bytes: 0, block: undefined };
    for (const buffer of list) {
      buffer.group = group;
      buffer.groupOffset = group.bytes;
      group.bytes += padded(buffer.length);
    }
    group.block = planned(group.bytes / 4, 'float32');
  }
}

/** What a lowering may know about places: `Target.span`. */
const neighbours = {
  follows(a: Planned, b: Planned): boolean {
    if (a.stored && b.stored) return follows(a.stored, b.stored);
    return a.group !== undefined && a.group === b.group && b.groupOffset === a.groupOffset + padded(a.length);
  },
  span(first: Planned, last: Planned): Planned {
    const length =
      first.stored && last.stored
        ? (last.stored.offset - first.stored.offset) / 4 + last.length
        : (last.groupOffset - first.groupOffset) / 4 + last.length;
    return { ...planned(length, first.dtype), span: [first, last] };
  },
};
