/* How the parts of the compute library (src/base/apart.ts) come into an engine, and which of its names a cell mentions. */

import type { ProgramCell } from '../../src/engine/protocol.ts';
import type { PartLoader } from '../../src/base/apart.ts';

/** Parts lie beside `library`, the address of the pack. */
export function partLoader(library: string): PartLoader {
  const folder = library.slice(0, library.lastIndexOf('/') + 1);
  const { importScripts } = globalThis as { importScripts?: (url: string) => void };
  const run = (url: string, text: string): void => {
    // oxlint-disable-next-line no-eval -- classic scripts of this site, in the frame too
    (0, eval)(`${text}\n//# sourceURL=${url}`);
  };
  return {
    now(file) {
      const url = folder + file;
      if (importScripts) return importScripts(url);
      const request = new XMLHttpRequest();
      request.open('GET', url, false);
      request.send();
      if (request.status !== 200) throw new Error(String(request.status));
      run(url, request.responseText);
    },
    async ahead(file) {
      const url = folder + file;
      const response = await fetch(url);
      if (!response.ok) throw new Error(String(response.status));
      const text = await response.text();
      return () => run(url, text);
    },
  };
}

const ours = ['tensor', 'nn', 'optim'];

/** Names that may be the library's: behind a dot, and in a cell that reads or imports the library every word. More than it uses is harmless. */
export function namesIn({ code, reads, imports }: Pick<ProgramCell, 'code' | 'reads' | 'imports'>): string[] {
  const every = reads.some((name) => ours.includes(name)) || imports.some(({ source }) => source === 'gradus:tensor');
  const names = imports.flatMap(({ bindings }) => bindings.map(({ imported }) => imported));
  for (const [, dot, name] of code.matchAll(/(\.?)\b([A-Za-z_]\w*)/g)) if (dot || (every && name !== 'var')) names.push(name!);
  return names;
}
