/* The part `chips`: words in a row, put in order by hand. */

import { h } from '../dom.ts';
import { ordered, placesOf, type Chip } from './ordered.ts';
import type { DrawPart } from './part.ts';

export const draw: DrawPart = (spec, moved) => {
  const chips = spec.props['items'] as readonly Chip[];
  let now = spec;
  const make = (): ReturnType<typeof ordered> => {
    const items = now.props['items'] as readonly Chip[];
    const row = ordered(items, spec.label, spec.readonly, (order) => {
      const words = order.map((i) => items[i]!.text);
      now = { ...now, value: words };
      moved(words);
    });
    row.set(placesOf(items, now.value as readonly string[]));
    return row;
  };
  let shown = JSON.stringify(chips);
  let row = make();
  const element = h('div', {}, row.element);
  return {
    element,
    set(next) {
      now = next;
      const items = JSON.stringify(next.props['items']);
      if (items === shown) return row.set(placesOf(next.props['items'] as readonly Chip[], next.value as readonly string[]));
      shown = items;
      row = make();
      element.replaceChildren(row.element);
    },
  };
};
