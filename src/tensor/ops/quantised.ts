/* Quantised weights as tensors (tensor-api.md 7.11). Everything is made of operations, so it works on every device and in compiled
   functions; ../quantize.ts is the same on plain arrays, written to be read, and the tests hold the two together. */

import { noGrad, track } from '../autograd.ts';
import { compute, dense, reshaped } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { groupsOf, rowBytes, type QuantizeOptions } from '../quantize.ts';
import { show, sizeOf, type Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import * as e from './elementwise.ts';
import { describe, tensorAt } from './operands.ts';
import { matmul } from './product.ts';
import { cat, narrow, reshape, select, stack } from './view.ts';

/** Packed weights: what `quantize` makes. G = ⌈in / groupSize⌉ groups a row. */
export interface QuantizedTensor {
  /** uint8 (out, bytes a row) */
  readonly q: Tensor;
  /** float32 (out, G) */
  readonly scale: Tensor;
  /** float32 (out, G); null if symmetric. */
  readonly zero: Tensor | null;
  /** [out, in] */
  readonly shape: Shape;
  readonly bits: 8 | 4;
  readonly groupSize: number | null;
}

/** w (out, in) float → packed weights of 8 or 4 bits, with a scale for each row or each group of `groupSize` neighbours in it. */
export function quantize(w: Tensor, options: QuantizeOptions = {}): QuantizedTensor {
  const { bits = 8, groupSize = null, symmetric = true } = options;
  const x = tensorAt(w, 1, 'quantize');
  if (bits !== 8 && bits !== 4) fail('value', 'quantize', `expected bits 8 or 4, got ${describe(bits)}.`);
  if (groupSize !== null && !(Number.isInteger(groupSize) && groupSize >= 1)) {
    fail('value', 'quantize', `expected groupSize to be an integer ≥ 1 or null, got ${describe(groupSize)}.`);
  }
  if (x.ndim !== 2) fail('shape', 'quantize', `expected weights [out, in], got ${show(x.shape)}.`);
  if (!isFloat(x.dtype)) fail('dtype', 'quantize', `expected floats, got ${x.dtype}. Convert with float().`);
  const [rows, columns] = x.shape as [number, number];
  if (columns === 0) fail('shape', 'quantize', `expected rows of at least one weight, got ${show(x.shape)}.`);
  return noGrad(() => {
    const groups = groupsOf(columns, groupSize);
    // (out, G, size): a short last group is filled up with its own last weight, which changes no maximum.
    const grouped = reshape(filled(e.cast(x, 'float32'), groups * (groupSize ?? columns)), [rows, groups, groupSize ?? columns]);
    const { codes, scale, zero } = symmetric ? signedCodes(grouped, bits) : unsignedCodes(grouped, bits);
    const flat = narrow(reshape(codes, [rows, groups * (groupSize ?? columns)]), 1, 0, columns);
    return {
      q: packed(e.cast(flat, 'int32'), bits),
      scale: reshape(scale, [rows, groups]),
      zero: zero && reshape(zero, [rows, groups]),
      shape: [rows, columns],
      bits,
      groupSize,
    };
  });
}

/** The weights (out, in) in float32: (q − zero)·scale. */
export function dequantize(quantized: QuantizedTensor): Tensor {
  const { q, scale, zero, shape, bits, groupSize } = checked(quantized, 'dequantize');
  return noGrad(() => {
    const [rows, columns] = shape as [number, number];
    const bytes = e.cast(q, 'int32');
    const nibbles = (): Tensor => reshape(stack([e.bitwiseAnd(bytes, 15), e.floorDivide(bytes, 16)], { dim: 2 }), [rows, 2 * q.shape[1]!]);
    const codes = bits === 8 ? bytes : narrow(nibbles(), 1, 0, columns);
    const signed = zero ? codes : e.where(e.ge(codes, 2 ** (bits - 1)), e.sub(codes, 2 ** bits), codes);
    const wide = (perGroup: Tensor): Tensor =>
      groupSize === null ? perGroup : narrow(perGroup.repeatInterleave(groupSize, { dim: 1 }), 1, 0, columns);
    const numbers = e.cast(signed, 'float32');
    return e.mul(zero ? e.sub(numbers, wide(zero)) : numbers, wide(scale));
  });
}

/** x (…, in) · dequantised(qt)ᵀ → (…, out); differentiable in x. */
export function qmatmul(x: Tensor, quantized: QuantizedTensor): Tensor {
  const a = tensorAt(x, 1, 'qmatmul');
  const { q, scale, zero, shape, bits, groupSize } = checked(quantized, 'qmatmul');
  const [rows, columns] = shape as [number, number];
  if (a.dtype !== 'float32') fail('dtype', 'qmatmul', `expected x in float32, got ${a.dtype}. Convert with float().`);
  if (a.ndim === 0 || a.shape.at(-1) !== columns) {
    fail('shape', 'qmatmul', `expected x [..., ${columns}] for weights ${show(shape)}, got ${show(a.shape)}.`);
  }
  const lead = a.shape.slice(0, -1);
  const inputs = [reshaped(dense(a), [sizeOf(lead), columns]), dense(q), dense(scale), ...(zero ? [dense(zero)] : [])];
  const attributes = { bits, groupSize: groupSize ?? columns, columns, asymmetric: zero !== null };
  const out = reshaped(compute('qmatmul', inputs, [sizeOf(lead), rows], 'float32', attributes), [...lead, rows]);
  track('qmatmul', [a], [out], ([g]) => [matmul(g!, dequantize(quantized))]);
  return out;
}

function checked(quantized: unknown, name: string): QuantizedTensor {
  const qt = quantized as Partial<QuantizedTensor> | null;
  const isPacked =
    typeof qt === 'object' && qt !== null && qt.q instanceof Tensor && qt.scale instanceof Tensor && (qt.bits === 8 || qt.bits === 4);
  if (!isPacked || !Array.isArray(qt.shape))
    fail('value', name, `expected packed weights from tensor.quantize(w), got ${describe(quantized)}.`);
  const { q, scale, zero = null, shape, bits, groupSize = null } = qt as QuantizedTensor;
  for (const part of [q, scale, zero]) part?.check(name, 2);
  const [rows, columns] = shape as [number, number];
  const groups = groupsOf(columns, groupSize);
  const fits = (part: Tensor | null, length: number): boolean => !part || (part.shape[0] === rows && part.shape[1] === length);
  if (!fits(q, rowBytes(columns, bits)) || !fits(scale, groups) || !fits(zero, groups)) {
    fail(
      'shape',
      name,
      `expected q [${rows}, ${rowBytes(columns, bits)}] and scale [${rows}, ${groups}] for weights ${show(shape)}, got ${show(q.shape)} and ${show(scale.shape)}.`,
    );
  }
  return { q, scale, zero, shape, bits, groupSize };
}

interface Codes {
  /** Whole numbers (out, G, size), any type. */
  readonly codes: Tensor;
  /** (out, G, 1) */
  readonly scale: Tensor;
  readonly zero: Tensor | null;
}

function signedCodes(groups: Tensor, bits: 8 | 4): Codes {
  const limit = 2 ** (bits - 1) - 1;
  const scale = e.div(e.abs(groups).amax([2], { keepdim: true }), limit);
  const codes = e.clamp(e.round(e.div(groups, scale)), -limit, limit);
  return { codes: e.where(e.eq(scale, 0), 0, codes), scale, zero: null };
}

function unsignedCodes(groups: Tensor, bits: 8 | 4): Codes {
  const limit = 2 ** bits - 1;
  const least = groups.amin([2], { keepdim: true });
  const largest = groups.amax([2], { keepdim: true });
  // A group of one value c has no width: it is kept exactly as c·(1 − 0).
  const flat = e.eq(least, largest);
  const scale = e.where(flat, largest, e.div(e.sub(largest, least), limit));
  const nothing = e.eq(scale, 0);
  const zero = e.where(e.logicalOr(flat, nothing), 0, e.round(e.div(e.neg(least), scale)));
  const codes = e.clamp(e.add(e.round(e.div(groups, scale)), zero), 0, limit);
  return { codes: e.where(nothing, 0, e.where(flat, 1, codes)), scale, zero };
}

/** x (rows, n) with `columns` columns: the last one repeated. */
function filled(x: Tensor, columns: number): Tensor {
  const [rows, n] = x.shape as [number, number];
  return columns === n ? x : cat([x, narrow(x, 1, n - 1, 1).expand(rows, columns - n)], { dim: 1 });
}

/** int32 (rows, columns) → uint8 (rows, bytes). */
function packed(codes: Tensor, bits: 8 | 4): Tensor {
  const [rows, columns] = codes.shape as [number, number];
  if (bits === 8) return e.cast(e.bitwiseAnd(codes, 255), 'uint8');
  const padding = columns % 2 === 0 ? [] : [compute('fill', [], [rows, 1], 'int32', { value: 0 }, codes.device)];
  const pairs = reshape(e.bitwiseAnd(cat([codes, ...padding], { dim: 1 }), 15), [rows, rowBytes(columns, bits), 2]);
  return e.cast(e.add(select(pairs, 2, 0), e.mul(select(pairs, 2, 1), 16)), 'uint8');
}
