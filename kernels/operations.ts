/* The operations that a backend computes: their names, attributes, and in the comments what they read and write.
   Everything in the tensor library is made of these. Letters: R rows, N row length, M K N matrix sizes, B batch, H heads, T S times,
   D head size, C channels, V vocabulary, G gates. "Contiguous" is row-major without gaps.

   Inputs of `unary binary where cast copy` have the output's shape (strides 0 where broadcast) and any strides, and so may their outputs;
   output and input may be the same view (in place). All other outputs are contiguous; other inputs are contiguous unless said otherwise. */

import type { Shape } from './types.ts';

/** float → float, but `isnan isinf isfinite logicalNot` → bool, `bitwiseNot` int → int; `neg abs sign square relu` also int32 and uint8; `floor ceil round trunc` of integers are the identity. */
export type UnaryName =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log2'
  | 'log10'
  | 'log1p'
  | 'sqrt'
  | 'rsqrt'
  | 'square'
  | 'reciprocal'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'sigmoid'
  | 'erf'
  | 'erfc'
  | 'relu'
  | 'gelu'
  | 'geluTanh'
  | 'silu'
  | 'softplus'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'frac'
  | 'isnan'
  | 'isinf'
  | 'isfinite'
  | 'logicalNot'
  | 'bitwiseNot';

/** Both inputs have one type; comparisons and logical ones give bool, the rest that type. `div` is true division of floats; `floorDiv`,
 *  `truncDiv` of floats or integers (an integer divided by 0 gives 0); `remainder` has the divisor's sign, `fmod` the dividend's;
 *  `maximum`, `minimum` pass NaN on; int32 wraps; uint8 wraps; `bitwise*` of integers and bool; `reluGrad` (g, x) is g where x > 0, else 0. */
export type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'floorDiv'
  | 'truncDiv'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'fmod'
  | 'remainder'
  | 'atan2'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'logicalAnd'
  | 'logicalOr'
  | 'logicalXor'
  | 'bitwiseAnd'
  | 'bitwiseOr'
  | 'bitwiseXor'
  | 'reluGrad'
  | 'geluGrad'
  | 'geluTanhGrad';

export type ReduceName = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin' | 'any' | 'all';
export type Activation = 'relu' | 'gelu' | 'geluTanh' | 'silu' | 'tanh' | 'sigmoid';

/** Sizes of a two-dimensional window. Pairs are (rows, columns); `padding` is (top, bottom, left, right), of zeros. */
export interface Window2d {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

/** One instruction of a fused elementwise chain; it writes register `i`, its own index. `load` reads input `input`, `constant` a number. */
export type FusedInstruction =
  | { readonly kind: 'load'; readonly input: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'unary'; readonly fn: UnaryName; readonly a: number }
  | { readonly kind: 'binary'; readonly fn: BinaryName; readonly a: number; readonly b: number }
  | { readonly kind: 'where'; readonly condition: number; readonly a: number; readonly b: number }
  | { readonly kind: 'cast'; readonly a: number };

export interface Attributes {
  unary: { readonly fn: UnaryName };
  binary: { readonly fn: BinaryName };
  /** (condition bool, a, b) → a where the condition holds, else b. */
  where: Record<string, never>;
  /** x → the output's type. float → int truncates toward zero and saturates (NaN 0), int → uint8 wraps, → bool is ≠ 0 (NaN is true). */
  cast: Record<string, never>;
  /** x → y of the same type. */
  copy: Record<string, never>;
  /** No input. The output may have any strides. */
  fill: { readonly value: number };
  /** No input; y[i] = start + i·step, computed in float64 and rounded once. */
  iota: { readonly start: number; readonly step: number };
  /**
   * A chain of elementwise operations in one pass (made by the compiler). Inputs (any strides) have the outputs' shape; output j is
   * register `outputs[j]`. `types[i]` is the type of register i. Outputs may be in place of an input.
   */
  fused: {
    readonly instructions: readonly FusedInstruction[];
    readonly types: readonly ('float32' | 'int32' | 'uint8' | 'bool')[];
    readonly outputs: readonly number[];
  };
  /**
   * Reduces the last `count` dims of x (any strides): shape [...kept, ...reduced] → [...kept]. `argmax argmin`: int32 index into the
   * flattened reduced dims, first among ties, NaN wins. `max min` pass NaN on. `any all` bool → bool. `sum prod` int32 → int32 (wraps).
   * Sums of floats are blocked or pairwise (error grows with log n). Empty: sum 0, prod 1, any 0, all 1.
   */
  reduce: { readonly fn: ReduceName; readonly count: number };
  /** Running sum, product or logsumexp along the last dim of x (any strides). Float sums keep an error below 1e-6 of the largest partial sum. */
  scan: { readonly fn: 'sum' | 'prod' | 'logsumexp' };
  /** (a [B, M, K], b [B, K, N], bias [N]?) any strides (0 batch strides broadcast) → [B, M, N] = act(a·b + bias). Accumulates in float32 (blocked). float64 on js. */
  matmul: { readonly bias: boolean; readonly activation: Activation | null };
  /** x [R, N] → exp(x − logsumexp) or, `log`, x − logsumexp. A row of −inf gives NaN. */
  softmax: { readonly log: boolean };
  /** (y, g) [R, N] → dx: y·(g − Σ g·y), or `log`: g − exp(y)·Σ g. */
  softmaxGrad: { readonly log: boolean };
  /** (x [R, N], w [N]?, b [N]?) → y [R, N], mean [R], rstd [R]; y = (x − mean)·rstd·w + b, rstd = 1/√(var + eps), biased variance. `rms`: mean is 0, rstd = 1/√(Σx²/N + eps). */
  layerNorm: { readonly eps: number; readonly rms: boolean; readonly weight: boolean; readonly bias: boolean };
  /** (g, x [R, N], mean, rstd [R], w [N]?) → dx [R, N], then dw [N] where `weight`, db [N] where `bias`. */
  layerNormGrad: { readonly rms: boolean; readonly weight: boolean; readonly bias: boolean };
  /** (logits [N, K], target int32 [N]) → loss [N], logsumexp [N]. loss = lse − (1 − s)·x[t] − s·mean(x), s = `smoothing`; 0 where t = ignoreIndex. */
  crossEntropy: { readonly ignoreIndex: number; readonly smoothing: number };
  /** (g [N] of any stride, logits [N, K], target [N], logsumexp [N]) → dlogits [N, K]; rows with t = ignoreIndex give 0. */
  crossEntropyGrad: { readonly ignoreIndex: number; readonly smoothing: number };
  /**
   * (q [B, H, T, D], k [B, Hk, S, D], v [B, Hk, S, Dv], mask float [B, H, T, S] of any strides?) → out [B, H, T, Dv], logsumexp [B, H, T].
   * softmax(q·kᵀ·scale + mask)·v; head h reads key head ⌊h·Hk/H⌋. `causal`: row t attends to columns ≤ t + offset. A row with nothing
   * to attend to gives zeros (logsumexp −inf). q k v and out of any strides but 1 in the last dim.
   */
  attention: { readonly causal: boolean; readonly offset: number; readonly scale: number; readonly mask: boolean };
  /** (g, q, k, v, out, logsumexp, mask?) → dq, dk, dv. All but logsumexp of any strides but 1 in the last dim. */
  attentionGrad: { readonly causal: boolean; readonly offset: number; readonly scale: number; readonly mask: boolean };
  /** (x [N, C, H, W], w [O, C/groups, kH, kW], bias [O]?) → [N, O, H', W']. Cross-correlation, as PyTorch. */
  conv2d: Window2d & { readonly groups: number; readonly bias: boolean };
  /** (g [N, O, H', W'], w) → dx of the output's shape. Also the forward of transposed convolution. */
  conv2dInputGrad: Window2d & { readonly groups: number };
  /** (g [N, O, H', W'], x [N, C, H, W]) → dw of the output's shape. */
  conv2dWeightGrad: Window2d & { readonly groups: number };
  /** x [N, C, H, W] → y [N, C, H', W'], index int32 (row·W + column of the first maximum; NaN wins). Padding is −inf. */
  maxPool2d: Window2d & { readonly size: readonly [number, number] };
  /** (g [N, C, H', W'], index) → dx [N, C, H, W]: g added at each index. */
  maxPool2dGrad: Record<string, never>;
  /** x → mean over each window; divisor: window size where `includePadding` (clipped at the padded edge), else the elements inside x. */
  avgPool2d: Window2d & { readonly size: readonly [number, number]; readonly includePadding: boolean };
  avgPool2dGrad: Window2d & { readonly size: readonly [number, number]; readonly includePadding: boolean };
  /** x [N, C, H, W] → [N, C·kH·kW, L] (im2col), L windows row by row. */
  unfold: Window2d & { readonly size: readonly [number, number] };
  /** [N, C·kH·kW, L] → the output's [N, C, H, W], overlaps added (col2im). */
  fold: Window2d & { readonly size: readonly [number, number] };
  /** (x, index int32) of one rank, any strides; x has the index's sizes but in `dim` → x[…, index[…], …]. Out of range: NaN (0 for integers); the caller has checked where it can. */
  gather: { readonly dim: number };
  /** (index int32, src) of one shape, any strides; output in place, its sizes those of the index but in `dim`: out[…, index, …] = src (`set`: the last in row-major order wins) or += (`add`). The output may have any strides. */
  scatter: { readonly dim: number; readonly mode: 'set' | 'add' };
  /** (table [V, C], ids int32 [N]) → [N, C]. Out of range as gather. */
  rows: Record<string, never>;
  /** (ids int32 [N], src [N, C]); output [V, C] in place: out[ids[i]] += src[i], i ascending. */
  rowsAdd: Record<string, never>;
  /** x [R, N] → sorted values [R, N], index int32 [R, N]. Stable (also descending); NaN is the largest. */
  sort: { readonly descending: boolean };
  /** (sorted [R, N], values [R, M]) → int32 [R, M]: how many are < the value (≤ it where `right`). */
  searchSorted: { readonly right: boolean };
  /**
   * (state int32 [4]: seed low, seed high, block low, block high) → Philox 4x32-10 (tensor-api.md 8) from word 4·block on.
   * `bits` int32 words; `uniform` low + (high − low)·u; `normal` low + high·z (low mean, high deviation); `integer` low + ⌊w·(high − low)/2^32⌋ int32, exact.
   */
  random: { readonly kind: 'bits' | 'uniform' | 'normal' | 'integer'; readonly low: number; readonly high: number };
  /**
   * In place over `count` parameters: inputs (h float32 [8] = lr, β1, β2, eps, weightDecay, 1 − β1^t, 1 − β2^t, 1 − β2 (which float32 β2 would give too coarsely); then p1…pn, g1…gn, m1…mn, v1…vn and
   * with amsgrad x1…xn), outputs (p…, m…, v…, x…?) the same buffers, all contiguous float32. `decoupled`: AdamW.
   */
  adam: { readonly count: number; readonly decoupled: boolean; readonly amsgrad: boolean; readonly maximize: boolean };
  /**
   * A whole sequence of one layer and direction: (xw [T, B, G·H] = x·Wᵢₕᵀ + bᵢₕ, whh [G·H, H], bhh [G·H], h0 [B, H], and for lstm c0 [B, H])
   * → out [T, B, H], saved [T, B, G·H] (gates after their functions; gru: also what `rnnGrad` needs), and for lstm cells [T, B, H].
   * Gates: lstm i f g o (G 4), gru r z n (G 3; n = tanh(xw_n + r·(h·whh_nᵀ + bhh_n))), tanh and relu (G 1). `reverse` walks from T − 1.
   * gru's `saved` is [T, B, 4·H]: r, z, n, and h·whh_nᵀ + bhh_n.
   */
  rnn: { readonly mode: 'tanh' | 'relu' | 'gru' | 'lstm'; readonly reverse: boolean };
  /**
   * (g [T, B, H] of out, whh, h0, out, saved, and for lstm c0, cells, gc [B, H] of the last cell) → dxw [T, B, G·H], dwhh, dbhh [G·H], dh0, and for lstm dc0.
   * The gradient of the last h is already added to g.
   */
  rnnGrad: { readonly mode: 'tanh' | 'relu' | 'gru' | 'lstm'; readonly reverse: boolean };
  /** (x float32 [M, K], q uint8 [N, bytes], scale [N, groups], zero [N, groups]?) → x · dequantised(q)ᵀ [M, N]; (q − zero)·scale, tensor-api.md 7.11. */
  qmatmul: { readonly bits: 8 | 4; readonly groupSize: number; readonly columns: number; readonly asymmetric: boolean };
  /** (re, im) [R, N] → (re, im) [R, N]: Σ x·exp(∓2πi·jk/N), any N, not scaled. */
  fft: { readonly inverse: boolean };
}

export type OperationName = keyof Attributes;

/** A typed call's attributes. */
export type AttributesOf<Name extends OperationName> = Attributes[Name];

/** Number of elements of a shape; 1 for []. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides of a shape, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, step = 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}
