import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNotebook } from '../../document/index.ts';
import type { StoredNotebook } from '../../store/types.ts';
import { findEntries, idOf, makeEntries, retitled } from './entries.ts';

const stored = (id: string, title: string, updatedAt: number, more: Partial<StoredNotebook> = {}): StoredNotebook => ({
  id,
  title,
  text: `text of ${id}`,
  revision: 1,
  createdAt: 0,
  updatedAt,
  ...more,
});
const shipped = [
  { id: 'tour', title: 'A tour', about: 'cells' },
  { id: 'nn', title: 'Networks', about: '', label: '14' },
];

test('a copy of a step stands with its number, an example that was not changed is listed once', () => {
  const entries = makeEntries([stored('a', 'Mine', 1), stored('nn', 'Networks', 2, { shippedHash: 'h' })], shipped);
  expect(entries.map(({ id, kind, label }) => [id, kind, label])).toEqual([
    ['a', 'own', undefined],
    ['nn', 'copy', '14'],
    ['tour', 'example', undefined],
  ]);
  const again = makeEntries([stored('a', 'Mine', 1), stored('nn', 'Networks', 3, { shippedHash: 'h' })], shipped, entries);
  expect(again.map((entry, i) => entry === entries[i])).toEqual([true, false, true]);
});

test('names are found before texts, and each order holds within', () => {
  const entries = makeEntries([stored('a', 'Softmax', 1), stored('b', 'Other', 9, { text: 'a softmax' }), stored('c', 'Softmax 2', 5)], []);
  const found = (order: 'changed' | 'title'): string[] => findEntries(entries, 'soft', order).map(({ entry }) => entry.id);
  expect(found('changed')).toEqual(['c', 'a', 'b']);
  expect(found('title')).toEqual(['a', 'c', 'b']);
  expect(findEntries(entries, 'soft max', 'title').map(({ inText }) => inText)).toEqual([false, false, true]);
  expect(findEntries(entries, 'nowhere', 'title')).toEqual([]);
});

test('a notebook has the title that it was given, whatever is in it, and the rest of its text stays', () => {
  const body = '\n\nProse with title: in it\n\n```ts\n1\n```\n';
  const title = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== '' && !/[\p{Cc}\u2028\u2029\uFEFF]/u.test(text));
  fc.assert(
    fc.property(title, fc.constantFrom('title: Old', 'title: "Old: one"', 'minutes: 5', 'title: >\n  Old\n  one'), (wanted, line) => {
      const next = retitled(`---\ngradus: 1\n${line}\nid: n\n---${body}`, wanted);
      expect(parseNotebook(next).front?.title).toBe(wanted.trim().replace(/\s+/g, ' '));
      expect(parseNotebook(next).front?.id).toBe('n');
      expect(next.endsWith(body)).toBe(true);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('a heading that opens the text is the title that readers see, so it changes too', () => {
  const text = '---\ngradus: 1\ntitle: Old\n---\n\n# Old\n\nLede.\n\n# Old\n';
  expect(retitled(text, 'New [x]')).toBe('---\ngradus: 1\ntitle: New [x]\n---\n\n# New \\[x\\]\n\nLede.\n\n# Old\n'.replace('title: New [x]', 'title: "New [x]"'));
});

test('titles become ids', () => {
  expect(['Fit of a line', 'Café résumé', '  --  ', 'Τίτλος 2', 'a/b#c'].map(idOf)).toEqual(['fit-of-a-line', 'cafe-resume', '', 'τιτλος-2', 'a-b-c']);
});
