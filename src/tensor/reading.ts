/* From a tensor to JavaScript: asynchronous on every device, in one transfer for many; and the way from JavaScript to a tensor. */

import type { DeviceName, HostArray } from '../../kernels/types.ts';
import { backendOf, getDefaultDevice, hasFloat16, isRunning, startDevice } from './device.ts';
import { dense, fromHost, tracing } from './dispatch.ts';
import { defaultDtype, dtypes, halves, hostArray, isFloat, type DType } from './dtype.ts';
import { callName, fail } from './error.ts';
import { show, sizeOf, type Shape } from './shape.ts';
import { mirror, rested } from './storage.ts';
import { Tensor } from './tensor.ts';
import type { Nested } from './surface.ts';
import { dueOn, isDue } from './ops/checks.ts';
import { describe, tensorAt } from './ops/operands.ts';

/** Reading while a function is compiled would freeze a value into the plan. */
export function refuseTrace(name: string): void {
  if (tracing() !== null) {
    fail(
      'trace',
      name,
      'a value cannot be read while a function is being compiled: it exists only when the plan runs. Return the tensor and read it after the call.',
    );
  }
}

/** The values of several tensors, row-major, as fresh arrays, in one transfer. */
export function readAll(tensors: readonly Tensor[], name = 'readAll'): Promise<HostArray[]> {
  refuseTrace(name);
  if (!Array.isArray(tensors)) fail('value', name, `expected a list of tensors, got ${describe(tensors)}.`);
  const list = (tensors as readonly Tensor[]).map((t, i) => tensorAt(t, i + 1, name));
  const ready = new Array<HostArray | null>(list.length).fill(null);
  const wanted: { at: number; tensor: Tensor }[] = [];
  list.forEach((t, i) => {
    if (t.storage.host) ready[i] = rowMajor(t, t.storage.host);
    else wanted.push({ at: i, tensor: dense(t) });
  });
  if (wanted.length === 0) return rested(Promise.resolve(ready as HostArray[]));
  const device = wanted[0]!.tensor.device;
  const ranges = wanted.map(({ tensor }) => {
    const backend = backendOf(tensor.device);
    return { buffer: tensor.storage.toDevice(backend), offset: tensor.offset, length: tensor.numel(), dtype: tensor.dtype };
  });
  const backend = backendOf(device);
  const due = dueOn(backend);
  const reading = backend.read([...ranges, ...due.ranges]);
  if (device === 'webgpu') mirror(backend);
  return rested(
    reading.then((values) => {
      due.settle(values.slice(wanted.length));
      wanted.forEach(({ at }, i) => (ready[at] = values[i]!));
      return ready as HostArray[];
    }),
  );
}

/** A fresh array of the elements in order. */
export function rowMajor(t: Tensor, data: HostArray): HostArray {
  const n = t.numel();
  if (t.isContiguous()) return data.slice(t.offset, t.offset + n);
  const out = hostArray(n, t.dtype);
  const { shape, strides } = t;
  const at = new Array<number>(shape.length).fill(0);
  let offset = t.offset;
  for (let i = 0; i < n; i++) {
    out[i] = data[offset]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      offset += strides[d]!;
      if (++at[d]! < shape[d]!) break;
      offset -= strides[d]! * shape[d]!;
      at[d] = 0;
    }
  }
  return out;
}

/** Looks at what the device has found wrong (ops/checks.ts), for those who read nothing else. */
export async function readChecks(device: DeviceName): Promise<void> {
  if (!isDue(device)) return;
  const backend = backendOf(device);
  const due = dueOn(backend);
  due.settle(await backend.read(due.ranges));
}

export const data = (a: Tensor): Promise<HostArray> => readAll([a], 'data').then(([values]) => values!);

export const array = (a: Tensor): Promise<Nested> => readAll([a], 'array').then(([values]) => nested(values!, a.shape, a.dtype));

/** Nested arrays of a shape; a bare value for []. bool becomes booleans. */
export function nested(values: HostArray, shape: Shape, dtype: DType, start = 0): Nested {
  if (shape.length === 0) return dtype === 'bool' ? values[start] !== 0 : values[start]!;
  const [length, ...rest] = shape as [number, ...number[]];
  const step = sizeOf(rest);
  return Array.from({ length }, (_, i) => nested(values, rest, dtype, start + i * step));
}

export function item(a: Tensor): Promise<number | boolean> {
  refuseTrace('item');
  const x = tensorAt(a, 1, 'item');
  if (x.numel() !== 1) fail('shape', 'item', `expected a tensor of one element, got ${show(x.shape)}. Use array() or data().`);
  return readAll([x], 'item').then(([values]) => nested(values!, [], x.dtype) as number | boolean);
}

export function dataSync(a: Tensor, name = 'dataSync'): HostArray {
  refuseTrace(name);
  const x = tensorAt(a, 1, name);
  const { storage } = x;
  // Also where the host has the numbers: whether it does is none of the caller's business.
  if (x.device === 'webgpu') {
    fail('device', name, `a tensor on ${x.device} cannot be read synchronously. Use await t.${name.replace('Sync', '')}().`);
  }
  return rowMajor(x, storage.host ?? storage.toHost());
}
export const arraySync = (a: Tensor): Nested => nested(dataSync(a, 'arraySync'), a.shape, a.dtype);
export function itemSync(a: Tensor): number | boolean {
  refuseTrace('itemSync');
  if (tensorAt(a, 1, 'itemSync').numel() !== 1) fail('shape', 'itemSync', `expected a tensor of one element, got ${show(a.shape)}.`);
  return nested(dataSync(a, 'itemSync'), [], a.dtype) as number | boolean;
}

export function sync(): Promise<void> {
  refuseTrace('sync');
  return rested(Promise.all((['wasm', 'webgpu'] as const).filter(isRunning).map((name) => backendOf(name).sync())).then(() => {}));
}

/** The tensor on another device (a copy, without a past); itself where it is there already. */
export function toDevice(a: Tensor, device: DeviceName): Promise<Tensor> {
  refuseTrace('toDevice');
  const x = tensorAt(a, 1, 'toDevice');
  return startDevice(device).then(() => {
    if (x.device === device) return x;
    if (device !== 'js' && x.dtype === 'float64') fail('dtype', 'toDevice', `float64 is on js only. Call float() first.`);
    if (x.dtype === 'float16' && !hasFloat16(device))
      fail('dtype', 'toDevice', `expected a type that ${device} has, got float16. Call float() first.`);
    return data(x).then((values) => {
      const moved = fromHost(values, x.shape, x.dtype, device);
      moved.wants = x.wants;
      return moved;
    });
  });
}

export interface MakeOptions {
  readonly dtype?: DType;
  readonly device?: DeviceName;
  readonly requiresGrad?: boolean;
}

/** A type and a device from options, checked. */
export function placeFor(options: MakeOptions, dtype: DType, name: string): { dtype: DType; device: DeviceName } {
  const device = options.device ?? getDefaultDevice();
  const wanted = options.dtype ?? dtype;
  if (!dtypes.includes(wanted))
    fail('dtype', name, `expected a dtype of ${dtypes.join(', ')}, got ${describe(wanted)}.${insteadOf(wanted)}`);
  if (!isRunning(device)) backendOf(device);
  if (wanted === 'float64' && device !== 'js')
    fail('dtype', name, `float64 is on js only, got device ${device}. Use float32, or { device: "js" }.`);
  if (wanted === 'float16') checkFloat16(device, name);
  return { dtype: wanted, device };
}

/** Throws where a device cannot store float16. */
export function checkFloat16(device: DeviceName, name: string): void {
  if (hasFloat16(device)) {
    halves.exist = true;
    return;
  }
  const got = device === 'webgpu' ? 'one without it' : `device ${device}`;
  fail('dtype', name, `float16 needs device webgpu and an adapter that has it (await tensor.devices() tells), got ${got}. Use float32.`);
}

/** What to write for a type of PyTorch that there is not. */
function insteadOf(dtype: unknown): string {
  const name = String(dtype).replace('torch.', '');
  const instead = /^(long|int64|int|int16|int8|short)$/.test(name)
    ? 'int32'
    : name === 'float' || name === 'bfloat16'
      ? 'float32'
      : name === 'half'
        ? 'float16'
        : name === 'double'
          ? 'float64'
          : name === 'boolean'
            ? 'bool'
            : null;
  return instead ? ` Write "${instead}".` : '';
}

/** Marks a fresh tensor as a leaf that asks for gradients. */
export function asLeaf(t: Tensor, requiresGrad: boolean | undefined, name: string): Tensor {
  if (requiresGrad) {
    if (!isFloat(t.dtype)) fail('grad', name, `only floats can require gradients, got ${t.dtype}. Pass { dtype: "float32" }.`);
    t.wants = true;
  }
  return t;
}

/** A host array as one of `dtype`; integers are checked against its range. */
export function toHostArray(values: ArrayLike<number | boolean | bigint>, dtype: DType, name: string): HostArray {
  const out = hostArray(values.length, dtype);
  const integer = dtype === 'int32' || dtype === 'uint8';
  const [low, high] = dtype === 'uint8' ? [0, 255] : [-2147483648, 2147483647];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
      const hint = (value as unknown) instanceof Tensor ? ' For a list of tensors use tensor.stack.' : '';
      fail('value', name, `expected numbers, got ${describe(value)} at position ${i}.${hint}`);
    }
    const number = Number(value);
    if (integer && !(number >= low && number <= high))
      fail('value', name, `${String(value)} at position ${i} does not fit ${dtype} (${low} to ${high}).`);
    out[i] = dtype === 'bool' ? (number !== 0 ? 1 : 0) : integer ? Math.trunc(number) : number;
  }
  return out;
}

/** The shape of nested arrays; ragged ones are an error. */
function shapeOfNested(value: Nested, name: string): number[] {
  const shape: number[] = [];
  for (let level: Nested = value; Array.isArray(level) || ArrayBuffer.isView(level); level = (level as readonly Nested[])[0] as Nested) {
    shape.push((level as readonly Nested[]).length);
    if ((level as readonly Nested[]).length === 0) break;
  }
  const walk = (level: Nested, depth: number): void => {
    const isList = Array.isArray(level) || ArrayBuffer.isView(level);
    if (isList !== depth < shape.length || (isList && (level as readonly Nested[]).length !== shape[depth])) {
      fail(
        'shape',
        name,
        `expected arrays of equal length at every depth, got ${isList ? `one of ${(level as readonly Nested[]).length}` : describe(level)} where ${shape[depth] ?? 'a number'} ${depth < shape.length ? 'elements were' : 'was'} before (dim ${depth}). Ragged arrays cannot be tensors.`,
      );
    }
    if (isList && depth + 1 <= shape.length) for (const inner of level as readonly Nested[]) walk(inner, depth + 1);
  };
  walk(value, 0);
  return shape;
}

export type TensorData = Nested | HostArray | Int8Array | Int16Array | Uint16Array | Uint32Array | BigInt64Array | Tensor;

/** Makes a tensor from JavaScript values or another tensor; data are copied. */
export function makeTensor(value: unknown, options: MakeOptions & { readonly shape?: Shape } = {}): Tensor {
  const name = 'tensor';
  if (value instanceof Tensor) return copyOf(value, options);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return fromTyped(value as HostArray, options);
  if (value instanceof ArrayBuffer)
    fail('value', name, 'expected numbers, arrays or a typed array, got an ArrayBuffer. Wrap it: new Float32Array(buffer).');
  if (typeof value !== 'number' && typeof value !== 'boolean' && !Array.isArray(value)) {
    fail('value', name, `expected a number, a boolean, nested arrays, a typed array or a tensor, got ${describe(value)}.`);
  }
  const shape = shapeOfNested(value as Nested, name);
  const flat = flattened(value as Nested, sizeOf(shape));
  const guess: DType = flat.length > 0 && flat.every((v) => typeof v === 'boolean') ? 'bool' : defaultDtype();
  const { dtype, device } = placeFor(options, guess, name);
  const wanted = options.shape ?? shape;
  if (sizeOf(wanted) !== flat.length)
    fail('shape', name, `expected ${sizeOf(wanted)} elements for shape ${show(wanted)}, got ${flat.length}.`);
  return asLeaf(fromHost(toHostArray(flat, dtype, name), wanted, dtype, device), options.requiresGrad, name);
}

function flattened(value: Nested, size: number): (number | boolean)[] {
  const out: (number | boolean)[] = [];
  const walk = (level: Nested): void => {
    if (Array.isArray(level) || ArrayBuffer.isView(level)) for (const inner of level as readonly Nested[]) walk(inner);
    else out.push(level as number | boolean);
  };
  if (size > 0) walk(value);
  return out;
}

function fromTyped(value: HostArray, options: MakeOptions & { readonly shape?: Shape }): Tensor {
  const guess: DType =
    value instanceof Float64Array || value instanceof Float32Array
      ? defaultDtype()
      : value instanceof Uint8Array || (value as unknown) instanceof Uint8ClampedArray
        ? 'uint8'
        : 'int32';
  const { dtype, device } = placeFor(options, guess, 'tensor');
  const shape = options.shape ?? [value.length];
  if (sizeOf(shape) !== value.length)
    fail('shape', 'tensor', `expected ${sizeOf(shape)} elements for shape ${show(shape)}, got ${value.length}.`);
  const same = hostArray(0, dtype).constructor === value.constructor && dtype !== 'bool';
  return asLeaf(fromHost(same ? value.slice() : toHostArray(value, dtype, 'tensor'), shape, dtype, device), options.requiresGrad, 'tensor');
}

/** `tensor(t)`: a copy without a past. Copying to another device needs the values on the host. */
function copyOf(value: Tensor, options: MakeOptions): Tensor {
  const x = tensorAt(value, 1, 'tensor');
  const { dtype, device } = placeFor({ device: x.device, ...options }, x.dtype, 'tensor');
  if (device !== x.device) {
    const host = x.storage.host ?? (backendOf(x.device).readSync ? x.storage.toHost() : null);
    if (!host)
      fail('device', 'tensor', `a tensor on ${x.device} cannot be copied to ${device} at once. Use await t.toDevice("${device}").`);
    return asLeaf(fromHost(toHostArray(rowMajor(x, host), dtype, 'tensor'), x.shape, dtype, device), options.requiresGrad, 'tensor');
  }
  const copy = copying.clone(x, dtype);
  return asLeaf(copy, options.requiresGrad, 'tensor');
}

/** Installed by index.ts: an untracked copy in another type. */
export const copying = {
  clone: (t: Tensor, dtype: DType): Tensor => fail('unsupported', 'tensor', `${callName('tensor')} ${String(t)} ${dtype}`),
};
