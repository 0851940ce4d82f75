/* `vectorField`: arrows on a plane, with a point that the field carries along. */

import { bilinear } from './contours.ts';
import { gridIn, numbersOf, pathsIn } from './data.ts';
import { domainIn, isList, isNumber, say, wrong, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';

export const vectorField: PartDefinition<Pair> = {
  name: 'vectorField',
  doc: [
    'vectorField({ label, u, v, shape, domain?, path?, value? })',
    'A vector field on a plane: `u` and `v`, the components along x and y on a grid of `shape` [rows, columns], row 0 at the lowest y of `domain`. A point can be dragged; the way that the field carries it is drawn. `path`: points [x, y] to be drawn as a line, or several such lists. The value is the point, [x, y].',
  ],
  make(options) {
    const { data: u, shape } = gridIn('vectorField', options, 'u', [2], '[rows, columns]');
    const { data: v } = numbersOf('vectorField', 'v', options['v']);
    if (v.length !== u.length) throw wrong('vectorField', 'v', `as many numbers as u, ${u.length}`, v.length);
    const [rows = 0, columns = 0] = shape;
    if (rows < 2 || columns < 2) throw wrong('vectorField', 'shape', 'at least 2 rows and 2 columns', shape);
    const domain = domainIn('vectorField', options, { x: [-1, 1], y: [-1, 1] });
    const decode = (wire: unknown): Pair => pointIn('vectorField', wire);
    const middle = ([low, high]: Pair): number => (low + high) / 2;
    return {
      props: { u, v, rows, columns, domain, paths: pathsIn('vectorField', options) },
      value: options['value'] === undefined ? [middle(domain.x), middle(domain.y)] : decode(options['value']),
      text: ([x, y]) => {
        const at = (z: typeof u): number =>
          bilinear(
            z,
            rows,
            columns,
            ((x - domain.x[0]) / (domain.x[1] - domain.x[0])) * (columns - 1),
            ((y - domain.y[0]) / (domain.y[1] - domain.y[0])) * (rows - 1),
          );
        const [a, b] = [at(u), at(v)];
        return `At (${say(x)}, ${say(y)}) the field is (${say(a)}, ${say(b)}), ${say(Math.hypot(a, b))} long.`;
      },
      decode,
    };
  },
};

export function pointIn(part: string, value: unknown): Pair {
  if (!isList(value) || value.length !== 2 || !isNumber(value[0]) || !isNumber(value[1]))
    throw wrong(part, 'value', 'a point [x, y]', value);
  return [value[0], value[1]];
}
