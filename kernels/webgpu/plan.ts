/* A program as a static plan: its calls simplified and fused (kernels/program), lowered to dispatches, every inner buffer given a
   block by liveness, pipelines, bind groups and uniform words made once. A run copies the arguments in, encodes the same
   dispatches, copies the results out and submits once; nothing is created.
   Parameters, gradients and moments of an optimiser are moved side by side, so that its update is one dispatch.

     actions: copy arguments ─▶ dispatch … dispatch ─▶ copy results                  one encoder, one submission              */

import { prepareProgram } from '../program/prepare.ts';
import type { Backend, DType, Executable, HostArray, Program, View } from '../types.ts';
import type { Gpu } from './backend.ts';
import type { Planned } from './dispatches.ts';
import { dispatchesOf, follows, listsOf, padded, placeOf, planned } from './dispatches.ts';
import type { Block, Stored } from './memory.ts';
import { asWords, wordsFor } from './memory.ts';
import { UNIFORM_BYTES } from './pipelines.ts';
import type { Pipeline } from './pipelines.ts';
import type { StandIn } from './stand-in.ts';
import { createStandIn } from './stand-in.ts';
import { isContiguous } from './step.ts';
import type { Step } from './step.ts';

type Action = { readonly step: Step<Planned> } | { readonly from: Planned; readonly to: Planned };

export function createPlan(gpu: Gpu, traced: Program): Executable<Stored> {
  const limit = gpu.facts.storageBuffers;
  const program = prepareProgram(traced, { inputs: limit - 2, outputs: 4, bindings: limit, instructions: 48 });
  let built = build(gpu, program);
  let disposed = false;
  let standIn: StandIn | undefined;
  // Another backend holds float16 unrounded.
  const hasHalf = traced.buffers.some(({ dtype }) => dtype === 'float16');

  const runNow = (args: readonly View<Stored>[], feeds: readonly HostArray[], results: readonly Stored[]): void => {
    if (disposed) return;
    if (built && built.moves !== gpu.memory.moves) {
      built.release();
      built = build(gpu, program);
    }
    built?.record(args, feeds, results);
  };

  return {
    get plan() {
      return built?.plan ?? { kernels: 0, dispatches: program.calls.length, submissions: 0, bytes: 0 };
    },
    run(args, feeds, results) {
      const inputs = args.map((view) => (isContiguous(view) ? { ...view } : gathered(gpu, view)));
      const numbers = feeds.map((feed) => feed.slice());
      const outputs = results.slice();
      gpu.order.add(() => {
        if (!built) return runCalls(gpu, program, inputs, numbers, outputs);
        const waiting = built.waiting();
        if (!waiting.length) {
          standIn?.dispose();
          standIn = undefined;
          return runNow(inputs, numbers, outputs);
        }
        const ready = Promise.all(waiting.map((pipeline) => pipeline.ready));
        const whenReady = (): Promise<void> =>
          ready.then((errors) => {
            const error = errors.find((found) => found !== undefined);
            if (!error) return runNow(inputs, numbers, outputs);
            console.warn(error.message);
            return runCalls(gpu, program, inputs, numbers, outputs);
          });
        if (!gpu.standIn || hasHalf) return whenReady();
        return instead(ready, gpu.standIn).then((backend) => {
          if (!backend) return whenReady();
          try {
            standIn ??= createStandIn(gpu, traced, backend);
          } catch {
            return whenReady();
          }
          return standIn.run(inputs, numbers, outputs).catch(whenReady);
        });
      });
      inputs.forEach((view, i) => {
        if (view.buffer !== args[i]!.buffer) gpu.free(view.buffer);
      });
    },
    dispose() {
      if (disposed) return;
      gpu.order.add(() => {
        disposed = true;
        standIn?.dispose();
        built?.release();
        built = undefined;
      });
    },
  };
}

/** How long kernels may take before another backend computes in their place. */
const patienceMs = 30;

/** The backend that computes until `ready`; undefined where that is so soon, or there is none. */
async function instead(ready: Promise<unknown>, standIn: Promise<Backend>): Promise<Backend | undefined> {
  const soon = ready.then(() => undefined);
  const waited = await Promise.race([soon, new Promise<true>((resolve) => setTimeout(resolve, patienceMs, true))]);
  return waited && Promise.race([soon, standIn.catch(() => soon)]);
}

/** A contiguous copy of a view, for the caller to free. */
function gathered(gpu: Gpu, view: View<Stored>): View<Stored> {
  let length = 1;
  for (const size of view.shape) length *= size;
  const strides = view.shape.map((_, d) => view.shape.slice(d + 1).reduce((product, size) => product * size, 1));
  const copy = { ...view, buffer: gpu.allocate(length, view.dtype), offset: 0, strides };
  gpu.run({ op: 'copy', inputs: [view], outputs: [copy], attributes: {} });
  return copy;
}

/* ---- building ---- */

/** Undefined where a call cannot be lowered: then the program runs call by call. */
function build(gpu: Gpu, program: Program) {
  const { memory, pipelines } = gpu;
  const owned: Block[] = [];
  const own = (bytes: number): Block => {
    const block = memory.block(bytes);
    block.users++;
    owned.push(block);
    return block;
  };
  const range = (block: Block, offset: number, length: number, dtype: DType): Stored => ({ block, offset, length, dtype, freed: false });
  const release = (): void => owned.splice(0).forEach((block) => memory.leave(block));

  const at = { moves: memory.moves };
  const places = sideBySide(gpu, program, () => {
    if (at.moves === memory.moves - 1) at.moves = memory.moves;
  });

  // Every buffer of the program; small ones that the host writes share a block.
  const feedOffsets: { slot: number; offset: number; dtype: DType }[] = [];
  const used = new Set(program.calls.flatMap((call) => [...call.inputs, ...call.outputs].map(({ buffer }) => buffer)));
  const bytesOf = (kind: string): number =>
    program.buffers.reduce(
      (sum, buffer, i) => sum + (buffer.kind === kind && (used.has(i) || kind === 'feed') ? padded(buffer.length) : 0),
      0,
    );
  const feedBytes = bytesOf('feed');
  const constantBytes = bytesOf('constant');
  const feedBlock = feedBytes ? own(feedBytes) : undefined;
  const constantBlock = constantBytes ? own(constantBytes) : undefined;
  let feedAt = 0;
  let constantAt = 0;
  const constants: { stored: Stored; data: HostArray }[] = [];
  const argumentsOf: { slot: number; stored: Stored }[] = [];
  const resultsOf: { slot: number; from: Planned; isKept: boolean }[] = [];
  const buffers = program.buffers.map((declared, i): Planned => {
    const { dtype, kind } = declared;
    const length = wordsFor(declared.length, dtype);
    const entry = planned(length, dtype);
    if (kind === 'held') entry.stored = places.get(declared.buffer as Stored) ?? (declared.buffer as Stored);
    else if (kind === 'feed') {
      entry.stored = range(feedBlock!, feedAt, length, dtype);
      feedOffsets[declared.slot] = { slot: declared.slot, offset: feedAt, dtype };
      feedAt += padded(length);
    } else if (kind === 'constant' && used.has(i)) {
      entry.stored = range(constantBlock!, constantAt, length, dtype);
      constants.push({ stored: entry.stored, data: declared.data });
      constantAt += padded(length);
    } else if (kind === 'argument' && used.has(i)) {
      entry.stored = range(own(length * 4), 0, length, dtype);
      argumentsOf.push({ slot: declared.slot, stored: entry.stored });
    } else if (kind === 'result' && used.has(i)) resultsOf.push({ slot: declared.slot, from: entry, isKept: !isMadeWhole(program, i) });
    return entry;
  });

  const steps = dispatchesOf(program, buffers, gpu.facts);
  if (!steps) {
    release();
    return undefined;
  }
  // Copies where a step would read and write one block.
  const actions = steps.flatMap(apart);
  const bytes = giveBlocks(actions, resultsOf, own, range);

  // Uniform words and bind groups.
  const dispatches = actions.flatMap((action) => ('step' in action ? [action.step] : []));
  let words = 0;
  const offsets = dispatches.map((step) => {
    const offset = words;
    words += Math.ceil((step.words.length * 4) / 256) * 64;
    return offset * 4;
  });
  const wordsAt = Uint32Array.from(offsets);
  const uniformWords = new Uint32Array(words);
  dispatches.forEach((step, i) => uniformWords.set(step.words, offsets[i]! / 4));
  const uniforms = gpu.device.createBuffer({ size: words * 4 + UNIFORM_BYTES, usage: 0x40 | 0x8, mappedAtCreation: true });
  gpu.counters.buffers++;
  new Uint32Array(uniforms.getMappedRange()).set(uniformWords);
  uniforms.unmap();
  const uniformGroup = gpu.recorder.uniformGroup(uniforms);
  const compiled: Pipeline[] = dispatches.map((step) => pipelines.get(step));
  const groups = dispatches.map((step) => gpu.recorder.makeBindGroup(step.access, step.buffers.map(storedOf)));
  for (const { stored, data } of constants) gpu.write(stored, data);

  const feedWords = new Uint32Array(feedBytes / 4);
  const feedFloats = new Float32Array(feedWords.buffer);
  const feedInts = new Int32Array(feedWords.buffer);

  return {
    /** How often buffers had been moved when the bind groups were made. */
    get moves() {
      return at.moves;
    },
    plan: { kernels: new Set(dispatches.map(({ key }) => key)).size, dispatches: dispatches.length, submissions: 1, bytes },
    waiting: (): Pipeline[] => compiled.filter((pipeline) => !pipeline.gpu),
    release(): void {
      release();
      uniforms.destroy();
    },
    record(args: readonly View<Stored>[], feeds: readonly HostArray[], results: readonly Stored[]): void {
      const { recorder, device } = gpu;
      if (feedBlock) {
        for (const { slot, offset, dtype } of feedOffsets) {
          const data = asWords(feeds[slot]!, dtype);
          (data instanceof Float32Array ? feedFloats : data instanceof Int32Array ? feedInts : feedWords).set(data, offset / 4);
        }
        if (feedBlock.touched >= memory.recording) recorder.flush(); // a write takes effect before what is recorded
        device.queue.writeBuffer(feedBlock.gpu, 0, feedWords);
      }
      for (const { slot, stored } of argumentsOf) {
        const view = args[slot]!;
        // Two of float16 are a word; they begin at a whole one (src/tensor/compile.ts).
        recorder.copy(view.buffer, view.dtype === 'float16' ? view.offset / 2 : view.offset, stored, 0, stored.length);
      }
      for (const { slot, from, isKept } of resultsOf) if (isKept) recorder.copy(results[slot]!, 0, storedOf(from), 0, from.length);
      let pipeline: GPUComputePipeline | undefined;
      let at = 0;
      for (const action of actions) {
        if ('from' in action) {
          recorder.copy(storedOf(action.from), 0, storedOf(action.to), 0, action.from.length);
          pipeline = undefined;
          continue;
        }
        const pass = recorder.pass();
        const next = compiled[at]!.gpu!;
        if (next !== pipeline) pass.setPipeline((pipeline = next));
        pass.setBindGroup(0, groups[at]!);
        pass.setBindGroup(1, uniformGroup, wordsAt, at, 1);
        const [x, y, z] = action.step.groups;
        pass.dispatchWorkgroups(x, y, z);
        at++;
      }
      for (const { slot, from } of resultsOf) recorder.copy(storedOf(from), 0, results[slot]!, 0, from.length);
      gpu.counters.dispatches += at;
      recorder.flush();
    },
  };
}

/** Whether the first call that touches a buffer writes all of it, so that what it held before is not seen. */
function isMadeWhole(program: Program, buffer: number): boolean {
  const touches = (view: View<number>): boolean => view.buffer === buffer;
  const call = program.calls.find(({ inputs, outputs }) => inputs.some(touches) || outputs.some(touches));
  if (!call || call.inputs.some(touches) || ['scatter', 'rowsAdd', 'adam'].includes(call.op)) return false;
  const { length } = program.buffers[buffer]!;
  return call.outputs.some(
    (view) => touches(view) && isContiguous(view) && view.shape.reduce((product, size) => product * size, 1) === length,
  );
}

function storedOf(buffer: Planned): Stored {
  if (buffer.stored) return buffer.stored;
  const [first, last] = buffer.span!;
  const from = storedOf(first);
  const to = storedOf(last);
  return (buffer.stored = { ...from, length: (to.offset - from.offset) / 4 + to.length });
}

/** The step, with inputs in a written block read from copies. */
function apart(step: Step<Planned>): Action[] {
  const written = new Set(step.buffers.filter((_, i) => step.access[i] === 'w').map(placeOf));
  const copies: Action[] = [];
  const buffers = step.buffers.map((buffer, i) => {
    if (step.access[i] === 'w' || !written.has(placeOf(buffer))) return buffer;
    const to = planned(buffer.length, buffer.dtype);
    copies.push({ from: buffer, to });
    return to;
  });
  return copies.length ? [...copies, { step: { ...step, buffers } }] : [{ step }];
}

/** Blocks for inner buffers: one is free for the next as soon as its last step is done. Returns their bytes. */
function giveBlocks(
  actions: readonly Action[],
  results: readonly { readonly from: Planned; readonly isKept: boolean }[],
  own: (bytes: number) => Block,
  range: (block: Block, offset: number, length: number, dtype: DType) => Stored,
): number {
  const lives = new Map<Planned, { first: number; last: number }>();
  const see = (buffer: Planned, at: number): void => {
    if (buffer.span) return buffer.span.forEach((end) => see(end, at));
    if (buffer.stored) return;
    const owner = buffer.group?.block ?? buffer;
    const life = lives.get(owner);
    if (life) life.last = at;
    else lives.set(owner, { first: at, last: at });
  };
  for (const { from, isKept } of results) if (isKept) see(from, 0);
  actions.forEach((action, at) => ('step' in action ? action.step.buffers : [action.from, action.to]).forEach((buffer) => see(buffer, at)));
  for (const { from } of results) see(from, actions.length);

  interface Slot {
    bytes: number;
    readonly users: Planned[];
  }
  const slots: Slot[] = [];
  const free: Slot[] = [];
  const ending = new Map<number, Slot[]>();
  let now = 0;
  for (const [buffer, { first, last }] of [...lives].sort(([, a], [, b]) => a.first - b.first)) {
    for (; now < first; now++) free.push(...(ending.get(now) ?? []));
    const bytes = padded(buffer.length);
    const fits = free.filter((slot) => slot.bytes >= bytes && slot.bytes <= 4 * bytes).sort((a, b) => a.bytes - b.bytes)[0];
    const grows = fits ?? free.filter((slot) => slot.bytes < bytes && slot.bytes * 4 >= bytes).sort((a, b) => b.bytes - a.bytes)[0];
    const slot: Slot = grows ?? { bytes, users: [] };
    if (grows) free.splice(free.indexOf(grows), 1);
    else slots.push(slot);
    slot.bytes = Math.max(slot.bytes, bytes);
    slot.users.push(buffer);
    ending.set(last, [...(ending.get(last) ?? []), slot]);
  }
  let total = 0;
  for (const slot of slots) {
    const block = own(slot.bytes);
    total += slot.bytes;
    for (const user of slot.users) user.stored = range(block, 0, user.length, user.dtype);
  }
  // Members of a group lie in its block.
  const all = new Set(
    actions.flatMap((action) =>
      'step' in action ? action.step.buffers.flatMap((buffer) => (buffer.span ? [...buffer.span] : [buffer])) : [action.from, action.to],
    ),
  );
  for (const buffer of [...all, ...results.map(({ from }) => from)]) {
    if (buffer.group && !buffer.stored)
      buffer.stored = range(buffer.group.block!.stored!.block, buffer.groupOffset, buffer.length, buffer.dtype);
  }
  return total;
}

/* ---- optimisers: everything side by side ---- */

/**
 * Moves held buffers of each optimiser behind one another in one block, where they are not yet: in the order of calls, which may be
 * later. Until then the answer tells where they will lie.
 */
function sideBySide(gpu: Gpu, program: Program, moved: () => void): ReadonlyMap<Stored, Stored> {
  const { memory } = gpu;
  const places = new Map<Stored, Stored>();
  for (const call of program.calls) {
    if (call.op !== 'adam') continue;
    for (const list of listsOf(call)) {
      const held = list
        .map((index) => program.buffers[index]!)
        .flatMap((buffer) => (buffer.kind === 'held' ? [buffer.buffer as Stored] : []));
      if (held.length !== list.length || held.length < 2 || new Set(held).size !== held.length) continue;
      if (held.every((stored, i) => i === 0 || follows(held[i - 1]!, stored)) || held.some((stored) => places.has(stored))) continue;
      const block = memory.block(held.reduce((sum, { length }) => sum + padded(length), 0));
      let offset = 0;
      for (const stored of held) {
        places.set(stored, memory.at(block, offset, stored.length, stored.dtype));
        offset += padded(stored.length);
      }
    }
  }
  if (places.size > 0) {
    gpu.order.add(() => {
      for (const [stored, place] of places) {
        gpu.recorder.copy(stored, 0, place, 0, stored.length);
        memory.leave(stored.block);
        stored.block = place.block;
        stored.offset = place.offset;
      }
      memory.moves++;
      moved();
    });
  }
  return places;
}

/* ---- call by call ---- */

/** The program without a plan, where the device lacks an operation or refuses a kernel; a task of the order. */
async function runCalls(
  gpu: Gpu,
  program: Program,
  args: readonly View<Stored>[],
  feeds: readonly HostArray[],
  results: readonly Stored[],
): Promise<void> {
  const made: Stored[] = [];
  const views = program.buffers.map((declared): { readonly buffer: Stored; readonly offset: number } => {
    if (declared.kind === 'held') return { buffer: declared.buffer as Stored, offset: 0 };
    if (declared.kind === 'result') return { buffer: results[declared.slot]!, offset: 0 };
    if (declared.kind === 'argument') return args[declared.slot]!;
    const buffer = gpu.memory.store(declared.length, declared.dtype);
    made.push(buffer);
    if (declared.kind === 'feed') gpu.writeNow(buffer, asWords(feeds[declared.slot]!, declared.dtype), 0);
    else if (declared.kind === 'constant') gpu.writeNow(buffer, asWords(declared.data, declared.dtype), 0);
    return { buffer, offset: 0 };
  });
  const place = (view: View<number>): View<Stored> => {
    const { buffer, offset } = views[view.buffer]!;
    return { ...view, buffer, offset: offset + view.offset };
  };
  for (const call of program.calls) {
    await gpu.perform({ ...call, inputs: call.inputs.map(place), outputs: call.outputs.map(place) });
  }
  for (const buffer of made) gpu.memory.release(buffer);
}
