/* Whether two stored records are the same: plain data, dates, typed arrays, maps and sets by content. A Blob counts by size and type,
   since its bytes cannot be read while a transaction lasts. */

export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof Blob) return a.size === (b as Blob).size && a.type === (b as Blob).type;
  if (a instanceof ArrayBuffer) return isEqual(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) return listsEqual(a as unknown as unknown[], b as unknown as unknown[]);
  if (Array.isArray(a)) return listsEqual(a, b as unknown[]);
  if (a instanceof Map || a instanceof Set) return listsEqual([...a], [...(b as Set<unknown>)]);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

const listsEqual = (a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isEqual(a[i], b[i])) return false;
  return true;
};
