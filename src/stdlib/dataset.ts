/* `await dataset(name)`: a data pack as typed arrays with shape, source and licence. The bytes come from the host page
   (service `dataset`, already gunzipped); each pack is asked for once an engine, and its arrays are views into that one
   buffer, shared by all cells. What a pack holds is said by its manifest, which scripts/data/make-data.mjs writes. */

import type { DatasetManifest } from '../engine/protocol.ts';
import type { Evaluation, Host } from './host.ts';
import { withShape } from './inspected.ts';

/** Arrays of one half of a set, of N examples; `shape` is that of `images`, e.g. [60000, 28, 28]. */
export interface DatasetPart {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly shape: readonly number[];
}

/** `{ name, source, licence }` and what the pack holds: `train` and `test` for images, `rows` for tables, `text` for texts. */
export interface Dataset {
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly [part: string]: unknown;
}

const opened = new WeakMap<Host, Map<string, Promise<Dataset>>>();

/** Resolves to the data pack `name`; lends the turn while it loads. Rejects with the names there are when there is no such pack. */
export function openDataset(host: Host, evaluation: Evaluation, name: string): Promise<Dataset> {
  if (typeof name !== 'string') throw new TypeError(`dataset: expected a name such as "mnist", got ${typeof name}.`);
  const packs = opened.get(host) ?? new Map<string, Promise<Dataset>>();
  opened.set(host, packs);
  let pack = packs.get(name);
  if (!pack) {
    pack = host.service({ service: 'dataset', name }).then((answer) => {
      const { manifest, bytes } = answer as { manifest: DatasetManifest; bytes: ArrayBuffer };
      return readPack(manifest, bytes);
    });
    packs.set(name, pack);
    pack.catch(() => packs.delete(name));
  }
  // Made here, so that its frames name the line of the cell that asked.
  const failure = new Error();
  return host.lend(
    evaluation,
    pack.catch((error: unknown) => {
      failure.message = error instanceof Error ? error.message : String(error);
      throw failure;
    }),
  );
}

/** The set that `manifest` describes, its arrays as views into `bytes`. */
export function readPack(manifest: DatasetManifest, bytes: ArrayBuffer): Dataset {
  const { name, source, licence } = manifest;
  const set: Record<string, unknown> = { name, source, licence };
  for (const part of manifest.parts) {
    let holder = set;
    for (const key of part.path.slice(0, -1)) holder = (holder[key] ??= {}) as Record<string, unknown>;
    const key = part.path.at(-1) ?? 'data';
    const read = readPart(part, bytes);
    holder[key] = typeof read === 'object' && read !== null ? withShape(read, part.shape) : read;
    if (key === 'images' && part.shape) holder['shape'] = part.shape;
  }
  return set as unknown as Dataset;
}

function readPart({ dtype, offset, byteLength }: DatasetManifest['parts'][number], bytes: ArrayBuffer): unknown {
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(bytes, offset, byteLength);
    case 'int32':
      return new Int32Array(bytes, offset, byteLength / 4);
    case 'float32':
      return new Float32Array(bytes, offset, byteLength / 4);
    case 'text':
      return new TextDecoder().decode(new Uint8Array(bytes, offset, byteLength));
    case 'json':
      return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, offset, byteLength)));
    default:
      return dtype satisfies never;
  }
}
