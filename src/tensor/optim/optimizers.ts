/* The optimisers (tensor-api.md 10): g is the gradient, with weightDecay·p added where that is L2; t counts from 1. */

import { computeInto } from '../dispatch.ts';
import { fail } from '../error.ts';
import * as e from '../ops/elementwise.ts';

import type { Tensor } from '../tensor.ts';
import { Optimizer, type Options, type ParamGroup, type Params, type Stepped } from './optimizer.ts';

const common = { lr: 1e-3, weightDecay: 0, maximize: false };
type Common = { readonly lr?: number; readonly weightDecay?: number; readonly maximize?: boolean };

/** p ← value, in place. */
const write = (target: Tensor, value: Tensor): void => e.copyInto(target, value);
/** g + weightDecay·p; the number 0 leaves the graph of a compiled step without it. */
const decayed = (grad: Tensor, param: Tensor, weightDecay: Tensor, group: ParamGroup): Tensor =>
  group.weightDecay === 0 ? grad : e.add(grad, e.mul(param, weightDecay));

export interface SGDOptions extends Common {
  readonly momentum?: number;
  readonly dampening?: number;
  readonly nesterov?: boolean;
}

/** b ← g at first, then μ·b + (1 − dampening)·g; d = nesterov ? g + μ·b : b; p ← p − lr·d. */
export class SGD extends Optimizer {
  constructor(params: Params, options?: SGDOptions) {
    super('SGD', params, { ...common, momentum: 0, dampening: 0, nesterov: false }, options as Options);
  }
  protected override check(group: ParamGroup): void {
    super.check(group);
    this.atLeast(group, 'momentum', 0);
    if (group['nesterov'] && (group['momentum'] === 0 || group['dampening'] !== 0))
      fail('value', 'SGD', 'nesterov needs a momentum above 0 and dampening 0.');
  }
  protected initial(group: ParamGroup): Record<string, number> {
    return group['momentum'] === 0 ? {} : { momentum_buffer: 0 };
  }
  protected update(group: ParamGroup, list: readonly Stepped[]): void {
    const momentum = group['momentum'] !== 0;
    // At the first step the buffer is the gradient: 0·b + 1·g.
    const [lr, decay, mu, keep, take] = this.numbers(list, (t) => [
      group.lr,
      group.weightDecay,
      group['momentum'] as number,
      t === 1 ? 0 : (group['momentum'] as number),
      t === 1 ? 1 : 1 - (group['dampening'] as number),
    ]) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    for (const { param, grad, state } of list) {
      let d = decayed(grad, param, decay, group);
      if (momentum) {
        const buffer = state['momentum_buffer'] as Tensor;
        const next = e.add(e.mul(buffer, keep), e.mul(d, take));
        write(buffer, next);
        d = group['nesterov'] ? e.add(d, e.mul(next, mu)) : next;
      }
      write(param, e.sub(param, e.mul(d, lr)));
    }
  }
}

export interface RMSpropOptions extends Common {
  readonly alpha?: number;
  readonly eps?: number;
  readonly momentum?: number;
  readonly centered?: boolean;
}

/** v ← αv + (1 − α)g²; a = √v or √(v − ḡ²); d = g/(a + eps); with momentum b ← μb + d. */
export class RMSprop extends Optimizer {
  constructor(params: Params, options?: RMSpropOptions) {
    super('RMSprop', params, { ...common, lr: 1e-2, alpha: 0.99, eps: 1e-8, momentum: 0, centered: false }, options as Options);
  }
  protected override check(group: ParamGroup): void {
    super.check(group);
    for (const key of ['alpha', 'eps', 'momentum']) this.atLeast(group, key, 0);
  }
  protected initial(group: ParamGroup): Record<string, number> {
    return {
      square_avg: 0,
      ...((group['momentum'] as number) > 0 ? { momentum_buffer: 0 } : {}),
      ...(group['centered'] ? { grad_avg: 0 } : {}),
    };
  }
  protected update(group: ParamGroup, list: readonly Stepped[]): void {
    const [lr, decay, alpha, rest, eps, mu] = this.numbers(list, () => [
      group.lr,
      group.weightDecay,
      group['alpha'] as number,
      1 - (group['alpha'] as number),
      group['eps'] as number,
      group['momentum'] as number,
    ]) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    for (const { param, grad, state } of list) {
      const g = decayed(grad, param, decay, group);
      const v = state['square_avg'] as Tensor;
      const nextV = e.add(e.mul(v, alpha), e.mul(e.square(g), rest));
      write(v, nextV);
      let a = nextV;
      if (group['centered']) {
        const average = state['grad_avg'] as Tensor;
        const next = e.add(e.mul(average, alpha), e.mul(g, rest));
        write(average, next);
        a = e.sub(nextV, e.square(next));
      }
      let d = e.div(g, e.add(e.sqrt(a), eps));
      if ((group['momentum'] as number) > 0) {
        const buffer = state['momentum_buffer'] as Tensor;
        d = e.add(e.mul(buffer, mu), d);
        write(buffer, d);
      }
      write(param, e.sub(param, e.mul(d, lr)));
    }
  }
}

export interface AdamOptions extends Common {
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly amsgrad?: boolean;
}

/** All parameters of a group in one kernel; see `adam` in kernels/operations.ts. */
export class Adam extends Optimizer {
  protected readonly decoupled: boolean = false;
  constructor(params: Params, options?: AdamOptions, name = 'Adam', weightDecay = 0) {
    super(name, params, { ...common, weightDecay, betas: [0.9, 0.999], eps: 1e-8, amsgrad: false }, options as Options);
  }
  protected override check(group: ParamGroup): void {
    super.check(group);
    this.atLeast(group, 'eps', 0);
    this.betas(group);
  }
  protected initial(group: ParamGroup): Record<string, number> {
    return { exp_avg: 0, exp_avg_sq: 0, ...(group['amsgrad'] ? { max_exp_avg_sq: 0 } : {}) };
  }
  protected update(group: ParamGroup, list: readonly Stepped[]): void {
    const { param, state } = list[0]!;
    const hyper = this.numbersOf(param, state, (t) => {
      const [beta1, beta2] = group['betas'] as [number, number];
      return [group.lr, beta1, beta2, group['eps'] as number, group.weightDecay, 1 - beta1 ** t, 1 - beta2 ** t, 1 - beta2];
    });
    const amsgrad = group['amsgrad'] === true;
    const moments = (key: string): Tensor[] => list.map((one) => one.state[key] as Tensor);
    // A parameter that is a view with gaps is stepped on a copy.
    const params = list.map((one) => (one.param.isContiguous() ? one.param : one.param.clone()));
    const written = [...params, ...moments('exp_avg'), ...moments('exp_avg_sq'), ...(amsgrad ? moments('max_exp_avg_sq') : [])];
    const rest = written.slice(params.length);
    // The gradient is negated already where the group maximises.
    computeInto('adam', [hyper, ...params, ...list.map((one) => one.grad), ...rest], written, {
      count: list.length,
      decoupled: this.decoupled,
      amsgrad,
      maximize: false,
    });
    list.forEach((one, i) => params[i] !== one.param && write(one.param, params[i]!));
  }
}

/** Adam with decoupled weight decay: first p ← p·(1 − lr·weightDecay). */
export class AdamW extends Adam {
  protected override readonly decoupled: boolean = true;
  constructor(params: Params, options?: AdamOptions) {
    super(params, options, 'AdamW', 1e-2);
  }
}

export interface AdagradOptions extends Common {
  readonly lrDecay?: number;
  readonly initialAccumulatorValue?: number;
  readonly eps?: number;
}

/** s ← s + g²; p ← p − lr/(1 + (t − 1)·lrDecay) · g/(√s + eps). */
export class Adagrad extends Optimizer {
  constructor(params: Params, options?: AdagradOptions) {
    super('Adagrad', params, { ...common, lr: 1e-2, lrDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 }, options as Options);
  }
  protected override check(group: ParamGroup): void {
    super.check(group);
    for (const key of ['lrDecay', 'initialAccumulatorValue', 'eps']) this.atLeast(group, key, 0);
  }
  protected initial(group: ParamGroup): Record<string, number> {
    return { sum: group['initialAccumulatorValue'] as number };
  }
  protected update(group: ParamGroup, list: readonly Stepped[]): void {
    const [lr, decay, eps] = this.numbers(list, (t) => [
      group.lr / (1 + (t - 1) * (group['lrDecay'] as number)),
      group.weightDecay,
      group['eps'] as number,
    ]) as [Tensor, Tensor, Tensor];
    for (const { param, grad, state } of list) {
      const g = decayed(grad, param, decay, group);
      const sum = state['sum'] as Tensor;
      const next = e.add(sum, e.square(g));
      write(sum, next);
      write(param, e.sub(param, e.mul(e.div(g, e.add(e.sqrt(next), eps)), lr)));
    }
  }
}

export interface LionOptions extends Common {
  readonly betas?: readonly [number, number];
}

/** p ← p·(1 − lr·weightDecay) − lr·sign(β1 m + (1 − β1)g); m ← β2 m + (1 − β2)g (Chen et al. 2023). */
export class Lion extends Optimizer {
  constructor(params: Params, options?: LionOptions) {
    super('Lion', params, { ...common, lr: 1e-4, betas: [0.9, 0.99] }, options as Options);
  }
  protected override check(group: ParamGroup): void {
    super.check(group);
    this.betas(group);
  }
  protected initial(): Record<string, number> {
    return { exp_avg: 0 };
  }
  protected update(group: ParamGroup, list: readonly Stepped[]): void {
    const [lr, shrink, b1, c1, b2, c2] = this.numbers(list, () => {
      const [beta1, beta2] = group['betas'] as [number, number];
      return [group.lr, 1 - group.lr * group.weightDecay, beta1, 1 - beta1, beta2, 1 - beta2];
    }) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    for (const { param, grad, state } of list) {
      const m = state['exp_avg'] as Tensor;
      const direction = e.sign(e.add(e.mul(m, b1), e.mul(grad, c1)));
      write(param, e.sub(e.mul(param, shrink), e.mul(direction, lr)));
      write(m, e.add(e.mul(m, b2), e.mul(grad, c2)));
    }
  }
}
