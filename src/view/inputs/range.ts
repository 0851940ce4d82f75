/* The slider, which most notebooks have and which is drawn at once, and what it shares with the other controls. */

import { h } from '../dom.ts';
import { number } from '../words.ts';
import type { Control, InputSpec, Moved } from './input.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

let made = 0;

/** A number for the id of an element, once. */
export const nextId = (): number => ++made;

/** Label at the left, tied to the control by id; the control alone where there is no label. */
export function labelled(spec: InputSpec, control: Field, cell: string, ...after: (Node | null)[]): HTMLElement {
  control.id = `i${nextId()}`;
  if (spec.label === '') control.setAttribute('aria-label', cell);
  if (typeof spec.props['width'] === 'number') control.style.width = `${spec.props['width']}px`;
  if (spec.props['required'] === true) control.setAttribute('required', '');
  if (spec.props['disabled'] === true) control.disabled = true;
  return h('div', { class: 'field' }, spec.label === '' ? null : h('label', { for: control.id }, spec.label), control, ...after);
}

export function numeric(input: HTMLInputElement, props: InputSpec['props']): void {
  for (const name of ['min', 'max', 'step', 'placeholder']) {
    const value = props[name];
    if (value === undefined) input.removeAttribute(name);
    else input.setAttribute(name, String(value));
  }
}

/** A slider, then its value, which can be typed over. With `scale` the slider moves over places of equal distance. */
export function range(spec: InputSpec, moved: Moved, cell: string): Control {
  const slider = h('input', { type: 'range' });
  const field = h('input', {
    class: 'value',
    type: 'text',
    inputmode: 'decimal',
    'aria-label': 'Value',
    autocomplete: 'off',
    disabled: spec.props['disabled'] === true,
  });
  const first = spec.value;
  let props = spec.props,
    value = Number(spec.value);
  const scale = (): readonly number[] | undefined => props['scale'] as readonly number[] | undefined;
  const shown = (): string => (typeof props['text'] === 'string' ? props['text'] : plain(value));
  const paint = (): void => {
    const places = scale();
    if (places === undefined) numeric(slider, { min: props['min'], max: props['max'], step: props['step'] });
    else numeric(slider, { min: 0, max: places.length - 1, step: 1 });
    slider.value = String(places === undefined ? value : nearest(places, value));
    const low = Number(slider.min),
      high = Number(slider.max);
    slider.style.setProperty('--at', `${high > low ? (100 * (Number(slider.value) - low)) / (high - low) : 0}%`);
    if (scale() !== undefined || props['text'] !== undefined) slider.setAttribute('aria-valuetext', shown());
    if (document.activeElement !== field) field.value = shown();
  };
  const change = (next: number): void => {
    value = next;
    if (typeof props['text'] === 'string') props = { ...props, text: undefined }; // the engine words the new value
    moved(value);
    paint();
  };
  slider.addEventListener('input', () => change(scale()?.[Number(slider.value)] ?? Number(slider.value)));
  slider.addEventListener('dblclick', () => change(Number(first)));
  slider.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!event.shiftKey || by === undefined) return;
    event.preventDefault();
    const step = slider.step === 'any' || slider.step === '' ? (Number(slider.max) - Number(slider.min)) / 100 : Number(slider.step);
    slider.value = String(Number(slider.value) + by * 10 * step);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const typed = (): void => {
    const next = Number(field.value),
      low = Number(props['min']),
      high = Number(props['max']);
    const valid = field.value.trim() !== '' && !Number.isNaN(next) && next >= low && next <= high;
    field.setAttribute('aria-invalid', String(!valid));
    if (valid && next !== value) change(next);
  };
  field.addEventListener('input', typed);
  field.addEventListener('focus', () => {
    field.value = plain(value);
    field.select();
  });
  field.addEventListener('blur', () => {
    field.removeAttribute('aria-invalid');
    field.value = shown();
  });
  field.addEventListener('change', () => {
    const next = Number(field.value);
    if (field.value.trim() === '' || Number.isNaN(next)) return;
    const bounded = Math.min(Number(props['max']), Math.max(Number(props['min']), next));
    if (bounded !== value) change(bounded);
    field.value = plain(bounded);
  });
  const element = labelled(spec, slider, cell, field);
  paint();
  return {
    element,
    set(next, nextProps) {
      value = Number(next);
      props = nextProps;
      paint();
    },
  };
}

const plain = (value: number): string =>
  Math.abs(value) < 1e6 && String(value).length <= 9 ? String(value) : number(value).replaceAll(',', '');

function nearest(places: readonly number[], value: number): number {
  let best = 0;
  places.forEach((place, i) => {
    if (Math.abs(place - value) < Math.abs(places[best]! - value)) best = i;
  });
  return best;
}
