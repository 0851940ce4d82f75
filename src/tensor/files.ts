/* Tensors to and from safetensors files (tensor-api.md 12). The format is safetensors.ts; here values are read from devices in one
   transfer and go back to one. */

import type { DeviceName } from '../../kernels/types.ts';
import { isPlain, publicCall } from './calls.ts';
import { fromHost } from './dispatch.ts';
import { getDefaultDevice, startDevice } from './device.ts';
import { fail } from './error.ts';
import { describe } from './ops/operands.ts';
import { readAll } from './reading.ts';
import { decodeSafetensors, encodeSafetensors, readSafetensorsHeader as readHeader } from './safetensors.ts';
import { Tensor } from './tensor.ts';

/** The bytes of a file with the tensors of a tree, in its order; names inside objects and arrays are joined by points. */
export const saveSafetensors = publicCall(
  'saveSafetensors(tree: object, { metadata })',
  (tree: unknown, { metadata = {} }: { metadata?: Record<string, string> } = {}) => {
    const name = 'saveSafetensors';
    if (!isPlain(metadata)) fail('value', name, `expected metadata to be an object of strings, got ${describe(metadata)}.`);
    if (!isPlain(tree)) fail('value', name, `expected an object of tensors, such as model.stateDict(), got ${describe(tree)}.`);
    const found: [string, Tensor][] = [];
    collect(tree, '', found);
    return readAll(
      found.map(([, t]) => t),
      name,
    ).then((values) =>
      encodeSafetensors(
        found.map(([key, { dtype, shape }], i) => ({ name: key, dtype, shape, data: values[i]! })),
        metadata,
      ),
    );
  },
);

/** A plain object name → tensor, in the header's order, on `device` (default: the default device). */
export const loadSafetensors = publicCall(
  'loadSafetensors(file, { device })',
  async (file: unknown, { device = getDefaultDevice() }: { device?: DeviceName } = {}) => {
    const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : bytesOf(file, 'loadSafetensors');
    await startDevice(device);
    const tensors: Record<string, Tensor> = {};
    for (const { name, dtype, shape, data } of decodeSafetensors(bytes, { float64: device === 'js' })) {
      // Also a name such as __proto__ is a name.
      Object.defineProperty(tensors, name, {
        value: fromHost(data, shape, dtype, device),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return tensors;
  },
);

/** What a file holds: `{ metadata, tensors: { name: { dtype, shape, dataOffsets } } }`. */
export const readSafetensorsHeader = publicCall('readSafetensorsHeader(file)', (file: unknown) =>
  readHeader(bytesOf(file, 'readSafetensorsHeader')),
);

function collect(tree: unknown, path: string, found: [string, Tensor][]): void {
  if (tree instanceof Tensor) {
    tree.check('saveSafetensors', 1);
    found.push([path, tree]);
  } else if (Array.isArray(tree) || isPlain(tree)) {
    for (const [key, value] of Object.entries(tree)) collect(value, path === '' ? key : `${path}.${key}`, found);
  } else fail('value', 'saveSafetensors', `${path}: expected a tensor, got ${describe(tree)}.`);
}

function bytesOf(file: unknown, name: string): Uint8Array {
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  if (ArrayBuffer.isView(file)) return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  return fail('value', name, `expected the bytes of a file as Uint8Array, ArrayBuffer or Blob, got ${describe(file)}.`);
}
