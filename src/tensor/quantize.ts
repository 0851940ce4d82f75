/* Weights in 8 or 4 bits on the host: quantise, pack, unpack. Rows of a matrix are cut into groups that share a scale.
   Numbers are those of float32 arithmetic. Products with packed weights are the backends' (`qmatmul`). tensor-api.md 7.11. */

import { fail } from './error.ts';
import { show, type Shape } from './shape.ts';

/** Options of `quantize`. */
export interface QuantizeOptions {
  /** Default 8. */
  readonly bits?: 8 | 4;
  /** Neighbours along a row that share a scale; the last group may be short. Default null: the whole row. */
  readonly groupSize?: number | null;
  /** Default true: q has a sign and no zero point. Otherwise q counts from 0 and `zero` says which q is 0. */
  readonly symmetric?: boolean;
}

/** Packed weights on the host. G = ⌈in / groupSize⌉ groups a row. */
export interface Quantized {
  /** (out, bytes a row): int8 as two's complement (uint8 if asymmetric), int4 with the low nibble first, rows padded to whole bytes. */
  readonly q: Uint8Array;
  /** (out, G) */
  readonly scale: Float32Array;
  /** (out, G), whole numbers; null if symmetric. */
  readonly zero: Float32Array | null;
  /** [out, in] */
  readonly shape: Shape;
  readonly bits: 8 | 4;
  /** Null: a row is one group. */
  readonly groupSize: number | null;
}

/** Bytes of a packed row of `columns` weights. */
export const rowBytes = (columns: number, bits: 8 | 4): number => (bits === 8 ? columns : Math.ceil(columns / 2));

/** Groups of a row. */
export const groupsOf = (columns: number, groupSize: number | null): number => (groupSize === null ? 1 : Math.ceil(columns / groupSize));

/**
 * w (out, in) → packed. For each group, symmetric: s = absmax / (2^(bits−1) − 1), q = round(w / s), |q| ≤ 2^(bits−1) − 1;
 * asymmetric: s = (max − min) / (2^bits − 1), zero = round(−min / s), q = round(w / s) + zero in [0, 2^bits − 1].
 * Halves round to even. All zeros give s = 0, q = 0; an asymmetric group of one value c ≠ 0 has no width, so it is kept exactly as
 * s = c, zero = 0, q = 1. The error of a weight is at most s / 2 (asymmetric: s, where zero was rounded).
 */
export function quantize(w: Float32Array, shape: Shape, options: QuantizeOptions = {}): Quantized {
  const { bits = 8, groupSize = null, symmetric = true } = options;
  if (bits !== 8 && bits !== 4) fail('value', 'quantize', `expected bits 8 or 4, got ${String(bits)}.`);
  if (groupSize !== null && !(Number.isInteger(groupSize) && groupSize >= 1)) {
    fail('value', 'quantize', `expected groupSize to be an integer ≥ 1 or null, got ${String(groupSize)}.`);
  }
  if (shape.length !== 2) fail('shape', 'quantize', `expected weights [out, in], got ${show(shape)}.`);
  const bad = w.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    fail('value', 'quantize', `expected finite weights, got ${w[bad]} at [${Math.floor(bad / shape[1]!)}, ${bad % shape[1]!}].`);

  const [rows, columns] = shape as [number, number];
  const [width, groups, bytes] = [groupSize ?? columns, groupsOf(columns, groupSize), rowBytes(columns, bits)];
  const q = new Uint8Array(rows * bytes);
  const scale = new Float32Array(rows * groups);
  const zero = symmetric ? null : new Float32Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    for (let g = 0; g < groups; g++) {
      const group = w.subarray(row * columns + g * width, row * columns + Math.min(columns, (g + 1) * width));
      const at = row * groups + g;
      const { s, zero: z, code } = symmetric ? signedCode(group, bits) : unsignedCode(group, bits);
      scale[at] = s;
      if (zero) zero[at] = z;
      for (let i = 0; i < group.length; i++) put(q, row * bytes, g * width + i, code(group[i]!), bits);
    }
  }
  return { q, scale, zero, shape: [rows, columns], bits, groupSize };
}

/** Packed → w (out, in): (q − zero)·s in float32. */
export function dequantize({ q, scale, zero, shape, bits, groupSize }: Quantized): Float32Array {
  const codes = unpack(q, shape, bits, zero === null);
  const [rows, columns] = shape as [number, number];
  const [width, groups] = [groupSize ?? columns, groupsOf(columns, groupSize)];
  const w = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const at = row * groups + Math.floor(i / width);
      w[row * columns + i] = (codes[row * columns + i]! - (zero ? zero[at]! : 0)) * scale[at]!;
    }
  }
  return w;
}

/** The whole numbers (out, in) in the bytes of `q`, with or without a sign. */
export function unpack(q: Uint8Array, shape: Shape, bits: 8 | 4, signed: boolean): Int32Array {
  const [rows, columns] = shape as [number, number];
  const bytes = rowBytes(columns, bits);
  const shift = 32 - bits;
  return Int32Array.from({ length: rows * columns }, (_, at) => {
    const column = at % columns;
    const start = ((at - column) / columns) * bytes;
    const code = bits === 8 ? q[start + column]! : (q[start + (column >> 1)]! >> (4 * (column & 1))) & 15;
    return signed ? (code << shift) >> shift : code;
  });
}

/** Whole numbers (out, in) → bytes of `q`: the inverse of `unpack`. */
export function pack(codes: ArrayLike<number>, shape: Shape, bits: 8 | 4): Uint8Array {
  const [rows, columns] = shape as [number, number];
  const bytes = rowBytes(columns, bits);
  const q = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row++) for (let i = 0; i < columns; i++) put(q, row * bytes, i, codes[row * columns + i]!, bits);
  return q;
}

function put(q: Uint8Array, start: number, column: number, code: number, bits: 8 | 4): void {
  if (bits === 8) q[start + column] = code;
  else q[start + (column >> 1)]! |= (code & 15) << (4 * (column & 1));
}

interface Code {
  readonly s: number;
  readonly zero: number;
  code(weight: number): number;
}

const { fround } = Math;

function signedCode(group: Float32Array, bits: 8 | 4): Code {
  const limit = 2 ** (bits - 1) - 1;
  const s = fround(group.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / limit);
  return { s, zero: 0, code: (weight) => (s === 0 ? 0 : clamp(roundEven(fround(weight / s)), -limit, limit)) };
}

function unsignedCode(group: Float32Array, bits: 8 | 4): Code {
  const limit = 2 ** bits - 1;
  const least = group.reduce((least, value) => Math.min(least, value), Infinity);
  const largest = group.reduce((largest, value) => Math.max(largest, value), -Infinity);
  if (group.length === 0 || least === largest) return { s: least === largest ? least : 0, zero: 0, code: () => (least === 0 ? 0 : 1) };
  const s = fround(fround(largest - least) / limit);
  const zero = roundEven(fround(-least / s));
  return { s, zero, code: (weight) => (s === 0 ? 0 : clamp(roundEven(fround(weight / s)) + zero, 0, limit)) };
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The nearest whole number, halves to even. */
function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}
