/* Numbers of 16 bits (IEEE binary16) to and from ordinary ones. */

/** The number that 16 bits of IEEE binary16 stand for; exact. */
export function fromHalf(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/** IEEE binary16 bits of a number, rounded to nearest, ties to even. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  // In units of the last place; a carry into the next power of two gives its bits by itself.
  const scaled = size * 2 ** (10 - exponent);
  let units = Math.floor(scaled);
  if (scaled - units > 0.5 || (scaled - units === 0.5 && units % 2 === 1)) units++;
  return sign | (((exponent + 14) << 10) + units);
}
