import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random } from '../base/random.ts';
import { parseSafetensors } from '../base/safetensors.ts';
import { encodeCheckpoint, sumOf, type Position } from './checkpoint.ts';
import { decodeCheckpoint, restore, type RestoreTools, type State } from './restore.ts';

const position: Position = { at: 3, loop: 0, step: 2, logged: 2, lengths: { loss: 3 }, ms: 5 };
const none = async (): Promise<never> => {
  throw new Error('no tensors here');
};
const tools: RestoreTools = { random, tensors: none, tf: none, own: (fn) => fn() };
const encode = (state: unknown): Promise<Blob> => encodeCheckpoint(state, position, undefined, 'run.checkpoint');
const there = async (state: unknown): Promise<State> => (await decodeCheckpoint(await encode(state))).state(tools);

describe('a state', () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(NaN, -0, Infinity, -Infinity, 0));
  const array = fc.oneof(
    fc.float32Array({ maxLength: 9 }),
    fc.float64Array({ maxLength: 9 }),
    fc.int8Array({ maxLength: 9 }),
    fc.uint8Array({ maxLength: 9 }),
    fc.uint8ClampedArray({ maxLength: 9 }),
    fc.int16Array({ maxLength: 9 }),
    fc.uint16Array({ maxLength: 9 }),
    fc.int32Array({ maxLength: 9 }),
    fc.uint32Array({ maxLength: 9 }),
    fc.bigInt64Array({ maxLength: 9 }),
    fc.bigUint64Array({ maxLength: 9 }),
  );
  const key = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.constantFrom('$', '__proto__', 'a.b', '__metadata__', '0', ''));
  const { tree } = fc.letrec<{ tree: unknown; record: Record<string, unknown> }>((tie) => ({
    record: fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => {
      const record: Record<string, unknown> = {};
      for (const [name, value] of entries)
        Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
      return record;
    }),
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      number,
      fc.constantFrom(null, undefined, true, false),
      fc.bigInt(),
      fc.string(),
      array,
      array.map((numbers) => numbers.buffer.slice(0) as ArrayBuffer),
      fc.array(tie('tree'), { maxLength: 4 }),
      tie('record'),
    ),
  }));

  test('comes back as it was: NaN, −0, nothing, every typed array, names that clash or mean something elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (value) => {
        expect(await there({ value })).toStrictEqual({ value });
      }),
      { seed: 14, numRuns: 300 },
    );
  });

  test('is taken when it is called: what changes while the file is made is not in it', async () => {
    const w = Float32Array.of(1, 2);
    const state = { w, list: [1], best: 1 };
    const file = encode(state);
    w[0] = 9;
    state.list.push(2);
    state.best = 2;
    const found = await decodeCheckpoint(await file);
    expect(await found.state(tools)).toEqual({ w: Float32Array.of(1, 2), list: [1], best: 1 });
    expect(found.position).toEqual(position);
  });

  test('has parts of arrays as they stand, wherever they begin, and shared memory', async () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(3);
    const state = { odd: bytes.subarray(3, 14), words: new Int16Array(bytes.buffer, 2, 3), shared };
    expect(await there(state)).toEqual({ odd: bytes.slice(3, 14), words: state.words.slice(), shared: Float32Array.of(3, 3) });
  });

  test('has generators that go on where they stood, also beyond 2^53', async () => {
    for (const seed of [3, 2n ** 63n + 5n]) {
      const r = random(seed);
      r.uniform(7);
      const { kept } = (await there({ kept: r })) as { kept: typeof r };
      expect(kept.getState()).toEqual(r.getState());
      expect([kept.normal(), kept.permutation(5)]).toEqual([r.normal(), r.permutation(5)]);
    }
  });

  test('takes what has a state of its own by the names of PyTorch', async () => {
    const counter = {
      n: 4,
      stateDict: (): object => ({ n: 4, m: Float32Array.of(1) }),
      loadStateDict: (): void => {},
    };
    expect(await there({ counter })).toEqual({ counter: { n: 4, m: Float32Array.of(1) } });
  });

  test('is a safetensors file: other tools find its numbers by their paths', async () => {
    const blob = await encode({ net: { w: Float32Array.of(1, 2) }, list: [Uint8Array.of(7)], 'net.w': Float64Array.of(3) });
    const { entries } = parseSafetensors(new Uint8Array(await blob.arrayBuffer()), (message) => {
      throw new Error(message);
    });
    expect(entries.map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['net.w', 'F32', [2]],
      ['list.0', 'U8', [1]],
      ['net.w#2', 'F64', [1]],
    ]);
  });

  test('that cannot be kept is refused at once, with its place and what to do', () => {
    const refused: [unknown, RegExp][] = [
      [{ net: { forward: () => 1 } }, /run\.checkpoint: expected tensors, .* got a function \(forward\) at net\.forward\. Leave it out/],
      [{ at: new Date(0) }, /got a Date at at/],
      [{ seen: new Map() }, /got a Map at seen/],
      [{ s: Symbol('x') }, /got a symbol: Symbol\(x\) at s/],
      [[1], /expected a plain object such as \{ model, optimizer, r \}, got an array/],
      [undefined, /got undefined/],
    ];
    for (const [state, words] of refused) expect(() => encode(state)).toThrow(words);
    const own: Record<string, unknown> = {};
    own['self'] = { own };
    expect(() => encode({ own })).toThrow(/own\.self\.own holds itself/);
  });
});

describe('a file that is not whole', () => {
  test('is found out wherever it is cut or changed', async () => {
    const bytes = new Uint8Array(await (await encode({ w: Float32Array.from({ length: 33 }, (_, i) => i), step: 4 })).arrayBuffer());
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.boolean(), fc.integer({ min: 1, max: 255 }), async (at, cuts, bits) => {
        const damaged = cuts ? bytes.slice(0, at) : bytes.slice();
        if (!cuts) damaged[at]! ^= bits;
        const read = decodeCheckpoint(new Blob([damaged])).then((found) => found.state(tools));
        const state = await read.catch(() => undefined);
        // A blank of the padding may become another one.
        if (state !== undefined) expect(state).toEqual({ w: Float32Array.from({ length: 33 }, (_, i) => i), step: 4 });
      }),
      { seed: 14, numRuns: 400 },
    );
  });

  test('says what is wrong', async () => {
    const bytes = new Uint8Array(await (await encode({ w: Float32Array.of(1, 2) })).arrayBuffer());
    bytes[bytes.length - 1]! ^= 1;
    await expect(decodeCheckpoint(new Blob([bytes]))).rejects.toThrow(/the numbers of w are not those that were written/);
    await expect(decodeCheckpoint(new Blob([bytes.slice(0, 40)]))).rejects.toThrow(/cut off/);
    await expect(decodeCheckpoint(new Blob([]))).rejects.toThrow(/at least 8 bytes/);
  });

  test('sums differ where a bit does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.nat(), fc.nat(7), (some, at, bit) => {
        const bytes = some.slice();
        const other = bytes.slice();
        other[at % other.length]! ^= 1 << bit;
        expect(sumOf(other)).not.toBe(sumOf(bytes));
      }),
      { seed: 14 },
    );
  });
});

describe('what is put back', () => {
  test('is written in place, so that whoever holds it sees it', async () => {
    const w = Float32Array.of(0, 0);
    const r = random(1);
    const deep = { list: [1], best: 0 };
    const target = { w, r, deep, count: 0 };
    const drawn = random(9);
    drawn.uniform(5);
    restore(target, await there({ w: Float32Array.of(1, 2), r: drawn, deep: { list: [4, 5], best: 3 }, count: 7 }), undefined);
    expect([...w]).toEqual([1, 2]);
    expect(r.getState()).toEqual(drawn.getState());
    expect(deep).toEqual({ list: [4, 5], best: 3 });
    expect([target.deep === deep, target.count]).toEqual([true, 7]);
  });

  test('fits, or nothing is written and every shape that differs is named', async () => {
    const target = { a: Float32Array.of(1, 2), b: new Float64Array(3), r: random(1), c: Float32Array.of(5) };
    const saved = await there({ a: Float32Array.of(7, 8, 9), b: new Float32Array(3), r: 4 });
    expect(() => restore(target, saved, undefined)).toThrow(
      'a: expected Float32Array of 2, got Float32Array of 3; b: expected Float64Array of 3, got Float32Array of 3; r: expected a generator, got a number: 4; c: is not in the checkpoint',
    );
    expect([...target.a]).toEqual([1, 2]);
  });
});
