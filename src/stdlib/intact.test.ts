import { describe, expect, test } from 'vitest';
import { rememberBuiltIns } from './intact.ts';

/** What is named while one part of a built-in is another one; put back before anything else runs. */
function named(holder: object, key: PropertyKey, value: unknown): string | undefined {
  const changed = rememberBuiltIns();
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { deleteProperty } = Reflect;
  const before = getOwnPropertyDescriptor(holder, key);
  defineProperty(holder, key, { value, configurable: true, writable: true });
  let name: string | undefined;
  try {
    name = changed();
  } finally {
    if (before) defineProperty(holder, key, before);
    else deleteProperty(holder, key);
  }
  return name;
}

describe('built-ins', () => {
  test('nothing is changed by ordinary use', () => {
    const changed = rememberBuiltIns();
    class Mine extends Array<number> {}
    Mine.from([3, 1, 2])
      .sort()
      .map((x) => x * 2);
    'a-b'.replace(/-/g, '+');
    new Error('x').name = 'Mine';
    expect(changed()).toBeUndefined();
  });

  test.each<[string, object, PropertyKey]>([
    ['Array.prototype.sort', Array.prototype, 'sort'],
    ['Array.prototype[Symbol.iterator]', Array.prototype, Symbol.iterator],
    ['JSON.stringify', JSON, 'stringify'],
    ['Object.is', Object, 'is'],
    ['Math.abs', Math, 'abs'],
    ['Promise.prototype.then', Promise.prototype, 'then'],
    ['Number.isFinite', Number, 'isFinite'],
    ['Map.prototype.get', Map.prototype, 'get'],
    ['Map', globalThis, 'Map'],
  ])('%s replaced is named', (path, holder, key) => {
    expect(named(holder, key, () => true)).toBe(path);
  });

  test('a name added to every object is named, one added to arrays is not', () => {
    expect(named(Array.prototype, 'last', () => 1)).toBeUndefined();
    expect(named(Object.prototype, 'then', undefined)).toBe('Object.prototype.then');
  });

  test('Math.random may be another one: each evaluation has its own', () => {
    expect(named(Math, 'random', () => 0.5)).toBeUndefined();
  });
});
