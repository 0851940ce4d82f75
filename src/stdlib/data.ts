/* `file` and `dataset`: bytes that lie beside the notebook or ship with the site. The host page fetches them; both lend the
   turn while they wait. */

import type { Evaluation, Host } from './host.ts';
import { openDataset } from './dataset.ts';
import type { Names } from './names.ts';

/** A `File` that also reads itself as JSON. */
export type JsonFile = File & { json(): Promise<unknown> };

export function dataNames(host: Host): Names {
  return {
    dataset: (evaluation) => (name: string) => openDataset(host, evaluation, name),
    file: (evaluation) => (name: string) => openFile(host, evaluation, name),
  };
}

export function withJson(file: File): JsonFile {
  return Object.assign(file, { json: async () => JSON.parse(await file.text()) as unknown });
}

function openFile(host: Host, evaluation: Evaluation, name: string): Promise<JsonFile> {
  if (typeof name !== 'string' || name === '') throw new TypeError(`file: expected a name such as "data.csv", got ${String(name)}.`);
  const asked = name.replace(/^(\.\/)+/, '');
  return host.lend(
    evaluation,
    host.service({ service: 'file', name: asked }).then((answer) => {
      const { name: found, type, bytes } = answer as { name: string; type: string; bytes: ArrayBuffer };
      return withJson(new File([bytes], found, { type }));
    }),
  );
}
