/* For tests: programs written the way an eager trace records them, and running them on the reference backend. */

import { createJsBackend, hostArray } from '../js/backend.ts';
import type { Attributes, BinaryName, OperationName, UnaryName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Backend, DType, HostArray, Program, ProgramBuffer, Shape } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import type { ProgramView } from './views.ts';
import { isContiguous, reshapeView, wholeView } from './views.ts';

/** Records calls as the tensor layer does: each result in a fresh inner buffer, contiguous copies where a view does not do. */
export class Trace {
  readonly buffers: ProgramBuffer[] = [];
  readonly calls: ProgramCall[] = [];
  #slots = { argument: 0, result: 0, feed: 0 };

  get program(): Program {
    return { buffers: this.buffers, calls: this.calls };
  }

  argument(shape: Shape, dtype: DType = 'float32'): ProgramView {
    return this.#whole({ kind: 'argument', slot: this.#slots.argument++, dtype, length: sizeOf(shape) }, shape);
  }
  result(shape: Shape, dtype: DType = 'float32'): ProgramView {
    return this.#whole({ kind: 'result', slot: this.#slots.result++, dtype, length: sizeOf(shape) }, shape);
  }
  feed(shape: Shape, dtype: DType = 'float32'): ProgramView {
    return this.#whole({ kind: 'feed', slot: this.#slots.feed++, dtype, length: sizeOf(shape) }, shape);
  }
  held(shape: Shape, dtype: DType = 'float32', fill?: (i: number) => number): ProgramView {
    const buffer = hostArray(sizeOf(shape), dtype);
    if (fill) for (let i = 0; i < buffer.length; i++) buffer[i] = fill(i);
    return this.#whole({ kind: 'held', buffer, dtype, length: sizeOf(shape) }, shape);
  }
  constant(data: HostArray, shape: Shape, dtype: DType = 'float32'): ProgramView {
    return this.#whole({ kind: 'constant', data, dtype, length: sizeOf(shape) }, shape);
  }
  inner(shape: Shape, dtype: DType = 'float32'): ProgramView {
    return this.#whole({ kind: 'inner', dtype, length: sizeOf(shape) }, shape);
  }

  into<Op extends OperationName>(
    op: Op,
    inputs: readonly ProgramView[],
    outputs: readonly ProgramView[],
    attributes: Attributes[Op],
  ): void {
    this.calls.push({ op, inputs, outputs, attributes });
  }
  call<Op extends OperationName>(
    op: Op,
    inputs: readonly ProgramView[],
    shape: Shape,
    attributes: Attributes[Op],
    dtype?: DType,
  ): ProgramView {
    const output = this.inner(shape, dtype);
    this.into(op, inputs, [output], attributes);
    return output;
  }

  unary(fn: UnaryName, x: ProgramView): ProgramView {
    return this.call('unary', [x], x.shape, { fn });
  }
  binary(fn: BinaryName, a: ProgramView, b: ProgramView): ProgramView {
    const shape = a.shape.length >= b.shape.length ? a.shape : b.shape;
    return this.call('binary', [expand(a, shape), expand(b, shape)], shape, { fn });
  }
  number(value: number): ProgramView {
    return this.call('fill', [], [], { value });
  }
  /** A view under another shape, through a copy where there is none. */
  reshape(x: ProgramView, shape: Shape): ProgramView {
    return reshapeView(x, shape) ?? reshapeView(this.contiguous(x), shape)!;
  }
  contiguous(x: ProgramView): ProgramView {
    return isContiguous(x) ? x : this.call('copy', [x], x.shape, {});
  }
  /** (…, M, K)·(K, N), over flattened rows. */
  matmul(a: ProgramView, b: ProgramView): ProgramView {
    const k = a.shape.at(-1)!;
    const rows = sizeOf(a.shape) / k;
    const flat = this.reshape(a, [1, rows, k]);
    const y = this.call('matmul', [flat, reshapeView(b, [1, ...b.shape])!], [1, rows, b.shape.at(-1)!], { bias: false, activation: null });
    return reshapeView(y, [...a.shape.slice(0, -1), b.shape.at(-1)!])!;
  }
  /** Sum over all but the last dim. */
  sumRows(x: ProgramView): ProgramView {
    const flat = transpose(reshapeView(x, [sizeOf(x.shape) / x.shape.at(-1)!, x.shape.at(-1)!])!, 0, 1);
    return this.call('reduce', [flat], [x.shape.at(-1)!], { fn: 'sum', count: 1 });
  }

  #whole(buffer: ProgramBuffer, shape: Shape): ProgramView {
    return wholeView(this.buffers.push(buffer) - 1, shape, buffer.dtype);
  }
}

export function transpose(x: ProgramView, i: number, j: number): ProgramView {
  const shape = [...x.shape];
  const strides = [...x.strides];
  [shape[i], shape[j]] = [shape[j]!, shape[i]!];
  [strides[i], strides[j]] = [strides[j]!, strides[i]!];
  return { ...x, shape, strides };
}

export function expand(x: ProgramView, shape: Shape): ProgramView {
  const lead = shape.length - x.shape.length;
  const strides = shape.map((length, i) => (i < lead || (x.shape[i - lead] === 1 && length !== 1) ? 0 : x.strides[i - lead]!));
  return { ...x, shape, strides };
}

export type Values = (buffer: number, i: number) => number;

/** What runs leave in held and result buffers of the reference backend, by buffer index. `values` gives what arguments, feeds and held buffers hold at the start. */
export function runProgram(program: Program, values: Values): Map<number, HostArray> {
  const { backend, buffers } = start(createJsBackend(), program, values, 1);
  return new Map(seenBuffers(program).map((i) => [i, backend.readSync!(whole(program, buffers, i))]));
}

/** As `runProgram`, on any backend, after `runs` runs. `asTraced`: the first one as the backend likes; else all of them fused. */
export async function runProgramOn<B>(
  made: Backend<B>,
  program: Program,
  values: Values,
  runs = 1,
  { asTraced = false }: { readonly asTraced?: boolean } = {},
): Promise<Map<number, HostArray>> {
  const { backend, buffers, dispose } = start(made, program, values, runs, asTraced);
  const seen = seenBuffers(program);
  const read = await backend.read(seen.map((i) => whole(program, buffers, i)));
  dispose();
  return new Map(seen.map((i, k) => [i, read[k]!]));
}

function start<B>(backend: Backend<B>, program: Program, values: Values, runs: number, asTraced = false) {
  const buffers = program.buffers.map(({ kind, length, dtype }, index): B | undefined => {
    if (kind !== 'argument' && kind !== 'held' && kind !== 'result') return undefined;
    const buffer = backend.allocate(length, dtype);
    backend.write(buffer, numbersOf(program, index, values));
    return buffer;
  });
  const bound = program.buffers.map((declared, i): ProgramBuffer =>
    declared.kind === 'held' ? { ...declared, buffer: buffers[i] } : declared,
  );
  const slotted = (kind: string) =>
    program.buffers
      .flatMap((declared, i) => (declared.kind === kind ? [[(declared as { slot: number }).slot, i] as const] : []))
      .sort((a, b) => a[0] - b[0])
      .map(([, i]) => i);
  const executable = backend.compile({ buffers: bound, calls: program.calls });
  if (!asTraced) void executable.plan;
  for (let run = 0; run < runs; run++) {
    executable.run(
      slotted('argument').map((i) => {
        const { length, dtype } = program.buffers[i]!;
        return { buffer: buffers[i]!, offset: 0, shape: [length], strides: [1], dtype };
      }),
      slotted('feed').map((i) => numbersOf(program, i, values)),
      slotted('result').map((i) => buffers[i]!),
    );
  }
  const dispose = () => {
    executable.dispose();
    for (const buffer of buffers) if (buffer !== undefined) backend.free(buffer);
  };
  return { backend, buffers, dispose };
}

function numbersOf(program: Program, index: number, values: Values): HostArray {
  const { kind, length, dtype } = program.buffers[index]!;
  const data = hostArray(length, dtype);
  if (kind !== 'result') for (let i = 0; i < length; i++) data[i] = values(index, i);
  return data;
}

function seenBuffers(program: Program): number[] {
  return program.buffers.flatMap(({ kind }, i) => (kind === 'held' || kind === 'result' ? [i] : []));
}

function whole<B>(program: Program, buffers: readonly (B | undefined)[], i: number) {
  const { length, dtype } = program.buffers[i]!;
  return { buffer: buffers[i]!, offset: 0, length, dtype };
}

/** How many calls of each operation. */
export function countCalls(program: Program): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of program.calls) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}
