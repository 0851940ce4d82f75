/* Modules made of modules (tensor-api.md 9): in a row, in a list, by name. */

import { fail } from '../error.ts';
import { describe } from '../ops/operands.ts';
import type { Tensor } from '../tensor.ts';
import { indented, Module, setProperty } from './module.ts';

function moduleAt(value: unknown, name: string, where: string): Module {
  if (!(value instanceof Module)) fail('value', name, `expected a module ${where}, got ${describe(value)}. Make it with new nn.….`);
  return value;
}

/** A list of modules under the names 0, 1, … */
abstract class Row extends Module {
  override get length(): number {
    return Object.keys(this).length;
  }
  /** Counts from the end where negative. */
  at(index: number): Module {
    const list = this.children_();
    return (
      list.at(index) ?? fail('index', this.constructor.name, `expected an index within ${list.length} modules, got ${describe(index)}.`)
    );
  }
  append(module: Module): this {
    setProperty(this, String(this.length), moduleAt(module, this.constructor.name, 'to append'));
    return this;
  }
  [Symbol.iterator](): IterableIterator<Module> {
    return this.children_()[Symbol.iterator]();
  }
  /** Also those that stand twice in the list. */
  private children_(): Module[] {
    return Object.values(this) as Module[];
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- modules are callable
export interface Sequential {
  (input: Tensor): Tensor;
}
/** Each module is called with what the one before gave. */
export class Sequential extends Row {
  constructor(...modules: readonly Module[]) {
    super();
    modules.forEach((module, i) => setProperty(this, String(i), moduleAt(module, 'Sequential', `as argument ${i + 1}`)));
  }
  // oxlint-disable-next-line typescript/no-explicit-any -- what the modules take and give is theirs
  override forward(input: any): any {
    for (const module of this) input = module(input);
    return input;
  }
}

/** A list that owns its modules; it cannot be called. */
export class ModuleList extends Row {
  constructor(modules: Iterable<Module> = []) {
    super();
    let i = 0;
    for (const module of modules) setProperty(this, String(i++), moduleAt(module, 'ModuleList', `at ${i - 1}`));
  }
  override forward(): never {
    return fail('unsupported', 'ModuleList', 'a list cannot be called. Walk over it: for (const layer of layers) x = layer(x).');
  }
  /** Equal neighbours in one line, as PyTorch writes them. */
  protected override childLines(): string[] {
    const groups: { from: number; to: number; text: string }[] = [];
    [...this].forEach((module, i) => {
      const text = String(module);
      const last = groups.at(-1);
      if (last?.text === text) last.to = i;
      else groups.push({ from: i, to: i, text });
    });
    return groups.map(({ from, to, text }) =>
      from === to ? `(${from}): ${indented(text)}` : `(${from}-${to}): ${to - from + 1} x ${indented(text)}`,
    );
  }
}

/** Modules by name; each is also a property. */
export class ModuleDict extends Module {
  constructor(modules: Readonly<Record<string, Module>> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }
  set(name: string, module: Module): this {
    if (name.includes('.') || name in ModuleDict.prototype)
      fail('value', 'ModuleDict', `expected another name than ${JSON.stringify(name)}.`);
    setProperty(this, name, moduleAt(module, 'ModuleDict', `for ${JSON.stringify(name)}`));
    return this;
  }
  get(name: string): Module {
    return (
      (Object.entries(this) as [string, Module][]).find(([key]) => key === name)?.[1] ??
      fail('index', 'ModuleDict', `expected one of ${Object.keys(this).join(', ') || 'no names'}, got ${describe(name)}.`)
    );
  }
  has(name: string): boolean {
    return Object.keys(this).includes(name);
  }
  keys(): string[] {
    return Object.keys(this);
  }
  values(): Module[] {
    return Object.values(this) as Module[];
  }
  entries(): [string, Module][] {
    return Object.entries(this) as [string, Module][];
  }
  override get length(): number {
    return Object.keys(this).length;
  }
  override forward(): never {
    return fail('unsupported', 'ModuleDict', 'a dictionary cannot be called. Call one of its modules: dict.get(name)(x).');
  }
}
