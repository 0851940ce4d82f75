/* Which names of the standard library one maker gives (seldom.ts), and what a cell mentions of the parts that it may need: asked by the
   engine for what it fetches ahead, and by the build for what a page names. */

/** The names that each of these makers gives. */
export const given = {
  check: ['check', 'close', 'equal', 'throws', 'shape'],
  dataset: ['dataset', 'file'],
  md: ['md', 'tex', 'html', 'table'],
  progress: [
    ...['progress', 'steps', 'sleep', 'signal', 'onDispose', 'stop', 'mutable', 'setTimeout', 'setInterval', 'queueMicrotask'],
    ...(typeof requestAnimationFrame === 'function' ? ['requestAnimationFrame'] : []),
  ],
} as const;

const makerOf = new Map<string, string>(Object.entries(given).flatMap(([maker, names]) => names.map((name) => [name, maker] as const)));

/** What a cell mentions that may lie apart: names that it reads, words behind a dot. More than it uses is harmless. */
export function mentioned({ code, reads, imports }: { code: string; reads: readonly string[]; imports: readonly unknown[] }): string[] {
  const words = [...code.matchAll(/\.\s*([A-Za-z_]\w*)/g)].map(([, word]) => word!);
  return [...reads.map((name) => makerOf.get(name) ?? name), ...words, ...(imports.length > 0 ? ['import'] : [])];
}
