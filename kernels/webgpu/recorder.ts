/* Records dispatches and copies into one command encoder and submits it in batches: at reads, or when the uniform words of
   a batch are full. Knows blocks, not tensors. Bind groups are kept by what they bind. */

import type { Counters } from '../types.ts';
import type { Memory, Stored } from './memory.ts';
import type { Pipelines } from './pipelines.ts';
import { UNIFORM_BYTES } from './pipelines.ts';
import type { Step } from './step.ts';

const RING_BYTES = 256 * 1024;
const DISPATCHES_A_BATCH = 256;
const BIND_GROUPS_KEPT = 4096;

export class Recorder {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #memory: Memory;
  readonly #counters: Counters;
  readonly #ring: GPUBuffer;
  readonly #ringGroup: GPUBindGroup;
  readonly #words = new Uint32Array(RING_BYTES / 4);
  readonly #groups = new Map<string, GPUBindGroup>();
  #used = 0;
  #dispatches = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;

  constructor(device: GPUDevice, pipelines: Pipelines, memory: Memory, counters: Counters) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#memory = memory;
    this.#counters = counters;
    this.#ring = device.createBuffer({ size: RING_BYTES + UNIFORM_BYTES, usage: 0x40 | 0x8 }); // UNIFORM | COPY_DST
    counters.buffers++;
    this.#ringGroup = this.uniformGroup(this.#ring);
  }

  uniformGroup(buffer: GPUBuffer): GPUBindGroup {
    this.#counters.bindGroups++;
    return this.#device.createBindGroup({
      layout: this.#pipelines.uniforms,
      entries: [{ binding: 0, resource: { buffer, size: UNIFORM_BYTES } }],
    });
  }

  /** Records one dispatch whose pipeline is ready. */
  dispatch(step: Step<Stored>): void {
    const { groups, words } = step;
    if (groups[0] * groups[1] * groups[2] === 0) return;
    const bytes = Math.ceil((words.length * 4) / 256) * 256;
    if (this.#used + bytes > RING_BYTES || this.#dispatches >= DISPATCHES_A_BATCH) this.flush();
    const buffers = this.#apart(step);
    const offset = this.#used;
    this.#words.set(words, offset / 4);
    this.#used += bytes;
    this.#dispatches++;
    const pass = this.pass();
    pass.setPipeline(this.#pipelines.get(step).gpu!);
    pass.setBindGroup(0, this.bindGroup(step.access, buffers));
    pass.setBindGroup(1, this.#ringGroup, [offset]);
    pass.dispatchWorkgroups(groups[0], groups[1], groups[2]);
    this.#counters.dispatches++;
  }

  /** One buffer may not be read and written by different bindings of a dispatch: inputs in a written block are read from a copy. */
  #apart(step: Step<Stored>): readonly Stored[] {
    const { access, buffers } = step;
    let apart = buffers;
    for (let i = 0; i < buffers.length; i++) {
      const { block } = buffers[i]!;
      block.touched = this.#memory.recording;
      if (access[i] !== 'r' || !buffers.some((other, j) => access[j] === 'w' && other.block === block)) continue;
      const copy = this.#memory.store(buffers[i]!.length, buffers[i]!.dtype);
      this.copy(buffers[i]!, 0, copy, 0, buffers[i]!.length);
      if (apart === buffers) apart = buffers.slice();
      (apart as Stored[])[i] = copy;
      this.#memory.release(copy); // its next user comes later in the same order
    }
    return apart;
  }

  bindGroup(access: string, buffers: readonly Stored[]): GPUBindGroup {
    let key = access;
    for (const { block, offset, length } of buffers) key += `|${block.id}.${offset}.${length}`;
    let group = this.#groups.get(key);
    if (!group) {
      if (this.#groups.size >= BIND_GROUPS_KEPT) this.#groups.clear();
      group = this.makeBindGroup(access, buffers);
      this.#groups.set(key, group);
    }
    return group;
  }

  makeBindGroup(access: string, buffers: readonly Stored[]): GPUBindGroup {
    this.#counters.bindGroups++;
    return this.#device.createBindGroup({
      layout: this.#pipelines.layout(access).group,
      entries: buffers.map((stored, binding) => ({
        binding,
        resource: { buffer: stored.block.gpu, offset: stored.offset, size: Math.max(16, Math.ceil(stored.length / 4) * 16) },
      })),
    });
  }

  /** Copies `length` elements between blocks, within the recording. */
  copy(from: Stored, fromOffset: number, to: Stored, toOffset: number, length: number): void {
    if (length === 0) return;
    from.block.touched = this.#memory.recording;
    to.block.touched = this.#memory.recording;
    this.encoder().copyBufferToBuffer(from.block.gpu, from.offset + fromOffset * 4, to.block.gpu, to.offset + toOffset * 4, length * 4);
  }

  /** The open pass. */
  pass(): GPUComputePassEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    return (this.#pass ??= this.#encoder.beginComputePass());
  }

  /** The open encoder, with no pass open. */
  encoder(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = undefined;
    return (this.#encoder ??= this.#device.createCommandEncoder());
  }

  /** Submits what has been recorded. */
  flush(): void {
    if (!this.#encoder) return;
    const encoder = this.encoder();
    if (this.#used) this.#device.queue.writeBuffer(this.#ring, 0, this.#words, 0, this.#used / 4);
    this.#device.queue.submit([encoder.finish()]);
    this.#counters.submissions++;
    this.#encoder = undefined;
    this.#used = 0;
    this.#dispatches = 0;
    this.#memory.recording++;
  }

  dispose(): void {
    this.#ring.destroy();
    this.#groups.clear();
  }
}
