/* Notebook text ↔ Notebook. The text is the truth: parsing only says where its blocks lie, printing returns it. The YAML
   of the front matter is read by a function given in, so that a page whose notebook was compiled carries no YAML reader
   (`parseNotebook` of front-matter.ts has one). Never throws; what is wrong with a file is in `problems`. */

import { fenceBlock } from './fence-block.ts';
import { frontRange } from './front-range.ts';
import { scan } from './scan.ts';
import type { Block, CellBlock, FrontMatter, Notebook, Problem } from './types.ts';

/** Reads the YAML between the `---` lines; its first line is line 2 of the file. */
export type ReadFront = (yaml: string) => { readonly front?: FrontMatter; readonly problems: readonly Problem[] };

/** The notebook that `text` is, its front matter read by `readFront`. */
export function parseWith(text: string, readFront: ReadFront): Notebook {
  const range = frontRange(text);
  const { front, problems } = range.yaml === undefined ? { problems: [] } : readFront(range.yaml);
  return parseBody(text, range.bodyStart, front, problems);
}

/** The notebook that `text` is, its front matter read before (and free of problems): reads no YAML. */
export function parseCompiled(text: string, front: FrontMatter | undefined): Notebook {
  return parseBody(text, frontRange(text).bodyStart, front, []);
}

/** The text, exactly: `printNotebook(parse(text)) === text` for every text. */
export const printNotebook = (notebook: Notebook): string => notebook.text;

/** The cells in file order. */
export const cellsOf = (notebook: Notebook): readonly CellBlock[] => notebook.blocks.filter((block) => block.kind === 'cell');

/** What makes the whole file unusable (no YAML, a later format version), or undefined. */
export const frontMatterError = (notebook: Notebook): Problem | undefined => notebook.problems.find(({ severity }) => severity === 'error');

export const countLines = (text: string): number => text.match(/\r\n|[\r\n]/g)?.length ?? 0;

/** Blocks of the body. Without front matter of this format version all of it is prose. */
export function parseBody(text: string, bodyStart: number, front: FrontMatter | undefined, frontProblems: readonly Problem[]): Notebook {
  const problems = [...frontProblems];
  const line = countLines(text.slice(0, bodyStart)) + 1;
  const blocks = readBlocks(text, bodyStart, line, front, problems);
  return { text, bodyStart, blocks, problems, ...(front && { front }) };
}

/** Blocks from offset `from`, which lies at the start of `line` outside of every block, up to the first fence whose start
    `isKnown`; what is wrong with them is added to `problems`. */
export function readBlocks(
  text: string,
  from: number,
  line: number,
  front: FrontMatter | undefined,
  problems: Problem[],
  isKnown?: (start: number) => boolean,
): Block[] {
  const blocks: Block[] = [];
  let proseStart = from,
    proseLine = line,
    end = text.length;
  const endProse = (to: number): void => {
    if (to > proseStart) blocks.push({ kind: 'prose', start: proseStart, end: to, line: proseLine });
  };
  const until =
    isKnown &&
    ((start: number): boolean => {
      const known = isKnown(start);
      if (known) end = start;
      return known;
    });
  for (const fence of front?.gradus === 1 ? scan(text, from, line, until).fences : []) {
    const block = fenceBlock(text, fence, problems);
    if (!block) continue;
    endProse(fence.start);
    blocks.push(block);
    proseStart = fence.end;
    proseLine = fence.line + countLines(text.slice(fence.start, fence.end));
  }
  endProse(end);
  return blocks;
}
