/* nn.Module (tensor-api.md 9): an object that is called, owns parameters, buffers and other modules by its properties, and knows whether
   it is in training. Here: calls with hooks, the walk over what it owns, state dicts, moving, and PyTorch's text. Layers are elsewhere. */

import { checkOptions } from '../calls.ts';
import { hold, noGrad } from '../autograd.ts';
import { tracing } from '../dispatch.ts';
import { dtypes, isFloat, type DType } from '../dtype.ts';
import { fail, named } from '../error.ts';
import { describe, tensorAt } from '../ops/operands.ts';
import { detach } from '../ops/view.ts';
import { toDevice } from '../reading.ts';
import { besides, scopeList, Tensor, tensorsOf } from '../tensor.ts';
import { inside, ownBuffers, ownModules, ownParameters, type ForwardHook, type ForwardPreHook, type Inside } from './owned.ts';
import { Parameter } from './parameter.ts';
import { loadState, stateOf, type Loaded, type StateDict } from './state.ts';

const output: unique symbol = Symbol.for('gradus.output') as never;

// oxlint-disable-next-line typescript/no-explicit-any -- what a module takes and gives is its author's business
type Any = any;

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the constructor returns a function with this prototype
export interface Module {
  (...args: Any[]): Any;
}

export class Module {
  declare readonly [inside]: Inside;
  /** Whether errors of its operations carry the module's name: so do the library's own layers, not what users write. */
  declare protected readonly isLayer: boolean;

  constructor() {
    const self = ((...args: unknown[]) => invoke(self, args)) as unknown as this;
    // A function's own properties would hide a user's.
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    Object.setPrototypeOf(self, new.target.prototype as object);
    const value: Inside = { training: true, buffers: new Map(), pre: new Set(), post: new Set() };
    Object.defineProperty(self, inside, { value });
    return self;
  }

  /** What a call does; subclasses say it. */
  forward(..._args: Any[]): Any {
    return fail('unsupported', this.constructor.name, 'expected a method forward(…), found none. Write one in the class.');
  }

  get training(): boolean {
    tracing()?.note(this[inside], this);
    return this[inside].training;
  }
  set training(mode: boolean) {
    this[inside].training = mode;
  }

  train(mode = true): this {
    if (typeof mode !== 'boolean') fail('value', 'train', `expected true or false, got ${describe(mode)}.`);
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }
  eval(): this {
    return this.train(false);
  }

  /** Every parameter once, a module's own before its children's. */
  namedParameters(): [string, Parameter][] {
    return this.gather((module) => ownParameters(module));
  }
  parameters(): Parameter[] {
    return this.namedParameters().map(([, p]) => p);
  }
  namedBuffers(): [string, Tensor][] {
    return this.gather((module) => ownBuffers(module));
  }
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, b]) => b);
  }
  namedChildren(): [string, Module][] {
    const seen = new Set<Module>();
    return ownModules(this).filter(([, child]) => !seen.has(child) && seen.add(child));
  }
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }
  /** This module (named '') and all below it, each once. */
  namedModules(): [string, Module][] {
    const found = new Map<Module, string>();
    const visit = (module: Module, name: string): void => {
      if (found.has(module)) return;
      found.set(module, name);
      for (const [key, child] of ownModules(module)) visit(child, name === '' ? key : `${name}.${key}`);
    };
    visit(this, '');
    return [...found].map(([module, name]) => [name, module]);
  }
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  private gather<T extends Tensor>(own: (module: Module) => [string, T][]): [string, T][] {
    const found = new Map<T, string>();
    for (const [prefix, module] of this.namedModules()) {
      for (const [key, t] of own(module)) if (!found.has(t)) found.set(t, prefix === '' ? key : `${prefix}.${key}`);
    }
    return [...found].map(([t, name]) => [name, t]);
  }

  numParameters(): number {
    return this.parameters().reduce((n, p) => n + p.numel(), 0);
  }
  zeroGrad(): void {
    for (const p of this.parameters()) p.grad = null;
  }
  requiresGrad_(on = true): this {
    for (const p of this.parameters()) p.wants = on && isFloat(p.dtype);
    return this;
  }

  /** A tensor that belongs to the module's state but is not trained. */
  registerBuffer(name: string, t: Tensor | null, options: { readonly persistent?: boolean } = {}): void {
    checkOptions('registerBuffer', options, ['persistent']);
    checkName(this, name, 'registerBuffer');
    if (t !== null) tensorAt(t, 2, 'registerBuffer');
    this[inside].buffers.set(name, options.persistent ?? true);
    let held: Tensor | null = t && hold(t);
    Object.defineProperty(this, name, {
      enumerable: true,
      configurable: true,
      get: () => held,
      set: (next: Tensor | null) => {
        if (next === held) return;
        const before = held;
        held = next && hold(tensorAt(next, 1, name));
        if (!before) return;
        before.holders -= 1;
        if (scopeList.current !== null) scopeList.current.push(before);
      },
    });
  }
  registerParameter(name: string, p: Parameter | null): void {
    checkName(this, name, 'registerParameter');
    if (p !== null && !(p instanceof Parameter))
      fail('value', 'registerParameter', `expected an nn.Parameter, got ${describe(p)}. Write new nn.Parameter(t).`);
    setProperty(this, name, p);
  }

  /** Parameters and persistent buffers by name, as detached aliases, in order. */
  stateDict(): StateDict {
    return Object.fromEntries(stateOf(this).map(([name, t]) => [name, detach(t)]));
  }

  /** Copies in place, after everything has been checked. */
  loadStateDict(given: Readonly<StateDict>, options: { readonly strict?: boolean } = {}): Loaded {
    return loadState(this, given, options);
  }

  /** Calls `fn` with every module, children first. */
  apply(fn: (module: Module) => unknown): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Float parameters and buffers in another float type; the objects stay the same. */
  to(dtype: DType): this {
    if (!dtypes.includes(dtype) || !isFloat(dtype))
      fail(
        'dtype',
        'to',
        `expected a float dtype, got ${describe(dtype)}.${typeof dtype === 'string' ? ' To move a module: await module.toDevice(name).' : ''}`,
      );
    noGrad(() => {
      const list = this.movable().filter((t) => isFloat(t.dtype) && t.dtype !== dtype);
      const converted = list.map((t) => t.to(dtype));
      list.forEach((t, i) => t.become(converted[i]!));
    });
    return this;
  }

  /** Parameters, their gradients, buffers and what optimisers keep of them on another device; the objects stay the same. */
  toDevice(device: Tensor['device']): Promise<this> {
    const beside = this.parameters().flatMap((p) => besides.get(p) ?? []);
    const moments = beside.flatMap((of) => of()).filter((t) => t instanceof Tensor);
    const list = [...new Set([...this.movable(), ...moments])];
    return Promise.all(list.map((t) => toDevice(t, device))).then((moved) => {
      list.forEach((t, i) => {
        if (moved[i] !== t) t.become(moved[i]!);
      });
      return this;
    });
  }

  private movable(): Tensor[] {
    const parameters = this.parameters();
    const gradients = parameters.map((p) => p.grad).filter((g) => g !== null);
    return [...new Set<Tensor>([...parameters, ...gradients, ...this.buffers()])];
  }

  /** `fn(module, args, output)` after each call; what it returns, if anything, replaces the output. */
  registerForwardHook(fn: ForwardHook): { remove(): void } {
    return register(this[inside].post, fn, 'registerForwardHook');
  }
  /** `fn(module, args)` before each call; what it returns, if anything, replaces the arguments. */
  registerForwardPreHook(fn: ForwardPreHook): { remove(): void } {
    return register(this[inside].pre, fn, 'registerForwardPreHook');
  }

  /** What stands between the parentheses of the module's text. */
  protected extraRepr(): string {
    return '';
  }
  /** Lines of the children in the module's text. */
  protected childLines(): string[] {
    return ownModules(this).map(([name, child]) => `(${name}): ${indented(child.toString())}`);
  }
  /** PyTorch's tree. */
  /** How a cell shows it (src/output/inspect.ts). */
  [output](): object {
    return { kind: 'text', text: String(this) };
  }

  toString(): string {
    const [extra, lines] = [this.extraRepr(), this.childLines()];
    if (lines.length === 0) return `${this.constructor.name}(${extra})`;
    return `${this.constructor.name}(\n  ${[...(extra === '' ? [] : [extra]), ...lines].join('\n  ')}\n)`;
  }

  /** Everything that `scope` spares when it returns the module: also tensors that are plain properties. */
  [tensorsOf](): unknown[] {
    return this.modules().flatMap((module) => Object.values(module).filter((value) => !(value instanceof Module)));
  }
}
Object.defineProperty(Module.prototype, 'isLayer', { value: false });

/** A layer of the library: its errors begin with its class's name. */
export class Layer extends Module {}
Object.defineProperty(Layer.prototype, 'isLayer', { value: true });

/** A layer from one tensor to one. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above
export interface Unary {
  (input: Tensor): Tensor;
}
export class Unary extends Layer {}

function invoke(module: Module, given: Any[]): unknown {
  const own = module[inside];
  tracing()?.note(own, module);
  let args = given;
  for (const hook of own.pre) {
    const next = hook(module, args);
    if (next !== undefined) args = Array.isArray(next) ? next : [next];
  }
  let output: unknown = module['isLayer']
    ? named(module.constructor.name, (...list: Any[]) => module.forward(...list), args)
    : module.forward(...args);
  for (const hook of own.post) output = hook(module, args, output) ?? output;
  return output;
}

function register<F>(hooks: Set<F>, fn: F, name: string): { remove(): void } {
  if (typeof fn !== 'function') fail('value', name, `expected a function, got ${describe(fn)}.`);
  // One function may be registered twice, and each time is its own.
  const own = ((...args: unknown[]) => (fn as (...args: unknown[]) => unknown)(...args)) as F;
  hooks.add(own);
  return { remove: () => void hooks.delete(own) };
}

export function setProperty(module: Module, name: string, value: unknown): void {
  Object.defineProperty(module, name, { value, enumerable: true, configurable: true, writable: true });
}

function checkName(module: Module, name: string, call: string): void {
  if (typeof name !== 'string' || name === '' || name.includes('.'))
    fail('value', call, `expected a name without dots, got ${describe(name)}.`);
  if (name in Module.prototype) fail('value', call, `expected another name: ${JSON.stringify(name)} is a member of every module.`);
}

export const indented = (text: string): string => text.replaceAll('\n', '\n  ');
