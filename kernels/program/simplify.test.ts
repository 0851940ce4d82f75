/* One hazard or rule a test; program.test.ts meets them by chance, these on purpose. */

import { describe, expect, it } from 'vitest';
import type { Program } from '../types.ts';
import { fuse } from './fuse.ts';
import { simplify } from './simplify.ts';
import { countCalls, runProgram, Trace, transpose } from './test-program.ts';
import type { ProgramView } from './views.ts';
import { reshapeView } from './views.ts';

const start = (buffer: number, i: number) => ((buffer * 31 + i * 17) % 13) - 6 || -0;

/** The program made smaller, after checking that it leaves the same. */
function checked(trace: Trace, make: (program: Program) => Program): Program {
  const small = make(trace.program);
  const before = runProgram(trace.program, start);
  const after = runProgram(small, start);
  for (const [buffer, values] of before) expect([...after.get(buffer)!], `buffer ${buffer}`).toEqual([...values]);
  return small;
}

const part = (view: ProgramView, offset: number, length: number): ProgramView => ({
  ...view,
  offset: view.offset + offset,
  shape: [length],
  strides: [1],
});

/** Zeros with x at a place. */
function placed(trace: Trace, x: ProgramView, offset: number, length = 8): ProgramView {
  const out = trace.call('fill', [], [length], { value: 0 });
  trace.into('copy', [x], [part(out, offset, x.shape[0]!)], {});
  return out;
}

describe('simplifying', () => {
  it('writes the parts of a sum of slices side by side, and keeps that −0 + 0 is 0', () => {
    const trace = new Trace();
    const [a, b] = [trace.argument([4]), trace.argument([4])];
    trace.into('copy', [trace.binary('add', placed(trace, a, 0), placed(trace, b, 4))], [trace.result([8])], {});
    expect(countCalls(checked(trace, simplify))).toEqual({ fill: 1, binary: 2 });
  });

  it('adds no 0 to a sum that begins at 0, which is never −0, but to one with a bias', () => {
    for (const [bias, left] of [
      [false, { matmul: 1 }],
      [true, { matmul: 1, binary: 1, fill: 1 }],
    ] as const) {
      const trace = new Trace();
      const [a, b, c] = [trace.argument([1, 3, 4]), trace.argument([1, 4, 2]), trace.argument([2])];
      const y = trace.call('matmul', bias ? [a, b, c] : [a, b], [1, 3, 2], { bias, activation: null });
      trace.into('binary', [y, { ...trace.number(0), shape: [1, 3, 2], strides: [0, 0, 0] }], [trace.result([1, 3, 2])], { fn: 'add' });
      expect(countCalls(checked(trace, simplify))).toEqual(left);
    }
  });

  it('lets attention write and read heads where they lie, packed gradients too', () => {
    const trace = new Trace();
    const [B, T, H, D] = [2, 3, 2, 4];
    const attributes = { causal: true, offset: 0, scale: 0.5, mask: false };
    const packed = trace.argument([B, T, 3, H, D]);
    const heads = (which: number): ProgramView => ({
      ...packed,
      offset: which * H * D,
      shape: [B, H, T, D],
      strides: [T * 3 * H * D, D, 3 * H * D, 1],
    });
    const [q, k, v] = [heads(0), heads(1), heads(2)];
    const [out, lse] = [trace.inner([B, H, T, D]), trace.inner([B, H, T])];
    trace.into('attention', [q, k, v], [out, lse], attributes);
    trace.into('copy', [transpose(out, 1, 2)], [trace.result([B, T, H, D])], {});
    const g = trace.contiguous(transpose(trace.argument([B, T, H, D]), 1, 2));
    const grads = [q, k, v].map(() => trace.inner([B, H, T, D]));
    trace.into('attentionGrad', [g, q, k, v, out, lse], grads, attributes);
    // The gradient of each slice is zeros with it in place; their sum is the packed one.
    const whole = grads.map((grad, which) => {
      const zeros = trace.call('fill', [], packed.shape, { value: 0 });
      trace.into('copy', [grad], [{ ...zeros, offset: which * H * D, shape: [B, H, T, D], strides: q.strides }], {});
      return zeros;
    });
    trace.into('copy', [trace.binary('add', trace.binary('add', whole[0]!, whole[1]!), whole[2]!)], [trace.result(packed.shape)], {});
    expect(countCalls(checked(trace, simplify))).toEqual({ attention: 1, attentionGrad: 1 });
  });

  it('writes a transposed value where it is copied to, and others read it there', () => {
    const trace = new Trace();
    const y = trace.unary('square', trace.argument([3, 4]));
    trace.into('copy', [transpose(y, 0, 1)], [trace.result([4, 3])], {});
    trace.into('reduce', [y], [trace.result([3])], { fn: 'sum', count: 1 });
    expect(countCalls(checked(trace, simplify))).toEqual({ unary: 1, reduce: 1 });
  });

  it('adds slices that overlap', () => {
    const trace = new Trace();
    const [a, b] = [trace.argument([4]), trace.argument([4])];
    trace.into('copy', [trace.binary('add', placed(trace, a, 0), placed(trace, b, 2))], [trace.result([8])], {});
    checked(trace, simplify);
  });

  it('adds a buffer whose own parts overlap: the later one lies on top', () => {
    const trace = new Trace();
    const [a, b] = [trace.argument([4]), trace.argument([4])];
    const twice = placed(trace, a, 0);
    trace.into('copy', [b], [part(twice, 2, 4)], {});
    trace.into('copy', [trace.binary('add', twice, placed(trace, trace.argument([2]), 6))], [trace.result([8])], {});
    checked(trace, simplify);
  });

  it('writes a value where it is copied to, but not while the place is still read', () => {
    const trace = new Trace();
    const [x, held, seen] = [trace.argument([3, 4]), trace.held([3]), trace.result([3])];
    const sums = trace.call('reduce', [x], [3], { fn: 'sum', count: 1 });
    trace.into('unary', [held], [seen], { fn: 'neg' });
    trace.into('copy', [sums], [held], {});
    expect(countCalls(checked(trace, simplify))).toEqual({ reduce: 1, unary: 1, copy: 1 });

    const free = new Trace();
    const total = free.call('reduce', [free.argument([3, 4])], [3], { fn: 'sum', count: 1 });
    free.into('unary', [total], [free.result([3])], { fn: 'neg' });
    free.into('copy', [total], [free.held([3])], {});
    expect(countCalls(checked(free, simplify))).toEqual({ reduce: 1, unary: 1 });
  });

  it('does so for a buffer of many writes as well, under the same condition', () => {
    const make = (isRead: boolean) => {
      const trace = new Trace();
      const [ids, g, held] = [trace.constant(Int32Array.of(1, 0, 1), [3], 'int32'), trace.argument([3, 2]), trace.held([2, 2])];
      const table = trace.call('fill', [], [2, 2], { value: 0 });
      trace.into('rowsAdd', [ids, g], [table], {});
      if (isRead) trace.into('unary', [held], [trace.result([2, 2])], { fn: 'neg' });
      trace.into('copy', [table], [held], {});
      return countCalls(checked(trace, simplify));
    };
    expect(make(false)).toEqual({ fill: 1, rowsAdd: 1 });
    expect(make(true)).toEqual({ fill: 1, rowsAdd: 1, unary: 1, copy: 1 });
  });

  it('takes a value computed twice once, but not after the first was overwritten', () => {
    const trace = new Trace();
    const x = trace.argument([4]);
    const first = trace.unary('exp', x);
    trace.into('copy', [trace.binary('add', first, trace.unary('exp', x))], [trace.result([4])], {});
    expect(countCalls(checked(trace, simplify))).toEqual({ unary: 1, binary: 1 });

    const again = new Trace();
    const y = again.argument([4]);
    const spoiled = again.unary('exp', y);
    again.into('unary', [spoiled], [spoiled], { fn: 'neg' });
    again.into('copy', [again.binary('add', spoiled, again.unary('exp', y))], [again.result([4])], {});
    expect(countCalls(checked(again, simplify)).unary).toBe(3);
  });

  it('reads through a copy only while its source stands', () => {
    const trace = new Trace();
    const [p, g] = [trace.held([4]), trace.argument([4])];
    const old = trace.call('copy', [p], [4], {});
    trace.into('binary', [p, g], [p], { fn: 'sub' });
    trace.into('binary', [p, old], [trace.result([4])], { fn: 'mul' });
    expect(countCalls(checked(trace, simplify)).copy).toBe(1);
  });

  it('takes −(−x) for x only while x stands', () => {
    const make = (isChanged: boolean) => {
      const trace = new Trace();
      const [p, g] = [trace.held([4]), trace.argument([4])];
      const negative = trace.unary('neg', p);
      if (isChanged) trace.into('binary', [p, g], [p], { fn: 'add' });
      trace.into('unary', [negative], [trace.result([4])], { fn: 'neg' });
      return countCalls(checked(trace, simplify));
    };
    expect(make(false)).toEqual({ copy: 1 });
    expect(make(true)).toEqual({ unary: 2, binary: 1 });
  });

  it('drops x + −0, x − 0, x · 1, x / 1, and keeps x + 0', () => {
    const kept = (fn: 'add' | 'sub' | 'mul' | 'div', value: number) => {
      const trace = new Trace();
      trace.into('copy', [trace.binary(fn, trace.argument([4]), trace.number(value))], [trace.result([4])], {});
      return countCalls(checked(trace, simplify)).binary ?? 0;
    };
    expect([kept('add', -0), kept('sub', 0), kept('mul', 1), kept('div', 1)]).toEqual([0, 0, 0, 0]);
    expect([kept('add', 0), kept('sub', -0), kept('mul', 0)]).toEqual([1, 1, 1]);
  });

  it('makes a product whose transpose is copied as the product of the transposes', () => {
    const trace = new Trace();
    const y = trace.matmul(trace.argument([3, 4]), trace.argument([4, 5]));
    trace.into('copy', [transpose(y, 0, 1)], [trace.result([5, 3])], {});
    expect(countCalls(checked(trace, simplify))).toEqual({ matmul: 1 });
  });

  it('lets reluGrad read the output of relu, so that the input may go', () => {
    const trace = new Trace();
    const [a, b, g] = [trace.argument([3, 4]), trace.argument([4, 5]), trace.argument([3, 5])];
    const z = trace.matmul(a, b);
    trace.into('copy', [trace.unary('relu', z)], [trace.result([3, 5])], {});
    trace.into('binary', [g, z], [trace.result([3, 5])], { fn: 'reluGrad' });
    expect(countCalls(checked(trace, (program) => fuse(simplify(program))))).toEqual({ matmul: 1, binary: 1 });
  });
});

describe('fusing', () => {
  it('joins a chain, casts, conditions and known numbers to one call, under several shapes', () => {
    const trace = new Trace();
    const [x, row] = [trace.argument([6, 4]), trace.argument([4])];
    const mask = trace.call('binary', [x, { ...trace.number(0), shape: [6, 4], strides: [0, 0] }], [6, 4], { fn: 'gt' }, 'bool');
    const scaled = trace.binary('mul', trace.binary('add', x, row), trace.number(0.5));
    const chosen = trace.call('where', [mask, scaled, x], [6, 4], {});
    const flat = trace.unary('tanh', reshapeView(chosen, [2, 12])!);
    trace.into('binary', [flat, reshapeView(x, [2, 12])!], [trace.result([2, 12])], { fn: 'mul' });
    const small = checked(trace, (program) => simplify(fuse(program)));
    expect(countCalls(small)).toEqual({ fused: 1 });
    expect(small.calls[0]!.inputs.map(({ shape }) => shape)).toEqual([
      [6, 4],
      [6, 4],
    ]);
  });

  it('leaves a call behind a write that it must see, and ahead of one that it must not', () => {
    const trace = new Trace();
    const [x, p] = [trace.argument([4]), trace.held([4])];
    const a = trace.binary('mul', x, p);
    const sum = trace.call('reduce', [a], [], { fn: 'sum', count: 1 });
    trace.into('binary', [p, { ...sum, shape: [4], strides: [0] }], [p], { fn: 'add' });
    trace.into('binary', [a, p], [trace.result([4])], { fn: 'mul' });
    const small = checked(trace, fuse);
    expect(small.calls.map(({ op }) => op)).toEqual(['binary', 'reduce', 'fused']);
  });

  it('does not write ahead of a call that reads what was there', () => {
    const trace = new Trace();
    const [x, p] = [trace.argument([4]), trace.held([4])];
    const a = trace.binary('mul', x, x);
    trace.into('reduce', [p], [trace.result([])], { fn: 'sum', count: 1 });
    trace.into('binary', [a, x], [p], { fn: 'add' });
    expect(checked(trace, fuse).calls.map(({ op }) => op)).toEqual(['reduce', 'fused']);
  });

  it('keeps a value in the middle that another call reads, and stores no other', () => {
    const trace = new Trace();
    const x = trace.argument([4]);
    const middle = trace.unary('neg', trace.binary('mul', x, x));
    trace.into('unary', [middle], [trace.result([4])], { fn: 'abs' });
    trace.into('reduce', [middle], [trace.result([])], { fn: 'sum', count: 1 });
    const small = checked(trace, fuse);
    expect(small.calls.map(({ op, outputs }) => `${op} ${outputs.length}`)).toEqual(['fused 2', 'reduce 1']);
  });

  it('does not read from memory what the same call writes there askew', () => {
    const trace = new Trace();
    const p = trace.held([5]);
    trace.into('unary', [trace.argument([4])], [part(p, 0, 4)], { fn: 'neg' });
    trace.into('unary', [part(p, 1, 4)], [trace.result([4])], { fn: 'neg' });
    expect(countCalls(checked(trace, fuse))).toEqual({ unary: 2 });
  });

  it('reads and writes one view in place, but no two that overlap', () => {
    const trace = new Trace();
    const [x, p] = [trace.argument([4]), trace.held([5])];
    const here = part(p, 0, 4);
    const doubled = trace.binary('add', here, x);
    trace.into('unary', [doubled], [here], { fn: 'neg' });
    expect(countCalls(checked(trace, fuse))).toEqual({ fused: 1 });

    const askew = new Trace();
    const q = askew.held([5]);
    const moved = askew.binary('add', part(q, 1, 4), askew.argument([4]));
    askew.into('unary', [moved], [part(q, 0, 4)], { fn: 'neg' });
    expect(countCalls(checked(askew, fuse))).toEqual({ binary: 1, unary: 1 });
  });

  it('takes bias and activation into a product, unless the value between is needed', () => {
    const make = (isNeeded: boolean) => {
      const trace = new Trace();
      const z = trace.binary('add', trace.matmul(trace.argument([3, 4]), trace.argument([4, 5])), trace.argument([5]));
      trace.into('unary', [z], [trace.result([3, 5])], { fn: 'relu' });
      if (isNeeded) trace.into('unary', [z], [trace.result([3, 5])], { fn: 'neg' });
      return checked(trace, fuse);
    };
    expect(make(false).calls.map(({ attributes }) => attributes)).toEqual([{ bias: true, activation: 'relu' }]);
    expect(countCalls(make(true))).toEqual({ matmul: 1, fused: 1 });
  });

  it('updates all parameters in one call, but one parameter twice in two', () => {
    const trace = new Trace();
    const h = trace.feed([8]);
    const update = (on: Trace, numbers: ProgramView, state: readonly ProgramView[]) =>
      on.into('adam', [numbers, ...state], [state[0]!, state[2]!, state[3]!], {
        count: 1,
        decoupled: false,
        amsgrad: false,
        maximize: false,
      });
    const state = (on: Trace, length: number) => [on.held([length]), on.argument([length]), on.held([length]), on.held([length])];
    for (const length of [3, 1, 5]) update(trace, h, state(trace, length));
    const small = checked(trace, fuse);
    expect(small.calls.length).toBe(1);
    expect(small.calls[0]!.inputs.map(({ shape }) => shape[0])).toEqual([8, 3, 1, 5, 3, 1, 5, 3, 1, 5, 3, 1, 5]);

    const twice = new Trace();
    const numbers = twice.feed([8]);
    const one = state(twice, 3);
    update(twice, numbers, one);
    update(twice, numbers, one);
    expect(checked(twice, fuse).calls.length).toBe(2);
  });
});
