/* `vectors`: arrows on a plane, dragged by their tips. */

import { colourOf, layersIn, pairOf } from './layers.ts';
import { domainAround, domainIn, flagIn, isList, listed, namesIn, numberIn, pairsOf, say, wrong, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';

/** Where an arrow starts: a point, or at the tip of another one (its place in the list). */
export type Start = Pair | number;

export const vectors: PartDefinition<readonly Pair[]> = {
  name: 'vectors',
  doc: [
    'vectors({ label, value, names?, from?, sum = false, domain?, snap?, colours?, layers? })',
    'Arrows on a plane, dragged by their tips. `value`: [[x, y], …], each as a vector; `from`: where each starts, as [x, y] or as the place (from 0) of the vector at whose tip it starts; `sum`: draws the sum with its parallelogram; `layers`: as those of plane. The value is the list of vectors.',
  ],
  make(options) {
    const value = pairsOf('vectors', 'value', options['value']);
    if (value.length === 0) throw wrong('vectors', 'value', 'at least one vector [x, y]', options['value']);
    const names = namesIn('vectors', options, 'names', value.length) ?? ['u', 'v', 'w'].slice(0, value.length);
    const from = startsOf(options['from'], value.length);
    const sum = flagIn('vectors', options, 'sum');
    const tips = tipsOf(value, from);
    const total = value.reduce<Pair>(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
    const around = domainAround(tips.flat(), sum ? [total] : []);
    const reach = Math.max(...around.x.map(Math.abs), ...around.y.map(Math.abs));
    const colours = options['colours'];
    if (colours !== undefined && !Array.isArray(colours)) throw wrong('vectors', 'colours', 'a list of palette numbers', colours);
    return {
      props: {
        domain: domainIn('vectors', options, { x: [-reach, reach], y: [-reach, reach] }),
        names: value.map((_, i) => names[i] ?? `v${i + 1}`),
        from,
        sum: sum || undefined,
        snap: numberIn('vectors', options, 'snap', 0, 0) || undefined,
        colours: value.map((_, i) => colourOf('vectors', 'colours', (colours as unknown[] | undefined)?.[i], (i % 6) + 1)),
        layers: layersIn('vectors', options),
      },
      value,
      text: (now) =>
        `${listed(now.map(([x, y], i) => `${names[i] ?? `v${i + 1}`} (${say(x)}, ${say(y)})`))}${sum ? `; sum (${say(sumOf(now)[0])}, ${say(sumOf(now)[1])})` : ''}.`,
      decode: (wire, before) => {
        const next = pairsOf('vectors', 'value', wire);
        if (next.length !== before.length) throw wrong('vectors', 'value', `a list of ${before.length} vectors`, wire);
        return next;
      },
    };
  },
};

const sumOf = (list: readonly Pair[]): Pair => list.reduce<Pair>(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);

function startsOf(given: unknown, count: number): readonly (Start | null)[] | undefined {
  if (given === undefined) return undefined;
  if (!isList(given) || given.length !== count)
    throw wrong('vectors', 'from', `a list of ${count} starts`, given, 'Each is [x, y], null, or the place of another vector.');
  return Array.from(given, (one, i) => {
    if (one === null || one === undefined) return null;
    if (typeof one !== 'number') return pairOf('vectors', 'from', one);
    if (!Number.isInteger(one) || one < 0 || one >= i)
      throw wrong('vectors', 'from', 'the place of a vector before it', one, 'Places count from 0.');
    return one;
  });
}

/** Start and tip of each arrow. */
function tipsOf(value: readonly Pair[], from: readonly (Start | null)[] | undefined): [Pair, Pair][] {
  const ends: [Pair, Pair][] = [];
  value.forEach(([x, y], i) => {
    const start = from?.[i] ?? null;
    const at: Pair = start === null ? [0, 0] : typeof start === 'number' ? ends[start]![1] : start;
    ends.push([at, [at[0] + x, at[1] + y]]);
  });
  return ends;
}
