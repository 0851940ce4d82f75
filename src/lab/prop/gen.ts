/* Generators of cases: what fast-check makes, with options of the course and a size that is known only when a law runs. A generator
   is described once and built for each `forAll`; small cases come first, and what fails is shrunk. */

import {
  array as fcArray,
  boolean,
  constant,
  constantFrom,
  date as fcDate,
  double,
  integer,
  jsonValue,
  oneof,
  record as fcRecord,
  shuffledSubarray,
  string,
  tuple as fcTuple,
  uint8Array,
  uniqueArray,
  type Arbitrary,
} from 'fast-check';

const mostRefused = 1000;

/** Makes cases of type T. */
export class Gen<T> {
  /** @internal Builds the arbitrary for cases of at most `size`; `note` counts labels. */
  readonly build: (size: number, note: (label: string) => void) => Arbitrary<T>;
  constructor(build: (size: number, note: (label: string) => void) => Arbitrary<T>) {
    this.build = build;
  }
  map<U>(f: (x: T) => U): Gen<U> {
    return new Gen((size, note) => this.build(size, note).map(f));
  }
  filter(keep: (x: T) => boolean): Gen<T> {
    return new Gen((size, note) => {
      let refused = 0;
      return this.build(size, note).filter((x) => {
        if (keep(x)) {
          refused = 0;
          return true;
        }
        if (++refused > mostRefused)
          throw new RangeError(
            `gen.filter: ${mostRefused} cases in a row were thrown away. Make the generator produce what the filter keeps.`,
          );
        return false;
      });
    });
  }
  chain<U>(f: (x: T) => Gen<U>): Gen<U> {
    return new Gen((size, note) => this.build(size, note).chain((x) => gen(f(x), 'chain').build(size, note)));
  }
  /** Counts cases by what `of` says of them (a word, or undefined for none); a check may ask for shares by `need`. */
  label(of: string | ((x: T) => string | undefined)): Gen<T> {
    return new Gen((size, note) =>
      this.build(size, note).map((x) => {
        const word = typeof of === 'string' ? of : of(x);
        if (word !== undefined) note(word);
        return x;
      }),
    );
  }
}

/** `x`, if it is a generator. */
export function gen<T>(x: Gen<T>, where: string): Gen<T> {
  if (!(x instanceof Gen)) throw new TypeError(`${where}: expected a generator such as gen.int(0, 9), got ${typeof x}.`);
  return x;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}
type Bounds = readonly [options?: Range] | readonly [min: number, max: number];

function bounds(where: string, given: Bounds, min: number, max: number): { readonly min: number; readonly max: number } {
  const [first, second] = given;
  const range = typeof first === 'number' ? { min: first, max: second } : { min: first?.min ?? min, max: first?.max ?? max };
  if (!(typeof range.min === 'number' && typeof range.max === 'number' && range.min <= range.max))
    throw new RangeError(`${where}: expected min ≤ max, got ${String(range.min)} and ${String(range.max)}.`);
  return { min: range.min, max: range.max };
}

const lengths = (where: string, { min = 0, max }: Range, size: number): { readonly minLength: number; readonly maxLength: number } => {
  const most = max ?? Math.max(min, size);
  if (!(Number.isInteger(min) && Number.isInteger(most) && min >= 0 && min <= most))
    throw new RangeError(`${where}: expected whole lengths min ≤ max, got ${min} and ${most}.`);
  return { minLength: min, maxLength: most };
};
/** As likely to be short as long, since laws break at the ends. */
const anyLength = { size: 'max' } as const;

/** Whole numbers from `min` to `max`, both included. Default: -1000 to 1000. */
const int = (...given: Bounds): Gen<number> => {
  const range = bounds('gen.int', given, -1000, 1000);
  return new Gen(() => integer(range));
};

interface FloatOptions extends Range {
  /** NaN, ±Infinity and −0 too. Default: false. */
  readonly special?: boolean;
}

/** Finite numbers from `min` to `max`, round ones among them. Default: -1000 to 1000. */
const float = (...given: readonly [options?: FloatOptions] | readonly [min: number, max: number]): Gen<number> => {
  const range = bounds('gen.float', given, -1000, 1000);
  const special = typeof given[0] === 'object' && given[0].special === true;
  const plain = double({ ...range, noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
  const round = integer({ min: Math.ceil(range.min), max: Math.max(Math.ceil(range.min), Math.floor(range.max)) });
  const both =
    Number.isInteger(range.min) || Math.ceil(range.min) <= Math.floor(range.max) ? oneof({ arbitrary: plain, weight: 3 }, round) : plain;
  return new Gen(() => (special ? oneof({ arbitrary: both, weight: 5 }, constantFrom(NaN, Infinity, -Infinity, -0)) : both));
};

interface TextOptions extends Range {
  /** Letters to draw from; default: printable ASCII with some signs beyond it. */
  readonly alphabet?: string;
}

const text = (options: TextOptions = {}): Gen<string> =>
  new Gen((size) => {
    const { minLength, maxLength } = lengths('gen.text', options, size);
    const unit = options.alphabet === undefined ? undefined : constantFrom(...options.alphabet);
    return string({ minLength, maxLength, ...anyLength, ...(unit ? { unit } : { unit: 'grapheme' }) });
  });

interface ArrayOptions<T> extends Range {
  /** No two alike, by `Object.is` or by this key. */
  readonly unique?: boolean | ((x: T) => unknown);
}

const array = <T>(of: Gen<T>, options: ArrayOptions<T> = {}): Gen<T[]> => {
  gen(of, 'gen.array');
  return new Gen((size, note) => {
    const range = { ...lengths('gen.array', options, size), ...anyLength };
    const { unique } = options;
    if (!unique) return fcArray(of.build(size, note), range);
    return uniqueArray(of.build(size, note), {
      ...range,
      ...(typeof unique === 'function' ? { selector: unique } : { comparator: 'SameValue' as const }),
    });
  });
};

export interface Graph {
  /** Nodes are 0 … nodes − 1. */
  readonly nodes: number;
  /** `[from, to]`, with a weight where one was asked for. */
  readonly edges: readonly (readonly [from: number, to: number, weight?: number])[];
}

interface GraphOptions extends Range {
  readonly directed?: boolean;
  /** Edges carry a weight drawn from this. */
  readonly weight?: Gen<number>;
  /** Edges from a node to itself. Default: false. */
  readonly loops?: boolean;
}

/** Graphs of `min` to `max` nodes (default 1 to size), each edge at most once. */
const graph = (options: GraphOptions = {}): Gen<Graph> =>
  edgesOf('gen.graph', options, (a, b) => (options.loops === true || a !== b) && (options.directed === true || a <= b));

/** Directed graphs without a cycle: edges lead from a smaller number to a larger, then nodes are renumbered at random. */
const dag = (options: Omit<GraphOptions, 'directed' | 'loops'> = {}): Gen<Graph> =>
  edgesOf('gen.dag', options, (a, b) => a < b).chain(({ nodes, edges }) =>
    permutation(nodes).map((order) => ({
      nodes,
      edges: edges.map(([a, b, ...weight]) => [order[a]!, order[b]!, ...weight] as const),
    })),
  );

function edgesOf(where: string, options: GraphOptions, allowed: (a: number, b: number) => boolean): Gen<Graph> {
  return new Gen((size, note) => {
    const { minLength, maxLength } = lengths(where, { min: 1, ...options }, size);
    return integer({ min: minLength, max: maxLength }).chain((nodes) => {
      const pairs = Array.from({ length: nodes * nodes }, (_, i): [number, number] => [Math.floor(i / nodes), i % nodes]).filter(([a, b]) =>
        allowed(a, b),
      );
      const picked =
        pairs.length === 0 ? constant([]) : shuffledSubarray(pairs, { minLength: 0, maxLength: Math.min(pairs.length, 4 * nodes) });
      const { weight } = options;
      return weight === undefined
        ? picked.map((edges): Graph => ({ nodes, edges }))
        : picked.chain((edges) =>
            fcTuple(...edges.map(() => weight.build(size, note))).map((weights): Graph => ({
              nodes,
              edges: edges.map(([a, b], i) => [a, b, weights[i]!] as const),
            })),
          );
    });
  });
}

/** Rooted trees of `min` to `max` nodes: `parent[0]` is −1, every other node's parent has a smaller number. */
const tree = (options: Range = {}): Gen<{ readonly nodes: number; readonly parent: readonly number[] }> =>
  new Gen((size) => {
    const { minLength, maxLength } = lengths('gen.tree', { min: 1, ...options }, size);
    return integer({ min: minLength, max: maxLength })
      .chain((nodes) => fcTuple(...Array.from({ length: nodes - 1 }, (_, i) => integer({ min: 0, max: i }))))
      .map((parents) => ({ nodes: parents.length + 1, parent: [-1, ...parents] }));
  });

interface MatrixOptions {
  /** A number, or `[min, max]`. Default: 1 to size. */
  readonly rows?: number | readonly [number, number];
  readonly cols?: number | readonly [number, number];
  readonly of?: Gen<number>;
}

/** Arrays of rows of one length. */
const matrix = ({ rows, cols, of = float(-10, 10) }: MatrixOptions = {}): Gen<number[][]> =>
  new Gen((size, note) => {
    const extent = (given: MatrixOptions['rows']): Arbitrary<number> =>
      typeof given === 'number' ? constant(given) : integer({ min: given?.[0] ?? 1, max: given?.[1] ?? size });
    return fcTuple(extent(rows), extent(cols)).chain(([m, n]) =>
      fcArray(fcArray(of.build(size, note), { minLength: n, maxLength: n }), { minLength: m, maxLength: m }),
    );
  });

interface TensorOptions {
  /** Sizes: a number, `[min, max]`, or null for 1 to size. Default: up to three axes of 1 to 4. */
  readonly shape?: readonly (number | readonly [number, number] | null)[];
  readonly of?: Gen<number>;
}

/** A shape and its numbers, row-major: what any class of tensors can be made from. */
const tensor = ({ shape, of = float(-10, 10) }: TensorOptions = {}): Gen<{ readonly shape: number[]; readonly data: number[] }> =>
  new Gen((size, note) => {
    const extents: Arbitrary<number[]> =
      shape === undefined
        ? fcArray(integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 3, ...anyLength })
        : (fcTuple(
            ...shape.map((d) => (typeof d === 'number' ? constant(d) : integer({ min: d?.[0] ?? 1, max: d?.[1] ?? size }))),
          ) as Arbitrary<number[]>);
    return extents.chain((sizes) => {
      const length = sizes.reduce((product, d) => product * d, 1);
      return fcArray(of.build(size, note), { minLength: length, maxLength: length }).map((data) => ({ shape: sizes, data }));
    });
  });

/** Orders of 0 … n − 1, or of the given things. */
function permutation(n: number): Gen<number[]>;
function permutation<T>(things: readonly T[]): Gen<T[]>;
function permutation<T>(of: number | readonly T[]): Gen<(T | number)[]> {
  const all: (T | number)[] = typeof of === 'number' ? Array.from({ length: of }, (_, i) => i) : [...of];
  return new Gen(() => shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
}

export const generators = {
  int,
  float,
  bool: (): Gen<boolean> => new Gen(() => boolean()),
  text,
  bytes: (options: Range = {}): Gen<Uint8Array> => new Gen((size) => uint8Array({ ...lengths('gen.bytes', options, size), ...anyLength })),
  json: (): Gen<unknown> => new Gen(() => jsonValue({ maxDepth: 3 })),
  date: ({ min = new Date(0), max = new Date('2100-01-01') }: { readonly min?: Date; readonly max?: Date } = {}): Gen<Date> =>
    new Gen(() => fcDate({ min, max, noInvalidDate: true })),
  array,
  tuple: <T extends readonly unknown[]>(...parts: { readonly [K in keyof T]: Gen<T[K]> }): Gen<T> =>
    new Gen((size, note) => fcTuple(...parts.map((part) => gen(part, 'gen.tuple').build(size, note))) as unknown as Arbitrary<T>),
  record: <T extends object>(parts: { readonly [K in keyof T]: Gen<T[K]> }): Gen<T> =>
    new Gen(
      (size, note) =>
        fcRecord(
          Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, gen(part as Gen<unknown>, 'gen.record').build(size, note)])),
        ) as unknown as Arbitrary<T>,
    ),
  oneOf: <T>(...parts: readonly Gen<T>[]): Gen<T> =>
    new Gen((size, note) => oneof(...parts.map((part) => gen(part, 'gen.oneOf').build(size, note)))),
  constant: <T>(x: T): Gen<T> => new Gen(() => constant(x)),
  permutation,
  graph,
  dag,
  tree,
  matrix,
  tensor,
};
