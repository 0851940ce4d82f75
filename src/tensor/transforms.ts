/* Derivatives of functions (tensor-api.md 3, as torch.func has them): arguments are trees of tensors, results have their form, and nothing
   is left in any `.grad`. Forward mode is reverse mode twice: the vector-Jacobian product is linear in its cotangent, and its own
   vector-Jacobian product is the Jacobian-vector product (J. Townsend, "A new trick for calculating Jacobian vector products", 2017). */

import { arithmetic, enableGrad, gradOf, isGradEnabled, noGrad, setWatcher, track } from './autograd.ts';
import { compute, repeatOnHost, tracing } from './dispatch.ts';
import { isFloat } from './dtype.ts';
import { fail, failAs, unnamed } from './error.ts';
import { leavesOf, mapTree, rebuild } from './ops/composed.ts';
import { isDue, strictly } from './ops/checks.ts';
import { describe, oneOf } from './ops/operands.ts';
import { clone, detach, reshape, stack } from './ops/view.ts';
import { drawHook, laterGenerator } from './random.ts';
import type { Generator, GeneratorState } from '../base/random.ts';
import { data, makeTensor, readChecks, refuseTrace } from './reading.ts';
import { sameShape, show } from './shape.ts';
import { Tensor } from './tensor.ts';

type Fn = (...args: unknown[]) => unknown;
export interface GradOptions {
  readonly argnums?: number | readonly number[];
  readonly hasAux?: boolean;
}

/** A leaf on the same numbers that asks for gradients; where the input takes part in an outer graph, one that leads on into it. */
function tracked(t: Tensor): Tensor {
  if (!isFloat(t.dtype)) return t;
  const leaf = detach(t);
  if (!t.requiresGrad) {
    leaf.wants = true;
    return leaf;
  }
  // Inside another derivative: a view in the outer graph, so that derivatives of derivatives work.
  track('identity', [t], [leaf], ([g]) => [g]);
  return leaf;
}

/** The arguments with those at `argnums` made into leaves, and the leaves. */
function withLeaves(args: readonly unknown[], argnums: readonly number[], name: string): { args: unknown[]; leaves: Tensor[] } {
  const leaves: Tensor[] = [];
  const out = args.map((arg, i) => {
    if (!argnums.includes(i)) return arg;
    const own = mapTree(arg, (t) => {
      if (!isFloat(t.dtype))
        fail('dtype', name, `expected floats to differentiate by, got ${t.dtype} ${show(t.shape)}. Name other arguments with { argnums }.`);
      const leaf = tracked(t);
      leaves.push(leaf);
      return leaf;
    });
    if (leavesOf(own).length === 0)
      fail('value', name, `expected a tensor or a tree of tensors as argument ${i + 1}, got ${describe(arg)}.`);
    return own;
  });
  return { args: out, leaves };
}

const listOf = (argnums: number | readonly number[], count: number, name: string): number[] =>
  (typeof argnums === 'number' ? [argnums] : [...argnums]).map((i) => {
    const at = i < 0 ? i + count : i;
    if (!Number.isInteger(at) || at < 0 || at >= count) fail('value', name, `expected argnums within the ${count} arguments, got ${i}.`);
    return at;
  });

/** Gradients of leaves; zeros for those that the output does not use. */
function gradients(
  outputs: readonly Tensor[],
  leaves: readonly Tensor[],
  cotangents: readonly (Tensor | null)[] | null,
  createGraph: boolean,
): Tensor[] {
  const live = outputs.map((output, i) => ({ output, cotangent: cotangents?.[i] ?? null })).filter(({ output }) => output.requiresGrad);
  const zero = (t: Tensor): Tensor => arithmetic.zeros(t.shape, t.dtype, t.device);
  if (live.length === 0) return leaves.map(zero);
  const found = gradOf(
    live.map(({ output }) => output),
    leaves,
    { gradOutputs: live.map(({ cotangent }) => cotangent), createGraph, retainGraph: true, allowUnused: true },
  );
  return found.map((g, i) => g ?? zero(leaves[i]!));
}

/** `[value, gradient]` of a scalar function, as a function of its arguments. */
export function valueAndGrad(f: Fn, { argnums = 0, hasAux = false }: GradOptions = {}, name = 'valueAndGrad'): Fn {
  if (typeof f !== 'function') fail('value', name, `expected a function, got ${describe(f)}.`);
  return (...args) => {
    const outer = isGradEnabled();
    return enableGrad(() => {
      const which = listOf(argnums, args.length, name);
      const { args: inner, leaves } = withLeaves(args, which, name);
      const result = unnamed(() => f(...inner));
      if (result instanceof Promise)
        fail('value', name, 'expected a function that returns at once, got an async one. Compute in it without await.');
      const [loss, aux] = hasAux ? (result as [Tensor, unknown]) : [result as Tensor, undefined];
      if (!(loss instanceof Tensor) || loss.numel() !== 1) {
        fail(
          'value',
          name,
          `expected the function to return one number as a tensor, got ${loss instanceof Tensor ? show(loss.shape) : describe(loss)}. Reduce it with sum() or mean().`,
        );
      }
      const flat = gradients([loss], leaves, null, outer && anyRequires(args));
      let at = 0;
      const forms = which.map((i) => mapTree(args[i], () => flat[at++]));
      const gradient = typeof argnums === 'number' ? forms[0] : forms;
      const value = outer && anyRequires(args) ? loss : detach(loss);
      const beside = outer && anyRequires(args) ? aux : mapTree(aux, detach);
      return [hasAux ? [value, beside] : value, gradient];
    });
  };
}

const anyRequires = (args: readonly unknown[]): boolean => leavesOf(args).some((t) => t.requiresGrad);

/** The gradient of a scalar function, as a function of its arguments; `[gradient, aux]` with `hasAux`. */
export function grad(f: Fn, options: GradOptions = {}): Fn {
  const both = valueAndGrad(f, options, 'grad');
  return (...args) => {
    const [value, gradient] = both(...args) as [unknown, unknown];
    return options.hasAux ? [gradient, (value as unknown[])[1]] : gradient;
  };
}

/** `[output, pull]`: `pull(cotangent)` gives the vector-Jacobian product, one for each primal. */
export function vjp(f: Fn, ...primals: unknown[]): [unknown, (cotangent: unknown) => unknown[]] {
  return enableGrad(() => {
    const { args, leaves } = withLeaves(primals, [...primals.keys()], 'vjp');
    const output = unnamed(() => f(...args));
    const outputs = leavesOf(output);
    const outer = anyRequires(primals);
    const pull = (cotangent: unknown): unknown[] =>
      enableGrad(() => {
        const given = leavesOf(cotangent);
        if (given.length !== outputs.length)
          fail('value', 'vjp', `expected a cotangent for each of the ${outputs.length} outputs, got ${given.length}.`);
        given.forEach((c, i) => {
          if (!sameShape(c.shape, outputs[i]!.shape))
            fail('shape', 'vjp', `expected a cotangent ${show(outputs[i]!.shape)}, got ${show(c.shape)}.`);
        });
        const flat = gradients(outputs, leaves, given, outer || given.some((c) => c.requiresGrad));
        let at = 0;
        return primals.map((primal) => mapTree(primal, () => flat[at++]));
      });
    return [outer ? output : mapTree(output, detach), pull];
  });
}

/** `[output, tangentOut]`: the Jacobian-vector product. */
export function jvp(f: Fn, primals: readonly unknown[], tangents: readonly unknown[]): [unknown, unknown] {
  if (!Array.isArray(primals) || !Array.isArray(tangents)) fail('value', 'jvp', 'expected lists: jvp(f, [x], [v]).');
  const [values, directions] = [leavesOf(primals), leavesOf(tangents)];
  if (values.length !== directions.length || values.some((v, i) => !sameShape(v.shape, directions[i]!.shape))) {
    fail(
      'shape',
      'jvp',
      `expected tangents of the primals' shapes ${values.map((v) => show(v.shape)).join(', ')}, got ${directions.map((v) => show(v.shape)).join(', ')}.`,
    );
  }
  return enableGrad(() => {
    const { args, leaves } = withLeaves(primals, [...primals.keys()], 'jvp');
    const output = unnamed(() => f(...args));
    const outputs = leavesOf(output);
    const outer = anyRequires(primals) || anyRequires(tangents);
    const tangent = pushed(outputs, leaves, directions, outer);
    let at = 0;
    return [outer ? output : mapTree(output, detach), mapTree(output, () => tangent[at++])];
  });
}

/** J·v of outputs in leaves: the gradient of u ↦ ⟨vjp(u), v⟩, which is linear in u. */
function pushed(outputs: readonly Tensor[], leaves: readonly Tensor[], directions: readonly Tensor[], createGraph: boolean): Tensor[] {
  const dummies = outputs.map((y) => {
    const u = compute('fill', [], y.shape, y.dtype, { value: 0 }, y.device);
    u.wants = true;
    return u;
  });
  const live = outputs.map((_, i) => i).filter((i) => outputs[i]!.requiresGrad);
  const zero = (t: Tensor): Tensor => arithmetic.zeros(t.shape, t.dtype, t.device);
  if (live.length === 0) return outputs.map(zero);
  const pulled = gradOf(
    live.map((i) => outputs[i]!),
    leaves,
    { gradOutputs: live.map((i) => dummies[i]!), createGraph: true, allowUnused: true },
  );
  const used = pulled.map((g, i) => ({ g, v: directions[i]! })).filter(({ g }) => g?.requiresGrad);
  if (used.length === 0) return outputs.map(zero);
  const found = gradOf(
    used.map(({ g }) => g!),
    dummies,
    { gradOutputs: used.map(({ v }) => v), createGraph, retainGraph: true, allowUnused: true },
  );
  return found.map((g, i) => g ?? zero(outputs[i]!));
}

export interface JacobianOptions {
  readonly argnums?: number | readonly number[];
  readonly mode?: 'auto' | 'reverse' | 'forward' | 'rev' | 'fwd';
}

/** A function that gives the Jacobian: [...out, ...in] for a tensor argument, in the argument's form for a tree. */
export function jacobian(f: Fn, { argnums = 0, mode = 'auto' }: JacobianOptions = {}, name = 'jacobian'): Fn {
  if (typeof f !== 'function') fail('value', name, `expected a function, got ${describe(f)}.`);
  oneOf(mode, ['auto', 'reverse', 'forward', 'rev', 'fwd'], 'mode');
  return (...args) => {
    const outer = isGradEnabled() && anyRequires(args);
    return enableGrad(() => {
      const which = listOf(argnums, args.length, name);
      const { args: inner, leaves } = withLeaves(args, which, name);
      const output = unnamed(() => f(...inner));
      const outSize = leavesOf(output).reduce((n, t) => n + t.numel(), 0);
      const inSize = leaves.reduce((n, t) => n + t.numel(), 0);
      const forward = mode === 'forward' || mode === 'fwd' || (mode === 'auto' && inSize < outSize);
      const perOutput = leavesOf(output).map((y) => (forward ? columns(y, leaves, outer) : rows(y, leaves, outer)));
      const forms = perOutput.map((list) => {
        let at = 0;
        const parts = which.map((i) => mapTree(args[i], () => list[at++]));
        return typeof argnums === 'number' ? parts[0] : parts;
      });
      return output instanceof Tensor ? forms[0] : rebuild(output, forms);
    });
  };
}

/** One vector-Jacobian product for each element of the output. */
function rows(y: Tensor, leaves: readonly Tensor[], createGraph: boolean): Tensor[] {
  const n = y.numel();
  const parts: Tensor[][] = leaves.map(() => []);
  for (let i = 0; i < n; i++) {
    const unit = unitVector(y, i);
    gradients([y], leaves, [unit], createGraph).forEach((g, k) => parts[k]!.push(g));
  }
  return leaves.map((leaf, k) => {
    const shape = [...y.shape, ...leaf.shape];
    return n === 0 ? arithmetic.zeros(shape, leaf.dtype, leaf.device) : reshape(stack(parts[k]!), shape);
  });
}

/** One Jacobian-vector product for each element of the inputs. */
function columns(y: Tensor, leaves: readonly Tensor[], createGraph: boolean): Tensor[] {
  return leaves.map((leaf, k) => {
    const n = leaf.numel();
    const shape = [...y.shape, ...leaf.shape];
    const parts: Tensor[] = [];
    for (let i = 0; i < n; i++) {
      const directions = leaves.map((other, j) =>
        j === k ? unitVector(other, i) : arithmetic.zeros(other.shape, other.dtype, other.device),
      );
      parts.push(pushed([y], leaves, directions, createGraph)[0]!);
    }
    return n === 0 ? arithmetic.zeros(shape, y.dtype, y.device) : reshape(stack(parts, { dim: y.ndim }), shape);
  });
}

function unitVector(like: Tensor, at: number): Tensor {
  const values = new Float64Array(like.numel());
  values[at] = 1;
  return makeTensor(values, { dtype: like.dtype, device: like.device, shape: like.shape });
}

/** Second derivatives of a scalar function: forward over reverse; [...in, ...in]. */
export function hessian(f: Fn, { argnums = 0 }: { argnums?: number | readonly number[] } = {}): Fn {
  return jacobian(grad(f, { argnums }), { argnums, mode: 'forward' }, 'hessian');
}

/** The value of `f(...args)`; its intermediates are computed anew in backward, with the same random numbers. */
export function checkpoint(f: Fn, ...args: unknown[]): unknown {
  const random = new Replayed();
  const output = random.first(() => noGrad(() => unnamed(() => f(...args))));
  const outputs = leavesOf(output);
  const inputs = leavesOf(args).filter((t) => t.requiresGrad);
  const outside = outputs.map((y) => (y.storage.pins > 0 || y.requiresGrad ? detach(y) : y));
  track(
    'checkpoint',
    // What the function closes over (a module's parameters) gets its gradient by the walk inside.
    inputs.length > 0 ? inputs : [closureLeaf(outputs[0])],
    outside,
    (cotangents) => {
      const { args: again, leaves } = withOwnLeaves(args, inputs);
      const replayed = random.again(() => enableGrad(() => leavesOf(unnamed(() => f(...again)))));
      const live = replayed.map((y, i) => ({ y, g: cotangents[i]! })).filter(({ y }) => y.requiresGrad);
      if (live.length === 0) return inputs.map(() => null);
      reverse.backward(
        live.map(({ y }) => y),
        live.map(({ g }) => g),
      );
      return inputs.length > 0 ? leaves.map((leaf) => leaf.grad) : [null];
    },
    { twice: false },
  );
  let at = 0;
  return mapTree(output, () => outside[at++]);
}

/** The states of all generators that a function draws from, so that it can be run again with the same numbers; in compiled functions too. */
class Replayed {
  private readonly states = new Map<Generator, { source: () => Generator; before: GeneratorState | null }>();

  first<R>(fn: () => R): R {
    const outer = drawHook.current;
    drawHook.current = (generator) => {
      outer?.(generator);
      if (this.states.has(generator)) return;
      const state: { source: () => Generator; before: GeneratorState | null } = { source: laterGenerator(generator), before: null };
      this.states.set(generator, state);
      repeatOnHost(() => (state.before = state.source().getState()));
    };
    try {
      return fn();
    } finally {
      drawHook.current = outer;
    }
  }

  again<R>(fn: () => R): R {
    const after = new Map<unknown, GeneratorState>();
    for (const state of this.states.values()) {
      repeatOnHost(() => {
        after.set(state, state.source().getState());
        state.source().setState(state.before!);
      });
    }
    try {
      return fn();
    } finally {
      for (const state of this.states.values()) repeatOnHost(() => state.source().setState(after.get(state)!));
    }
  }
}

/** `backward`, installed by index.ts. */
export const reverse = {
  backward: (outputs: readonly Tensor[], gradients: readonly Tensor[]): void =>
    fail('unsupported', 'backward', `${outputs.length} ${gradients.length}`),
};

/** A leaf that stands for what a checkpointed function closes over, so that the graph reaches it. */
function closureLeaf(like: Tensor | undefined): Tensor | null {
  if (!like) return null;
  const leaf = compute('fill', [], [], 'float32', { value: 0 }, like.device);
  leaf.wants = true;
  return leaf;
}

function withOwnLeaves(args: readonly unknown[], inputs: readonly Tensor[]): { args: unknown[]; leaves: Tensor[] } {
  const leaves = inputs.map((t) => {
    const leaf = detach(t);
    leaf.wants = true;
    return leaf;
  });
  return { args: args.map((arg) => mapTree(arg, (t) => leaves[inputs.indexOf(t)] ?? t)), leaves };
}

export interface OpContext {
  save(...tensors: Tensor[]): void;
  readonly saved: readonly Tensor[];
  readonly needs: readonly boolean[];
}

export interface OpDefinition {
  readonly name: string;
  forward(ctx: OpContext, ...inputs: unknown[]): Tensor | readonly Tensor[];
  vjp(ctx: OpContext, ...cotangents: Tensor[]): Tensor | null | readonly (Tensor | null)[];
}

/** A differentiable function from its forward and its vector-Jacobian product. */
export function defineOp({ name, forward, vjp: rule }: OpDefinition): Fn {
  if (typeof name !== 'string' || typeof forward !== 'function' || typeof rule !== 'function') {
    fail('value', 'defineOp', 'expected { name, forward(ctx, ...inputs), vjp(ctx, ...cotangents) }.');
  }
  return (...inputs) => {
    const tensors = inputs.filter((input): input is Tensor => input instanceof Tensor);
    let kept: Tensor[] = [];
    const needs = tensors.map((t) => isGradEnabled() && t.requiresGrad);
    const context = { save: (...list: Tensor[]) => void (kept = list), get saved() { return kept; }, needs }; // prettier-ignore
    const result = noGrad(() => unnamed(() => forward(context, ...inputs)));
    const list = (result instanceof Tensor ? [result] : [...result]).map((y) => (inputs.includes(y) || y.requiresGrad ? detach(y) : y));
    list.forEach((y, i) => {
      if (!(y instanceof Tensor)) fail('value', name, `expected forward to return tensors, got ${describe(y)} at ${i}.`);
    });
    track(
      name,
      tensors,
      list,
      (cotangents, saved, wanted) => {
        const found = unnamed(() => rule({ save: () => {}, saved: saved as Tensor[], needs: wanted }, ...cotangents));
        const grads = found instanceof Tensor || found === null ? [found] : [...found];
        if (grads.length !== tensors.length)
          fail(
            'value',
            name,
            `expected vjp to return a gradient (or null) for each of the ${tensors.length} tensor inputs, got ${grads.length}.`,
          );
        grads.forEach((g, i) => {
          if (g && !sameShape(g.shape, tensors[i]!.shape))
            fail('shape', name, `expected gradient ${i + 1} of shape ${show(tensors[i]!.shape)}, got ${show(g.shape)}.`);
        });
        return grads;
      },
      { saved: kept },
    );
    return result instanceof Tensor ? list[0] : list;
  };
}

// ---- checking

/** Runs `fn`; throws at the first operation whose value or gradient has a NaN. Not while compiling. */
export function detectAnomaly<R>(fn: () => R): R {
  if (tracing()) fail('trace', 'detectAnomaly', 'values cannot be looked at while a function is being compiled. Run it uncompiled.');
  const pending: { name: string; tensor: Tensor; backward: boolean }[] = [];
  const report = (name: string, backward: boolean): never =>
    failAs(
      'value',
      'detectAnomaly',
      `${name} ${backward ? 'gave a gradient with NaN in backward' : 'gave NaN'}. Look at its inputs: a logarithm or root of a negative number, 0/0, or values that overflowed before.`,
    );
  const before = setWatcher((name, tensors, backward) => {
    for (const t of tensors) {
      if (!isFloat(t.dtype)) continue;
      const { storage } = t;
      if (storage.host === null && t.device === 'webgpu') pending.push({ name, tensor: t, backward });
      else if (hasNaN(storage.toHost(), t)) report(name, backward);
    }
  });
  const strictBefore = strictly.on;
  strictly.on = true;
  const end = (): void => {
    strictly.on = strictBefore;
    setWatcher(before);
  };
  let result: R;
  try {
    result = unnamed(fn);
  } catch (error) {
    end();
    throw error;
  }
  const later = async (value: unknown): Promise<unknown> => {
    for (const { name, tensor, backward } of pending)
      if (!tensor.disposed && (await data(tensor)).some(Number.isNaN)) report(name, backward);
    await readChecks('webgpu');
    return value;
  };
  if (result instanceof Promise) return result.finally(end).then(later) as R;
  end();
  return (pending.length > 0 || isDue('webgpu') ? later(result) : result) as R;
}

function hasNaN(values: ArrayLike<number>, t: Tensor): boolean {
  if (!t.isContiguous()) return hasNaN(clone(detach(t)).storage.toHost(), clone(detach(t)));
  for (let i = 0, n = t.numel(); i < n; i++) if (Number.isNaN(values[t.offset + i]!)) return true;
  return false;
}

/** Compares gradients with central differences, in float64 on js; true, or an error that says where they differ. */
export function gradcheck(f: Fn, inputs: unknown, options: { eps?: number; atol?: number; rtol?: number } = {}): Promise<boolean> {
  refuseTrace('gradcheck');
  return checkGradients(f, inputs, options);
}

async function checkGradients(
  f: Fn,
  inputs: unknown,
  { eps = 1e-6, atol = 1e-5, rtol = 1e-3 }: { eps?: number; atol?: number; rtol?: number } = {},
): Promise<boolean> {
  const list = (Array.isArray(inputs) ? inputs : [inputs]) as unknown[];
  const own: unknown[] = [];
  for (const input of list) {
    if (!(input instanceof Tensor) || !isFloat(input.dtype)) own.push(input);
    else own.push(makeTensor(await data(input), { dtype: 'float64', device: 'js', shape: input.shape, requiresGrad: input.requiresGrad }));
  }
  const checked = own.filter((t): t is Tensor => t instanceof Tensor && t.requiresGrad);
  if (checked.length === 0) fail('grad', 'gradcheck', 'expected an input that requires gradients. Make it with { requiresGrad: true }.');
  const outputs = enableGrad(() => leavesOf(unnamed(() => f(...own)))).filter((y) => isFloat(y.dtype));
  for (const [k, y] of outputs.entries()) {
    for (const [i, x] of checked.entries()) {
      const analytic = (await data(rows(y, [x], false)[0]!)) as Float64Array;
      const values = x.storage.toHost();
      for (let j = 0; j < x.numel(); j++) {
        const centre = values[j]!;
        const at = async (value: number): Promise<ArrayLike<number>> => {
          values[j] = value;
          return data(noGrad(() => leavesOf(unnamed(() => f(...own))).filter((t) => isFloat(t.dtype))[k]!));
        };
        const [up, down] = [await at(centre + eps), await at(centre - eps)];
        values[j] = centre;
        for (let o = 0; o < y.numel(); o++) {
          const numeric = (up[o]! - down[o]!) / (2 * eps);
          const found = analytic[o * x.numel() + j]!;
          if (!(Math.abs(found - numeric) <= atol + rtol * Math.abs(numeric))) {
            fail(
              'grad',
              'gradcheck',
              `output ${k + 1}, element ${o}, by input ${i + 1}, element ${j}: the gradient is ${found}, differences give ${numeric}.`,
            );
          }
        }
      }
    }
  }
  return true;
}
