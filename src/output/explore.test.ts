import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explore, type TreeLook } from './explore.ts';
import type { Answer } from './look.ts';

const look = <Q extends TreeLook>(value: unknown, question: Q): Answer<Q> => explore(value, question, (fn) => fn()) as Answer<Q>;
const children = (value: unknown, path: readonly number[] = [], from = 0, count = 100): Answer<{ of: 'children' } & TreeLook> =>
  look(value, { of: 'children', path, from, count });
const keys = (value: unknown, path: readonly number[] = []): string[] => children(value, path).children.map(({ key }) => key);
const text = (value: unknown, path: readonly number[]): string => {
  const { node } = children(value, path.slice(0, -1), path.at(-1), 1).children[0]!;
  return node.type === 'primitive' ? node.text : node.type;
};

class Circle {
  r = 2;
  static calls = 0;
  get area(): number {
    Circle.calls++;
    return Math.PI * this.r ** 2;
  }
}

describe('children', () => {
  test('of an array come by the hundred, from anywhere, and say how many there are', () => {
    const many = Array.from({ length: 1_000_000 }, (_, i) => i * 2);
    const answer = children(many, [], 999_990, 100);
    expect([answer.total, answer.children.length, answer.children[0]!.key, text(many, [999_999])]).toEqual([
      1_000_000,
      10,
      '999990',
      '1999998',
    ]);
    expect(children(many, [], 0, 1e9).children).toHaveLength(1000);
  });

  test('of Maps, Sets, typed arrays, errors and classes, at any depth', () => {
    const value = {
      map: new Map<unknown, unknown>([
        ['k', new Set([1, [7, 8]])],
        [{ a: 1 }, 2],
      ]),
      bytes: new Uint8Array([5, 6]),
      error: new TypeError('no', { cause: 'x' }),
    };
    expect(keys(value, [0])).toEqual(['k', '{ a: 1 }']);
    expect(text(value, [0, 0, 1, 1])).toBe('8');
    expect(keys(value, [1])).toEqual(['0', '1']);
    expect(keys(value, [2])).toEqual(['message', 'stack', 'cause']);
    expect(children({ date: new Date(0), re: /x/, nothing: {} }).children.map(({ opens }) => opens)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a getter is called when it is asked for and not before, and once', () => {
    const circle = { circle: new Circle() };
    expect(children(circle, [0]).children).toMatchObject([{ key: 'r' }, { key: 'area', getter: true }]);
    look(circle, { of: 'find', text: 'area', from: 0 });
    look(circle, { of: 'json', path: [] });
    expect(Circle.calls).toBe(0);
    expect(look(circle, { of: 'getter', path: [0, 1] }).node).toMatchObject({ of: 'number', text: String(Math.PI * 4) });
    expect(children(circle, [0]).children[1]!.getter).toBeUndefined();
    expect(Circle.calls).toBe(1);
    const failing = {
      get boom(): never {
        throw new RangeError('too far');
      },
    };
    expect(() => look(failing, { of: 'getter', path: [0] })).toThrow('too far');
  });

  test('a way back is marked, also from far below', () => {
    const a: Record<string, unknown> = { b: { c: {} } };
    (a['b'] as { c: Record<string, unknown> }).c['up'] = a['b'];
    expect(children(a, [0, 0]).children).toMatchObject([{ key: 'up', node: { type: 'circular' } }]);
    expect(children(a, [0, 0]).children[0]!.opens).toBeUndefined();
  });

  test('functions show their signature and open to their source, long texts by the piece', () => {
    const long = 'x'.repeat(100_000);
    const value = { add: (a: number, b = 2) => a + b, long, two: 'a\nb' };
    expect(children(value).children).toMatchObject([
      { node: { text: expect.stringMatching(/^ƒ add\(a, b = 2\)$/) as string }, opens: 'text' },
      { opens: 'text' },
      { opens: 'text' },
    ]);
    expect(look(value, { of: 'text', path: [1], from: 99_990, count: 100 })).toEqual({ text: 'x'.repeat(10), length: 100_000 });
    expect(look(value, { of: 'text', path: [0], from: 0, count: 1000 }).text).toContain('a + b');
  });
});

test('a path reads as code', () => {
  const value = {
    rows: [
      { 'odd key': 1 },
      {
        name: new Map<unknown, unknown>([
          ['k', [3]],
          [value0(), 4],
        ]),
      },
    ],
    set: new Set([[9]]),
  };
  const name = (path: readonly number[], root = 'data'): string => look(value, { of: 'name', path, root });
  expect([name([0, 1, 0]), name([0, 0, 0]), name([0, 1, 0, 0, 0]), name([0, 1, 0, 1]), name([1, 0, 0])]).toEqual([
    'data.rows[1].name',
    'data.rows[0]["odd key"]',
    'data.rows[1].name.get("k")[0]',
    '[...data.rows[1].name.values()][1]',
    '[...data.set][0][0]',
  ]);
  expect([name([0, 1], ''), name([], 'data')]).toEqual(['rows[1]', 'data']);
});
const value0 = (): object => ({});

test('JSON is as near as it goes and says when it is not whole', () => {
  const json = (value: unknown): unknown => {
    const { text: written, whole } = look(value, { of: 'json', path: [] });
    return [JSON.parse(written), whole];
  };
  expect(json({ a: [1, 'x', null, true], d: new Date(0) })).toEqual([{ a: [1, 'x', null, true], d: '1970-01-01T00:00:00.000Z' }, true]);
  expect(json(new Map([['a', new Set([1])]]))).toEqual([{ a: [1] }, true]);
  expect(json(new Map([[1, 2]]))).toEqual([[[1, 2]], true]);
  expect(json({ f: () => 1, n: NaN, b: 3n, t: new Float32Array([0.5]) })).toEqual([{ n: null, b: '3', t: [0.5] }, false]);
  const around: unknown[] = [];
  around.push(around);
  expect(json(around)).toEqual([['[circular]'], false]);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(look([value], { of: 'json', path: [0] }).text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 5, numRuns: 200 },
  );
});

describe('search', () => {
  const all = (value: unknown, wanted: string): { hits: readonly (readonly number[])[]; count: number } => {
    const hits: (readonly number[])[] = [];
    for (let turn = 0; turn < 100; turn++) {
      const found = look(value, { of: 'find', text: wanted, from: hits.length });
      hits.push(...found.hits);
      if (found.done && hits.length === found.count) return { hits, count: found.count };
    }
    throw new Error('it never ends');
  };

  test('finds keys and leaves over the whole value, in order, through cycles, whatever the case', () => {
    const value: Record<string, unknown> = { Needle: 1, list: ['hay', { x: 'a needle' }], map: new Map([['needles', 2]]) };
    value['self'] = value;
    expect(all(value, 'NEEDLE').hits).toEqual([[0], [1, 1, 0], [2, 0]]);
    expect(all(value, '2').hits).toEqual([[2, 0]]);
    expect(all(value, 'nothing')).toEqual({ hits: [], count: 0 });
  });

  test('goes on where it stopped in a million elements, and ends at 10,000 hits', () => {
    const many = Array.from({ length: 1_000_000 }, (_, i) => ({ id: i }));
    expect(all(many, '999999').hits).toEqual([[999_999], [999_999, 0]]);
    expect(look(many, { of: 'find', text: 'id', from: 0 }).hits.length).toBe(500);
    expect(all(many, 'id').count).toBe(10_000);
  });
});

test('statistics leave NaN out and count it', () => {
  const stats = (value: unknown): unknown => look(value, { of: 'stats', path: [] });
  expect(stats(new Float32Array([1, 2, NaN, 3]))).toMatchObject({
    count: 4,
    min: 1,
    max: 3,
    mean: 2,
    nan: 1,
    histogram: { low: 1, high: 3 },
  });
  expect(stats(new BigInt64Array([1n, 3n]))).toMatchObject({ min: 1, max: 3 });
  expect(stats([1, 2, 2])).toMatchObject({ count: 3, max: 2 });
  expect([stats(['a']), stats({}), stats(new Float32Array(0))]).toEqual([undefined, undefined, undefined]);
});

test('a path that leads nowhere any more is an answer in words', () => {
  expect(() => children([1], [4])).toThrow(/Run the cell/);
});
