/* Seeds by name: the same for the same engine, cell and place, and unrelated otherwise. */

/** A seed below 2^31 from a seed and a name: FNV-1a 32 of both, finished as in MurmurHash3. */
export function contentSeed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 1) | 0;
}
