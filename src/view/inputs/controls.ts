/* The native control of each kind of input but the slider (range.ts), in a chunk of their own. Every builder makes its elements once, answers with a `set`, and calls `moved`
   with the wire value when the reader changes it. */

import { h, setText } from '../dom.ts';
import { number } from '../words.ts';
import type { Control, InputSpec, Moved } from './input.ts';
import { labelled, nextId, numeric } from './range.ts';

type Props = InputSpec['props'];

/** `cell` names a control without a label. */
export function buildControl(spec: InputSpec, moved: Moved, cell: string): Control {
  switch (spec.type) {
    case 'number':
      return simple(
        spec,
        cell,
        h('input', { class: 'text num', type: 'number' }),
        moved,
        (input) => (input.value === '' ? null : input.valueAsNumber),
        numeric,
      );
    case 'select':
      return select(spec, moved, cell);
    case 'radio':
    case 'checkbox':
      return choices(spec, moved, cell);
    case 'toggle':
      return toggle(spec, moved, cell);
    case 'text':
    case 'search':
      return text(spec, moved, cell);
    case 'textarea':
      return textarea(spec, moved, cell);
    case 'button':
      return buttons(spec, moved);
    case 'color':
      return simple(spec, cell, h('input', { type: 'color' }), moved, (input) => input.value);
    case 'date':
      return simple(spec, cell, h('input', { class: 'text', type: 'date' }), moved, (input) => input.value || null, numeric);
    case 'datetime':
      return simple(spec, cell, h('input', { class: 'text', type: 'datetime-local' }), moved, (input) => input.value || null, numeric);
    case 'file':
      return file(spec, moved, cell);
    case 'table':
      return table(spec, moved, cell);
    case 'range':
    case 'form':
      throw new Error(`A ${spec.type} is drawn elsewhere.`);
    default:
      return spec.type satisfies never;
  }
}

function simple(
  spec: InputSpec,
  cell: string,
  input: HTMLInputElement,
  moved: Moved,
  read: (input: HTMLInputElement) => unknown,
  dress?: (input: HTMLInputElement, props: Props) => void,
): Control {
  const set = (value: unknown, props: Props): void => {
    dress?.(input, props);
    const text = value === null || value === undefined ? '' : String(value);
    if (input.value !== text) input.value = text;
  };
  set(spec.value, spec.props);
  input.addEventListener('input', () => {
    const valid = input.checkValidity();
    input.setAttribute('aria-invalid', String(!valid));
    if (valid) moved(read(input));
  });
  return { element: labelled(spec, input, cell), set };
}

const labelsOf = (props: Props): readonly string[] => (props['labels'] ?? []) as readonly string[];
const offAt = (props: Props, i: number): boolean =>
  props['disabled'] === true || (Array.isArray(props['disabled']) && props['disabled'].includes(i));

function select(spec: InputSpec, moved: Moved, cell: string): Control {
  const many = spec.props['multiple'] === true;
  const box = h(
    'select',
    { class: 'text', multiple: many, size: many ? Number(spec.props['size'] ?? 4) : undefined },
    ...labelsOf(spec.props).map((label, i) => h('option', { value: i, disabled: offAt(spec.props, i) }, label)),
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

function choices(spec: InputSpec, moved: Moved, cell: string): Control {
  const name = `i${nextId()}`,
    radio = spec.type === 'radio';
  const inputs = labelsOf(spec.props).map((_, i) =>
    h('input', { type: radio ? 'radio' : 'checkbox', name, value: i, disabled: offAt(spec.props, i) }),
  );
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
  const box = h('div', { class: 'choices' }, ...inputs.map((input, i) => h('label', {}, input, h('span', {}, labelsOf(spec.props)[i]))));
  const element = h(
    'fieldset',
    { class: 'field', 'aria-label': spec.label === '' ? cell : undefined },
    spec.label === '' ? null : h('legend', {}, spec.label),
    box,
  );
  return { element, set };
}

function toggle(spec: InputSpec, moved: Moved, cell: string): Control {
  const box = h('input', { type: 'checkbox' });
  const set = (value: unknown): void => {
    box.checked = value === true;
  };
  set(spec.value);
  box.addEventListener('change', () => moved(box.checked));
  return { element: labelled(spec, box, cell), set };
}

function text(spec: InputSpec, moved: Moved, cell: string): Control {
  const { props } = spec,
    search = spec.type === 'search';
  const list = Array.isArray(props['datalist'])
    ? h('datalist', { id: `i${nextId()}` }, ...(props['datalist'] as string[]).map((value) => h('option', { value })))
    : null;
  const input = h('input', {
    class: 'text',
    type: search ? 'search' : (props['type'] ?? 'text'),
    placeholder: props['placeholder'],
    pattern: props['pattern'],
    minlength: props['minlength'],
    maxlength: props['maxlength'],
    spellcheck: props['spellcheck'] === undefined ? undefined : String(props['spellcheck']),
    readonly: props['readonly'] === true,
    list: list?.id,
    autocomplete: 'off',
  });
  const said = h('output', {});
  const submit =
    props['submit'] === undefined || props['submit'] === false
      ? null
      : h(
          'button',
          { type: 'button', class: 'btn small', onclick: () => give() },
          typeof props['submit'] === 'string' ? props['submit'] : 'Submit',
        );
  const give = (): void => {
    const valid = input.checkValidity();
    input.setAttribute('aria-invalid', String(!valid));
    if (valid) moved(input.value);
  };
  if (submit === null) input.addEventListener('input', give);
  else
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        give();
      }
    });
  const set = (value: unknown, next: Props): void => {
    const words = String(value ?? '');
    if (input.value !== words) input.value = words;
    setText(said, typeof next['text'] === 'string' ? next['text'] : '');
  };
  set(spec.value, props);
  return { element: labelled(spec, input, cell, search ? said : submit, list), set };
}

function textarea(spec: InputSpec, moved: Moved, cell: string): Control {
  const { props } = spec;
  const area = h('textarea', {
    class: `text${props['monospace'] === true ? ' mono' : ''}`,
    rows: props['rows'] ?? 3,
    placeholder: props['placeholder'],
    minlength: props['minlength'],
    maxlength: props['maxlength'],
    spellcheck: props['spellcheck'] === undefined ? undefined : String(props['spellcheck']),
    readonly: props['readonly'] === true,
  });
  const give = (): void => moved(area.value);
  const submit =
    props['submit'] === undefined || props['submit'] === false
      ? null
      : h(
          'button',
          { type: 'button', class: 'btn small', onclick: give },
          typeof props['submit'] === 'string' ? props['submit'] : 'Submit',
        );
  if (submit === null) area.addEventListener('input', give);
  const set = (value: unknown): void => {
    if (area.value !== String(value ?? '')) area.value = String(value ?? '');
  };
  set(spec.value);
  return { element: labelled(spec, area, cell, submit), set };
}

function buttons(spec: InputSpec, moved: Moved): Control {
  const box = h(
    'div',
    { class: 'choices' },
    ...labelsOf(spec.props).map((label, i) =>
      h(
        'button',
        {
          type: 'button',
          class: 'btn',
          'aria-disabled': offAt(spec.props, i) ? 'true' : undefined,
          onclick: () => {
            if (!offAt(spec.props, i)) moved(i);
          },
        },
        label,
      ),
    ),
  );
  return {
    element: h('div', { class: 'field' }, spec.label === '' ? null : h('span', { class: 'label' }, spec.label), box),
    set: () => undefined,
  };
}

function file(spec: InputSpec, moved: Moved, cell: string): Control {
  const many = spec.props['multiple'] === true;
  const input = h('input', { type: 'file', multiple: many, accept: spec.props['accept'] });
  input.addEventListener('change', () => moved(many ? [...(input.files ?? [])] : (input.files?.[0] ?? null)));
  return { element: labelled(spec, input, cell), set: () => undefined };
}

interface Column {
  readonly name: string;
  readonly title?: string;
  readonly type: string;
}

/** Rows to choose from; choosing none means all. */
function table(spec: InputSpec, moved: Moved, cell: string): Control {
  const { props } = spec,
    many = props['multiple'] !== false,
    selectable = props['selectable'] !== false,
    name = `i${nextId()}`;
  const columns = (props['columns'] ?? []) as readonly Column[],
    rows = (props['rows'] ?? []) as readonly (readonly unknown[])[];
  const words = (value: unknown): string =>
    value === null || value === undefined
      ? ''
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? String(value)
          : number(value)
        : value instanceof Date
          ? value.toISOString().slice(0, 10)
          : typeof value === 'object'
            ? JSON.stringify(value)
            : String(value);
  const boxes = rows.map((_, i) => h('input', { type: many ? 'checkbox' : 'radio', name, 'aria-label': `Row ${i + 1}` }));
  const lines = rows.map((row, i) =>
    h(
      'tr',
      {},
      selectable ? h('td', {}, boxes[i]!) : null,
      ...columns.map((column, j) => h('td', { class: column.type === 'number' ? 'r' : undefined }, words(row[j]))),
    ),
  );
  const set = (value: unknown): void => {
    boxes.forEach((box, i) => {
      box.checked = Array.isArray(value) && value.includes(i);
      if (box.checked) lines[i]!.setAttribute('aria-selected', 'true');
      else lines[i]!.removeAttribute('aria-selected');
    });
  };
  set(spec.value);
  for (const box of boxes)
    box.addEventListener('change', () => {
      const on = boxes.flatMap((other, i) => (other.checked ? [i] : []));
      set(on);
      moved(on);
    });
  const total = Number(props['total'] ?? rows.length);
  const scroll = h(
    'div',
    { class: 'scroll tall', tabindex: '0', role: 'group', 'aria-label': spec.label || cell },
    h(
      'table',
      { class: 'tbl' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          selectable ? h('th', { scope: 'col' }, h('span', { class: 'vh' }, 'Select')) : null,
          ...columns.map((column) =>
            h('th', { scope: 'col', class: column.type === 'number' ? 'r' : undefined }, column.title ?? column.name),
          ),
        ),
      ),
      h('tbody', {}, ...lines),
    ),
  );
  if (typeof props['height'] === 'number') scroll.style.maxHeight = `${2 + 2 * props['height']}rem`;
  return {
    element: h('div', {}, scroll, total > rows.length ? h('p', { class: 'cap' }, `${total} rows, ${rows.length} shown.`) : null),
    set,
  };
}
