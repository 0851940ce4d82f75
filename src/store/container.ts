/* One file of many records (the archive): gzip around a line that names the format, a manifest with a checksum for each part, and the
   parts. A part is records of one object store as JSON, with their typed arrays and Blobs as bytes behind it, so that curves stay
   binary. Reading checks every part before it gives any.

     gradus-archive 1 \n   manifest as JSON \n   part part part …        part: length of its JSON (4 bytes, little-endian), JSON, bytes */

import { GradusError } from '../base/errors.ts';

export interface Part {
  /** Object store of its records. */
  readonly store: string;
  readonly records: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Manifest {
  readonly format: 'gradus-archive';
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly parts: readonly Part[];
}

export interface Container {
  readonly manifest: Manifest;
  /** The records of one object store, a part at a time. */
  read(store: string): AsyncGenerator<readonly unknown[]>;
}

const head = 'gradus-archive 1\n';
/** A part is closed when its bytes reach this, so that no more than about twice of it is held at once. */
const partBytes = 4_000_000;
const partRecords = 1000;
/** A manifest is no longer than this. */
const manifestBytes = 16_000_000;
/** A file that unpacks to more than this is not opened. */
const unpackedBytes = 4_000_000_000;

const broken = (what: string): GradusError =>
  new GradusError(
    'archive',
    `The archive is damaged: ${what}.`,
    'Nothing was imported and nothing here was changed. Choose another copy of the file.',
  );
const foreign = (): GradusError =>
  new GradusError(
    'archive',
    'This file is no Gradus archive.',
    'An archive is what “Download archive” gives, a file that ends in .gradus. Nothing was changed.',
  );

/** Writes records, in the order in which they come, as one file. */
export async function writeContainer(
  records: AsyncIterable<{ readonly store: string; readonly record: unknown }>,
  made: Date,
): Promise<Blob> {
  const parts: Part[] = [];
  const bodies: Blob[] = [];
  let open: { store: string; records: unknown[]; tail: Uint8Array<ArrayBuffer>[]; bytes: number } | undefined;
  const close = async (): Promise<void> => {
    if (!open) return;
    const json = new TextEncoder().encode(JSON.stringify(open.records));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, json.length, true);
    const body = new Blob([length, json, ...open.tail]);
    parts.push({ store: open.store, records: open.records.length, bytes: body.size, sha256: await sha256(await body.arrayBuffer()) });
    bodies.push(body);
    open = undefined;
  };
  for await (const { store, record } of records) {
    if (open && (open.store !== store || open.bytes > partBytes || open.records.length >= partRecords)) await close();
    open ??= { store, records: [], tail: [], bytes: 0 };
    const { tail } = open;
    let { bytes } = open;
    const place = (part: Uint8Array<ArrayBuffer>): number => {
      const at = bytes;
      tail.push(part);
      bytes += part.byteLength;
      return at;
    };
    open.records.push(await encode(record, place));
    open.bytes = bytes;
  }
  await close();
  const manifest: Manifest = { format: 'gradus-archive', version: 1, made: made.toISOString(), parts };
  const whole = new Blob([head, `${JSON.stringify(manifest)}\n`, ...bodies]);
  const packed = await new Response(whole.stream().pipeThrough(new CompressionStream('gzip'))).blob();
  return packed.slice(0, packed.size, 'application/gzip');
}

/** Opens a file and checks all of it. Rejects with a sentence; nothing has been given then. */
export async function readContainer(file: Blob, limit = unpackedBytes): Promise<Container> {
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) throw foreign();
  let whole: Blob;
  let bytes = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      if ((bytes += chunk.byteLength) > limit) controller.error(new Error('too large'));
      else controller.enqueue(chunk);
    },
  });
  try {
    whole = await new Response(file.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(counted)).blob();
  } catch {
    if (bytes > limit) throw broken(`it unpacks to more than ${limit / 1e9} GB`);
    throw broken('it ends too early or its bytes were changed');
  }
  if ((await whole.slice(0, head.length).text()) !== head) {
    if (/^gradus-archive \d+\n/.test(await whole.slice(0, 40).text()))
      throw new GradusError(
        'archive',
        'This archive was made by a newer Gradus.',
        'Reload the page to get the newer version. Nothing was changed.',
      );
    throw foreign();
  }
  const start = new Uint8Array(await whole.slice(head.length, head.length + manifestBytes).arrayBuffer());
  const end = start.indexOf(10);
  const manifest = end < 0 ? undefined : readManifest(new TextDecoder().decode(start.subarray(0, end)));
  if (manifest === undefined) throw broken('its list of contents cannot be read');
  let at = head.length + end + 1;
  const places = manifest.parts.map((part) => {
    const from = at;
    at += part.bytes;
    return { part, body: whole.slice(from, at) };
  });
  if (at !== whole.size) throw broken(`${at} bytes are listed, ${whole.size} are there`);
  for (const [i, { part, body }] of places.entries()) {
    const bytes = await body.arrayBuffer();
    if ((await sha256(bytes)) !== part.sha256) throw broken(`part ${i + 1} of ${places.length} (${part.store}) is not as it was written`);
    if (soundPart(bytes)?.length !== part.records) throw broken(`part ${i + 1} of ${places.length} (${part.store}) lacks records`);
  }
  return {
    manifest,
    async *read(store) {
      for (const { part, body } of places) if (part.store === store) yield decodePart(await body.arrayBuffer());
    },
  };
}

/** The records of a part; undefined where it holds none. */
function soundPart(bytes: ArrayBuffer): readonly unknown[] | undefined {
  try {
    return decodePart(bytes);
  } catch (error) {
    if (error instanceof GradusError) throw error;
    return undefined;
  }
}

function readManifest(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<Manifest>;
    const sound =
      value.format === 'gradus-archive' &&
      value.version === 1 &&
      typeof value.made === 'string' &&
      Array.isArray(value.parts) &&
      value.parts.every(
        ({ store, records, bytes, sha256: sum }: Partial<Part>) =>
          typeof store === 'string' && Number.isInteger(records) && Number.isInteger(bytes) && bytes! >= 4 && typeof sum === 'string',
      );
    return sound ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/* ---- records as JSON: what JSON cannot say stands as { $: [kind, …] } ---- */

const arrays = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  BigInt64Array,
  BigUint64Array,
} as const;

async function encode(value: unknown, place: (bytes: Uint8Array<ArrayBuffer>) => number): Promise<unknown> {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: ['number', String(Object.is(value, -0) ? '-0' : value)] };
  if (typeof value === 'bigint') return { $: ['bigint', String(value)] };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { $: ['date', value.getTime()] };
  if (value instanceof ArrayBuffer) return { $: ['buffer', place(new Uint8Array(value)), value.byteLength] };
  if (typeof Blob !== 'undefined' && value instanceof Blob) {
    const bytes = new Uint8Array(await value.arrayBuffer());
    return { $: ['blob', place(bytes), bytes.byteLength, value.type] };
  }
  if (ArrayBuffer.isView(value)) {
    const kind = value.constructor.name;
    const bytes = new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
    return { $: [kind in arrays ? kind : 'Uint8Array', place(bytes), value.byteLength] };
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => encode(item, place)));
  if (value instanceof Map) return { $: ['map', await encode([...value], place)] };
  if (value instanceof Set) return { $: ['set', await encode([...value], place)] };
  const members = await Promise.all(Object.entries(value).map(async ([key, item]) => [key, await encode(item, place)] as const));
  // A record of the reader's may have a member that looks like ours.
  return Object.hasOwn(value, '$') ? { $: ['object', members] } : Object.fromEntries(members);
}

function decodePart(bytes: ArrayBuffer): readonly unknown[] {
  const length = new DataView(bytes).getUint32(0, true);
  const records = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as unknown[];
  const tail = 4 + length;
  const cut = (at: unknown, size: unknown): ArrayBuffer => bytes.slice(tail + Number(at), tail + Number(at) + Number(size));
  const decode = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(decode);
    if (!Object.hasOwn(value, '$')) return fromMembers(Object.entries(value).map(([key, item]) => [key, decode(item)]));
    const [kind, a, b, c] = (value as { $: readonly unknown[] }).$;
    switch (kind) {
      case 'number':
        return a === '-0' ? -0 : Number(a);
      case 'bigint':
        return BigInt(String(a));
      case 'date':
        return new Date(Number(a));
      case 'buffer':
        return cut(a, b);
      case 'blob':
        return new Blob([cut(a, b)], { type: String(c) });
      case 'map':
        return new Map(decode(a) as [unknown, unknown][]);
      case 'set':
        return new Set(decode(a) as unknown[]);
      case 'object':
        return fromMembers((a as [string, unknown][]).map(([key, item]) => [key, decode(item)]));
      default: {
        const Kind = arrays[kind as keyof typeof arrays] as (new (buffer: ArrayBuffer) => unknown) | undefined;
        if (Kind === undefined) throw broken(`it holds “${String(kind)}”, which this version does not know`);
        return new Kind(cut(a, b));
      }
    }
  };
  return records.map(decode);
}

/** `__proto__` is a member like any other. */
const fromMembers = (members: readonly (readonly [string, unknown])[]): Record<string, unknown> => Object.fromEntries(members);

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined)
    throw new GradusError(
      'archive',
      'This browser computes no checksums on a page without a secure connection.',
      'Open the site by https or on localhost.',
    );
  return [...new Uint8Array(await subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
