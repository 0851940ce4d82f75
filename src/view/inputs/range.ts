/* The slider, which most notebooks have and which is drawn at once, and its value, which can be typed over. With `scale` the
   slider moves over places of equal distance. Arrows step, Shift+arrow ten times as far, a double click goes back to the
   first value. */

import { h } from '../dom.ts';
import { number } from '../words.ts';
import { complainer, invalidOf, labelled, numeric } from './field.ts';
import type { Control, InputSpec, Moved } from './input.ts';

export function range(spec: InputSpec, moved: Moved, cell: string): Control {
  const slider = h('input', { type: 'range' });
  const field = h('input', {
    class: 'value',
    type: 'text',
    inputmode: 'decimal',
    'aria-label': spec.label === '' ? 'Value' : `${spec.label}, value`,
    autocomplete: 'off',
    placeholder: spec.props['placeholder'],
    disabled: spec.props['disabled'] === true,
  });
  const first = spec.value;
  let props = spec.props,
    value = Number(spec.value);
  const element = labelled(spec, slider, cell, field);
  const complain = complainer(element, field);
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
    if (places !== undefined || props['text'] !== undefined) slider.setAttribute('aria-valuetext', shown());
    if (document.activeElement === field) return;
    field.value = shown();
    field.style.width = field.value.length > 6 ? `${field.value.length + 2}ch` : '';
  };
  const change = (next: number): void => {
    value = next;
    if (typeof props['text'] === 'string') props = { ...props, text: undefined }; // the engine words the new value
    moved(value);
    paint();
  };
  const read = (): number => scale()?.[Number(slider.value)] ?? Number(slider.value);
  slider.addEventListener('input', () => change(read()));
  slider.addEventListener('dblclick', () => change(Number(first)));
  slider.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || (!event.shiftKey && scale() === undefined)) return;
    event.preventDefault();
    const all = Number(slider.max) - Number(slider.min),
      step = scale() !== undefined || slider.step === 'any' || slider.step === '' ? all / 100 : Number(slider.step);
    const before = value;
    let at = Number(slider.value);
    do {
      at += by * (event.shiftKey ? 10 : 1) * step;
      slider.value = String(at);
    } while (read() === before && at > Number(slider.min) && at < Number(slider.max)); // places of a stepped scale may be equal
    if (read() !== before) change(read());
  });
  const problem = (): string | undefined => {
    const next = Number(field.value);
    if (field.value.trim() === '' || Number.isNaN(next)) return 'Expected a number.';
    if (next < Number(props['min'])) return `At least ${plain(Number(props['min']))}.`;
    return next > Number(props['max']) ? `At most ${plain(Number(props['max']))}.` : undefined;
  };
  field.addEventListener('input', () => {
    const said = problem();
    complain(said);
    if (said === undefined && Number(field.value) !== value) change(Number(field.value));
  });
  field.addEventListener('focus', () => {
    field.value = plain(value);
    field.select();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') field.dispatchEvent(new Event('change'));
  });
  field.addEventListener('change', () => {
    const next = Number(field.value);
    if (field.value.trim() === '' || Number.isNaN(next)) return;
    const bounded = Math.min(Number(props['max']), Math.max(Number(props['min']), next));
    if (bounded !== value) change(bounded);
    field.value = plain(bounded);
    complain(undefined);
  });
  field.addEventListener('blur', () => {
    complain(undefined);
    paint();
  });
  paint();
  return {
    element,
    set(next, nextProps) {
      value = Number(next);
      props = nextProps;
      paint();
      complain(invalidOf(props));
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
