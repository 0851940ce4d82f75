/* When shapes fit into an expression, as tensors have it: `@` joins the last size of the left with the last but one of the right, `+` and
   `*` broadcast from the right. Sizes are numbers or letters; two are equal where they are written alike. */

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

export const write = (shape: Shape): string => `[${shape.join(', ')}]`;

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
