/* Finds a WebGPU adapter and asks it for a device with the limits that kernels can use. Says whether it is a real GPU or a
   processor in disguise, since the latter is slower than `wasm` and wants other kernels. */

import { isSoftware } from '../../src/base/adapter.ts';
import type { DeviceFacts } from './step.ts';

export interface AdapterFacts extends DeviceFacts {
  /** Such as "google swiftshader" or "apple metal-3". */
  readonly name: string;
  readonly float16: boolean;
  readonly timestamps: boolean;
  readonly subgroups: boolean;
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  /** What the adapter says of itself. */
  readonly info: GPUAdapterInfo;
}

/** The adapter's facts without a device; undefined where there is no WebGPU. */
export async function findAdapter(): Promise<{ adapter: GPUAdapter; facts: AdapterFacts } | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  return adapter ? { adapter, facts: factsOf(adapter) } : undefined;
}

/** A device with the adapter's own limits. Throws an Error that says why there is none. */
export async function requestGpu(): Promise<Gpu> {
  if (!globalThis.navigator?.gpu)
    throw new Error('webgpu: expected a browser with WebGPU, navigator.gpu is missing. Use the device "wasm".');
  const found = await findAdapter();
  if (!found) throw new Error('webgpu: expected a graphics adapter, the browser offers none. Use the device "wasm".');
  const { adapter, facts } = found;
  const wanted = ['timestamp-query', 'subgroups', 'shader-f16'] as const;
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize } = adapter.limits;
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((name) => adapter.features.has(name)),
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX,
    },
  });
  return { device, facts, info: adapter.info };
}

function factsOf(adapter: GPUAdapter): AdapterFacts {
  const { info, limits, features } = adapter;
  const name = [info.vendor, info.architecture || info.device || info.description].filter(Boolean).join(' ');
  return {
    name,
    software: isSoftware(adapter),
    storageBuffers: limits.maxStorageBuffersPerShaderStage,
    float16: features.has('shader-f16'),
    timestamps: features.has('timestamp-query'),
    subgroups: features.has('subgroups'),
  };
}
