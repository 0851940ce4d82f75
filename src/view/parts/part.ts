/* The frame around a part of `gradus:parts`: label, figure, the sentence, the table behind "Values". It decides when a value leaves
   (`live: false`: when the reader lets go), whose value stands while the hand is on it, and says aloud what moved once it rests. A
   drawing (points.ts and the others) draws and moves, nothing else. */

import './parts.css';
import { fill, h, setText } from '../dom.ts';
import { nextId } from '../inputs/field.ts';
import type { Control, InputSpec, Moved } from '../inputs/input.ts';

/** What a drawing is given: the props of the part's definition, and the value as it crosses (`wire`). */
export interface PartSpec {
  readonly label: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  /** A picture: no handles, nothing to focus. */
  readonly readonly: boolean;
  readonly live: boolean;
  readonly text: string;
}

export interface PartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface PartView {
  readonly element: Element;
  /** Shows another value, or props of the same part; whatever handle has the focus keeps it. */
  set(spec: PartSpec): void;
  /** Rows for the table behind "Values"; without it there is none. */
  table?(): PartTable;
  dispose?(): void;
}

/** Draws a part; `moved` takes the value as it crosses, as often as the reader moves it. */
export type DrawPart = (spec: PartSpec, moved: (wire: unknown) => void) => PartView;

/** The hand is on a part for so long after it moved, in ms. */
const handMs = 400;
/** What moved is said aloud when it rests for so long, in ms. */
const sayMs = 700;
const mostRows = 200;

export function frame(spec: InputSpec, moved: Moved, load: () => Promise<DrawPart>): Control {
  let now = partOf(spec),
    shown = now.value,
    view: PartView | undefined,
    gone = false,
    movedAt = -Infinity,
    down = false,
    pending = false,
    saying = false,
    late: ReturnType<typeof setTimeout> | undefined,
    say: ReturnType<typeof setTimeout> | undefined;
  const id = `part${nextId()}`;
  const caption = h('figcaption', { id, class: 'part-label' }, spec.label);
  const body = h('div', { class: 'part-body' });
  const sentence = h('p', { id: `${id}-text`, class: 'part-text' });
  const values = h('div', { class: 'part-table' });
  const details = h('details', { class: 'part-values' }, h('summary', {}, 'Values'), values);
  const status = h('p', { class: 'vh', role: 'status' });
  const element = h(
    'figure',
    { class: 'part', 'data-part': spec.props['part'], 'aria-labelledby': id, 'aria-describedby': `${id}-text` },
    caption,
    body,
    h('div', { class: 'part-foot' }, sentence, details),
    status,
  );
  const { height } = spec.props;
  if (typeof height === 'number') body.style.setProperty('--part-height', `${height}px`);

  const tell = (): void => {
    if (details.open && view?.table) fill(values, tableOf(view.table()));
  };
  details.addEventListener('toggle', tell);

  const send = (): void => {
    pending = false;
    moved(shown);
  };
  const move = (wire: unknown): void => {
    shown = wire;
    movedAt = performance.now();
    saying = true;
    if (now.live || !down) send();
    else pending = true;
    tell();
    again();
  };
  /** Shows what the engine has once the hand is off. */
  const again = (): void => {
    clearTimeout(late);
    late = setTimeout(() => {
      if (down) return again();
      if (same(now.value, shown)) return;
      shown = now.value;
      view?.set(now);
      tell();
    }, handMs + 1);
  };
  const pressed = (): void => void (down = true);
  const released = (): void => {
    if (!down) return;
    down = false;
    if (pending) send();
  };
  body.addEventListener('pointerdown', pressed, true);
  body.addEventListener('keydown', pressed, true);
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture', 'keyup', 'focusout']) body.addEventListener(type, released, true);
  document.addEventListener('pointerup', released);

  const words = (): void => {
    setText(sentence, now.text);
    if (!saying) return;
    clearTimeout(say);
    say = setTimeout(() => {
      saying = false;
      setText(status, now.text);
    }, sayMs);
  };
  const draw = (): void => {
    load().then(
      (drawPart) => {
        if (gone) return;
        view = drawPart({ ...now, value: shown }, move);
        fill(body, view.element);
        details.hidden = view.table === undefined;
        tell();
      },
      () => {
        if (gone) return;
        const retry = h('button', { type: 'button', class: 'btn small', onclick: draw }, 'Try again');
        fill(body, h('p', { class: 'quiet' }, 'What draws this part could not be loaded. Check the connection. ', retry));
      },
    );
  };
  words();
  draw();
  return {
    element,
    set(value, props) {
      now = partOf({ ...spec, value, props });
      const held = down || movedAt + handMs > performance.now();
      if (!held) shown = now.value;
      view?.set({ ...now, value: shown });
      words();
      tell();
    },
    dispose() {
      gone = true;
      clearTimeout(late);
      clearTimeout(say);
      document.removeEventListener('pointerup', released);
      view?.dispose?.();
    },
  };
}

const partOf = ({ label, props, value }: InputSpec): PartSpec => ({
  label,
  props,
  value,
  readonly: props['readonly'] === true,
  live: props['live'] !== false,
  text: typeof props['text'] === 'string' ? props['text'] : '',
});

/** Whether two values hold the same numbers and words. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a, b] as Record<string, unknown>[];
  const keys = Object.keys(left!);
  return keys.length === Object.keys(right!).length && keys.every((key) => same(left![key], right![key]));
}

function tableOf({ columns, rows }: PartTable): HTMLElement {
  const cell = (value: unknown): HTMLElement =>
    h('td', typeof value === 'number' ? { class: 'num' } : {}, value === undefined || value === null ? '' : String(value));
  const left = rows.length - mostRows;
  return h(
    'div',
    {},
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)))),
      h('tbody', {}, ...rows.slice(0, mostRows).map((row) => h('tr', {}, ...row.map(cell)))),
    ),
    left > 0 ? h('p', { class: 'quiet' }, `${left} more rows.`) : null,
  );
}
