/* The native control of each kind of input but the slider (range.ts), in a chunk of their own. Every builder makes its
   elements once, answers with a `set`, and calls `moved` with the wire value when the reader changes it. */

import './controls.css';
import { h } from '../dom.ts';
import { button, choices, select, toggle } from './chosen.ts';
import { complainer, face, invalidOf, labelFace, labelled } from './field.ts';
import type { AskRows } from '../outputs/table/rows.ts';
import type { Control, FieldSlot, InputSpec, Moved } from './input.ts';
import { written } from './written.ts';

/** `cell` names a control without a label. */
export function buildControl(spec: InputSpec, moved: Moved, cell: string, ask?: AskRows): Control {
  switch (spec.type) {
    case 'number':
    case 'text':
    case 'search':
    case 'textarea':
    case 'color':
    case 'date':
    case 'datetime':
      return written(spec, moved, cell);
    case 'select':
      return select(spec, moved, cell);
    case 'radio':
    case 'checkbox':
      return choices(spec, moved, cell);
    case 'toggle':
      return toggle(spec, moved, cell);
    case 'button':
      return button(spec, moved, cell);
    case 'file':
      return file(spec, moved, cell);
    case 'table':
      return later(spec, async () => (await import('./rows.ts')).table(spec, moved, cell, ask));
    case 'part':
      return later(spec, async () => (await import('../parts/index.ts')).part(spec, moved));
    case 'range':
    case 'form':
      throw new Error(`A ${spec.type} is drawn elsewhere.`);
    default:
      return spec.type satisfies never;
  }
}

/** A control whose code comes when it is needed; what it is told meanwhile, it is told then. */
function later(spec: InputSpec, load: () => Promise<Control>): Control {
  const element = h('div', { 'aria-busy': 'true' });
  let control: Control | undefined,
    now: Pick<InputSpec, 'value' | 'props'> = spec,
    gone = false;
  const begin = (): void => {
    load().then(
      (made) => {
        if (gone) return made.dispose?.();
        control = made;
        element.replaceChildren(made.element);
        element.removeAttribute('aria-busy');
        made.set(now.value, now.props);
      },
      () => {
        const again = h('button', { type: 'button', class: 'btn small', onclick: begin }, 'Try again');
        element.replaceChildren(h('p', { class: 'quiet' }, 'What draws this could not be loaded. Check the connection. ', again));
      },
    );
  };
  begin();
  return {
    element,
    set(value, props) {
      now = { value, props };
      control?.set(value, props);
    },
    dispose() {
      gone = true;
      control?.dispose?.();
    },
  };
}

function file(spec: InputSpec, moved: Moved, cell: string): Control {
  const many = spec.props['multiple'] === true;
  const input = h('input', { type: 'file', multiple: many, accept: spec.props['accept'], capture: spec.props['capture'] });
  const element = labelled(spec, input, cell);
  const complain = complainer(element, input);
  input.addEventListener('change', () => moved(many ? [...(input.files ?? [])] : (input.files?.[0] ?? null)));
  return { element, set: (_, props) => complain(invalidOf(props)) };
}

/** Fields below one another with their labels aligned, or where the form's template has a place for each. */
export function drawForm(spec: InputSpec, draw: (field: InputSpec) => FieldSlot, cell: string): FieldSlot {
  const fieldsOf = (of: InputSpec): readonly InputSpec[] => (of.props['fields'] ?? []) as readonly InputSpec[];
  const slots = fieldsOf(spec).map(draw);
  const title = h('legend');
  face(title, labelFace(spec));
  const element = h('fieldset', { class: 'form', 'aria-label': spec.label === '' ? cell : undefined }, spec.label === '' ? null : title);
  const { html } = spec.props;
  if (typeof html === 'string') {
    const body = h('div', { class: 'template' });
    element.append(body);
    void Promise.all([import('../sanitise.ts'), import('../markup.ts')]).then(([{ sanitise }, { setMarkup }]) => {
      setMarkup(body, sanitise(html));
      fieldsOf(spec).forEach((field, i) => body.querySelector(`.gradus-${field.id}`)?.replaceWith(slots[i]!.element));
    });
  } else element.append(...slots.map((slot) => slot.element));
  return {
    element,
    update(next) {
      const fields = fieldsOf(next);
      return (
        next.type === 'form' &&
        next.label === spec.label &&
        (next.props['html'] === undefined) === (html === undefined) &&
        fields.length === slots.length &&
        fields.every((field, i) => slots[i]!.update(field))
      );
    },
    dispose() {
      for (const slot of slots) slot.dispose?.();
    },
  };
}
