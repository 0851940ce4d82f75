/* An input below a cell: a native control with its label as accessible name, sending wire values (stdlib/inputs.ts lists
   them) at most once a frame. The control outlives re-emission and re-evaluation, so a drag or a caret is never lost; what
   the engine says is taken over unless the reader's hand is on it. */

import type { InputType, Output } from '../../output/types.ts';
import { h, setText } from '../dom.ts';
import type { Draw } from '../outputs/index.ts';
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
}

const handMs = 400;

/** What a control calls with the wire value that the reader set. */
export type Moved = (value: unknown) => void;

/** The controls besides the slider, once they are there. */
let others: typeof import('./controls.ts').buildControl | undefined;
const needsOthers = ({ type, props }: InputSpec): boolean =>
  type === 'form' ? ((props['fields'] ?? []) as readonly InputSpec[]).some(needsOthers) : type !== 'range' && others === undefined;

export const drawInput: Draw<'input'> = (output, element, context) => {
  let latest: InputSpec = output,
    slot: FieldSlot | undefined,
    gone = false;
  const draw = (): void => {
    if (gone) return;
    slot = drawField(latest, (id, value) => context.input(id, value), context.cell);
    element.append(slot.element);
  };
  if (needsOthers(output))
    void import('./controls.ts').then(({ buildControl }) => {
      others = buildControl;
      draw();
    });
  else draw();
  return {
    update(next: Output) {
      if (next.kind !== 'input') return false;
      latest = next;
      return slot?.update(next) ?? true;
    },
    dispose() {
      gone = true;
    },
  };
};

export interface FieldSlot {
  readonly element: HTMLElement;
  update(next: InputSpec): boolean;
}

/** One input, or one field of a form. */
export function drawField(spec: InputSpec, send: (id: string, value: unknown) => void, cell: string): FieldSlot {
  let now = spec,
    movedAt = -Infinity,
    queued: { value: unknown } | undefined,
    frame: number | undefined;
  const moved = (value: unknown): void => {
    movedAt = performance.now();
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
  if (spec.type === 'form') return drawForm(spec, send, cell);
  const control = (spec.type === 'range' ? range : others!)(spec, moved, cell);
  return {
    element: control.element,
    update(next) {
      if (next.type !== now.type || next.label !== now.label || shapeOf(next) !== shapeOf(now)) return false;
      const held = performance.now() - movedAt < handMs && control.element.contains(document.activeElement);
      const same = next.id === now.id && next.props === now.props && Object.is(next.value, now.value);
      now = next;
      if (!same && !held) control.set(next.value, next.props);
      return true;
    },
  };
}

/** What cannot change in place: choices, columns, kinds of text. */
function shapeOf({ type, props }: InputSpec): string {
  const { text: _text, min: _min, max: _max, step: _step, scale, ...rest } = props;
  if (type === 'table') return JSON.stringify([rest['columns'], rest['total'], rest['multiple'], rest['selectable'], rest['rows']]);
  return JSON.stringify([rest, scale !== undefined]);
}

function drawForm(spec: InputSpec, send: (id: string, value: unknown) => void, cell: string): FieldSlot {
  const fieldsOf = (of: InputSpec): readonly InputSpec[] => (of.props['fields'] ?? []) as readonly InputSpec[];
  const slots = fieldsOf(spec).map((field) => drawField(field, send, cell));
  const title = h('legend', {}),
    element = h('fieldset', { class: 'form' }, spec.label === '' ? null : title, ...slots.map((slot) => slot.element));
  setText(title, spec.label);
  return {
    element,
    update(next) {
      const fields = fieldsOf(next);
      return next.type === 'form' && fields.length === slots.length && fields.every((field, i) => slots[i]!.update(field));
    },
  };
}
