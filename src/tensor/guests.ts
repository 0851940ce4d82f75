/* Tensors of other libraries (tensor-api.md 13): of tfjs (`fromTf`, `toTf`) and of onnxruntime-web (`fromOrt`, `toOrt`). Where both compute
   on one GPU device the buffer is shared (guests-gpu.ts), else there is one copy through the host. They are known by their form, so neither
   library is part of this one. */

import type { HostArray } from '../../kernels/types.ts';
import { lentOut } from '../base/one-gpu.ts';
import { getDefaultDevice } from './device.ts';
import { fromHost } from './dispatch.ts';
import type { DType } from './dtype.ts';
import { fail } from './error.ts';
import { endWith, lend, sharedWith, take } from './guests-gpu.ts';
import { describe, tensorAt } from './ops/operands.ts';
import { data, toHostArray } from './reading.ts';
import type { Tensor } from './tensor.ts';

/** The part of a tfjs tensor that is used. */
interface TfTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  data(): Promise<ArrayLike<number>>;
  dataToGPU?(): { readonly buffer?: GPUBuffer; readonly tensorRef: { dispose(): void } };
  readonly dataId?: object;
}
/** The part of tfjs that is used. */
interface Tf {
  tensor(values: HostArray | { readonly buffer: GPUBuffer; readonly zeroCopy: true }, shape: number[], dtype: string): TfTensor;
  readonly Tensor?: unknown;
  getBackend?(): string;
}
/** The part of an ort.Tensor that is used; `data` throws where the values are not on the host. */
interface OrtTensor {
  readonly dims: readonly number[];
  readonly type: string;
  readonly location?: string;
  readonly data: ArrayLike<number | bigint>;
  readonly gpuBuffer: GPUBuffer;
  dispose(): void;
}
/** The part of onnxruntime-web that is used. */
interface Ort {
  readonly Tensor: (new (type: string, data: HostArray, dims: readonly number[]) => unknown) & {
    fromGpuBuffer?(
      buffer: GPUBuffer,
      options: { dataType: string; dims: readonly number[]; download: () => Promise<unknown>; dispose: () => void },
    ): object;
  };
}

/** What takes up one word on every side. */
const words: ReadonlySet<string> = new Set(['float32', 'int32']);

/** The values of a tfjs tensor; on one GPU device they never come to the host. Its types are float32, int32 and bool; others are an error. */
export async function fromTf(t: unknown): Promise<Tensor> {
  const name = 'fromTf';
  const given = t as TfTensor | null;
  if (
    typeof given !== 'object' ||
    given === null ||
    typeof given.data !== 'function' ||
    !Array.isArray(given.shape) ||
    typeof given.dtype !== 'string'
  )
    fail('value', name, `expected a tensor of tfjs, got ${describe(t)}.`);
  const dtype = { float32: 'float32', int32: 'int32', bool: 'bool' }[given.dtype] as DType | undefined;
  if (!dtype) fail('dtype', name, `expected float32, int32 or bool, got ${given.dtype}. Convert it with tf.cast first.`);
  const gpu = sharedWith((given as object).constructor);
  if (gpu && getDefaultDevice() === 'webgpu') {
    const copy = copyOnGpu(given);
    if (copy?.buffer) {
      // Neither the end of the cell nor tf.tidy frees it while it is read here.
      Object.assign(copy.tensorRef, { [lentOut]: true, kept: true });
      return take(copy.buffer, given.shape, dtype, gpu, () => copy.tensorRef.dispose());
    }
  }
  const values = await given.data();
  return fromHost(toHostArray(values, dtype, name), given.shape, dtype, getDefaultDevice());
}

/** tfjs gives its buffer as a copy on the GPU; undefined where its values are still on the host. */
function copyOnGpu(t: TfTensor): ReturnType<NonNullable<TfTensor['dataToGPU']>> | undefined {
  try {
    return t.dataToGPU?.();
  } catch {
    return undefined;
  }
}

/** The values as a tensor of the given tfjs, which shares the buffer on one GPU device. float16 and float64 become float32, uint8 becomes int32. */
export async function toTf(a: Tensor, tf: unknown): Promise<unknown> {
  const x = tensorAt(a, 1, 'toTf');
  const library = tf as Tf | null | undefined;
  if (typeof library?.tensor !== 'function') fail('value', 'toTf', `expected tf, got ${describe(tf)}. Write await a.toTf(tf).`);
  const dtype = x.dtype === 'bool' ? 'bool' : x.dtype === 'int32' || x.dtype === 'uint8' ? 'int32' : 'float32';
  const gpu = words.has(x.dtype) && library.getBackend?.() === 'webgpu' ? sharedWith(library.Tensor) : null;
  const loan = gpu && (await lend(x, gpu));
  if (loan) {
    const made = library.tensor({ buffer: loan.buffer, zeroCopy: true }, [...x.shape], dtype);
    endWith(made.dataId ?? made, loan);
    return made;
  }
  const values = await data(x);
  const converted = dtype === 'int32' ? Int32Array.from(values) : dtype === 'float32' ? Float32Array.from(values) : values;
  return library.tensor(converted, [...x.shape], dtype);
}

/** What each type of onnxruntime becomes; int64 and uint32 are checked against the range of int32. */
const fromOrtTypes: Readonly<Record<string, DType>> = {
  float32: 'float32',
  float64: 'float32',
  float16: 'float32',
  int64: 'int32',
  uint64: 'int32',
  uint32: 'int32',
  int32: 'int32',
  int16: 'int32',
  uint16: 'int32',
  int8: 'int32',
  uint8: 'uint8',
  bool: 'bool',
};

/** The values of an ort.Tensor, copied; one on our GPU device is shared. float64 keeps its type on js. One on another device has to be read first. */
export function fromOrt(v: unknown): Tensor {
  const name = 'fromOrt';
  const given = v as OrtTensor | null;
  if (typeof given !== 'object' || given === null || !Array.isArray(given.dims) || typeof given.type !== 'string')
    fail('value', name, `expected a tensor of onnxruntime, got ${describe(v)}.`);
  if (given.location === 'gpu-buffer' && words.has(given.type)) {
    const gpu = getDefaultDevice() === 'webgpu' ? sharedWith((given as object).constructor) : null;
    if (gpu) return take(given.gpuBuffer, given.dims, given.type as DType, gpu, disposeAfter(given));
  }
  if (given.location !== undefined && !/^cpu/.test(given.location))
    fail('device', name, `expected values on the host, got a tensor at ${given.location}. Call await v.getData() first.`);
  const device = getDefaultDevice();
  const dtype = given.type === 'float64' && device === 'js' ? 'float64' : fromOrtTypes[given.type];
  if (!dtype) fail('dtype', name, `expected numbers, got ${given.type}.`);
  const { data: raw } = given;
  const values = given.type === 'float16' && raw instanceof Uint16Array ? Float32Array.from(raw, half) : raw;
  return fromHost(toHostArray(values, dtype, name), given.dims, dtype, device);
}

/** From now on `v.dispose()` waits until the returned function has been called: its buffer would be used for other values. */
function disposeAfter(v: OrtTensor): () => void {
  const dispose = v.dispose.bind(v);
  let wanted = false;
  let through = false;
  v.dispose = () => {
    wanted = true;
    if (through) dispose();
  };
  return () => {
    through = true;
    if (wanted) dispose();
  };
}

/** The number that 16 bits of IEEE half precision are. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The values as a tensor of the given onnxruntime, which shares the buffer on one GPU device. float16 becomes float32. */
export async function toOrt(a: Tensor, ort: unknown): Promise<unknown> {
  const x = tensorAt(a, 1, 'toOrt');
  const library = ort as Ort | null | undefined;
  if (typeof library?.Tensor !== 'function') fail('value', 'toOrt', `expected ort, got ${describe(ort)}. Write await a.toOrt(ort).`);
  const type = x.dtype === 'float16' ? 'float32' : x.dtype;
  const gpu = words.has(type) && x.dtype === type && library.Tensor.fromGpuBuffer ? sharedWith(library.Tensor) : null;
  const loan = gpu && (await lend(x, gpu));
  if (loan) {
    const made = library.Tensor.fromGpuBuffer!(loan.buffer, { dataType: type, dims: x.shape, download: loan.read, dispose: loan.end });
    endWith(made, loan);
    return made;
  }
  return new library.Tensor(type, await data(x), x.shape);
}
