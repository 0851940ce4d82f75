/* The drawing of a notebook's dependencies in a dialog: cells as points with their state, edges from what defines to what uses. Drag
   or arrow keys with Shift move it, Ctrl and the wheel, two fingers, + and - zoom; arrow keys go along the edges, Enter goes to the
   cell. The same as a list below, for whoever cannot see it. A canvas, so that a thousand cells move fluently. */

import './graph.css';
import type { NotebookContext } from '../context.ts';
import type { CellStatus } from '../../session/types.ts';
import { button, h } from '../dom.ts';
import { onTheme } from '../outputs/theme.ts';
import { spokenState } from '../status.ts';
import { openDialog } from './dialog.ts';
import { layoutGraph } from './graph-layout.ts';
import { paintGraph } from './graph-paint.ts';

const zooms = { least: 0.12, most: 2.5, step: 1.25 };
const pad = 40;

export function openGraph(context: NotebookContext, start: string | undefined): void {
  const { session, voice } = context;
  const usesOf = (status: CellStatus | undefined): string[] => [...new Set((status?.uses ?? []).map(({ cell }) => cell))];
  const layout = layoutGraph(session.ids.map((id) => ({ id, uses: usesOf(session.cell(id)) })));
  const order = [...layout.places.keys()];
  let current = start !== undefined && layout.places.has(start) ? start : order[0]!;

  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const stage = h(
    'div',
    { class: 'graph-stage', tabindex: '0', role: 'application', 'aria-roledescription': 'graph', 'aria-describedby': 'graph-keys' },
    canvas,
  );
  const words = h('p', { class: 'graph-now', 'aria-live': 'polite' });
  const zoomBy = (by: number): void => zoomAt(by, canvas.clientWidth / 2, canvas.clientHeight / 2);
  const tools = h(
    'div',
    { class: 'graph-tools' },
    button('+', () => zoomBy(zooms.step), { 'aria-label': 'Zoom in' }),
    button('−', () => zoomBy(1 / zooms.step), { 'aria-label': 'Zoom out' }),
    button('Fit', () => fit()),
    h('span', { id: 'graph-keys', class: 'quiet' }, 'Arrows follow the edges, Enter goes to the cell.'),
  );
  const go = (id: string): void => {
    dialog.close();
    context.select(id);
  };
  const item = (id: string): HTMLElement => {
    const status = session.cell(id);
    const link = (other: string): Node => h('a', { href: `#cell-${encodeURIComponent(other)}` }, other);
    const list = (label: string, cells: readonly string[]): (Node | string)[] =>
      cells.length === 0
        ? []
        : [
            ` ${label} `,
            ...cells.slice(0, 12).flatMap((other, i) => [i > 0 ? ', ' : '', link(other)]),
            cells.length > 12 ? ` and ${cells.length - 12} more` : '',
          ];
    return h(
      'li',
      {},
      link(id),
      `, ${status === undefined ? '' : spokenState(status)}.`,
      ...list('Uses', usesOf(status)),
      ...list('Used by', [...new Set(status?.usedBy ?? [])]),
    );
  };
  const list = h('details', { class: 'graph-list' }, h('summary', {}, `The ${order.length.toLocaleString('en')} cells as a list`));
  list.addEventListener('toggle', () => {
    if (list.open && list.childElementCount === 1) list.append(h('ul', {}, ...session.ids.map(item)));
  });
  list.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#cell-"]') : null;
    if (link === null) return;
    event.preventDefault();
    go(decodeURIComponent(link.hash.slice(6)));
  });
  const dialog = openDialog({
    title: 'Dependencies',
    content: [stage, words, tools, list],
    className: 'graph-dialog',
    focus: stage,
    closed: () => {
      stop();
      unwatch();
      size.disconnect();
      cancelAnimationFrame(frame);
    },
  });

  // ---- drawing
  let scale = 1,
    left = 0,
    top = 0,
    frame = 0,
    hover: string | undefined;
  const draw = (): void => {
    frame = 0;
    paintGraph(canvas, layout, { scale, left, top, current, lead: hover ?? current, status: (id) => session.cell(id) });
  };
  const again = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  const zoomAt = (by: number, px: number, py: number): void => {
    const next = Math.min(zooms.most, Math.max(zooms.least, scale * by));
    left = px - ((px - left) * next) / scale;
    top = py - ((py - top) * next) / scale;
    scale = next;
    again();
  };
  const centre = (id: string): void => {
    const place = layout.places.get(id)!;
    left = canvas.clientWidth / 2 - place.x * scale;
    top = canvas.clientHeight / 2 - place.y * scale;
    again();
  };
  const fit = (): void => {
    const width = canvas.clientWidth - 2 * pad - 120,
      height = canvas.clientHeight - 2 * pad;
    scale = Math.min(1.2, Math.max(zooms.least, Math.min(width / Math.max(1, layout.width), height / Math.max(1, layout.height))));
    if (layout.width * scale > width || layout.height * scale > height) {
      scale = Math.max(scale, 0.8);
      return centre(current);
    }
    left = pad + (width - layout.width * scale) / 2;
    top = pad + (height - layout.height * scale) / 2;
    again();
  };

  // ---- going about
  const choose = (id: string): void => {
    current = id;
    const place = layout.places.get(id)!;
    const px = left + place.x * scale,
      py = top + place.y * scale;
    if (px < pad || px > canvas.clientWidth - 150 || py < pad || py > canvas.clientHeight - pad) centre(id);
    say();
    again();
  };
  const say = (): void => {
    const status = session.cell(current);
    const uses = usesOf(status).length,
      users = new Set(status?.usedBy ?? []).size;
    words.textContent = `${current}, ${status === undefined ? '' : spokenState(status)}. Uses ${uses}, used by ${users}.`;
  };
  const along = (key: string): string | undefined => {
    const status = session.cell(current),
      here = layout.places.get(current)!;
    const nearest = (ids: readonly string[]): string | undefined =>
      ids
        .filter((id) => layout.places.has(id))
        .sort((a, b) => Math.abs(layout.places.get(a)!.y - here.y) - Math.abs(layout.places.get(b)!.y - here.y))[0];
    if (key === 'ArrowRight') return nearest([...new Set(status?.usedBy ?? [])]);
    if (key === 'ArrowLeft') return nearest(usesOf(status));
    const column = order
      .map((id) => layout.places.get(id)!)
      .filter((place) => place.column === here.column && (key === 'ArrowDown' ? place.y > here.y : place.y < here.y));
    return column.sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0]?.id;
  };
  stage.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key.startsWith('Arrow')) {
      if (event.shiftKey) {
        left += key === 'ArrowLeft' ? 80 : key === 'ArrowRight' ? -80 : 0;
        top += key === 'ArrowUp' ? 80 : key === 'ArrowDown' ? -80 : 0;
        again();
      } else {
        const next = along(key);
        if (next === undefined)
          voice.say(key === 'ArrowRight' ? 'Nothing uses it.' : key === 'ArrowLeft' ? 'It uses nothing.' : 'No more in this column.');
        else choose(next);
      }
    } else if (key === 'Enter') go(current);
    else if (key === '+' || key === '=') zoomBy(zooms.step);
    else if (key === '-') zoomBy(1 / zooms.step);
    else if (key === '0') fit();
    else if (key === 'Home') choose(order[0]!);
    else if (key === 'End') choose(order.at(-1)!);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const at = (event: PointerEvent | MouseEvent): string | undefined => {
    const box = canvas.getBoundingClientRect();
    const px = (event.clientX - box.left - left) / scale,
      py = (event.clientY - box.top - top) / scale;
    let best: string | undefined,
      distance = 22 / scale;
    for (const { id, x, y } of layout.places.values()) {
      const dx = px - x,
        dy = Math.abs(py - y);
      const far = Math.hypot(dx < 0 ? dx : Math.max(0, dx - Math.min(140, 9 * id.length + 12) / scale), dy);
      if (far < distance && dy < 16 / scale) {
        best = id;
        distance = far;
      }
    }
    return best;
  };
  const fingers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  stage.addEventListener('pointerdown', (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    stage.setPointerCapture(event.pointerId);
    moved = 0;
  });
  stage.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) {
      const next = at(event);
      stage.classList.toggle('on-cell', next !== undefined);
      if (next !== hover) {
        hover = next;
        again();
      }
      return;
    }
    const dx = event.clientX - before.x,
      dy = event.clientY - before.y;
    moved += Math.abs(dx) + Math.abs(dy);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, finger]) => finger);
    if (others[0] !== undefined) {
      const box = canvas.getBoundingClientRect();
      const was = Math.hypot(before.x - others[0].x, before.y - others[0].y),
        is = Math.hypot(event.clientX - others[0].x, event.clientY - others[0].y);
      if (was > 0) zoomAt(is / was, (event.clientX + others[0].x) / 2 - box.left, (event.clientY + others[0].y) / 2 - box.top);
    } else {
      left += dx;
      top += dy;
    }
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    again();
  });
  const lift = (event: PointerEvent): void => {
    const clicked = fingers.delete(event.pointerId) && event.type === 'pointerup' && moved < 6 ? at(event) : undefined;
    if (clicked !== undefined) choose(clicked);
  };
  stage.addEventListener('pointerup', lift);
  stage.addEventListener('pointercancel', lift);
  stage.addEventListener('dblclick', (event) => {
    const id = at(event);
    if (id !== undefined) go(id);
  });
  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) zoomAt(Math.exp(-event.deltaY / 200), event.clientX - box.left, event.clientY - box.top);
      else {
        left -= event.deltaX;
        top -= event.deltaY;
        again();
      }
    },
    { passive: false },
  );
  const size = new ResizeObserver(again);
  size.observe(stage);
  const stop = session.subscribe(() => again()); // states change while it is open
  const unwatch = onTheme(again);
  stage.setAttribute('aria-label', `Dependencies of ${order.length} cells`);
  fit();
  say();
}
