/* Compute pipelines by key, compiled in the background and in parallel; layouts by what a kernel binds.
   Group 0: storage buffers in order. Group 1: 1024 bytes of uniform words at a dynamic offset. */

import type { Step } from './step.ts';

export const UNIFORM_BYTES = 1024;

/** What a kernel needs in which neighbours swap numbers: all of the quad go the same way, though the compiler may not see it. */
const swapping = 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n';

export interface Pipeline {
  /** Set when it has been compiled. */
  gpu: GPUComputePipeline | undefined;
  /** Resolves then; to the error where it could not. */
  readonly ready: Promise<Error | undefined>;
  error: Error | undefined;
}

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout }>();
  readonly uniforms: GPUBindGroupLayout;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.uniforms = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: 4, buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: 0 } }],
    });
  }

  get count(): number {
    return this.#pipelines.size;
  }

  /** The layout of group 0 for buffers of these accesses. */
  layout(access: string): { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout } {
    let layout = this.#layouts.get(access);
    if (!layout) {
      const group = this.#device.createBindGroupLayout({
        entries: [...access].map((letter, binding) => ({
          binding,
          visibility: 4,
          buffer: { type: letter === 'w' ? 'storage' : 'read-only-storage' },
        })),
      });
      layout = { group, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group, this.uniforms] }) };
      this.#layouts.set(access, layout);
    }
    return layout;
  }

  /** The pipeline of a step; compilation begins with the first request. */
  get(step: Step<unknown>): Pipeline {
    let pipeline = this.#pipelines.get(step.key);
    if (!pipeline) {
      pipeline = this.#create(step);
      this.#pipelines.set(step.key, pipeline);
    }
    return pipeline;
  }

  #create(step: Step<unknown>): Pipeline {
    // What the device does not understand is told by the pipeline, and the call is computed on the host.
    this.#device.pushErrorScope('validation');
    const text = step.text();
    const module = this.#device.createShaderModule({ code: /\bquadSwap/.test(text) ? swapping + text : text, label: step.key });
    this.#device.popErrorScope().catch(() => {});
    const pipeline: { -readonly [K in keyof Pipeline]: Pipeline[K] } = {
      gpu: undefined,
      error: undefined,
      ready: this.#device
        .createComputePipelineAsync({ layout: this.layout(step.access).pipeline, compute: { module, entryPoint: 'main' }, label: step.key })
        .then(
          (gpu) => {
            pipeline.gpu = gpu;
            return undefined;
          },
          (error: unknown) =>
            (pipeline.error = new Error(
              `${step.key}: the device refused this kernel. ${error instanceof Error ? error.message : String(error)}`,
            )),
        ),
    };
    return pipeline;
  }
}
