/* Numbers that become more: a Float64Array that grows by doubling. */

export class Column {
  #buffer = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#buffer.length) this.#grow(this.length + 1);
    this.#buffer[this.length++] = value;
  }
  append(part: ArrayLike<number>): void {
    if (this.length + part.length > this.#buffer.length) this.#grow(this.length + part.length);
    this.#buffer.set(part, this.length);
    this.length += part.length;
  }
  /** Forgets what stands behind the first `length`. */
  cut(length: number): void {
    this.length = Math.min(this.length, length);
  }
  /** What is there now, not copied. */
  view(): Float64Array {
    return this.#buffer.subarray(0, this.length);
  }
  #grow(least: number): void {
    const grown = new Float64Array(Math.max(this.#buffer.length * 2, least));
    grown.set(this.view());
    this.#buffer = grown;
  }
}
