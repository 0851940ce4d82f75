/* What cells ask the page for: files and modules beside their notebook, and data packs. A chunk of its own, since most
   notebooks ask for nothing when they open. */

import { fetchDataset } from './engine/datasets.ts';
import type { UnitText } from './engine/unit.ts';
import type { ServiceCall } from './engine/protocol.ts';

/** `base` is the site's root; `folder`, relative to it, is where the notebook's files lie, absent where it has none. */
export async function answer(call: ServiceCall, base: URL, folder: string | undefined): Promise<unknown> {
  if (call.service === 'file') {
    const response = await beside(call.name, base, folder);
    return { name: call.name.split('/').at(-1), type: response.headers.get('content-type') ?? '', bytes: await response.arrayBuffer() };
  }
  if (call.service === 'unit') return unitText(call.unit, base, window.__stored === false);
  if (call.service === 'dataset') return fetchDataset(base.href, call.name);
  throw new Error(`The page has no service "${call.service}".`);
}

/** What a unit exports, as the build wrote it; undefined where it exports nothing. */
export async function unitText(id: string, base: URL, fresh: boolean): Promise<UnitText | undefined> {
  const response = await fetch(new URL(`n/${id}/unit.json`, base));
  return response.ok && response.headers.get('content-type')?.includes('json') ? { text: await response.text(), fresh } : undefined;
}

export const moduleText = async (name: string, base: URL, folder: string): Promise<string> => (await beside(name, base, folder)).text();

async function beside(name: string, base: URL, folder: string | undefined): Promise<Response> {
  if (folder === undefined)
    throw new Error(`"${name}" is not there: this notebook has no folder. Add the file with Inputs.file(), which gives the same object.`);
  const clean = name.replace(/^\.\//, '');
  if (/^[a-z]+:|^\/|(^|\/)\.\.(\/|$)/i.test(clean))
    throw new Error(`"${name}" lies outside of the notebook's folder. Only files beside the notebook can be read.`);
  const response = await fetch(new URL(clean, new URL(folder, base)));
  if (!response.ok || (response.headers.get('content-type')?.startsWith('text/html') === true && !/\.html?$/.test(clean)))
    throw new Error(`"${name}" is not beside this notebook.`);
  return response;
}
