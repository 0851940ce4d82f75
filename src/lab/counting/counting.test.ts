import { describe, expect, test } from 'vitest';
import { array, comparator, distance, func, iterable, map, spyDataset } from './index.ts';

describe('counting', () => {
  test('an array counts elements read and written, and stays an array', () => {
    const xs = array([3, 1, 2]);
    expect([Array.isArray(xs), xs.length, xs.counts.reads]).toEqual([true, 3, 0]);
    const [a] = xs;
    xs[1] = 5;
    xs.push(7);
    expect([a, [...xs].join(), xs.counts.writes]).toEqual([3, '3,5,2,7', 2]);
    const before = xs.counts.reads;
    for (let i = 0; i < xs.length; i++) void xs[i];
    expect(xs.counts.reads - before).toBe(4);
  });
  test('a typed array stays one, and its methods and parts count too', () => {
    const xs = array(Float64Array.of(3, 1, 2, 5));
    expect([xs instanceof Float64Array, xs.length, xs.at(-1), xs.counts.reads]).toEqual([true, 4, 5, 1]);
    const part = xs.subarray(1, 3);
    expect([part[0], part.length, xs.counts.reads]).toEqual([1, 2, 2]);
    expect([...xs.slice(0, 2)].join()).toBe('3,1');
    expect([xs.reduce((a, b) => a + b, 0), Math.max(...xs), xs.counts.reads]).toEqual([11, 5, 2 + 2 + 4 + 4]);
    expect(Float64Array.from(xs)).toEqual(new Float64Array(xs));
    part[0] = 9;
    xs.set([7, 7]);
    expect([xs[0], xs.fill(1) === xs, xs.counts.writes]).toEqual([7, true, 1 + 2 + 4]);
  });
  test('binary search on it reads about log2 n elements', () => {
    const xs = array(Array.from({ length: 1024 }, (_, i) => i));
    let [low, high] = [0, xs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (xs[middle]! < 700) low = middle + 1;
      else high = middle;
    }
    expect([low, xs.counts.reads <= 11]).toEqual([700, true]);
  });
  test('functions, comparators and distances count calls and keep their ways', () => {
    const f = func(function twice(this: { k: number } | void, x: number) {
      return 2 * x + (this ? this.k : 0);
    });
    expect([f(2), f.call({ k: 1 }, 3), f.counts.calls, f.name, f.length]).toEqual([4, 7, 2, 'twice', 1]);
    const byValue = comparator<number>();
    expect([4, 1, 3].sort(byValue)).toEqual([1, 3, 4]);
    expect(byValue.counts.calls).toBeGreaterThanOrEqual(2);
    expect(distance((a: number, b: number) => Math.abs(a - b))(2, 5)).toBe(3);
  });
  test('an iterable counts pulls and early ends', () => {
    const xs = iterable([1, 2, 3]);
    for (const x of xs) if (x === 2) break;
    expect([xs.counts.pulls, xs.counts.returns]).toEqual([2, 1]);
    expect([...xs]).toEqual([1, 2, 3]);
  });
  test('a map counts what is asked and told', () => {
    const m = map([['a', 1]]);
    m.get('a');
    m.has('b');
    m.set('b', 2);
    m.delete('a');
    expect([m.counts.reads, m.counts.writes, m.size, m instanceof Map]).toEqual([2, 2, 1, true]);
  });
  test('a data set says which rows were read', () => {
    const ds = spyDataset({ name: 'd', rows: ['a', 'b', 'c', 'd'] });
    void ds.rows[2];
    expect([...ds.seen]).toEqual([2]);
    ds.rows.slice(0, 2).forEach(() => {});
    expect([...ds.seen].sort()).toEqual([0, 1, 2]);
    expect(() => spyDataset({ rows: 3 as never })).toThrow(/expected an array of rows/);
  });
});
