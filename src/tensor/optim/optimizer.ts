/* What all optimisers share (tensor-api.md 10): parameter groups with options that may be written between steps, state by parameter,
   and numbers that a compiled step reads anew at each call. All moments are tensors beside their parameter. */

import { hold, noGrad } from '../autograd.ts';
import { checkOptions } from '../calls.ts';
import { compute, dense, feed, repeatOnHost, withTracer } from '../dispatch.ts';
import { hostArray } from '../dtype.ts';
import { fail, named, unnamed } from '../error.ts';
import * as e from '../ops/elementwise.ts';
import { describe } from '../ops/operands.ts';
import { select } from '../ops/view.ts';
import { sameShape, show } from '../shape.ts';
import { makeTensor } from '../reading.ts';
import { besides, scopeList, Tensor, tensorsOf } from '../tensor.ts';

const output: unique symbol = Symbol.for('gradus.output') as never;

export type Options = Record<string, unknown>;
/** Options of a group; each optimiser reads its own. */
export interface ParamGroup extends Options {
  params: Tensor[];
  lr: number;
  maximize: boolean;
  weightDecay: number;
}
export interface ParamState {
  /** How often the parameter has been stepped. */
  step: number;
  [key: string]: Tensor | number;
}

export type Params = readonly Tensor[] | readonly ({ readonly params: readonly Tensor[] | Tensor } & Options)[];

/** One parameter that has a gradient now. */
export interface Stepped {
  readonly param: Tensor;
  /** Its gradient, contiguous; negated where the group maximises. */
  readonly grad: Tensor;
  readonly state: ParamState;
}

export abstract class Optimizer {
  readonly paramGroups: ParamGroup[] = [];
  readonly state = new Map<Tensor, ParamState>();
  readonly defaults: Options;
  protected readonly name: string;

  constructor(name: string, params: Params, defaults: Options, given: Options | undefined) {
    checkOptions(name, given, Object.keys(defaults));
    this.name = name;
    this.defaults = { ...defaults };
    for (const [key, value] of Object.entries(given ?? {})) if (value !== undefined) this.defaults[key] = value;
    const list =
      typeof (params as Iterable<unknown>)?.[Symbol.iterator] === 'function' && !(params instanceof Tensor)
        ? [...(params as readonly unknown[])]
        : null;
    if (!list)
      fail('value', name, `expected an array of tensors or of groups { params, … }, got ${describe(params)}. Pass model.parameters().`);
    if (list.length === 0) fail('value', name, 'expected at least one parameter, got an empty list.');
    if (list.every((p) => p instanceof Tensor)) this.addParamGroup({ params: list as Tensor[] });
    else for (const group of list) this.addParamGroup(group as { params: Tensor[] });
  }

  addParamGroup(group: { readonly params: readonly Tensor[] | Tensor } & Options): void {
    if (typeof group !== 'object' || group === null || group instanceof Tensor)
      fail('value', this.name, `expected a group { params, … }, got ${describe(group)}.`);
    const { params, ...options } = group;
    checkOptions(this.name, options, Object.keys(this.defaults));
    const list = params instanceof Tensor ? [params] : [...(params ?? [])];
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    for (const [i, p] of list.entries()) {
      if (!(p instanceof Tensor)) fail('value', this.name, `expected tensors as parameters, got ${describe(p)} at ${i}.`);
      if (!p.isLeaf) fail('value', this.name, `cannot optimise a tensor that is not a leaf (parameter ${i}, ${show(p.shape)}).`);
      if (known.has(p)) fail('value', this.name, `a parameter ${show(p.shape)} appears twice. Each belongs to one group.`);
      known.add(p);
    }
    const filled = { ...this.defaults, ...options, params: list } as ParamGroup;
    this.check(filled);
    this.paramGroups.push(filled);
    const self = new WeakRef(this);
    for (const p of list) besides.set(p, [...(besides.get(p) ?? []), () => Object.values(self.deref()?.state.get(p) ?? {})]);
  }

  /** Throws where a group's options are out of range. */
  protected check(group: ParamGroup): void {
    this.atLeast(group, 'lr', 0);
    this.atLeast(group, 'weightDecay', 0);
  }

  protected atLeast(group: ParamGroup, key: string, least: number): void {
    const value = group[key];
    if (typeof value !== 'number' || !(value >= least)) fail('value', this.name, `expected ${key} ≥ ${least}, got ${describe(value)}.`);
  }

  protected betas(group: ParamGroup): void {
    const betas = group['betas'];
    const good = Array.isArray(betas) && betas.length === 2 && betas.every((b) => typeof b === 'number' && b >= 0 && b < 1);
    if (!good)
      fail(
        'value',
        this.name,
        `expected betas to be two numbers in [0, 1), got ${Array.isArray(betas) ? show(betas as number[]) : describe(betas)}.`,
      );
  }

  /** Sets gradients to null, or to zeros. */
  zeroGrad({ setToNone = true }: { setToNone?: boolean } = {}): void {
    for (const group of this.paramGroups) {
      for (const p of group.params) {
        if (setToNone) p.grad = null;
        else if (p.grad) {
          p.grad.detach_();
          p.grad.zero_();
        }
      }
    }
  }

  /** One update from the gradients. With a closure, what it returns (the loss). */
  step<R = undefined>(closure?: () => R): R {
    const result = closure ? unnamed(closure) : (undefined as R);
    named(`${this.name}.step`, () => noGrad(() => this.paramGroups.forEach((group) => this.stepGroup(group))), []);
    return result;
  }

  private stepGroup(group: ParamGroup): void {
    // Parameters stepped equally often share their numbers, and so their kernel.
    const byStep = new Map<number, Stepped[]>();
    for (const param of group.params) {
      const grad = param.grad;
      if (!grad) continue;
      const state = this.stateOf(param, group);
      const list = byStep.get(state.step) ?? [];
      list.push({ param, grad: dense(group.maximize ? e.neg(grad) : grad), state });
      byStep.set(state.step, list);
    }
    for (const list of byStep.values()) {
      const states = list.map(({ state }) => state);
      repeatOnHost(() => states.forEach((state) => (state.step += 1)));
      this.update(group, list);
    }
  }

  private stateOf(param: Tensor, group: ParamGroup): ParamState {
    const known = this.state.get(param);
    if (known) return known;
    const state: ParamState = { step: 0 };
    // Outside of any trace: moments outlive the step that makes them.
    withTracer(null, () => {
      for (const [key, value] of Object.entries(this.initial(group)))
        state[key] = hold(compute('fill', [], param.shape, param.dtype, { value }, param.device));
    });
    this.state.set(param, state);
    return state;
  }

  /** As PyTorch prints it: the options of each group. */
  /** How a cell shows it (src/output/inspect.ts). */
  [output](): object {
    return { kind: 'text', text: String(this) };
  }

  toString(): string {
    const groups = this.paramGroups.map(({ params, ...options }, i) => {
      const lines = Object.entries(options).map(
        ([key, value]) => `    ${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`,
      );
      return `Parameter group ${i}: ${params.length} tensors\n${lines.join('\n')}`;
    });
    return `${this.name} (\n${groups.join('\n\n')}\n)`;
  }

  /** Names of the moments and the value each begins with. */
  protected abstract initial(group: ParamGroup): Record<string, number>;

  /** Updates parameters of one group that have been stepped equally often; their step is counted already. */
  protected abstract update(group: ParamGroup, list: readonly Stepped[]): void;

  /** Numbers computed on the host at each call, as 0-d tensors of the parameters' type. */
  protected numbers(list: readonly Stepped[], produce: (t: number) => readonly number[]): Tensor[] {
    const { param, state } = list[0]!;
    const values = this.numbersOf(param, state, produce);
    return Array.from({ length: values.shape[0]! }, (_, i) => select(values, 0, i));
  }

  /** The same as one tensor. */
  protected numbersOf(param: Tensor, state: ParamState, produce: (t: number) => readonly number[]): Tensor {
    const { dtype, device } = param;
    const length = produce(1).length;
    return feed([length], dtype, device, () => {
      const out = hostArray(length, dtype);
      out.set(produce(state.step));
      return out;
    });
  }

  /** `{ state: { "0": { step, exp_avg, … } }, paramGroups }`, parameters by number. */
  stateDict(): { state: Record<string, Record<string, Tensor | number>>; paramGroups: (Options & { params: number[] })[] } {
    const all = this.paramGroups.flatMap((group) => group.params);
    const state: Record<string, Record<string, Tensor | number>> = {};
    all.forEach((param, i) => {
      const own = this.state.get(param);
      if (own) state[i] = { ...own };
    });
    return { state, paramGroups: this.paramGroups.map((group) => ({ ...group, params: group.params.map((p) => all.indexOf(p)) })) };
  }

  /** Takes over options and copies moments; parameters are matched by number. */
  /** Parameters and moments: what `scope` spares when it returns the optimiser. */
  [tensorsOf](): unknown[] {
    return [...this.paramGroups.map((group) => group.params), ...[...this.state.values()].map((state) => ({ ...state }))];
  }

  loadStateDict(dict: ReturnType<Optimizer['stateDict']>): void {
    const groups = dict?.paramGroups;
    if (!Array.isArray(groups) || typeof dict.state !== 'object')
      fail('value', `${this.name}.loadStateDict`, 'expected { state, paramGroups } as stateDict() gives.');
    if (groups.length !== this.paramGroups.length || groups.some((g, i) => g.params.length !== this.paramGroups[i]!.params.length)) {
      fail(
        'value',
        `${this.name}.loadStateDict`,
        `expected groups of ${this.paramGroups.map((g) => g.params.length).join(', ')} parameters, got ${groups.map((g) => g.params.length).join(', ')}.`,
      );
    }
    const all = this.paramGroups.flatMap((group) => group.params);
    const order = groups.flatMap((group) => group.params);
    const loaded = new Map<Tensor, ParamState>();
    noGrad(() => {
      all.forEach((param, i) => {
        const given = dict.state[order[i]!];
        if (!given) return;
        const state: ParamState = { step: 0 };
        for (const [key, value] of Object.entries(given)) {
          if (!(value instanceof Tensor)) state[key] = value;
          else {
            if (!sameShape(value.shape, param.shape))
              fail(
                'shape',
                `${this.name}.loadStateDict`,
                `expected ${key} of parameter ${i} to be ${show(param.shape)}, got ${show(value.shape)}.`,
              );
            state[key] = value.device === param.device ? value.clone() : makeTensor(value, { device: param.device });
          }
        }
        loaded.set(param, state);
      });
    });
    for (const [param, state] of loaded) {
      for (const old of Object.values(this.state.get(param) ?? {})) {
        if (!(old instanceof Tensor)) continue;
        // Compiled steps over the former moments are stale.
        old.storage.left = true;
        old.holders -= 1;
        scopeList.current?.push(old);
      }
      for (const value of Object.values(state)) if (value instanceof Tensor) hold(value);
      this.state.set(param, state);
    }
    this.paramGroups.forEach((group, i) => {
      const { params: _, ...options } = groups[i]!;
      Object.assign(group, options);
    });
  }
}
