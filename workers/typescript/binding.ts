/* What a cell's function is given beside the names of other cells: names of the standard library, some of which load a pack, and
   what it imports. The turn is lent meanwhile; while a part of the engine itself is on its way it is kept. */

import type { Running } from './evaluation.ts';
import { isThenable } from './later.ts';
import type { Lending } from './lending.ts';
import type { Library } from '../../src/stdlib/host.ts';

export interface BindingOptions {
  readonly library: Library;
  readonly lending: Lending;
  /** The page hears soon what the engine waits for. */
  readonly flushSoon: () => void;
  /** Values given from outside, by name. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Whether a stack has a frame in the cell. */
  readonly placed: (stack: string, cell: string) => boolean;
}

export interface Binding {
  /** Puts the values of `names` and of the cell's imports behind `args`. */
  bind(evaluation: Running, names: readonly string[], args: unknown[]): Promise<void>;
  /** Publishes what the cell imports, and nothing else: it waits for its reader, but its imports are there. */
  imported(evaluation: Running): Promise<void>;
  /** `import(source)` in a cell. */
  import(source: string, evaluation: Running): Promise<unknown>;
}

export function createBinding({ library, lending, flushSoon, set, placed }: BindingOptions): Binding {
  const bind: Binding['bind'] = async (evaluation, names, args) => {
    const coming = library.ahead?.(evaluation.owner.record);
    if (coming) {
      flushSoon();
      await coming; // the turn is kept: where the engine's script ends must not change the order of the cells
      if (evaluation.ended || evaluation.replaced) return;
    }
    for (const name of names) {
      const bound = library.bind(name, evaluation);
      if (name === 'view') evaluation.boundView = bound;
      args.push(isThenable(bound) ? await lending.lend(evaluation, bound) : bound);
    }
    for (const { source, bindings, line, column } of evaluation.owner.record.imports) {
      evaluation.place = { line, column };
      const module = await lending.lend(evaluation, library.importModule(source, evaluation));
      for (const { imported, local } of bindings) {
        args.push(local in set ? set[local] : imported === '*' ? module : pick(module, imported, source));
      }
    }
    evaluation.place = undefined;
  };
  return {
    bind,
    imported: async (evaluation) => {
      const values: unknown[] = [];
      const { owner, cell } = evaluation;
      await bind(evaluation, [], values);
      const locals = owner.record.imports.flatMap(({ bindings }) => bindings.map(({ local }) => local));
      locals.forEach((local, i) => {
        const slot = owner.outputs[owner.names.indexOf(local)];
        if (slot) Object.assign(slot, { cell, value: values[i] });
      });
    },
    import: (source, evaluation) => {
      const here = new Error(); // what fails later has no frame of the cell
      const module = library.importModule(source, evaluation).catch((error: unknown) => {
        if (error instanceof Error && !placed(error.stack ?? '', evaluation.cell)) error.stack = `${error.stack}\n${here.stack}`;
        throw error;
      });
      return lending.lend(evaluation, module);
    },
  };
}

function pick(module: Readonly<Record<string, unknown>>, name: string, source: string): unknown {
  if (name in module) return module[name];
  const names = Object.keys(module).filter((key) => key !== 'default');
  const has = names.length ? ` It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.` : '';
  throw new SyntaxError(`${source} exports no \`${name}\`.${has} A type is imported by \`import type\`.`);
}
