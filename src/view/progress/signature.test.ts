import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { recordOf, type ProgressRecord } from '../../course/progress.ts';
import { standingOf } from '../../course/mastery.ts';
import { openStore, type Store } from '../../store/index.ts';
import { keySetting, signed, verified } from './signature.ts';

let store: Store;
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  store = await openStore();
});
const unit = {
  id: 'u',
  title: 'Ünit “1”',
  number: 1,
  exercises: [{ id: 'dot', title: 'Dot' }],
  pass: [{ run: 'r', metric: 'acc', min: 0.9 }],
};
const record = (): ProgressRecord =>
  recordOf(
    [standingOf(unit, { answers: [{ exercise: 'dot', attempts: 2, hints: 1, passed: 5, time: 5 }], runs: [], reviews: [] })],
    [],
    1e12,
  );

test('what this browser signed is unchanged, also laid out otherwise; the key stays the same and cannot be read out', async () => {
  const file = await signed(record(), store);
  expect(await verified(file, store)).toMatchObject({ verdict: 'unchanged', own: true, record: { units: [{ title: 'Ünit “1”' }] } });
  const again = await signed(record(), store);
  const minified = JSON.stringify(JSON.parse(again));
  expect((await verified(minified, store)).fingerprint).toBe((await verified(file, store)).fingerprint);
  const { privateKey } = (await store.setting(keySetting)) as CryptoKeyPair;
  expect(privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('jwk', privateKey)).rejects.toThrow();
});

test('the file of another browser is unchanged, and not from here', async () => {
  const file = await signed(record(), store);
  await store.saveSetting(keySetting, undefined);
  expect(await verified(file, store)).toMatchObject({ verdict: 'unchanged', own: false });
});

test('one changed letter of what it says is noticed', async () => {
  const file = await signed(record(), store);
  const places = [...file.matchAll(/[0-9a-z]/gi)].map(({ index }) => index);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom(...'abz059'), async (at, letter) => {
      const other = file.slice(0, at) + letter + file.slice(at + 1);
      fc.pre(other !== file);
      // The last letter of base64 has bits that say nothing.
      fc.pre(JSON.parse(file).signature.slice(0, -1) !== safe(other)?.signature?.slice(0, -1) || !sameButSignature(file, other));
      expect(['changed', 'foreign', 'newer']).toContain((await verified(other, store)).verdict);
    }),
    { seed: 5, numRuns: 150 },
  );
});

const safe = (text: string): { signature?: string } | undefined => {
  try {
    return JSON.parse(text) as { signature?: string };
  } catch {
    return undefined;
  }
};
const sameButSignature = (a: string, b: string): boolean => {
  const strip = (text: string): string => JSON.stringify({ ...safe(text), signature: '' });
  return strip(a) === strip(b);
};

test('a forger with a key of their own is told apart by the key', async () => {
  const file = await signed(record(), store);
  await store.saveSetting(keySetting, undefined);
  const forged = await signed({ ...record(), made: 'forged' }, store);
  const [a, b] = [await verified(file, store), await verified(forged, store)];
  expect(b.verdict).toBe('unchanged');
  expect(a.fingerprint).not.toBe(b.fingerprint);
});
