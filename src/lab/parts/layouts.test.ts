import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bilinear, contour, extent, roundLevels } from './contours.ts';
import { layoutForce } from './layout-force.ts';
import { crossings, layoutLayers } from './layout-layers.ts';
import { layoutTree, type Branch } from './layout-tree.ts';

describe('level lines', () => {
  const field = (rows: number, columns: number, f: (x: number, y: number) => number): Float64Array =>
    Float64Array.from({ length: rows * columns }, (_, i) => f(i % columns, Math.floor(i / columns)));
  test('a circle is one closed line at its radius', () => {
    const lines = contour(
      field(41, 41, (x, y) => Math.hypot(x - 20, y - 20)),
      41,
      41,
      12.3,
    );
    expect(lines.length).toBe(1);
    const [line] = lines;
    expect([line![0], line![1]]).toEqual([line!.at(-2), line!.at(-1)]);
    for (let i = 0; i < line!.length; i += 2) expect(Math.hypot(line![i]! - 20, line![i + 1]! - 20)).toBeCloseTo(12.3, 1);
  });
  test('a plane has one straight line, and a level outside has none', () => {
    const z = field(9, 7, (x) => x);
    const [line, ...more] = contour(z, 9, 7, 2.5);
    expect([more.length, line!.length]).toEqual([0, 18]);
    for (let i = 0; i < line!.length; i += 2) expect(line![i]).toBe(2.5);
    expect(contour(z, 9, 7, 9)).toEqual([]);
  });
  test('every crossing of an edge of the grid lies on exactly one line, once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: -9, max: 9 }).map((x) => x + 0.5),
          { minLength: 30, maxLength: 30 },
        ),
        (z) => {
          let edges = 0;
          for (let r = 0; r < 5; r++)
            for (let c = 0; c < 6; c++) {
              if (c < 5 && z[r * 6 + c]! > 0 !== z[r * 6 + c + 1]! > 0) edges++;
              if (r < 4 && z[r * 6 + c]! > 0 !== z[r * 6 + 6 + c]! > 0) edges++;
            }
          const lines = contour(z, 5, 6, 0);
          const closed = lines.filter((line) => line[0] === line.at(-2) && line[1] === line.at(-1)).length;
          const points = lines.reduce((sum, line) => sum + line.length / 2, 0);
          return points - closed === edges;
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
  test('numbers that are not finite leave a gap', () => {
    const z = field(3, 9, (_, y) => y);
    z[9 + 4] = NaN;
    expect(contour(z, 3, 9, 0.5).length).toBe(2);
    expect(extent([NaN, 2, -Infinity, 1])).toEqual([1, 2]);
    expect(extent([])).toEqual([0, 0]);
  });
  test('levels are round and lie between', () => {
    expect(roundLevels(0, 10, 5)).toEqual([2, 4, 6, 8]);
    expect(roundLevels(-0.31, 0.29, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2]);
    expect(roundLevels(1, 1)).toEqual([]);
  });
  test('between four neighbours the value is linear', () => {
    expect(bilinear([0, 1, 2, 3], 2, 2, 0.5, 0.5)).toBe(1.5);
    expect(bilinear([0, 1, 2, 3], 2, 2, 9, 9)).toBe(3);
    expect(bilinear([5], 1, 1, 0, 0)).toBe(5);
  });
});

const tree = (...children: Branch[]): Branch => ({ children });

describe('trees', () => {
  test('a parent stands in the middle of its children, and a chain is straight', () => {
    const { across, depth, width } = layoutTree(tree(tree(tree()), tree()));
    expect(depth).toEqual([0, 1, 2, 1]);
    expect(across).toEqual([1, 0.5, 0.5, 1.5]);
    expect(width).toBe(2);
  });
  test('no two nodes of a level are nearer than their sizes allow', () => {
    const branch = fc
      .array(fc.record({ parent: fc.nat(), size: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 40 })
      .map((seeds): Branch => {
        const nodes = seeds.map(({ size }) => ({ size, children: [] as Branch[] }));
        seeds.forEach(({ parent }, i) => i > 0 && nodes[parent % i]!.children.push(nodes[i]!));
        return nodes[0]!;
      });
    fc.assert(
      fc.property(branch, (root) => {
        const sizes: number[] = [];
        const collect = (node: Branch): void => {
          sizes.push(node.size ?? 1);
          node.children.forEach(collect);
        };
        collect(root);
        const { across, depth, width } = layoutTree(root);
        for (let i = 0; i < across.length; i++) {
          if (across[i]! - sizes[i]! / 2 < -1e-9 || across[i]! + sizes[i]! / 2 > width + 1e-9) return false;
          for (let j = 0; j < i; j++)
            if (depth[i] === depth[j] && across[i]! - across[j]! < (sizes[i]! + sizes[j]!) / 2 - 1e-9) return false;
        }
        return true;
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe('layers', () => {
  test('an edge always leads to a later layer, over its bends', () => {
    const { layer, bends } = layoutLayers(4, [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ]);
    expect(layer).toEqual([0, 1, 2, 3]);
    expect(bends.map((b) => b.map(([, l]) => l))).toEqual([[], [], [], [1, 2]]);
  });
  test('a cycle is laid out all the same', () => {
    const { layer } = layoutLayers(3, [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 2],
    ]);
    expect(layer).toEqual([0, 1, 2]);
  });
  test('edges that need not cross do not, and nodes do not overlap', () => {
    // Two rows that are joined the other way round.
    const edges = [0, 1, 2, 3].map((i) => [i, 7 - i] as const);
    const { across } = layoutLayers(8, edges);
    for (let i = 0; i < 4; i++) expect(across[i]).toBeCloseTo(across[7 - i]!, 6);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 24 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 12 }),
        (pairs, sizes) => {
          const laid = layoutLayers(12, pairs, sizes);
          for (let i = 0; i < 12; i++)
            for (let j = 0; j < i; j++)
              if (laid.layer[i] === laid.layer[j] && Math.abs(laid.across[i]! - laid.across[j]!) < (sizes[i]! + sizes[j]!) / 2 - 1e-6)
                return false;
          return laid.across.every((x) => x >= 0 && x <= laid.width);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
  test('crossings are counted in pairs', () => {
    expect(
      crossings(
        [
          [0, 1],
          [2, 3],
        ],
        [[3], [2], [], []],
        [0, 1, 0, 1],
      ),
    ).toBe(1);
  });
});

describe('forces', () => {
  test('one graph has one picture, within the square, and neighbours lie nearer than others', () => {
    const ring = Array.from({ length: 12 }, (_, i) => [i, (i + 1) % 12] as const);
    const places = layoutForce(12, ring);
    expect(layoutForce(12, ring)).toEqual(places);
    for (const [x, y] of places) expect(Math.min(x, y) >= -1e-9 && Math.max(x, y) <= 1 + 1e-9).toBe(true);
    const far = (i: number, j: number): number => Math.hypot(places[i]![0] - places[j]![0], places[i]![1] - places[j]![1]);
    expect(Math.max(...ring.map(([a, b]) => far(a, b)))).toBeLessThan(far(0, 6));
  });
  test('graphs without edges, with one node and with none have places too', () => {
    expect(layoutForce(0, [])).toEqual([]);
    expect(layoutForce(1, [])).toEqual([[0.5, 0.5]]);
    expect(new Set(layoutForce(9, []).map(String)).size).toBe(9);
  });
});
