/* An input below a cell: a native control with its label as accessible name, sending wire values (stdlib/inputs.ts lists
   them) at most once a frame. The control outlives re-emission and re-evaluation, so a drag or a caret is never lost; what
   the engine says is taken over at once where it answers the reader's last move, else when the reader's hand is off it.
   The slider is drawn at once; all other controls come in a chunk of their own. */

import type { InputType, Output } from '../../output/types.ts';
import type { Draw } from '../outputs/index.ts';
import type { AskRows } from '../outputs/table/rows.ts';
import { h } from '../dom.ts';
import { range } from './range.ts';

export interface InputSpec {
  readonly id: string;
  readonly type: InputType;
  readonly label: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** A drawn control. `set` shows a value and props of the same shape without making elements anew. */
export interface Control {
  readonly element: HTMLElement;
  set(value: unknown, props: InputSpec['props']): void;
  dispose?(): void;
}

/** The reader's hand is on a control for so long after it moved, in ms. */
const handMs = 400;

/** What a control calls with the wire value that the reader set. */
export type Moved = (value: unknown) => void;
export type Send = (id: string, value: unknown) => void;

/** The controls besides the slider, once they are there. */
let others: typeof import('./controls.ts') | undefined;

export const drawInput: Draw<'input'> = (output, element, context) => {
  let latest: InputSpec = output,
    slot: FieldSlot | undefined,
    gone = false;
  const draw = (): void => {
    if (gone) return;
    const key = Number(element.dataset['key']);
    slot = drawField(
      latest,
      (id, value) => context.input(id, value),
      context.cell,
      (question) => context.look(key, question),
    );
    element.append(slot.element);
  };
  const load = (): void => {
    import('./controls.ts').then(
      (module) => {
        others = module;
        if (!gone) element.replaceChildren();
        draw();
      },
      () => {
        if (gone) return;
        element.replaceChildren(
          h(
            'p',
            { class: 'quiet' },
            'What draws this input could not be loaded. Check the connection. ',
            h('button', { type: 'button', class: 'btn small', onclick: load }, 'Try again'),
          ),
        );
      },
    );
  };
  if (output.type === 'range' || others !== undefined) draw();
  else load();
  return {
    update(next: Output) {
      if (next.kind !== 'input') return false;
      latest = next;
      return slot?.update(next) ?? true;
    },
    dispose() {
      gone = true;
      slot?.dispose?.();
    },
  };
};

export interface FieldSlot {
  readonly element: HTMLElement;
  update(next: InputSpec): boolean;
  dispose?(): void;
}

/** One input, or one field of a form. `ask`: about rows behind it, where they can be asked for. */
export function drawField(spec: InputSpec, send: Send, cell: string, ask?: AskRows): FieldSlot {
  if (spec.type === 'form') return others!.drawForm(spec, (field) => drawField(field, send, cell), cell);
  let now = spec,
    movedAt = -Infinity,
    sent: unknown,
    queued: { value: unknown } | undefined,
    frame: number | undefined,
    late: ReturnType<typeof setTimeout> | undefined;
  const moved = (value: unknown): void => {
    movedAt = performance.now();
    sent = value;
    if (frame !== undefined) {
      queued = { value };
      return;
    }
    send(now.id, value);
    frame = requestAnimationFrame(function next() {
      frame = undefined;
      if (queued === undefined) return;
      const { value: latest } = queued;
      queued = undefined;
      send(now.id, latest);
      frame = requestAnimationFrame(next);
    });
  };
  const control = spec.type === 'range' ? range(spec, moved, cell) : others!.buildControl(spec, moved, cell, ask);
  return {
    element: control.element,
    update(next) {
      if (next.type !== now.type || next.label !== now.label || shapeOf(next) !== shapeOf(now)) return false;
      const same = next.id === now.id && next.props === now.props && Object.is(next.value, now.value);
      now = next;
      keepInAddress(next);
      clearTimeout(late);
      if (same) return true;
      if (now.type === 'part') {
        control.set(next.value, next.props); // its frame knows the hand that is on it
        return true;
      }
      const left = movedAt + handMs - performance.now(),
        held = left > 0 && now.type !== 'table' && control.element.contains(document.activeElement);
      if (!held || equal(next.value, sent)) control.set(next.value, next.props);
      else late = setTimeout(() => control.set(now.value, now.props), left + 1);
      return true;
    },
    dispose() {
      clearTimeout(late);
      control.dispose?.();
    },
  };
}

const equal = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/** What cannot change in place: choices, columns, kinds of text. */
function shapeOf({ type, props }: InputSpec): string {
  if (type === 'part') return String(props['part']); // its props are data, perhaps much of it
  const { text: _text, invalid: _invalid, address: _address, min: _min, max: _max, step: _step, scale, turn: _turn, ...rest } = props;
  if (type === 'table') {
    const columns = (rest['columns'] as readonly { readonly name: string }[]).map(({ name }) => name);
    return JSON.stringify([columns, rest['multiple'], rest['selectable'], rest['height']]);
  }
  return JSON.stringify([rest, scale !== undefined]);
}

const said = new Map<string, string>();
let writing: ReturnType<typeof setTimeout> | undefined;
const addressMs = 250;

/** Inputs with the option `address` keep their value in the page's address: `?name=text`, absent for the first value. */
function keepInAddress({ props }: InputSpec): void {
  const { address } = props as { address?: { readonly name: string; readonly texts?: readonly string[] } };
  if (address === undefined) return;
  const { name, texts } = address,
    words = JSON.stringify(texts ?? null);
  if (said.get(name) === words) return;
  said.set(name, words);
  clearTimeout(writing);
  writing = setTimeout(() => {
    const url = new URL(location.href);
    for (const [key, kept] of said) {
      url.searchParams.delete(key);
      for (const text of (JSON.parse(kept) ?? []) as string[]) url.searchParams.append(key, text);
    }
    said.clear();
    if (url.href !== location.href) history.replaceState(history.state, '', url);
  }, addressMs);
}
