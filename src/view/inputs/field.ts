/* What all controls share: the label tied to its control by id, the width, the sentence below what is not accepted, labels
   that are markup. */

import { h, setText, type Child } from '../dom.ts';
import type { InputSpec } from './input.ts';

type Props = InputSpec['props'];
export type FieldElement = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

let made = 0;

/** A number for the id of an element, once. */
export const nextId = (): number => ++made;

/** Label at the left, tied to the control by id; the control alone, named after its cell, where there is no label. */
export function labelled(spec: InputSpec, control: FieldElement, cell: string, ...after: Child[]): HTMLElement {
  control.id = `i${nextId()}`;
  if (spec.label === '') control.setAttribute('aria-label', cell);
  setWidth(control, spec.props);
  if (spec.props['required'] === true) control.setAttribute('required', '');
  if (spec.props['disabled'] === true) control.disabled = true;
  const label = spec.label === '' && spec.props['labelHtml'] === undefined ? null : h('label', { for: control.id });
  if (label !== null) face(label, labelFace(spec));
  return h('div', { class: 'field' }, label, control, ...after);
}

export function setWidth(element: HTMLElement, { width }: Props): void {
  if (typeof width === 'number') element.style.width = `${width}px`;
  else if (typeof width === 'string') element.style.width = width;
}

export type Face = string | { readonly html: string; readonly text: string };

export const labelFace = ({ label, props }: InputSpec): Face =>
  typeof props['labelHtml'] === 'string' ? { html: props['labelHtml'], text: label } : label;

/** Writes a label; markup takes the place of its words once it is cleaned. */
export function face(element: HTMLElement, label: Face): void {
  if (typeof label === 'string') return setText(element, label);
  element.textContent = label.text;
  void Promise.all([import('../sanitise.ts'), import('../markup.ts')]).then(([{ sanitise }, { setMarkup }]) =>
    setMarkup(element, sanitise(label.html)),
  );
}

/** Says below a field what is wrong with what `control` holds; undefined takes it away. */
export function complainer(field: HTMLElement, control: HTMLElement): (problem: string | undefined) => void {
  let said: HTMLElement | undefined;
  return (problem) => {
    if (problem === undefined) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
      said?.remove();
      said = undefined;
      return;
    }
    if (said === undefined) field.append((said = h('p', { class: 'invalid', id: `i${nextId()}`, role: 'status' })));
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', said.id);
    setText(said, problem);
  };
}

/** Puts attributes in place that may change with the value. */
export function numeric(input: HTMLInputElement, props: Props): void {
  for (const name of ['min', 'max', 'step', 'placeholder']) {
    const value = props[name];
    if (value === undefined) input.removeAttribute(name);
    else input.setAttribute(name, String(value));
  }
}

export const invalidOf = (props: Props): string | undefined => (typeof props['invalid'] === 'string' ? props['invalid'] : undefined);
