/* What the page's address carries for inputs that ask for a place in it (`address: "k"` is `?k=…`), for both starts of an
   engine: opening.ts and main.ts. */

/** All parameters with their texts, in order. */
export function parameters(search: string): Readonly<Record<string, readonly string[]>> {
  const found = new URLSearchParams(search);
  return Object.fromEntries([...new Set(found.keys())].map((name) => [name, found.getAll(name)]));
}
