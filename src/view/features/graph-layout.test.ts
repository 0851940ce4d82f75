import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutGraph, rowPx, type GraphNode } from './graph-layout.ts';

const nodes = (spec: Record<string, string>): GraphNode[] =>
  Object.entries(spec).map(([id, uses]) => ({ id, uses: uses === '' ? [] : uses.split(' ') }));

test('a cell stands right of all that it uses', () => {
  const { places } = layoutGraph(nodes({ a: '', b: 'a', c: 'a b', d: 'c a', alone: '' }));
  expect(['a', 'b', 'c', 'd'].map((id) => places.get(id)!.column)).toEqual([0, 1, 2, 3]);
  expect(places.get('alone')!.y).toBeGreaterThan(places.get('a')!.y);
});

test('graphs of any kind, cycles too: every cell has a place of its own', () => {
  const graph = fc
    .integer({ min: 1, max: 40 })
    .chain((n) =>
      fc
        .array(fc.tuple(fc.integer({ min: 0, max: n - 1 }), fc.integer({ min: 0, max: n - 1 })), { maxLength: 80 })
        .map((edges) =>
          Array.from({ length: n }, (_, i) => ({ id: `c${i}`, uses: edges.filter(([to]) => to === i).map(([, from]) => `c${from}`) })),
        ),
    );
  fc.assert(
    fc.property(graph, (list) => {
      const { places, edges } = layoutGraph(list);
      expect(places.size).toBe(list.length);
      const byColumn = new Map<number, number[]>();
      for (const { column, y } of places.values()) byColumn.set(column, [...(byColumn.get(column) ?? []), y]);
      for (const column of byColumn.values()) {
        const ys = column.sort((a, b) => a - b);
        for (let i = 1; i < ys.length; i++) expect(ys[i]! - ys[i - 1]!).toBeGreaterThan(rowPx - 0.01);
      }
      for (const [from, to] of edges) expect(places.has(from) && places.has(to)).toBe(true);
    }),
    { seed: 14, numRuns: 200 },
  );
});

test('without a cycle every edge goes to the right', () => {
  const list = Array.from({ length: 300 }, (_, i) => ({
    id: `c${i}`,
    uses: [i - 1, i - 7, i >> 1].filter((j) => j >= 0 && j < i).map((j) => `c${j}`),
  }));
  const { places, edges } = layoutGraph(list);
  for (const [from, to] of edges) expect(places.get(from)!.x).toBeLessThan(places.get(to)!.x);
});

test('a thousand cells take a moment', () => {
  const list = Array.from({ length: 1000 }, (_, i) => ({ id: `c${i}`, uses: i === 0 ? [] : [`c${i - 1}`, 'c0', `c${i >> 1}`] }));
  const began = performance.now();
  layoutGraph(list);
  expect(performance.now() - began).toBeLessThan(10_000);
});
