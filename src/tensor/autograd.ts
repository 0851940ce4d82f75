/* Reverse mode: `track` puts an operation into the graph, `backward` walks it from outputs to leaves in descending order of making,
   which is a topological order; no recursion, so depth is no limit. Rules are in the operations' own files. */

import type { DType } from './dtype.ts';
import { isFloat } from './dtype.ts';
import { fail } from './error.ts';
import { sameShape, show, type Shape } from './shape.ts';
import type { Storage } from './storage.ts';
import { scopeList, Tensor, type GradEdge, type GradNode, type Saved, type Vjp } from './tensor.ts';

let enabled = true;
/** Modes that are on, innermost last: an asynchronous one may outlive those begun after it. */
export type GradModes = { readonly on: boolean }[];
let modes: GradModes = [];
const modeNow = (): boolean => modes.length === 0 || modes[modes.length - 1]!.on;
let order = 0;
/** Set while `detectAnomaly` runs; sees every operation's name and outputs, and every gradient. */
let watcher: ((name: string, tensors: readonly Tensor[], backward: boolean) => void) | null = null;

export const isGradEnabled = (): boolean => enabled;
/** Puts the modes of other code in place and returns what was (context.ts). */
export function swapGradModes(next: GradModes): GradModes {
  const before = modes;
  modes = next;
  enabled = modeNow();
  return before;
}
export const setWatcher = (next: typeof watcher): typeof watcher => {
  const before = watcher;
  watcher = next;
  return before;
};

/** Runs `fn` with gradients on or off; of an asynchronous `fn`, until its promise settles. */
export function withGrad<R>(mode: boolean, fn: () => R): R {
  const own = { on: mode };
  const list = modes;
  list.push(own);
  enabled = mode;
  const end = (): void => {
    if (list[list.length - 1] === own) list.pop();
    else list.splice(list.indexOf(own), 1);
    enabled = modeNow();
  };
  let result: R;
  try {
    result = fn();
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) return result.finally(end) as R;
  end();
  return result;
}

export const noGrad = <R>(fn: () => R): R => withGrad(false, fn);
export const enableGrad = <R>(fn: () => R): R => withGrad(true, fn);

/** Told which leaves took part in a graph: what they ask for is part of a compiled function's signature. */
export const leafHook: { current: ((leaf: Tensor) => void) | null } = { current: null };

/** Whether an operation on these inputs takes part in a graph. */
export function needsGrad(inputs: readonly (Tensor | null | undefined)[]): boolean {
  if (!enabled) return false;
  for (const input of inputs) if (input && (input.wants || input.node !== null)) return true;
  return false;
}

export interface TrackOptions {
  /** Tensors the rule reads, given to it in this order; null for one that it will not need (say, the other factor's gradient is not asked for). */
  readonly saved?: readonly (Tensor | null)[];
  /** False for fused operations, whose gradient cannot be differentiated again. */
  readonly twice?: boolean;
}

/** Makes the outputs differentiable in the inputs by `vjp`, where gradients are on and an input asks for them. */
export function track(
  name: string,
  inputs: readonly (Tensor | null | undefined)[],
  outputs: readonly Tensor[],
  vjp: Vjp,
  options: TrackOptions = {},
): void {
  if (watcher !== null) watcher(name, outputs, false);
  if (leafHook.current !== null) for (const input of inputs) if (input && input.node === null) leafHook.current(input.origin);
  if (!needsGrad(inputs)) return;
  const edges = inputs.map(edgeTo);
  const saved: (Saved | null)[] = [];
  const node: GradNode = {
    name,
    order: order++,
    edges,
    outputs: outputs.map((t) => ({ shape: t.shape, dtype: t.dtype, device: t.device })),
    saved,
    vjp,
    twice: options.twice ?? true,
    watchers: null,
  };
  outputs.forEach((output, i) => {
    if (!isFloat(output.dtype)) return;
    output.node = node;
    output.output = i;
  });
  for (const tensor of options.saved ?? []) saved.push(tensor && save(tensor));
}

function edgeTo(input: Tensor | null | undefined): GradEdge | null {
  if (!input) return null;
  if (input.node !== null) return { node: input.node, output: input.output };
  return input.wants ? { leaf: input.origin } : null;
}

/** A handle of the graph's own: it keeps the numbers though the user's handles are disposed. */
function save(tensor: Tensor): Saved {
  const { storage } = tensor;
  const copy = new Tensor(storage, tensor.shape, tensor.strides, tensor.offset, true, false);
  copy.node = tensor.node;
  copy.output = tensor.output;
  copy.wants = tensor.wants;
  copy.origin = tensor.origin;
  storage.pins += 1;
  return { tensor: copy, version: storage.version };
}

function freeSaved(node: GradNode): void {
  if (node.saved) for (const kept of node.saved) kept?.tensor.storage.unpin();
  node.saved = null;
}

/** Lets go of what the graphs behind `dead` saved, but for the parts that lead on from `alive` too. */
export function freeGraphs(dead: Iterable<Tensor>, alive: Iterable<Tensor>): void {
  const spared = nodesBehind(alive, new Set());
  for (const node of nodesBehind(dead, spared)) freeSaved(node);
}

/** The nodes that these tensors lead back to, without those of `known`. */
function nodesBehind(tensors: Iterable<Tensor>, known: ReadonlySet<GradNode>): Set<GradNode> {
  const found = new Set<GradNode>();
  const todo: (GradNode | null)[] = Array.from(tensors, ({ node }) => node);
  while (todo.length > 0) {
    const node = todo.pop();
    if (!node || found.has(node) || known.has(node)) continue;
    found.add(node);
    for (const edge of node.edges) if (edge && 'node' in edge) todo.push(edge.node);
  }
  return found;
}

function unsave(node: GradNode): (Tensor | undefined)[] {
  if (node.saved === null) {
    fail(
      'grad',
      'backward',
      `the graph behind ${node.name} was freed by an earlier backward. Pass { retainGraph: true } to the first one to go through it again.`,
    );
  }
  return node.saved.map((kept) => {
    if (kept === null) return undefined;
    const { tensor, version } = kept;
    if (tensor.storage.version !== version) {
      fail(
        'grad',
        'backward',
        `${node.name} needs a tensor ${show(tensor.shape)} as it was, but ${tensor.storage.writer} has changed it in place since. Use the form without underscore, or clone() before.`,
      );
    }
    return tensor;
  });
}

export interface BackwardOptions {
  readonly retainGraph?: boolean;
  readonly createGraph?: boolean;
}

/** Adds tensors; ops install it, so that this file needs none of them. */
export const arithmetic = {
  add: (a: Tensor, b: Tensor): Tensor => fail('unsupported', 'add', `not installed: ${String(a)} ${String(b)}`),
  addInto: (target: Tensor, value: Tensor): void => fail('unsupported', 'add_', `not installed: ${String(target)} ${String(value)}`),
  clone: (a: Tensor): Tensor => fail('unsupported', 'clone', `not installed: ${String(a)}`),
  unbroadcast: (a: Tensor, shape: Shape): Tensor => fail('unsupported', 'sum', `not installed: ${String(a)} ${show(shape)}`),
  onesLike: (a: Tensor): Tensor => fail('unsupported', 'onesLike', `not installed: ${String(a)}`),
  zeros: (shape: Shape, dtype: DType, device: Tensor['device']): Tensor =>
    fail('unsupported', 'zeros', `not installed: ${show(shape)} ${dtype} ${device}`),
};

/** The gradient that a walk starts from: given, or 1 for a tensor of one element. */
function seedOf(output: Tensor, gradient: Tensor | null | undefined, name: string): Tensor {
  if (!output.requiresGrad) {
    fail(
      'grad',
      name,
      `the tensor ${show(output.shape)} does not require gradients. Make an input with { requiresGrad: true }, and do not compute under noGrad.`,
    );
  }
  if (gradient) {
    if (!sameShape(gradient.shape, output.shape))
      fail('shape', name, `expected a gradient ${show(output.shape)}, got ${show(gradient.shape)}.`);
    gradient.check(name, 2);
    if (gradient.device !== output.device)
      fail('device', name, `expected a gradient on ${output.device} as its tensor, got one on ${gradient.device}.`);
    return gradient;
  }
  if (output.numel() !== 1) {
    fail(
      'grad',
      name,
      `expected a tensor of one element, got ${show(output.shape)}. Reduce it (loss.mean().backward()) or pass a gradient of its shape.`,
    );
  }
  return arithmetic.onesLike(output);
}

type Sink = (edge: { leaf: Tensor } | { node: GradNode; output: number }, gradient: Tensor) => boolean;

/** Walks the graph behind `outputs`. `sink` takes gradients that end there (true) and lets the rest go on. */
function walk(
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  options: BackwardOptions,
  sink: Sink,
  wanted: ReadonlySet<GradNode> | null,
): void {
  const gradients = new Map<GradNode, (Tensor | undefined)[]>();
  const nodes = reachable(outputs);
  const useful = wanted && ancestorsOf(nodes, wanted);
  const give = (edge: GradEdge, gradient: Tensor): void => {
    if ('leaf' in edge) {
      sink(edge, gradient);
      return;
    }
    const list = gradients.get(edge.node) ?? [];
    if (list.length === 0) gradients.set(edge.node, list);
    const before = list[edge.output];
    list[edge.output] = before ? arithmetic.add(before, gradient) : gradient;
  };
  outputs.forEach((output, i) => give(output.node ? { node: output.node, output: output.output } : { leaf: output.origin }, seeds[i]!));
  const keep = options.retainGraph ?? options.createGraph ?? false;
  for (const node of nodes) {
    const list = gradients.get(node);
    if (!list) continue;
    gradients.delete(node);
    list.forEach((gradient, i) => gradient && sink({ node, output: i }, gradient));
    for (const { tensor, output } of node.watchers ?? []) {
      const gradient = list[output];
      if (gradient) tensor.grad = detached(tensor.grad ? arithmetic.add(tensor.grad, gradient) : gradient);
    }
    if (useful && !useful.has(node)) continue;
    if (options.createGraph && !node.twice) {
      fail(
        'grad',
        'backward',
        `the gradient of ${node.name} cannot be differentiated again (createGraph): it is one fused operation. Write it with plain operations for second derivatives.`,
      );
    }
    const full = node.outputs.map((o, i) => list[i] ?? arithmetic.zeros(o.shape, o.dtype, o.device));
    const needs = node.edges.map((edge) => edge !== null);
    const watching = watcher;
    // What a rule computes by is reported under the name of its operation.
    watcher = null;
    let found: ReturnType<Vjp>;
    try {
      found = node.vjp(full, unsave(node), needs);
    } finally {
      watcher = watching;
    }
    if (watcher !== null)
      watcher(
        node.name,
        found.filter((g): g is Tensor => !!g),
        true,
      );
    if (!keep) freeSaved(node);
    node.edges.forEach((edge, i) => {
      const gradient = found[i];
      if (edge && gradient) give(edge, gradient);
    });
  }
}

/** All nodes behind the outputs, later ones first. */
function reachable(outputs: readonly Tensor[]): GradNode[] {
  const seen = new Set<GradNode>();
  const stack: GradNode[] = [];
  for (const { node } of outputs) if (node) stack.push(node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const edge of node.edges) if (edge && 'node' in edge && !seen.has(edge.node)) stack.push(edge.node);
  }
  return [...seen].sort((a, b) => b.order - a.order);
}

/** Of `nodes`, those from which a wanted node or leaf can be reached. */
function ancestorsOf(nodes: readonly GradNode[], wanted: ReadonlySet<GradNode>): Set<GradNode> {
  const useful = new Set<GradNode>();
  for (const node of [...nodes].reverse()) {
    if (node.edges.some((edge) => edge && ('leaf' in edge ? true : wanted.has(edge.node) || useful.has(edge.node)))) useful.add(node);
  }
  return useful;
}

function detached(gradient: Tensor): Tensor {
  if (gradient.node === null && !gradient.wants) return gradient;
  return new Tensor(gradient.storage, gradient.shape, gradient.strides, gradient.offset, true);
}

/** Adds the gradients of `outputs` into the `.grad` of the leaves behind them. */
export function backward(
  outputs: readonly Tensor[],
  gradients: readonly (Tensor | null | undefined)[],
  options: BackwardOptions = {},
): void {
  const seeds = outputs.map((output, i) => seedOf(output, gradients[i], 'backward'));
  withGrad(options.createGraph ?? false, () => {
    // A storage may become the gradient of one leaf only; a second one gets a copy.
    const given = new Set<Storage>(seeds.filter((_, i) => gradients[i]).map((seed) => seed.storage));
    walk(
      outputs,
      seeds,
      options,
      (edge, gradient) => {
        if (!('leaf' in edge)) return false;
        accumulate(edge.leaf, gradient, given, options.createGraph ?? false);
        return true;
      },
      null,
    );
  });
}

function accumulate(leaf: Tensor, gradient: Tensor, given: Set<Storage>, createGraph: boolean): void {
  if (leaf.grad) {
    if (createGraph) leaf.grad = arithmetic.add(leaf.grad, gradient);
    else arithmetic.addInto(leaf.grad, gradient);
    return;
  }
  const own = !given.has(gradient.storage) && gradient.isContiguous() && !gradient.isView && gradient.storage.pins === 0;
  const kept = own ? gradient : arithmetic.clone(gradient);
  given.add(kept.storage);
  leaf.grad = createGraph ? kept : detached(kept);
}

/** The gradients of `outputs` with respect to `inputs`, without touching any `.grad`. Null where an input is unused and `allowUnused`. */
export function gradOf(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: BackwardOptions & { readonly gradOutputs?: readonly (Tensor | null)[] | null; readonly allowUnused?: boolean } = {},
): (Tensor | null)[] {
  const seeds = outputs.map((output, i) => seedOf(output, options.gradOutputs?.[i], 'grad'));
  const found: (Tensor | null)[] = inputs.map(() => null);
  for (const input of inputs)
    if (!input.requiresGrad)
      fail('grad', 'grad', `an input ${show(input.shape)} does not require gradients. Make it with { requiresGrad: true }.`);
  const wanted = new Set<GradNode>();
  for (const input of inputs) if (input.node) wanted.add(input.node);
  withGrad(options.createGraph ?? false, () => {
    walk(
      outputs,
      seeds,
      options,
      (edge, gradient) => {
        inputs.forEach((input, i) => {
          const matches =
            'leaf' in edge ? input.node === null && edge.leaf === input.origin : input.node === edge.node && input.output === edge.output;
          if (matches) found[i] = found[i] ? arithmetic.add(found[i], gradient) : gradient;
        });
        return 'leaf' in edge;
      },
      wanted,
    );
  });
  found.forEach((gradient, i) => {
    if (!gradient && !options.allowUnused) {
      fail(
        'grad',
        'grad',
        `input ${i + 1} ${show(inputs[i]!.shape)} was not used in the graph. Pass { allowUnused: true } to get null for it.`,
      );
    }
  });
  return found.map((gradient) => gradient && (options.createGraph ? gradient : detached(gradient)));
}

/** Keeps the gradient of a non-leaf tensor in its `.grad` when backward passes. */
export function retainGrad(tensor: Tensor): void {
  tensor.check('retainGrad', 1);
  if (!tensor.requiresGrad) fail('grad', 'retainGrad', 'the tensor does not require gradients.');
  if (tensor.node) (tensor.node.watchers ??= []).push({ tensor, output: tensor.output });
}

/** Refuses a write in place to a leaf that asks for gradients. */
export function checkInPlace(tensor: Tensor, name: string): void {
  if (enabled && tensor.wants && tensor.node === null) {
    fail(
      'grad',
      name,
      'a leaf that requires gradients cannot be changed in place. Do it inside tensor.noGrad(() => …), or use the form without underscore.',
    );
  }
}

/**
 * Runs `fn` and frees every tensor made inside but those in what it returns, those `keep`t, and what parameters, gradients and states refer to.
 * `tensorsIn` lists the tensors of a value; `isHeld` says that one is referred to from outside.
 */
export function scopeOf<R>(fn: () => R, tensorsIn: (value: unknown) => Iterable<Tensor>): R {
  const made: Tensor[] = [];
  const frame: Frame = { made, outer: scopeList.current, open: true };
  frames.set(made, frame);
  scopeList.current = made;
  const close = (result: unknown, failed: boolean): void => {
    const running = scopeList.current;
    const outer = openOuter(frame);
    frame.open = false;
    scopeList.current = null;
    const survivors = new Set<Tensor>(failed ? [] : tensorsIn(result));
    let rest = made.filter((tensor) => {
      if (!survivors.has(tensor) && !kept.has(tensor)) return true;
      outer?.push(tensor);
      return false;
    });
    // Disposing a leaf lets go of its gradient, which may lie earlier in the list.
    for (let before = -1; rest.length !== before;) {
      before = rest.length;
      rest = rest.filter((tensor) => {
        if (tensor.holders > 0) return true;
        tensor.dispose();
        return false;
      });
    }
    if (outer) for (const tensor of rest) outer.push(tensor);
    // A scope that began inside and is not over yet goes on, without what this one returns.
    if (running !== null && running !== made && survivors.size > 0) {
      const others = running.filter((tensor) => !survivors.has(tensor));
      if (others.length < running.length) {
        if (outer && outer !== running) for (const tensor of running) if (survivors.has(tensor)) outer.push(tensor);
        running.splice(0, running.length, ...others);
      }
    }
    scopeList.current = running === made ? outer : running;
  };
  let result: R;
  try {
    result = fn();
  } catch (error) {
    close(undefined, true);
    throw error;
  }
  if (result instanceof Promise) {
    return result.then(
      (value: unknown) => {
        close(value, false);
        return value;
      },
      (error: unknown) => {
        close(undefined, true);
        throw error;
      },
    ) as R;
  }
  close(result, false);
  return result;
}

interface Frame {
  readonly made: Tensor[];
  readonly outer: Tensor[] | null;
  open: boolean;
}
const frames = new WeakMap<Tensor[], Frame>();

/** The list of the next scope outside that is not over: an asynchronous one may end before those begun inside it. */
function openOuter(frame: Frame): Tensor[] | null {
  for (let list = frame.outer; list !== null;) {
    const next = frames.get(list);
    if (next === undefined || next.open) return list;
    list = next.outer;
  }
  return null;
}

const kept = new WeakSet<Tensor>();
/** Whether `keep` was called on it. */
export const isKept = (tensor: Tensor): boolean => kept.has(tensor);
/** Takes a tensor out of all scopes. */
export function keep<T extends Tensor>(tensor: T): T {
  kept.add(tensor);
  return tensor;
}

/** Counts a reference from a parameter, a buffer or an optimiser's state: scopes spare the tensor. */
export function hold<T extends Tensor>(tensor: T): T {
  tensor.holders += 1;
  if (tensor.device === 'webgpu') tensor.storage.keepCopy();
  return tensor;
}
