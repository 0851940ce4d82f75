import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outOfTimeWords } from '../base/errors.ts';
import { checkNames, close, equal, shape, throws } from './checks.ts';
import { fakeHost } from './fake-host.ts';
import { Interrupted, StopSignal, TimeLimit } from './host.ts';

const says = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return 'passed';
};
const tensor = (data: number[], shape: number[]) => ({ shape, dtype: 'float32', dataSync: () => new Float32Array(data) });

describe('close', () => {
  test('accepts |a − b| ≤ atol + rtol·|b|, in any nesting', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.double({ noNaN: true, min: -1e-3, max: 1e-3 }), (b, d) => {
        const within = Math.abs(b + d - b) <= 1e-8 + 1e-5 * Math.abs(b);
        expect(says(() => close([b + d], [b])) === 'passed').toBe(within);
      }),
      { seed: 1 },
    );
    expect(close({ a: [1, new Float32Array([0.1])] }, { a: [1, [0.1]] })).toBe(true);
    expect(close(Infinity, Infinity)).toBe(true);
    expect(
      close(tensor([1, 2, 3, 4], [2, 2]), [
        [1, 2],
        [3, 4],
      ]),
    ).toBe(true);
    expect(close(tensor([5], []), 5)).toBe(true);
    expect(close(1.05, 1, { rtol: 0.1 })).toBe(true);
  });

  test('names the first place that differs, what was expected and what it got', () => {
    expect(
      says(() =>
        close(
          [
            [1, 2],
            [3, 5],
          ],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      ),
    ).toBe('At [1][1]: expected 4, got 5 (they differ by 1).');
    expect(says(() => close({ loss: NaN }, { loss: 1 }))).toBe('At .loss: expected 1, got NaN.');
    expect(says(() => close(NaN, NaN))).not.toBe('passed');
    expect(says(() => close(1, Infinity))).not.toBe('passed');
    expect(says(() => close([1, 2], [1]))).toBe('Expected 1 items, got 2: [1, 2].');
    expect(says(() => close(undefined, [1]))).toBe('Expected [1], got undefined.');
    expect(says(() => close(tensor([1, 2], [2]), tensor([1, 2], [1, 2])))).toBe('Expected the shape [1, 2], got [2].');
  });

  test('compares a million numbers in a moment', () => {
    const a = new Float64Array(1_000_000).fill(1),
      b = Float64Array.from(a);
    const start = performance.now();
    close(a, b);
    expect(performance.now() - start).toBeLessThan(3000); // one deep walk each would take far longer
  });
});

test('equal is deep, and a clone is equal to what it was made of', () => {
  fc.assert(
    fc.property(fc.anything({ withMap: true, withSet: false, withDate: true }), (value) => {
      expect(equal(value, structuredClone(value))).toBe(true);
    }),
    { seed: 2, numRuns: 200 },
  );
  expect(says(() => equal({ a: { b: [1, 2] } }, { a: { b: [1, 3] } }))).toBe('At .a.b[1]: expected 3, got 2.');
  expect(says(() => equal({ a: 1 }, { a: 1, b: 2 }))).toBe('Expected { a: 1, b: 2 }, got { a: 1 } (b is missing).');
  expect(says(() => equal({ a: 1, c: 1 }, { a: 1 }))).toMatch(/c is too many/);
  expect(says(() => equal(new Set([1]), new Set([2])))).toMatch(/2 is missing/);
  expect(says(() => equal([], {}))).not.toBe('passed');
  expect(says(() => equal('1', 1))).toBe('Expected 1, got "1".');
});

test('a value that is another one each time it is read is equal to nothing', () => {
  let reads = 0;
  const shifty = new Proxy([1, 2], { get: (items, key) => (key === 'length' && reads++ === 0 ? 0 : Reflect.get(items, key)) });
  expect(says(() => equal(shifty, [3, 4]))).not.toBe('passed');
  class Any extends Set {
    override has = () => true;
    override get size() {
      return 2;
    }
  }
  expect(says(() => equal(new Any([1]), new Set([3, 4])))).not.toBe('passed');
  const sizes = Object.assign([4], { join: () => '2,2' });
  expect(says(() => equal(tensor([1, 2, 3, 4], sizes), tensor([1, 2, 3, 4], [2, 2])))).not.toBe('passed');
});

test('throws wants an error that matches', async () => {
  expect(
    throws(() => {
      throw new TypeError('bad shape');
    }, 'shape'),
  ).toBeInstanceOf(TypeError);
  throws(() => {
    throw new TypeError('x');
  }, TypeError);
  throws(() => {
    throw new Error('abc');
  }, /b/);
  throws(
    () => {
      throw new Error('abc');
    },
    (error: unknown) => (error as Error).message === 'abc',
  );
  expect(says(() => throws(() => 5))).toBe('Expected an error, but the call returned 5.');
  expect(
    says(() =>
      throws(() => {
        throw new Error('x');
      }, RangeError),
    ),
  ).toBe('Expected an error that matches RangeError, got Error: x.');
  await expect(
    throws(async () => {
      throw new Error('later');
    }, 'later'),
  ).resolves.toBeInstanceOf(Error);
  await expect(throws(async () => 1)).rejects.toThrow(/returned 1/);
});

test('shape reads tensors, nested and typed arrays', () => {
  shape(tensor([1, 2], [1, 2]), [1, 2]);
  shape(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [2, null],
  );
  shape(new Float32Array(4), [4]);
  shape(3, []);
  expect(says(() => shape([[1], [2]], [2, 2]))).toBe('Expected the shape [2, 2], got [2, 1].');
  expect(says(() => shape([[1], [2, 3]], [2, 1]))).toMatch(/Row 1 has the shape \[2\]/);
});

test('what differs is shown with all its values', () => {
  const deep = { a: [[[[[1, 2]]]]] };
  expect(says(() => equal(7, deep))).toBe('Expected { a: [[[[[1, 2]]]]] }, got 7.');
});

describe('check', () => {
  const setup = () => {
    const evaluation = fakeHost().evaluation();
    return {
      evaluation,
      check: checkNames({ limited: (_ms, run) => run(), options: fakeHost().options })['check']!(evaluation) as (
        name: string,
        fn: () => unknown,
        options?: object,
      ) => Promise<void>,
    };
  };

  test('reports what passed, threw, rejected or returned false, and goes on', async () => {
    const { evaluation, check } = setup();
    await check('ok', () => true);
    await check('throws', () => equal(1, 2));
    await check('rejects', async () => {
      throw new TypeError('no');
    });
    await check('false', () => false);
    await check('string', () => {
      throw 'text';
    });
    expect(evaluation.outputs).toMatchObject([
      { kind: 'check', exercise: 'dot', name: 'ok', pass: true, message: '' },
      { name: 'throws', pass: false, message: 'Expected 2, got 1.' },
      { pass: false, message: 'TypeError: no' },
      { message: 'The check returned false.' },
      { message: 'text' },
    ]);
    expect(evaluation.waits.length).toBe(1);
  });

  test('stand in the order of their calls, whatever ends first', async () => {
    const { evaluation, check } = setup();
    const slow = check('slow', () => new Promise((resolve) => setTimeout(resolve, 10)));
    await check('quick', async () => {});
    await slow;
    expect(evaluation.outputs).toMatchObject([{ name: 'slow' }, { name: 'quick' }]);
  });

  test('fails what takes too long', async () => {
    const { evaluation, check } = setup();
    await check('slow', () => new Promise(() => {}), { limitMs: 20 });
    await check(
      'busy',
      () => {
        const until = performance.now() + 15;
        while (performance.now() < until);
      },
      { limitMs: 10 },
    );
    expect(evaluation.outputs.map((output) => output.kind === 'check' && output.message.slice(0, 30))).toEqual(
      ['It took longer than 20 ms. Look', 'It took longer than 10 ms. Look'].map((text) => text.slice(0, 30)),
    );
    expect(() => check('x', () => 1, { limitMs: 20_000 })).toThrow(/at most 15000/);
  });

  test('says what to do where a law did not end, and at which case', async () => {
    const { evaluation, check } = setup();
    await check('endless', () => {
      throw Object.assign(new TimeLimit(outOfTimeWords), { at: '[3, -1]' });
    });
    await check('told anew', () => {
      throw new Error(`No answer: f(x) threw TimeLimit: ${outOfTimeWords}`);
    });
    expect(evaluation.outputs).toMatchObject([
      {
        pass: false,
        message: 'It took longer than 2,000 ms. Look for a loop that does too much, or does not end. It was at the case [3, -1].',
      },
      { pass: false, message: 'It took longer than 2,000 ms. Look for a loop that does too much, or does not end.' },
    ]);
  });

  test('waits for whatever says that it comes later', async () => {
    const { evaluation, check } = setup();
    const key = ['th', 'en'].join(''); // made on purpose
    const later = (then: (this: object, done: (value: unknown) => void) => unknown): object =>
      Object.defineProperty({}, key, { value: then });
    await check('never', () => later(() => undefined), { limitMs: 20 });
    await check('later', () => later((done) => done(false)));
    await check(
      'of itself',
      () =>
        later(function (this: object) {
          return this;
        }),
      { limitMs: 20 },
    );
    expect(evaluation.outputs.map((output) => output.kind === 'check' && output.pass)).toEqual([false, false, false]);
  });

  test('a `stop` within it fails it', async () => {
    const { evaluation, check } = setup();
    await check('stops', () => {
      throw new StopSignal('ended by stop()');
    });
    expect(evaluation.outputs).toMatchObject([{ pass: false, message: 'StopSignal: ended by stop()' }]);
  });

  test('does not wait for an answer that ran out of time twice: what is left was not tried, and has not passed', async () => {
    const host = fakeHost();
    const judged = { limited: <T>(_ms: number, run: () => T) => run(), options: { ...host.options, judge: true } };
    const evaluation = host.evaluation();
    const check = checkNames(judged)['check']!(evaluation) as (name: string, fn: () => unknown) => Promise<void>;
    let ran = 0;
    const endless = (): never => {
      ran++;
      throw new TimeLimit(outOfTimeWords);
    };
    for (const name of ['one', 'two', 'three']) await check(name, endless);
    expect(ran).toBe(2);
    expect(evaluation.outputs.at(-1)).toMatchObject({
      pass: false,
      message: 'Not tried: 2 checks before it ran out of time. Mend those first.',
    });
  });

  test('lets an interruption through', () => {
    const { check } = setup();
    expect(() =>
      check('x', () => {
        throw new Interrupted('stop');
      }),
    ).toThrow(Interrupted);
  });
});
