import { expect, test } from 'vitest';
import { neededBy, phases, unitById, unitByNumber, units } from './units.ts';

test('there are 83 steps with unique ids, numbered in order', () => {
  expect(units).toHaveLength(83);
  expect(new Set(units.map((u) => u.id)).size).toBe(83);
  expect(units.map((u) => u.number)).toEqual(units.map((_, i) => i + 1));
  for (const u of units) expect(u.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('there are 297 prerequisites, and each has a lower number', () => {
  expect(units.reduce((n, u) => n + u.needs.length, 0)).toBe(297);
  for (const u of units) for (const n of u.needs) expect(n, u.id).toBeLessThan(u.number);
  for (const u of units) expect(new Set(u.needs).size, u.id).toBe(u.needs.length);
});

test('phases are eleven, ascend with the numbers, and their sizes are those of the plan', () => {
  expect(phases.map((p) => p.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(phases.map((p) => units.filter((u) => u.phase === p.number).length)).toEqual([13, 8, 8, 5, 9, 5, 10, 8, 9, 5, 3]);
  for (let i = 1; i < units.length; i++) expect(units[i]!.phase).toBeGreaterThanOrEqual(units[i - 1]!.phase);
});

test('a unit is found by id and by number, and knows what needs it', () => {
  expect(unitById('nn-fundamentals')).toMatchObject({ number: 14, phase: 2, needs: [1, 2, 4, 9], title: 'Neural Network Fundamentals' });
  expect(unitByNumber(81)).toMatchObject({ label: 'C1', id: 'capstone-tool' });
  expect(unitById('tour')).toBeUndefined();
  expect(neededBy(14).map((u) => u.number)).toEqual([15]);
});
