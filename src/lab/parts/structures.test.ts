import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphView } from './graphView.ts';
import { parts } from './index.ts';
import { matrixView } from './matrixView.ts';
import { replay, wordsOf, type Event } from './replay.ts';
import { surface } from './surface.ts';
import { timeline } from './timeline.ts';
import { traceView } from './traceView.ts';
import { treeView } from './treeView.ts';
import { vectorField } from './vectorField.ts';

test('every part has a drawing, and help that names it', () => {
  const page = readFileSync(new URL('../../view/parts/index.ts', import.meta.url), 'utf8');
  for (const { name, doc } of parts) {
    expect(page, name).toMatch(new RegExp(`\\b${name}: \\(\\) => import|name === '${name}'`));
    expect(doc[0].startsWith(`${name}(`), name).toBe(true);
  }
});

describe('matrixView', () => {
  const data = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  test('a cell, a row, a column, a block', () => {
    const cell = matrixView.make({ data });
    expect([cell.value, cell.text({ rows: [1], cols: [2] })]).toEqual([{ rows: [0], cols: [0] }, '2 by 3. Row 1, column 2: 6.']);
    expect(matrixView.make({ data, select: 'row' }).value).toEqual({ rows: [0], cols: [0, 1, 2] });
    expect(matrixView.make({ data, select: 'column' }).value).toEqual({ rows: [0, 1], cols: [0] });
    const block = matrixView.make({ data, select: 'block', rows: ['a', 'b'], value: { rows: [0, 1], cols: [1, 2] } });
    expect(block.text(block.value)).toBe('2 by 3. All rows, columns 1 and 2.');
  });
  test('what does not fit is refused', () => {
    expect(() => matrixView.make({ data, marks: [{ rows: [2] }] })).toThrow(
      'matrixView: expected option "marks" to be indices from 0 to 1, got [2].',
    );
    expect(() => matrixView.make({ data, marks: [{ colour: 7 }] })).toThrow('a colour from 1 to 6');
    expect(() => matrixView.make({ data }).decode!({ rows: [0], cols: [3] }, { rows: [], cols: [] })).toThrow('indices from 0 to 2');
    expect(() => matrixView.make({ data: new Float32Array(6) })).not.toThrow(); // one row
    expect(() => matrixView.make({ data: new Float32Array(6), shape: [4, 2] })).toThrow('It asks for 8 numbers');
  });
  test('an empty matrix says so', () => {
    const made = matrixView.make({ data: new Float32Array(0), shape: [0, 4] });
    expect([made.value, made.text(made.value)]).toEqual([{ rows: [], cols: [] }, 'No numbers.']);
  });
});

describe('graphView', () => {
  const nodes = [
    { id: 'x', value: 2 },
    { id: 'w', state: 'leaf' },
    { id: 'y', label: 'x · w', state: 'sum' },
  ];
  const edges = [
    ['x', 'y'],
    ['w', 'y'],
  ];
  test('nothing is chosen at first; a chosen node tells what it has to do with', () => {
    const made = graphView.make({ nodes, edges });
    expect(made.value.selection).toBe(null);
    expect(Object.keys(made.value.positions)).toEqual(['x', 'w', 'y']);
    expect(made.value.positions['y']![0]).toBeGreaterThan(made.value.positions['x']![0]);
    expect(made.text({ ...made.value, selection: 'y' })).toBe('3 nodes, 2 edges. Chosen: x · w (sum), after x and w.');
    expect(made.props['states']).toEqual([
      { state: 'leaf', colour: 1 },
      { state: 'sum', colour: 2 },
    ]);
  });
  test('nodes move only where they may, and places of nodes that are gone are dropped', () => {
    const still = graphView.make({ nodes, edges });
    const moved = { selection: 'x', positions: { x: [1, 2], gone: [0, 0] } };
    expect(still.decode!(moved, still.value).positions['x']).toEqual(still.value.positions['x']);
    const free = graphView.make({ nodes, edges, drag: true });
    expect(free.decode!(moved, free.value).positions).toEqual({ ...free.value.positions, x: [1, 2] });
  });
  test('boxes of one layer do not lie on each other, and the picture holds all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(14), fc.nat(14)), { maxLength: 30 }), (pairs) => {
        const made = graphView.make({
          nodes: Array.from({ length: 15 }, (_, i) => ({ id: i, label: 'n'.repeat(1 + (i % 9)) })),
          edges: pairs,
        });
        const places = Object.values(made.value.positions);
        const [width, height] = made.props['size'] as [number, number];
        return places.every(
          ([x, y], i) =>
            x >= 0 &&
            x <= width &&
            y >= -1e-6 &&
            y <= height + 1e-6 &&
            places.every((other, j) => j >= i || other[0] !== x || Math.abs(other[1] - y) >= 29.9),
        );
      }),
      { seed: 1, numRuns: 100 },
    );
  });
  test('layers and places that are given are kept', () => {
    const made = graphView.make({
      nodes: [
        { id: 0, layer: 2 },
        { id: 1, layer: 0 },
      ],
      layout: 'layers',
    });
    expect(made.value.positions['0']![0]).toBeGreaterThan(made.value.positions['1']![0]);
    const given = graphView.make({
      nodes: [
        { id: 'a', x: 0, y: 0 },
        { id: 'b', x: 4, y: 2 },
      ],
      layout: 'given',
    });
    expect(given.value.positions).toEqual({ a: [0, 0.25], b: [1, 0.75] });
  });
  test('what does not fit is refused', () => {
    expect(() => graphView.make({ nodes, edges: [['x', 'z']] })).toThrow('No node is called z.');
    expect(() => graphView.make({ nodes: ['a', 'a'] })).toThrow('Two nodes have it.');
    expect(() => graphView.make({ nodes: ['a'], layout: 'layers' })).toThrow('a layer');
    expect(() => graphView.make({ nodes: ['a'], value: 'b' })).toThrow('There are a.');
    expect(() => graphView.make({ nodes: [{ id: 'a', state: 9 }] })).toThrow('palette number');
  });
});

describe('treeView', () => {
  const root = {
    label: 'coin',
    children: [
      {
        label: 'heads',
        p: 0.5,
        children: [
          { label: 'heads', p: 0.5 },
          { label: 'tails', p: 0.5 },
        ],
      },
      { label: 'tails', p: 0.5 },
    ],
  };
  test('starts at the root, and knows the way and its probability', () => {
    const made = treeView.make({ root, probabilities: true });
    expect(made.value).toEqual({ id: 'root', label: 'coin', path: [], probability: 1 });
    const leaf = made.decode!('0.1', made.value);
    expect(leaf).toEqual({ id: '0.1', label: 'tails', path: [0, 1], probability: 0.25 });
    expect(made.text(leaf)).toBe('5 nodes. Chosen: tails, level 2, a leaf, probability 0.25.');
  });
  test('lists are trees too', () => {
    const made = treeView.make({ root: ['+', ['*', 'a', 'b'], 'c'] });
    expect((made.props['nodes'] as { label: string; depth: number }[]).map(({ label, depth }) => `${label}${depth}`)).toEqual([
      '+0',
      '*1',
      'a2',
      'b2',
      'c1',
    ]);
  });
  test('what is no tree is refused', () => {
    const shared = { label: 'x' };
    expect(() => treeView.make({ root: { label: 'r', children: [shared, shared] } })).toThrow('This node hangs in two places.');
    expect(() =>
      treeView.make({
        root: {
          label: 'r',
          children: [
            { id: 'a', label: 'x' },
            { id: 'a', label: 'y' },
          ],
        },
      }),
    ).toThrow('ids of which each is there once');
    expect(() => treeView.make({ root: { children: [] } })).toThrow('a node with a label');
    expect(() => treeView.make({ root: { label: 'r', children: [{ label: 'x', p: 2 }] } })).toThrow('p from 0 to 1');
    expect(() => treeView.make({ root }).decode!('7', { id: '', label: '', path: [] })).toThrow('the id of a node');
  });
});

describe('fields and surfaces', () => {
  const grid = (f: (x: number, y: number) => number): Float32Array =>
    Float32Array.from({ length: 25 }, (_, i) => f((i % 5) / 2 - 1, Math.floor(i / 5) / 2 - 1));
  test('a point says what the field is there', () => {
    const made = vectorField.make({
      u: grid((_, y) => -y),
      v: grid((x) => x),
      shape: [5, 5],
      value: [0.5, 0.25],
      path: [
        [0, 0],
        [1, 1],
      ],
    });
    expect(made.text(made.value)).toBe('At (0.5, 0.25) the field is (-0.25, 0.5), 0.559 long.');
    expect(made.props['paths']).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
    ]);
    expect(() => vectorField.make({ u: grid(() => 0), v: [1], shape: [5, 5] })).toThrow('as many numbers as u, 25');
  });
  test('a surface has level lines and starts in the middle', () => {
    const made = surface.make({ z: grid((x, y) => x * x + y * y), shape: [5, 5], orbit: { azimuth: 10, elevation: 20 }, levels: 4 });
    expect([made.value, made.text([1, 1])]).toEqual([[0, 0], 'Heights from 0 to 2. At (1, 1) the height is 2.']);
    expect((made.props['levels'] as { level: number }[]).map(({ level }) => level)).toEqual([0.5, 1, 1.5]);
    expect(() => surface.make({ z: grid(() => 0), shape: [5, 5], orbit: { elevation: 100 } })).toThrow('elevation from -90 to 90');
    expect(() => surface.make({ z: [1, 2], shape: [1, 2] })).toThrow('at least 2 rows');
  });
});

describe('traceView', () => {
  const events: Event[] = [{ compare: [0, 1] }, { swap: [0, 1] }, { set: [2, 9] }, { insert: [1, 7] }, { remove: 0 }, { done: [0] }];
  test('an array after each event', () => {
    const states = events.map((_, k) => replay([3, 1, 2], events, k + 1).data);
    expect(states).toEqual([
      [3, 1, 2],
      [1, 3, 2],
      [1, 3, 9],
      [1, 7, 3, 9],
      [7, 3, 9],
      [7, 3, 9],
    ]);
    expect([...replay([3, 1, 2], events, 1).lit]).toEqual([0, 1]);
    expect([...replay([3, 1, 2], events, 2).changed]).toEqual([0, 1]);
    expect([...replay([3, 1, 2], events, 6).done]).toEqual([0]);
  });
  test('swaps recorded by a sort lead to a sorted array, whatever it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 12 }), (xs) => {
        const a = [...xs],
          said: Event[] = [];
        for (let i = 1; i < a.length; i++)
          for (let j = i; j > 0; j--) {
            said.push({ compare: [j - 1, j] });
            if (a[j - 1]! <= a[j]!) break;
            [a[j - 1], a[j]] = [a[j]!, a[j - 1]!];
            said.push({ swap: [j - 1, j] });
          }
        traceView.make({ array: xs, events: said });
        return String(replay(xs, said, said.length).data) === String([...xs].sort((p, q) => p - q));
      }),
      { seed: 6, numRuns: 100 },
    );
  });
  test('sentences name the step', () => {
    const made = traceView.make({ array: [3, 1, 2], events });
    expect([made.value, made.text(0), made.text(1), made.text(4)]).toEqual([
      0,
      'Step 0 of 6: the beginning.',
      'Step 1 of 6: compare 0 (3) and 1 (1).',
      'Step 4 of 6: insert 7 at 1.',
    ]);
    expect(wordsOf({ note: 'begin' })).toBe('begin');
  });
  test('graphs and matrices', () => {
    const graph = traceView.make({
      graph: { nodes: ['a', 'b'], edges: [['a', 'b']] },
      events: [{ visit: 'a', state: { a: 'open' } }, { edge: ['a', 'b'] }],
    });
    expect(graph.text(1)).toBe('Step 1 of 2: visit a.');
    expect(replay([], graph.props['events'] as Event[], 2).states.get('a')).toBe('open');
    const matrix = traceView.make({
      matrix: [
        [1, 2],
        [3, 4],
      ],
      events: [{ read: [[0, 1]] }, { set: [1, 0, 7], note: 'row 1' }],
    });
    expect(matrix.text(2)).toBe('Step 2 of 2: row 1.');
    expect(replay([1, 2, 3, 4], matrix.props['events'] as Event[], 2, 2).data).toEqual([1, 2, 7, 4]);
  });
  test('an event that cannot be is refused with its number', () => {
    expect(() => traceView.make({ array: [1], events: [{ compare: [0, 1] }] })).toThrow('Event 0: index 1 is not from 0 to 0.');
    expect(() => traceView.make({ array: [1], events: [{ remove: 0 }, { read: [0] }] })).toThrow('Event 1: index 0');
    expect(() => traceView.make({ array: [1], events: [{ visit: 'a' }] })).toThrow('"visit" is none of compare, swap');
    expect(() => traceView.make({ graph: { nodes: ['a'] }, events: [{ visit: 'b' }] })).toThrow('no node is called b');
    expect(() => traceView.make({ events: [] })).toThrow('one of the options "array", "graph" and "matrix"');
  });
});

describe('timeline', () => {
  const lanes = [
    { label: 'load', bars: [[0, 3, 'read'], { from: 4, to: 6, label: 'parse', state: 2 }] },
    { label: 'train', bars: [[5, 9, 'fit']] },
  ];
  test('the cursor starts at the beginning and tells what runs', () => {
    const made = timeline.make({ lanes, unit: 's' });
    expect(made.value).toMatchObject({
      t: 0,
      bars: [
        { lane: 0, from: 0, to: 3 },
        { lane: 0, from: 4, to: 6 },
        { lane: 1, from: 5, to: 9 },
      ],
    });
    expect(made.text({ ...made.value, t: 5 })).toBe('2 lanes, 3 bars from 0 s to 9 s. At 5 s: parse in load, fit in train.');
    expect(made.text({ ...made.value, t: 3.5 })).toContain('At 3.5 s: nothing.');
  });
  test('bars move only where they may', () => {
    const made = timeline.make({ lanes });
    const wire = { t: 1, bars: made.value.bars.map((bar) => ({ ...bar, from: bar.from + 1, to: bar.to + 1 })) };
    expect(made.decode!(wire, made.value)).toEqual({ t: 1, bars: made.value.bars });
    const free = timeline.make({ lanes, movable: true });
    expect(free.decode!(wire, free.value).bars[2]).toEqual({ lane: 1, label: 'fit', from: 6, to: 10 });
    expect(() => free.decode!({ t: 1, bars: [] }, free.value)).toThrow('3 bars');
  });
  test('no bars, and what does not fit', () => {
    const none = timeline.make({ lanes: [{ label: 'a', bars: [] }] });
    expect(none.text(none.value)).toBe('One lane, 0 bars. At 0: nothing.');
    expect(() => timeline.make({ lanes: [{ label: 'a', bars: [[3, 1]] }] })).toThrow('bars with from ≤ to');
    expect(() => timeline.make({})).toThrow('Write [{ label: "worker 1", bars: [[0, 3, "load"]] }].');
  });
});
