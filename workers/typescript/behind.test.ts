import { expect, test } from 'vitest';
import { Behind } from './behind.ts';

test('the last 64 values are held, older ones as long as something else holds them', () => {
  const behind = new Behind();
  const kept = { a: 1 };
  behind.set(0, kept);
  behind.set(1, 'a long text');
  for (let key = 2; key < 70; key++) behind.set(key, { key });
  expect(behind.get(0)).toBe(kept); // weakly by now
  expect(behind.get(1)).toBeUndefined();
  expect(behind.get(69)).toEqual({ key: 69 });
});

test('a key that is set again holds its new value, and none where nothing stands behind it', () => {
  const behind = new Behind();
  behind.set(0, [1]);
  behind.set(0, [2]);
  expect(behind.get(0)).toEqual([2]);
  behind.set(0, undefined);
  expect(behind.get(0)).toBeUndefined();
});

test('an output that is replaced over and over does not push others out', () => {
  const behind = new Behind();
  behind.set(0, 'first');
  for (let i = 0; i < 1000; i++) behind.set(1, { i });
  expect(behind.get(0)).toBe('first');
});
