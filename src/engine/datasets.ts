/* The host's side of `dataset(name)`: finds the pack in data/index.json under the site's root, fetches and gunzips it.
   The worker (stdlib/dataset.ts) makes arrays of it; scripts/data/make-data.mjs writes what is read here. */

import type { DatasetManifest } from './protocol.ts';

type Index = Readonly<Record<string, { readonly file: string; readonly manifest: DatasetManifest }>>;

/** Resolves to manifest and bytes (gunzipped) of the data pack `name` under `base`, the site's root with its final slash.
    Rejects with a message for the reader: no such set (lists those there are), no packs, no network. */
export async function fetchDataset(base: string, name: string): Promise<{ manifest: DatasetManifest; bytes: ArrayBuffer }> {
  const index = (await (await get(`${base}data/index.json`, name)).json()) as Index;
  if (!Object.hasOwn(index, name)) {
    const names = Object.keys(index)
      .map((known) => `"${known}"`)
      .join(', ');
    throw new Error(`dataset: there is no "${name}". There is ${names || 'none yet: make the data packs'}.`);
  }
  const { file, manifest } = index[name]!;
  const bytes = await gunzip(await get(`${base}data/${file}`, name));
  const size = Math.max(0, ...manifest.parts.map((part) => part.offset + part.byteLength));
  if (bytes.byteLength !== size) {
    throw new Error(`dataset: "${name}" should have ${size} bytes, ${bytes.byteLength} arrived. Load the page again.`);
  }
  return { manifest, bytes };
}

async function get(url: string, name: string): Promise<Response> {
  const response = await fetch(url).catch(() => {
    throw new Error(`dataset: "${name}" could not be fetched. Check the connection and run the cell again.`);
  });
  if (!response.ok) throw new Error(`dataset: "${name}" could not be fetched (${response.status} for ${url}).`);
  return response;
}

/** The body, gunzipped here unless the server's `Content-Encoding` made the browser do it already. */
async function gunzip(response: Response): Promise<ArrayBuffer> {
  const bytes = await response.arrayBuffer();
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== 0x1f || second !== 0x8b) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
