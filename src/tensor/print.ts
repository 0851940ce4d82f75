/* The text that PyTorch prints for a tensor, from its values: columns as wide as the widest number, integers with a point,
   scientific form where magnitudes lie far apart, the edges of each dim beyond the threshold. Pure; reading is the caller's.
   @source torch/_tensor_str.py of PyTorch 2.15, function by function */

import type { DType, HostArray } from '../../kernels/types.ts';
import { contiguousStrides, sizeOf, type Shape } from './shape.ts';

export interface PrintOptions {
  /** Digits after the point. Default 4. */
  readonly precision?: number;
  /** More elements than this are summarised. Default 1000; Infinity prints all. */
  readonly threshold?: number;
  /** Elements kept at each end of a summarised dim. Default 3. */
  readonly edgeitems?: number;
  /** Columns of a line. Default 80. */
  readonly linewidth?: number;
  /** Scientific form always or never; by default where the numbers ask for it. */
  readonly sciMode?: boolean | null;
}

export interface Printable {
  /** Row-major; bool as 0 and 1. */
  readonly data: HostArray;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The type that is not named in the text. Default float32. */
  readonly defaultDtype?: DType;
  /** `requires_grad=True` is added, or `grad_fn=<NAME>` where a name is given. */
  readonly requiresGrad?: boolean;
  readonly gradFn?: string;
}

/** `tensor([[1., 2.], [3., 4.]])` and so on. Letter for letter PyTorch's, of a tensor of the same type on its default device. */
export function print(tensor: Printable, options: PrintOptions = {}): string {
  const { data, shape, dtype, defaultDtype = 'float32' } = tensor;
  const { precision = 4, threshold = 1000, edgeitems = 3, linewidth = 80, sciMode = null } = options;
  const settings: Settings = { precision, edgeitems, linewidth, sciMode };
  const prefix = 'tensor(';
  const suffixes: string[] = [];
  let body = '[]';
  if (sizeOf(shape) === 0) {
    if (shape.length !== 1) suffixes.push(`size=(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`);
    if (dtype !== defaultDtype) suffixes.push(`dtype=torch.${dtype}`);
  } else {
    if (dtype !== defaultDtype && dtype !== 'bool') suffixes.push(`dtype=torch.${dtype}`);
    const summarise = sizeOf(shape) > threshold;
    const values: Values = { data, shape, strides: contiguousStrides(shape), offset: 0 };
    const format = formatter(shown(values, summarise, edgeitems), dtype, settings);
    body = nested(values, prefix.length, summarise, format, settings);
  }
  if (tensor.gradFn !== undefined) suffixes.push(`grad_fn=<${tensor.gradFn}>`);
  else if (tensor.requiresGrad) suffixes.push('requires_grad=True');
  return withSuffixes(prefix + body, suffixes, prefix.length, linewidth);
}

interface Settings {
  readonly precision: number;
  readonly edgeitems: number;
  readonly linewidth: number;
  readonly sciMode: boolean | null;
}

/** A window on the values: what `tensor[i]` would give. */
interface Values {
  readonly data: HostArray;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

interface Format {
  (value: number): string;
  /** Of a column, without the comma. */
  readonly width: number;
}

const at = ({ data, shape, strides, offset }: Values, i: number): Values => ({
  data,
  shape: shape.slice(1),
  strides: strides.slice(1),
  offset: offset + i * strides[0]!,
});

/** The indices of a dim that are printed; −1 stands for the dots between. */
function indices(length: number, summarise: boolean, edgeitems: number): number[] {
  if (!summarise || length <= 2 * edgeitems) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: 2 * edgeitems + 1 }, (_, i) => (i < edgeitems ? i : i === edgeitems ? -1 : length - 2 * edgeitems - 1 + i));
}

/** The numbers that are printed: they alone decide how. */
function shown(values: Values, summarise: boolean, edgeitems: number): number[] {
  if (values.shape.length === 0) return [values.data[values.offset]!];
  return indices(values.shape[0]!, summarise, edgeitems).flatMap((i) => (i < 0 ? [] : shown(at(values, i), summarise, edgeitems)));
}

function formatter(values: readonly number[], dtype: DType, { precision, sciMode }: Settings): Format {
  const format = formOf(values, dtype, precision, sciMode);
  const width = values.reduce((widest, value) => Math.max(widest, format.counts(value) ? format.text(value).length : 0), 1);
  return Object.assign((value: number) => format.text(value).padStart(width), { width });
}

/** How a number is written, and whether it counts for the width: zeros and what is not finite do not, among floats. */
function formOf(
  values: readonly number[],
  dtype: DType,
  precision: number,
  sciMode: boolean | null,
): { text(value: number): string; counts(value: number): boolean } {
  if (dtype === 'bool') return { text: (value) => (value ? 'True' : 'False'), counts: () => true };
  if (dtype === 'int32' || dtype === 'uint8') return { text: String, counts: () => true };
  const counts = (value: number): boolean => Number.isFinite(value) && value !== 0;
  let [least, largest, whole] = [Infinity, 0, true];
  for (const value of values) {
    if (!counts(value)) continue;
    least = Math.min(least, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
    whole &&= Number.isInteger(value);
  }
  const scientific = largest > 0 && (sciMode ?? (largest / least > 1000 || largest > 1e8 || least < 1e-4));
  if (scientific) return { counts, text: (value) => exponential(value, precision) };
  if (whole) return { counts, text: (value) => fixed(value, 0) + (Number.isFinite(value) ? '.' : '') };
  return { counts, text: (value) => fixed(value, precision) };
}

/** `indent`: the column at which the text starts. */
function nested(values: Values, indent: number, summarise: boolean, format: Format, settings: Settings): string {
  const rank = values.shape.length;
  if (rank === 0) return format(values.data[values.offset]!);
  const list = indices(values.shape[0]!, summarise, settings.edgeitems);
  if (rank > 1) {
    const parts = list.map((i) => (i < 0 ? '...' : nested(at(values, i), indent + 1, summarise, format, settings)));
    return `[${parts.join(`,${'\n'.repeat(rank - 1)}${' '.repeat(indent + 1)}`)}]`;
  }
  const parts = list.map((i) => (i < 0 ? ' ...' : format(values.data[values.offset + i * values.strides[0]!]!)));
  const perLine = Math.max(1, Math.floor((settings.linewidth - indent) / (format.width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

function withSuffixes(text: string, suffixes: readonly string[], indent: number, linewidth: number): string {
  let lastLine = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lastLine + suffix.length + 2 > linewidth) {
      text += `,\n${' '.repeat(indent)}${suffix}`;
      lastLine = indent + suffix.length;
    } else {
      text += `, ${suffix}`;
      lastLine += suffix.length + 2;
    }
  }
  return `${text})`;
}

/** `digits` after the point, ties to even, as Python's `f` format (toFixed rounds ties up and drops the sign of −0). */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  let text = size.toFixed(digits);
  // A tie has one decimal more, exactly, and that is a 5.
  if (Number.isInteger(size * 2 ** (digits + 1))) {
    const exact = size.toFixed(digits + 1);
    if (exact.endsWith('5')) {
      const cut = exact.slice(0, digits === 0 ? -2 : -1);
      if (Number(cut.at(-1)) % 2 === 0) text = cut;
    }
  }
  return sign(value) + text;
}

/** Python's `e` format: ties to even, an exponent of at least two digits. */
function exponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  let text = size.toExponential(digits);
  const longer = /^(\d(?:\.\d*)?)(\d)e(.*)$/.exec(size.toExponential(digits + 1));
  if (longer?.[2] === '5' && isExact(size, longer[0]!)) {
    const kept = longer[1]!.replace(/\.$/, '');
    if (Number(kept.at(-1)) % 2 === 0) text = `${kept}e${longer[3]!}`;
  }
  return sign(value) + text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Whether `text` ("1.25e-3") is exactly `size`, not only its nearest double. */
function isExact(size: number, text: string): boolean {
  const [mantissa, exponent] = text.split('e') as [string, string];
  const digits = mantissa.replace('.', '');
  const power = Number(exponent) - (digits.length - 1); // size = digits · 10^power
  if (power >= 0) return Number.isInteger(size) && BigInt(size) === BigInt(digits) * 10n ** BigInt(power);
  // A double with −power decimals is an integer multiple of 2^power.
  return Number.isInteger(size * 2 ** -power);
}

const sign = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');
const notFinite = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
