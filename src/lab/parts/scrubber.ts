/* `scrubber`: a step of many, with play, pause and single steps. */

import { flagIn, isList, namesIn, numberIn, wholeIn, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export const scrubber: PartDefinition<number> = {
  name: 'scrubber',
  doc: [
    'scrubber({ label, length, fps = 10, value = 0, loop = false, names? })',
    'A step from 0 to length - 1, with play, pause and single steps. `length`: how many, or a list whose places are meant; `names`: a word for each step. The value is the step.',
  ],
  make(options) {
    const given = options['length'];
    const length = isList(given) ? given.length : wholeIn('scrubber', options, 'length', 0, 1, 1e7);
    if (length < 1) throw wrong('scrubber', 'length', 'a whole number from 1, or a list', given);
    const names = namesIn('scrubber', options, 'names', length);
    const step = (value: unknown): number => {
      if (!Number.isInteger(value)) throw wrong('scrubber', 'value', `a whole number from 0 to ${length - 1}`, value);
      return Math.min(length - 1, Math.max(0, value as number));
    };
    return {
      props: {
        length,
        fps: numberIn('scrubber', options, 'fps', 10, 0.1, 60),
        loop: flagIn('scrubber', options, 'loop') || undefined,
        names,
      },
      value: step(options['value'] ?? 0),
      text: (now) => `Step ${now} of ${length - 1}${names ? `: ${names[now]}` : ''}.`,
      decode: step,
    };
  },
};
