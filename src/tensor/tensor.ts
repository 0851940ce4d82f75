/* The handle that users hold: a window on a storage, with its place in the autograd graph. What one can do with it is installed on the
   prototype by index.ts from the table of operations (surface.ts has the types). */

import type { DeviceName, View } from '../../kernels/types.ts';
import type { DType } from './dtype.ts';
import { fail } from './error.ts';
import { isContiguous, sameShape, show, sizeOf, type Shape } from './shape.ts';
import { checkBudget, totals, Storage } from './storage.ts';
import type { TensorMethods } from './surface.ts';

/** A step of the autograd graph; autograd.ts makes and walks them. */
export interface GradNode {
  readonly name: string;
  /** Later nodes have higher numbers, so that descending order is a topological one. */
  readonly order: number;
  readonly edges: readonly (GradEdge | null)[];
  /** What each output is, for zero gradients of outputs that nothing used. */
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType; readonly device: DeviceName }[];
  saved: (Saved | null)[] | null;
  readonly vjp: Vjp;
  /** Whether the vjp itself can be differentiated; fused operations cannot. */
  readonly twice: boolean;
  /** Non-leaf tensors that keep their gradient (`retainGrad`), with the output they are. */
  watchers: { readonly tensor: Tensor; readonly output: number }[] | null;
}

/** Where a gradient goes on: to an output of an earlier node, or into the `.grad` of a leaf. */
export type GradEdge = { readonly node: GradNode; readonly output: number } | { readonly leaf: Tensor };

/** Gradients of the inputs from those of the outputs; null where `needs[i]` is false or there is none. */
export type Vjp = (gradients: Tensor[], saved: (Tensor | undefined)[], needs: boolean[]) => (Tensor | null | undefined)[];

export interface Saved {
  readonly tensor: Tensor;
  readonly version: number;
}

/** Told when a `.grad` is read or written: `compile` learns from it what a function does to gradients. */
export const gradHook: { current: ((tensor: Tensor, access: 'read' | 'write') => void) | null } = { current: null };

/** Told of every tensor that a call is given, while `compile` traces: which ones a function found outside. */
export const useHook: { current: ((tensor: Tensor) => void) | null } = { current: null };

/** The method by which an object that owns tensors (a module, an optimiser) lists them, or trees of them, for `scope`. */
export const tensorsOf = Symbol('tensorsOf');

/** What stands beside a parameter and moves with it to another device: an optimiser's moments. */
export const besides = new WeakMap<Tensor, (() => readonly unknown[])[]>();

/** Tensors made since the innermost `scope` began, or null outside all scopes. */
export const scopeList: { current: Tensor[] | null } = { current: null };

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the methods are installed on the prototype
export interface Tensor extends TensorMethods {}

export class Tensor {
  readonly storage: Storage;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  node: GradNode | null = null;
  output = 0;
  /** Whether this leaf asks for a gradient. */
  wants = false;
  /** Saved copies of a handle point to the leaf whose gradient they carry. */
  origin: Tensor = this;
  /** The tensor that this one is a differentiable view of, so that writes through the view reach its graph. */
  base: Tensor | null = null;
  /** Whether another handle's storage is shown here, as views do. */
  readonly isView: boolean;
  /** How many parameters, buffers, `.grad`s and optimiser states refer to this handle: scopes spare it then. */
  holders = 0;
  private gradient: Tensor | null = null;
  private gone = false;
  private readonly counted: boolean;

  constructor(storage: Storage, shape: Shape, strides: readonly number[], offset: number, isView: boolean, counted = true) {
    this.storage = storage;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.isView = isView;
    this.counted = counted;
    if (counted) {
      storage.account.handles += 1;
      totals.tensors += 1;
      if (scopeList.current !== null) scopeList.current.push(this);
    }
  }

  /** The gradient of a leaf, or of a tensor with `retainGrad()`. One that is replaced belongs to the running scope. */
  get grad(): Tensor | null {
    if (gradHook.current !== null) gradHook.current(this, 'read');
    return this.gradient;
  }
  set grad(next: Tensor | null) {
    if (gradHook.current !== null) gradHook.current(this, 'write');
    const before = this.gradient;
    if (before === next) return;
    if (next) checkGradient(this, next);
    else next = null;
    this.gradient = next;
    if (next) next.holders += 1;
    if (before) {
      before.holders -= 1;
      if (scopeList.current !== null) scopeList.current.push(before);
    }
  }

  get dtype(): DType {
    return this.storage.dtype;
  }
  get device(): DeviceName {
    return this.storage.device;
  }
  get ndim(): number {
    return this.shape.length;
  }
  get requiresGrad(): boolean {
    return this.wants || this.node !== null;
  }
  get isLeaf(): boolean {
    return this.node === null;
  }
  get gradFn(): { readonly name: string } | null {
    return this.node && { name: this.node.name };
  }
  get disposed(): boolean {
    return this.gone;
  }
  numel(): number {
    return sizeOf(this.shape);
  }
  dim(): number {
    return this.shape.length;
  }
  stride(): number[] {
    return [...this.strides];
  }
  storageOffset(): number {
    return this.offset;
  }
  isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }
  sharesStorage(other: Tensor): boolean {
    return this.storage === other.storage;
  }

  /** Shows the numbers of another handle from now on, of the same shape: how a module's tensors move and stay the same objects. */
  become(next: Tensor): void {
    const { storage: before } = this;
    const self = this as { -readonly [Key in 'storage' | 'strides' | 'offset']: Tensor[Key] };
    next.storage.account.handles += 1;
    totals.tensors += 1;
    self.storage = next.storage;
    self.strides = next.strides;
    self.offset = next.offset;
    before.left = true;
    before.dropHandle();
    next.dispose();
  }

  /** Frees the handle, and its numbers with the last handle. Harmless twice. */
  dispose(): void {
    if (this.gone) return;
    this.gone = true;
    this.grad = null;
    if (this.counted) this.storage.dropHandle();
  }

  /** Throws where this handle was disposed; `position` is the argument's, from 1. */
  check(name: string, position: number): void {
    if (useHook.current !== null) useHook.current(this);
    if (this.gone)
      fail(
        'disposed',
        name,
        `argument ${position} was disposed. Keep it with tensor.keep(t), return it from its scope, or clone() it before.`,
      );
  }

  toString(): string {
    return `Tensor ${show(this.shape)} ${this.dtype} ${this.device}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    return fail(
      // While a function is being compiled every gradient is watched.
      gradHook.current === null ? 'value' : 'trace',
      'Tensor',
      gradHook.current === null
        ? 'a tensor is not a JavaScript number. Instead of a + 1 write a.add(1), instead of a > 0 a.gt(0); read a value with await a.item().'
        : 'a value cannot decide anything while a function is being compiled: it exists only when the plan runs. Choose with tensor.where(condition, a, b), and read values after the call.',
    );
  }
}

function checkGradient(of: Tensor, gradient: unknown): void {
  if (!(gradient instanceof Tensor)) fail('value', 'grad', `expected a tensor or null, got ${typeof gradient} ${String(gradient)}.`);
  gradient.check('grad', 1);
  if (!sameShape(gradient.shape, of.shape) || gradient.dtype !== of.dtype || gradient.device !== of.device)
    fail(
      gradient.device !== of.device ? 'device' : gradient.dtype !== of.dtype ? 'dtype' : 'shape',
      'grad',
      `expected a gradient ${show(of.shape)} ${of.dtype} on ${of.device} as its tensor, got ${show(gradient.shape)} ${gradient.dtype} on ${gradient.device}.`,
    );
}

/** Symbol.dispose is missing in older browsers; `using` brings its own where it is compiled. */
const disposeSymbol = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol) Object.defineProperty(Tensor.prototype, disposeSymbol, { value: Tensor.prototype.dispose });

/** Another handle on the same numbers. Carries no gradient: the caller tracks it. */
export function makeView(of: Tensor, shape: Shape, strides: readonly number[], offset = of.offset): Tensor {
  return new Tensor(of.storage, Object.freeze(shape as number[]), strides, offset, true);
}

/** The layout of a handle as kernels see it, on a buffer. */
export function viewOn<B>(tensor: Tensor, buffer: B): View<B> {
  return { buffer, offset: tensor.offset, shape: tensor.shape, strides: tensor.strides, dtype: tensor.storage.dtype };
}

export { checkBudget, Storage };
