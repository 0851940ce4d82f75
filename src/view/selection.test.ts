import { afterEach, expect, test, vi } from 'vitest';
import { createSelection } from './selection.ts';

afterEach(() => vi.unstubAllGlobals());

test('the selection follows cells that are called otherwise, two that change places too', () => {
  vi.stubGlobal('document', { getElementById: () => null });
  let ids = ['a', 'b', 'c'];
  const root = { addEventListener: () => {}, removeEventListener: () => {}, querySelectorAll: () => [] };
  const selection = createSelection(root as unknown as HTMLElement, () => ids);
  selection.set('b', 'a');
  ids = ['b', 'loss', 'c'];
  selection.rename([
    ['a', 'b'],
    ['b', 'loss'],
  ]);
  expect(selection.head).toBe('loss');
  expect(selection.ids).toEqual(['b', 'loss']);
  selection.rename([['c', 'd']]);
  expect(selection.head).toBe('loss');
});
