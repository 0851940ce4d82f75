import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fnv1a32 } from '../base/hash.ts';
import { random, type Generator as Random } from '../base/random.ts';
import { toText } from '../output/inspect.ts';
import { fakeHost, type FakeEvaluation } from './fake-host.ts';
import { Interrupted, Mutable, StopSignal } from './host.ts';
import { createLibrary } from './library.ts';
import { Inputs, type Input } from './inputs.ts';
import { absentHint } from './absent.ts';
import { documented, helpText } from './docs.ts';

type Fn = (...args: never[]) => unknown;
type Call = (...args: unknown[]) => unknown;

/** A library, an evaluation of cell `a`, and its names as functions. */
function open(...args: Parameters<typeof fakeHost>) {
  const host = fakeHost(...args);
  const library = createLibrary(host);
  const evaluation = host.evaluation();
  const name = (key: string, of: FakeEvaluation = evaluation): Call => library.bind(key, of) as Call;
  return { host, library, evaluation, name };
}

describe('show', () => {
  test('display writes a line for each value, templates are written where they are shown', () => {
    const { evaluation, name } = open();
    expect(name('display')(1, 'two')).toBeUndefined();
    const md = name('md') as Fn as typeof import('./templates.ts').md;
    name('display')(md`**a** ${2} $\alpha$ \`code\``);
    const html = name('html') as Fn as typeof import('./templates.ts').html;
    name('display')(html`<b>${'<i>'}</b>${[html`<hr>`, 'x']}`);
    const tex = name('tex') as Fn as typeof import('./templates.ts').tex;
    name('display')(tex`\frac{${1}}{2}`);
    const long = 'x'.repeat(30_000);
    expect(md`${long}`).toMatchObject({ output: { markdown: long } });
    expect(html`${long}`).toMatchObject({ output: { html: long } });
    expect(evaluation.outputs).toMatchObject([
      { kind: 'value', value: { text: '1' } },
      { kind: 'value', value: { text: '"two"' } },
      { kind: 'markdown', markdown: '**a** 2 $\\alpha$ `code`' },
      { kind: 'html', html: '<b>&#60;i&#62;</b><hr>x' },
      { kind: 'markdown', markdown: '$$\n\\frac{1}{2}\n$$' },
    ]);
  });

  test('a table takes records, columns and arrays, and says how many rows there are', () => {
    const { evaluation, library, name } = open();
    library.show(
      name('table')([
        { a: 1, b: 'x' },
        { a: 2, c: true },
      ]),
      evaluation,
    );
    library.show(name('table')({ x: new Float32Array([1, 2]), y: ['p', 'q'] }, { columns: ['y'] }), evaluation);
    library.show(name('table')(Array.from({ length: 5000 }, (_, i) => [i, i * i])), evaluation);
    const [a, b, c] = evaluation.outputs as Extract<(typeof evaluation.outputs)[number], { kind: 'table' }>[];
    expect(a).toMatchObject({
      columns: [
        { name: 'a', type: 'number' },
        { name: 'b', type: 'string' },
        { name: 'c', type: 'boolean' },
      ],
      rows: [
        [1, 'x', undefined],
        [2, undefined, true],
      ],
      total: 2,
    });
    expect(b).toMatchObject({ columns: [{ name: 'y' }], rows: [['p'], ['q']] });
    expect([c!.rows.length, c!.total]).toEqual([1000, 5000]);
    expect(() => name('table')(3)).toThrow(/expected an array of rows, got 3/);
  });

  test('a promise and a picture keep their place', async () => {
    const { evaluation, name } = open();
    name('display')(Promise.resolve(7));
    name('display')(new Blob([new Uint8Array([1, 2])], { type: 'image/png' }));
    name('display')('after');
    await Promise.all(evaluation.waits);
    expect(evaluation.outputs).toMatchObject([
      { kind: 'value', value: { text: '7' } },
      { kind: 'image', mime: 'image/png' },
      { kind: 'value' },
    ]);
  });

  test('undefined shows nothing, a box its value', () => {
    const { evaluation, library } = open();
    library.show(undefined, evaluation);
    library.show(new Mutable(3), evaluation);
    expect(evaluation.outputs).toMatchObject([{ value: { text: '3' } }]);
  });

  test('help knows every name, by name and by thing', async () => {
    const { evaluation, library, name } = open({}, undefined, { help: { documented, helpText } });
    const help = (await library.bind('help', evaluation)) as Call;
    for (const key of documented) expect(key === 'requestAnimationFrame' || library.has(key), key).toBe(true);
    help('steps');
    help(name('sleep'));
    help(Inputs.range);
    expect(evaluation.outputs.map((output) => output.kind === 'markdown' && output.markdown.split('\n')[1])).toEqual([
      'for await (const step of steps(n, { run?, state?, every?, label? })) …',
      'await sleep(ms)',
      'Inputs.range([min, max], { label, step, value })',
    ]);
    expect(helpText(undefined).split('\n').length).toBe(documented.length);
  });

  test('every name of the library has a docstring', () => {
    const { library } = open();
    for (const key of [
      'display',
      'md',
      'tex',
      'html',
      'Plot',
      'table',
      'view',
      'Inputs',
      'progress',
      'sleep',
      'signal',
      'stop',
      'onDispose',
      'mutable',
      'random',
      'tf',
      'dataset',
      'file',
      'startRun',
      'runs',
      'steps',
      'check',
      'close',
      'equal',
      'throws',
      'shape',
      'console',
    ]) {
      expect(library.has(key) && documented.includes(key), key).toBe(true);
    }
  });
});

describe('console', () => {
  test('writes logs with levels, formats, counts, groups and tables', () => {
    const { evaluation, name } = open();
    const log = name('console') as unknown as Console;
    log.log('a', { b: 1 }, [2]);
    log.warn('%d of %s', 3, 'x', 'rest');
    log.assert(1 === 1, 'no');
    log.assert(false, 'yes');
    log.count();
    log.count();
    log.group('g');
    log.error('in\nside');
    log.groupEnd();
    log.table([{ a: 1, b: 'x' }]);
    log.dirxml([1]);
    log.timeEnd('t');
    log.timeStamp('t');
    expect(evaluation.outputs.map((output) => output.kind === 'log' && 'text' in output && `${output.level} ${output.text}`)).toEqual([
      'log a { b: 1 } [2]',
      'warn 3 of x rest',
      'error Assertion failed: yes',
      'log default: 1',
      'log default: 2',
      'log g',
      'error   in\n  side',
      'log a  b\n1  x',
      'log [1]',
      'log t: no such timer',
    ]);
  });
});

describe('view', () => {
  test('a named input assigns its name when the reader moves it', () => {
    const { host, library, evaluation } = open();
    const input = Inputs.range([0, 10], { step: 1, label: 'n' });
    expect(library.view(input, evaluation, 'n')).toBe(5);
    expect(evaluation.outputs).toMatchObject([{ kind: 'input', type: 'range', value: 5 }]);
    expect(library.input(input.id, 7)).toBe(true);
    expect(host.log).toEqual(['assign a.n = 7']);
    expect(library.input('nobody', 1)).toBe(false);
    evaluation.dispose();
    expect(library.input(input.id, 8)).toBe(false);
    input.receive(9);
    expect(host.log).toEqual(['assign a.n = 7']);
  });

  test('a pattern assigns all of its names', () => {
    const { host, library, evaluation } = open();
    const form = Inputs.form({ x: Inputs.range([0, 1]), y: Inputs.toggle() });
    library.view(form, evaluation, ($) => {
      const { x, y } = $ as { x: number; y: boolean };
      return { x, y };
    });
    library.input(form.fields[1]!.id, true);
    expect(host.log).toEqual(['assign a.x = 0.5', 'assign a.y = true']);
    expect(evaluation.outputs[0]).toMatchObject({ props: { fields: [{ value: 0.5 }, { value: true }] } });
  });

  test('an unnamed input evaluates its cell again and starts where it was left, if it is still the same input', () => {
    const { host, library, evaluation } = open();
    const make = (label: string): Input => Inputs.select(['a', 'b', 'c'], { label });
    const first = make('x');
    library.view(first, evaluation);
    library.input(first.id, 2);
    expect(host.log).toEqual(['again a']);
    const again = host.evaluation('a');
    expect(library.view(make('x'), again)).toBe('c');
    expect(again.outputs).toMatchObject([{ value: 2 }]);
    expect(library.view(make('x'), again)).toBe('a');
    expect(library.view(make('other'), host.evaluation('a'))).toBe('a');
    expect(library.view(make('x'), host.evaluation('b'))).toBe('a');
  });

  test('an unnamed button keeps its count', () => {
    const { host, library, evaluation } = open();
    const button = Inputs.button('Go');
    library.view(button, evaluation);
    library.input(button.id, 0);
    expect(library.view(Inputs.button('Go'), host.evaluation('a'))).toBe(1);
  });

  test('--set starts a named input at its value, outside its bounds too', () => {
    const { library, evaluation } = open({ set: { n: 99 } });
    expect(library.view(Inputs.range([0, 10]), evaluation, 'n')).toBe(99);
    expect(evaluation.outputs[0]).toMatchObject({ value: 99 });
  });

  test('--set fills what the reader sees: a field, a day, the fields of a form', () => {
    const set = { text: 'hello', day: '2020-01-02', both: { a: 7 } };
    const { library, evaluation } = open({ set });
    expect(library.view(Inputs.text(), evaluation, 'text')).toBe('hello');
    expect(library.view(Inputs.date(), evaluation, 'day')).toEqual(new Date('2020-01-02'));
    expect(library.view(Inputs.form({ a: Inputs.range([0, 10]), b: Inputs.text({ value: 'b' }) }), evaluation, 'both')).toEqual({
      a: 7,
      b: 'b',
    });
    expect(evaluation.outputs).toMatchObject([{ value: 'hello' }, { value: '2020-01-02' }, { value: [7, 'b'] }]);
  });

  test('a displayed input is tied to nothing, and one value shown twice moves in both places', () => {
    const { host, library, evaluation, name } = open();
    const input = Inputs.text();
    name('display')(input);
    name('display')(input);
    library.input(input.id, 'hello');
    expect(host.log).toEqual([]);
    expect(evaluation.outputs).toMatchObject([{ value: 'hello' }, { value: 'hello' }]);
  });

  test('what is no input is refused, and a throwing button is a late error', () => {
    const { library, evaluation, name } = open();
    expect(() => name('view')(3)).toThrow(/view: expected an input, got 3/);
    const input = Inputs.button('x', {
      reduce: () => {
        throw new Error('boom');
      },
    });
    library.view(input, evaluation, 'x');
    library.input(input.id, 0);
    expect(evaluation.late.map((error) => toText(error))).toEqual(['Error: boom']);
  });
});

describe('time', () => {
  test('progress counts sync and async items and totals, first and last shown', async () => {
    const { evaluation, name, host } = open();
    expect([...(name('progress')([1, 2, 3], { label: 'p' }) as Iterable<number>)]).toEqual([1, 2, 3]);
    async function* items(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    const seen: number[] = [];
    for await (const item of name('progress')(items()) as AsyncIterable<number>) seen.push(item);
    const meter = name('progress')(10) as { advance(n?: number): void; done(): void };
    meter.advance(4);
    meter.done();
    expect(seen).toEqual([1, 2]);
    expect(host.log).toEqual(['lend a', 'lend a', 'lend a']);
    expect(evaluation.outputs).toMatchObject([
      { kind: 'progress', label: 'p', done: 3, total: 3, finished: true },
      { done: 2, finished: true },
      { done: 4, total: 10, finished: true },
    ]);
    expect(evaluation.emitted.length).toBeLessThan(9);
    for (const item of name('progress')([1, 2, 3]) as Iterable<number>) if (item === 2) break;
    expect(evaluation.outputs.at(-1)).toMatchObject({ done: 1, total: 3, finished: true });
    expect(() => name('progress')({})).toThrow(/something to iterate or a total/);
  });

  test('steps yields to other cells, pauses, resumes and ends with its evaluation', async () => {
    const { evaluation, name, library, host } = open();
    const seen: number[] = [];
    for await (const step of name('steps')(40, { run: { name: 'mlp' } }) as AsyncIterable<number>) {
      seen.push(step);
      const until = performance.now() + 1;
      while (performance.now() < until);
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(host.log.length).toBeGreaterThan(0);
    expect(evaluation.outputs).toMatchObject([{ kind: 'progress', label: 'mlp', done: 40, total: 40, finished: true, pausable: false }]);
    expect(library.control('a', 'pause')).toBe(false);

    const loop = (name('steps')(3) as AsyncIterable<number>)[Symbol.asyncIterator]();
    await loop.next();
    expect(library.control('a', 'pause')).toBe(true);
    expect(evaluation.outputs[1]).toMatchObject({ pausable: true, paused: true });
    let went = false;
    const next = loop.next().then((step) => {
      went = true;
      return step;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(went).toBe(false);
    library.control('a', 'resume');
    expect(await next).toEqual({ value: 1, done: false });
    evaluation.dispose();
    await expect(loop.next()).rejects.toBeInstanceOf(Interrupted);
    expect(() => name('steps')(-1)).toThrow(RangeError);
  });

  test('sleep ends when its evaluation is stopped', async () => {
    const { evaluation, name } = open();
    const waiting = name('sleep')(100_000) as Promise<void>;
    evaluation.dispose();
    await expect(waiting).rejects.toBeInstanceOf(Interrupted);
  });

  test('stop shows its output and ends the cell', () => {
    const { evaluation, name } = open();
    name('stop')(false, 'no');
    expect(() => name('stop')(true, 'why')).toThrow(StopSignal);
    expect(evaluation.outputs).toMatchObject([{ value: { text: '"why"' } }]);
  });

  describe('timers', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });
    test('a timer belongs to the cell whose code set it, also by a function of another one', async () => {
      const { host, evaluation, name } = open();
      const caller = host.evaluation('caller');
      host.startedBy = () => caller;
      let ticks = 0;
      name('setInterval')(() => {
        ticks++;
        throw new Error('tick');
      }, 10);
      await vi.advanceTimersByTimeAsync(15);
      caller.dispose();
      await vi.advanceTimersByTimeAsync(100);
      expect([evaluation.late, caller.late.map((error) => toText(error)), ticks]).toEqual([[], ['Error: tick'], 1]);
    });
    test('errors in timers are late errors of the cell, sync and async; intervals end with the evaluation', async () => {
      const { evaluation, name } = open();
      name('setTimeout')(() => {
        throw new Error('sync');
      }, 10);
      name('setTimeout')(async () => {
        throw new Error('async');
      }, 10);
      let ticks = 0;
      name('setInterval')(() => ticks++, 10);
      await vi.advanceTimersByTimeAsync(35);
      evaluation.dispose();
      await vi.advanceTimersByTimeAsync(100);
      expect([evaluation.late.map((error) => toText(error)), ticks]).toEqual([['Error: sync', 'Error: async'], 3]);
      expect(() => name('setTimeout')('code')).toThrow(/needs a function/);
    });
  });
});

describe('random', () => {
  test('a cell draws from the generator of its id, Math.random from fork 1 of it, both anew at each evaluation', () => {
    const { library, evaluation, name, host } = open({ seed: 5 });
    const own = random(5).fork(fnv1a32('a'));
    expect((name('random')() as Random).uniform()).toBe(own.uniform());
    expect((name('random')() as Random).uniform()).toBe(own.uniform());
    expect((name('random')(7) as Random).normal()).toBe(random(7).normal());
    const math = random(5).fork(fnv1a32('a')).fork(1);
    const exit = library.enter(evaluation);
    const inner = library.enter(host.evaluation('b'));
    expect(Math.random()).toBe(random(5).fork(fnv1a32('b')).fork(1).uniform());
    inner();
    expect([Math.random(), Math.random()]).toEqual([math.uniform(), math.uniform()]);
    exit();
    expect(Math.random()).not.toBe(math.uniform());
    expect((name('random', host.evaluation('a'))() as Random).uniform()).toBe(random(5).fork(fnv1a32('a')).uniform());
  });
});

describe('data', () => {
  test('a file is a File that reads itself as JSON', async () => {
    const { name } = open({}, (call) =>
      call.service === 'file' ? { name: call.name, type: 'application/json', bytes: new TextEncoder().encode('[1]').buffer } : undefined,
    );
    const file = (await name('file')('./x.json')) as File & { json(): Promise<unknown> };
    expect([file.name, file.type, await file.text(), await file.json()]).toEqual(['x.json', 'application/json', '[1]', [1]]);
  });
});

describe('runs', () => {
  test('points are reported in chunks and drawn thinned, 10,000 calls in 50 ms', async () => {
    const { host, evaluation, name } = open({ seed: 3 });
    type Run = {
      id: string;
      log(metrics: object, step?: number): void;
      finish(summary?: object): Promise<void>;
      checkpoint(state: object): Promise<void>;
    };
    const warm = (await name('startRun')('warm')) as Run;
    for (let i = 0; i < 2000; i++) warm.log({ loss: i });
    await warm.finish();
    host.reports.length = 0;
    const run = (await name('startRun')('mlp', { lr: 0.1, layers: [1, 2] })) as Run;
    const start = performance.now();
    for (let i = 0; i < 10_000; i++) run.log({ loss: 1 / (i + 1), acc: i });
    expect(performance.now() - start).toBeLessThan(2000); // `gradus bench log` measures it; a message a call would take longer
    run.log({ extra: 1 }, 20_000);
    run.log({ extra: 2 });
    await run.finish({ accuracy: 0.9, model: () => 1 });
    const [first, ...rest] = host.reports;
    expect(first).toMatchObject({ kind: 'run-start', run: run.id, cell: 'a', name: 'mlp', params: { lr: 0.1, layers: [1, 2] }, seed: 3 });
    expect(rest.at(-1)).toMatchObject({ kind: 'run-end', run: run.id, state: 'done', summary: { accuracy: 0.9, model: 'ƒ model()' } });
    const points = rest.filter((report) => report.kind === 'run-points');
    expect(points.reduce((sum, report) => sum + (report.metrics['loss']?.values.length ?? 0), 0)).toBe(10_000);
    expect(points.at(-1)!.metrics['extra']!.steps).toEqual(new Float64Array([20_000, 20_001]));
    const drawn = evaluation.outputs.at(-1);
    expect(drawn).toMatchObject({ kind: 'metric', run: run.id, name: 'mlp', finished: true });
    if (drawn?.kind === 'metric') {
      expect(drawn.series['loss']!.steps.length).toBe(2000);
      expect([drawn.series['loss']!.steps[0], drawn.series['loss']!.steps.at(-1)]).toEqual([0, 9999]);
    }
    expect(() => run.log({ loss: 1 })).toThrow(/has ended/);
    expect(() => run.checkpoint({})).toThrow(/has ended/);
  });

  test('a run ends as its cell does, unless the cell exports it', async () => {
    const { host, name } = open();
    const states: string[] = [];
    for (const [exported, error, stop] of [
      [false, false, false],
      [false, true, false],
      [false, false, true],
      [true, false, true],
    ] as const) {
      const evaluation = host.evaluation();
      const run = (await name('startRun', evaluation)('r')) as { log(metrics: object): void };
      if (stop && !exported) evaluation.dispose();
      evaluation.end(exported ? { run } : {}, error ? { name: 'Error', message: '', frames: [] } : undefined);
      if (exported) {
        run.log({ x: 1 });
        evaluation.dispose();
      }
      const last = host.reports.at(-1);
      states.push(last?.kind === 'run-end' ? last.state : 'none');
    }
    expect(states).toEqual(['done', 'failed', 'interrupted', 'interrupted']);
  });

  test('the picture of a run that goes on shows all that was logged when its cell ends, and soon after what comes then', async () => {
    const { host, evaluation, name } = open();
    const run = (await name('startRun', evaluation)('open')) as { log(metrics: object): void };
    const drawn = (): unknown => {
      const last = evaluation.outputs.at(-1);
      return last?.kind === 'metric' && last.series['x']?.values;
    };
    for (const x of [1, 2, 3]) run.log({ x });
    expect(drawn()).toEqual([1]);
    evaluation.end({ run });
    expect(drawn()).toEqual([1, 2, 3]);
    for (let x = 4; x < 2000; x++) run.log({ x }); // some are reported for their number, before a picture is due
    await vi.waitFor(() => expect((drawn() as number[]).at(-1)).toBe(1999), { timeout: 1000 });
    expect(host.reports.filter(({ kind }) => kind === 'run-end')).toEqual([]);
  });

  test('a metric that is no number is named, and what is not here says so', async () => {
    const { name } = open();
    const run = (await name('startRun')('r')) as { log(metrics: object): void };
    expect(() => run.log({ loss: 'low' })).toThrow(/a number for the metric "loss", got low/);
    await expect(name('startRun')('')).rejects.toThrow(/expected a name/);
  });

  test('kept runs come with their curves; one without a checkpoint has no state', async () => {
    const { name } = open({}, (call) =>
      call.service === 'runs' && call.name === 'mlp'
        ? [{ id: '1', name: 'mlp', state: 'done', params: { lr: 1 }, summary: {}, startedAt: 0, metrics: {} }]
        : null,
    );
    const [entry] = (await name('runs')({ name: 'mlp' })) as { params: unknown; status: string; state(): Promise<unknown> }[];
    expect(entry).toMatchObject({ params: { lr: 1 }, status: 'done' });
    expect(await entry!.state()).toBeUndefined();
  });
});

describe('what is not here', () => {
  test('only names of the library are there', () => {
    const { library } = open();
    expect(library.has('toString')).toBe(false);
    expect(library.has('document')).toBe(false);
  });

  test('names of a page get a hint, other errors none', () => {
    expect(absentHint(new ReferenceError('document is not defined'))).toMatch(/view cell/);
    expect(absentHint(new ReferenceError('x is not defined'))).toBeUndefined();
    expect(absentHint(new Error('document is not defined'))).toBeUndefined();
  });

  test('a generator waits for a compute library that another cell is loading, and for none that nobody asked for', async () => {
    let arrive = (): void => {};
    const start = (): Promise<void> => new Promise((resolve) => (arrive = resolve));
    const tensor = (): void => {};
    const pack = { start, module: { tensor }, tensorDraws: { isTracing: () => false }, createOwnership: () => () => () => {} };
    const { library, host, name } = open({}, undefined, { tensor: pack });
    expect(typeof name('random')).toBe('function');
    const loading = name('tensor') as unknown as Promise<unknown>;
    const waiting = library.bind('random', host.evaluation()) as Promise<Call>;
    let came = false;
    void waiting.then(() => (came = true));
    await new Promise((resolve) => setTimeout(resolve));
    expect(came).toBe(false);
    arrive();
    expect(await loading).toBe(tensor);
    expect(((await waiting)(7) as Random).uniform(3)).toEqual(random(7).uniform(3));
  });

  test('Plot is recorded at once, also as an import', async () => {
    const { library, evaluation, name } = open();
    const Plot = name('Plot') as unknown as { plot(options: object): unknown; dot(...args: unknown[]): unknown };
    library.show(Plot.plot({ marks: [Plot.dot([{ x: 1, y: 2 }], { x: 'x', y: 'y' })] }), evaluation);
    expect(evaluation.outputs).toMatchObject([{ kind: 'plot' }]);
    const module = await library.importModule('npm:@observablehq/plot@0.6.17', evaluation);
    expect(['plot' in module, module['dot']]).toEqual([true, Plot.dot]);
  });

  test('packs are opened for the evaluation, once', async () => {
    let made = 0;
    const { name } = open({}, undefined, { tf: { create: async () => ({ tensor: ++made }) } });
    const tf = name('tf') as unknown as Promise<unknown>;
    expect(name('tf')).toBe(tf);
    expect(await tf).toEqual({ tensor: 1 });
  });
});
