/* The safetensors file format on bytes: encode and decode, nothing of tensors. A file is the header's length (8 bytes, little
   endian), the header (a JSON object from a name to dtype, shape and place, padded with spaces), and the values without gaps.
   Every fault is found before any value is decoded; messages say what and where. Hosts are little endian, as browsers are.
   @source https://github.com/huggingface/safetensors, README (format) and src/tensor.rs (validation) */

import type { DType, HostArray } from '../../kernels/types.ts';
import { fail } from './error.ts';
import { show, sizeOf, type Shape } from './shape.ts';

/** A tensor in a file. */
export interface SafetensorsEntry {
  /** The file's word: F32, BF16, … */
  readonly dtype: string;
  readonly shape: Shape;
  /** First byte and the one behind the last, counted from the end of the header. */
  readonly dataOffsets: readonly [number, number];
}

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
  const entries: [string, unknown][] = [];
  const parts: Uint8Array[] = [];
  const names = new Set<string>();
  let end = 0;
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
    const bytes = bytesOfValues(tensor);
    entries.push([tensor.name, { dtype: wordOf[tensor.dtype], shape: tensor.shape, data_offsets: [end, (end += bytes.length)] }]);
    parts.push(bytes);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') fail('value', name, `expected metadata of strings, got ${typeof value} for ${JSON.stringify(key)}.`);
  }
  if (Object.keys(metadata).length > 0) entries.unshift(['__metadata__', metadata]);
  // Written entry by entry: an object would put names that are whole numbers first.
  const json = new TextEncoder().encode(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setUint32(0, length, true); // a header is far below 4 GiB
  file.fill(0x20, 8, 8 + length);
  file.set(json, 8);
  let at = 8 + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** The tensors of a file in the header's order. `float64`: whether the device has it; F64 becomes float32 elsewhere. */
export function decodeSafetensors(bytes: Uint8Array, { float64 = false }: { readonly float64?: boolean } = {}): NamedValues[] {
  const name = 'loadSafetensors';
  const { entries, dataStart } = parseHeader(bytes, name);
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
  const { metadata, entries } = parseHeader(bytes, 'readSafetensorsHeader');
  return { metadata, tensors: Object.fromEntries(entries) };
}

const wordOf: Record<DType, string> = { float32: 'F32', float64: 'F64', float16: 'F16', int32: 'I32', uint8: 'U8', bool: 'BOOL' };

/** Bytes of an element for every dtype that the format has whole bytes for, also those that we do not decode. */
const sizes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, F8_E4M3FNUZ: 1, F8_E5M2FNUZ: 1, I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, I64: 8, U64: 8, F64: 8, C64: 8 },
};

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

function bytesOfValues({ dtype, data }: NamedValues): Uint8Array {
  if (dtype === 'float16') return new Uint8Array(Uint16Array.from(data as Float32Array, toHalf).buffer);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The number that 16 bits of IEEE binary16 stand for; exact. */
export function fromHalf(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/** IEEE binary16 bits of a number, rounded to nearest, ties to even. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  // In units of the last place; a carry into the next power of two gives its bits by itself.
  const scaled = size * 2 ** (10 - exponent);
  let units = Math.floor(scaled);
  if (scaled - units > 0.5 || (scaled - units === 0.5 && units % 2 === 1)) units++;
  return sign | (((exponent + 14) << 10) + units);
}

interface Parsed {
  readonly metadata: Record<string, string>;
  /** In the header's order. */
  readonly entries: readonly (readonly [string, SafetensorsEntry])[];
  readonly dataStart: number;
}

function parseHeader(bytes: Uint8Array, name: string): Parsed {
  const fault = (message: string): never => fail('file', name, message);
  if (bytes.length < 8) fault(`expected at least 8 bytes for the header's length, got a file of ${bytes.length}.`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) {
    fault(
      `the header should have ${length} bytes (bytes 0 to 7 say), but ${bytes.length - 8} follow. The file is cut off, or no safetensors file.`,
    );
  }
  const dataStart = 8 + Number(length);
  const json = parseJson(bytes.subarray(8, dataStart), fault);
  const metadata: Record<string, string> = {};
  const entries: (readonly [string, SafetensorsEntry])[] = [];
  for (const [key, value] of json) {
    if (key !== '__metadata__') entries.push([key, entryOf(key, value, fault)]);
    else if (!isRecord(value)) fault(`__metadata__: expected an object of strings, got ${JSON.stringify(value)}.`);
    else {
      for (const [word, text] of Object.entries(value)) {
        if (typeof text !== 'string')
          fault(`__metadata__: expected an object of strings, got ${JSON.stringify(text)} for ${JSON.stringify(word)}.`);
        Object.defineProperty(metadata, word, { value: text, enumerable: true, configurable: true, writable: true });
      }
    }
  }
  mustCover(entries, bytes.length - dataStart, fault);
  return { metadata, entries, dataStart };
}

/** The members of the header's object, in order. Names that occur twice in one object are a fault, which JSON.parse would hide. */
function parseJson(bytes: Uint8Array, fault: (message: string) => never): [string, unknown][] {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    return fault(`the header (bytes 8 to ${7 + bytes.length}) is no JSON object: ${(error as Error).message}.`);
  }
  if (!isRecord(value) || !text.startsWith('{')) {
    return fault(`the header (bytes 8 to ${7 + bytes.length}) is no JSON object, but begins with ${JSON.stringify(text.slice(0, 20))}.`);
  }
  const names = keysOf(text, fault);
  return names.map((name) => [name, value[name]]);
}

/** The names of the outer object of valid JSON, in order. */
function keysOf(text: string, fault: (message: string) => never): string[] {
  const open: Set<string>[] = [];
  const outer: string[] = [];
  // In valid JSON a string is a name exactly if a colon follows.
  for (const [token] of text.matchAll(/[{}]|"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      const names = open.at(-1)!;
      if (names.has(key)) fault(`the header has the name ${JSON.stringify(key)} twice.`);
      names.add(key);
      if (open.length === 1) outer.push(key);
    }
  }
  return outer;
}

function entryOf(key: string, value: unknown, fault: (message: string) => never): SafetensorsEntry {
  const where = JSON.stringify(key);
  if (!isRecord(value)) return fault(`${where}: expected { dtype, shape, data_offsets }, got ${JSON.stringify(value)}.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(sizes, dtype)) return fault(`${where}: unknown dtype ${JSON.stringify(dtype)}.`);
  if (!isCounts(shape)) return fault(`${where}: expected a shape of integers ≥ 0, got ${JSON.stringify(shape)}.`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    return fault(`${where}: expected data_offsets [begin, end] with 0 ≤ begin ≤ end, got ${JSON.stringify(offsets)}.`);
  }
  const [begin, end] = offsets as [number, number];
  const needed = sizeOf(shape) * sizes[dtype]!;
  if (end - begin !== needed)
    fault(`${where}: ${dtype} ${show(shape)} needs ${needed} bytes, but data_offsets [${begin}, ${end}] hold ${end - begin}.`);
  return { dtype, shape, dataOffsets: [begin, end] };
}

/** The tensors must lie one behind the other from byte 0 of the data to its end. */
function mustCover(entries: Parsed['entries'], total: number, fault: (message: string) => never): void {
  const sorted = [...entries].sort(([, a], [, b]) => a.dataOffsets[0] - b.dataOffsets[0] || a.dataOffsets[1] - b.dataOffsets[1]);
  let covered = 0;
  let before = 'the header';
  for (const [key, { dataOffsets }] of sorted) {
    const where = JSON.stringify(key);
    const [begin, end] = dataOffsets;
    if (end > total) fault(`${where}: data_offsets [${begin}, ${end}] are out of range, the file holds ${total} bytes of data.`);
    if (begin < covered) fault(`${where}: data_offsets [${begin}, ${end}] overlap those of ${before}, which end at ${covered}.`);
    if (begin > covered) fault(`${where}: data_offsets [${begin}, ${end}] leave a gap of ${begin - covered} bytes behind ${before}.`);
    [covered, before] = [end, where];
  }
  if (covered !== total) fault(`the tensors cover ${covered} bytes of data, but the file holds ${total}.`);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
