import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspect, Shown, toOutput, toText } from './inspect.ts';
import { toJson } from './json.ts';
import type { ValueNode } from './types.ts';

function count(node: ValueNode): number {
  return node.type === 'object' || node.type === 'array' ? node.entries.reduce((sum, entry) => sum + count(entry.value), 1) : 1;
}

const thrower: ProxyHandler<object> = Object.fromEntries(
  ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'].map((trap) => [
    trap,
    () => {
      throw new Error('trap');
    },
  ]),
);

describe('inspect', () => {
  test('is bounded and never throws, whatever the value', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
          withSparseArray: true,
          withBoxedValues: true,
          maxDepth: 6,
        }),
        fc.nat(8),
        fc.nat(20),
        (value, breadth, nodes) => {
          const tree = inspect(value, { breadth, nodes });
          expect(count(tree)).toBeLessThanOrEqual(nodes + 1);
          expect(structuredClone(tree)).toEqual(tree);
          expect(toText(value, 100).length).toBeLessThanOrEqual(100);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  test('costs what it shows, not what the value holds', () => {
    const huge: unknown[] = Array.from({ length: 3_000_000 }, (_, i) => i);
    const values = [
      huge,
      new Float64Array(12_000_000),
      'x'.repeat(100_000_000),
      new Map(huge.slice(0, 300_000).map((i) => [i, huge])),
      new Set(huge.slice(0, 300_000)),
      new Array(4e9),
      1n << 3_000_000n,
    ];
    const start = performance.now();
    for (const value of values) expect(JSON.stringify(inspect(value)).length).toBeLessThan(250_000);
    expect(performance.now() - start).toBeLessThan(10_000); // walking them takes far longer
    expect(inspect(huge)).toMatchObject({ type: 'array', size: 3_000_000, more: 2_999_900 });
  });

  test('meets getters, proxies, cycles and odd prototypes calmly', () => {
    const cycle: Record<string, unknown> = { n: 1 };
    cycle['self'] = cycle;
    expect(inspect(cycle)).toMatchObject({ entries: [{ key: 'n' }, { key: 'self', value: { type: 'circular' } }] });
    expect(
      inspect({
        get boom() {
          throw new Error('no');
        },
      }),
    ).toMatchObject({ entries: [{ value: { text: '[getter]' } }] });
    expect(inspect(new Proxy({}, thrower))).toEqual({ type: 'cut', name: 'unreadable' });
    expect(inspect(new Proxy([1], thrower)).type).toBe('cut');
    expect(inspect(Object.create(Date.prototype))).toMatchObject({ type: 'object', name: 'Date' });
    expect(inspect(Object.create(Map.prototype))).toMatchObject({ type: 'object', size: 0 });
    const fake = Object.create(null) as Record<string, unknown>;
    fake['a'] = 1;
    expect(inspect(fake)).toMatchObject({ name: 'null prototype', size: 1 });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(inspect(proxy)).toEqual({ type: 'cut', name: 'unreadable' });
    const error = new Error('x');
    Object.defineProperty(error, 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(inspect(error)).toMatchObject({ of: 'error' });
  });
});

test('toText reads like a console line', () => {
  class Point {
    x = 1;
    y = [1, 2];
  }
  const lines: [unknown, string][] = [
    ['plain\ntext', 'plain\ntext'],
    [1.5, '1.5'],
    [-0, '-0'],
    [null, 'null'],
    [undefined, 'undefined'],
    [10n, '10n'],
    [{ a: 1, 'b c': 'd' }, '{ a: 1, "b c": "d" }'],
    [[], '[]'],
    [{}, '{}'],
    [[1, [2, [3, [4, [5]]]]], '[1, [2, [3, [Array(2)]]]]'],
    [new Point(), 'Point { x: 1, y: [1, 2] }'],
    [new Float32Array([1, 2]), 'Float32Array(2) [1, 2]'],
    [
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, 2],
      ]),
      'Map { a: 1, "{ k: 1 }": 2 }',
    ],
    [new Set([1, 'x']), 'Set(2) [1, "x"]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [/a+/g, '/a+/g'],
    [new TypeError('bad'), 'TypeError: bad'],
    [(a: number) => a, 'ƒ ()'],
    [Point, 'class Point'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, , 3], '[1, empty, 3]'], // eslint-disable-line no-sparse-arrays
  ];
  for (const [value, text] of lines) expect(toText(value)).toBe(text);
  expect(toText('x'.repeat(50), 10)).toBe('xxxxxxxxx…');
});

describe('toOutput', () => {
  test('chooses the kind', () => {
    expect(toOutput(undefined)).toBeUndefined();
    expect(toOutput(42)).toEqual({ kind: 'value', value: { type: 'primitive', of: 'number', text: '42' } });
    expect(toOutput('a\nb')).toEqual({ kind: 'value', value: { type: 'primitive', of: 'string', text: '"a\\nb"' } });
    expect(toOutput(new Shown({ kind: 'html', html: '<b>x</b>' }))).toEqual({ kind: 'html', html: '<b>x</b>' });
    expect(toOutput(new Proxy({}, thrower))).toMatchObject({ kind: 'value' });
  });

  test('calls the drawing of whatever brings its own, and lets its error through', async () => {
    const own = Symbol.for('gradus.output');
    expect(
      await toOutput({
        async [own]() {
          return { kind: 'html', html: 'later' };
        },
      }),
    ).toEqual({ kind: 'html', html: 'later' });
    expect(() =>
      toOutput({
        [own]() {
          throw new Error('no such mark');
        },
      }),
    ).toThrow('no such mark');
  });

  test('a tensor brings at most 10,000 numbers', () => {
    const tensor = { shape: [200, 100], dtype: 'float32', dataSync: () => new Float32Array(20_000).fill(2) };
    const output = toOutput(tensor);
    expect(output).toMatchObject({ kind: 'tensor', shape: [200, 100], dtype: 'float32', total: 20_000 });
    expect((output as { data: ArrayLike<number> }).data.length).toBe(10_000);
    expect(
      toOutput({
        ...tensor,
        dataSync: () => {
          throw new Error('disposed');
        },
      }),
    ).toMatchObject({ kind: 'value' });
  });
});

describe('toJson', () => {
  test('gives what is JSON', () => {
    expect(toJson({ a: [1, NaN, -Infinity], b: { c: 'x', d: null, e: undefined, f: false } })).toEqual({
      a: [1, null, null],
      b: { c: 'x', d: null, f: false },
    });
    expect(toJson(new Float32Array([1, NaN]))).toEqual([1, null]);
    expect(toJson({ shape: [2], dtype: 'float32', dataSync: () => new Float32Array([1, Infinity]) })).toEqual({
      shape: [2],
      dtype: 'float32',
      data: [1, null],
    });
    const shared = [1];
    expect(toJson([shared, shared])).toEqual([[1], [1]]);
    expect(toJson(JSON.parse('{"__proto__":{"a":1}}'))).toEqual(JSON.parse('{"__proto__":{"a":1}}'));
  });

  test('leaves out as a whole what holds anything else', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    class Point {
      x = 1;
    }
    for (const value of [
      undefined,
      1n,
      () => 1,
      Symbol('x'),
      new Date(),
      new Map(),
      new Set(),
      new Point(),
      [undefined],
      [1, [() => 1]],
      { a: { b: 1n } },
      cycle,
      {
        get a() {
          return 1;
        },
      },
      new BigInt64Array(1),
      new Proxy({}, thrower),
    ]) {
      expect(toJson(value)).toBeUndefined();
    }
  });

  test('stays within 1,000 elements and 20 kB', () => {
    expect((toJson(new Array(1000).fill(1)) as unknown[]).length).toBe(1000);
    expect(toJson(new Array(1001).fill(1))).toBeUndefined();
    expect(toJson(new Float64Array(10_000_000))).toBeUndefined();
    expect(toJson('x'.repeat(19_998))).toHaveLength(19_998);
    expect(toJson('x'.repeat(19_999))).toBeUndefined();
    expect(toJson('ä'.repeat(10_001))).toBeUndefined();
    expect(toJson(Array.from({ length: 9000 }, () => []))).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const json = toJson(value);
        if (json !== undefined) expect(JSON.stringify(json)).toBe(JSON.stringify(value));
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});
