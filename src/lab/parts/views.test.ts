import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundary, regionsOf } from './boundary.ts';
import { confusion } from './confusion.ts';
import { imageGrid, rangeOf } from './imageGrid.ts';
import { join, type Shape } from './shapes.ts';
import { shapeTiles } from './shapeTiles.ts';

describe('imageGrid', () => {
  const images = new Uint8Array(5 * 6).map((_, i) => i);
  test('starts at the first picture and says which it is', () => {
    const made = imageGrid.make({ images, shape: [5, 2, 3], labels: ['a', 'b', 'c', 'd', 'e'] });
    expect(made.value).toBe(0);
    expect(made.text(3)).toBe('5 pictures of 2 by 3; number 3, d, is chosen.');
    expect(made.props['images']).toBe(images);
    expect(() => made.decode!(5, 0)).toThrow('imageGrid: expected option "value" to be a whole number from 0 to 4, got 5.');
  });
  test('takes lists of pictures, and copies what lies in a larger or shared buffer', () => {
    const list = imageGrid.make({ images: [images.subarray(0, 6), images.subarray(6, 12)], shape: [2, 2, 3] });
    expect([...(list.props['images'] as Uint8Array)]).toEqual([...images.subarray(0, 12)]);
    expect(list.props['images']).toBeInstanceOf(Uint8Array);
    const part = imageGrid.make({ images: images.subarray(6, 12), shape: [1, 2, 3] });
    expect((part.props['images'] as Uint8Array).buffer.byteLength).toBe(6);
    const shared = imageGrid.make({ images: new Float32Array(new SharedArrayBuffer(24)), shape: [1, 2, 3] });
    expect((shared.props['images'] as Float32Array).buffer).toBeInstanceOf(ArrayBuffer);
    const tensor = { shape: [1, 2, 2], dtype: 'float32', dataSync: () => new Float32Array([0, 1, 2, 3]) };
    expect(imageGrid.make({ images: tensor }).props).toMatchObject({ count: 1, rows: 2, cols: 2, range: [0, 3] });
  });
  test('paper is 0; signed numbers are symmetric about it', () => {
    expect([rangeOf(new Uint8Array([3])), rangeOf([0.2, 0.7]), rangeOf([-2, 1]), rangeOf([NaN, 9])]).toEqual([
      [0, 255],
      [0, 1],
      [-2, 2],
      [0, 9],
    ]);
  });
  test('what crosses is one byte a pixel, and NaN can be told', () => {
    const made = imageGrid.make({ images: new Float32Array([-1, 0, 1, NaN]), shape: [1, 2, 2] });
    expect([...(made.props['images'] as Uint8Array), made.props['steps']]).toEqual([0, 127, 254, 255, 255]);
  });
  test('what does not fit is refused with the numbers that clash', () => {
    expect(() => imageGrid.make({ images, shape: [4, 2, 3] })).toThrow(
      'imageGrid: expected option "shape" to be [n, height, width] or [n, height, width, 3] with a product of 30, as many as "images" has, got [4, 2, 3]. It asks for 24 numbers.',
    );
    expect(() => imageGrid.make({ images })).toThrow('"images" has 30 numbers; say how they lie, row after row.');
    expect(() => imageGrid.make({ shape: [1, 1, 1] })).toThrow(/images.*got undefined\. It is what the part shows\./);
    expect(() => imageGrid.make({ images, shape: [5, 2, 3], labels: ['a'] })).toThrow('a list of 5 names');
    expect(() => imageGrid.make({ images, shape: [5, 2, 3], range: [1, 1] })).toThrow('range');
  });
});

describe('confusion', () => {
  const counts = [
    [5, 0, 1],
    [2, 6, 0],
    [0, 1, 3],
  ];
  test('starts at the most frequent mistake', () => {
    const made = confusion.make({ counts, classes: ['cat', 'dog', 'owl'] });
    expect(made.value).toEqual({ row: 1, column: 0, count: 2 });
    expect(made.text(made.value)).toBe('14 of 18 are right (77.8 %). dog was taken for cat, twice, the most frequent mistake.');
    expect(made.props['worst']).toEqual([
      { row: 1, column: 0, count: 2 },
      { row: 0, column: 2, count: 1 },
      { row: 2, column: 1, count: 1 },
    ]);
    expect(made.decode!({ row: 2, column: 2 }, made.value)).toEqual({ row: 2, column: 2, count: 3 });
  });
  test('without a mistake it starts at the corner, and counts nothing without an error', () => {
    const made = confusion.make({ counts: [1, 0, 0, 1] });
    expect([made.value, made.text(made.value)]).toEqual([
      { row: 0, column: 0, count: 1 },
      '2 of 2 are right (100 %). 0 was taken for itself, once.',
    ]);
    const none = confusion.make({ counts: [0, 0, 0, 0] });
    expect(none.text(none.value)).toBe('0 of 0 are right. 0 was taken for itself, 0 times.');
  });
  test('what is no square of counts is refused', () => {
    expect(() => confusion.make({ counts: [1, 2, 3] })).toThrow('as many rows as columns');
    expect(() => confusion.make({ counts: [1, 2, -3, 0] })).toThrow('counts from 0 up');
    expect(() => confusion.make({ counts, value: { row: 3, column: 0 } })).toThrow('numbers from 0 to 2');
    expect(() => confusion.make({ counts: [[1, 2], [3]] })).toThrow('All rows are equally long.');
  });
});

describe('boundary', () => {
  test('a score says two regions, and points in the wrong one are counted', () => {
    const field = Float32Array.from({ length: 25 }, (_, i) => (i % 5) - 1.5);
    const made = boundary.make({
      field,
      shape: [5, 5],
      domain: [0, 4],
      points: [
        [0, 0],
        [4, 4],
        [3, 1],
      ],
      classes: [0, 1, 0],
      names: ['circles', 'squares'],
    });
    expect(made.text(made.value)).toBe('Of the plane circles 38 %, squares 62 %. 2 of 3 points lie in the region of their class.');
    expect(made.value).toHaveLength(3);
    const [line] = (made.props['lines'] as Float32Array[][])[1]!;
    expect(line![0]).toBe(1.5);
  });
  test('the greatest of several scores wins, as an exhaustive search finds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 36, maxLength: 36 }), (scores) => {
        const { classOf, count, rows, columns } = regionsOf(Float32Array.from(scores), 3, 4, 3, 0);
        for (let r = 0; r < 3; r++)
          for (let c = 0; c < 4; c++) {
            const own = scores.slice((r * 4 + c) * 3, (r * 4 + c) * 3 + 3);
            if (classOf[((r * (rows - 1)) / 2) * columns + (c * (columns - 1)) / 3] !== own.indexOf(Math.max(...own))) return false;
          }
        return count === 3 && rows >= 240 && columns >= 240;
      }),
      { seed: 2, numRuns: 60 },
    );
  });
  test('integer fields hold classes', () => {
    const { classOf, lines, count } = regionsOf(new Int32Array([0, 2, 1, 2]), 2, 2, 1, 0);
    expect([[...classOf], lines, count]).toEqual([[0, 2, 1, 2], [], 3]);
  });
  test('what does not fit is refused', () => {
    const field = new Float32Array(4);
    expect(() => boundary.make({ field, shape: [1, 4] })).toThrow('at least 2 rows and 2 columns');
    expect(() => boundary.make({ field, shape: [2, 2], points: [[0, 1]], classes: [1, 2] })).toThrow('a list of 1 whole numbers from 0');
    expect(() => boundary.make({ field, shape: [2, 2], points: [[0, 1]] }).decode!([], [[0, 1]])).toThrow('a list of 1 points');
  });
});

describe('shapeTiles', () => {
  const options = { shapes: [['B', 784], { name: 'W', shape: [784, 128] }, [128], [128, 784]], slots: ['@', '+'] };
  const made = shapeTiles.make(options);
  const after = (places: (number | null)[]) => made.decode!(places, made.value);
  test('starts empty; edges that match give a shape', () => {
    expect(made.value).toEqual({ places: [null, null, null], result: null, fits: false });
    expect(after([0, 1, null])).toEqual({ places: [0, 1, null], result: ['B', 128], fits: false });
    expect(after([0, 1, 2])).toEqual({ places: [0, 1, 2], result: ['B', 128], fits: true });
    expect(made.text(after([0, 1, 2]))).toBe('[B, 784] @ W [784, 128] + [128]. All edges match: the result is [B, 128].');
  });
  test('a mismatch names both sizes', () => {
    const wrong = after([0, 3, null]);
    expect([wrong.result, wrong.fits]).toEqual([null, false]);
    expect(made.text(wrong)).toBe('[B, 784] @ [128, 784] + an empty place. [B, 784] @ [128, 784]: the inner sizes 784 and 128 differ.');
  });
  test('a goal has to be reached too', () => {
    const aimed = shapeTiles.make({ ...options, goal: [128, 'B'], value: [0, 1, 2] });
    expect([aimed.value.fits, aimed.text(aimed.value).split('. ')[1]]).toEqual([false, 'The result is [B, 128], the goal [128, B].']);
  });
  test('shapes join as NumPy says: products of random sizes agree with the rule written out', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const joint = join(a, '@', b);
        const [x, y] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
        const lead = (): Shape | undefined => {
          const n = Math.max(x.length, y.length) - 2;
          const sizes: number[] = [];
          for (let i = 0; i < n; i++) {
            const p = x[x.length - 3 - i] ?? 1,
              q = y[y.length - 3 - i] ?? 1;
            if (p !== q && p !== 1 && q !== 1) return undefined;
            sizes.unshift(Math.max(p, q));
          }
          return sizes;
        };
        const front = lead();
        if (x.at(-1) !== y.at(-2) || front === undefined) return joint.kind === 'breaks';
        const expected = [...front, ...(a.length > 1 ? [x.at(-2)!] : []), ...(b.length > 1 ? [y.at(-1)!] : [])];
        return joint.kind === 'fits' && String(joint.shape) === String(expected);
      }),
      { seed: 4, numRuns: 400 },
    );
  });
  test('what cannot be meant is refused', () => {
    expect(() => after([0, 0, null])).toThrow('each tile in one place at most');
    expect(() => after([0, 1])).toThrow('a list of 3 indices of tiles or null');
    expect(() => shapeTiles.make({ shapes: [[1.5]] })).toThrow('Sizes are whole numbers or letters.');
    expect(() => shapeTiles.make({ shapes: [[1]], slots: ['-'] })).toThrow('Write ["@", "+"] for three places.');
  });
});
