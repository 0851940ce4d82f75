/* The controls that the reader writes into: number, text and its kinds, search, textarea, color, date. What is not accepted is
   said below at each key and not sent; with `submit` nothing is sent before its button or Enter (in a textarea Mod+Enter). */

import { problemOf } from '../../output/validity.ts';
import { h, setText } from '../dom.ts';
import { complainer, invalidOf, labelled, nextId, numeric, type FieldElement } from './field.ts';
import type { Control, InputSpec, Moved } from './input.ts';

type Props = InputSpec['props'];

/** Kinds of a native control that a text may be; any other is plain text. */
const textTypes: ReadonlySet<unknown> = new Set([
  'text',
  'email',
  'tel',
  'url',
  'password',
  'search',
  'number',
  'month',
  'week',
  'time',
  'date',
]);

function typeOf({ type, props }: InputSpec): string {
  if (type === 'datetime') return 'datetime-local';
  if (type !== 'text') return type;
  return textTypes.has(props['type']) ? String(props['type']) : 'text';
}

export function written(spec: InputSpec, moved: Moved, cell: string): Control {
  const { props, type } = spec,
    native = typeOf(spec),
    area = type === 'textarea';
  const list = Array.isArray(props['datalist'])
    ? h('datalist', { id: `i${nextId()}` }, ...(props['datalist'] as string[]).map((value) => h('option', { value })))
    : null;
  const shared: Props = {
    placeholder: props['placeholder'],
    minlength: props['minlength'],
    maxlength: props['maxlength'],
    pattern: props['pattern'],
    spellcheck: props['spellcheck'],
    autocomplete: props['autocomplete'] ?? (native === 'password' ? 'new-password' : 'off'),
    autocapitalize: props['autocapitalize'],
    readonly: props['readonly'] === true,
  };
  const control: FieldElement = area
    ? h('textarea', { class: `text${props['monospace'] === true ? ' mono' : ''}`, rows: props['rows'] ?? 3, ...shared })
    : h('input', {
        class: type === 'color' ? undefined : `text${type === 'number' ? ' num' : ''}`,
        type: native,
        list: list?.id,
        ...shared,
      });
  if (area && props['resize'] === false) control.style.resize = 'none';
  const said = type === 'search' || type === 'number' || type === 'color' ? h('output', {}) : null;
  const submit =
    props['submit'] === undefined
      ? null
      : h('button', { type: 'button', class: 'btn small', onclick: () => give() }, String(props['submit']));
  const element = labelled(spec, control, cell, said, submit, list);
  if (said !== null) said.setAttribute('for', control.id);
  const complain = complainer(element, control);
  /** What the engine knows; with `submit`, a draft may stand in the control meanwhile. */
  let reported = String(spec.value ?? ''),
    now = props;
  const plain = (text: string): string => (type === 'number' && text !== '' ? String(Number(text)) : text);

  const problem = (): string | undefined => {
    if (control instanceof HTMLInputElement && control.validity.badInput)
      return native === 'number' ? 'Expected a number.' : 'The date is not complete.';
    return now['judged'] === true ? undefined : problemOf({ ...now, type: native }, control.value);
  };
  const markSubmit = (): void => {
    if (submit === null) return;
    const same = plain(control.value) === reported;
    submit.setAttribute('aria-disabled', String(same));
    submit.title = same ? 'Nothing to submit: the value is unchanged' : '';
  };
  const give = (): void => {
    const wrong = problem();
    complain(wrong);
    if (wrong !== undefined || (submit !== null && plain(control.value) === reported)) return;
    reported = plain(control.value);
    markSubmit();
    moved(type === 'number' ? (control.value === '' ? null : Number(control.value)) : control.value);
  };
  control.addEventListener('input', () => {
    if (type === 'color' && said !== null) setText(said, control.value);
    if (submit === null) give();
    else {
      if (control.hasAttribute('aria-invalid')) complain(problem());
      markSubmit();
    }
  });
  control.addEventListener('keydown', (event) => {
    const { key, shiftKey, ctrlKey, metaKey } = event as KeyboardEvent;
    if (submit === null || key !== 'Enter' || shiftKey || (area ? !(ctrlKey || metaKey) : ctrlKey || metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    give();
  });
  const set = (value: unknown, next: Props): void => {
    now = next;
    const words = value === null || value === undefined ? '' : String(value),
      refused = invalidOf(next);
    if (control instanceof HTMLInputElement && (type === 'number' || native.startsWith('date'))) numeric(control, { step: 'any', ...next });
    if (refused !== undefined)
      complain(refused); // and what was written stays in sight
    else if (words !== reported) {
      control.value = words;
      complain(undefined);
    } else if (plain(control.value) === words) complain(undefined);
    reported = words;
    if (said !== null) setText(said, type === 'color' ? control.value : typeof next['text'] === 'string' ? next['text'] : '');
    markSubmit();
  };
  control.value = reported;
  set(spec.value, props);
  return { element, set };
}
