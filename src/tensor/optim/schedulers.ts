/* Learning rates over steps (tensor-api.md 10): each scheduler writes `lr` into the optimiser's groups, with the values of PyTorch's.
   As there, most rates follow from the one before, so that several schedulers may work on one optimiser. */

import { apartClasses } from '../../base/apart.ts';
import { checkOptions } from '../calls.ts';
import { repeatOnHost } from '../dispatch.ts';
import { fail } from '../error.ts';
import { describe } from '../ops/operands.ts';
import { tensorsOf } from '../tensor.ts';
import type { Optimizer, ParamGroup } from './optimizer.ts';
import { loadSchedule, stateOfSchedule } from './schedule-state.ts';

interface Scheduled extends ParamGroup {
  initialLr: number;
}

export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  /** Rates that the groups began with. */
  readonly baseLrs: number[];
  lastEpoch = -1;
  protected lastLr: number[] = [];

  constructor(optimizer: Optimizer) {
    if (!Array.isArray((optimizer as Optimizer | undefined)?.paramGroups))
      fail('value', new.target.name, `expected an optimiser, got ${describe(optimizer)}.`);
    this.optimizer = optimizer;
    for (const group of this.groups) group.initialLr ??= group.lr;
    this.baseLrs = this.groups.map((group) => group.initialLr);
  }

  [tensorsOf](): readonly unknown[] {
    return [this.optimizer];
  }

  protected get groups(): Scheduled[] {
    return this.optimizer.paramGroups as Scheduled[];
  }

  /** Rates for `lastEpoch`, from those in the groups. */
  protected abstract rates(): number[];
  /** Rates for `lastEpoch` from the beginning, where a formula gives them. */
  protected closedForm(): number[] {
    return this.rates();
  }

  /** In a compiled function: at every call of it. */
  step(): void {
    repeatOnHost(() => this.advance());
  }
  protected advance(): void {
    this.lastEpoch += 1;
    this.write(this.rates());
  }

  /** Back to an epoch, as a sequence of schedulers does when the next one begins. */
  restart(epoch: number): void {
    this.lastEpoch = epoch;
    this.write(this.closedForm());
  }

  /** The rate of each group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** What it has counted, for a checkpoint. */
  stateDict(): Record<string, unknown> {
    return stateOfSchedule(this);
  }
  loadStateDict(state: unknown): void {
    loadSchedule(this, state);
  }

  protected write(rates: readonly number[]): void {
    rates.forEach((rate, i) => (this.groups[i]!.lr = rate));
    this.lastLr = [...rates];
  }

  protected perGroup(fn: (lr: number, i: number) => number): number[] {
    return this.groups.map((group, i) => fn(group.lr, i));
  }
  protected perBase(fn: (base: number, i: number) => number): number[] {
    return this.baseLrs.map(fn);
  }
}

export class StepLR extends LRScheduler {
  private readonly stepSize: number;
  private readonly gamma: number;
  constructor(optimizer: Optimizer, stepSize: number, options: { readonly gamma?: number } = {}) {
    checkOptions('StepLR', options, ['gamma']);
    super(optimizer);
    this.stepSize = whole(stepSize, 'StepLR', 'stepSize');
    this.gamma = options.gamma ?? 0.1;
    this.advance();
  }
  protected rates(): number[] {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0
      ? this.perGroup((lr) => lr)
      : this.perGroup((lr) => lr * this.gamma);
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => base * this.gamma ** Math.floor(this.lastEpoch / this.stepSize));
  }
}

export class MultiStepLR extends LRScheduler {
  private readonly milestones: readonly number[];
  private readonly gamma: number;
  constructor(optimizer: Optimizer, milestones: readonly number[], options: { readonly gamma?: number } = {}) {
    checkOptions('MultiStepLR', options, ['gamma']);
    super(optimizer);
    if (!Array.isArray(milestones)) fail('value', 'MultiStepLR', `expected a list of milestones, got ${describe(milestones)}.`);
    this.milestones = [...(milestones as readonly number[])].sort((a, b) => a - b);
    this.gamma = options.gamma ?? 0.1;
    this.advance();
  }
  protected rates(): number[] {
    const times = this.milestones.filter((m) => m === this.lastEpoch).length;
    return this.perGroup((lr) => lr * this.gamma ** times);
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => base * this.gamma ** this.milestones.filter((m) => m <= this.lastEpoch).length);
  }
}

export class ExponentialLR extends LRScheduler {
  private readonly gamma: number;
  constructor(optimizer: Optimizer, gamma: number) {
    super(optimizer);
    if (typeof gamma !== 'number') fail('value', 'ExponentialLR', `expected gamma to be a number, got ${describe(gamma)}.`);
    this.gamma = gamma;
    this.advance();
  }
  protected rates(): number[] {
    return this.lastEpoch === 0 ? this.perGroup((lr) => lr) : this.perGroup((lr) => lr * this.gamma);
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => base * this.gamma ** this.lastEpoch);
  }
}

export class ConstantLR extends LRScheduler {
  private readonly factor: number;
  private readonly totalIters: number;
  constructor(optimizer: Optimizer, options: { readonly factor?: number; readonly totalIters?: number } = {}) {
    checkOptions('ConstantLR', options, ['factor', 'totalIters']);
    super(optimizer);
    this.factor = options.factor ?? 1 / 3;
    this.totalIters = options.totalIters ?? 5;
    if (this.factor > 1 || this.factor < 0) fail('value', 'ConstantLR', `expected factor in [0, 1], got ${this.factor}.`);
    this.advance();
  }
  protected rates(): number[] {
    if (this.lastEpoch === 0) return this.perGroup((lr) => lr * this.factor);
    return this.perGroup((lr) => (this.lastEpoch === this.totalIters ? lr / this.factor : lr));
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => base * (this.lastEpoch >= this.totalIters ? 1 : this.factor));
  }
}

export class LinearLR extends LRScheduler {
  private readonly startFactor: number;
  private readonly endFactor: number;
  private readonly totalIters: number;
  constructor(
    optimizer: Optimizer,
    options: { readonly startFactor?: number; readonly endFactor?: number; readonly totalIters?: number } = {},
  ) {
    checkOptions('LinearLR', options, ['startFactor', 'endFactor', 'totalIters']);
    super(optimizer);
    this.startFactor = options.startFactor ?? 1 / 3;
    this.endFactor = options.endFactor ?? 1;
    this.totalIters = options.totalIters ?? 5;
    if (!(this.startFactor > 0 && this.startFactor <= 1))
      fail('value', 'LinearLR', `expected startFactor in (0, 1], got ${this.startFactor}.`);
    if (!(this.endFactor >= 0 && this.endFactor <= 1)) fail('value', 'LinearLR', `expected endFactor in [0, 1], got ${this.endFactor}.`);
    this.advance();
  }
  private get span(): number {
    return this.endFactor - this.startFactor;
  }
  protected rates(): number[] {
    if (this.lastEpoch === 0) return this.perGroup((lr) => lr * this.startFactor);
    if (this.lastEpoch > this.totalIters) return this.perGroup((lr) => lr);
    return this.perGroup((lr) => lr * (1 + this.span / (this.totalIters * this.startFactor + (this.lastEpoch - 1) * this.span)));
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => base * (this.startFactor + (this.span * Math.min(this.totalIters, this.lastEpoch)) / this.totalIters));
  }
}

export class PolynomialLR extends LRScheduler {
  private readonly totalIters: number;
  private readonly power: number;
  constructor(optimizer: Optimizer, options: { readonly totalIters?: number; readonly power?: number } = {}) {
    checkOptions('PolynomialLR', options, ['totalIters', 'power']);
    super(optimizer);
    this.totalIters = options.totalIters ?? 5;
    this.power = options.power ?? 1;
    this.advance();
  }
  protected rates(): number[] {
    if (this.lastEpoch === 0 || this.lastEpoch > this.totalIters) return this.perGroup((lr) => lr);
    const decay = ((1 - this.lastEpoch / this.totalIters) / (1 - (this.lastEpoch - 1) / this.totalIters)) ** this.power;
    return this.perGroup((lr) => lr * decay);
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => base * (1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power);
  }
}

export class CosineAnnealingLR extends LRScheduler {
  private readonly tMax: number;
  private readonly etaMin: number;
  constructor(optimizer: Optimizer, tMax: number, options: { readonly etaMin?: number } = {}) {
    checkOptions('CosineAnnealingLR', options, ['etaMin']);
    super(optimizer);
    this.tMax = whole(tMax, 'CosineAnnealingLR', 'tMax');
    this.etaMin = options.etaMin ?? 0;
    this.advance();
  }
  protected rates(): number[] {
    const { tMax, etaMin, lastEpoch: t } = this;
    if (t === 0) return this.perGroup((lr) => lr);
    if ((t - 1 - tMax) % (2 * tMax) === 0)
      return this.perGroup((lr, i) => lr + ((this.baseLrs[i]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2);
    const ratio = (1 + Math.cos((Math.PI * t) / tMax)) / (1 + Math.cos((Math.PI * (t - 1)) / tMax));
    return this.perGroup((lr) => ratio * (lr - etaMin) + etaMin);
  }
  protected override closedForm(): number[] {
    return this.perBase((base) => this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * this.lastEpoch) / this.tMax))) / 2);
  }
}

export class CosineAnnealingWarmRestarts extends LRScheduler {
  private readonly t0: number;
  private readonly tMult: number;
  private readonly etaMin: number;
  constructor(optimizer: Optimizer, t0: number, options: { readonly tMult?: number; readonly etaMin?: number } = {}) {
    checkOptions('CosineAnnealingWarmRestarts', options, ['tMult', 'etaMin']);
    super(optimizer);
    this.t0 = whole(t0, 'CosineAnnealingWarmRestarts', 't0');
    this.tMult = whole(options.tMult ?? 1, 'CosineAnnealingWarmRestarts', 'tMult');
    this.etaMin = options.etaMin ?? 0;
    this.advance();
  }
  protected rates(): number[] {
    let [t, length] = [this.lastEpoch, this.t0];
    while (t >= length) {
      t -= length;
      length *= this.tMult;
    }
    return this.perBase((base) => this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * t) / length))) / 2);
  }
}

export interface OneCycleOptions {
  readonly totalSteps: number;
  readonly pctStart?: number;
  readonly annealStrategy?: 'cos' | 'linear';
  readonly cycleMomentum?: boolean;
  readonly baseMomentum?: number;
  readonly maxMomentum?: number;
  readonly divFactor?: number;
  readonly finalDivFactor?: number;
  readonly threePhase?: boolean;
}

interface Phase {
  readonly end: number;
  readonly lr: readonly [number, number];
  readonly momentum: readonly [number, number];
}

/** Up to maxLr and down again; momentum goes the other way (Smith and Topin 2019). */
export class OneCycleLR extends LRScheduler {
  private readonly phases: readonly Phase[][];
  private readonly totalSteps: number;
  private readonly linear: boolean;
  private readonly cycleMomentum: boolean;
  constructor(optimizer: Optimizer, maxLr: number | readonly number[], options: OneCycleOptions) {
    const keys = [
      'totalSteps',
      'pctStart',
      'annealStrategy',
      'cycleMomentum',
      'baseMomentum',
      'maxMomentum',
      'divFactor',
      'finalDivFactor',
      'threePhase',
    ];
    checkOptions('OneCycleLR', options, keys);
    super(optimizer);
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, baseMomentum = 0.85, maxMomentum = 0.95 } = options;
    const { divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
    this.totalSteps = whole(options.totalSteps, 'OneCycleLR', 'totalSteps');
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      fail('value', 'OneCycleLR', `expected annealStrategy "cos" or "linear", got ${describe(annealStrategy)}.`);
    if (!(pctStart >= 0 && pctStart <= 1)) fail('value', 'OneCycleLR', `expected pctStart in [0, 1], got ${describe(pctStart)}.`);
    this.linear = annealStrategy === 'linear';
    const first = this.groups[0]!;
    this.cycleMomentum = cycleMomentum && ('momentum' in first || 'betas' in first);
    const n = this.totalSteps;
    this.phases = this.groups.map((group, i) => {
      const top = typeof maxLr === 'number' ? maxLr : maxLr[i]!;
      const start = top / divFactor;
      const final = start / finalDivFactor;
      group.lr = start;
      group.initialLr = start;
      const [low, high] = [baseMomentum, maxMomentum];
      const up: Phase = { end: pctStart * n - 1, lr: [start, top], momentum: [high, low] };
      if (!threePhase) return [up, { end: n - 1, lr: [top, final], momentum: [low, high] }];
      return [
        up,
        { end: 2 * pctStart * n - 2, lr: [top, start], momentum: [low, high] },
        { end: n - 1, lr: [start, final], momentum: [high, high] },
      ];
    });
    if (this.cycleMomentum) this.writeMomentum(maxMomentum);
    this.advance();
  }
  private writeMomentum(value: number, i?: number): void {
    this.groups.forEach((group, k) => {
      if (i !== undefined && i !== k) return;
      if ('betas' in group) group['betas'] = [value, (group['betas'] as number[])[1]];
      else group['momentum'] = value;
    });
  }
  protected rates(): number[] {
    const t = this.lastEpoch;
    if (t > this.totalSteps)
      fail('value', 'OneCycleLR', `expected at most ${this.totalSteps} steps, got ${t}. Make it with a larger totalSteps.`);
    return this.phases.map((phases, i) => {
      let start = 0;
      for (const [k, phase] of phases.entries()) {
        if (t <= phase.end || k === phases.length - 1) {
          const part = (t - start) / (phase.end - start);
          if (this.cycleMomentum) this.writeMomentum(this.anneal(phase.momentum, part), i);
          return this.anneal(phase.lr, part);
        }
        start = phase.end;
      }
      return 0;
    });
  }
  private anneal([from, to]: readonly [number, number], part: number): number {
    return this.linear ? from + (to - from) * part : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
  }
}

export class LambdaLR extends LRScheduler {
  private readonly factors: readonly ((epoch: number) => number)[];
  constructor(optimizer: Optimizer, fn: ((epoch: number) => number) | readonly ((epoch: number) => number)[]) {
    super(optimizer);
    const list = typeof fn === 'function' ? this.groups.map(() => fn) : fn;
    if (!Array.isArray(list) || list.length !== this.groups.length || !list.every((f) => typeof f === 'function')) {
      fail('value', 'LambdaLR', `expected a function, or one for each of the ${this.groups.length} groups, got ${describe(fn)}.`);
    }
    this.factors = list as readonly ((epoch: number) => number)[];
    this.advance();
  }
  protected rates(): number[] {
    return this.perBase((base, i) => base * this.factors[i]!(this.lastEpoch));
  }
}

/** Own: a linear rise over `warmup` steps, then half a cosine down to minLr at `total`. */
export class WarmupCosineLR extends LRScheduler {
  private readonly warmup: number;
  private readonly total: number;
  private readonly minLr: number;
  constructor(optimizer: Optimizer, options: { readonly warmup: number; readonly total: number; readonly minLr?: number }) {
    checkOptions('WarmupCosineLR', options, ['warmup', 'total', 'minLr']);
    super(optimizer);
    const { warmup, total, minLr = 0 } = options ?? {};
    if (!(warmup >= 0) || !(total > warmup))
      fail('value', 'WarmupCosineLR', `expected 0 ≤ warmup < total, got ${describe(warmup)} and ${describe(total)}.`);
    [this.warmup, this.total, this.minLr] = [warmup, total, minLr];
    this.advance();
  }
  protected rates(): number[] {
    const { warmup, total, minLr, lastEpoch: s } = this;
    return this.perBase((lr) => {
      if (s < warmup) return (lr * (s + 1)) / warmup;
      if (s >= total) return minLr;
      return minLr + (lr - minLr) * 0.5 * (1 + Math.cos((Math.PI * (s - warmup)) / (total - warmup)));
    });
  }
}

/** One scheduler after another, each from its milestone on. */
export class SequentialLR {
  readonly optimizer: Optimizer;
  private readonly schedulers: readonly LRScheduler[];
  private readonly milestones: readonly number[];
  private lastLr: number[] = [];
  lastEpoch = 0;
  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    if (!Array.isArray(schedulers) || schedulers.length === 0) fail('value', 'SequentialLR', 'expected a list of schedulers.');
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1) {
      fail(
        'value',
        'SequentialLR',
        `expected ${schedulers.length - 1} milestones for ${schedulers.length} schedulers, got ${Array.isArray(milestones) ? milestones.length : describe(milestones)}.`,
      );
    }
    this.optimizer = optimizer;
    this.schedulers = schedulers as readonly LRScheduler[];
    this.milestones = milestones as readonly number[];
    // What the schedulers did to the rates when they were made is undone; then the first one begins.
    for (const group of optimizer.paramGroups as Scheduled[]) group.lr = group.initialLr;
    for (const scheduler of this.schedulers) scheduler.lastEpoch -= 1;
    this.schedulers[0]!.step();
    this.lastLr = this.schedulers[0]!.getLastLr();
  }
  /** In a compiled function: at every call of it. */
  step(): void {
    repeatOnHost(() => this.advance());
  }
  private advance(): void {
    this.lastEpoch += 1;
    const at = this.milestones.filter((m) => m <= this.lastEpoch).length;
    const scheduler = this.schedulers[at]!;
    if (at > 0 && this.milestones[at - 1] === this.lastEpoch) scheduler.restart(0);
    else scheduler.step();
    this.lastLr = scheduler.getLastLr();
  }
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** What it has counted, for a checkpoint. */
  stateDict(): Record<string, unknown> {
    return stateOfSchedule(this);
  }
  loadStateDict(state: unknown): void {
    loadSchedule(this, state);
  }
}

export interface PlateauOptions {
  readonly mode?: 'min' | 'max';
  readonly factor?: number;
  readonly patience?: number;
  readonly threshold?: number;
  readonly cooldown?: number;
  readonly minLr?: number;
}

/** Lowers the rate when a metric has not bettered for more than `patience` steps (by `threshold`, relative). */
export class ReduceLROnPlateau {
  readonly optimizer: Optimizer;
  private readonly options: Required<PlateauOptions>;
  private best: number;
  private bad = 0;
  private cooling = 0;
  private lastLr: number[];
  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    checkOptions('ReduceLROnPlateau', options, ['mode', 'factor', 'patience', 'threshold', 'cooldown', 'minLr']);
    this.optimizer = optimizer;
    this.options = { mode: 'min', factor: 0.1, patience: 10, threshold: 1e-4, cooldown: 0, minLr: 0, ...options };
    const { factor, mode, minLr } = this.options;
    if (typeof minLr !== 'number') fail('value', 'ReduceLROnPlateau', `expected minLr to be a number, got ${describe(minLr)}.`);
    if (!(factor < 1)) fail('value', 'ReduceLROnPlateau', `expected factor < 1, got ${describe(factor)}.`);
    if (mode !== 'min' && mode !== 'max') fail('value', 'ReduceLROnPlateau', `expected mode "min" or "max", got ${describe(mode)}.`);
    this.best = mode === 'min' ? Infinity : -Infinity;
    this.lastLr = optimizer.paramGroups.map((group) => group.lr);
  }
  /** In a compiled function: at every call of it. */
  step(metric: number): void {
    if (typeof metric !== 'number')
      fail('value', 'ReduceLROnPlateau.step', `expected the metric as a number, got ${describe(metric)}. Read it with await loss.item().`);
    repeatOnHost(() => this.advance(metric));
  }
  private advance(metric: number): void {
    const { mode, threshold, patience, cooldown, factor, minLr } = this.options;
    const better = mode === 'min' ? metric < this.best * (1 - threshold) : metric > this.best * (1 + threshold);
    if (better) {
      this.best = metric;
      this.bad = 0;
    } else this.bad += 1;
    if (this.cooling > 0) {
      this.cooling -= 1;
      this.bad = 0;
    }
    if (this.bad > patience) {
      for (const group of this.optimizer.paramGroups) {
        const next = Math.max(group.lr * factor, minLr);
        if (group.lr - next > 1e-8) group.lr = next;
      }
      this.cooling = cooldown;
      this.bad = 0;
    }
    this.lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** What it has counted, for a checkpoint. */
  stateDict(): Record<string, unknown> {
    return stateOfSchedule(this);
  }
  loadStateDict(state: unknown): void {
    loadSchedule(this, state);
  }
}

function whole(value: unknown, name: string, option: string): number {
  if (!Number.isInteger(value) || (value as number) < 1)
    fail('value', name, `expected ${option} to be an integer ≥ 1, got ${describe(value)}.`);
  return value as number;
}

/** `optim.lrScheduler`. */
export const lrScheduler = apartClasses('lrScheduler', {
  LRScheduler,
  StepLR,
  MultiStepLR,
  ExponentialLR,
  ConstantLR,
  LinearLR,
  PolynomialLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  OneCycleLR,
  LambdaLR,
  WarmupCosineLR,
  SequentialLR,
  ReduceLROnPlateau,
});
