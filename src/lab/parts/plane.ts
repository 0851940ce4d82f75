/* `plane`: a plane with layers, for pictures; with a value it has one point to move. */

import { layersIn, pairOf } from './layers.ts';
import { domainAround, domainIn, numberIn, say, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';

export const plane: PartDefinition<Pair | null> = {
  name: 'plane',
  doc: [
    'plane({ label, domain?, layers: { points?, segments?, polygons?, curves?, image? }, value?, name?, snap? })',
    'A plane with layers: points { xy, classes?, colour?, size?, opacity?, names? }, segments [{ from?, to, arrow?, dashed?, name?, colour? }], polygons and curves [{ points, colour? }], image { data, shape, domain?, signed? }. Colours are palette numbers 1-6. With `value: [x, y]` there is a point to drag, and that is the value.',
  ],
  make(options) {
    const layers = layersIn('plane', options);
    const value = options['value'] === undefined || options['value'] === null ? null : pairOf('plane', 'value', options['value']);
    const shown: Pair[] = value === null ? [] : [value];
    for (const { xy } of layers?.points ?? [])
      for (let i = 0; i < xy.length; i += Math.max(2, 2 * Math.floor(xy.length / 4000))) shown.push([xy[i]!, xy[i + 1]!]);
    for (const { from, to } of layers?.segments ?? []) shown.push(from, to);
    for (const { points } of [...(layers?.polygons ?? []), ...(layers?.curves ?? [])]) shown.push(...points);
    const counts = [
      ...(layers?.points ?? []).map(({ xy }) => many(xy.length / 2, 'point')),
      ...(layers?.segments ? [many(layers.segments.length, 'segment')] : []),
      ...(layers?.polygons ? [many(layers.polygons.length, 'polygon')] : []),
      ...(layers?.curves ? [many(layers.curves.length, 'curve')] : []),
      ...(layers?.image ? [`an image of ${layers.image.shape.join(' × ')}`] : []),
    ];
    const domain = domainIn('plane', options, domainAround(shown.slice(0, 50_000)));
    const name = options['name'] === undefined ? 'point' : String(options['name']);
    return {
      props: { domain, layers, name, snap: numberIn('plane', options, 'snap', 0, 0) || undefined },
      value,
      text: (now) =>
        [now === null ? '' : `${name} at (${say(now[0])}, ${say(now[1])})`, counts.length === 0 ? '' : `a plane with ${counts.join(', ')}`]
          .filter(Boolean)
          .join(' on ')
          .replace(/^./, (first) => first.toUpperCase()) + '.',
      decode: (wire) => (wire === null ? null : pairOf('plane', 'value', wire)),
    };
  },
};

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
