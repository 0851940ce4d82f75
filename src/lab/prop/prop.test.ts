import { describe, expect, test } from 'vitest';
import { random } from '../../base/random.ts';
import { createProp, type Report } from './index.ts';

const prop = (seed = 7, cell = 'a') => createProp({ seed, cell });
const { gen } = prop();
const failure = (run: () => unknown): InstanceType<ReturnType<typeof prop>['CheckFailure']> => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(prop().CheckFailure);
    return error as never;
  }
  throw new Error('The law held.');
};
/** All cases of a generator that one law sees. */
const cases = <T>(of: Parameters<ReturnType<typeof prop>['forAll']>[0], options = {}): T[] => {
  const seen: T[] = [];
  void prop().forAll(of, (x) => void seen.push(x as T), options);
  return seen;
};

describe('laws', () => {
  test('a law that holds is tried as often as asked, and says its seed', () => {
    const report = prop().forAll(gen.int(0, 9), (n) => n >= 0 && n <= 9, { runs: 40 }) as Report;
    expect(report.runs).toBe(40);
    expect(prop().forAll(gen.int(0, 9), () => true)).toMatchObject({ seed: report.seed });
  });
  test('a law that breaks gives the smallest case, and the law in words', () => {
    const { smallest, law, message } = failure(() =>
      prop().forAll(gen.array(gen.int()), function summed(xs) {
        if (xs.reduce((a, b) => a + b, 0) > 50) throw new Error('The sum may not pass 50.');
      }),
    );
    expect(law).toBe('summed');
    expect(smallest).toEqual([51]);
    expect(message).toBe('The sum may not pass 50. Smallest case: [51]');
  });
  test('the smallest case is shown with all its values, lists in lists too', () => {
    const nets = gen.record({
      layers: gen.array(gen.record({ weights: gen.matrix({ rows: 2, cols: 2, of: gen.int(1, 1) }) }), { min: 1 }),
    });
    const message = failure(() => prop().forAll(gen.tuple(nets, gen.int(3, 3)), () => false)).message;
    expect(message).toBe('It does not hold. Smallest case: [{ layers: [{ weights: [[1, 1], [1, 1]] }] }, 3]');
  });
  test('false is a failure too, without words of its own', () => {
    expect(failure(() => prop().forAll(gen.int(0, 100), (n) => n < 17)).smallest).toBe(17);
    expect(failure(() => prop().forAll(gen.int(0, 100), (n) => n < 17)).message).toBe('It does not hold. Smallest case: 17');
  });
  test('what takes too long ends as it is, at the case that did: nothing is shrunk', () => {
    class TimeLimit extends Error {
      override readonly name = 'TimeLimit';
    }
    let tries = 0;
    const late = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const law = (from: number) => () => {
      if (++tries >= from) throw new TimeLimit('It took longer than it may.');
    };
    for (const from of [1, 5]) {
      tries = 0;
      const error = late(() => prop().forAll(gen.array(gen.int(10, 99), { min: 2, max: 2 }), law(from)));
      expect(error).toMatchObject({ name: 'TimeLimit', at: expect.stringMatching(/^\[\d\d, \d\d\]$/) as string });
      expect(tries).toBe(from);
    }
    let left = 3;
    expect(
      failure(() =>
        prop().forAll(gen.int(1000, 9999), () => {
          if (left-- > 0) throw new Error('Too large.');
          throw new TimeLimit('It took longer than it may.');
        }),
      ).message,
    ).toMatch(/^Too large\. Smallest case: \d{4}$/);
  });
  test('laws that wait are awaited, and shrunk', async () => {
    await expect(Promise.resolve(prop().forAll(gen.int(0, 100), async (n) => n < 1000))).resolves.toMatchObject({ runs: 100 });
    await expect(
      prop().forAll(gen.int(0, 100), async (n) => {
        await Promise.resolve();
        if (n >= 30) throw new Error('Too large.');
      }) as Promise<unknown>,
    ).rejects.toMatchObject({ smallest: 30, law: 'Too large' });
  });
  test('the same engine, cell and place give the same cases; another cell gives others', () => {
    const draws = (p: ReturnType<typeof prop>): number[] => {
      const seen: number[] = [];
      void p.forAll(gen.int(0, 1e9), (n) => void seen.push(n));
      return seen;
    };
    expect(draws(prop())).toEqual(draws(prop()));
    expect(draws(prop(7, 'b'))).not.toEqual(draws(prop()));
    expect(draws(prop(8))).not.toEqual(draws(prop()));
    const twice = prop();
    expect(draws(twice)).not.toEqual(draws(twice));
  });
  test('shares of labels are reported, and a gentle generator is noticed', () => {
    const signed = gen.int(-10, 10).label((n) => (n < 0 ? 'negative' : undefined));
    const { labels } = prop().forAll(signed, () => true, { runs: 400 }) as Report;
    expect(labels['negative']).toBeGreaterThan(0.3);
    expect(() =>
      prop().forAll(
        gen.int(0, 10).label((n) => (n < 0 ? 'negative' : undefined)),
        () => true,
        { need: { negative: 0.1 } },
      ),
    ).toThrow('forAll: “negative” made up 0 % of 100 cases, and 10 % are needed.');
  });
  test('a filter that keeps nothing, and what is no generator, say so', () => {
    expect(() =>
      prop().forAll(
        gen.int().filter(() => false),
        () => true,
      ),
    ).toThrow(/1000 cases in a row were thrown away/);
    expect(() => prop().forAll(3 as never, () => true)).toThrow(/expected a generator/);
    expect(() => gen.int(3, 1)).toThrow('gen.int: expected min ≤ max, got 3 and 1.');
  });
});

describe('generators', () => {
  test('keep what they promise', () => {
    for (const xs of cases<number[]>(gen.array(gen.int(0, 5), { min: 2, max: 4, unique: true }))) {
      expect(xs.length >= 2 && xs.length <= 4 && new Set(xs).size === xs.length).toBe(true);
    }
    expect(cases<number>(gen.float(0, 1)).every((x) => x >= 0 && x <= 1 && !Object.is(x, -0))).toBe(true);
    expect(cases<number>(gen.float({ special: true }), { runs: 300 }).some(Number.isNaN)).toBe(true);
    expect(cases<string>(gen.text({ alphabet: 'ab', min: 1 })).every((text) => /^[ab]+$/.test(text))).toBe(true);
    expect(cases<number[]>(gen.permutation(5)).every((p) => [...p].sort().join() === '0,1,2,3,4')).toBe(true);
    expect(
      cases<{ shape: number[]; data: number[] }>(gen.tensor({ shape: [2, null] })).every(
        ({ shape, data }) => shape[0] === 2 && data.length === 2 * shape[1]!,
      ),
    ).toBe(true);
    expect(cases<number[][]>(gen.matrix({ rows: 3 })).every((m) => m.length === 3 && m.every((row) => row.length === m[0]!.length))).toBe(
      true,
    );
    expect(cases<Uint8Array>(gen.bytes({ max: 3 })).every((b) => b instanceof Uint8Array && b.length <= 3)).toBe(true);
    expect(
      cases<{ a: number; b: boolean }>(gen.record({ a: gen.int(), b: gen.bool() })).every(
        ({ a, b }) => Number.isInteger(a) && typeof b === 'boolean',
      ),
    ).toBe(true);
  });
  test('graphs have each edge once, dags no cycle, trees a parent before each child', () => {
    for (const { nodes, edges } of cases<{ nodes: number; edges: [number, number][] }>(gen.graph())) {
      expect(new Set(edges.map(([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`)).size).toBe(edges.length);
      expect(edges.every(([a, b]) => a !== b && a < nodes && b < nodes)).toBe(true);
    }
    for (const { nodes, edges } of cases<{ nodes: number; edges: [number, number][] }>(gen.dag())) {
      const left = new Set(Array.from({ length: nodes }, (_, i) => i));
      for (let n = -1; n !== left.size;) {
        n = left.size;
        for (const v of left) if (!edges.some(([a, b]) => b === v && left.has(a))) left.delete(v);
      }
      expect(left.size).toBe(0);
    }
    for (const { nodes, parent } of cases<{ nodes: number; parent: number[] }>(gen.tree({ max: 6 })))
      expect(parent.length === nodes && parent[0] === -1 && parent.every((p, i) => p < i)).toBe(true);
    expect(
      cases<{ edges: unknown[][] }>(gen.graph({ directed: true, weight: gen.int(1, 3) })).every(({ edges }) =>
        edges.every((e) => e.length === 3),
      ),
    ).toBe(true);
  });
});

describe('histories against a model', () => {
  class Queue {
    readonly items: number[] = [];
    push(x: number): void {
      if (this.items.length < 3) this.items.push(x); // forgets the fourth
    }
    shift(): number | undefined {
      return this.items.shift();
    }
  }
  const options = {
    init: () => ({ real: new Queue(), model: [] as number[] }),
    commands: {
      push: { arg: gen.int(0, 9), run: (q: Queue, x: number) => q.push(x), model: (m: number[], x: number) => void m.push(x) },
      shift: { when: (m: number[]) => m.length > 0, run: (q: Queue) => q.shift(), model: (m: number[]) => m.shift() },
    },
  };
  test('the shortest history that differs is found', () => {
    const { smallest, message } = failure(() => prop().model(options, { runs: 500 }));
    expect((smallest as [string][]).map(([name]) => name)).toEqual(['push', 'push', 'push', 'push', 'shift', 'shift', 'shift', 'shift']);
    expect(message).toMatch(/^Step 8, shift: expected 0, got undefined\. Smallest case/);
  });
  test('what agrees passes', () => {
    expect(
      prop().model({
        ...options,
        init: () => ({ real: Object.assign(new Queue(), { push: Array.prototype.push }) as never, model: [] }),
        commands: { shift: options.commands.shift },
      }),
    ).toMatchObject({ runs: 100 });
  });
});

describe('draws', () => {
  const uniform = (seed: number): Float64Array => random(seed).uniform(2000) as unknown as Float64Array;
  test('uniform numbers are uniform, independent, and cover', () => {
    const { stat } = prop();
    expect(stat.ks(uniform, (x) => x).p).toBeGreaterThan(1e-4);
    expect(Math.abs(stat.lag1(uniform).statistic)).toBeLessThan(0.1);
    expect(
      stat.chi2((seed) => uniform(seed).reduce((c, x) => (c[Math.floor(x * 4)]!++, c), [0, 0, 0, 0]), [0.25, 0.25, 0.25, 0.25]).p,
    ).toBeGreaterThan(1e-4);
    expect(stat.coverage((seed) => random(seed).uniform() < 0.9, [0.85, 0.95], 1000)).toBeCloseTo(0.9, 1);
  });
  test('what is not is refused, and what is too good too', () => {
    const { stat } = prop();
    expect(() =>
      stat.ks(
        (seed) => uniform(seed).map((x) => x * x),
        (x) => x,
      ),
    ).toThrow(/ks: chance hardly explains this/);
    expect(() => stat.chi2([330, 170, 250, 250], [0.25, 0.25, 0.25, 0.25])).toThrow(/chi2/);
    expect(() =>
      stat.ks(
        Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000),
        (x) => x,
      ),
    ).toThrow(/fits too well/);
    expect(() => stat.lag1(Array.from({ length: 1000 }, (_, i) => Math.sin(i / 50)))).toThrow(/lag1/);
    expect(() => stat.coverage(() => true, [0.9, 0.99], 100)).toThrow(/coverage: expected a share from 0.9 to 0.99, got 1/);
  });
  test('p-values are those of the tables', () => {
    const { stat } = prop();
    // chi² = 4 with 3 degrees of freedom: p = 0.2615
    expect(stat.chi2([30, 20, 30, 20], [0.25, 0.25, 0.25, 0.25]).p).toBeCloseTo(0.26146, 4);
  });
});

describe('numbers', () => {
  const { near, ulps, gradcheck, freivalds } = prop();
  test('near and ulps', () => {
    expect([near([1, 2], new Float32Array([1, 2])), near(1, 1.1), near(NaN, NaN), near([1], [1, 2])]).toEqual([true, false, true, false]);
    expect([ulps(1, 1 + Number.EPSILON), ulps(-0, 0), ulps(1, NaN), ulps(-5e-324, 5e-324)]).toEqual([1, 0, Infinity, 2]);
  });
  test('a gradient is held against differences', () => {
    expect(gradcheck((x) => [x[0]! ** 2 * x[1]!, [2 * x[0]! * x[1]!, x[0]! ** 2]], [1.5, -2])).toBe(true);
    expect(() => gradcheck((x) => [x[0]! ** 2, [x[0]!]], [3])).toThrow('gradcheck: component 0 is 3, and the slope there is 6.');
  });
  test('a wrong product is found', () => {
    const a = [
        [1, 2],
        [3, 4],
      ],
      b = [
        [5, 6],
        [7, 8],
      ];
    expect(
      freivalds(a, b, [
        [19, 22],
        [43, 50],
      ]),
    ).toBe(true);
    expect(
      freivalds(a, b, [
        [19, 22],
        [43, 51],
      ]),
    ).toBe(false);
    expect(freivalds(a, b, [[19, 22]])).toBe(false);
  });
});

describe('rules about code', () => {
  const { ast } = prop();
  test('constructs and calls are found, in code and in functions', () => {
    const loops = 'function f(xs) {\n  for (const x of xs) g(x)\n}';
    expect(() => ast(loops).bans('loop')).toThrow('The answer uses a loop in line 2');
    expect(() => ast(loops).bans(['class', 'throw'])).not.toThrow();
    expect(() => ast((xs: number[]) => xs.reduce((a, b) => a + b, 0)).uses('.reduce')).not.toThrow();
    expect(() => ast('const f = (x: number) => Math.hypot(x, 1)').bans('Math.hypot')).toThrow(/uses `Math.hypot`/);
    expect(() => ast('const f = (x) => x').uses('recur')).toThrow('does not use `recur`');
    expect(() => ast('method(x) { return this.sort(x) }').bans('.sort')).toThrow(/`.sort`/);
  });
});
