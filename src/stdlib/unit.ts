/* `import { matmul } from 'gradus:unit/01'`: evaluates what a unit exports, in this engine, once for each state of its texts, so that a
   class that two cells import is one class. Of the unit's notebook only those cells are evaluated that the exports need, and nothing
   of them is shown. An exercise is the learner's own where it passed; one that does not load gives way to the reference, and says so.

   The default export tells whose the names are: `{ unit, id, title, yours, total, whose: { matmul: 'yours' } }`. */

import type { UnitAnswer, UnitCell } from '../engine/unit.ts';
import type { Evaluation, Host } from './host.ts';

type Namespace = Readonly<Record<string, unknown>>;

export interface UnitKit {
  readonly host: Host;
  readonly evaluation: Evaluation;
  /** Names of the library. */
  readonly has: (name: string) => boolean;
  readonly bind: (name: string, evaluation: Evaluation) => unknown;
  readonly importModule: (source: string, evaluation: Evaluation) => Promise<Namespace>;
}

const loaded = new WeakMap<Host, Map<string, Promise<Namespace>>>();

/** `number`: what stands behind `gradus:unit/`. */
export async function importUnit(number: string, kit: UnitKit): Promise<Namespace> {
  if (!/^\d\d$/.test(number))
    throw new Error(
      `gradus:unit/${number}: expected two digits behind the slash, as in gradus:unit/${/^\d$/.test(number) ? `0${number}` : '01'}.`,
    );
  const { host } = kit;
  const unit = (await host.service({ service: 'unit', unit: number })) as UnitAnswer;
  let known = loaded.get(host);
  if (!known) loaded.set(host, (known = new Map()));
  const key = `${number} ${unit.key}`;
  let namespace = known.get(key);
  if (!namespace) {
    known.set(key, (namespace = evaluateUnit(number, unit, kit)));
    namespace.catch(() => known.delete(key));
  }
  return namespace;
}

class Cycle extends Error {}

const importing = new WeakMap<Host, Map<string, readonly string[]>>();
/** Runs `load`, which imports `wanted` for `source`; rejects where `wanted` waits for `source` already: neither would ever come. */
async function unitWithin(host: Host, source: string, wanted: string, load: () => Promise<Namespace>): Promise<Namespace> {
  if (!wanted.startsWith('gradus:unit/')) return load();
  let waits = importing.get(host);
  if (!waits) importing.set(host, (waits = new Map()));
  const reached = new Set([wanted]);
  for (const one of reached) for (const next of waits.get(one) ?? []) reached.add(next);
  if (reached.has(source)) throw new Error(`${wanted} and ${source} import each other: neither can come first.`);
  waits.set(source, [...(waits.get(source) ?? []), wanted]);
  try {
    return await load();
  } finally {
    const left = [...waits.get(source)!];
    left.splice(left.indexOf(wanted), 1);
    waits.set(source, left);
  }
}

/** What a cell of the unit may call that would show something: it shows nothing here. */
const silent: Readonly<Record<string, unknown>> = {
  display: () => undefined,
  view: (input: { readonly value?: unknown }) => input.value,
  check: async () => undefined,
};

async function evaluateUnit(number: string, { cells, exports, id, title, yours }: UnitAnswer, kit: UnitKit): Promise<Namespace> {
  const { host, evaluation, has, bind, importModule } = kit;
  const source = `gradus:unit/${number}`;
  const owners = new Map(cells.flatMap((cell) => cell.defines.map((name) => [name, cell] as const)));
  const values = new Map<UnitCell, Promise<Namespace>>();
  const answers = new Map<string, Promise<Namespace | undefined>>();
  const inCycle = (cell: UnitCell, trail: readonly UnitCell[]): Cycle =>
    new Cycle(
      `${source}: its cells need each other in a cycle: ${[...trail.slice(trail.indexOf(cell)), cell].map((one) => one.id).join(' → ')}.`,
    );
  const exported = (exercise: string): string[] =>
    exports.filter(({ cell }) => cells.find((one) => one.id === cell)?.exercise === exercise).map(({ name }) => name);

  /** `trail`: the cells that wait for this one. */
  function evaluate(cell: UnitCell, trail: readonly UnitCell[]): Promise<Namespace> {
    if (trail.includes(cell)) return Promise.reject(inCycle(cell, trail));
    let value = values.get(cell);
    if (!value) {
      values.set(cell, (value = begin(cell, [...trail, cell])));
      // The cycle may be another's, who will have the reference instead.
      value.catch((error: unknown) => error instanceof Cycle && values.delete(cell));
    }
    return value;
  }
  async function begin(cell: UnitCell, trail: readonly UnitCell[]): Promise<Namespace> {
    const given: Record<string, unknown> = {};
    for (const name of cell.reads) {
      const owner = owners.get(name);
      if (owner && !cell.defines.includes(name)) given[name] = (await valueOf(name, owner, trail)).value;
      else if (name in silent) given[name] = silent[name];
      else if (has(name)) given[name] = await bind(name, evaluation);
    }
    const bring = (from: string): Promise<Namespace> => {
      if (/^\.\.?\//.test(from)) throw new Error(`${source}: the cell ${cell.id} imports ${from}, which lies beside that unit alone.`);
      return unitWithin(host, source, from, () => importModule(from, evaluation));
    };
    for (const { source: from, bindings } of cell.imports) {
      const module = await bring(from);
      for (const { imported, local } of bindings) given[local] = imported === '*' ? module : module[imported];
    }
    const values = await host.runModule(`${source} ${cell.id}`, cell, given, bring);
    return Object.fromEntries(await Promise.all(Object.entries(values).map(async ([name, value]) => [name, await value] as const)));
  }
  /** The learner's answer, evaluated; undefined where there is none that can be used. */
  function answerOf(exercise: string, trail: readonly UnitCell[]): Promise<Namespace | undefined> {
    // It would wait for itself.
    const cell = Object.hasOwn(yours, exercise) ? yours[exercise] : undefined;
    if (cell && !('problem' in cell) && trail.includes(cell)) return Promise.reject(inCycle(cell, trail));
    let answer = answers.get(exercise);
    if (!answer) answers.set(exercise, (answer = load(exercise, trail)));
    return answer;
  }
  async function load(exercise: string, trail: readonly UnitCell[]): Promise<Namespace | undefined> {
    const answer = Object.hasOwn(yours, exercise) ? yours[exercise] : undefined;
    if (!answer) return undefined;
    const instead = (why: string): undefined => {
      const text = `${source}: your answer to ${exercise} ${why}, so the reference stands in its place. Pass the exercise again to use yours.`;
      evaluation.emit({ kind: 'log', level: 'warn', text });
      return undefined;
    };
    if ('problem' in answer) return instead(`cannot be read (${answer.problem})`);
    try {
      const found = await evaluate(answer, trail);
      const missing = exported(exercise).find((name) => found[name] === undefined);
      return missing === undefined ? found : instead(`does not define \`${missing}\``);
    } catch (error) {
      if (evaluation.signal.aborted) throw error;
      return instead(`could not be loaded (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  async function valueOf(name: string, owner: UnitCell, trail: readonly UnitCell[]): Promise<{ value: unknown; whose: Whose }> {
    const mine = owner.exercise === undefined ? undefined : await answerOf(owner.exercise, trail);
    if (mine && name in mine) return { value: mine[name], whose: 'yours' };
    const value = (await evaluate(owner, trail))[name];
    return { value, whose: owner.exercise === undefined ? 'given' : 'reference' };
  }

  const namespace: Record<string, unknown> = {};
  const whose: Record<string, Whose> = {};
  for (const { name, cell } of exports) {
    try {
      const found = await valueOf(
        name,
        cells.find((one) => one.id === cell)!,
        [],
      );
      namespace[name] = found.value;
      whose[name] = found.whose;
    } catch (error) {
      if (evaluation.signal.aborted) throw error;
      const words = `${source}: \`${name}\` could not be evaluated (${error instanceof Error ? error.message : String(error)}).`;
      Object.defineProperty(namespace, name, {
        enumerable: true,
        get: () => {
          throw new Error(words, { cause: error });
        },
      });
    }
  }
  const asked = Object.values(whose).filter((one) => one !== 'given');
  const facts = { unit: number, id, title, yours: asked.filter((one) => one === 'yours').length, total: asked.length, whose };
  return Object.defineProperty(namespace, 'default', { value: facts });
}

type Whose = 'yours' | 'reference' | 'given';
