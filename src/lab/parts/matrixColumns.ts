/* `matrixColumns`: a matrix as where it takes the basis. The columns are dragged, the grid follows. */

import { imageLayer, layersIn } from './layers.ts';
import { domainIn, flagIn, isList, isNumber, namesIn, numberIn, say, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

type Matrix = readonly (readonly number[])[];

export const matrixColumns: PartDefinition<Matrix> = {
  name: 'matrixColumns',
  doc: [
    'matrixColumns({ label, value, grid = true, image?, morph = false, domain?, names?, snap?, layers? })',
    'A matrix of 2 × 2 or 3 × 3 as where it takes the basis: drag the columns (î, ĵ, and k̂), and the grid follows; the numbers can be typed. `value`: rows [[a, b], [c, d]]; `image`: { data, shape } that is carried along (2 × 2); `morph`: a slider from the identity to the matrix. The value is the matrix as rows.',
  ],
  make(options) {
    const value = matrixOf(
      options['value'] ?? [
        [1, 0],
        [0, 1],
      ],
    );
    const size = value.length;
    const image = options['image'];
    if (image !== undefined && size === 3) throw wrong('matrixColumns', 'image', 'absent for 3 × 3', image);
    const names = namesIn('matrixColumns', options, 'names', size) ?? ['î', 'ĵ', 'k̂'].slice(0, size);
    const reach = Math.max(2, Math.ceil(Math.max(...value.flat().map(Math.abs)) * 1.25));
    return {
      props: {
        domain: domainIn('matrixColumns', options, { x: [-reach, reach], y: [-reach, reach] }),
        grid: flagIn('matrixColumns', options, 'grid', true),
        morph: flagIn('matrixColumns', options, 'morph') || undefined,
        names,
        snap: numberIn('matrixColumns', options, 'snap', 0, 0) || undefined,
        image: image === undefined ? undefined : imageLayer('matrixColumns', image, 'image'),
        layers: size === 2 ? layersIn('matrixColumns', options) : undefined,
      },
      value,
      text: (now) =>
        `${names.map((name, j) => `${name} goes to (${now.map((row) => say(row[j]!)).join(', ')})`).join(', ')}. ${size === 2 ? 'Areas' : 'Volumes'} grow by ${say(determinant(now))}.`,
      decode: (wire) => {
        const next = matrixOf(wire);
        if (next.length !== size) throw wrong('matrixColumns', 'value', `${size} rows of ${size} numbers`, wire);
        return next;
      },
    };
  },
};

function matrixOf(given: unknown): number[][] {
  const todo = 'Write its rows, such as [[1, 0], [0, 1]].';
  if (!isList(given) || (given.length !== 2 && given.length !== 3)) throw wrong('matrixColumns', 'value', 'two or three rows', given, todo);
  return Array.from(given, (row) => {
    if (!isList(row) || row.length !== given.length || !Array.from(row).every(isNumber))
      throw wrong('matrixColumns', 'value', `rows of ${given.length} numbers`, row, todo);
    return Array.from(row) as number[];
  });
}

function determinant(m: Matrix): number {
  const [[a = 0, b = 0, c = 0] = [], [d = 0, e = 0, f = 0] = [], third] = m as number[][];
  if (third === undefined) return a * e - b * d;
  const [g = 0, h = 0, i = 0] = third;
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
