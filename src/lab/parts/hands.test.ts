/* Definitions of the parts for hands, and the inputs made of them: what they start with, say, take back, and refuse. */

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { pictureOf, blankInk, stroke } from '../../base/ink.ts';
import { sampled } from '../../base/interpolate.ts';
import { Inputs, Input } from '../../stdlib/inputs.ts';
import type { Output } from '../../output/types.ts';
import { createParts, type Predictions } from './bound.ts';
import { parts } from './index.ts';
import { layersIn } from './layers.ts';

const seed = { seed: 5, numRuns: 60 };
const made = createParts(Input, parts);
const make = (name: string, options: Record<string, unknown>): Input => made[name]!({ label: 'A part', ...options });
const output = (input: Input) => input.output as Extract<Output, { kind: 'input' }>;
const textOf = (input: Input): unknown => output(input).props['text'];

describe('every part for hands', () => {
  const first: Record<string, [options: Record<string, unknown>, value: unknown, text: RegExp]> = {
    predict: [{ id: 'q', question: 'How many?', choices: [1, 2, 3], answer: 2 }, 2, /^How many\?$/],
    points: [{ value: [[0, 1], [2, 3]] }, [[0, 1], [2, 3]], /^2 points: 1 \(0, 1\) and 2 \(2, 3\)\.$/], // prettier-ignore
    vectors: [{ value: [[1, 2], [3, 4]], sum: true }, [[1, 2], [3, 4]], /^u \(1, 2\) and v \(3, 4\); sum \(4, 6\)\.$/], // prettier-ignore
    lines: [{ value: { w: [1, 1], b: -1.5 } }, { w: [1, 1], b: -1.5 }, /^line: 1·x \+ 1·y - 1\.5 = 0\.$/],
    matrixColumns: [{ value: [[1, 2], [3, 4]] }, [[1, 2], [3, 4]], /^î goes to \(1, 3\), ĵ goes to \(2, 4\)\. Areas grow by -2\.$/], // prettier-ignore
    plane: [{ layers: { points: [[0, 1]] } }, null, /^A plane with 1 point\.$/],
    curve: [{ value: [[0, 0], [1, 1]], samples: 3 }, new Float64Array([0, 0.5, 1]), /^From 0 to 1, least 0, greatest 1\.$/], // prettier-ignore
    scrubber: [{ length: 5, value: 3 }, 3, /^Step 3 of 4\.$/],
    chips: [{ items: ['Rotate', 'Shear'] }, ['Rotate', 'Shear'], /^In order: Rotate, Shear\.$/],
    pad: [{ size: 4 }, new Float32Array(16), /^Nothing is drawn yet\.$/],
  };

  test.each(Object.entries(first))(
    '%s has its first value, a sentence, help, and crosses to the page and back',
    (name, [options, value, text]) => {
      const input = make(name, options);
      expect(input.value).toEqual(value);
      expect(textOf(input)).toMatch(text);
      expect(output(input)).toMatchObject({ kind: 'input', type: 'part', props: { part: name, readonly: true } });
      expect(structuredClone(output(input))).toEqual(output(input)); // it can be sent
      const definition = parts.find((part) => part.name === name)!;
      expect(definition.doc[0]).toMatch(new RegExp(`^${name}\\(\\{`));
      input.addEventListener('input', () => undefined);
      expect(output(input).props['readonly']).toBeUndefined();
      input.receive(structuredClone(input.wire));
      expect(input.value).toEqual(value);
    },
  );

  test.each(Object.keys(first).filter((name) => name !== 'predict'))('%s asks for a label, and refuses what no part takes', (name) => {
    const [options] = first[name]!;
    expect(() => made[name]!(options)).toThrow(`${name}: expected option "label", got none.`);
    expect(() => make(name, { ...options, height: 3 })).toThrow(
      `${name}: expected option "height" to be a number of pixels from 40 to 2000, got 3`,
    );
    expect(() => make(name, { ...options, live: 'no' })).toThrow(/option "live" to be true or false, got "no"/);
    expect(() => make(name, { ...options, address: 'x' })).toThrow(/cannot stand in an address/);
  });

  test('what is wrong with an option is said with its name, what was expected and what came', () => {
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ['points', { value: [[0]] }, /^points: expected option "value" to be a list of points \[x, y\], got .*Each point is two finite numbers\.$/],
      ['points', { value: [[0, 1]], classes: [-1] }, /"classes" to be a list of whole numbers from 0/],
      ['points', { value: [[0, 1]], domain: [1, 0] }, /"domain".*The least comes first/],
      ['vectors', { value: [] }, /at least one vector/],
      ['vectors', { value: [[1, 1]], from: [0] }, /the place of a vector before it, got 0/],
      ['lines', { value: { a: 0, b: 0, c: 1 } }, /not both a and b may be 0/],
      ['lines', { value: [{ w: [1, 0], b: 0 }, { a: 1, b: 0, c: 0 }] }, /lines of one form/],
      ['matrixColumns', { value: [[1, 2, 3], [4, 5, 6]] }, /rows of 2 numbers/], // prettier-ignore
      ['plane', { layers: { dots: [] } }, /points, segments, polygons, curves, image, got "dots"/],
      ['plane', { layers: { image: { data: [1], shape: [2, 2] } } }, /2 × 2 = 4 numbers/],
      ['curve', { value: [[0, 0]] }, /at least two control points/],
      ['scrubber', { length: 0 }, /"length" to be a number from 1/],
      ['chips', { items: ['a', 'b'], value: ['a', 'c'] }, /They are a, b/],
      ['pad', { centre: 'left' }, /"mnist" or "none", got "left"/],
      ['predict', { question: 'x', choices: [1, 2], answer: 1 }, /option "id"/],
      ['predict', { id: 'q', question: 'x', choices: [1, 2], answer: 3 }, /one of the choices \(1, 2\), got 3/],
      ['predict', { id: 'q', question: 'x', answer: 3 }, /expected one of choices, range, order and sketch, got none/],
    ]; // prettier-ignore
    for (const [name, options, message] of wrong) expect(() => make(name, options), name).toThrow(message);
  });

  test('what a page sends that cannot be meant is refused, and the value stays', () => {
    const input = make('points', { value: [[0, 0]] });
    expect(() => input.receive([[1]])).toThrow(/points/);
    expect(() => input.receive([[1, 1], [2, 2]])).toThrow(/add: true/); // prettier-ignore
    expect(input.value).toEqual([[0, 0]]);
  });
});

describe('bound both ways', () => {
  test('code that sets a value moves the part, and the part moves what it is bound to', () => {
    const source = Inputs.input([[1, 1]]);
    const part = Inputs.bind(make('points', { value: [[0, 0]] }), source);
    expect(part.value).toEqual([[1, 1]]);
    const shown = vi.fn();
    part.shownAt.add(shown);
    source.value = [[2, 3]];
    source.dispatchEvent(new Event('input'));
    expect(part.value).toEqual([[2, 3]]);
    expect(shown).toHaveBeenCalled();
    part.receive([[4, 5]]);
    expect(source.value).toEqual([[4, 5]]);
  });

  test('a move of the reader is worded once the hand rests, not at each frame', () => {
    vi.useFakeTimers();
    const part = make('points', { value: [[0, 0]] });
    const shown = vi.fn();
    part.shownAt.add(shown);
    for (let i = 0; i < 5; i++) part.receive([[i, i]]);
    expect(shown).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(shown).toHaveBeenCalledTimes(1);
    expect(textOf(part)).toBe('One point: 1 (4, 4).');
    vi.useRealTimers();
  });
});

describe('predict', () => {
  const asked = (kept: [string, { choice: unknown; confidence?: number }][] = []) => {
    const committed: unknown[] = [];
    const predictions: Predictions = {
      answered: false,
      kept: new Map(kept),
      tally: { right: 1, total: 2 },
      committed: (one) => void committed.push(one),
    };
    return { committed, predict: createParts(Input, parts, predictions)['predict']! };
  };
  const options = { id: 'q', question: 'How many?', choices: [1, 2, 3], answer: 2, explain: 'Two.' };

  test('has no value and does not tell the answer before the reader commits', () => {
    const input = asked().predict(options);
    expect(input.absent).toBe(true);
    expect(output(input).value).toBeNull();
    expect(JSON.stringify(output(input).props)).not.toMatch(/"answer"|"right"|"said"/);
  });

  test('the first commitment stays, is reported once, and is counted', () => {
    const { predict, committed } = asked();
    const input = predict(options);
    input.receive(2);
    input.receive(1);
    expect(input.value).toBe(3);
    expect(committed).toEqual([{ id: 'q', question: 'How many?', form: 'choice', choice: 2, answer: 1, right: false }]);
    expect(output(input).props).toMatchObject({ said: '3', right: false, answer: 'It is 2.', tally: { right: 1, total: 3 } });
    expect(predict(options).value).toBe(3); // evaluated again
    expect(committed).toHaveLength(1);
  });

  test('what was kept comes back; where the question has changed it is asked again', () => {
    expect(asked([['q', { choice: 1 }]]).predict(options).value).toBe(2);
    expect(asked([['q', { choice: 7 }]]).predict(options).absent).toBe(true);
  });

  test('how sure the reader is crosses with the answer, is reported, and comes back; what is no share is left out', () => {
    const { predict, committed } = asked();
    const input = predict(options);
    input.receive({ committed: 1, sure: 0.7 });
    expect(input.value).toBe(2);
    expect(committed).toEqual([{ id: 'q', question: 'How many?', form: 'choice', choice: 1, confidence: 0.7, answer: 1, right: true }]);
    expect(output(input).props).toMatchObject({ said: '2', right: true, sure: 0.7, shown: 1 });
    expect(output(asked([['q', { choice: 1, confidence: 0.9 }]]).predict(options)).props).toMatchObject({ sure: 0.9 });
    for (const sure of [7, -1, '0.7', null, Number.NaN]) {
      const other = asked();
      other.predict(options).receive({ committed: 1, sure });
      expect(other.committed[0]).not.toHaveProperty('confidence');
    }
    const refused = asked();
    const again = refused.predict(options);
    expect(() => again.receive({ committed: 9, sure: 0.5 })).toThrow(/the place of a choice/);
    expect([again.absent, refused.committed]).toEqual([true, []]); // it can still be answered
  });

  test('numbers, orders and sketches are right within their tolerance', () => {
    const right = (given: Record<string, unknown>, wire: unknown): unknown => {
      const { predict, committed } = asked();
      predict({ id: 'q', question: 'What?', ...given }).receive(wire);
      return (committed[0] as { right: boolean }).right;
    };
    const range = { range: [0, 10], answer: 4 };
    expect([right(range, 4.5), right(range, 4.6), right({ ...range, tolerance: 1 }, 4.9)]).toEqual([true, false, true]);
    const order = { order: ['a', 'b', 'c'], answer: ['c', 'a', 'b'] };
    expect([right(order, ['c', 'a', 'b']), right(order, ['a', 'b', 'c'])]).toEqual([true, false]);
    const sketch = { sketch: { y: [0, 2] }, answer: [0, 1, 2] };
    expect([right(sketch, [0.1, 1.1, 1.9]), right(sketch, [1, 1, 1])]).toEqual([true, false]);
  });
});

describe('what stands under the parts', () => {
  test('a curve goes through its points and never beyond them', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.double({ min: -5, max: 5, noNaN: true }));
    fc.assert(
      fc.property(fc.uniqueArray(point, { minLength: 2, maxLength: 8, selector: ([x]) => x }), (given) => {
        const points = [...given].sort((a, b) => a[0] - b[0]);
        const xs = Float64Array.from({ length: 401 }, (_, i) => i / 10);
        const ys = sampled(points, xs);
        for (const [x, y] of points) expect(ys[x * 10]).toBeCloseTo(y, 9);
        expect(Math.min(...ys)).toBeGreaterThanOrEqual(Math.min(...points.map(([, y]) => y)) - 1e-9);
        expect(Math.max(...ys)).toBeLessThanOrEqual(Math.max(...points.map(([, y]) => y)) + 1e-9);
      }),
      seed,
    );
  });

  test('a centred picture does not depend on where and how large it was drawn', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }), (dx, dy) => {
        const drawn = (x: number, y: number, scale: number): Float32Array => {
          const ink = blankInk(28);
          for (const [a, b] of [
            [
              [8, 6],
              [18, 6],
            ],
            [
              [18, 6],
              [12, 22],
            ],
          ] as const)
            // prettier-ignore
            stroke(ink, [14 + (a[0] - 14) * scale + x, 14 + (a[1] - 14) * scale + y], [14 + (b[0] - 14) * scale + x, 14 + (b[1] - 14) * scale + y], 2 * scale);
          return pictureOf(ink, 'mnist');
        };
        const [one, other] = [drawn(0, 0, 1), drawn(dx, dy, 0.8)];
        const apart = one.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0) / one.reduce((sum, value) => sum + value, 0);
        expect(apart).toBeLessThan(0.2);
      }),
      { ...seed, numRuns: 20 },
    );
  });

  test('its ink lies in the middle box, its centre of mass in the middle', () => {
    const ink = blankInk(28);
    stroke(ink, [3, 3], [3, 12], 2);
    const picture = pictureOf(ink, 'mnist');
    let [mass, x, y] = [0, 0, 0];
    picture.forEach((value, i) => {
      mass += value;
      x += value * ((i % 28) + 0.5);
      y += value * (Math.floor(i / 28) + 0.5);
    });
    expect([x / mass, y / mass].map((one) => Math.round(one * 10) / 10)).toEqual([14, 14]);
    const rows = Array.from({ length: 28 }, (_, row) => picture.subarray(row * 28, row * 28 + 28).some((value) => value > 0.05));
    expect(rows.filter(Boolean).length).toBeLessThanOrEqual(21);
    expect(pictureOf(blankInk(28), 'mnist').every((value) => value === 0)).toBe(true);
  });

  test('layers take points as pairs, as a flat array or as records', () => {
    const points = (given: unknown): number[] => [...layersIn('plane', { layers: { points: given } })!.points![0]!.xy];
    expect(points([[1, 2], [3, 4]])).toEqual([1, 2, 3, 4]); // prettier-ignore
    expect(points(new Float32Array([1, 2, 3, 4]))).toEqual([1, 2, 3, 4]);
    expect(points({ xy: [[1, 2]], classes: [3] })).toEqual([1, 2]);
    expect(() => points([1, 2, 3])).toThrow(/x and y in turn, so an even count, got 3/);
  });
});
