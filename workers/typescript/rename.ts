/* Cells of a program that are called otherwise: their records, edges, values and places in scripts follow. */

import type { Placed } from './frames.ts';
import type { Cell, Slot } from './types.ts';

/** Old id, new id. */
export type Pairs = readonly (readonly [from: string, to: string])[];

export interface Named {
  readonly cells: Map<string, Cell>;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly scripts: readonly (readonly Placed[])[];
  link(cell: Cell): void;
  unlink(cell: Cell): void;
}

/** All at once. What the cells and others hold stays. */
export function rename(pairs: Pairs, { cells, slots, scripts, link, unlink }: Named): void {
  const names = new Map(pairs);
  const moved = pairs.flatMap(([from]) => cells.get(from) ?? []);
  const touched = [...cells.values()].filter(({ record }) => names.has(record.id) || record.uses.some((use) => names.has(use.cell)));
  touched.forEach(unlink);
  for (const { record } of moved) cells.delete(record.id);
  for (const slot of slots.values()) slot.cell = names.get(slot.cell ?? '') ?? slot.cell;
  for (const cell of touched) {
    const { id, uses } = cell.record;
    const used = uses.map((use) => ({ ...use, cell: names.get(use.cell) ?? use.cell }));
    cell.record = { ...cell.record, id: names.get(id) ?? id, uses: used };
  }
  for (const cell of moved) cells.set(cell.record.id, cell);
  touched.forEach(link);
  for (const placed of scripts.flat()) placed.id = names.get(placed.id) ?? placed.id;
}
