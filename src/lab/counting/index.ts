/* `gradus:counting`: the same things plus a count of their use, for checks that judge cost by counts instead of milliseconds. What is
   counted behaves as what it was made from. */

export interface Counts {
  /** Elements read and written, calls made, values pulled from an iterator, returns of one that was left early. */
  reads: number;
  writes: number;
  calls: number;
  pulls: number;
  returns: number;
}

export interface Counted {
  readonly counts: Counts;
}

const fresh = (): Counts => ({ reads: 0, writes: 0, calls: 0, pulls: 0, returns: 0 });
const isIndex = (key: PropertyKey): boolean => typeof key === 'string' && /^(?:0|[1-9]\d*)$/.test(key);

type TypedArray =
  Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** An array that counts reads and writes of its elements (not of `length` and methods). Works as an array everywhere. A typed array
    stays one: its methods count what they go through, and a `subarray` counts into the same record. */
export function array<A extends TypedArray>(xs: A): A & Counted;
export function array<T>(xs: readonly T[]): T[] & Counted;
export function array(xs: readonly unknown[] | TypedArray): unknown {
  return ArrayBuffer.isView(xs) ? typed(xs.slice(), fresh()) : plain(xs);
}

function plain<T>(xs: readonly T[]): T[] & Counted {
  const counts = fresh();
  return new Proxy([...xs], {
    get(target, key, receiver) {
      if (key === 'counts') return counts;
      if (isIndex(key)) counts.reads++;
      return Reflect.get(target, key, receiver) as unknown;
    },
    set(target, key, value, receiver) {
      if (isIndex(key)) counts.writes++;
      return Reflect.set(target, key, value, receiver);
    },
    defineProperty(target, key, descriptor) {
      return Reflect.defineProperty(target, key, descriptor);
    },
  }) as T[] & Counted;
}

/** The methods of a typed array work on its memory, which a proxy has none of: they are called on the array behind. */
function typed(xs: TypedArray, counts: Counts): TypedArray & Counted {
  const proxy: TypedArray = new Proxy(xs, {
    get(target, key) {
      if (key === 'counts') return counts;
      if (isIndex(key)) counts.reads++;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        if (key === 'subarray') return typed(result as TypedArray, counts);
        if (key === 'set') counts.writes += (args[0] as ArrayLike<number>).length;
        else if (key === 'fill' || key === 'copyWithin') counts.writes += target.length;
        else counts.reads += key === 'at' ? 1 : key === 'slice' ? (result as TypedArray).length : target.length;
        return result === target ? proxy : result;
      };
    },
    set(target, key, value) {
      if (isIndex(key)) counts.writes++;
      return Reflect.set(target, key, value, target);
    },
  });
  return proxy as TypedArray & Counted;
}

/** A function that counts its calls. */
export function func<F extends (...args: never[]) => unknown>(f: F): F & Counted {
  const counts = fresh();
  const counted = function (this: unknown, ...args: never[]): unknown {
    counts.calls++;
    return f.apply(this, args);
  };
  Object.defineProperty(counted, 'length', { value: f.length });
  Object.defineProperty(counted, 'name', { value: f.name });
  return Object.assign(counted, { counts }) as unknown as F & Counted;
}

/** A comparator that counts comparisons. Default: numbers and strings in ascending order. */
export const comparator = <T>(f: (a: T, b: T) => number = ascending): ((a: T, b: T) => number) & Counted => func(f);
/** A distance that counts how often it was measured. */
export const distance = <T>(f: (a: T, b: T) => number): ((a: T, b: T) => number) & Counted => func(f);
const ascending = (a: unknown, b: unknown): number => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);

/** An iterable that counts the values pulled from it and the iterators that were closed before their end. */
export function iterable<T>(xs: Iterable<T>): Iterable<T> & Counted {
  const counts = fresh();
  return {
    counts,
    [Symbol.iterator](): Iterator<T> {
      const inner = xs[Symbol.iterator]();
      return {
        next: () => {
          counts.pulls++;
          return inner.next();
        },
        return: (value?: unknown) => {
          counts.returns++;
          return inner.return?.(value) ?? { done: true, value: value as T };
        },
      };
    },
  };
}

/** A Map that counts reads (`get`, `has`) and writes (`set`, `delete`). */
export function map<K, V>(entries: Iterable<readonly [K, V]> = []): Map<K, V> & Counted {
  const counts = fresh();
  class CountingMap extends Map<K, V> {
    override get(key: K): V | undefined {
      counts.reads++;
      return super.get(key);
    }
    override has(key: K): boolean {
      counts.reads++;
      return super.has(key);
    }
    override set(key: K, value: V): this {
      counts.writes++;
      return super.set(key, value);
    }
    override delete(key: K): boolean {
      counts.writes++;
      return super.delete(key);
    }
  }
  const counting = new CountingMap();
  for (const [key, value] of entries) counting.set(key, value);
  Object.assign(counts, fresh());
  return Object.assign(counting, { counts });
}

/** A data set that notes which rows were read: `seen` holds the indices that `rows[i]` (or `at(i)`, or a loop) asked for. Leaks from a
    test set into training show there. `rows` may be an array, or a typed array taken `width` numbers to a row. */
export function spyDataset<T extends { readonly rows: readonly unknown[] } | readonly unknown[]>(
  ds: T,
): T & { readonly seen: ReadonlySet<number> } {
  const seen = new Set<number>();
  const spied = (rows: readonly unknown[]): readonly unknown[] =>
    new Proxy(rows, {
      get(target, key, receiver) {
        if (key === 'seen') return seen;
        if (isIndex(key)) seen.add(Number(key));
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  if (Array.isArray(ds)) return spied(ds) as unknown as T & { readonly seen: ReadonlySet<number> };
  const { rows } = ds as { readonly rows: readonly unknown[] };
  if (!Array.isArray(rows)) throw new TypeError('spyDataset: expected an array of rows, or { rows } with one.');
  return { ...ds, rows: spied(rows), seen } as never;
}
