/* For tests: random small programs, as tangled as the contract allows: views that overlap in one buffer, writes in place, buffers written
   again and again, constants, copies of all layouts. Every choice comes from a list of numbers, so fast-check can shrink it. */

import type { BinaryName, UnaryName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { DType, Program, Shape } from '../types.ts';
import { Trace } from './test-program.ts';
import type { ProgramView } from './views.ts';
import { isContiguous, isSameView, overlaps, reshapeView, wholeView } from './views.ts';

const length = 24;
const shapes: Shape[] = [[24], [4, 6], [6, 4], [2, 12], [2, 3, 4], [4, 1, 6], [2, 4], [6], [4], []];
const floatUnary: UnaryName[] = ['neg', 'abs', 'relu', 'sign', 'square', 'exp', 'tanh', 'reciprocal', 'gelu'];
const mildUnary: UnaryName[] = ['neg', 'abs', 'relu', 'sign'];
const floatBinary: BinaryName[] = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'reluGrad', 'pow'];
const mildBinary: BinaryName[] = ['add', 'sub', 'maximum', 'reluGrad'];
const comparisons: BinaryName[] = ['eq', 'lt', 'ge'];
const fills = [0, -0, 1, -1, 2, 0.5, 0.1, NaN, Infinity];

/** `isMild`: products and functions that keep small whole numbers small and whole, so that sums in any precision are exact. */
export function randomProgram(choices: readonly number[], isMild = false): Program {
  const trace = new Trace();
  let at = 0;
  const choose = (count: number) => (choices[at++] ?? 0) % count;
  const pick = <T>(from: readonly T[]): T => from[choose(from.length)]!;

  const pools: Record<'float32' | 'int32' | 'bool', ProgramView[]> = { float32: [], int32: [], bool: [] };
  for (let i = 0; i < 2; i++) pools.float32.push(trace.argument([length]), trace.held([length]));
  pools.float32.push(trace.result([length]));
  pools.int32.push(trace.held([length], 'int32'));
  pools.bool.push(trace.held([length], 'bool'));
  const isWritable = (view: ProgramView) => !['argument', 'constant', 'feed'].includes(trace.buffers[view.buffer]!.kind);

  /** Some view of the shape on a buffer of 24 elements (or more); outputs touch no element twice. */
  const viewOf = (base: ProgramView, shape: Shape, isOutput: boolean): ProgramView => {
    const whole = wholeView(base.buffer, shape, base.dtype);
    const room = trace.buffers[base.buffer]!.length - sizeOf(shape);
    const kind = choose(isOutput ? 5 : 7);
    if (kind <= 2 || shape.length === 0) return { ...whole, offset: room > 0 ? choose(room + 1) : 0 };
    if (kind === 3 && shape.length >= 2) {
      // Transposed: as if the first two dims lay the other way round.
      const swapped = [shape[1]!, shape[0]!, ...shape.slice(2)];
      const strides = [...wholeView(0, swapped, base.dtype).strides];
      [strides[0], strides[1]] = [strides[1]!, strides[0]!];
      return { ...whole, strides };
    }
    if (kind === 4 && shape.length === 1) {
      const step = Math.max(1, Math.floor(trace.buffers[base.buffer]!.length / shape[0]!));
      return { ...whole, strides: [step] };
    }
    if (kind === 5) {
      const flipped = shape.length - 1;
      const strides = [...whole.strides];
      const reach = (shape[flipped]! - 1) * strides[flipped]!;
      strides[flipped] = -strides[flipped]!;
      return { ...whole, offset: whole.offset + reach, strides };
    }
    if (kind === 6) return { ...whole, strides: whole.strides.map((stride, i) => (i === choose(shape.length) ? stride : 0)) };
    return whole;
  };
  const input = (dtype: 'float32' | 'int32' | 'bool', shape: Shape): ProgramView => {
    if (choose(6) === 0)
      return broadcast(trace.call('fill', [], [], { value: dtype === 'float32' ? pick(fills) : choose(2) }, dtype), shape);
    const pool = pools[dtype];
    // Late ones twice as often: chains are what is being tested.
    const base = choose(2) === 0 ? pool[Math.max(0, pool.length - 1 - choose(3))]! : pick(pool);
    return viewOf(base, shape, false);
  };
  const output = (
    dtype: 'float32' | 'int32' | 'bool',
    shape: Shape,
    inputs: readonly ProgramView[],
    isElementwise: boolean,
  ): ProgramView => {
    const pool = pools[dtype];
    if (choose(3) > 0 || dtype !== 'float32') {
      const fresh = trace.inner([length], dtype);
      pool.push(fresh);
      return { ...wholeView(fresh.buffer, shape, dtype) };
    }
    for (let tries = 0; tries < 4; tries++) {
      const base = pick(pool);
      const same =
        isElementwise && choose(2) === 0
          ? inputs.find((view) => view.dtype === dtype && isWritable(view) && isContiguous(view))
          : undefined;
      const view = same ?? viewOf(base, shape, true);
      if (!isWritable(view) || (!isElementwise && !isContiguous(view))) continue;
      if (inputs.some((other) => overlaps(other, view) && !(isElementwise && isSameView(other, view)))) continue;
      return view;
    }
    const fresh = trace.inner([length], dtype);
    pool.push(fresh);
    return wholeView(fresh.buffer, shape, dtype);
  };

  while (at < choices.length) {
    const kind = choose(isMild ? 15 : 12);
    // Mostly one size, under several shapes.
    const shape = choose(4) > 0 ? pick(shapes.slice(0, 6)) : pick(shapes);
    if (kind <= 1) {
      const x = input('float32', shape);
      trace.into('unary', [x], [output('float32', shape, [x], true)], { fn: pick(isMild ? mildUnary : floatUnary) });
    } else if (kind <= 4) {
      const a = input('float32', shape);
      const b = input('float32', shape);
      trace.into('binary', [a, b], [output('float32', shape, [a, b], true)], { fn: pick(isMild ? mildBinary : floatBinary) });
    } else if (kind === 5) {
      const a = input('float32', shape);
      const b = input('float32', shape);
      trace.into('binary', [a, b], [output('bool', shape, [a, b], true)], { fn: pick(comparisons) });
    } else if (kind === 6) {
      const inputs = [input('bool', shape), input('float32', shape), input('float32', shape)];
      trace.into('where', inputs, [output('float32', shape, inputs, true)], {});
    } else if (kind === 7) {
      const from = pick(['float32', 'int32', 'bool'] as const);
      const to = pick(['float32', 'int32', 'bool'] as const);
      const x = input(from, shape);
      trace.into('cast', [x], [output(to, shape, [x], true)], {});
    } else if (kind === 11) {
      // Zeros with a part in place, twice, and their sum; or one with parts put side by side. Parts may overlap.
      const padded = () => {
        const whole = trace.inner([4, 6]);
        if (choose(4) > 0) trace.into('fill', [], [whole], { value: choose(5) === 0 ? -0 : 0 });
        for (let parts = 1 + choose(2); parts > 0; parts--) {
          const width = 1 + choose(4);
          const start = choose(7 - width);
          trace.into('copy', [input('float32', [4, width])], [{ ...whole, offset: start, shape: [4, width] }], {});
        }
        return whole;
      };
      const [a, b] = [padded(), padded()];
      const sum = trace.binary('add', a, b);
      pools.float32.push(wholeView(a.buffer, [length], 'float32'), wholeView(sum.buffer, [length], 'float32'));
      if (choose(2)) trace.into('copy', [choose(2) ? sum : a], [output('float32', [4, 6], [sum, a], true)], {});
    } else if (kind === 8 || kind === 12) {
      const x = input('float32', shape);
      trace.into('copy', [x], [output('float32', shape, [x], true)], {});
    } else if (kind === 9) {
      if (choose(2) === 0) trace.into('fill', [], [output('float32', shape, [], true)], { value: isMild ? choose(3) - 1 : pick(fills) });
      else {
        const x = input('float32', [4, 6]);
        trace.into('reduce', [x], [output('float32', [4], [x], false)], {
          fn: pick(isMild ? (['sum', 'max'] as const) : (['max', 'min'] as const)),
          count: 1,
        });
      }
    } else if (kind === 10) {
      // A scatter reads what it writes: rows of a table, added to.
      const ids = trace.constant(Int32Array.of(1, 0, 1), [3], 'int32');
      const source = wholeView(pick(pools.float32).buffer, [3, 4], 'float32');
      const table = output('float32', [2, 4], [source], false);
      trace.into('rowsAdd', [ids, source], [table], {});
    } else {
      // Small whole factors, a product, and most times a bias and an activation.
      const a = trace.call('unary', [input('float32', [4, 6])], [4, 6], { fn: 'sign' });
      const b = trace.call('unary', [input('float32', [6, 4])], [6, 4], { fn: 'sign' });
      const y = trace.call('matmul', [reshapeView(a, [1, 4, 6])!, reshapeView(b, [1, 6, 4])!], [1, 4, 4], {
        bias: false,
        activation: null,
      });
      pools.float32.push(wholeView(y.buffer, [16], 'float32'));
      const z = reshapeView(y, [4, 4])!;
      if (choose(4) === 0) continue;
      if (choose(4) === 0) {
        const turned = { ...z, strides: [1, 4] };
        trace.into('copy', [turned], [output('float32', [4, 4], [turned], true)], {});
        continue;
      }
      const bias = broadcast(wholeView(pick(pools.float32.slice(0, 4)).buffer, [4], 'float32', choose(8)), [4, 4]);
      const sum = choose(3) === 0 ? z : trace.inner([4, 4]);
      trace.into('binary', choose(2) ? [z, bias] : [bias, z], [sum], { fn: 'add' });
      if (choose(2)) trace.into('unary', [sum], [output('float32', [4, 4], [sum], true)], { fn: pick(['relu', 'neg', 'sign'] as const) });
    }
  }
  return padded(trace.program);
}

/** Buffers made for smaller shapes, made long enough for any view of the generator. */
function padded(program: Program): Program {
  return {
    ...program,
    buffers: program.buffers.map((buffer) => (buffer.kind === 'inner' ? { ...buffer, length: Math.max(buffer.length, length) } : buffer)),
  };
}

function broadcast(view: ProgramView, shape: Shape): ProgramView {
  const lead = shape.length - view.shape.length;
  return { ...view, shape, strides: shape.map((_, i) => (i < lead ? 0 : view.strides[i - lead]!)) };
}

/** Starting values: small whole numbers, a zero of each sign and, where asked for, the numbers that break careless rules. */
export function startingValue(isMild: boolean, dtype: DType): (buffer: number, i: number) => number {
  const odd = isMild ? [0, 1, -2, 3] : [NaN, Infinity, -Infinity, -0, 1e-40, 0.1];
  return (buffer, i) => {
    const hash = (buffer * 7919 + i * 104729) % 1009;
    if (dtype === 'bool') return hash % 2;
    return hash % 5 === 0 ? odd[hash % odd.length]! : (hash % 9) - 4;
  };
}

/** The program with every inner buffer written whole before it is read: what lies there at first does not matter. */
export function initialised(program: Program): Program {
  const fills = program.buffers.flatMap((buffer, i) =>
    buffer.kind === 'inner'
      ? [
          {
            op: 'fill' as const,
            inputs: [],
            outputs: [{ buffer: i, offset: 0, shape: [buffer.length], strides: [1], dtype: buffer.dtype }],
            attributes: { value: 0 },
          },
        ]
      : [],
  );
  const first = new Map<number, number>();
  program.calls.forEach((call, index) =>
    [...call.inputs, ...call.outputs].forEach((view) => first.has(view.buffer) || first.set(view.buffer, index)),
  );
  const calls = program.calls.flatMap((call, index) => [...fills.filter((fill) => first.get(fill.outputs[0]!.buffer) === index), call]);
  return { ...program, calls };
}
