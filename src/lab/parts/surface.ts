/* `surface`: heights above a plane, as a surface to be turned or as level lines, with a point that is moved on it. */

import { bilinear, contour, extent, roundLevels } from './contours.ts';
import { gridIn, pathsIn } from './data.ts';
import { domainIn, isList, isNumber, oneOf, say, wholeIn, wrong, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';
import { pointIn } from './vectorField.ts';

export const surface: PartDefinition<Pair> = {
  name: 'surface',
  doc: [
    'surface({ label, z, shape, domain?, path?, mode = "surface", orbit?, levels = 12, value? })',
    'Heights above a plane: `z` on a grid of `shape` [rows, columns], row 0 at the lowest y of `domain`. `mode`: "surface", to be turned by dragging (`orbit`: { azimuth, elevation } in degrees), or "contour"; the reader can change it. `path`: points [x, y] to be drawn as a line, or several such lists. A point can be moved on it; the value is that point, [x, y].',
  ],
  make(options) {
    const { data: z, shape } = gridIn('surface', options, 'z', [2], '[rows, columns]');
    const [rows = 0, columns = 0] = shape;
    if (rows < 2 || columns < 2) throw wrong('surface', 'shape', 'at least 2 rows and 2 columns', shape);
    if (rows * columns > 250_000) throw wrong('surface', 'shape', 'at most 500 by 500', shape, 'Take every few rows and columns.');
    const domain = domainIn('surface', options, { x: [-1, 1], y: [-1, 1] });
    const orbit = options['orbit'] ?? {};
    const { azimuth = -50, elevation = 32 } = (isList(orbit) ? { azimuth: orbit[0], elevation: orbit[1] } : orbit) as Readonly<
      Record<string, unknown>
    >;
    if (!isNumber(azimuth) || !isNumber(elevation) || Math.abs(elevation) > 90)
      throw wrong('surface', 'orbit', '{ azimuth, elevation } in degrees, elevation from -90 to 90', orbit);
    const range = extent(z);
    const levels = roundLevels(...range, wholeIn('surface', options, 'levels', 12, 2, 60));
    const decode = (wire: unknown): Pair => pointIn('surface', wire);
    const middle = ([low, high]: Pair): number => (low + high) / 2;
    return {
      props: {
        z,
        rows,
        columns,
        domain,
        range,
        mode: oneOf('surface', options, 'mode', ['surface', 'contour'], 'surface'),
        orbit: [azimuth, elevation],
        paths: pathsIn('surface', options),
        levels: levels.map((level) => ({ level, lines: contour(z, rows, columns, level) })),
      },
      value: options['value'] === undefined ? [middle(domain.x), middle(domain.y)] : decode(options['value']),
      text: ([x, y]) => {
        const at = bilinear(
          z,
          rows,
          columns,
          ((x - domain.x[0]) / (domain.x[1] - domain.x[0])) * (columns - 1),
          ((y - domain.y[0]) / (domain.y[1] - domain.y[0])) * (rows - 1),
        );
        return `Heights from ${say(range[0])} to ${say(range[1])}. At (${say(x)}, ${say(y)}) the height is ${say(at)}.`;
      },
      decode,
    };
  },
};
