/* Signs a reader's progress with a key of this browser, and verifies such files. The private key is made by WebCrypto as one that
   cannot be read out, and lies in the store's settings as the browser's own object; the public one travels with each file. */

import { printSigned, readSigned, signedText, type PublicKey, type SignedRecord, type Verdict } from '../../course/signing.ts';
import type { ProgressRecord } from '../../course/progress.ts';
import type { Store } from '../../store/types.ts';

type Settings = Pick<Store, 'setting' | 'saveSetting'>;

/** Where the key lies. Archives leave it out. */
export const keySetting = 'signing-key';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signing = { name: 'ECDSA', hash: 'SHA-256' };

/** The file with the record, its key and the signature. */
export async function signed(record: ProgressRecord, store: Settings): Promise<string> {
  const { privateKey, publicKey } = await keysOf(store);
  const body = {
    algorithm: 'ECDSA-P256-SHA256',
    key: await told(publicKey),
    record: record as unknown as SignedRecord['record'],
  } as const;
  const signature = await subtle().sign(signing, privateKey, new TextEncoder().encode(signedText(body)));
  return printSigned({ ...body, signature: base64url(new Uint8Array(signature)) });
}

export interface Verification {
  readonly verdict: Verdict;
  /** What the file says, where it is whole. */
  readonly record?: ProgressRecord;
  /** Signed by the key that this browser has now. */
  readonly own?: boolean;
  /** First 16 digits of the key's SHA-256: two files of one browser show the same. */
  readonly fingerprint?: string;
}

/** Whether a file is as it was signed. */
export async function verified(text: string, store: Settings): Promise<Verification> {
  const file = readSigned(text);
  if (typeof file === 'string') return { verdict: file };
  try {
    const key = await subtle().importKey('jwk', { ...file.key, ext: true }, algorithm, true, ['verify']);
    const bytes = fromBase64url(file.signature);
    if (!(await subtle().verify(signing, key, bytes, new TextEncoder().encode(signedText(file))))) return { verdict: 'changed' };
  } catch (error) {
    if (typeof crypto === 'undefined' || (crypto.subtle as SubtleCrypto | undefined) === undefined) throw error;
    return { verdict: 'changed' };
  }
  const mine = await store.setting(keySetting).catch(() => undefined);
  const own = isPair(mine) && same(await told(mine.publicKey), file.key);
  return { verdict: 'unchanged', record: file.record as unknown as ProgressRecord, own, fingerprint: await fingerprintOf(file.key) };
}

async function keysOf(store: Settings): Promise<CryptoKeyPair> {
  const kept = await store.setting(keySetting);
  if (isPair(kept)) return kept;
  const made = (await subtle().generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair;
  const pair = { privateKey: made.privateKey, publicKey: made.publicKey };
  await store.saveSetting(keySetting, pair);
  return pair;
}

const isPair = (value: unknown): value is CryptoKeyPair =>
  typeof CryptoKey !== 'undefined' &&
  typeof value === 'object' &&
  value !== null &&
  (value as Partial<CryptoKeyPair>).privateKey instanceof CryptoKey &&
  (value as Partial<CryptoKeyPair>).publicKey instanceof CryptoKey;

async function told(key: CryptoKey): Promise<PublicKey> {
  const { x = '', y = '' } = await subtle().exportKey('jwk', key);
  return { kty: 'EC', crv: 'P-256', x, y };
}

const same = (a: PublicKey, b: PublicKey): boolean => a.x === b.x && a.y === b.y;

async function fingerprintOf({ x, y }: PublicKey): Promise<string> {
  const hash = new Uint8Array(await subtle().digest('SHA-256', new TextEncoder().encode(`${x}.${y}`)));
  return [...hash.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function subtle(): SubtleCrypto {
  const found = typeof crypto === 'undefined' ? undefined : (crypto.subtle as SubtleCrypto | undefined);
  if (found === undefined)
    throw new Error('This browser signs nothing on a page without a secure connection. Open the site by https or on localhost.');
  return found;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
