import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentHash, fnv1a32 } from './hash.ts';

test('fnv1a32 gives the published answers', () => {
  expect(fnv1a32('')).toBe(0x811c9dc5);
  expect(fnv1a32('a')).toBe(0xe40c292c);
  expect(fnv1a32('foobar')).toBe(0xbf9cf968);
});

test('fnv1a32 hashes the UTF-8 bytes of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let hash = 0x811c9dc5;
      for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
      expect(fnv1a32(text)).toBe(hash >>> 0);
    }),
    { seed: 1, numRuns: 200 },
  );
  expect(fnv1a32('\ud800')).toBe(fnv1a32('\ufffd'));
});

test('contentHash is 16 hex digits, and 20,000 near texts have different ones', () => {
  const seen = new Set(Array.from({ length: 20_000 }, (_, i) => contentHash(`const x = ${i};`)));
  expect(seen.size).toBe(20_000);
  for (const hash of seen) expect(hash).toMatch(/^[0-9a-f]{16}$/);
});
