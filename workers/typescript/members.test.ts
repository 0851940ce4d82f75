import { expect, test } from 'vitest';
import { membersOf } from './members.ts';

const names = (value: unknown, ...path: string[]): string[] | undefined => membersOf(value, path)?.members.map(({ name }) => name);

test('names of a value, its own first, then those of its class', () => {
  class Shape {
    sides = 3;
    get area(): number {
      throw new Error('a getter ran');
    }
    grow(by: number): number {
      return by;
    }
  }
  expect(names(new Shape())).toEqual(['sides', 'area', 'grow']);
  const { members, type } = membersOf(new Shape(), [])!;
  expect(type).toBe('Shape');
  expect(members.find(({ name }) => name === 'grow')).toMatchObject({ type: 'function', text: 'grow(by)', own: false });
  expect(members.find(({ name }) => name === 'area')).toMatchObject({ text: '' });
});

test('a path goes through data and stops at a getter', () => {
  const value = {
    rows: [{ a: 1 }],
    get lazy(): never {
      throw new Error('a getter ran');
    },
  };
  expect(names(value, 'rows', '0')).toEqual(['a']);
  expect(membersOf(value, ['lazy'])).toBeUndefined();
  expect(membersOf(value, ['none'])).toBeUndefined();
});

test('lists give their methods and no indices', () => {
  expect(names([1, 2, 3])?.slice(0, 1)).toEqual(['length']);
  expect(names([1, 2, 3])).toContain('map');
  expect(names(new Float32Array(2_000_000))).toContain('subarray');
  expect(membersOf('text', [])?.members.map(({ name }) => name)).toContain('toUpperCase');
  expect(membersOf(null, [])?.members).toEqual([]);
});
