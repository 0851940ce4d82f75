/* `shapeTiles`: shapes as tiles, to be laid into an expression so that the edges match (shapes.ts says when they do). */

import { isList, isRecord, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';
import { jointsOf, place, write, type Operation, type Placement, type Shape, type Tile } from './shapes.ts';

export const shapeTiles: PartDefinition<Placement> = {
  name: 'shapeTiles',
  doc: [
    'shapeTiles({ label, shapes, slots, goal?, value? })',
    'A puzzle of shapes: tiles such as ["B", 784] are laid into places until their edges match. `shapes`: a list of shapes, or of { name, shape }; `slots`: how many places, joined by matrix products, or the operations between them, such as ["@", "+"] for ▢ @ ▢ + ▢; `goal`: the shape that is wanted. `value`: the tile of each place, or null. The value is { places, result, fits }.',
  ],
  make(options) {
    const tiles = tilesIn(options['shapes']);
    const operations = operationsIn(options['slots'] ?? tiles.length);
    const goal = options['goal'];
    if (goal !== undefined && !isShape(goal)) throw wrong('shapeTiles', 'goal', 'a shape such as ["B", 10]', goal);
    const count = operations.length + 1;
    const made = (places: readonly (number | null)[]): Placement => place(tiles, operations, places, goal as Shape | undefined);
    const decode = (wire: unknown): Placement => {
      const places = isRecord(wire) ? wire['places'] : wire;
      const right =
        isList(places) &&
        places.length === count &&
        Array.from(places).every(
          (one) => one === null || (Number.isInteger(one) && (one as number) >= 0 && (one as number) < tiles.length),
        );
      if (!right) throw wrong('shapeTiles', 'value', `a list of ${count} indices of tiles or null, one for each place`, places);
      const list = Array.from(places as ArrayLike<number | null>);
      const used = list.filter((one) => one !== null);
      if (new Set(used).size < used.length) throw wrong('shapeTiles', 'value', 'each tile in one place at most', places);
      return made(list);
    };
    return {
      props: { tiles, operations, goal: goal === undefined ? undefined : Array.from(goal as Shape) },
      value: options['value'] === undefined ? made(new Array<null>(count).fill(null)) : decode(options['value']),
      text: ({ places, result, fits }) => {
        const laid = places
          .map((tile, i) => `${i === 0 ? '' : `${operations[i - 1]} `}${tile === null ? 'an empty place' : spoken(tiles[tile]!)}`)
          .join(' ');
        const joints = jointsOf(tiles, operations, places);
        const broken = joints.find((joint) => joint.kind === 'breaks');
        return `${laid[0]!.toUpperCase()}${laid.slice(1)}. ${
          fits
            ? `All edges match: the result is ${write(result!)}.`
            : broken?.kind === 'breaks'
              ? broken.why
              : places.includes(null)
                ? `${places.filter((one) => one === null).length} of ${count} places are empty.`
                : `The result is ${write(result ?? [])}, the goal ${write(goal as Shape)}.`
        }`;
      },
      encode: ({ places }) => places,
      decode,
    };
  },
};

const spoken = ({ name, shape }: Tile): string => (name === '' ? write(shape) : `${name} ${write(shape)}`);

const isShape = (value: unknown): value is Shape =>
  isList(value) &&
  value.length <= 6 &&
  Array.from(value).every((size) =>
    typeof size === 'number' ? Number.isInteger(size) && size >= 0 : typeof size === 'string' && size !== '',
  );

function tilesIn(value: unknown): Tile[] {
  const expected = 'a list of shapes such as ["B", 784], or of { name: "W", shape: [784, 10] }';
  if (!Array.isArray(value) || value.length === 0 || value.length > 12)
    throw wrong('shapeTiles', 'shapes', expected, value, 'Give 1 to 12.');
  return value.map((one: unknown) => {
    const shape = isRecord(one) ? one['shape'] : one;
    const name = isRecord(one) ? (one['name'] ?? '') : '';
    if (!isShape(shape) || typeof name !== 'string')
      throw wrong('shapeTiles', 'shapes', expected, one, 'Sizes are whole numbers or letters.');
    return { name, shape: Array.from(shape) };
  });
}

function operationsIn(value: unknown): Operation[] {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 12)
    return new Array<Operation>((value as number) - 1).fill('@');
  if (isList(value) && value.length <= 11 && Array.from(value).every((one) => one === '@' || one === '+' || one === '*'))
    return Array.from(value as ArrayLike<Operation>);
  throw wrong(
    'shapeTiles',
    'slots',
    'a number of places, or the operations between them: "@", "+" or "*"',
    value,
    'Write ["@", "+"] for three places.',
  );
}
