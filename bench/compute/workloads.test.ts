/* What the compute bench relies on: its judge is right, and its own machine code is valid. */

import { describe, expect, it } from 'vitest';
import { gptBatch, plainGpt, small } from './gpt.mjs';
import { models } from './onnx.mjs';
import { loopModule } from './peaks.mjs';
import { errorOf, expected, hwio, nchw, nhwc, oihw } from './workloads.mjs';

describe('The judge', () => {
  it('finds one wrong number among many, and NaN', () => {
    const right = Float32Array.from(expected('layerNorm') as Float64Array);
    expect(errorOf('layerNorm', right)).toBeLessThan(1e-6);
    const wrong = right.slice();
    wrong[777]! += 1;
    expect(errorOf('layerNorm', wrong)).toBeGreaterThan(0.1);
    wrong[777] = NaN;
    expect(errorOf('layerNorm', wrong) <= 2e-5).toBe(false);
  });

  it('refuses a result of another length', () => {
    expect(() => errorOf('tiny', new Float32Array(15))).toThrow('expected 16 numbers, got 15');
  });

  it('trains: the GPT in float64 learns its text, and float32 follows it', () => {
    const [exact, single] = [plainGpt(Float64Array, small), plainGpt(Float32Array, small)];
    const curve = Array.from({ length: 40 }, (_, k) => {
      const { ids, targets } = gptBatch(small, k);
      const pair = [exact.train(ids, targets), single.train(ids, targets)] as const;
      expect(Math.abs(pair[0] - pair[1])).toBeLessThan(1e-4);
      return pair[0];
    });
    expect(curve[0]).toBeGreaterThan(2.7);
    expect(curve.at(-1)).toBeLessThan(1.6);
  });
});

describe('Layouts of the peers', () => {
  it('come back as they were', () => {
    const x = Float32Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => i);
    expect(nchw(nhwc(x, 2, 3, 4, 5), 2, 3, 4, 5)).toEqual(x);
    const w = Float32Array.from({ length: 4 * 3 * 9 }, (_, i) => i);
    expect(oihw(hwio(w, 4, 3, 3), 4, 3, 3)).toEqual(w);
  });
});

describe('The loop that measures the peak', () => {
  it('is a valid module without relaxed SIMD, and computes', () => {
    const bytes = loopModule(false);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { run(n: number): number };
    expect(run(1000)).toBe(24); // twelve chains of x = x / 2 + 1
  });

  it('differs with relaxed SIMD only in the multiply-adds', () => {
    expect(loopModule(true).length).toBeLessThan(loopModule(false).length);
  });
});

describe('ONNX by hand', () => {
  it('begins with the format version and holds every node that is asked for', () => {
    const { model, given } = models.tiny();
    expect([...model.subarray(0, 2)]).toEqual([8, 8]);
    expect(given.map(({ name }) => name)).toEqual(['x', 'c']);
    expect(new TextDecoder('latin1').decode(model).split('Add').length - 1).toBe(1000);
  });
});
