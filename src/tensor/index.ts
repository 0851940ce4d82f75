/* The face of the tensor library: `tensor`, `nn`, `optim`, `random` and what gradus:tensor exports beside them (tensor-api.md 1).
   Functions and methods are made from the table of operations. */

import { apart, apartRows, joined } from '../base/apart.ts';
import { setDefaultDevice, getDefaultDevice, devices, counters, provide } from './device.ts';
import { enableGrad, isGradEnabled, keep, noGrad, retainGrad, scopeOf, backward, gradOf } from './autograd.ts';
import { compile } from './compile.ts';
import { data as datasets } from './data/index.ts';
import { checkOptions, isPlain, publicCall, sectionOf } from './calls.ts';
import { defaultDtype, setDefaultFloat, type DType } from './dtype.ts';
import { fail, TensorError } from './error.ts';
import { tensorDraws } from './draws.ts';
import { fromOrt, fromTf, toOrt, toTf } from './guests.ts';
import { fit } from './fit.ts';
import { loadSafetensors, readSafetensorsHeader, saveSafetensors } from './files.ts';
import type { Functional } from './functional/surface.ts';
import { modules } from './nn/index.ts';
import { ownedBy } from './ops/composed.ts';
import * as e from './ops/elementwise.ts';
import { linalg } from './ops/linalg.ts';
import { describe, tensorAt, type Operand } from './ops/operands.ts';
import { select, transpose } from './ops/view.ts';
import { print, type Printable, type PrintOptions } from './print.ts';
import { defaultGenerator, manualSeed, provideTensorDraws, random } from './random.ts';
import { array, arraySync, asLeaf, data, dataSync, item, itemSync, makeTensor, readAll, sync, toDevice } from './reading.ts';
import { dimIn, show } from './shape.ts';
import { totals } from './storage.ts';
import { operations } from './table.ts';
import { fourier as fft } from './fourier.ts';
import { optim } from './optim/index.ts';
import * as transforms from './transforms.ts';
import { reverse } from './transforms.ts';
import { Tensor } from './tensor.ts';

type AnyFn = (...args: unknown[]) => unknown;
type Namespace = Record<string, unknown>;

const namespace: Namespace = {};
const functional: Namespace = {};

for (const operation of operations) {
  const name = operation.signature.slice(0, operation.signature.indexOf('('));
  const call = publicCall(operation.signature, operation.run);
  if (operation.where.includes('f')) namespace[name] = call;
  if (operation.where.includes('n')) functional[name] = call;
  if (operation.where.includes('m')) method(name, call);
}

function method(name: string, call: AnyFn): void {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]) {
      return call(this, ...args);
    },
    writable: true,
    configurable: true,
  });
}

const far = apart('methods', { print, toTf, toOrt });

const methods: Record<string, AnyFn> = {
  where: publicCall('where(a, condition, b)', (a: Tensor, condition: Tensor, b: Operand) => e.where(condition, a, b)),
  float: (a) => e.cast(a as Tensor, 'float32'),
  double: publicCall('double(a)', (a: Tensor) => a.to('float64')),
  int: (a) => e.cast(a as Tensor, 'int32'),
  bool: (a) => e.cast(a as Tensor, 'bool'),
  size: (a, dim) =>
    dim === undefined
      ? [...(a as Tensor).shape]
      : ((a as Tensor).shape[dimIn(dim as number, (a as Tensor).ndim, 'size')] ?? fail('index', 'size', 'a 0-d tensor has no dims.')),
  data: (a) => data(a as Tensor),
  array: (a) => array(a as Tensor),
  tolist: (a) => array(a as Tensor),
  item: (a) => item(a as Tensor),
  dataSync: (a) => dataSync(a as Tensor),
  arraySync: (a) => arraySync(a as Tensor),
  itemSync: (a) => itemSync(a as Tensor),
  toText: publicCall('toText(a, { precision = 4, threshold = 1000 })', (a: Tensor, options: PrintOptions = {}) =>
    data(a).then(
      (values) =>
        `${a instanceof modules.Parameter ? 'Parameter containing:\n' : ''}${far.print({ ...textFacts(a), data: values }, options)}`,
    ),
  ),
  toDevice: (a, device) => toDevice(a as Tensor, device as 'js'),
  toTf: (a, tf) => far.toTf(a as Tensor, tf),
  toOrt: (a, ort) => far.toOrt(a as Tensor, ort),
  retainGrad: (a) => (retainGrad(a as Tensor), a),
  requiresGrad_: (a, on = true) => requiresGrad_(a as Tensor, on as boolean),
  detach_: (a) => detach_(a as Tensor),
  backward: (a, gradient, options) => backwardOf(a as Tensor, gradient, options),
};
for (const [name, call] of Object.entries(methods)) method(name, call);

Object.defineProperty(Tensor.prototype, 'T', {
  get(this: Tensor) {
    if (this.ndim !== 2) fail('shape', 'T', `expected 2 dims, got ${show(this.shape)}. Use mT for the last two, or transpose(d0, d1).`);
    return transpose(this, 0, 1);
  },
});
Object.defineProperty(Tensor.prototype, 'mT', {
  get(this: Tensor) {
    if (this.ndim < 2) fail('shape', 'mT', `expected at least 2 dims, got ${show(this.shape)}.`);
    return transpose(this, -1, -2);
  },
});
Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  *value(this: Tensor): Generator<Tensor> {
    if (this.ndim === 0) fail('shape', 'Tensor', 'a 0-d tensor has no rows to walk over. Read it with await t.item().');
    for (let i = 0; i < this.shape[0]!; i++) yield select(this, 0, i);
  },
});

/** What the text of a tensor says beside its numbers: `mul` is named as PyTorch names it, MulBackward0. */
function textFacts(a: Tensor): Omit<Printable, 'data'> {
  const name = a.gradFn?.name;
  const facts = { shape: a.shape, dtype: a.dtype, defaultDtype: defaultDtype(), requiresGrad: a.requiresGrad };
  return name ? { ...facts, gradFn: `${name[0]!.toUpperCase()}${name.slice(1)}Backward0` } : facts;
}

function requiresGrad_(t: Tensor, on: boolean): Tensor {
  t.check('requiresGrad_', 1);
  if (!on) {
    if (t.node) fail('grad', 'requiresGrad_', 'only leaves can be told not to require gradients. Use detach().');
    t.wants = false;
    return t;
  }
  return t.node ? t : asLeaf(t, true, 'requiresGrad_');
}

function detach_(t: Tensor): Tensor {
  t.check('detach_', 1);
  t.node = null;
  t.wants = false;
  return t;
}

function backwardOf(t: Tensor, gradient: unknown, options: unknown): void {
  tensorAt(t, 1, 'backward');
  const asOptions = isPlain(gradient);
  const given = asOptions ? null : (gradient as Tensor | null | undefined);
  if (given !== null && given !== undefined && !(given instanceof Tensor))
    fail('value', 'backward', `expected a gradient tensor or options, got ${describe(given)}.`);
  const how = asOptions ? gradient : options;
  checkOptions('backward', how, ['retainGraph', 'createGraph']);
  backward([t], [given], how as { retainGraph?: boolean } | undefined);
}

reverse.backward = backward;
const derivatives = joined(
  sectionOf(
    apartRows('transforms', [
      ['grad(f, { argnums = 0, hasAux = false })', transforms.grad],
      ['valueAndGrad(f, { argnums = 0, hasAux = false })', transforms.valueAndGrad],
      ['jacobian(f, { argnums = 0, mode = "auto" })', transforms.jacobian],
      ['jacrev(f, { argnums = 0 })', (f: never, options: object) => transforms.jacobian(f, { ...options, mode: 'reverse' }, 'jacrev')],
      ['jacfwd(f, { argnums = 0 })', (f: never, options: object) => transforms.jacobian(f, { ...options, mode: 'forward' }, 'jacfwd')],
      ['hessian(f, { argnums = 0 })', transforms.hessian],
      ['defineOp(definition: object)', transforms.defineOp],
    ]),
  ),
  apart('transforms', { vjp: transforms.vjp, jvp: transforms.jvp, checkpoint: transforms.checkpoint }),
);

const autograd = sectionOf(
  apartRows('transforms', [
    ['grad(outputs, inputs, { gradOutputs, retainGraph = createGraph, createGraph = false, allowUnused = false })', gradients],
    ['detectAnomaly(fn)', transforms.detectAnomaly],
    ['gradcheck(fn, inputs, { eps = 1e-6, atol = 1e-5, rtol = 1e-3 })', transforms.gradcheck],
  ]),
);

const aFunction = <F>(fn: F, name: string): F =>
  typeof fn === 'function' ? fn : fail('value', name, `expected a function, got ${describe(fn)}. Write tensor.${name}(() => …).`);

const withoutGrad = <R>(fn: () => R): R => noGrad(aFunction(fn, 'noGrad'));

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
function gradients(
  outputs: Tensor | Tensor[],
  inputs: Tensor | Tensor[],
  { gradOutputs, ...rest }: { gradOutputs?: Tensor | Tensor[] | null } = {},
): (Tensor | null)[] {
  const [ys, xs] = [asList(outputs), asList(inputs)];
  ys.forEach((y, i) => tensorAt(y, i + 1, 'grad'));
  xs.forEach((x, i) => tensorAt(x, i + 1, 'grad'));
  return gradOf(ys, xs, { ...rest, gradOutputs: gradOutputs ? asList(gradOutputs) : null });
}

/** `tensor(data, options)`, and everything else as its properties. */
export const tensor = joined(
  joined(
    joined(
      Object.assign(publicCall('tensor(data, { dtype, device, requiresGrad = false, shape })', makeTensor as AnyFn), namespace),
      derivatives,
    ),
    apart('tensor', { fft, fit, fromOrt, fromTf, linalg, loadSafetensors, readSafetensorsHeader, saveSafetensors }),
  ),
  {
    autograd,
    compile,
    data: datasets,
    noGrad: withoutGrad,
    enableGrad: <R>(fn: () => R): R => enableGrad(aFunction(fn, 'enableGrad')),
    isGradEnabled,
    keep,
    scope: <R>(fn: () => R): R => scopeOf(aFunction(fn, 'scope'), ownedBy),
    readAll,
    sync,
    manualSeed,
    setDefaultDevice,
    getDefaultDevice,
    devices,
    counters,
    setDefaultDtype(dtype: DType): void {
      if (dtype !== 'float32' && dtype !== 'float64')
        fail('dtype', 'setDefaultDtype', `expected "float32" or "float64", got ${describe(dtype)}.`);
      if (dtype !== 'float32' && getDefaultDevice() !== 'js')
        fail('dtype', 'setDefaultDtype', `${dtype} is on js only. Call await tensor.setDefaultDevice("js") first.`);
      setDefaultFloat(dtype);
    },
    memory: () => ({ ...totals }),
    setMemoryBudget(bytes: number): void {
      if (!(bytes > 0)) fail('value', 'setMemoryBudget', `expected a number of bytes > 0, got ${describe(bytes)}.`);
      totals.budgetBytes = bytes;
    },
  },
);

export const nn = joined({ functional: functional as unknown as Functional }, modules);
provideTensorDraws(tensorDraws);

export const { grad, valueAndGrad, jacobian, hessian, scope } = tensor;
export { checkpoint, jvp, vjp } from './transforms.ts';
export { withoutGrad as noGrad, compile, datasets as data };
export { optim, fft, defaultGenerator, linalg, loadSafetensors, provide, random, saveSafetensors, Tensor, tensorDraws, TensorError };
