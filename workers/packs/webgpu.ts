/* The pack `webgpu`: the GPU backend of the compute library with its WGSL kernels, which loads where a notebook computes on webgpu. */

import { createWebGpuBackend } from '../../kernels/webgpu/backend.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['webgpu'] = { createWebGpuBackend };
