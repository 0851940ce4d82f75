/* The controls that the reader chooses with: select, radio, checkbox, toggle, buttons. Choices are spoken of by index. */

import { h } from '../dom.ts';
import { face, labelFace, labelled, nextId, setWidth, type Face } from './field.ts';
import type { Control, InputSpec, Moved } from './input.ts';

type Props = InputSpec['props'];

const labelsOf = (props: Props): readonly Face[] => (props['labels'] ?? []) as readonly Face[];
const offAt = (props: Props, i: number): boolean =>
  props['disabled'] === true || (Array.isArray(props['disabled']) && props['disabled'].includes(i));

export function select(spec: InputSpec, moved: Moved, cell: string): Control {
  const many = spec.props['multiple'] === true;
  const box = h(
    'select',
    { class: 'text', multiple: many, size: many ? Number(spec.props['size'] ?? 4) : undefined },
    ...labelsOf(spec.props).map((label, i) =>
      h('option', { value: i, disabled: offAt(spec.props, i) }, typeof label === 'string' ? label : label.text),
    ),
  );
  const set = (value: unknown): void => {
    const chosen = many ? (value as readonly number[]) : value === null ? [] : [value as number];
    [...box.options].forEach((option, i) => {
      option.selected = chosen.includes(i);
    });
    if (chosen.length === 0) box.selectedIndex = -1;
  };
  set(spec.value);
  box.addEventListener('input', () =>
    moved(many ? [...box.selectedOptions].map((option) => Number(option.value)) : box.selectedIndex < 0 ? null : box.selectedIndex),
  );
  return { element: labelled(spec, box, cell), set };
}

export function choices(spec: InputSpec, moved: Moved, cell: string): Control {
  const name = `i${nextId()}`,
    radio = spec.type === 'radio',
    labels = labelsOf(spec.props);
  const inputs = labels.map((_, i) => h('input', { type: radio ? 'radio' : 'checkbox', name, value: i, disabled: offAt(spec.props, i) }));
  const set = (value: unknown): void => {
    const chosen = radio ? [value] : (value as readonly unknown[]);
    inputs.forEach((input, i) => {
      input.checked = chosen.includes(i);
    });
  };
  set(spec.value);
  for (const input of inputs) {
    input.addEventListener('change', () => {
      const on = inputs.flatMap((other, i) => (other.checked ? [i] : []));
      moved(radio ? (on[0] ?? null) : on);
    });
  }
  const box = h(
    'div',
    { class: 'choices' },
    ...inputs.map((input, i) => {
      const words = h('span');
      face(words, labels[i]!);
      return h('label', {}, input, words);
    }),
  );
  const legend = spec.label === '' ? null : h('legend');
  if (legend !== null) face(legend, labelFace(spec));
  const element = h(
    'fieldset',
    { class: 'field', 'aria-label': spec.label === '' ? cell : undefined, role: radio ? 'radiogroup' : undefined },
    legend,
    box,
  );
  return { element, set };
}

export function toggle(spec: InputSpec, moved: Moved, cell: string): Control {
  const box = h('input', { type: 'checkbox' });
  const set = (value: unknown): void => {
    box.checked = value === true;
  };
  set(spec.value);
  box.addEventListener('change', () => moved(box.checked));
  return { element: labelled(spec, box, cell), set };
}

export function button(spec: InputSpec, moved: Moved, cell: string): Control {
  const name = `i${nextId()}`;
  const buttons = labelsOf(spec.props).map((label, i) => {
    const one = h('button', {
      type: 'button',
      class: 'btn',
      disabled: offAt(spec.props, i),
      onclick: () => moved(i),
    });
    face(one, label);
    setWidth(one, spec.props);
    return one;
  });
  const label = spec.label === '' ? null : h('span', { class: 'label', id: name });
  if (label !== null) face(label, labelFace(spec));
  const group = buttons.length > 1 || label !== null;
  return {
    element: h(
      'div',
      {
        class: 'field',
        role: group ? 'group' : undefined,
        'aria-labelledby': group && label !== null ? name : undefined,
        'aria-label': group && label === null ? cell : undefined,
      },
      label,
      h('div', { class: 'choices buttons' }, ...buttons),
    ),
    set: () => undefined,
  };
}
