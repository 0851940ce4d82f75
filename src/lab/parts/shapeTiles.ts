/* `shapeTiles`: shapes as tiles, to be laid into an expression so that the edges match. The rules are those of tensors: `@` joins the
   last size of the left with the last but one of the right, `+` and `*` broadcast from the right. Sizes are numbers or letters. */

import { isList, isRecord, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export type Size = number | string;
export type Shape = readonly Size[];
export interface Tile {
  readonly name: string;
  readonly shape: Shape;
}
export interface Placement {
  /** For each place the index of the tile that lies there, or null. */
  readonly places: readonly (number | null)[];
  /** The shape of the expression as far as it is laid and fits; null where its first place is empty or it does not fit. */
  readonly result: Shape | null;
  /** All places are filled, all edges match, and the result is the goal where there is one. */
  readonly fits: boolean;
}
export type Operation = '@' | '+' | '*';

/** What a joint says: the shape so far, or why there is none. */
export type Joint =
  { readonly kind: 'open' } | { readonly kind: 'fits'; readonly shape: Shape } | { readonly kind: 'breaks'; readonly why: string };

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
        return `${laid}. ${
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
export const write = (shape: Shape): string => `[${shape.join(', ')}]`;

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

/** What lies in the places, evaluated from the left. */
export function place(
  tiles: readonly Tile[],
  operations: readonly Operation[],
  places: readonly (number | null)[],
  goal?: Shape,
): Placement {
  const joints = jointsOf(tiles, operations, places);
  const last = joints.findLast((joint) => joint.kind !== 'open');
  const result = last?.kind === 'fits' ? last.shape : null;
  const whole = joints.every((joint) => joint.kind === 'fits');
  return { places, result, fits: whole && (goal === undefined || write(goal) === write(result!)) };
}

/** The shape of the expression up to each place; behind an empty place all is open, behind a mismatch too. */
export function jointsOf(tiles: readonly Tile[], operations: readonly Operation[], places: readonly (number | null)[]): Joint[] {
  let so: Joint = { kind: 'open' };
  return places.map((tile, i) => {
    const shape = tile === null ? undefined : tiles[tile]!.shape;
    if (i === 0) so = shape === undefined ? { kind: 'open' } : { kind: 'fits', shape };
    else so = shape === undefined || so.kind !== 'fits' ? { kind: 'open' } : join(so.shape, operations[i - 1]!, shape);
    return so;
  });
}

/** The shape of `a` operation `b`. */
export function join(a: Shape, operation: Operation, b: Shape): Joint {
  if (operation !== '@') return broadcast(a, operation, b);
  if (a.length === 0 || b.length === 0)
    return { kind: 'breaks', why: `A matrix product needs an edge on both sides; ${write(a.length === 0 ? a : b)} is a single number.` };
  const inner = b.at(-2) ?? b[0]!;
  if (a.at(-1) !== inner) return { kind: 'breaks', why: `${write(a)} @ ${write(b)}: the inner sizes ${a.at(-1)} and ${inner} differ.` };
  const lead = broadcast(a.slice(0, -2), '@', b.slice(0, -2));
  if (lead.kind !== 'fits') return lead;
  const rows = a.length > 1 ? [a.at(-2)!] : [],
    columns = b.length > 1 ? [b.at(-1)!] : [];
  return { kind: 'fits', shape: [...lead.shape, ...rows, ...columns] };
}

function broadcast(a: Shape, operation: Operation, b: Shape): Joint {
  const sizes: Size[] = [];
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const [x, y] = [a.at(-i) ?? 1, b.at(-i) ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      return { kind: 'breaks', why: `${write(a)} ${operation} ${write(b)}: the sizes ${x} and ${y} differ, and neither is 1.` };
    sizes.unshift(x === 1 ? y : x);
  }
  return { kind: 'fits', shape: sizes };
}
