/* The geometry that convolution, pooling and unfolding share: which input position a tap of a window reads. */

/** First and last + 1 of the windows along one dim whose tap `tap` lies inside the input, and where it lies for window 0. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Input position of the tap in window w: base + w·stride. */
  readonly base: number;
}

/** For windows 0 … windows − 1 over an input of `length`. */
export function tapSpan(tap: number, dilation: number, stride: number, padding: number, length: number, windows: number): Span {
  const base = tap * dilation - padding;
  return { from: Math.max(0, Math.ceil(-base / stride)), to: Math.min(windows, Math.floor((length - 1 - base) / stride) + 1), base };
}

/** Number of windows along one dim. */
export function windowCount(length: number, size: number, stride: number, before: number, after: number, dilation: number): number {
  return Math.floor((length + before + after - dilation * (size - 1) - 1) / stride) + 1;
}
