/* The page of the oracle's browser run: the library with its webgpu device, and the runners, on `globalThis.torch`.
   Who drives it: test/stories/torch.story.ts. */

import { findAdapter, requestGpu } from '../../kernels/webgpu/adapter.ts';
import { createWebGpuBackend } from '../../kernels/webgpu/backend.ts';
import * as tensors from '../../src/tensor/index.ts';
import type { Case } from './cases.ts';
import { runPrograms, type Curve } from './programs.ts';
import { runCases, type Library, type Outcome } from './run.ts';

/** What the page offers: one section's cases, or the little programs. */
export interface TorchPage {
  cases(list: readonly Case[], compiled?: boolean): Promise<Outcome>;
  programs(curves: readonly Curve[], compiled: boolean): Promise<Outcome>;
}

tensors.provide('webgpu', {
  async probe() {
    const found = await findAdapter();
    const adapter = found?.facts.name ?? null;
    const reason = found ? 'in this browser' : 'no adapter';
    return {
      name: 'webgpu',
      available: found !== undefined,
      reason,
      adapter,
      float16: found?.facts.float16 ?? false,
      real: !found?.facts.software,
    };
  },
  async create() {
    const { device, facts } = await requestGpu();
    return (await createWebGpuBackend(device, facts)) as never;
  },
});

const library: Library = { ...tensors };
const page: TorchPage = {
  cases: (list, compiled = false) => runCases(library, 'webgpu', list, { large: true, compiled }),
  programs: (curves, compiled) => runPrograms(library, 'webgpu', curves, compiled),
};
Object.assign(globalThis, { torch: page });
