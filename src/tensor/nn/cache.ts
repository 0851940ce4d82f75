/* Keys and values of the positions an attention layer has seen, so that generating one more position computes one (tensor-api.md 9).
   Outside of `compile` attention sees the positions that are filled; inside it sees the whole room, with a mask that is fed anew at every
   call, so that one plan serves every length. */

import { hold, noGrad } from '../autograd.ts';
import { compute, computeInto, emptyTensor, feed, repeatOnHost, tracing, withTracer } from '../dispatch.ts';
import type { DType } from '../dtype.ts';
import { fail } from '../error.ts';
import { copyInto } from '../ops/elementwise.ts';
import { narrow } from '../ops/view.ts';
import { sameShape, show } from '../shape.ts';
import { makeView, tensorsOf, type Tensor } from '../tensor.ts';
import { checkSizes } from './layer.ts';

/** What attention reads after new positions were appended. */
export interface Appended {
  /** (B, H, S, D) and (B, H, S, Dv), without a past: S the positions so far, or all there is room for. */
  readonly keys: Tensor;
  readonly values: Tensor;
  /** Where S is the room: 0 where row t may attend to column s, −inf elsewhere (T, S). */
  readonly mask: Tensor | null;
}

export class KVCache {
  readonly maxLength: number;
  private filled = 0;
  private keys: Tensor | null = null;
  private values: Tensor | null = null;

  constructor(maxLength: number) {
    checkSizes('KVCache', { maxLength });
    this.maxLength = maxLength;
  }

  /** How many positions it has. */
  get length(): number {
    if (tracing() !== null)
      fail(
        'trace',
        'KVCache',
        'its length changes at every call, so a compiled function cannot read it. Pass positions as an argument tensor.',
      );
    return this.filled;
  }

  /** Forgets all positions; the room stays. */
  reset(): void {
    if (tracing() !== null) fail('trace', 'KVCache', 'a compiled function cannot reset it. Call reset() outside.');
    this.filled = 0;
    // What is masked is multiplied by 0: nothing in the room may be inf or NaN.
    for (const room of [this.keys, this.values]) if (room && !room.disposed) computeInto('fill', [], [room], { value: 0 });
  }

  /** The position of the first new row, for what is made on the host at every call (angles of rope). */
  position(): number {
    return this.filled;
  }

  /** Appends k (B, H, T, D) and v (B, H, T, Dv). `causal`: row t attends to no later row. */
  append(k: Tensor, v: Tensor, causal: boolean): Appended {
    const count = k.shape[2]!;
    const trace = tracing();
    if (trace === null) this.checkRoom(count);
    return noGrad(() => {
      // The room outlives a trace.
      withTracer(null, () => {
        this.keys = this.roomFor(k, this.keys);
        this.values = this.roomFor(v, this.values);
      });
      const [keys, values] = [this.keys!, this.values!];
      if (trace !== null) return this.appendTraced(k, v, keys, values, causal);
      copyInto(narrow(keys, 2, this.filled, count), k);
      copyInto(narrow(values, 2, this.filled, count), v);
      this.filled += count;
      return { keys: narrow(keys, 2, 0, this.filled), values: narrow(values, 2, 0, this.filled), mask: null };
    });
  }

  /** The same with the position fed: rows are written where an index says. */
  private appendTraced(k: Tensor, v: Tensor, keys: Tensor, values: Tensor, causal: boolean): Appended {
    const [count, room, { device }] = [k.shape[2]!, this.maxLength, k];
    const places = feed([count], 'int32', device, () => {
      this.checkRoom(count);
      return Int32Array.from({ length: count }, (_, t) => this.filled + t);
    });
    const mask = feed([count, room], 'float32', device, () =>
      Float32Array.from({ length: count * room }, (_, i) => {
        const last = this.filled + (causal ? Math.floor(i / room) : count - 1);
        return i % room <= last ? 0 : -Infinity;
      }),
    );
    for (const [target, source] of [
      [keys, k],
      [values, v],
    ] as const)
      // prettier-ignore
      computeInto('scatter', [makeView(places, [...source.shape], [0, 0, 1, 0]), source], [target], { dim: 2, mode: 'set' });
    repeatOnHost(() => void (this.filled += count));
    return { keys, values, mask: k.dtype === 'float32' ? mask : compute('cast', [mask], mask.shape, k.dtype, {}) };
  }

  private checkRoom(count: number): void {
    if (this.filled + count > this.maxLength)
      fail(
        'shape',
        'KVCache',
        `expected at most ${this.maxLength} positions in the KVCache, got ${this.filled} and ${count} more. Make it larger, or reset() it.`,
      );
  }

  private roomFor(t: Tensor, room: Tensor | null): Tensor {
    const shape = t.shape.map((n, i) => (i === 2 ? this.maxLength : n));
    if (room && !room.disposed && sameShape(room.shape, shape) && room.dtype === t.dtype && room.device === t.device) return room;
    if (this.filled > 0)
      fail('shape', 'KVCache', `expected keys and values like those it has, ${show(room!.shape)}, got ${show(t.shape)}. reset() it first.`);
    if (room) {
      room.storage.left = true;
      room.holders -= 1;
      room.dispose();
    }
    const made = hold(emptyTensor(shape, t.dtype satisfies DType, t.device));
    computeInto('fill', [], [made], { value: 0 });
    return made;
  }

  [tensorsOf](): unknown[] {
    return [this.keys, this.values];
  }
}
