/* Values of tensors to and from safetensors files. The format on bytes, with all its faults, is base/safetensors.ts; here dtypes become
   those that we have. Every fault is found before any value is decoded; messages say what and where. */

import { fromHalf, toHalf } from '../base/half.ts';
import { parseSafetensors, safetensorsParts, type NamedBytes, type SafetensorsEntry } from '../base/safetensors.ts';
import type { DType, HostArray } from '../../kernels/types.ts';
import { fail } from './error.ts';
import { show, sizeOf, type Shape } from './shape.ts';

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the header's order, as far as objects keep it: names that are whole numbers come first. */
  readonly tensors: Readonly<Record<string, SafetensorsEntry>>;
}

/** Values on the host with a name: what a tensor is made from. */
export interface NamedValues {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major; float16 as Float32Array. */
  readonly data: HostArray;
}

/** The file's bytes: tensors in the given order, bool as BOOL, float16 as F16; `metadata` under `__metadata__` if there is any. */
export function encodeSafetensors(
  tensors: Iterable<NamedValues>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const name = 'saveSafetensors';
  const entries: NamedBytes[] = [];
  const names = new Set<string>();
  for (const tensor of tensors) {
    if (tensor.name === '__metadata__') fail('value', name, 'a tensor cannot be named __metadata__: the file keeps its metadata there.');
    if (names.has(tensor.name)) fail('value', name, `expected different names, got ${JSON.stringify(tensor.name)} twice.`);
    names.add(tensor.name);
    if (sizeOf(tensor.shape) !== tensor.data.length) {
      fail(
        'shape',
        name,
        `${JSON.stringify(tensor.name)}: expected ${sizeOf(tensor.shape)} values for ${show(tensor.shape)}, got ${tensor.data.length}.`,
      );
    }
    entries.push({ name: tensor.name, dtype: wordOf[tensor.dtype], shape: tensor.shape, bytes: bytesOfValues(tensor) });
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') fail('value', name, `expected metadata of strings, got ${typeof value} for ${JSON.stringify(key)}.`);
  }
  const parts = safetensorsParts(entries, metadata);
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** The tensors of a file in the header's order. `float64`: whether the device has it; F64 becomes float32 elsewhere. */
export function decodeSafetensors(bytes: Uint8Array, { float64 = false }: { readonly float64?: boolean } = {}): NamedValues[] {
  const name = 'loadSafetensors';
  const { entries, dataStart } = parseSafetensors(bytes, faultOf(name));
  for (const [key, { dtype }] of entries) {
    if (!isDecodable(dtype)) {
      fail(
        'unsupported',
        name,
        `${JSON.stringify(key)}: dtype ${dtype} is not supported. Supported are ${Object.keys(decoders).join(', ')}.`,
      );
    }
  }
  return entries.map(([key, { dtype, shape, dataOffsets }]) => {
    const raw = bytes.slice(dataStart + dataOffsets[0], dataStart + dataOffsets[1]).buffer; // a copy, so that any alignment will do
    const values = decoders[dtype as FileType](raw, (value, at) =>
      fail('value', name, `${JSON.stringify(key)}: ${dtype} value ${value} at index ${at} does not fit int32.`),
    );
    if (values.dtype === 'float64' && !float64) return { name: key, shape, dtype: 'float32', data: Float32Array.from(values.data) };
    return { name: key, shape, ...values };
  });
}

/** The header of a whole file, checked as `loadSafetensors` checks it; values are not looked at. */
export function readSafetensorsHeader(bytes: Uint8Array): SafetensorsHeader {
  const { metadata, entries } = parseSafetensors(bytes, faultOf('readSafetensorsHeader'));
  return { metadata, tensors: Object.fromEntries(entries) };
}

const wordOf: Record<DType, string> = { float32: 'F32', float64: 'F64', float16: 'F16', int32: 'I32', uint8: 'U8', bool: 'BOOL' };

type Decoded = { readonly dtype: DType; readonly data: HostArray };
type Misfit = (value: number | bigint, at: number) => never;

const decoders = {
  F32: (raw: ArrayBuffer): Decoded => ({ dtype: 'float32', data: new Float32Array(raw) }),
  F16: (raw: ArrayBuffer): Decoded => ({ dtype: 'float32', data: Float32Array.from(new Uint16Array(raw), fromHalf) }),
  /** The upper half of a float32. */
  BF16: (raw: ArrayBuffer): Decoded => ({
    dtype: 'float32',
    data: new Float32Array(Uint32Array.from(new Uint16Array(raw), (bits) => bits << 16).buffer),
  }),
  F64: (raw: ArrayBuffer): Decoded => ({ dtype: 'float64', data: new Float64Array(raw) }),
  I64: (raw: ArrayBuffer, misfit: Misfit): Decoded => ({ dtype: 'int32', data: fitting(new BigInt64Array(raw), misfit) }),
  I32: (raw: ArrayBuffer): Decoded => ({ dtype: 'int32', data: new Int32Array(raw) }),
  U32: (raw: ArrayBuffer, misfit: Misfit): Decoded => ({ dtype: 'int32', data: fitting(new Uint32Array(raw), misfit) }),
  I16: (raw: ArrayBuffer): Decoded => ({ dtype: 'int32', data: Int32Array.from(new Int16Array(raw)) }),
  U16: (raw: ArrayBuffer): Decoded => ({ dtype: 'int32', data: Int32Array.from(new Uint16Array(raw)) }),
  I8: (raw: ArrayBuffer): Decoded => ({ dtype: 'int32', data: Int32Array.from(new Int8Array(raw)) }),
  U8: (raw: ArrayBuffer): Decoded => ({ dtype: 'uint8', data: new Uint8Array(raw) }),
  BOOL: (raw: ArrayBuffer): Decoded => ({ dtype: 'bool', data: Uint8Array.from(new Uint8Array(raw), (byte) => (byte === 0 ? 0 : 1)) }),
};
type FileType = keyof typeof decoders;
const isDecodable = (dtype: string): dtype is FileType => Object.hasOwn(decoders, dtype);

function fitting(values: BigInt64Array | Uint32Array, misfit: Misfit): Int32Array {
  const out = new Int32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(values[i]!);
    out[i] = value;
    if (out[i] !== value) misfit(values[i]!, i);
  }
  return out;
}

function bytesOfValues({ dtype, data }: NamedValues): Uint8Array<ArrayBuffer> {
  if (dtype === 'float16') return new Uint8Array(Uint16Array.from(data as Float32Array, toHalf).buffer);
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

const faultOf =
  (name: string) =>
  (message: string): never =>
    fail('file', name, message);
