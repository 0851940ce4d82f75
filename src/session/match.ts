/* Which block is which after the text changed: keys of the blocks before are given to the blocks after. Fences are matched by
   their text, in order (base/diff.ts), then wherever they went, then by the id that is written on them, then by their place
   between neighbours that stayed. Prose is matched by its text, then by the fence above it, then by the one below. */

import { diff } from '../base/diff.ts';
import type { Block, Notebook } from '../document/types.ts';

/** Keys of `after.blocks`. `fences`: keys of its fences, where whoever edited knows them. */
export function matchKeys(
  before: Pick<Notebook, 'text' | 'blocks'>,
  keys: readonly number[],
  after: Pick<Notebook, 'text' | 'blocks'>,
  fences: readonly number[] | undefined,
  newKey: () => number,
): readonly number[] {
  const fenced = after.blocks.filter(({ kind }) => kind !== 'prose');
  const known = fences?.length === fenced.length ? fences : matchFences(before, keys, after, fenced, newKey);
  const found: number[] = [];
  let fence = 0;
  for (const block of after.blocks) found.push(block.kind === 'prose' ? 0 : known[fence++]!);
  matchProse(before, keys, after, found);
  return found.map((key) => key || newKey());
}

function matchFences(
  before: Pick<Notebook, 'text' | 'blocks'>,
  keys: readonly number[],
  after: Pick<Notebook, 'text' | 'blocks'>,
  fenced: readonly Block[],
  newKey: () => number,
): readonly number[] {
  const old = before.blocks.flatMap((block, i) =>
    block.kind === 'prose' ? [] : [{ block, key: keys[i]!, text: sourceOf(before.text, block) }],
  );
  const fresh = fenced.map((block) => ({ block, text: sourceOf(after.text, block) }));
  const found: (number | undefined)[] = fresh.map(() => undefined);
  const taken = new Set<number>();
  const give = (at: number, key: number): void => {
    found[at] = key;
    taken.add(key);
  };
  // What stands between two changes is the same in both.
  const changes = diff(
    old.map(({ text }) => text),
    fresh.map(({ text }) => text),
  );
  let a = 0,
    b = 0;
  for (const { fromA, toA, fromB, toB } of [...changes, { fromA: old.length, toA: 0, fromB: fresh.length, toB: 0 }]) {
    for (; a < fromA && b < fromB; a++, b++) give(b, old[a]!.key);
    a = toA;
    b = toB;
  }
  const by = (nameOf: (item: { block: Block; text: string }) => string | undefined): void => {
    const left = new Map<string, number[]>();
    for (const item of old) {
      const name = taken.has(item.key) ? undefined : nameOf(item);
      if (name !== undefined) left.set(name, [...(left.get(name) ?? []), item.key]);
    }
    fresh.forEach((item, at) => {
      const name = found[at] === undefined ? nameOf(item) : undefined;
      const key = name === undefined ? undefined : left.get(name)?.shift();
      if (key !== undefined) give(at, key);
    });
  };
  by(({ text }) => text);
  by(({ block }) => (block.kind === 'cell' && block.attributes.id !== undefined ? `id ${block.attributes.id}` : undefined));
  // Between two neighbours that stayed: in order where as many are there as there were, else what is most alike. Cells that grow while
  // two readers write in them are like each other, so likeness alone would take one for the other.
  for (const { fromA, toA, fromB, toB } of changes) {
    const mine = (): typeof old => old.slice(fromA, toA).filter(({ key }) => !taken.has(key));
    const theirs = (): number[] => fresh.flatMap((_, at) => (at >= fromB && at < toB && found[at] === undefined ? [at] : []));
    const inOrder = (): void => {
      const rest = mine(),
        places = theirs();
      if (rest.length === places.length && places.every((at, i) => languageOf(fresh[at]!.block) === languageOf(rest[i]!.block)))
        places.forEach((at, i) => give(at, rest[i]!.key));
    };
    inOrder();
    if ((toA - fromA) * (toB - fromB) <= mostPairs) {
      const pairs = theirs().flatMap((at) =>
        mine().map(({ key, block, text }) => ({
          at,
          key,
          score: languageOf(block) === languageOf(fresh[at]!.block) ? likeness(text, fresh[at]!.text) : 0,
        })),
      );
      for (const { at, key, score } of pairs.sort((x, y) => y.score - x.score)) {
        if (score >= alike && found[at] === undefined && !taken.has(key)) give(at, key);
      }
    }
    inOrder();
  }
  return found.map((key) => key ?? newKey());
}

/** Fills in the keys of prose, which are 0. */
function matchProse(
  before: Pick<Notebook, 'text' | 'blocks'>,
  keys: readonly number[],
  after: Pick<Notebook, 'text' | 'blocks'>,
  found: number[],
): void {
  const old = before.blocks.flatMap((block, i) =>
    block.kind === 'prose' ? [{ key: keys[i]!, text: sourceOf(before.text, block).trim(), above: keys[i - 1], below: keys[i + 1] }] : [],
  );
  const taken = new Set<number>();
  const match = (
    nameOf: (item: { text: string; above: number | undefined; below: number | undefined }) => string | number | undefined,
  ): void => {
    const left = new Map<string | number, number[]>();
    for (const item of old) {
      const name = taken.has(item.key) ? undefined : nameOf(item);
      if (name === undefined) continue;
      const list = left.get(name);
      if (list) list.push(item.key);
      else left.set(name, [item.key]);
    }
    after.blocks.forEach((block, i) => {
      if (block.kind !== 'prose' || found[i] !== 0) return;
      const name = nameOf({ text: sourceOf(after.text, block).trim(), above: found[i - 1] ?? -1, below: found[i + 1] ?? -1 });
      const key = name === undefined ? undefined : left.get(name)?.shift();
      if (key === undefined) return;
      found[i] = key;
      taken.add(key);
    });
  };
  const started = old.map((item) => ({ ...item, above: item.above ?? -1, below: item.below ?? -1 }));
  old.splice(0, old.length, ...started);
  match(({ text, above, below }) => `${above} ${below} ${text}`);
  match(({ text }) => text || undefined);
  match(({ above }) => above);
  match(({ below }) => below);
}

const mostPairs = 400,
  alike = 0.5;

/** Share of pairs of neighbouring characters that two texts have in common (Dice), first 2,000 characters; 0 to 1. */
function likeness(a: string, b: string): number {
  const count = new Map<string, number>();
  const [x, y] = [a.slice(0, 2000), b.slice(0, 2000)];
  for (let i = 0; i + 1 < x.length; i++) count.set(x.slice(i, i + 2), (count.get(x.slice(i, i + 2)) ?? 0) + 1);
  let same = 0;
  for (let i = 0; i + 1 < y.length; i++) {
    const left = count.get(y.slice(i, i + 2)) ?? 0;
    if (left > 0) same++;
    count.set(y.slice(i, i + 2), left - 1);
  }
  return (2 * same) / Math.max(1, x.length + y.length - 2);
}

const sourceOf = (text: string, { start, end }: Block): string => text.slice(start, end).replace(/\r\n?/g, '\n').trimEnd();
const languageOf = (block: Block): string => (block.kind === 'prose' ? '' : block.language);
