import { describe, expect, it } from 'vitest';
import { makeEngine, makeEngineWith } from './test-engine.ts';

describe('executor', () => {
  it('evaluates a chain in one plan, whatever the order on the page', async () => {
    const engine = makeEngine('c: b + 1', 'b: const b = a * 2', 'a: const a = 20');
    await engine.runAll();
    expect(engine.states()).toBe('c done, b done, a done');
    expect(engine.shown('c')).toEqual([41]);
    expect(await engine.values()).toEqual({ a: 20, b: 40 });
  });

  it('keeps the order of the file while a part of the library is on its way', async () => {
    const ahead = ({ reads }: { reads: readonly string[] }) =>
      reads.includes('display') ? new Promise((resolve) => setTimeout(resolve, 5)) : undefined;
    const engine = makeEngineWith({ ahead }, 'a: globalThis.seq = ["a"]; display(1);', 'b: globalThis.seq.push("b")', 'c: globalThis.seq');
    await engine.runAll();
    expect(engine.states()).toBe('a done, b done, c done');
    expect(engine.shown('c')).toEqual([['a', 'b']]);
  });

  it('takes up what comes while a part of the library is on its way', async () => {
    const arrive: (() => void)[] = [];
    const ahead = ({ reads }: { reads: readonly string[] }) =>
      reads.includes('display') ? new Promise<void>((resolve) => arrive.push(resolve)) : undefined;
    const engine = makeEngineWith({ ahead }, 'a: display(1);', 'b: const b = 2');
    const first = engine.runAll();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(engine.states()).toBe('a running, b idle');
    const second = engine.runAll();
    await new Promise((resolve) => setTimeout(resolve, 5));
    arrive.forEach((go) => go());
    await Promise.all([first, second]);
    expect(engine.states()).toBe('a done, b done');
    expect(engine.shown('a')).toEqual([1]);
  });

  it('gives others a name as it is when the evaluation ends', async () => {
    const engine = makeEngine('a: let n = 1; setTimeout(() => { n = 5 }, 0); n = 2', 'b: const m = n');
    await engine.runAll();
    expect(await engine.values()).toEqual({ n: 2, m: 2 });
  });

  it('blocks what needs a failed cell and runs everything else', async () => {
    const engine = makeEngine('a: const a = nothing.at.all', 'b: const b = a', 'c: const c = b', 'd: const d = 4');
    await engine.runAll();
    expect(engine.states()).toBe('a error, b blocked, c blocked, d done');
    expect(engine.error('a')).toMatchObject({ name: 'ReferenceError', line: 1, column: 11 });
    expect(engine.error('b')!.message).toBe('Waits for `a`, which failed in a.');
  });

  it('looks an unknown name up as a global: typeof is undefined, reading is an error', async () => {
    const engine = makeEngine('a: const t = typeof nowhere', 'b: nowhere');
    await engine.runAll();
    expect(await engine.values()).toEqual({ t: 'undefined' });
    expect(engine.states()).toBe('a done, b error');
  });

  it('awaits a defined promise before its dependents, and its rejection is the error of its cell', async () => {
    const engine = makeEngine(
      'a: const a = new Promise((r) => setTimeout(() => r(7), 5))',
      'b: const b = a + 1',
      'c: const bad = Promise.reject(new TypeError("no"))',
    );
    await engine.runAll();
    expect(await engine.values()).toEqual({ a: 7, b: 8 });
    expect(engine.error('c')).toMatchObject({ name: 'TypeError', message: 'no' });
  });

  it('lets dependents see each value of a generator and returns it when it is replaced', async () => {
    const engine = makeEngine(
      'log: const seen = []',
      'g: const i = (function* () { try { for (let k = 0; k < 5; k++) yield k } finally { seen.push("end") } })()',
      'u: seen.push(i);',
    );
    await engine.runAll();
    await engine.quiet();
    expect(await engine.values()).toEqual({ seen: [0, 1, 2, 3, 4, 'end'], i: 4 });
  });

  it('ends a quiet generator by finish', async () => {
    const engine = makeEngine(
      'g: const t = (async function* () { for (let k = 0; ; k++) { yield k; await new Promise((r) => setTimeout(r, 2)) } })()',
    );
    await engine.runAll();
    expect(engine.generators).toBe(1);
    engine.send({ kind: 'finish' });
    await engine.quiet();
    expect(engine.generators).toBe(0);
    expect(engine.states()).toBe('g done');
  });

  it('re-evaluates the users of a mutable box, and of nothing else', async () => {
    const engine = makeEngine(
      'n: const n = mutable(1); const setN = (v) => { n.value = v }',
      'u: const twice = n * 2',
      'o: const other = Symbol.iterator && 1',
      's: setN(21);',
    );
    await engine.runAll();
    await engine.quiet();
    expect(await engine.values()).toMatchObject({ n: 21, twice: 42 });
    expect(engine.evaluations('o')).toBe(1);
    expect(engine.evaluations('s')).toBe(1);
  });

  it('names cells that define one name, and a cycle, before anything runs', async () => {
    const engine = makeEngine('x: const v = 1', 'y: const v = 2', 'z: v', 'p: const p = q', 'q: const q = p');
    await engine.runAll();
    expect(engine.states()).toBe('x error, y error, z blocked, p error, q error');
    expect(engine.error('x')!.message).toContain('`v` is defined here and in y.');
    expect(engine.error('p')!.message).toContain('p → q → p');
  });

  it('lets two cells keep a name that nobody else reads, and leaves it out of the values', async () => {
    const engine = makeEngine('x: const v = 1; v', 'y: const v = 2; v');
    await engine.runAll();
    expect(engine.states()).toBe('x done, y done');
    expect(engine.shown('x')).toEqual([1]);
    expect(await engine.values()).toEqual({});
  });

  it('ends quietly by stop: done, nothing defined, dependents blocked', async () => {
    const engine = makeEngine('a: stop(true); const a = 1', 'b: a');
    await engine.runAll();
    expect(engine.states()).toBe('a done, b blocked');
  });

  it('stops a cell that awaits for ever, empties the queue, and keeps the values of the others', async () => {
    const engine = makeEngine('a: const a = {}', 'b: await new Promise(() => {})', 'c: const c = 3');
    engine.runAll();
    await engine.until(() => engine.state('b') === 'running');
    engine.send({ kind: 'interrupt', reason: 'stop' });
    await engine.quiet();
    expect(engine.state('b')).toBe('error');
    expect(engine.error('b')!.name).toBe('Interrupted');
    expect(engine.evaluations('c')).toBe(0);
    expect(await engine.values()).toEqual({ a: {} });
  });

  it('lends the turn in our own waits to cells that do not need the waiting one, and only to those', async () => {
    const engine = makeEngine(
      'order: const order = []',
      'a: order.push("a1"); const a = await sleep(20); order.push("a2")',
      'b: order.push("b");',
      'c: void a; order.push("c");',
    );
    await engine.runAll();
    expect(await engine.values()).toMatchObject({ order: ['a1', 'b', 'a2', 'c'] });
  });

  it('keeps the turn of a cell that awaits something else', async () => {
    const engine = makeEngine(
      'order: const order = []',
      'a: order.push("a1"); await new Promise((r) => setTimeout(r, 10)); order.push("a2");',
      'b: order.push("b");',
    );
    await engine.runAll();
    expect(await engine.values()).toMatchObject({ order: ['a1', 'a2', 'b'] });
  });

  it('evaluates again what a new plan replaces while it runs, and drops what the old evaluation writes', async () => {
    const engine = makeEngine('a: display("begin"); await new Promise((r) => setTimeout(r, 15)); display("end"); const a = 1');
    engine.runAll();
    await engine.until(() => engine.state('a') === 'running');
    await engine.runAll();
    await new Promise((r) => setTimeout(r, 30));
    expect(engine.shown('a')).toEqual(['begin', 'end']);
    expect(engine.evaluations('a')).toBe(2);
  });

  it('turns a manual cell stale when a name it uses changes, and leaves its value usable', async () => {
    const engine = makeEngine(
      'n: const n = mutable(1); const set = (v) => { n.value = v }',
      'm {manual}: const m = n * 10',
      'u: const u = m + 1',
    );
    await engine.runEvery();
    ((await engine.value('set')) as (v: number) => void)(5);
    await engine.quiet();
    expect(engine.state('m')).toBe('stale');
    expect(await engine.values()).toMatchObject({ n: 5, m: 10, u: 11 });
  });

  it('says for which cell others wait that depend on a manual cell that never ran', async () => {
    const engine = makeEngine('m {manual}: const m = 1', 'u: const u = m', 'v: const v = u');
    await engine.runAll();
    expect(engine.states()).toBe('m idle, u idle, v idle');
    expect(engine.waitsFor('v')).toBe('m');
  });

  it('gives line and column in the text of the cell that failed, and the other cells on the way', async () => {
    const engine = makeEngine(
      'f: const f = (x: number): number => {\n  for (const k of [1]) { if (x) throw new RangeError("deep") }\n  return x\n}',
      'g: const one: number = 1\nf(one)',
    );
    await engine.runAll();
    expect(engine.error('g')).toMatchObject({
      name: 'RangeError',
      message: 'deep',
      line: 2,
      column: 1,
      frames: [{ cell: 'f', line: 2, column: 39 }],
    });
  });

  it('gives the place of a throw also where what is thrown is no error', async () => {
    const engine = makeEngine('a: const f = (x) => {\n  throw "no"\n}\nif (f) throw { code: 4 }', 'b: f(1)');
    await engine.runAll();
    expect(engine.error('a')).toMatchObject({ name: 'Thrown', line: 4, column: 14 });
    const computed = makeEngine('a: throw ("a" + 1)', 'b: class Odd {}\nthrow new Odd()', 'c: const text = () => "no"\nthrow text()');
    await computed.runAll();
    expect(['a', 'b', 'c'].map((id) => computed.error(id)!.line)).toEqual([1, 2, 2]);
    const other = makeEngine('f: const f = (x) => {\n  throw "no"\n}', 'b: f(1)');
    await other.runAll();
    expect(other.error('b')).toMatchObject({ line: 1, column: 1, frames: [{ cell: 'f', line: 2, column: 9 }] });
  });

  it('shows a late error under the cell whose code made it, and its state stays', async () => {
    const engine = makeEngine('a: const e = new Error("late")', 'b: const b = 1');
    await engine.runAll();
    engine.late(await engine.value('e'));
    await engine.quiet();
    expect(engine.states()).toBe('a done, b done');
    expect(engine.outputs('a')).toMatchObject([{ kind: 'error', error: { message: 'late', line: 1, column: 11 } }]);
  });

  it('shows a late error under the cell that called the function which threw it', async () => {
    const engine = makeEngine('f: const fail = () => new Error("late")', 'b: const e = fail()');
    await engine.runAll();
    engine.late(await engine.value('e'));
    await engine.quiet();
    expect(engine.outputs('f')).toEqual([]);
    expect(engine.outputs('b')).toMatchObject([{ error: { line: 1, column: 11, frames: [{ cell: 'f', line: 1, column: 20 }] } }]);
  });

  it('takes what refuses every question, a revoked proxy, for a value like any other, thrown too', async () => {
    const revoked = '(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()';
    const throwing = 'new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, has() { throw 3 } })';
    const engine = makeEngine(
      `a: const a = ${revoked}`,
      `b: const b = ${throwing}`,
      `c: throw ${revoked}`,
      `d: throw ${throwing}`,
      'e: const e = 5',
    );
    await engine.runAll();
    expect(engine.states()).toBe('a done, b done, c error, d error, e done');
    expect(await engine.values()).toEqual({ e: 5 });
  });

  it('counts lines as the language does: other line ends in a cell move no place in the next', async () => {
    const engine = makeEngine('a: const a = "\u2028\u2029";\r// two', 'b: const b = 1;\rthrow new Error("here")');
    await engine.runAll();
    expect(engine.error('b')).toMatchObject({ line: 2, column: 7 });
  });

  it('gives the place in the failing cell where another one recurses without end', async () => {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = Infinity; // as the worker has it
    const engine = makeEngine('f: const f = () => f() + 1', 'b: f()');
    await engine.runAll().finally(() => (Error.stackTraceLimit = before));
    expect(engine.error('b')).toMatchObject({ name: 'RangeError', line: 1, column: 1, frames: [{ cell: 'f' }] });
  });

  it('bounds outputs: a flood is cut and says how many were left out', async () => {
    const engine = makeEngine('a: for (let i = 0; i < 20000; i++) display("line " + i)');
    await engine.runAll();
    await new Promise((r) => setTimeout(r, 5));
    const outputs = engine.outputs('a');
    const cut = outputs.at(-1) as { truncated: number };
    expect(cut.truncated + outputs.length - 1).toBe(20000);
  });

  it('runs a once cell in the first plan and leaves it stale when its names change', async () => {
    const engine = makeEngine('n: const n = mutable(1); const set = (v) => { n.value = v }', 'o {once}: const o = n');
    await engine.runAll();
    ((await engine.value('set')) as (v: number) => void)(2);
    await engine.quiet();
    expect(engine.state('o')).toBe('stale');
    expect(await engine.values()).toMatchObject({ n: 2, o: 1 });
  });

  it('ends deep recursion in an error, and the next cell runs', async () => {
    const engine = makeEngine('a: const f = () => f() + 1; f()', 'b: const b = 1');
    await engine.runAll();
    expect(engine.states()).toBe('a error, b done');
    expect(engine.error('a')!.name).toBe('RangeError');
  });

  it('answers a stop between the cells of a long plan', async () => {
    const cells = Array.from(
      { length: 60 },
      (_, i) => `s${i}: const s${i} = (() => { const t = performance.now(); while (performance.now() - t < 3); return ${i} })()`,
    );
    const engine = makeEngine(...cells);
    engine.runAll();
    await engine.until(() => engine.state('s2') === 'done');
    engine.send({ kind: 'interrupt', reason: 'stop' });
    await engine.quiet();
    expect(engine.evaluations('s59')).toBe(0);
  });
});
