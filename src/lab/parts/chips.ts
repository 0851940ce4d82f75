/* `chips`: words to put in order. */

import { colourOf } from './layers.ts';
import { isRecord, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export const chips: PartDefinition<readonly string[]> = {
  name: 'chips',
  doc: [
    'chips({ label, items, value? })',
    'Words to put in order by dragging, by arrow keys or by touch. `items`: the words, or { text, colour?, tex? } each; `value`: the same words in another first order. The value is the list of words in their order.',
  ],
  make(options) {
    const given = options['items'];
    if (!Array.isArray(given) || given.length === 0) throw wrong('chips', 'items', 'a list of words', given, 'Write ["Rotate", "Shear"].');
    const items = given.map((one, i) => {
      const text = isRecord(one) ? one['text'] : one;
      if ((typeof text !== 'string' && typeof text !== 'number') || text === '') throw wrong('chips', 'items', 'a list of words', one);
      return {
        text: String(text),
        colour: isRecord(one) && one['colour'] !== undefined ? colourOf('chips', 'items', one['colour'], (i % 6) + 1) : undefined,
      };
    });
    const words = items.map(({ text }) => text);
    const order = (list: unknown): readonly string[] => {
      const same = Array.isArray(list) && JSON.stringify([...list].map(String).sort()) === JSON.stringify([...words].sort());
      if (!same) throw wrong('chips', 'value', `the same words in another order`, list, `They are ${words.join(', ')}.`);
      return (list as unknown[]).map(String);
    };
    return {
      props: { items },
      value: order(options['value'] ?? words),
      text: (now) => `In order: ${now.join(', ')}.`,
      decode: order,
    };
  },
};
