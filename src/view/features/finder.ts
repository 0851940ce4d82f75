/* What is found in a notebook: hits in file order (a block's text, then a cell's outputs as they are shown), which of them is the
   current one, and the ranges that show them. */

import type { FrameBlock } from '../../session/types.ts';
import type { NotebookContext } from '../context.ts';
import { editorOfCell } from '../editors.ts';
import { elementOf } from './blocks.ts';
import { rangesInCode, rangesInText, textOf } from './highlights.ts';
import { mostPlaces, placesIn, type Place } from './matches.ts';

export type Part = 'code' | 'text' | 'outputs';

export interface Hit extends Place {
  readonly block: FrameBlock;
  readonly part: Part;
}

/** Everything that is found, at most `mostPlaces`. */
export function hitsOf(context: NotebookContext, pattern: RegExp, parts: ReadonlySet<Part>): readonly Hit[] {
  const hits: Hit[] = [];
  const add = (block: FrameBlock, part: Part, text: string): void => {
    for (const place of placesIn(text, pattern, mostPlaces - hits.length)) hits.push({ ...place, block, part });
  };
  for (const block of context.session.blocks) {
    if (hits.length >= mostPlaces) break;
    const part: Part = block.kind === 'prose' ? 'text' : 'code';
    if (parts.has(part)) add(block, part, block.text);
    if (!parts.has('outputs') || block.id === undefined) continue;
    const shown = context.view(block.id)?.element.querySelector('[data-outputs]');
    if (shown?.firstChild) add(block, 'outputs', textOf(shown));
  }
  return hits;
}

/** The ranges of the hits that are drawn, by index. */
export function rangesOf(context: NotebookContext, pattern: RegExp, hits: readonly Hit[]): readonly (Range | undefined)[] {
  const ranges: (Range | undefined)[] = new Array(hits.length).fill(undefined);
  for (let i = 0; i < hits.length;) {
    const { block, part } = hits[i]!;
    let end = i + 1;
    while (end < hits.length && hits[end]!.block === block && hits[end]!.part === part) end++;
    const own = hits.slice(i, end),
      element = elementOf(context, block);
    if (element === undefined) {
      i = end;
      continue;
    }
    const drawn =
      part === 'outputs'
        ? rangesInText(element.querySelector('[data-outputs]') ?? element, own)
        : part === 'text'
          ? inProse(context, block, pattern, own)
          : block.id !== undefined
            ? rangesInCode(element, block.id, own)
            : [];
    drawn.forEach((range, j) => (ranges[i + j] = range));
    i = end;
  }
  return ranges;
}

/** What is found in the Markdown may stand otherwise in what is rendered of it: shown where both have as many. */
function inProse({ root }: NotebookContext, { prose }: FrameBlock, pattern: RegExp, hits: readonly Hit[]): readonly (Range | undefined)[] {
  const ranges = [...root.querySelectorAll(`[data-prose="${prose}"]`)].flatMap((element) =>
    rangesInText(element, placesIn(textOf(element), pattern)),
  );
  return ranges.length === hits.length
    ? ranges
    : hits.map((_, i) => (ranges.length === 0 ? undefined : ranges[Math.min(i, ranges.length - 1)]));
}

/** Brings a hit into view; code that is hidden is shown. */
export function reveal(context: NotebookContext, hit: Hit, range: () => Range | undefined): void {
  const element = elementOf(context, hit.block);
  if (element === undefined) return;
  const hidden = element.querySelector<HTMLElement>(
    hit.part === 'code' ? ':scope > .body > .code[hidden]' : ':scope > .body > [data-outputs][hidden]',
  );
  if (hidden !== null && hit.part !== 'text') (hidden.previousElementSibling as HTMLElement | null)?.click();
  const editor = hit.part === 'code' && hit.block.id !== undefined ? editorOfCell(hit.block.id) : undefined;
  if (editor !== undefined) {
    const { view } = editor;
    const scrollIntoView = (view.constructor as unknown as { scrollIntoView(at: number, how: { y: 'nearest' }): never }).scrollIntoView;
    view.dispatch({ effects: scrollIntoView(Math.min(hit.from, view.state.doc.length), { y: 'nearest' }) });
  }
  const place = range()?.startContainer;
  const at = place instanceof Element ? place : (place?.parentElement ?? element);
  const { top, bottom } = (range() ?? at).getBoundingClientRect();
  if (top < 160 || bottom > innerHeight - 40) at.scrollIntoView({ block: 'center', inline: 'nearest' });
}
