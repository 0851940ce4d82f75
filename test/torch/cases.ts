/* The language of the cases that PyTorch computed (test/fixtures/torch, written by scripts/torch-cases.py).

   A case is a call with its arguments, a program (JavaScript text), a module with its state, an optimiser or a scheduler.
   Everything here is data: run.ts gives it meaning. */

/** A tensor: values row by row, or numbers of `mulberry32($r)` in [lo, hi); "s" its shape, "d" its dtype (float32),
    "g" whether it requires gradients, "v" views taken before use: `[method, ...arguments]`. */
export interface TensorText {
  readonly $t?: readonly Value[];
  readonly $r?: number;
  readonly lo?: number;
  readonly hi?: number;
  readonly s: readonly number[];
  readonly d?: string;
  readonly g?: 1;
  readonly v?: readonly (readonly [string, ...unknown[]])[];
}

/** A number, a boolean, or one of "nan", "inf", "-inf", "-0". */
export type Value = number | boolean | string;

/** One gradient per tensor argument that requires one: values, 0 for all zeros, null for none. */
export type Gradients = readonly (readonly Value[] | 0 | null)[];

interface Common {
  readonly name: string;
  /** Tolerance of a pointwise operation; otherwise that of the rest (run.ts). */
  readonly pointwise?: 1;
  /** The tolerance times this: PyTorch's own float32 does not stay within it. */
  readonly scale?: number;
  /** The same for second derivatives. */
  readonly scale2?: number;
  /** Signs of zeros count. */
  readonly bits?: 1;
  /** Devices that can do it; all without. */
  readonly devices?: readonly string[];
}

/** `call(...args)` and, where `method` is set, `args[0].method(...rest)`. */
export interface CallCase extends Common {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly expect: unknown;
  readonly method?: 1;
  readonly grads?: Gradients;
  /** Gradients of the sum of the gradients times another cotangent. */
  readonly second?: Gradients;
}

/** `js`: body of an async function of tensor, nn, optim, random, F, the other exports as `lib`, and the inputs by name. */
export interface ProgramCase extends Common {
  readonly js: string;
  readonly in: Readonly<Record<string, unknown>>;
  readonly expect?: unknown;
  /** The code of the TensorError thrown, and a part of its message. */
  readonly throws?: string;
  readonly message?: string;
}

/** A module with a given state, its outputs, the gradients of inputs and parameters, and its buffers afterwards. */
export interface ModuleCase extends Common {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly state: Readonly<Record<string, TensorText>>;
  readonly mode: 'train' | 'eval';
  readonly inputs: readonly unknown[];
  /** How often it is called; the outputs and gradients are those of the last call. */
  readonly times?: number;
  readonly expect: unknown;
  readonly grads: Gradients;
  readonly parameters: Readonly<Record<string, Gradients[number]>>;
  readonly buffers?: Readonly<Record<string, unknown>>;
}

/** Parameters after some steps with given gradients: step t of parameter i has gradient `mulberry32(1000·t + i)` in [−1, 1). */
export interface OptimiserCase extends Common {
  readonly optimiser: string;
  readonly groups: readonly { readonly params: readonly TensorText[]; readonly options: Readonly<Record<string, unknown>> }[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly steps: number;
  /** Values of every parameter after the steps named. */
  readonly after: Readonly<Record<string, readonly (readonly Value[])[]>>;
  /** Parameters (by position) without a gradient at odd steps. */
  readonly skip?: readonly number[];
}

/** Learning rates before the first and after every step of a scheduler (with `metrics`: of ReduceLROnPlateau). */
export interface SchedulerCase extends Common {
  /** JavaScript text: an expression of `o` (the optimiser), `S` (optim.lrScheduler) and `math` (Math). */
  readonly scheduler: string;
  readonly lrs: readonly number[];
  readonly metrics?: readonly number[];
  /** One row per time, one learning rate per group. */
  readonly expect: readonly (readonly number[])[];
  /** Momenta (beta1) at the same times, where the scheduler moves them. */
  readonly momenta?: readonly number[];
}

export type Case = CallCase | ProgramCase | ModuleCase | OptimiserCase | SchedulerCase;
