/* Sizes as the interface writes them (look.md 11): 84 MB, 1.2 MB, 12 kB. */

/** Decimal units; below 1 kB the bytes themselves. */
export function bytes(count: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const)
    if (count >= size * 0.9995) return `${count >= size * 9.95 ? Math.round(count / size) : (count / size).toFixed(1)} ${unit}`;
  return `${Math.round(count)} B`;
}
