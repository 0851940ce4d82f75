/* Between the blocks: a `+` where the pointer rests in a gap, and behind the last cell always, adds code or text; a handle left of the
   run button moves cells and text by dragging (Alt+arrows move them from the keyboard); files dropped between cells. */

import './gaps.css';
import type { Feature } from '../context.ts';
import type { FrameBlock, Place } from '../../session/types.ts';
import { messageOf } from '../../base/errors.ts';
import { h, s } from '../dom.ts';
import { elementOf, focusBlock, soon } from './blocks.ts';
import { cellForFile } from './gaps-files.ts';

const edgePx = 72,
  scrollPx = 14;

export const gaps: Feature = (context) => {
  const { root, session, view, voice, act, commands } = context;
  const undo: (() => void)[] = [];
  const on = <K extends keyof DocumentEventMap>(
    target: Document | HTMLElement,
    type: K,
    does: (event: DocumentEventMap[K]) => void,
    capture = false,
  ): void => {
    target.addEventListener(type, does as EventListener, capture);
    undo.push(() => target.removeEventListener(type, does as EventListener, capture));
  };

  // ---- adding
  const add = (place: Place, kind: 'cell' | 'prose'): void => {
    let key = -1;
    act(() => {
      const near = session.ids.map((id) => session.cell(id)?.language).find((language) => language !== undefined) ?? 'ts';
      key = session.insertBlock(place, kind === 'cell' ? { kind, language: near, code: '' } : { kind, markdown: 'Text' });
    });
    soon(() => {
      const block = session.blocks.find((one) => one.key === key);
      const element = elementOf(context, block);
      if (element === undefined) return false;
      if (block?.id !== undefined) view(block.id)?.focusCode();
      else {
        element.tabIndex = -1;
        element.focus();
        commands.run('edit-text');
      }
      return true;
    }, 30);
  };
  const adder = (className: string): { readonly element: HTMLElement; place: Place } => {
    const made = {
      place: 'end' as Place,
      element: h(
        'div',
        { class: `gap-add ${className}`, role: 'group', 'aria-label': 'Add a cell' },
        h('button', { type: 'button', onclick: () => add(made.place, 'cell') }, '+ Code'),
        h('button', { type: 'button', onclick: () => add(made.place, 'prose') }, '+ Text'),
      ),
    };
    return made;
  };
  const last = adder('at-end'),
    between = adder('between');
  between.element.hidden = true;
  const nothing = h('p', { class: 'quiet nothing' }, 'This notebook is empty. Add code or text, or bring back what was here (Ctrl Z).');
  last.element.prepend(nothing);
  const settle = (): void => {
    nothing.hidden = session.blocks.length > 0 || session.ids.length > 0;
    const next = root.querySelector(':scope > .next');
    if (next === null) {
      if (last.element.parentElement !== root || root.lastElementChild !== last.element) root.append(last.element);
    } else if (next.previousElementSibling !== last.element) next.before(last.element);
    if (!between.element.isConnected) root.append(between.element);
  };
  settle();
  const watcher = new MutationObserver(settle);
  watcher.observe(root, { childList: true });
  undo.push(() => {
    watcher.disconnect();
    last.element.remove();
    between.element.remove();
    handle.remove();
    rule.remove();
  });

  /** The block at an element of the page. */
  const blockAt = (element: Element | null | undefined): FrameBlock | undefined => {
    const at = element?.closest<HTMLElement>('[data-cell], [data-prose]');
    if (at == null || !root.contains(at) || at.closest('.prose-edit') !== null) return undefined;
    const { cell, prose } = at.dataset;
    return session.blocks.find((block) => (cell === undefined ? block.prose === Number(prose) : block.id === cell));
  };
  const inColumn = (): number => {
    const box = (root.querySelector('.cell > .body') ?? root).getBoundingClientRect();
    return box.left + Math.min(120, box.width / 2);
  };
  const near = (y: number, step: 1 | -1): { readonly block: FrameBlock; readonly rect: DOMRect } | undefined => {
    const x = inColumn();
    for (let i = 1; i <= 24; i++) {
      const element = document.elementFromPoint(x, y + step * i * 5)?.closest('[data-cell], [data-prose]');
      const block = blockAt(element);
      if (block !== undefined) return { block, rect: element!.getBoundingClientRect() };
    }
    return undefined;
  };
  const showGap = (event: PointerEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (dragging !== undefined || event.buttons !== 0 || target?.closest('.gap-add') !== null) return;
    const empty = target === root || target?.classList.contains('part') === true;
    const above = empty ? near(event.clientY, -1) : undefined,
      below = above === undefined ? undefined : near(event.clientY, 1);
    const found = above !== undefined && below !== undefined && above.block.key !== below.block.key;
    between.element.hidden = !found;
    if (!found) return;
    between.place = { after: above.block.key };
    const base = root.getBoundingClientRect();
    between.element.style.top = `${(above.rect.bottom + below.rect.top) / 2 - base.top}px`;
    between.element.style.left = `${
      (view(session.ids[0] ?? '')
        ?.element.querySelector('.body')
        ?.getBoundingClientRect().left ?? base.left) - base.left
    }px`;
  };

  // ---- dragging
  const handle = h(
    'button',
    { type: 'button', class: 'drag-handle', tabindex: '-1', 'aria-hidden': 'true', title: 'Drag to move (Alt ↑, Alt ↓)', hidden: true },
    s(
      'svg',
      { viewBox: '0 0 8 16', class: 'i' },
      ...[3, 8, 13].flatMap((cy) => [1.5, 6.5].map((cx) => s('circle', { cx, cy, r: 1.2, fill: 'currentColor' }))),
    ),
  );
  const rule = h('div', { class: 'drop-rule', hidden: true });
  root.append(handle, rule);
  let handled: FrameBlock | undefined,
    dragging: { readonly keys: readonly number[]; place: Place | undefined; y: number; frame: number } | undefined;
  const showHandle = (event: PointerEvent): void => {
    if (dragging !== undefined || event.pointerType === 'touch' || event.target === handle || handle.contains(event.target as Node)) return;
    const target = event.target instanceof Element ? event.target : null;
    const element = target?.closest<HTMLElement>('[data-cell], [data-prose]');
    const block = blockAt(element);
    if (block === undefined || element == null) {
      if (target === root) return; // on its way to the handle
      handle.hidden = true;
      return;
    }
    handled = block;
    const base = root.getBoundingClientRect(),
      rect = element.getBoundingClientRect();
    const run = element.querySelector(':scope > .run')?.getBoundingClientRect();
    const left = (run?.left ?? rect.left - 44) - base.left - 20;
    handle.hidden = false;
    handle.style.left = `${left}px`;
    handle.style.top = `${(run?.top ?? rect.top) - base.top}px`;
  };
  const frameOf = (block: FrameBlock): DOMRect | undefined => {
    const all = block.id === undefined ? [...root.querySelectorAll(`[data-prose="${block.prose}"]`)] : [view(block.id)?.element];
    const rects = all.flatMap((element) => (element === undefined ? [] : [element.getBoundingClientRect()]));
    return rects.length === 0
      ? undefined
      : new DOMRect(rects[0]!.left, rects[0]!.top, rects[0]!.width, rects.at(-1)!.bottom - rects[0]!.top);
  };
  const placeAt = (y: number): { readonly place: Place; readonly line: number } | undefined => {
    const under = blockAt(document.elementFromPoint(inColumn(), y)) ?? near(y, -1)?.block ?? near(y, 1)?.block;
    const rect = under && frameOf(under);
    if (under === undefined || rect === undefined) return undefined;
    const before = y < rect.top + rect.height / 2;
    return { place: before ? { before: under.key } : { after: under.key }, line: before ? rect.top - 8 : rect.bottom + 8 };
  };
  const drawDrop = (): void => {
    if (dragging === undefined) return;
    const top = edgePx + 48;
    if (dragging.y < top) scrollBy(0, -scrollPx);
    else if (dragging.y > innerHeight - edgePx) scrollBy(0, scrollPx);
    showDrop(dragging.y);
    dragging.frame = requestAnimationFrame(drawDrop);
  };
  const showDrop = (y: number): Place | undefined => {
    const found = placeAt(Math.max(52, Math.min(innerHeight - 4, y)));
    rule.hidden = found === undefined;
    if (found !== undefined) {
      const base = root.getBoundingClientRect(),
        body = (root.querySelector('.cell > .body') ?? root).getBoundingClientRect();
      Object.assign(rule.style, { top: `${found.line - base.top}px`, left: `${body.left - base.left}px`, width: `${body.width}px` });
    }
    if (dragging !== undefined) dragging.place = found?.place;
    return found?.place;
  };
  const stop = (drop: boolean): void => {
    if (dragging === undefined) return;
    const { keys, place, frame } = dragging;
    cancelAnimationFrame(frame);
    dragging = undefined;
    rule.hidden = true;
    handle.hidden = true;
    root.classList.remove('dragging');
    for (const element of root.querySelectorAll('.dragged')) element.classList.remove('dragged');
    const onto = place === undefined || typeof place === 'string' ? undefined : 'before' in place ? place.before : place.after;
    if (!drop || place === undefined || (onto !== undefined && keys.includes(onto))) return;
    act(() => session.moveBlocks(keys, place));
    focusBlock(context, keys[0]);
    voice.say(keys.length === 1 ? 'Moved' : `${keys.length} cells moved`);
  };
  handle.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || handled === undefined) return;
    event.preventDefault();
    const chosen =
      context.selection.ids.length > 1 && handled.id !== undefined && context.selection.ids.includes(handled.id)
        ? new Set(context.selection.ids)
        : undefined;
    const blocks = chosen === undefined ? [handled] : session.blocks.filter((block) => block.id !== undefined && chosen.has(block.id));
    dragging = { keys: blocks.map(({ key }) => key), place: undefined, y: event.clientY, frame: 0 };
    handle.setPointerCapture(event.pointerId);
    root.classList.add('dragging');
    between.element.hidden = true;
    for (const block of blocks) elementOf(context, block)?.classList.add('dragged');
    drawDrop();
  });
  handle.addEventListener('pointermove', (event) => {
    if (dragging === undefined) return;
    dragging.y = event.clientY;
    handle.style.top = `${event.clientY - root.getBoundingClientRect().top - 16}px`;
  });
  handle.addEventListener('pointerup', () => stop(true));
  handle.addEventListener('pointercancel', () => stop(false));
  on(
    document,
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || dragging === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      stop(false);
    },
    true,
  );
  let moved = 0,
    latest: PointerEvent | undefined;
  on(root, 'pointermove', (event) => {
    latest = event;
    moved ||= requestAnimationFrame(() => {
      moved = 0;
      if (latest === undefined) return;
      showGap(latest);
      showHandle(latest);
    });
  });
  on(root, 'pointerleave', () => {
    latest = undefined;
    between.element.hidden = true;
    if (dragging === undefined) handle.hidden = true;
  });

  // ---- files between the cells: a notebook (.md) opens as anywhere else, of others a cell reads
  const foreign = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  on(root, 'dragover', (event) => {
    if (!foreign(event)) return;
    event.preventDefault();
    showDrop(event.clientY);
  });
  on(root, 'dragleave', (event) => {
    if (!root.contains(event.relatedTarget as Node | null)) rule.hidden = true;
  });
  on(root, 'drop', (event) => {
    rule.hidden = true;
    const files = [...(event.dataTransfer?.files ?? [])];
    const target = event.target instanceof Element ? event.target : null;
    if (files.length === 0 || files.some(({ name }) => /\.(md|markdown)$/i.test(name)) || target?.closest('input[type=file]') != null)
      return;
    event.preventDefault();
    event.stopPropagation();
    let place = showDrop(event.clientY) ?? 'end';
    rule.hidden = true;
    const read = async (file: File): Promise<void> => {
      const made = await cellForFile(file, new Set(session.ids.flatMap((id) => session.cell(id)?.defines ?? [])));
      let key = -1;
      act(() => {
        key = session.insertBlock(place, { kind: 'cell', language: 'ts', code: made.code });
      });
      place = { after: key };
      voice.toast(made.says);
      soon(() => {
        const id = session.blocks.find((block) => block.key === key)?.id;
        if (id === undefined || view(id) === undefined) return false;
        context.select(id);
        return true;
      }, 30);
    };
    void (async () => {
      for (const file of files.slice(0, 8)) {
        await read(file).catch((error: unknown) => voice.toast(`${file.name} could not be put into the notebook: ${messageOf(error)}`));
      }
    })();
  });
  undo.push(() => cancelAnimationFrame(moved));
  return () => undo.forEach((take) => take());
};
