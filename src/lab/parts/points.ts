/* `points`: points on a plane that are dragged, with classes as colour and shape. */

import { domainAround, domainIn, flagIn, isList, listed, namesIn, numberIn, pairsOf, say, wrong, type Pair } from './options.ts';
import { layersIn } from './layers.ts';
import type { PartDefinition } from './part.ts';

export const points: PartDefinition<readonly Pair[]> = {
  name: 'points',
  doc: [
    'points({ label, value, domain?, names?, classes?, snap?, add = false, layers? })',
    'Points on a plane, to drag. `value`: [[x, y], …]; `classes`: a number from 0 for each, shown by colour and shape; `snap`: the grid they keep to; `add`: a press on the plane adds one, Delete takes one away; `layers`: as those of plane. The value is the list of points.',
  ],
  make(options) {
    const value = pairsOf('points', 'value', options['value'] ?? []);
    const add = flagIn('points', options, 'add');
    const domain = domainIn('points', options, domainAround(value));
    const names = namesIn('points', options, 'names');
    const snap = numberIn('points', options, 'snap', 0, 0);
    const classes = options['classes'];
    if (classes !== undefined && (!isList(classes) || !Array.from(classes).every((one) => Number.isInteger(one) && (one as number) >= 0)))
      throw wrong('points', 'classes', 'a list of whole numbers from 0', classes, 'One for each point.');
    const kept = classes === undefined ? undefined : Array.from(classes as ArrayLike<number>);
    return {
      props: { domain, names, snap: snap || undefined, add: add || undefined, classes: kept, layers: layersIn('points', options) },
      value,
      text: (now) =>
        now.length === 0
          ? 'No points yet.'
          : `${now.length === 1 ? 'One point' : `${now.length} points`}: ${listed(now.map(([x, y], i) => `${names?.[i] ?? i + 1} (${say(x)}, ${say(y)})`))}.`,
      decode: (wire, before) => {
        const next = pairsOf('points', 'value', wire);
        if (!add && next.length !== before.length)
          throw wrong('points', 'value', `a list of ${before.length} points`, wire, 'With add: true their number may change.');
        return next;
      },
    };
  },
};
