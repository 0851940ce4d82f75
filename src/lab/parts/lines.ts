/* `lines`: lines on a plane, each with its arrow: turned by the arrow's tip, shifted by its foot. */

import { colourOf, layersIn } from './layers.ts';
import { domainIn, flagIn, isList, isNumber, isRecord, listed, namesIn, say, wrong, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';

/** a·x + b·y = c. */
export interface Line {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}
/** w₀·x + w₁·y + b = 0: a neuron's line. */
export interface Neuron {
  readonly w: Pair;
  readonly b: number;
}
type Value = readonly Line[] | readonly Neuron[] | Line | Neuron;

export const lines: PartDefinition<Value> = {
  name: 'lines',
  doc: [
    'lines({ label, value, domain?, names?, sides = false, layers?, colours? })',
    'Lines on a plane, each with its arrow: the tip turns it (and says how long w is), the foot shifts it. `value`: { w: [w0, w1], b } for w·x + b = 0, or { a, b, c } for a·x + b·y = c; one of them or a list. `sides`: shades where w·x + b > 0. The value has the form that was given.',
  ],
  make(options) {
    const single = !Array.isArray(options['value']);
    const given = single ? [options['value']] : (options['value'] as unknown[]);
    if (given.length === 0)
      throw wrong('lines', 'value', 'at least one line', given, 'Write { w: [1, 1], b: -1 }, or { a: 1, b: 2, c: 3 }.');
    const value = given.map((one) => lineOf(one));
    const neuron = 'w' in value[0]!;
    if (value.some((one) => 'w' in one !== neuron))
      throw wrong('lines', 'value', 'lines of one form', given, 'All { w, b }, or all { a, b, c }.');
    const names = namesIn('lines', options, 'names', value.length);
    const domain = domainIn('lines', options, { x: [-3, 3], y: [-3, 3] });
    const colours = options['colours'];
    if (colours !== undefined && !Array.isArray(colours)) throw wrong('lines', 'colours', 'a list of palette numbers', colours);
    const size = Math.max(...value.map((one) => Math.hypot(...normalOf(one)[0])));
    const room = Math.min(domain.x[1] - domain.x[0], domain.y[1] - domain.y[0]) / 3;
    const shape = (list: readonly (Line | Neuron)[]): Value => (single ? list[0]! : (list as Value));
    return {
      props: {
        domain,
        names,
        sides: flagIn('lines', options, 'sides') || undefined,
        neuron: neuron || undefined,
        // an arrow of length 1 is so long on the plane: as it is where that can be seen
        scale: size > room || size < room / 6 ? room / 2 / size : 1,
        colours: value.map((_, i) => colourOf('lines', 'colours', (colours as unknown[] | undefined)?.[i], (i % 6) + 1)),
        layers: layersIn('lines', options),
      },
      value: shape(value),
      text: (now) =>
        `${listed(([now].flat() as (Line | Neuron)[]).map((one, i) => `${names?.[i] ?? (single ? 'line' : `line ${i + 1}`)}: ${equation(one)}`))}.`,
      // [a, b, c] for each: a·x + b·y = c
      encode: (now) => ([now].flat() as (Line | Neuron)[]).map((one) => [...normalOf(one)[0], normalOf(one)[1]]),
      decode: (wire) => {
        if (!isList(wire) || wire.length !== value.length) throw wrong('lines', 'value', `${value.length} lines`, wire);
        return shape(
          Array.from(wire, (one) => {
            const [a, b, c] = one as number[];
            if (!isNumber(a) || !isNumber(b) || !isNumber(c)) throw wrong('lines', 'value', 'three finite numbers for each line', one);
            return neuron ? { w: [a, b] as Pair, b: 0 - c } : { a, b, c };
          }),
        );
      },
    };
  },
};

function lineOf(one: unknown): Line | Neuron {
  const todo = 'Write { w: [1, 1], b: -1 }, or { a: 1, b: 2, c: 3 }; not both a and b may be 0.';
  if (isRecord(one)) {
    const { w, a, b, c } = one;
    if (isList(w) && w.length === 2 && isNumber(w[0]) && isNumber(w[1]) && isNumber(b) && (w[0] !== 0 || w[1] !== 0))
      return { w: [w[0], w[1]], b };
    if (isNumber(a) && isNumber(b) && isNumber(c) && (a !== 0 || b !== 0)) return { a, b, c };
  }
  throw wrong('lines', 'value', 'a line', one, todo);
}

/** The normal and c of normal·x = c. */
const normalOf = (one: Line | Neuron): [Pair, number] => ('w' in one ? [one.w, 0 - one.b] : [[one.a, one.b], one.c]);

function equation(one: Line | Neuron): string {
  const [[a, b], c] = normalOf(one);
  const second = `${b < 0 ? '-' : '+'} ${say(Math.abs(b))}·y`;
  return 'w' in one ? `${say(a)}·x ${second} ${one.b < 0 ? '-' : '+'} ${say(Math.abs(one.b))} = 0` : `${say(a)}·x ${second} = ${say(c)}`;
}
