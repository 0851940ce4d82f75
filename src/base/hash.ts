/* Two hashes of text, both synchronous. `fnv1a32` is part of the public contract: it turns a cell's id into the index of
   its random generator. `contentHash` names a text in caches and never leaves this version; neither is for security. */

/** FNV-1a, 32 bits, over the UTF-8 bytes of `text`; in [0, 2^32). Lone surrogates count as U+FFFD, as TextEncoder has it. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  const eat = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (const letter of text) {
    let point = letter.codePointAt(0)!;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) {
      eat(point);
      continue;
    }
    if (point < 0x800) eat(0xc0 | (point >> 6));
    else {
      if (point < 0x10000) eat(0xe0 | (point >> 12));
      else {
        eat(0xf0 | (point >> 18));
        eat(0x80 | ((point >> 12) & 0x3f));
      }
      eat(0x80 | ((point >> 6) & 0x3f));
    }
    eat(0x80 | (point & 0x3f));
  }
  return hash >>> 0;
}

/** 64 bits of `text` as 16 hex digits (two lanes of multiply and mix over its UTF-16 code units). */
export function contentHash(text: string): string {
  let a = 0xdeadbeef,
    b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b >>> 0).toString(16).padStart(8, '0') + (a >>> 0).toString(16).padStart(8, '0');
}
