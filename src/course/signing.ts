/* A signed record as a file: which bytes are signed, what the file holds, and what a verifier says of it. The record comes back byte
   for byte from any JSON reader because its canonical form is signed, not its layout. Pure: who has the key signs and verifies
   (view/progress/signature.ts). */

/** What is signed, and the public key with the signature over both. */
export interface SignedRecord {
  readonly algorithm: 'ECDSA-P256-SHA256';
  readonly key: PublicKey;
  readonly record: { readonly gradus: string; readonly [name: string]: unknown };
  /** base64url, 64 bytes, over the canonical JSON of everything else. */
  readonly signature: string;
}

/** A public key as JSON Web Key. */
export interface PublicKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** `foreign`: no progress file · `newer`: one that only a later version reads. */
export type Verdict = 'unchanged' | 'changed' | 'foreign' | 'newer';

/** JSON with sorted keys and without white space: one text for one value. `undefined` members are left out, as JSON does. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** The text that is signed. */
export const signedText = ({ algorithm, key, record }: Omit<SignedRecord, 'signature'>): string => canonical({ algorithm, key, record });

/** The file. */
export const printSigned = (signed: SignedRecord): string => `${JSON.stringify(signed, undefined, 2)}\n`;

/** Reads a file: a signed record, or why it is none. A record whose signature or key is misshapen has been changed. */
export function readSigned(text: string): SignedRecord | Exclude<Verdict, 'unchanged'> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return /"gradus":\s*"progress"/.test(text) ? 'changed' : 'foreign';
  }
  const file = fields(value);
  const record = fields(file?.['record']);
  if (file === undefined || record?.['gradus'] !== 'progress') return 'foreign';
  if (typeof record['version'] === 'number' && record['version'] > 1) return 'newer';
  const key = fields(file['key']);
  const sound =
    file['algorithm'] === 'ECDSA-P256-SHA256' &&
    typeof file['signature'] === 'string' &&
    key?.['kty'] === 'EC' &&
    key['crv'] === 'P-256' &&
    typeof key['x'] === 'string' &&
    typeof key['y'] === 'string';
  // What is not signed must not stand in the file as if it were.
  const known = Object.keys(file).every((name) => ['algorithm', 'key', 'record', 'signature'].includes(name));
  const written = (text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g) ?? []).filter((token) => token.endsWith(':')).length;
  return sound && known && written === membersIn(value) && isFinite(value) && Object.keys(key!).length === 4
    ? (file as unknown as SignedRecord)
    : 'changed';
}

/** Members of all objects: fewer than were written where a name stands twice, of which a reader sees the one and JSON the other. */
function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, item) => sum + membersIn(item), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

/** 1e999 is JSON, and no number that canonical JSON can say. */
const isFinite = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? Object.values(value).every(isFinite) : typeof value !== 'number' || Number.isFinite(value);

const fields = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
