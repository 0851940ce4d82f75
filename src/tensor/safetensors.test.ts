import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DType } from './dtype.ts';
import { hostArray } from './dtype.ts';
import { TensorError } from './error.ts';
import { fromHalf, toHalf } from '../base/half.ts';
import { decodeSafetensors, encodeSafetensors, readSafetensorsHeader, type NamedValues } from './safetensors.ts';

/** A file from a header (text or an object) and its data. */
function file(header: string | object, data: ArrayLike<number> | ArrayBufferView = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const tail = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : Uint8Array.from(data);
  const bytes = new Uint8Array(8 + json.length + tail.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(tail, 8 + json.length);
  return bytes;
}
const entry = (dtype: string, shape: unknown, from: unknown, to: unknown): object => ({ dtype, shape, data_offsets: [from, to] });
const plain = (values: readonly NamedValues[]): unknown[] => values.map(({ name, dtype, shape, data }) => [name, dtype, shape, [...data]]);
const load = (dtype: string, data: ArrayLike<number> | ArrayBufferView, length: number, float64 = false): NamedValues => {
  const bytes = ArrayBuffer.isView(data) ? data.byteLength : data.length;
  return decodeSafetensors(file({ x: entry(dtype, [length], 0, bytes) }, data), { float64 })[0]!;
};

describe('files', () => {
  test('the bytes of a small file, one by one', () => {
    const bytes = encodeSafetensors([{ name: 'a', dtype: 'float32', shape: [2], data: Float32Array.of(1, -2) }]);
    const json = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    expect([...bytes.slice(0, 8)]).toEqual([56, 0, 0, 0, 0, 0, 0, 0]); // 54 letters, padded to 56
    expect(new TextDecoder().decode(bytes.slice(8, 64))).toBe(`${json}  `);
    expect([...bytes.slice(64)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  test('what is written is read again, in order, with metadata', () => {
    const dtypes: DType[] = ['float32', 'float64', 'float16', 'int32', 'uint8', 'bool'];
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(...dtypes), fc.array(fc.nat(3), { maxLength: 3 }), fc.nat(255)),
          { maxLength: 6, selector: ([name]) => name },
        ),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
        (list, metadata) => {
          const tensors = list
            .filter(([name]) => name !== '__metadata__')
            .map(([name, dtype, shape, start]): NamedValues => {
              const data = hostArray(
                shape.reduce((a, b) => a * b, 1),
                dtype,
              ).map((_, i) => (dtype === 'bool' ? (start + i) & 1 : (start + i) & 255));
              return { name, dtype, shape, data };
            });
          const bytes = encodeSafetensors(tensors, metadata);
          const header = new DataView(bytes.buffer).getUint32(0, true);
          expect(header % 8).toBe(0);
          const back = decodeSafetensors(bytes, { float64: true });
          expect(plain(back)).toEqual(
            plain(tensors.map((tensor) => (tensor.dtype === 'float16' ? { ...tensor, dtype: 'float32' } : tensor))),
          );
          expect(readSafetensorsHeader(bytes).metadata).toEqual(metadata);
          // The same bytes at an odd place of a larger buffer.
          const shifted = new Uint8Array(bytes.length + 3);
          shifted.set(bytes, 3);
          expect(plain(decodeSafetensors(shifted.subarray(3), { float64: true }))).toEqual(plain(back));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test('the header alone', () => {
    const bytes = file({ w: entry('BF16', [1, 2], 0, 4), s: entry('F8_E4M3', [], 4, 5), __metadata__: { format: 'pt' } }, [0, 0, 0, 0, 0]);
    expect(readSafetensorsHeader(bytes)).toEqual({
      metadata: { format: 'pt' },
      tensors: { w: { dtype: 'BF16', shape: [1, 2], dataOffsets: [0, 4] }, s: { dtype: 'F8_E4M3', shape: [], dataOffsets: [4, 5] } },
    });
  });

  test('names of any kind, the order of the header rather than of the data, size 0, scalars', () => {
    const header =
      '{"2":{"dtype":"U8","shape":[],"data_offsets":[1,2]},"__proto__":{"dtype":"U8","shape":[0,5],"data_offsets":[1,1]},"1":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   ';
    expect(plain(decodeSafetensors(file(header, [7, 8])))).toEqual([
      ['2', 'uint8', [], [8]],
      ['__proto__', 'uint8', [0, 5], []],
      ['1', 'uint8', [1], [7]],
    ]);
    expect(decodeSafetensors(file('{}'))).toEqual([]);
  });
});

describe('types', () => {
  test('halves: all 65,536 go through float32 and back; rounding is to even', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect((bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0).toBe(true);
      else if (toHalf(value) !== bits) expect(toHalf(value)).toBe(bits);
    }
    expect([fromHalf(0x3c00), fromHalf(0x0001), fromHalf(0x7bff), fromHalf(0xfc00)]).toEqual([1, 2 ** -24, 65504, -Infinity]);
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25, 1.5 * 2 ** -25, NaN].map(toHalf)).toEqual([
      0x3c00, 0x3c02, 0x7bff, 0x7c00, 0, 1, 0x7e00,
    ]);
    expect([...load('F16', Uint16Array.of(0x3555, 0x8000), 2).data]).toEqual([0.333251953125, -0]);
  });

  test('bfloat16 is the upper half of float32', () => {
    expect([...load('BF16', Uint16Array.of(0x3f80, 0xc049, 0x7f80, 0x0001), 4).data]).toEqual([1, -3.140625, Infinity, 2 ** -133]);
  });

  test('F64 stays where the device has it, and is rounded elsewhere', () => {
    expect(load('F64', Float64Array.of(0.1), 1, true)).toMatchObject({ dtype: 'float64', data: Float64Array.of(0.1) });
    expect(load('F64', Float64Array.of(0.1), 1)).toMatchObject({ dtype: 'float32', data: Float32Array.of(0.1) });
  });

  test('integers become int32, bytes stay uint8, any byte but 0 is true', () => {
    const ints = (dtype: string, data: ArrayBufferView, length: number): unknown => {
      const { dtype: type, data: values } = load(dtype, data, length);
      return [type, ...values];
    };
    expect(ints('I64', BigInt64Array.of(-5n, 2147483647n), 2)).toEqual(['int32', -5, 2147483647]);
    expect(ints('U32', Uint32Array.of(7), 1)).toEqual(['int32', 7]);
    expect(ints('I32', Int32Array.of(-7), 1)).toEqual(['int32', -7]);
    expect(ints('I16', Int16Array.of(-7), 1)).toEqual(['int32', -7]);
    expect(ints('U16', Uint16Array.of(65535), 1)).toEqual(['int32', 65535]);
    expect(ints('I8', Int8Array.of(-128), 1)).toEqual(['int32', -128]);
    expect(ints('U8', Uint8Array.of(255), 1)).toEqual(['uint8', 255]);
    expect(ints('BOOL', Uint8Array.of(0, 1, 2), 3)).toEqual(['bool', 0, 1, 1]);
    expect(() => load('I64', BigInt64Array.of(1n, 1n << 40n), 2)).toThrow(
      'loadSafetensors: "x": I64 value 1099511627776 at index 1 does not fit int32.',
    );
    expect(() => load('U32', Uint32Array.of(2 ** 31), 1)).toThrow(/"x": U32 value 2147483648 at index 0 does not fit int32/);
    expect(() => load('F8_E4M3', [0], 1)).toThrow(/"x": dtype F8_E4M3 is not supported/);
  });
});

describe('every fault says what and where', () => {
  const good = entry('F32', [2], 0, 8);
  const eight = [0, 0, 0, 0, 0, 0, 0, 0];
  test.each<[string, Uint8Array, string]>([
    ['too short', Uint8Array.of(1, 2, 3), "expected at least 8 bytes for the header's length, got a file of 3."],
    ['header beyond the file', file('{}').slice(0, 9), 'the header should have 2 bytes (bytes 0 to 7 say), but 1 follow.'],
    ['a huge header', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123), 'the header should have 18446744073709551615 bytes'],
    ['no JSON', file('{"a":'), 'the header (bytes 8 to 12) is no JSON object'],
    ['no object', file('[1]'), 'the header (bytes 8 to 10) is no JSON object, but begins with "[1]".'],
    ['space before', file(' {}'), 'is no JSON object, but begins with " {}".'],
    ['a mark before', file('\ufeff{}'), 'is no JSON object'],
    ['no UTF-8', file('{"?":1}').map((byte) => (byte === 63 ? 0xff : byte)), 'is no JSON object'],
    ['empty', file(''), 'is no JSON object'],
    ['entry is no object', file({ a: 3 }), '"a": expected { dtype, shape, data_offsets }, got 3.'],
    ['unknown dtype', file({ a: entry('F31', [2], 0, 8) }, eight), '"a": unknown dtype "F31".'],
    ['inherited dtype', file({ a: entry('toString', [2], 0, 8) }, eight), '"a": unknown dtype "toString".'],
    ['no dtype', file({ a: { shape: [], data_offsets: [0, 0] } }), '"a": unknown dtype undefined.'],
    ['negative shape', file({ a: entry('F32', [-2], 0, 8) }, eight), '"a": expected a shape of integers ≥ 0, got [-2].'],
    ['fractional shape', file({ a: entry('F32', [0.5], 0, 8) }, eight), '"a": expected a shape of integers ≥ 0, got [0.5].'],
    ['no shape', file({ a: entry('F32', '2', 0, 8) }, eight), '"a": expected a shape of integers ≥ 0, got "2".'],
    [
      'offsets reversed',
      file({ a: entry('F32', [2], 8, 0) }, eight),
      '"a": expected data_offsets [begin, end] with 0 ≤ begin ≤ end, got [8,0].',
    ],
    ['three offsets', file({ a: { ...good, data_offsets: [0, 4, 8] } }, eight), '"a": expected data_offsets [begin, end]'],
    ['fractional offsets', file({ a: entry('F32', [2], 0.5, 8.5) }, eight), '"a": expected data_offsets [begin, end]'],
    ['wrong length', file({ a: entry('F32', [3], 0, 8) }, eight), '"a": F32 [3] needs 12 bytes, but data_offsets [0, 8] hold 8.'],
    [
      'out of range',
      file({ a: entry('F32', [2], 4, 12) }, eight),
      '"a": data_offsets [4, 12] are out of range, the file holds 8 bytes of data.',
    ],
    ['overlap', file({ a: good, b: entry('F32', [1], 4, 8) }, eight), '"b": data_offsets [4, 8] overlap those of "a", which end at 8.'],
    [
      'gap',
      file({ a: entry('U8', [1], 0, 1), b: entry('U8', [1], 3, 4) }, [0, 0, 0, 0]),
      '"b": data_offsets [3, 4] leave a gap of 2 bytes behind "a".',
    ],
    [
      'gap at the beginning',
      file({ a: entry('U8', [1], 1, 2) }, [0, 0]),
      '"a": data_offsets [1, 2] leave a gap of 1 bytes behind the header.',
    ],
    ['not covered', file({ a: good }, [...eight, 0]), 'the tensors cover 8 bytes of data, but the file holds 9.'],
    ['bytes without tensors', file('{}', [1]), 'the tensors cover 0 bytes of data, but the file holds 1.'],
    [
      'duplicate names',
      file(`{"a":${JSON.stringify(entry('U8', [1], 0, 1))},"\\u0061":${JSON.stringify(entry('U8', [1], 1, 2))}}`, [0, 0]),
      'the header has the name "a" twice.',
    ],
    [
      'duplicate fields',
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', [0]),
      'the header has the name "dtype" twice.',
    ],
    ['metadata', file({ __metadata__: { step: 3 } }), '__metadata__: expected an object of strings, got 3 for "step".'],
    ['metadata is no object', file({ __metadata__: ['a'] }), '__metadata__: expected an object of strings, got ["a"].'],
  ])('%s', (_, bytes, message) => {
    const thrown = (() => {
      try {
        decodeSafetensors(bytes);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(TensorError);
    expect((thrown as TensorError).message).toContain(`loadSafetensors: ${message}`.slice(0, 17));
    expect((thrown as TensorError).message).toContain(message);
    expect((thrown as TensorError).code).toBe('file');
    expect(() => readSafetensorsHeader(bytes)).toThrow(/^readSafetensorsHeader: /);
  });

  test('lists nested without end are a fault in words, and a long value is cut', () => {
    const header = (text: string): Uint8Array =>
      Uint8Array.of(...new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer), ...new TextEncoder().encode(text));
    expect(() => readSafetensorsHeader(header(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`))).toThrow(
      '"a": expected { dtype, shape, data_offsets }, got lists in lists without end.',
    );
    expect(() => readSafetensorsHeader(header(`{"a":"${'x'.repeat(5000)}"}`))).toThrow('xxx….');
  });

  test('a name that looks like structure is a name', () => {
    const odd = 'a{"b":1}\\';
    expect(decodeSafetensors(file({ [odd]: entry('U8', [], 0, 1), b: entry('U8', [], 1, 2) }, [1, 2])).map(({ name }) => name)).toEqual([
      odd,
      'b',
    ]);
  });

  test('cut or altered files never do anything but load or fail in words', () => {
    const whole = encodeSafetensors(
      [
        { name: 'w', dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
        { name: 'b', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
      ],
      { format: 'pt' },
    );
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
        for (const bytes of [whole.slice(0, length), whole.map((old, i) => (i === at ? byte : old))]) {
          try {
            decodeSafetensors(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(TensorError);
          }
        }
        if (length < whole.length) expect(() => decodeSafetensors(whole.slice(0, length))).toThrow(TensorError);
      }),
      { seed: 2, numRuns: 400 },
    );
  });

  test('what cannot be written is refused', () => {
    const one = { dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) };
    expect(() => encodeSafetensors([{ name: '__metadata__', ...one }])).toThrow(/^saveSafetensors: a tensor cannot be named __metadata__/);
    expect(() =>
      encodeSafetensors([
        { name: 'a', ...one },
        { name: 'a', ...one },
      ]),
    ).toThrow('saveSafetensors: expected different names, got "a" twice.');
    expect(() => encodeSafetensors([{ name: 'a', ...one }], { step: 3 as never })).toThrow(
      /expected metadata of strings, got number for "step"/,
    );
  });
});
