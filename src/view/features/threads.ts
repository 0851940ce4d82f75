/* Dependencies in hand: the caret or the pointer on a name for 150 ms holds it. Its definition is boxed, its uses are washed, and a
   thread runs down the right edge of the code to every cell that follows: solid to those that read it, dashed by way of others. Esc
   lets go. From here also: to the definition, and the list of uses. */

import './threads.css';
import type { Feature, NotebookContext } from '../context.ts';
import { h, s } from '../dom.ts';
import { editorOf, editorOfCell, onEscape } from '../editors.ts';
import { openMenu } from './menu.ts';
import { definitionIn, nameAround, usesIn } from './threads-names.ts';
import { rangesInCode } from './highlights.ts';

const holdMs = 150;
const highlight = 'held-uses';

interface Held {
  readonly name: string;
  /** The cell that defines it. */
  readonly cell: string;
}

export const threads: Feature = (context) => {
  const { root, session, commands, view, voice, go } = context;
  const undo: (() => void)[] = [];
  const listen = <K extends keyof DocumentEventMap>(
    target: Document | HTMLElement | Window,
    type: K,
    does: (event: DocumentEventMap[K]) => void,
    capture = false,
  ): void => {
    target.addEventListener(type, does as EventListener, capture);
    undo.push(() => target.removeEventListener(type, does as EventListener, capture));
  };

  // ---- which name
  const ownerOf = (id: string, name: string): string | undefined => {
    const status = session.cell(id);
    if (status === undefined) return undefined;
    if (status.defines.includes(name)) return id;
    return (
      status.uses.find((use) => use.name === name)?.cell ??
      session.ids.find((other) => session.cell(other)?.defines.includes(name) === true && !name.startsWith('_'))
    );
  };
  const heldAt = (code: Element | null | undefined, node: Node | null, offset: number): Held | undefined => {
    const id = code?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    const name = id === undefined || node === null ? undefined : nameAround(node, offset);
    const cell = id === undefined || name === undefined ? undefined : ownerOf(id, name);
    return name === undefined || cell === undefined ? undefined : { name, cell };
  };
  const atPointer = (event: PointerEvent): Held | undefined => {
    const target = event.target instanceof Element ? event.target : null;
    const code = target?.closest('.code');
    if (code == null) return undefined;
    const place = caretPlace(event.clientX, event.clientY);
    if (place === undefined || !code.contains(place.node)) return undefined;
    const range = document.createRange();
    range.selectNodeContents(place.node);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    if (event.clientX < left - 2 || event.clientX > right + 2 || event.clientY < top || event.clientY > bottom) return undefined;
    return heldAt(code, place.node, place.offset);
  };
  const atCaret = (): Held | undefined => {
    const selection = document.getSelection();
    const code = document.activeElement?.closest('.code');
    if (selection === null || !selection.isCollapsed || code == null || !code.contains(selection.focusNode)) return undefined;
    return heldAt(code, selection.focusNode, selection.focusOffset);
  };

  // ---- holding
  let held: Held | undefined,
    by: 'caret' | 'pointer' | undefined,
    draw: (() => void) | undefined,
    timer: ReturnType<typeof setTimeout> | undefined,
    letGo = '';
  const release = (): void => {
    clearTimeout(timer);
    if (held === undefined) return;
    held = by = undefined;
    draw?.();
    draw = undefined;
  };
  const hold = (next: Held | undefined, how: 'caret' | 'pointer'): void => {
    if (next === undefined) {
      if (by === how) release();
      return;
    }
    if (held?.name === next.name && held.cell === next.cell) return;
    if (how === 'caret' && letGo === `${next.cell} ${next.name}`) return;
    release();
    held = next;
    by = how;
    draw = drawThread(context, next);
  };
  listen(root, 'pointermove', (event) => {
    if (event.pointerType === 'touch' || event.buttons !== 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => hold(atPointer(event), 'pointer'), holdMs);
  });
  listen(root, 'pointerleave', () => {
    clearTimeout(timer);
    if (by === 'pointer') release();
  });
  let typedAt = -Infinity;
  listen(root, 'input', () => {
    typedAt = performance.now();
    release();
  });
  listen(document, 'selectionchange', () => {
    if (document.activeElement?.closest('.code') == null) {
      if (by === 'caret') release();
      return;
    }
    if (performance.now() - typedAt < 50) return; // the caret moves with every key
    clearTimeout(timer);
    timer = setTimeout(() => {
      const next = atCaret();
      if (next === undefined) letGo = '';
      hold(next, 'caret');
    }, holdMs);
  });
  const escape = (): void => {
    if (held !== undefined) letGo = `${held.cell} ${held.name}`;
    release();
  };
  undo.push(
    onEscape(() => {
      escape();
      return false;
    }),
  );
  listen(
    document,
    'keydown',
    (event) => {
      if (event.key === 'Escape') escape();
    },
    true,
  );

  // ---- to the definition, and the uses
  const asked = (cell: string | undefined): Held | undefined => {
    const inCode = atCaret();
    if (inCode !== undefined) return inCode;
    const id = cell ?? context.selection.head;
    const name = id === undefined ? undefined : session.cell(id)?.defines[0];
    return id === undefined || name === undefined || editorOf(document.activeElement) !== undefined ? undefined : { name, cell: id };
  };
  const toDefinition = ({ name, cell }: Held): void => {
    const code = codeOf(context, cell);
    const { from } = definitionIn(code, name) ?? { from: 0 };
    const before = code.slice(0, from).split('\n');
    go(cell, before.length, before.at(-1)!.length + 1);
  };
  undo.push(
    commands.implement('definition', (cell) => {
      const found = asked(cell);
      if (found === undefined) voice.toast('Put the caret on a name of another cell first.');
      else toDefinition(found);
    }),
    commands.implement('uses', (cell) => {
      const found = asked(cell);
      if (found === undefined) return voice.toast('Put the caret on a name that a cell defines first.');
      const users = session.cell(found.cell)?.usedBy ?? [];
      const rows = [...new Set(users)].flatMap((id) => {
        const code = codeOf(context, id),
          lines = code.split('\n');
        return usesIn(code, found.name, session.cell(id)).map(({ from }) => {
          const line = code.slice(0, from).split('\n').length;
          return {
            label: `${id}, line ${line}: ${lines[line - 1]!.trim().slice(0, 60)}`,
            act: () => go(id, line, from - code.lastIndexOf('\n', from - 1)),
          };
        });
      });
      if (rows.length === 0) return voice.toast(`No other cell uses ${found.name}.`);
      const box = (document.activeElement ?? root).getBoundingClientRect();
      const caret = document.getSelection()?.rangeCount ? document.getSelection()!.getRangeAt(0).getBoundingClientRect() : undefined;
      const at = caret !== undefined && caret.height > 0 ? { x: caret.left, y: caret.bottom + 4 } : { x: box.left, y: box.top + 32 };
      openMenu({ label: `Uses of ${found.name}`, rows: rows.slice(0, 40), at });
    }),
  );
  listen(
    root,
    'pointerdown',
    (event) => {
      if (event.button !== 0 || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      const found = atPointer(event);
      if (found === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const stop = (click: Event): void => {
        click.preventDefault();
        click.stopPropagation();
      };
      root.addEventListener('mousedown', stop, { capture: true, once: true });
      root.addEventListener('click', stop, { capture: true, once: true });
      setTimeout(() => {
        root.removeEventListener('mousedown', stop, true);
        root.removeEventListener('click', stop, true);
        toDefinition(found);
      });
    },
    true,
  );
  undo.push(release);
  return () => undo.forEach((take) => take());

  /** Draws what is held; returns what takes it away. */
  function drawThread({ root: page }: NotebookContext, { name, cell }: Held): () => void {
    const { direct, further } = followers(context, cell, name);
    const all = [...direct, ...further];
    const order = new Map(session.ids.map((id, i) => [id, i]));
    const layer = h('div', { class: 'threads', 'aria-hidden': 'true' });
    const svg = s('svg');
    const box = h('div', { class: 'thread-box' });
    const labels = [
      h('button', { type: 'button', class: 'sheet thread-more', tabindex: '-1' }),
      h('button', { type: 'button', class: 'sheet thread-more', tabindex: '-1' }),
    ];
    layer.append(svg, box, ...labels);
    page.append(layer);
    const marked = new Set<HTMLElement>();
    let frame = 0;
    const place = (): void => {
      frame = 0;
      const base = layer.getBoundingClientRect();
      const codeBox = (id: string): DOMRect | undefined =>
        view(id)?.element.querySelector(':scope > .body > .code, :scope > .body > .fold')?.getBoundingClientRect();
      const seen = (id: string): boolean => {
        const rect = view(id)?.element.getBoundingClientRect();
        return rect !== undefined && rect.bottom > 0 && rect.top < innerHeight;
      };
      const near = visibleSpan(context);
      const reach = all.filter((id) => inSpan(order.get(id)!, near));
      const from = codeBox(cell);
      const definedSeen = inSpan(order.get(cell) ?? -1, near) && seen(cell);
      const shown = reach.filter(seen);
      const columns = from ?? codeBox(shown[0] ?? '');
      svg.replaceChildren();
      if (columns === undefined) return;
      const x = columns.right - base.left;
      const yOf = (rect: DOMRect): number => rect.top - base.top + 21;
      const top = -base.top,
        bottom = innerHeight - base.top;
      const start = definedSeen && from !== undefined ? yOf(from) : (order.get(cell) ?? 0) < near.first ? top : bottom;
      const points = shown.flatMap((id) => {
        const rect = codeBox(id);
        return rect === undefined ? [] : [{ id, y: yOf(rect), direct: direct.includes(id) }];
      });
      const below = all.filter((id) => !shown.includes(id) && order.get(id)! >= near.first),
        above = all.filter((id) => !shown.includes(id) && order.get(id)! < near.first);
      const line = (y: number, className: string): void => {
        if (Math.abs(y - start) > 1) svg.append(s('path', { d: `M${x} ${start}V${y}`, class: className }));
      };
      const ends = (list: readonly { y: number }[], out: readonly string[], up: boolean): number | undefined => {
        const ys = list.map(({ y }) => y).filter((y) => (up ? y < start : y > start));
        if (out.length > 0) return up ? top : bottom;
        return ys.length === 0 ? undefined : up ? Math.min(...ys) : Math.max(...ys);
      };
      for (const up of [true, false]) {
        const out = up ? above : below;
        const far = ends(points, out, up),
          near2 = ends(
            points.filter((point) => point.direct),
            out.filter((id) => direct.includes(id)),
            up,
          );
        if (far !== undefined && far !== near2) line(far, 'by-way');
        if (near2 !== undefined) line(near2, 'straight');
      }
      for (const point of points) svg.append(s('circle', { cx: x, cy: point.y, r: 4, class: point.direct ? 'end' : 'end by-way' }));
      if (definedSeen) svg.append(s('circle', { cx: x, cy: start, r: 4.5, class: 'start' }));
      labels.forEach((label, i) => {
        const out = i === 0 ? above : below;
        label.hidden = out.length === 0;
        label.textContent = `${out.length} more ${i === 0 ? 'above ↑' : 'below ↓'}`;
        label.style.left = `${Math.min(columns.right, innerWidth - 8)}px`;
        label.style[i === 0 ? 'top' : 'bottom'] = i === 0 ? '3.5rem' : '0.5rem';
        label.onclick = () => view(i === 0 ? out.at(-1)! : out[0]!)?.element.scrollIntoView({ block: 'center' });
      });
      const element = definedSeen ? view(cell)?.element : undefined;
      const where = element === undefined ? undefined : definitionIn(codeOf(context, cell), name);
      const rect =
        element === undefined || where === undefined ? undefined : rangesInCode(element, cell, [where])[0]?.getBoundingClientRect();
      box.hidden = rect === undefined;
      if (rect !== undefined)
        Object.assign(box.style, {
          left: `${rect.left - base.left - 2}px`,
          top: `${rect.top - base.top - 1}px`,
          width: `${rect.width + 4}px`,
          height: `${rect.height + 2}px`,
        });
      const washed = [cell, ...shown.filter((id) => direct.includes(id))].flatMap((id) => {
        const at = view(id)?.element;
        if (at === undefined || (id === cell && !definedSeen)) return [];
        const uses = usesIn(codeOf(context, id), name, session.cell(id)).filter((use) => id !== cell || use.from !== where?.from);
        return rangesInCode(at, id, uses).filter((range) => range !== undefined);
      });
      if (typeof Highlight !== 'undefined') CSS.highlights.set(highlight, new Highlight(...washed));
      for (const id of definedSeen ? [cell, ...shown] : shown) {
        const at = view(id)?.element;
        if (at === undefined || marked.has(at)) continue;
        at.classList.add('on-thread');
        marked.add(at);
      }
    };
    const again = (): void => {
      frame ||= requestAnimationFrame(place);
    };
    place();
    addEventListener('scroll', again, { capture: true, passive: true });
    addEventListener('resize', again);
    const size = new ResizeObserver(again);
    size.observe(page);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', again, { capture: true });
      removeEventListener('resize', again);
      size.disconnect();
      layer.remove();
      if (typeof Highlight !== 'undefined') CSS.highlights.delete(highlight);
      for (const element of marked) element.classList.remove('on-thread');
    };
  }
};

/** Cells that read the name, and those that follow from them. */
function followers(
  { session }: NotebookContext,
  cell: string,
  name: string,
): { readonly direct: readonly string[]; readonly further: readonly string[] } {
  const direct = [...new Set(session.cell(cell)?.usedBy ?? [])].filter(
    (id) => session.cell(id)?.uses.some((use) => use.name === name && use.cell === cell) === true,
  );
  const seen = new Set([cell, ...direct]),
    further: string[] = [];
  const next = [...direct];
  for (let id = next.shift(); id !== undefined; id = next.shift())
    for (const user of session.cell(id)?.usedBy ?? [])
      if (!seen.has(user)) {
        seen.add(user);
        further.push(user);
        next.push(user);
      }
  return { direct, further };
}

interface Span {
  readonly first: number;
  readonly last: number;
}
const inSpan = (at: number, { first, last }: Span): boolean => at >= first && at <= last;

/** The cells that may be seen, by their places in the file: found by halving, so that a thousand cost a dozen looks. */
function visibleSpan({ session, view }: NotebookContext): Span {
  const { ids } = session;
  const first = (over: (rect: DOMRect) => boolean): number => {
    let low = 0;
    for (let high = ids.length; low < high;) {
      const middle = (low + high) >> 1;
      const rect = view(ids[middle]!)?.element.getBoundingClientRect();
      if (rect !== undefined && over(rect)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return { first: first((rect) => rect.bottom > 0), last: first((rect) => rect.top > innerHeight) - 1 };
}

function codeOf({ session }: NotebookContext, id: string): string {
  return editorOfCell(id)?.view.state.doc.toString() ?? session.cell(id)?.code ?? '';
}

function caretPlace(x: number, y: number): { readonly node: Node; readonly offset: number } | undefined {
  const modern = document.caretPositionFromPoint?.(x, y);
  if (modern) return { node: modern.offsetNode, offset: modern.offset };
  // Older Safari.
  const old = (document as { caretRangeFromPoint?: (x: number, y: number) => Range | null }).caretRangeFromPoint?.(x, y);
  return old == null ? undefined : { node: old.startContainer, offset: old.startOffset };
}
