/* The page follows the blocks of the session: cells, prose and diagrams come, go, move and change, each by its key, and what did
   not change is not touched. Views of cells move with their elements; prose that is new is drawn by a renderer that is loaded with
   the first such edit. The focus, the caret and the place in the window stay where they were. */

import { createRenderEffect, createRoot, on } from 'solid-js';
import type { FrameBlock, Session } from '../session/types.ts';
import { makeShell } from './shell.ts';
import { setText } from './dom.ts';
import { increasing } from './order.ts';
import type { Live } from './reactive.ts';
import { placesIn, type Values } from './values.ts';

export interface BlocksOptions {
  readonly root: HTMLElement;
  readonly session: Session;
  readonly live: Live;
  readonly values: Values;
  /** Makes the view of a cell whose shell is in the page. */
  readonly bind: (element: HTMLElement, id: string) => void;
  /** Cells are called otherwise, all at once. */
  readonly rename: (pairs: readonly (readonly [from: string, to: string])[]) => void;
  /** Ends the view of a cell. */
  readonly unbind: (id: string) => void;
  /** Something was drawn that the list of cells does not tell of: headings, prose. */
  readonly drawn: () => void;
}

/** A block as it stands in the page. */
interface Drawn {
  readonly key: number;
  block: FrameBlock;
  elements: readonly HTMLElement[];
  /** What the pieces were drawn from, one each; unknown for what came with the page. */
  sources: readonly string[];
  /** It gave the page its title and first sentence. */
  opening: boolean;
  /** Its text is not drawn yet. */
  due: boolean;
}

type Renderer = typeof import('./prose-markup.ts');

/** More blocks are not moved out of the way of the one that has the focus. */
const fewMoves = 8;

export function followBlocks(options: BlocksOptions): () => void {
  const { root, session, live } = options;
  const { bind: bindValues, release } = options.values;
  let shown: readonly FrameBlock[] | undefined;
  let drawn = new Map<number, Drawn>();
  let renderer: Renderer | undefined, loading: Promise<unknown> | undefined;
  let gone = false;

  // ---- what the page came with ----------------------------------------------------------------------------------------------

  function adopt(): void {
    shown = session.blocks;
    const prose = new Map<number, HTMLElement[]>();
    const cells = new Map<string, HTMLElement>();
    const diagrams: HTMLElement[] = [];
    for (const element of [...root.children].flatMap((child) => (child.matches('.part') ? [...child.children] : [child]))) {
      if (!(element instanceof HTMLElement)) continue;
      const { cell, prose: number } = element.dataset;
      if (cell !== undefined) cells.set(cell, element);
      else if (number !== undefined) prose.set(Number(number), [...(prose.get(Number(number)) ?? []), element]);
      else if (element.matches('.diagram, .math.block')) diagrams.push(element);
    }
    shown.forEach((block, i) => {
      const cell = block.kind === 'cell' ? cells.get(block.id!) : block.kind === 'diagram' ? diagrams.shift() : undefined;
      const elements = block.kind === 'prose' ? (prose.get(block.prose!) ?? []) : cell ? [cell] : [];
      drawn.set(block.key, { key: block.key, block, elements, sources: [], opening: i === 0 && block.kind === 'prose', due: false });
    });
  }

  // ---- following ------------------------------------------------------------------------------------------------------------

  function follow(): void {
    const blocks = session.blocks;
    if (blocks === shown) return;
    const before = shown!;
    shown = blocks;
    const keep = holdPlace();
    const old = drawn;
    drawn = new Map();
    const here = new Set(blocks.map(({ key }) => key));
    for (const item of old.values()) if (!here.has(item.key)) remove(item);
    const renamed = blocks.flatMap(({ key, id }) => {
      const was = old.get(key)?.block.id;
      return was !== undefined && id !== undefined && was !== id ? [[was, id] as const] : [];
    });
    if (renamed.length > 0) options.rename(renamed);

    const fresh: Drawn[] = [];
    blocks.forEach((block, i) => {
      const opening = i === 0 && block.kind === 'prose';
      const item = old.get(block.key) ?? { key: block.key, block, elements: [], sources: [], opening, due: block.kind !== 'cell' };
      if (!old.has(block.key)) fresh.push(item);
      else if (block.kind !== 'cell' && (item.block.text !== block.text || item.opening !== opening)) item.due = true;
      if (item.block.prose !== block.prose) for (const piece of item.elements) piece.dataset['prose'] = String(block.prose);
      if (item.block.firstValue !== block.firstValue) renumber(item, block.firstValue! - item.block.firstValue!);
      Object.assign(item, { block, opening });
      drawn.set(block.key, item);
    });
    for (const item of fresh) {
      const status = item.block.id === undefined ? undefined : session.cell(item.block.id);
      if (status) item.elements = [makeShell(status)];
    }
    arrange(before);
    for (const { block, elements } of fresh) if (block.kind === 'cell' && elements[0]) options.bind(elements[0], block.id!);
    draw();
    keep();
  }

  function remove({ block, elements }: Drawn): void {
    if (block.id !== undefined) options.unbind(block.id);
    for (const element of elements) {
      release(element);
      element.remove();
    }
  }

  /** Puts the elements in the order of the blocks; as many as can stay where they are, above all the one with the focus. */
  function arrange(before: readonly FrameBlock[]): void {
    const position = new Map(before.map(({ key }, i) => [key, i]));
    const items = [...drawn.values()];
    const rows = items.flatMap((item, i) => {
      const from = item.elements.length > 0 ? position.get(item.key) : undefined;
      return from === undefined ? [] : [{ item, i, from }];
    });
    const inOrder = rows.every(({ from }, i) => i === 0 || rows[i - 1]!.from < from);
    let stays = inOrder ? rows : increasing(rows, ({ from }) => from);
    const focused = rows.find(({ item }) => item.elements.some((element) => element.contains(document.activeElement)));
    if (focused && !stays.includes(focused)) {
      const around = rows.filter(({ i, from }) => (i < focused.i ? from < focused.from : from > focused.from));
      const others = increasing(around, ({ from }) => from);
      if (stays.length - others.length - 1 <= fewMoves) stays = [...others, focused];
    }
    const standing = new Set(stays.map(({ item }) => item));
    const caret = focused && !standing.has(focused.item) ? holdCaret() : undefined;
    let cursor: Element | null = headEnd();
    for (const item of items) {
      if (!standing.has(item)) for (const element of item.elements) cursor = putBehind(cursor, element);
      cursor = item.elements.at(-1) ?? cursor;
    }
    caret?.();
    for (const part of root.querySelectorAll(':scope > .part:empty')) part.remove();
  }

  /** The last element above the first block. */
  const headEnd = (): Element | null => [...root.children].findLast((child) => child.matches('.eyebrow, h1, .lede, .meta-row')) ?? null;

  function putBehind(cursor: Element | null, element: HTMLElement): HTMLElement {
    const parent = (cursor?.parentElement ?? root) as HTMLElement & { moveBefore?: (node: Node, child: Node | null) => void };
    const next = cursor === null ? root.firstChild : cursor.nextSibling;
    if (next === element) return element;
    if (element.isConnected && parent.moveBefore)
      parent.moveBefore(element, next); // keeps focus, scrolling and frames inside
    else parent.insertBefore(element, next);
    return element;
  }

  // ---- prose ----------------------------------------------------------------------------------------------------------------

  /** Draws the text that is due, now where the renderer is there, else when it has come. */
  function draw(): void {
    const due = [...drawn.values()].filter((item) => item.due && !item.elements.some((element) => element.closest('[data-held]')));
    if (due.length === 0) return;
    const waits = renderer ? due.map(({ block }) => renderer!.prepare(block.text)).find((wait) => wait) : import('./prose-markup.ts');
    if (waits) {
      loading ??= waits.then(
        (module) => {
          loading = undefined;
          renderer ??= module as Renderer;
          if (gone) return;
          const keep = holdPlace();
          draw();
          keep();
        },
        () => {
          loading = undefined; // tried again with the next edit
        },
      );
      return;
    }
    const numbers = numbersOf();
    let cursor = headEnd();
    for (const item of drawn.values()) {
      if (due.includes(item)) redraw(item, cursor, numbers);
      cursor = item.elements.at(-1) ?? cursor;
    }
    numberSections(numbers);
    options.drawn();
  }

  function redraw(item: Drawn, cursor: Element | null, numbers: Map<Element, boolean>): void {
    item.due = false;
    const { block } = item;
    let pieces: readonly HTMLElement[];
    if (block.kind === 'diagram') pieces = renderer!.renderedDiagram(block.language ?? '', block.text);
    else {
      const own = new Set<Element>(item.elements);
      const ids = new Set([...root.querySelectorAll('h2.sec, h3.sub')].flatMap((heading) => (own.has(heading) ? [] : [heading.id])));
      const above = sectionsAbove(cursor);
      const markup = renderer!.renderProse(block, { opening: item.opening, sections: above, ids });
      pieces = markup.pieces;
      if (item.opening) drawOpening(markup.title, markup.lede, block.firstValue!);
      let last = above;
      for (const piece of pieces.filter((one) => one.matches('h2.sec'))) {
        const number = Number(piece.querySelector('.no')?.textContent);
        numbers.set(piece, last === undefined || number === last + 1);
        last = number;
      }
    }
    const sources = pieces.map((piece) => piece.outerHTML);
    const same = (a: number, b: number): boolean => item.sources[a] !== undefined && item.sources[a] === sources[b];
    let head = 0,
      tail = 0;
    const most = Math.min(item.sources.length, sources.length);
    while (head < most && same(head, head)) head++;
    while (tail < most - head && same(item.sources.length - 1 - tail, sources.length - 1 - tail)) tail++;
    const out = item.elements.slice(head, item.elements.length - tail);
    const come = pieces.slice(head, pieces.length - tail);
    const held = out.some((element) => element.contains(document.activeElement));
    const next = [...item.elements.slice(0, head), ...come, ...item.elements.slice(item.elements.length - tail)];
    let behind = item.elements[head - 1] ?? cursor;
    for (const piece of come) {
      shiftValues(piece, block.firstValue ?? 0);
      behind = putBehind(behind, piece);
      bindValues(piece);
    }
    for (const element of out) {
      release(element);
      element.remove();
    }
    Object.assign(item, { elements: next, sources });
    const first = next[head];
    if (held && first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
  }

  /** The title and the first sentence are those of the text that opens the notebook. */
  function drawOpening(title: readonly Node[] | undefined, lede: readonly Node[] | undefined, first: number): void {
    const heading = root.querySelector<HTMLElement>(':scope > h1');
    if (heading) {
      const number = heading.querySelector(':scope > .no');
      release(heading);
      heading.replaceChildren(...(number ? [number, ' '] : []), ...(title ?? [session.notebook.front?.title || 'Untitled']));
      shiftValues(heading, first);
      bindValues(heading);
    }
    const sentence = root.querySelector<HTMLElement>(':scope > .lede');
    if (sentence) release(sentence);
    if (lede === undefined) return sentence?.remove();
    const place = sentence ?? document.createElement('p');
    place.className = 'lede';
    place.replaceChildren(...lede);
    if (!sentence) heading?.after(place);
    shiftValues(place, first);
    bindValues(place);
  }

  // ---- sections, where they are numbered --------------------------------------------------------------------------------------

  const isNumbered = (): boolean => root.querySelector(':scope > h1.numbered') !== null;
  const numberOf = (heading: Element): number => Number(heading.querySelector('.no')?.textContent ?? 0);
  function sectionsAbove(cursor: Element | null): number | undefined {
    if (!isNumbered()) return undefined;
    const above = [...root.querySelectorAll('h2.sec')].findLast(
      (heading) =>
        cursor !== null && (heading === cursor || (heading.compareDocumentPosition(cursor) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0),
    );
    return above ? numberOf(above) : 0;
  }
  /** Whether each heading counts on from the one above it; others have their number written. */
  function numbersOf(): Map<Element, boolean> {
    let last = 0;
    return new Map(
      [...root.querySelectorAll('h2.sec')].map((heading) => {
        const counts = numberOf(heading) === last + 1;
        last = numberOf(heading);
        return [heading, counts];
      }),
    );
  }
  function numberSections(counts: ReadonlyMap<Element, boolean>): void {
    if (!isNumbered()) return;
    let last = 0;
    for (const heading of root.querySelectorAll('h2.sec')) {
      const number = heading.querySelector<HTMLElement>('.no');
      if (number && counts.get(heading) !== false) setText(number, String(last + 1));
      last = numberOf(heading);
    }
  }

  // ---- values in prose ----------------------------------------------------------------------------------------------------------

  function shiftValues(element: HTMLElement, by: number): void {
    if (by !== 0) for (const place of placesIn(element)) place.dataset['value'] = String(Number(place.dataset['value']) + by);
  }
  function renumber(item: Drawn, by: number): void {
    const opening = item.opening ? [...root.querySelectorAll<HTMLElement>(':scope > h1, :scope > .lede')] : [];
    for (const element of [...item.elements, ...opening]) {
      release(element);
      shiftValues(element, by);
      bindValues(element);
    }
  }

  adopt();
  const unfollow = createRoot((dispose) => {
    createRenderEffect(on(live.ids, follow, { defer: true }));
    return dispose;
  });
  root.addEventListener('unheld', draw);
  return () => {
    gone = true;
    unfollow();
    root.removeEventListener('unheld', draw);
  };

  // ---- the reader's place -------------------------------------------------------------------------------------------------------

  /** Remembers where in the window the block is that the reader looks at, and brings it back there. */
  function holdPlace(): () => void {
    const active = document.activeElement;
    const focused = active === null || active === document.body ? null : blockOf(active);
    const seen =
      focused && inWindow(focused) ? focused : blockOf(document.elementFromPoint(innerWidth / 2, Math.min(160, innerHeight / 3)));
    if (!seen) return () => undefined;
    const { top } = seen.getBoundingClientRect();
    return () => {
      if (!seen.isConnected) return;
      const by = seen.getBoundingClientRect().top - top;
      if (Math.abs(by) > 1) scrollBy({ top: by, behavior: 'instant' });
    };
  }
  function blockOf(element: Element | null): HTMLElement | null {
    return element !== null && root.contains(element) ? element.closest<HTMLElement>('[data-cell], [data-prose], .diagram') : null;
  }
  function inWindow(element: HTMLElement): boolean {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }
}

/** Gives the focus back to what has it now, with the caret in static code, once it has been moved in the page. */
function holdCaret(): () => void {
  const element = document.activeElement;
  const selection = document.getSelection();
  const range = selection && selection.rangeCount > 0 ? selection.getRangeAt(0).cloneRange() : undefined;
  return () => {
    if (!(element instanceof HTMLElement) || document.activeElement === element) return;
    element.focus({ preventScroll: true });
    if (range && element.contains(range.startContainer) && element.contains(range.endContainer)) {
      selection?.removeAllRanges();
      selection?.addRange(range);
    }
  };
}
