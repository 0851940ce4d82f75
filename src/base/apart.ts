/* Tables whose entries the build may put into parts of their own (scripts/parts.mjs): what no program names is not loaded. In the
   source a table is what it says, and nothing here does anything. In the build an entry may be a door, `[part, key]`: its part is
   asked for ahead where a program mentions the name (`fetchParts`), else at the very moment the entry is used, so every way
   to a name works: destructured, renamed, computed.

   A part is a classic script that leaves what it declares in one shared object. How it is loaded at once is the host's business
   (`provideParts`): importScripts in a worker. */

type Door = readonly [part: number, key: string];
type Row = readonly unknown[];

/** How the parts of this build are loaded; each is run once. */
export interface PartLoader {
  /** Fetches and runs a part at once. Throws where it cannot. */
  now(file: string): void;
  /** Fetches a part; what it resolves to runs it. */
  ahead(file: string): Promise<() => void>;
}

/** What the scripts of one library share: the build puts it around each of them. */
declare const $shared: Record<string, unknown>;
const shared: Record<string, unknown> = typeof $shared === 'undefined' ? {} : $shared;
/** The global name under which a part finds it while it is run, and at no other time: a cell has no names but those it should. */
declare const __SHARED__: string;

/** Of each part: file, numbers of the parts that it needs, name. The build writes it here. */
declare const __PARTS__: readonly (readonly [file: string, needs: readonly number[], name: string])[];
const parts: typeof __PARTS__ = typeof __PARTS__ === 'undefined' ? [] : __PARTS__;

let loader: PartLoader | undefined;
const present = new Set<number>();
/** Parts that are on their way. */
const coming = new Map<number, Promise<() => void>>();
/** Which part a mentioned name lies in. */
const mentions = new Map<string, Set<number>>();

/** `isDoor` is false for everything in the source. */
const isDoor = (value: unknown): value is Door => parts.length > 0 && Array.isArray(value) && typeof value[1] === 'string';

/** The host of the library calls it before cells run. */
export function provideParts(next: PartLoader): void {
  loader = next;
}

function note(name: string, [part]: Door): void {
  const known = mentions.get(name);
  if (known) known.add(part);
  else mentions.set(name, new Set([part]));
}

/** What lies behind a door; its part is loaded at once where it is not there. `name`: what a reader knows it by, or ''. */
function opened([part, key]: Door, name: string): unknown {
  if (!present.has(part)) {
    try {
      for (const one of missingOf([part])) {
        run(one, () => loader!.now(parts[one - 1]![0]));
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${name ? `${name}: expected the part of the library that it lies in, which` : 'A part of the library that this needs'} could not be loaded (${why}). Check the connection, then run the cell again.`,
        { cause: error },
      );
    }
  }
  return shared[key];
}

function run(part: number, script: () => void): void {
  const scope = globalThis as Record<string, unknown>;
  scope[__SHARED__] = shared;
  try {
    script();
  } finally {
    delete scope[__SHARED__];
  }
  present.add(part);
}

/** Tables that were handed over, for `openAll`. */
const tables: object[] = [];

/** Loads every part and opens every door: from then on nothing is looked for in the shared object, which may be hidden. */
export function openAll(): void {
  for (const table of tables) Object.values(table);
}

/** The parts that are to be loaded for these, those needed first. */
function missingOf(wanted: Iterable<number>, found: number[] = []): number[] {
  for (const part of wanted) {
    if (present.has(part) || found.includes(part)) continue;
    missingOf(parts[part - 1]![1], found);
    found.push(part);
  }
  return found;
}

/** Loads ahead what lies behind the names that a program mentions; `device`: also what of it is that device's. Undefined where nothing is missing. */
export function fetchParts(names: Iterable<string>, device?: string): Promise<void> | undefined {
  const wanted = new Set<number>();
  for (const name of names) {
    for (const part of mentions.get(name) ?? []) {
      wanted.add(part);
      const beside = device ? parts.findIndex(([, , other]) => other === `${parts[part - 1]![2]}-${device}`) : -1;
      if (beside >= 0) wanted.add(beside + 1);
    }
  }
  const missing = missingOf(wanted);
  if (missing.length === 0 || !loader) return undefined;
  return Promise.all(missing.map(ahead)).then((runs) => {
    runs.forEach((script, i) => {
      // Meanwhile it may have been needed at once.
      if (!present.has(missing[i]!)) run(missing[i]!, script);
    });
  });
}

function ahead(part: number): Promise<() => void> {
  let fetched = coming.get(part);
  if (!fetched) {
    coming.set(part, (fetched = loader!.ahead(parts[part - 1]![0])));
    fetched.catch(() => coming.delete(part)); // the network may come back
  }
  return fetched;
}

/** A table of functions or classes whose entries may lie apart. `table`: its name, by which the build knows it. */
export function apart<T extends object>(table: string, entries: T): T {
  if (parts.length) tables.push(entries);
  for (const name of parts.length ? Object.keys(entries) : []) {
    const value = (entries as Record<string, unknown>)[name];
    if (!isDoor(value)) continue;
    if (!/^kernels|^methods/.test(table)) note(name, value); // operations of devices are nothing that a program names
    Object.defineProperty(entries, name, {
      get(this: object) {
        const found = opened(value, table === 'library' ? '' : name); // whose keys are no names of a cell
        Reflect.defineProperty(this, name, { value: found, enumerable: true, writable: true, configurable: true });
        return found;
      },
      set(this: object, next: unknown) {
        Reflect.defineProperty(this, name, { value: next, enumerable: true, writable: true, configurable: true });
      },
      enumerable: true,
      configurable: true,
    });
  }
  return entries;
}

/** The same for functions, which are there without their part: to call one opens its door. All bear the names of their keys. */
export function apartFunctions<T extends object>(table: string, entries: T): T {
  for (const [name, value] of parts.length ? Object.entries(entries) : []) {
    if (isDoor(value)) {
      note(name, value);
      let found: ((...args: unknown[]) => unknown) | undefined;
      const open = (): NonNullable<typeof found> => (found ??= opened(value, name) as NonNullable<typeof found>);
      (entries as Record<string, unknown>)[name] = (...args: unknown[]) => open()(...args);
      tables.push(Object.defineProperty({}, name, { get: open, enumerable: true }));
    }
    Object.defineProperty((entries as Record<string, unknown>)[name], 'name', { value: name });
  }
  return entries;
}

/** The same for classes, which keep their names behind a bundler: they stand in messages and in the text of a module. */
export function apartClasses<T extends object>(table: string, entries: T): T {
  apart(table, entries);
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(entries)))
    if (typeof value === 'function' && (value as { name: string }).name !== name) Object.defineProperty(value, 'name', { value: name });
  return entries;
}

/** The same for rows `[signature, where, function, …]`. Behind a door lie signature and function; the row itself says `name(`, and its
    function has the `signature`. */
export function apartRows<R extends readonly Row[]>(_table: string, rows: R): R {
  if (parts.length === 0) return rows;
  return rows.map((row) =>
    row.map((cell) => {
      if (!isDoor(cell)) return cell;
      const name = (row[0] as string).slice(0, -1);
      note(name, cell);
      let found: readonly [string, (...args: unknown[]) => unknown] | undefined;
      const open = (): NonNullable<typeof found> => (found ??= opened(cell, name) as NonNullable<typeof found>);
      return Object.defineProperty((...args: unknown[]) => open()[1](...args), 'signature', { get: () => open()[0] });
    }),
  ) as unknown as R;
}

/** Joins tables without opening a door. */
export function joined<A extends object, B extends object>(into: A, from: B): A & B {
  return Object.defineProperties(into, Object.getOwnPropertyDescriptors(from)) as A & B;
}
