/* Where a place of the text stands in the page: in static code, in an open editor, in rendered prose, in an output; and marking
   such places by the Custom Highlight API, which changes nothing in the page. Where a browser lacks it, only the current
   place is shown, as the selection of its block. */

import { editorOfCell } from '../editors.ts';
import type { Place } from './matches.ts';

/** Names of the two highlights, see find.css. */
const everywhere = 'find',
  now = 'find-now';

export function showHighlights(ranges: readonly Range[], current: Range | undefined): void {
  if (typeof Highlight === 'undefined') return;
  CSS.highlights.set(everywhere, new Highlight(...ranges.filter((range) => range !== current)));
  const one = new Highlight(...(current ? [current] : []));
  one.priority = 1;
  CSS.highlights.set(now, one);
}

export function hideHighlights(): void {
  if (typeof Highlight === 'undefined') return;
  CSS.highlights.delete(everywhere);
  CSS.highlights.delete(now);
}

/** Ranges of places in the code of a cell; undefined where an editor has not drawn that line. */
export function rangesInCode(cell: HTMLElement, id: string, places: readonly Place[]): (Range | undefined)[] {
  const view = editorOfCell(id)?.view;
  if (view === undefined) {
    const pre = cell.querySelector<HTMLElement>('[data-code]');
    return pre === null ? places.map(() => undefined) : rangesInText(pre, places);
  }
  const length = view.state.doc.length,
    { from: top, to: bottom } = view.viewport;
  return places.map(({ from, to }) => {
    if (to > length || to < top || from > bottom) return undefined;
    const range = document.createRange();
    const start = view.domAtPos(from, 1),
      end = view.domAtPos(to, -1);
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, end.offset);
    return range;
  });
}

/** Ranges of places in the text of an element, as `textOf` gives it. */
export function rangesInText(element: Element, places: readonly Place[]): Range[] {
  const walker = walk(element),
    ranges: Range[] = [];
  let node = walker.nextNode() as Text | null,
    start = 0;
  const reach = (offset: number, end: boolean): void => {
    while (node !== null && (end ? offset > start + node.length : offset >= start + node.length)) {
      const next = walker.nextNode() as Text | null;
      if (next === null) return;
      start += node.length;
      node = next;
    }
  };
  for (const { from, to } of places) {
    if (node === null) break;
    const range = document.createRange();
    reach(from, false);
    range.setStart(node, Math.min(node.length, from - start));
    reach(to, true);
    range.setEnd(node, Math.min(node.length, to - start));
    ranges.push(range);
  }
  return ranges;
}

/** The text of an element as its text nodes have it, without what stands only for a screen reader or as a formula's source. */
export function textOf(element: Element): string {
  const walker = walk(element);
  let text = '';
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) text += node.nodeValue ?? '';
  return text;
}

function walk(element: Element): TreeWalker {
  return document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest('.katex-mathml, .vh, style, script') == null ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT,
  );
}
