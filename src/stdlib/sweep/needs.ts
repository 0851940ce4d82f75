/* What an engine of the pool has to evaluate so that the function of a sweep finds its names: the sweeping cell and the cells it
   needs, as this engine holds them. What an input, a box or a generator has made of a name since its cell ran is given: a cell that
   takes the value as it is defines the name in the place of its own. */

import { contentHash } from '../../base/hash.ts';
import { toText } from '../../output/inspect.ts';
import type { ProgramCell } from '../../engine/protocol.ts';
import type { Host } from '../host.ts';
import { unsent } from './grid.ts';

export interface Needs {
  /** In the order of ranks; none of them follows another by itself. */
  readonly define: readonly ProgramCell[];
  /** Values by the names under which `define` asks for them. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Of all code, the sweeping cell's as `call` leaves it, and of the given values. */
  readonly hash: string;
}

/** What `cell` needs. Throws where a value that has to be given cannot be sent. */
export function needsOf(cell: string, { cells, slots }: Host['program'], call: (code: string) => string = (code) => code): Needs {
  const define = new Map<string, ProgramCell>();
  const given: Record<string, unknown> = {};
  const add = (id: string): void => {
    const record = cells.get(id)?.record;
    if (!record || define.has(id)) return;
    const uses = record.uses.map(({ name, cell: owner }) => {
      if (!moves(name, owner)) return { name, cell: owner };
      give(name);
      return { name, cell: giver(name) };
    });
    define.set(id, { ...record, uses, run: 'manual' });
    for (const use of uses) add(use.cell);
  };
  const moves = (name: string, owner: string): boolean => {
    const evaluation = cells.get(owner)?.evaluation as { generators?: { size: number } } | undefined;
    const slot = slots.get(name);
    return slot?.cell === owner && evaluation !== undefined && (slot.moved === evaluation || (evaluation.generators?.size ?? 0) > 0);
  };
  const give = (name: string): void => {
    const { value } = slots.get(name)!;
    const key = giver(name);
    if (define.has(key)) return;
    unsent(
      value,
      (path) => `sweep: \`${name}\` has changed since its cell ran, and ${path === '(the whole)' ? 'its value' : path}`,
      'Keep plain data in what inputs and boxes change.',
    );
    given[key] = value;
    define.set(key, {
      ...{ id: key, rank: -1, run: 'manual', prose: false, defines: [name], uses: [], reads: [], imports: [], shifts: [] },
      code: `const ${name}=__g.set(${JSON.stringify(key)});\nreturn {${name}}`,
    });
  };
  add(cell);
  // A name that is given is not defined once more by the cell that it is taken from.
  const taken = new Set(Object.keys(given).map((key) => define.get(key)!.defines[0]!));
  const all = [...define.values()]
    .map((record) => (record.id in given ? record : { ...record, defines: record.defines.filter((name) => !taken.has(name)) }))
    .sort((a, b) => a.rank - b.rank);
  const code = all.map((record) => `${record.id}\n${record.id === cell ? call(bare(record.code)) : bare(record.code)}`);
  return { define: all, given, hash: contentHash([...code, toText(given, 20_000)].join('\n\n')) };
}

const giver = (name: string): string => `given:${name}`;

/** Code without the guards of its loops, which differ from page to page. */
export const bare = (code: string): string => code.replace(/if\((?:--)?__f\[0\](?:<|!==)0\)__i\(\);/g, '');
