/* Calls of operations on tensors: on the host (device js, and small tensors on every device), on the device, or recorded by the tracer
   of `compile`. Shapes and types are decided above; here an output is allocated and the call is made. */

import { contiguousStrides, sizeOf, type Attributes, type OperationName } from '../../kernels/operations.ts';
import { reference } from '../../kernels/reference.ts';
import type { Call, DeviceName, HostArray, Layout } from '../../kernels/types.ts';
import { fromHalf, toHalf } from '../base/half.ts';
import { backendOf } from './device.ts';
import { halves, hostArray, type DType } from './dtype.ts';
import { callName, fail } from './error.ts';
import { isContiguous, sameShape, type Shape } from './shape.ts';
import { checkBudget, makeView, Storage, Tensor, viewOn } from './tensor.ts';

/** What `compile` puts in the place of execution while it traces. */
export interface Tracer {
  record(op: OperationName, inputs: readonly Tensor[], outputs: readonly Tensor[], attributes: Attributes[OperationName]): void;
  /** A few host numbers that `produce` gives anew at every call of the compiled function. */
  feed(shape: Shape, dtype: DType, device: DeviceName, produce: () => HostArray): Tensor;
  /** A storage whose numbers exist only when the plan runs. */
  adopt(storage: Storage): void;
  owns(storage: Storage): boolean;
  /** A module took part, in training or not. */
  note(mode: { readonly training: boolean }, module: object): void;
  /** Something that a compiled call has to repeat on the host each time (counting a step). */
  repeat(action: () => void): void;
  /**
   * Values that are there before each run (an argument, what was found outside) are handed to `check`, which throws where they are wrong.
   * False where the plan makes them.
   */
  guard(t: Tensor, check: (values: Tensor) => void): boolean;
}

let tracer: Tracer | null = null;
export const tracing = (): Tracer | null => tracer;

/** Runs `fn` under a tracer, or with null outside of it (state that must outlive the trace). */
export function withTracer<R>(next: Tracer | null, fn: () => R): R {
  const before = tracer;
  tracer = next;
  try {
    return fn();
  } finally {
    tracer = before;
  }
}

/** The sizes up to which a call is made on the host, and up to how many multiply-adds. */
const smallElements = 1024;
const smallWork = 16384;

const hostAttributes: ReadonlySet<OperationName> = new Set<OperationName>([
  'unary', 'binary', 'where', 'cast', 'copy', 'fill', 'iota', 'reduce', 'scan', 'matmul', 'softmax', 'softmaxGrad', 'crossEntropy',
  'crossEntropyGrad', 'layerNorm', 'layerNormGrad', 'gather', 'scatter', 'rows', 'rowsAdd', 'sort', 'searchSorted', 'random', 'fft',
]); // prettier-ignore

function goesToHost(op: OperationName, device: DeviceName, inputs: readonly Tensor[], outputs: readonly (Tensor | Layout)[]): boolean {
  if (device === 'js') return true;
  if (!hostAttributes.has(op) || hasHalf(inputs) || hasHalf(outputs)) return false;
  for (const output of outputs) if (sizeOf(output.shape) > smallElements) return false;
  for (const input of inputs) {
    const { storage } = input;
    if (storage.length > smallElements) return false;
    if (storage.host === null && (device === 'webgpu' || storage.onDevice === false)) return false;
  }
  if (op === 'matmul') {
    const [b = 1, m = 1, k = 1] = inputs[0]!.shape;
    return b * m * k * (inputs[1]!.shape[2] ?? 1) <= smallWork;
  }
  return true;
}

/** The device that a call runs on: that of its inputs, which must be one. */
export function deviceOf(inputs: readonly Tensor[], name: string): DeviceName {
  const device = inputs[0]!.storage.device;
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]!.storage.device;
    if (other !== device) {
      fail('device', name, `expected tensors on one device, got ${device} and ${other}. Move one with await t.toDevice("${device}").`);
    }
  }
  return device;
}

/** A contiguous tensor whose numbers are still to be written. */
export function emptyTensor(shape: Shape, dtype: DType, device: DeviceName, onHost = device === 'js'): Tensor {
  const length = sizeOf(shape);
  checkBudget(shape, length, dtype);
  const storage = new Storage(length, dtype, device, onHost && tracer === null ? hostArray(length, dtype) : null);
  if (tracer !== null) tracer.adopt(storage);
  return new Tensor(storage, Object.isFrozen(shape) ? shape : Object.freeze([...shape]), contiguousStrides(shape), 0, false);
}

// float16 is storage: what computes, computes in float32, and rounds what it gives.

const hasHalf = (list: readonly { readonly dtype: DType }[]): boolean => halves.exist && list.some(({ dtype }) => dtype === 'float16');
const computesHalf = (op: OperationName, inputs: readonly Tensor[], outputs: readonly { readonly dtype: DType }[]): boolean =>
  op !== 'cast' && op !== 'copy' && op !== 'fill' && (hasHalf(inputs) || hasHalf(outputs));

/** In float32. A number keeps its own value, which float16 might not hold. */
function widened(t: Tensor): Tensor {
  if (t.dtype !== 'float16') return t;
  const { literal, device } = t.storage;
  if (literal === null || t.ndim > 0) return compute('cast', [t], t.shape, 'float32', {});
  const wide = fromHost(Float32Array.of(literal), [], 'float32', device);
  wide.storage.literal = literal;
  return wide;
}

/** One output. */
export function compute<Op extends OperationName>(
  op: Op,
  inputs: readonly Tensor[],
  shape: Shape,
  dtype: DType,
  attributes: Attributes[Op],
  device: DeviceName = deviceOf(inputs, op),
): Tensor {
  return computeAll(op, inputs, [{ shape, dtype }], attributes, device)[0]!;
}

/** Makes the call and returns its fresh, contiguous outputs. */
export function computeAll<Op extends OperationName>(
  op: Op,
  inputs: readonly Tensor[],
  layouts: readonly Layout[],
  attributes: Attributes[Op],
  device: DeviceName = deviceOf(inputs, op),
): Tensor[] {
  if (computesHalf(op, inputs, layouts)) {
    const wide = layouts.map(({ shape, dtype }): Layout => ({ shape, dtype: dtype === 'float16' ? 'float32' : dtype }));
    const made = computeAll(op, inputs.map(widened), wide, attributes, device);
    return made.map((t, i) => (layouts[i]!.dtype === 'float16' ? compute('cast', [t], t.shape, 'float16', {}) : t));
  }
  const onHost = tracer === null && goesToHost(op, device, inputs, layouts);
  const outputs = layouts.map((layout) => emptyTensor(layout.shape, layout.dtype, device, onHost));
  perform(op, inputs, outputs, attributes, device, onHost);
  return outputs;
}

/** Makes a call whose outputs exist: writes in place. */
export function computeInto<Op extends OperationName>(
  op: Op,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attributes: Attributes[Op],
): void {
  const device = deviceOf([...outputs, ...inputs], op);
  if (computesHalf(op, inputs, outputs)) {
    // What is read and written is one tensor here as well.
    const twins = outputs.map((output) => [output, widened(output)] as const);
    const twinOf = (t: Tensor): Tensor =>
      twins.find(([own]) => own.storage === t.storage && own.offset === t.offset && sameShape(own.shape, t.shape))?.[1] ?? widened(t);
    computeInto(op, inputs.map(twinOf), twins.map(([, wide]) => wide), attributes); // prettier-ignore
    for (const [output, wide] of twins) if (wide !== output) computeInto('cast', [wide], [output], {});
    return;
  }
  const onHost = tracer === null && goesToHost(op, device, [...inputs, ...outputs], outputs);
  for (const output of outputs) {
    output.storage.version += 1;
    output.storage.writer = callName(op);
  }
  perform(op, inputs, outputs, attributes, device, onHost);
}

function perform(
  op: OperationName,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attributes: Attributes[OperationName],
  device: DeviceName,
  onHost: boolean,
): void {
  for (const input of inputs) checkAlive(input);
  if (op === 'fill' && outputs[0]!.dtype === 'float16') {
    const { value } = attributes as Attributes['fill'];
    attributes = { value: fromHalf(toHalf(value)) };
  }
  if (tracer !== null) {
    tracer.record(op, inputs, outputs, attributes);
    return;
  }
  if (onHost) {
    const call = {
      op,
      inputs: inputs.map((t) => viewOn(t, t.storage.toHost())),
      outputs: outputs.map((t) => viewOn(t, t.storage.toHost())),
      attributes,
    };
    (reference[op] as (call: Call<HostArray>) => void)(call);
    for (const output of outputs) output.storage.wroteHost();
    return;
  }
  const backend = backendOf(device);
  backend.run({
    op,
    inputs: inputs.map((t) => viewOn(t, t.storage.toDevice(backend))),
    outputs: outputs.map((t) => viewOn(t, t.storage.toDevice(backend))),
    attributes,
  });
  for (const output of outputs) output.storage.wroteDevice();
}

/** Tensors made while tracing have no numbers outside the plan. */
function checkAlive(tensor: Tensor): void {
  const { storage } = tensor;
  if (storage.symbolic && (tracer === null || !tracer.owns(storage))) {
    fail(
      'trace',
      'Tensor',
      'this tensor was made while a function was being compiled and has no values outside of it. Return it from the compiled function.',
    );
  }
}

/** A few host numbers as a tensor; a compiled function asks `produce` again at every call. */
export function feed(shape: Shape, dtype: DType, device: DeviceName, produce: () => HostArray): Tensor {
  return tracer ? tracer.feed(shape, dtype, device, produce) : fromHost(produce(), shape, dtype, device);
}

/** Does something on the host now, and again at every call of the compiled function that is being traced. */
export function repeatOnHost(action: () => void): void {
  if (tracer) tracer.repeat(action);
  else action();
}

/** A tensor on host numbers that nobody else writes; they go to the device when a kernel there first needs them. */
export function fromHost(data: HostArray, shape: Shape, dtype: DType, device: DeviceName): Tensor {
  checkBudget(shape, data.length, dtype);
  if (dtype === 'float16') data = data.map((value) => fromHalf(toHalf(value)));
  return new Tensor(new Storage(data.length, dtype, device, data), Object.freeze([...shape]), contiguousStrides(shape), 0, false);
}

/** The same numbers, row-major without gaps: the tensor itself where it is that already, else an untracked copy. */
export function dense(tensor: Tensor): Tensor {
  if (isContiguous(tensor.shape, tensor.strides)) return tensor;
  return compute('copy', [tensor], tensor.shape, tensor.dtype, {});
}

/** An untracked view with another shape of the same size; the tensor must be contiguous. */
export const reshaped = (tensor: Tensor, shape: Shape): Tensor => makeView(tensor, [...shape], contiguousStrides(shape));
