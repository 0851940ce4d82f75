/* Where the inner buffers of a program lie in one block of memory: buffers that never live at once share bytes (liveness colouring),
   and an elementwise call writes over an input that dies with it. The caller adds the block's own place. */

import type { Program, ProgramBuffer } from '../types.ts';
import { isElementwise } from './effects.ts';
import type { ProgramCall } from './effects.ts';
import { geometryKey } from './views.ts';

export interface MemoryPlan {
  /** By buffer index, for each inner buffer that some call touches: its first byte in the block. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Size of the block. */
  readonly bytes: number;
}

export interface PlanOptions {
  /** Offsets are multiples of it. */
  readonly align: number;
  /** Bytes of a whole buffer. Default: 4 an element, 8 of float64, 1 of uint8 and bool. */
  readonly sizeOf?: (buffer: ProgramBuffer) => number;
  /** Whether an output may take the place of a dying input of the same elementwise call. Default no: such a call has two buffers in one place, and a kernel that
   *  writes an output before it has read every input for it must compare places, not buffers. */
  readonly inPlace?: boolean;
}

/** Bytes of a buffer on the host and in wasm. */
export function hostBytes(buffer: Pick<ProgramBuffer, 'dtype' | 'length'>): number {
  const { dtype, length } = buffer;
  return length * (dtype === 'float64' ? 8 : dtype === 'uint8' || dtype === 'bool' ? 1 : 4);
}

/** Buffers that share one place, and the calls from whose first to whose last it is taken. */
interface Slot {
  bytes: number;
  start: number;
  end: number;
  offset: number;
}

/** A place for each inner buffer. Two buffers with a common byte are never live at once: from the first to the last call that touches a buffer. */
export function planMemory(program: Program, { align, sizeOf = hostBytes, inPlace = false }: PlanOptions): MemoryPlan {
  const life = new Map<number, { start: number; end: number }>();
  program.calls.forEach((call, index) => {
    for (const { buffer } of [...call.inputs, ...call.outputs]) {
      if (program.buffers[buffer]!.kind !== 'inner') continue;
      const found = life.get(buffer);
      if (found) found.end = index;
      else life.set(buffer, { start: index, end: index });
    }
  });

  const slotOf = new Map<number, Slot>();
  /** By call: inputs whose place an output has taken. */
  const taken = new Set<string>();
  const slots: Slot[] = [];
  for (const [buffer, { start, end }] of life) {
    const bytes = sizeOf(program.buffers[buffer]!);
    const dying = inPlace ? overwritable(program.calls[start]!, buffer) : [];
    const host = dying.find(
      (input) =>
        slotOf.has(input) &&
        !taken.has(`${start} ${input}`) &&
        life.get(input)!.end === start &&
        slotOf.get(input)!.end === start &&
        sizeOf(program.buffers[input]!) === bytes &&
        program.buffers[input]!.length === program.buffers[buffer]!.length,
    );
    const slot = host === undefined ? { bytes, start, end, offset: 0 } : slotOf.get(host)!;
    if (host === undefined) slots.push(slot);
    else taken.add(`${start} ${host}`);
    slot.end = Math.max(slot.end, end);
    slotOf.set(buffer, slot);
  }

  // Largest first, each into the smallest gap that holds it between those already placed and alive at the same time.
  const placed: Slot[] = [];
  let total = 0;
  for (const slot of slots.toSorted((a, b) => b.bytes - a.bytes || a.start - b.start)) {
    const busy = placed.filter((other) => other.start <= slot.end && slot.start <= other.end).sort((a, b) => a.offset - b.offset);
    let best = -1;
    let room = Infinity;
    let free = 0;
    for (const other of busy) {
      const gap = other.offset - free;
      if (gap >= slot.bytes && gap < room) [best, room] = [free, gap];
      free = Math.max(free, roundUp(other.offset + other.bytes, align));
    }
    slot.offset = best >= 0 ? best : free;
    placed.push(slot);
    total = Math.max(total, slot.offset + slot.bytes);
  }
  return { offsets: new Map([...slotOf].map(([buffer, slot]) => [buffer, slot.offset])), bytes: roundUp(total, align) };
}

/** Inputs of the call whose place its output `buffer` may take: elementwise, each touching element for element what the output does. */
function overwritable(call: ProgramCall, buffer: number): number[] {
  if (!isElementwise(call.op)) return [];
  const outputs = call.outputs.filter((view) => view.buffer === buffer);
  const output = outputs[0];
  if (outputs.length !== 1 || output === undefined || call.inputs.some((view) => view.buffer === buffer)) return [];
  const place = `${output.offset} ${geometryKey(output)}`;
  const candidates = new Set(call.inputs.map((view) => view.buffer));
  for (const view of call.inputs) {
    if (`${view.offset} ${geometryKey(view)}` !== place) candidates.delete(view.buffer);
  }
  for (const view of call.outputs) candidates.delete(view.buffer);
  return [...candidates];
}

function roundUp(bytes: number, align: number): number {
  return Math.ceil(bytes / align) * align;
}
