/* The one GPU device of an engine: for tensors, for kernels of one's own, for tfjs and onnxruntime. */

import { requestGpu, type Gpu } from '../../kernels/webgpu/adapter.ts';
import { oneGpu } from '../../src/base/one-gpu.ts';

export const sharedGpu = (): Promise<Gpu> => oneGpu(requestGpu, ({ device }) => device.lost);
