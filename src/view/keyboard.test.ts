import { describe, expect, test } from 'vitest';
import { commandTable } from './commands/table.ts';
import { keysOf } from './keyboard.ts';

const press = (key: string, more: Partial<KeyboardEvent> = {}): string =>
  keysOf({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

describe('keys are named as the table writes them', () => {
  test('letters, signs, named keys and chords', () => {
    expect(press('a')).toBe('A');
    expect(press('B', { shiftKey: true })).toBe('Shift+B');
    expect(press('?', { shiftKey: true, code: 'Slash' })).toBe('?');
    expect(press('_', { shiftKey: true, ctrlKey: true, code: 'Minus' })).toBe('Mod+Shift+-');
    expect(press('ArrowUp', { altKey: true })).toBe('Alt+ArrowUp');
    expect(press('K', { metaKey: true, shiftKey: true })).toBe('Mod+Shift+K');
    expect(press('0')).toBe('0');
  });
});

describe('the table', () => {
  test('no keys stand for two commands in the same place', () => {
    const places = (where: string | undefined): readonly string[] =>
      where === undefined ? ['everywhere', 'command', 'cell'] : where === 'cell' ? ['cell', 'command'] : [where];
    const taken = new Map<string, string>();
    for (const { id, keys, where, exercise } of commandTable.map((row) => ({
      keys: [] as readonly string[],
      where: undefined,
      exercise: false,
      ...row,
    })))
      for (const key of keys)
        for (const place of places(where)) {
          const slot = `${exercise ? 'exercise, ' : ''}${place} ${key}`;
          expect(`${slot}: ${taken.get(slot) ?? id}`).toBe(`${slot}: ${id}`);
          taken.set(slot, id);
        }
  });
  test('every id is there once', () => {
    expect(new Set(commandTable.map(({ id }) => id)).size).toBe(commandTable.length);
  });
});
