/* `tensor.fit` (tensor-api.md 11): the plain training loop, zeroGrad, forward, backward, clip, step, scheduler.step for each batch. By
   default the step is one compiled function. Losses are read a few steps later, so that reading does not hold up the device. */

import { enableGrad, noGrad, scopeOf } from './autograd.ts';
import { checkOptions } from './calls.ts';
import { compile } from './compile.ts';
import { DataLoader } from './data/loader.ts';
import { fail, TensorError } from './error.ts';
import { Module } from './nn/module.ts';
import { utils } from './nn/clip.ts';
import { ownedBy } from './ops/composed.ts';
import { describe } from './ops/operands.ts';
import type { Optimizer } from './optim/optimizer.ts';
import { readAll } from './reading.ts';
import { Tensor } from './tensor.ts';

export interface StepFacts {
  /** From 0, over all epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
}

export interface EpochFacts {
  readonly epoch: number;
  /** Mean of the epoch's losses. */
  readonly loss: number;
  /** Mean over the validation batches, each weighed by its length; absent without validation. */
  readonly validationLoss?: number;
}

type Batches = Iterable<unknown> | AsyncIterable<unknown>;
type Call = (...args: Tensor[]) => Tensor;

export interface FitOptions {
  /** `loss(output, ...targets)`, one number as a tensor. */
  readonly loss: Call;
  readonly optimizer: Pick<Optimizer, 'zeroGrad' | 'step' | 'paramGroups'>;
  readonly epochs?: number;
  /** Stepped once for each batch. */
  readonly scheduler?: { step(): void } | null;
  readonly validation?: Batches | null;
  /** Largest norm of all gradients together. */
  readonly clipGradNorm?: number | null;
  readonly compile?: boolean;
  /** Once aborted, `fit` throws its reason after the step that runs. */
  readonly signal?: AbortSignal | null;
  /** Gets `loss` at each step and `validationLoss` after each epoch. */
  readonly run?: { log(metrics: Record<string, number>, step?: number): void } | null;
  /** Called after each step, before the next; waits for its loss. */
  readonly onStep?: ((facts: StepFacts) => unknown) | null;
  readonly onEpoch?: ((facts: EpochFacts) => unknown) | null;
}

export interface FitResult {
  /** Of each step. */
  readonly loss: number[];
  readonly epochs: Omit<EpochFacts, 'epoch'>[];
}

const names = 'loss optimizer epochs scheduler validation clipGradNorm compile signal run onStep onEpoch'.split(' ');
/** How many losses are read in one transfer, and how long one waits for its reading, in ms. */
const [readEvery, readWithin] = [16, 100];

/** Trains `model` on batches `[x, ...targets]` of `loader`, any iterable of them that can be walked once for each epoch. */
export async function fit(model: Call | Module, loader: Batches, options: FitOptions): Promise<FitResult> {
  check(model, loader, options);
  const { loss: lossOf, epochs: count = 1, validation, signal, run, onStep, onEpoch } = options;
  const modules = model instanceof Module ? model.modules() : [];
  const modes = modules.map((module) => module.training);
  const train = stepOf(model as Call, options);
  const judge = (options.compile ?? true) ? compile(forward(model as Call, lossOf)) : forward(model as Call, lossOf);
  const result: FitResult = { loss: [], epochs: [] };
  const breath = new Breath();
  const waiting: Tensor[] = [];
  let since = performance.now();
  const readWaiting = async (epoch: number): Promise<void> => {
    const list = waiting.splice(0);
    for (const loss of await valuesOf(list)) {
      const step = result.loss.push(loss) - 1;
      run?.log({ loss }, step);
      if (onStep) await onStep({ step, epoch, loss });
    }
    since = performance.now();
  };
  const walk = async (batches: Batches, visit: (batch: Tensor[]) => Promise<void> | void): Promise<void> => {
    const fresh = batches instanceof DataLoader && batches.fresh;
    const asynchronous = !(batches instanceof DataLoader && batches.immediate) && Symbol.asyncIterator in batches;
    for await (const given of asynchronous ? batches : inTime(batches as Iterable<unknown>)) {
      signal?.throwIfAborted();
      const batch = batchOf(given);
      await visit(batch);
      if (fresh) for (const t of batch) t.dispose();
      await breath.due();
      signal?.throwIfAborted();
    }
  };
  try {
    signal?.throwIfAborted();
    for (let epoch = 0; epoch < count; epoch++) {
      for (const module of modules) module.training = true;
      const begin = result.loss.length;
      await walk(loader, async (batch) => {
        waiting.push(train.step(batch));
        options.scheduler?.step();
        if (onStep || waiting.length >= readEvery || performance.now() - since > readWithin) await readWaiting(epoch);
      });
      await readWaiting(epoch);
      const facts: { loss: number; validationLoss?: number } = { loss: mean(result.loss.slice(begin)) };
      if (validation) {
        for (const module of modules) module.training = false;
        facts.validationLoss = await validated(validation, walk, judge);
        run?.log({ validationLoss: facts.validationLoss }, result.loss.length - 1);
      }
      result.epochs.push(facts);
      if (onEpoch) await onEpoch({ epoch, ...facts });
    }
    return result;
  } finally {
    for (const loss of waiting) loss.dispose();
    modules.forEach((module, i) => (module.training = modes[i]!));
    train.dispose();
    if ('dispose' in judge) (judge as { dispose(): void }).dispose();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Numbers of losses, which are freed. */
async function valuesOf(losses: readonly Tensor[]): Promise<number[]> {
  const values = (await readAll(losses, 'fit')).map((value) => value[0]!);
  for (const loss of losses) loss.dispose();
  return values;
}

async function validated(
  batches: Batches,
  walk: (batches: Batches, visit: (batch: Tensor[]) => void) => Promise<void>,
  judge: Call,
): Promise<number> {
  const losses: Tensor[] = [];
  const lengths: number[] = [];
  await walk(batches, (batch) => {
    losses.push(scopeOf(() => noGrad(() => judge(...batch)), ownedBy));
    lengths.push(batch[0]!.shape[0] ?? 1);
  });
  const values = await valuesOf(losses);
  const total = lengths.reduce((sum, n) => sum + n, 0);
  return values.reduce((sum, value, i) => sum + value * lengths[i]!, 0) / total;
}

function forward(model: Call, lossOf: Call): Call {
  return (x, ...targets) => {
    const loss = lossOf(model(x!), ...targets);
    if (!(loss instanceof Tensor) || loss.numel() !== 1)
      fail('value', 'fit', `expected loss(output, ...targets) to return one number as a tensor, got ${loss instanceof Tensor ? String(loss) : describe(loss)}. Reduce it with mean().`); // prettier-ignore
    return loss;
  };
}

/** One step on a batch, giving its loss. */
function stepOf(model: Call, { loss: lossOf, optimizer, clipGradNorm, compile: asPlan = true }: FitOptions) {
  const value = forward(model, lossOf);
  const plain = (...batch: Tensor[]): Tensor => {
    optimizer.zeroGrad();
    const loss = value(...batch);
    loss.backward();
    if (typeof clipGradNorm === 'number') utils.clipGradNorm_(optimizer.paramGroups.flatMap((group) => group.params), clipGradNorm); // prettier-ignore
    optimizer.step();
    return loss.detach();
  };
  if (!asPlan) {
    // What the model keeps of a step (attention maps, say) outlives it.
    const scoped = (batch: Tensor[]): Tensor => scopeOf(() => [enableGrad(() => plain(...batch)), model, optimizer] as const, ownedBy)[0];
    return { step: scoped, dispose: () => {} };
  }
  const compiled = compile(plain);
  const step = (batch: Tensor[]): Tensor => {
    try {
      return enableGrad(() => compiled(...batch));
    } catch (error) {
      if (error instanceof TensorError && error.code === 'trace')
        throw new TensorError('trace', `${error.message} Or pass { compile: false } to fit.`);
      throw error;
    }
  };
  return { step, dispose: () => compiled.dispose() };
}

async function* inTime(batches: Iterable<unknown>): AsyncGenerator<unknown, void, undefined> {
  for (const batch of batches) yield batch;
}

function batchOf(batch: unknown): Tensor[] {
  if (!Array.isArray(batch) || batch.length === 0 || !batch.every((part) => part instanceof Tensor)) {
    const got = Array.isArray(batch) ? `an array of ${batch.map(describe).join(', ') || 'nothing'}` : describe(batch);
    fail('value', 'fit', `expected batches [x, ...targets] of tensors, got ${got}. A collateFn can make them.`);
  }
  batch.forEach((t: Tensor, i) => t.check('fit', i + 1));
  return batch as Tensor[];
}

/** Lets waiting messages (a stop button's, say) in now and then: promises alone do not. */
class Breath {
  private last = performance.now();
  async due(): Promise<void> {
    if (performance.now() - this.last < 50) return;
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    });
    this.last = performance.now();
  }
}

function check(model: unknown, loader: unknown, options: FitOptions): void {
  const name = 'fit';
  if (typeof model !== 'function') fail('value', name, `expected a module or a function as model, got ${describe(model)}.`);
  const walkable = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Tensor) &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
  if (!walkable(loader)) fail('value', name, `expected a DataLoader or another iterable of batches, got ${describe(loader)}.`);
  if (options === undefined) fail('value', name, 'expected options { loss, optimizer, … }, got none.');
  checkOptions(name, options, names);
  const { loss, optimizer, epochs = 1, scheduler, validation, clipGradNorm, run, onStep, onEpoch, compile: asPlan } = options;
  if (typeof loss !== 'function') fail('value', name, `expected loss to be a function (output, ...targets), got ${describe(loss)}.`);
  if (typeof (optimizer as Partial<Optimizer> | undefined)?.step !== 'function')
    fail(
      'value',
      name,
      `expected optimizer to be an optimiser, got ${describe(optimizer)}. For example new optim.AdamW(model.parameters()).`,
    );
  if (!Number.isSafeInteger(epochs) || epochs < 0) fail('value', name, `expected epochs to be an integer ≥ 0, got ${describe(epochs)}.`);
  if (scheduler && typeof scheduler.step !== 'function')
    fail('value', name, `expected scheduler to have step(), got ${describe(scheduler)}.`);
  if (validation && !walkable(validation))
    fail('value', name, `expected validation to be batches, as the loader, got ${describe(validation)}.`);
  if (clipGradNorm !== undefined && clipGradNorm !== null && !(clipGradNorm >= 0))
    fail('value', name, `expected clipGradNorm to be a number ≥ 0, got ${describe(clipGradNorm)}.`);
  if (run && typeof run.log !== 'function') fail('value', name, `expected run to have log(metrics, step), got ${describe(run)}.`);
  for (const [key, value] of Object.entries({ onStep, onEpoch }))
    if (value && typeof value !== 'function') fail('value', name, `expected ${key} to be a function, got ${describe(value)}.`);
  if (asPlan !== undefined && typeof asPlan !== 'boolean')
    fail('value', name, `expected compile to be true or false, got ${describe(asPlan)}.`);
}
