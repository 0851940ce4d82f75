/* What programs cost in dispatches, and what may share one: told without a device. What the dispatches compute, test/stories/kernels.story.ts tells. */

import { describe, expect, it } from 'vitest';
import { prepareProgram } from '../program/prepare.ts';
import { Trace } from '../program/test-program.ts';
import { gptStep, mlpStep } from '../program/test-steps.ts';
import type { Program } from '../types.ts';
import type { Planned } from './dispatches.ts';
import { dispatchesOf, placeOf, planned } from './dispatches.ts';
import type { Block } from './memory.ts';
import { Bundle } from './merge.ts';
import type { DeviceFacts, Step } from './step.ts';

const software: DeviceFacts = { software: true, storageBuffers: 10 };

/** The dispatches of a program; held buffers lie in one block, as those of an optimiser do. */
function stepsOf(traced: Program, facts = software): Step<Planned>[] {
  const limit = facts.storageBuffers;
  const program = prepareProgram(traced, { inputs: limit - 2, outputs: 4, bindings: limit, instructions: 48 });
  const blocks = new Map<string, { block: Block; at: number }>();
  const place = (name: string, length: number): { block: Block; offset: number } => {
    const found = blocks.get(name) ?? { block: { name } as unknown as Block, at: 0 };
    blocks.set(name, found);
    const offset = found.at;
    found.at += Math.max(256, Math.ceil(length / 64) * 256);
    return { block: found.block, offset };
  };
  // As plans do: parameters, gradients and moments each in a row.
  const lists = new Map<number, string>();
  for (const call of program.calls) {
    if (call.op !== 'adam') continue;
    const { count } = call.attributes as { count: number };
    call.inputs.slice(1).forEach(({ buffer }, i) => lists.set(buffer, `list ${Math.floor(i / count)}`));
  }
  const buffers: Planned[] = program.buffers.map(({ length, dtype }) => planned(length, dtype));
  const order = [...lists.keys(), ...program.buffers.keys()];
  for (const i of order) {
    const { kind, length, dtype } = program.buffers[i]!;
    if (kind !== 'held' || buffers[i]!.stored) continue;
    buffers[i]!.stored = { ...place(lists.get(i) ?? `buffer ${i}`, length), length, dtype, freed: false };
  }
  return dispatchesOf(program, buffers, facts)!;
}

describe('the dispatches of a training step', () => {
  it('are 7 of a perceptron', () => {
    expect(stepsOf(mlpStep().program).length).toBe(7);
  });

  it('are 39 of a GPT of two layers, and 15 more for each layer', () => {
    expect([2, 3, 5].map((layers) => stepsOf(gptStep(layers).program).length)).toEqual([39, 54, 84]);
  });

  it('are hardly more on a real adapter, where neighbours share loads, or on one that binds eight buffers', () => {
    const counts = [
      { software: false, storageBuffers: 10 },
      { software: true, subgroups: true, storageBuffers: 10 },
      { software: true, storageBuffers: 8 },
      { software: false, storageBuffers: 8 },
    ].map((facts) => stepsOf(gptStep(2).program, facts).length);
    expect(counts).toEqual([39, 39, 43, 43]);
  });

  it('bind no more buffers than the device allows, and none both to read and to write', () => {
    for (const storageBuffers of [8, 10]) {
      for (const step of stepsOf(gptStep(2).program, { software: true, storageBuffers })) {
        expect(step.access.length).toBeLessThanOrEqual(storageBuffers);
        expect(step.buffers.length).toBe(step.access.length);
        const written = new Set(step.buffers.filter((_, i) => step.access[i] === 'w').map(placeOf));
        expect(step.buffers.some((buffer, i) => step.access[i] === 'r' && written.has(placeOf(buffer)))).toBe(false);
      }
    }
  });
});

describe('an epilogue', () => {
  it('goes into its producer though other calls stand between, and spares what nobody else reads', () => {
    const trace = new Trace();
    const [x, w, g] = [trace.argument([64, 32]), trace.argument([32, 16]), trace.argument([64, 16])];
    const y = trace.matmul(x, w);
    const other = trace.matmul(trace.contiguous(g), trace.argument([16, 8]));
    trace.into('binary', [y, g], [trace.result([64, 16])], { fn: 'geluGrad' });
    trace.into('copy', [other], [trace.result([64, 8])], {});
    const steps = stepsOf(trace.program);
    expect(steps.length).toBe(1);
    expect(steps[0]!.access.replaceAll('r', '')).toBe('ww'); // the two results
  });

  it('keeps what somebody else reads', () => {
    const trace = new Trace();
    const y = trace.matmul(trace.argument([64, 32]), trace.argument([32, 16]));
    trace.into('unary', [y], [trace.result([64, 16])], { fn: 'erf' });
    trace.into('reduce', [y], [trace.result([64])], { fn: 'sum', count: 1 });
    const steps = stepsOf(trace.program);
    expect(steps.length).toBe(2);
    expect(steps[0]!.access.replaceAll('r', '')).toBe('ww');
  });
});

describe('a bundle', () => {
  const step = (name: string, buffers: readonly string[], access: string, size = '64', groups = 2): Step<string> => {
    const text = [
      'struct P { size: u32 }',
      ...buffers.map((_, i) => `@group(0) @binding(${i}) var<storage, ${access[i] === 'w' ? 'read_write' : 'read'}> b${i}: array<f32>;`),
      '@group(1) @binding(0) var<uniform> p: P;',
      'fn twice(x: f32) -> f32 { return 2.0 * x; }',
      `fn own() -> f32 { return b0[p.size]; }`,
      `@compute @workgroup_size(${size}) fn main(@builtin(global_invocation_id) g: vec3u) { let ${name} = twice(own()); }`,
    ].join('\n');
    return { key: `${name} ${access} ${size}`, text: () => text, access, buffers, words: [7], groups: [groups, 1, 1] };
  };
  const bundled = (steps: readonly Step<string>[], limit = 10): [Step<string>, boolean[]] => {
    const bundle = new Bundle<string>(limit, (buffer) => buffer[0]);
    const taken = steps.map((each) => bundle.add(each));
    return [bundle.step, taken];
  };

  it('binds a buffer once that several read, and declares once what they declare alike', () => {
    const [both, taken] = bundled([step('one', ['x', 'a'], 'rw'), step('two', ['x', 'b'], 'rw')]);
    expect(taken).toEqual([true, true]);
    expect([both.buffers, both.access, both.groups]).toEqual([['x', 'a', 'b'], 'rww', [4, 1, 1]]);
    const text = both.text();
    expect(text.match(/fn twice\(/g)).toHaveLength(1);
    expect(text.match(/fn own_\d\(/g)).toHaveLength(2);
    expect(text).toContain('return bound_0[words_.k1.size]');
    // Workgroups of the first end at 2, of the second at 4; then the words of each.
    expect(both.words).toEqual([2, 1, 1, 2, 2, 1, 1, 4, 7, 0, 0, 0, 7, 0, 0, 0]);
  });

  it('takes no more than fits: buffers, workgroups of one size, no place both read and written, nothing that fills a device', () => {
    const first = step('one', ['x', 'a'], 'rw');
    expect(bundled([first, step('two', ['y', 'b'], 'rw')], 3)[1]).toEqual([true, false]);
    expect(bundled([first, step('two', ['y', 'b'], 'rw', '16, 16')])[1]).toEqual([true, false]);
    expect(bundled([first, step('two', ['a2', 'b'], 'rw')])[1]).toEqual([true, false]);
    expect(bundled([first, step('two', ['y', 'a2'], 'rw')])[1]).toEqual([true, true]);
    expect(bundled([first, step('two', ['y', 'b'], 'rw', '64', 2000)])[1]).toEqual([true, false]);
  });

  it('is the step itself where it is alone, but where that binds a buffer twice to write it', () => {
    const alone = step('one', ['x', 'a'], 'rw');
    expect(bundled([alone])[0]).toBe(alone);
    expect(bundled([step('one', ['x', 'a', 'a'], 'rww')])[0].buffers).toEqual(['x', 'a']);
  });
});
