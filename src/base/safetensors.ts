/* The safetensors file format on bytes, nothing of tensors: the header's length (8 bytes, little endian), the header (a JSON object from
   a name to dtype, shape and place, padded with spaces), and the values without gaps. Every fault of a header is found before any value
   is looked at; messages say what and where. Hosts are little endian, as browsers are.
   @source https://github.com/huggingface/safetensors, README (format) and src/tensor.rs (validation) */

// Of every place that this runs in; the types of pure layers know none.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
declare const TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };

/** A tensor in a file. */
export interface SafetensorsEntry {
  /** The file's word: F32, BF16, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte and the one behind the last, counted from the end of the header. */
  readonly dataOffsets: readonly [number, number];
}

/** Bytes with what they mean. */
export interface NamedBytes {
  readonly name: string;
  /** The file's word. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The file in parts: its head, then the bytes of each entry in the given order. `metadata` stands under `__metadata__` if there is any. */
export function safetensorsParts(
  entries: readonly NamedBytes[],
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array<ArrayBuffer>[] {
  const sized = entries.map(({ name, dtype, shape, bytes: { length } }) => ({ name, dtype, shape, length }));
  return [safetensorsHead(sized, metadata), ...entries.map(({ bytes }) => bytes)];
}

/** What stands before the bytes of the entries; `length` is how many each has. */
export function safetensorsHead(
  entries: readonly (Omit<NamedBytes, 'bytes'> & { readonly length: number })[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const { name, dtype, shape, length } of entries) header.push([name, { dtype, shape, data_offsets: [end, (end += length)] }]);
  // Written entry by entry: an object would put names that are whole numbers first.
  const json = new TextEncoder().encode(`{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + length);
  new DataView(head.buffer).setUint32(0, length, true); // a header is far below 4 GiB
  head.fill(0x20, 8);
  head.set(json, 8);
  return head;
}

export interface Parsed {
  readonly metadata: Record<string, string>;
  /** In the header's order. */
  readonly entries: readonly (readonly [string, SafetensorsEntry])[];
  readonly dataStart: number;
}

/** The header of a whole file, checked; values are not looked at. `fault` throws what is wrong, in a sentence. */
export function parseSafetensors(bytes: Uint8Array, fault: (message: string) => never): Parsed {
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

/** A value of the header in a message: not more of it than one can read, and no deeper than the stack bears. */
function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? 'undefined';
    return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
  } catch {
    return 'lists in lists without end';
  }
}

function entryOf(key: string, value: unknown, fault: (message: string) => never): SafetensorsEntry {
  const where = JSON.stringify(key);
  if (!isRecord(value)) return fault(`${where}: expected { dtype, shape, data_offsets }, got ${shown(value)}.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(sizes, dtype)) return fault(`${where}: unknown dtype ${shown(dtype)}.`);
  if (!isCounts(shape)) return fault(`${where}: expected a shape of integers ≥ 0, got ${shown(shape)}.`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    return fault(`${where}: expected data_offsets [begin, end] with 0 ≤ begin ≤ end, got ${shown(offsets)}.`);
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

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** Bytes of an element for every dtype that the format has whole bytes for, also those that we do not decode. */
const sizes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, F8_E4M3FNUZ: 1, F8_E5M2FNUZ: 1, I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, I64: 8, U64: 8, F64: 8, C64: 8 },
};
