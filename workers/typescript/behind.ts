/* The live values behind the outputs of one evaluation, for questions of the page (src/output/look.ts): held as long as the
   evaluation stands, its last 64 for certain, older ones and tensors only as long as something else holds them, so that what
   an evaluation shows along its way does not pile up and ownership can free what it made. */

import { isTensor } from '../../src/output/kinds.ts';

const heldOutputs = 64;

export class Behind {
  readonly #values = new Map<number, { readonly value: unknown } | WeakRef<object>>();
  /** Keys of values held for certain, the oldest first. */
  readonly #strong = new Set<number>();

  /** `value` stands behind output `key` from now on; undefined: nothing does. */
  set(key: number, value: unknown): void {
    this.#values.delete(key);
    this.#strong.delete(key);
    if (value === undefined) return;
    const holder = typeof value === 'object' && value !== null;
    if (holder && isTensor(value)) return void this.#values.set(key, new WeakRef(value));
    this.#values.set(key, { value });
    this.#strong.add(key);
    if (this.#strong.size > heldOutputs) this.#weaken(this.#strong.values().next().value!);
  }
  /** Undefined where nothing stands behind it any more. */
  get(key: number): unknown {
    const held = this.#values.get(key);
    return held instanceof WeakRef ? held.deref() : held?.value;
  }

  #weaken(key: number): void {
    this.#strong.delete(key);
    const value = this.get(key);
    if (typeof value === 'object' && value !== null) this.#values.set(key, new WeakRef(value));
    else this.#values.delete(key);
  }
}
