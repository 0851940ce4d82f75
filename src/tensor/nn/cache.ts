/* Keys and values of the positions an attention layer has seen, so that generating one more position computes one (tensor-api.md 9). */

import { hold, noGrad } from '../autograd.ts';
import { emptyTensor, tracing } from '../dispatch.ts';
import { fail, TensorError } from '../error.ts';
import { copyInto } from '../ops/elementwise.ts';
import { narrow } from '../ops/view.ts';
import { sameShape, show } from '../shape.ts';
import { tensorsOf, type Tensor } from '../tensor.ts';
import { checkSizes } from './layer.ts';

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
    return this.filled;
  }

  /** Forgets all positions; the room stays. */
  reset(): void {
    this.filled = 0;
  }

  /** Appends k (B, H, T, D) and v (B, H, T, Dv); gives all so far, without a past. */
  append(k: Tensor, v: Tensor): [Tensor, Tensor] {
    if (tracing() !== null) {
      throw new TensorError(
        'trace',
        'KVCache: its length changes at every call, so a compiled function cannot use it. Call the model with a cache outside of compile.',
      );
    }
    const count = k.shape[2]!;
    const end = this.filled + count;
    if (end > this.maxLength)
      fail(
        'shape',
        'KVCache',
        `expected at most ${this.maxLength} positions in the KVCache, got ${this.filled} and ${count} more. Make it larger, or reset() it.`,
      );
    return noGrad(() => {
      this.keys = this.roomFor(k, this.keys);
      this.values = this.roomFor(v, this.values);
      copyInto(narrow(this.keys, 2, this.filled, count), k);
      copyInto(narrow(this.values, 2, this.filled, count), v);
      this.filled = end;
      return [narrow(this.keys, 2, 0, end), narrow(this.values, 2, 0, end)];
    });
  }

  private roomFor(t: Tensor, room: Tensor | null): Tensor {
    const shape = t.shape.map((n, i) => (i === 2 ? this.maxLength : n));
    if (room && !room.disposed && sameShape(room.shape, shape) && room.dtype === t.dtype && room.device === t.device) return room;
    if (this.filled > 0)
      fail('shape', 'KVCache', `expected keys and values like those it has, ${show(room!.shape)}, got ${show(t.shape)}. reset() it first.`);
    if (room) {
      room.holders -= 1;
      room.dispose();
    }
    return hold(emptyTensor(shape, t.dtype, t.device));
  }

  [tensorsOf](): unknown[] {
    return [this.keys, this.values];
  }
}
