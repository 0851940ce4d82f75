import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore } from '../store/index.ts';
import { createLibrary } from '../stdlib/library.ts';
import { createSweep } from '../stdlib/sweep/index.ts';
import type { SweepResult } from '../engine/sweep.ts';
import { openSession } from './test-session.ts';
import { inProcessWorker } from './test-worker.ts';
import type { Session, SessionOptions, WorkerLike } from './types.ts';

const packs: Record<string, () => unknown> = { sweep: () => ({ createSweep }), runs: () => import('../stdlib/start-run.ts') };
const load = async (pack: string): Promise<unknown> => {
  const make = packs[pack];
  if (!make) throw new Error(`no pack ${pack}`);
  return make();
};

interface Opened {
  readonly session: Session;
  /** Engines that were started, the session's own among them, and how many have not been ended. */
  readonly engines: { started: number; alive: number };
  /** The value of `name`, once all is settled. */
  value<T = unknown>(name: string): Promise<T>;
}

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()));
const open: Session[] = [];
afterEach(() => open.splice(0).forEach((session) => session.dispose()));

function openCells(cells: Readonly<Record<string, string>>, more: Partial<SessionOptions> = {}, seed: string | number = 14): Opened {
  const engines = { started: 0, alive: 0 };
  const text = `---\ngradus: 1\nid: t\n${seed === '' ? '' : `seed: ${seed}\n`}---\n\n${Object.entries(cells)
    .map(([id, code]) => `\`\`\`ts {id=${id}}\n${code}\n\`\`\`\n`)
    .join('\n')}`;
  const session = openSession(text, {
    services: async ({ service }) => {
      if (service === 'resume') return undefined;
      throw new Error(`no ${service}`);
    },
    createWorker: () => {
      const worker = inProcessWorker(createLibrary, load);
      engines.started++;
      engines.alive++;
      let alive = true;
      const terminate = worker.terminate.bind(worker);
      worker.terminate = () => {
        if (alive) engines.alive--;
        alive = false;
        terminate();
      };
      return worker satisfies WorkerLike;
    },
    ...more,
  });
  open.push(session);
  return {
    session,
    engines,
    value: async <T>(name: string) => {
      await session.settled();
      return (await session.values())[name] as T;
    },
  };
}

const errorOf = (session: Session, id: string): string => session.cell(id)?.error?.message ?? '';
const run = async (opened: Opened): Promise<Opened> => {
  opened.session.runAll();
  await opened.session.settled();
  return opened;
};

describe('sweep', () => {
  test('computes every point of a grid with the names of other cells, in the order of the grid, as runs', async () => {
    const opened = await run(
      openCells({
        data: 'const xs = [1, 2, 3]\nconst scale = (v, by) => v.map((x) => x * by)',
        go: 'const results = await sweep({ by: [2, 3], plus: [0, 10] }, async ({ by, plus }, run) => {\n  const ys = scale(xs, by)\n  for (const y of ys) run.log({ y: y + plus })\n  return { sum: ys.reduce((a, b) => a + b, 0) + plus }\n}, { name: "scales", workers: 2 })\nconst best = results.reduce((a, b) => (a.summary.sum > b.summary.sum ? a : b)).params\nconst last = results.map((r) => r.metrics.y.values.at(-1))',
      }),
    );
    expect(errorOf(opened.session, 'go')).toBe('');
    const results = await opened.value<SweepResult[]>('results');
    expect(results.map(({ params, summary, state }) => [params, summary, state])).toEqual([
      [{ by: 2, plus: 0 }, { sum: 12 }, 'done'],
      [{ by: 2, plus: 10 }, { sum: 22 }, 'done'],
      [{ by: 3, plus: 0 }, { sum: 18 }, 'done'],
      [{ by: 3, plus: 10 }, { sum: 28 }, 'done'],
    ]);
    expect(await opened.value('best')).toEqual({ by: 3, plus: 10 });
    expect(await opened.value('last')).toEqual([6, 16, 9, 19]);
    const runs = opened.session.runs;
    expect(runs.map(({ name, summary, metrics }) => [name, summary['sum'], metrics['y']!.steps]).sort()).toEqual([
      ['scales', 12, 3],
      ['scales', 18, 3],
      ['scales', 22, 3],
      ['scales', 28, 3],
    ]);
    expect(new Set(results.map(({ run }) => run))).toEqual(new Set(runs.map(({ id }) => id)));
    expect(opened.engines).toEqual({ started: 3, alive: 1 });
  });

  const summaries = async (opened: Opened, name = 'results'): Promise<unknown[]> =>
    ((await opened.value<SweepResult[]>(name)) ?? []).map(({ summary }) => summary);
  const logs = ({ session }: Opened, id = 'go'): string[] =>
    session.cell(id)!.outputs.flatMap(({ output }) => (output.kind === 'log' && 'text' in output ? [output.text] : []));

  test('gives every point random numbers of its own, whichever engine computes it and whatever that computed before', async () => {
    const cells = (grid: string, options: string): Record<string, string> => ({
      draw: 'const shared = () => random().uniform()',
      go: `const early = random()\nconst results = await sweep(${grid}, async () => ({ own: random().uniform(), early: early.uniform(), other: shared() }), ${options})`,
    });
    const byPoint = async (grid: string, options: string): Promise<Record<string, unknown>> => {
      const results = (await (await run(openCells(cells(grid, options)))).value<SweepResult[]>('results')) ?? [];
      return Object.fromEntries(
        results.map(({ params, summary }, i) => [
          `${JSON.stringify(params)}${results.findIndex((other) => JSON.stringify(other.params) === JSON.stringify(params)) < i ? ' again' : ''}`,
          summary,
        ]),
      );
    };
    const one = await byPoint('{ a: [1, 2, 3, 4] }', '{ workers: 1 }');
    expect(new Set(Object.values(one).map((x) => JSON.stringify(x))).size).toBe(4);
    expect(await byPoint('{ a: [1, 2, 3, 4] }', '{ workers: 3 }')).toEqual(one);
    expect(await byPoint('[{ a: 4 }, { a: 2 }, { a: 1 }, { a: 3 }]', '{ workers: 2 }')).toEqual(one);
    expect(await byPoint('{ a: [1, 2, 3, 4] }', '{ workers: 2, seed: 3 }')).not.toEqual(one);
    const twice = await byPoint('[{ a: 1 }, { a: 1 }]', '{ workers: 2 }');
    expect(twice['{"a":1}']).toEqual(one['{"a":1}']);
    expect(twice['{"a":1} again']).not.toEqual(one['{"a":1}']);
  });

  test('keeps the other points where one fails, and says what failed and where', async () => {
    const opened = await run(
      openCells({
        go: 'const results = await sweep({ a: [1, 2, 3] }, ({ a }, run) => {\n  run.log({ a })\n  if (a === 2) throw new RangeError("too even")\n  return a * 10\n})',
      }),
    );
    const results = await opened.value<SweepResult[]>('results');
    expect(results.map(({ state, summary, error }) => [state, summary, error])).toEqual([
      ['done', { value: 10 }, undefined],
      ['failed', {}, expect.stringMatching(/^line 3, column \d+: RangeError: too even$/)],
      ['done', { value: 30 }, undefined],
    ]);
    expect(logs(opened)).toEqual([expect.stringMatching(/1 of 3 points failed, the others count\.\na 2: line 3.*too even/)]);
    expect(opened.session.cell('go')!.state).toBe('done');
    const all = await run(openCells({ go: 'await sweep([{ a: 1 }], () => { throw new Error("no") })' }));
    expect(errorOf(all.session, 'go')).toMatch(/every point failed, the first one with a 1: .*no/);
  });

  test('computes with what inputs, boxes and generators hold now, and evaluates nothing again for them', async () => {
    const opened = await run(
      openCells({
        ask: 'const k = view(Inputs.range([0, 10], { value: 1, label: "k" }))\nconst tenfold = k * 10',
        box: 'const n = mutable(5)\nconst setN = (v) => { n.value = v }',
        set: 'setN(7)',
        loose: 'const twice = view(Inputs.number({ value: 2, label: "x" })) * 2',
        plain: 'const base = 100',
        ticks: 'const t = (function* () { yield 1; yield 2 })()',
        tell: 't',
        go: 'const results = await sweep({ a: [1] }, ({ a }) => ({ k, tenfold, n, twice, base, t, a }))\nconst seen = { k, n, twice }',
      }),
    );
    const inputOf = (cell: string): string =>
      opened.session.cell(cell)!.outputs.flatMap(({ output }) => (output.kind === 'input' ? [output.id] : []))[0]!;
    await expect.poll(() => opened.session.cell('tell')!.outputs[0]?.output).toMatchObject({ value: { text: '2' } });
    opened.session.input(inputOf('ask'), 4);
    opened.session.input(inputOf('loose'), 9);
    await opened.session.settled();
    expect(errorOf(opened.session, 'go')).toBe('');
    expect(await summaries(opened)).toEqual([{ k: 4, tenfold: 10, n: 7, twice: 18, base: 100, t: 2, a: 1 }]);
  });

  test('records the runs of its points and no others that an engine started on its way', async () => {
    const opened = await run(
      openCells({
        first: 'const warm = await startRun("warm")\nwarm.log({ x: 1 })\nawait warm.finish()\nconst ready = 1',
        go: 'const mine = await startRun("mine")\nawait mine.finish()\nconst results = await sweep({ a: [ready, 2] }, async ({ a }, run) => {\n  run.log({ loss: a })\n  const inner = await startRun("inner", { a })\n  await inner.finish()\n}, { workers: 2 })',
      }),
    );
    expect(opened.session.runs.map(({ name }) => name).sort()).toEqual(['go', 'go', 'inner', 'inner', 'mine', 'warm']);
    expect(await summaries(opened)).toEqual([{ loss: 1 }, { loss: 2 }]);
  });

  test('is stopped with all its engines, and what ran is interrupted', async () => {
    const opened = openCells({
      go: 'const results = await sweep({ a: [1, 2, 3] }, async ({ a }, run) => {\n  run.log({ a })\n  await sleep(60_000)\n}, { workers: 2 })',
    });
    opened.session.runAll();
    await vi.waitFor(() => expect(opened.session.runs.length).toBe(2), 5000);
    opened.session.stop();
    await opened.session.settled();
    await vi.waitFor(() => expect(opened.engines).toEqual({ started: 3, alive: 1 }));
    expect(opened.session.cell('go')!.error?.name).toBe('Interrupted');
    expect((await opened.session.earlierRuns('go', 'none')).map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
    opened.session.runAll();
    await vi.waitFor(() => expect(opened.session.runs.length).toBe(4), 5000);
    opened.session.restart();
    await vi.waitFor(() => expect(opened.engines.alive).toBe(0));
  });

  test('is forgotten once its end is told, and what asks for it again hears that it ended', async () => {
    const { createSweeps } = await import('./sweeps.ts');
    const recorder = { takeWanted: () => false, report: () => undefined, entries: async () => [], curves: () => undefined };
    const sweeps = createSweeps({
      createWorker: () => inProcessWorker(createLibrary, load),
      start: () => ({ set: {}, headless: true, address: {}, base: '', packs: {} }) as never,
      engine: { backend: undefined } as never,
      serve: async () => [] as never,
      recorder: recorder as never,
    });
    const plan = { cell: 'go', name: 'go', define: [], given: {}, seed: 1, place: {}, points: [], key: '', resume: false } as never;
    const ask = (ask: 'next' | 'stop', sweep: unknown): Promise<unknown> =>
      Promise.race([
        sweeps.answer({ service: 'sweep', ask, sweep } as never),
        new Promise((resolve) => setTimeout(resolve, 500, 'no answer')),
      ]);
    const done = await sweeps.answer({ service: 'sweep', ask: 'start', plan });
    expect(await ask('next', done)).toEqual([{ kind: 'done' }]);
    const end = [{ kind: 'failed', error: { name: 'Interrupted', message: 'Stopped.', frames: [] } }];
    expect(await ask('next', done)).toEqual(end);
    const other = await sweeps.answer({ service: 'sweep', ask: 'start', plan });
    expect(await ask('stop', other)).toBeUndefined();
    expect(await ask('next', other)).toEqual(end);
  });

  test('further runs of a point have ended with its engine, or with the sweep', async () => {
    const opened = await run(
      openCells({
        go: `const results = await sweep({ ms: [1, 60_000] }, async ({ ms }) => {
  const inner = await startRun('inner', { ms })
  inner.log({ ms })
  await sleep(ms)
  return ms
}, { workers: 1, limitMs: 500 })`,
      }),
    );
    expect((await opened.value<SweepResult[]>('results')).map(({ state }) => state)).toEqual(['done', 'failed']);
    const inner = await opened.session.earlierRuns('inner', 'none');
    expect(inner.map(({ state, params }) => [params['ms'], state]).sort()).toEqual([
      [1, 'interrupted'],
      [60_000, 'interrupted'],
    ]);
  });

  test('a point that runs too long fails alone, and another engine goes on', async () => {
    const opened = await run(
      openCells({
        go: 'const results = await sweep({ ms: [1, 60_000, 2] }, async ({ ms }) => { await sleep(ms)\nreturn ms }, { workers: 1, limitMs: 300 })',
      }),
    );
    const results = await opened.value<SweepResult[]>('results');
    expect(results.map(({ state, error }) => [state, error?.slice(0, 45)])).toEqual([
      ['done', undefined],
      ['failed', 'Interrupted: It ran longer than limitMs, 0.3 '],
      ['done', undefined],
    ]);
    expect(opened.engines).toEqual({ started: 3, alive: 1 });
  });

  test('takes results of earlier calls as they are, its own and those of other cells', async () => {
    const opened = await run(
      openCells({
        coarse:
          'const rough = await sweep({ a: [1, 2] }, ({ a }) => a * 2, { name: "rough" })\nconst finer = await sweep({ b: rough.map((r) => r.summary.value) }, ({ b }) => b + 0.5)',
        go: 'const top = Math.max(...finer.map((r) => r.summary.value))\nconst results = await sweep({ c: [1] }, ({ c }) => c + top)',
      }),
    );
    expect(errorOf(opened.session, 'go')).toBe('');
    expect(await summaries(opened, 'finer')).toEqual([{ value: 2.5 }, { value: 4.5 }]);
    expect(await summaries(opened)).toEqual([{ value: 5.5 }]);
    expect(opened.session.runs.length).toBe(5);
  });

  test('ends poor points early, by patience and by the median of the first points', async () => {
    const train = '({ rate }, run) => { for (let i = 1; i <= 20; i++) run.log({ loss: Math.max(1, 10 - i * rate) }) }';
    const opened = await run(
      openCells({
        patient: `const one = await sweep({ rate: [3] }, ${train}, { stop: { metric: 'loss', patience: 4 } })`,
        go: `const results = await sweep({ rate: [1, 2, 0.5, 4] }, ${train}, { workers: 3, stop: { metric: 'loss', median: 2, after: 3 } })`,
      }),
    );
    expect(await opened.value('one')).toMatchObject([
      { state: 'done', summary: { loss: 1, stopped: 'patience: loss got no better for 4 values, step 6' } },
    ]);
    expect((await summaries(opened)).map((summary) => (summary as { stopped?: string }).stopped)).toEqual([
      undefined,
      undefined,
      'median: loss was 8 at best, the first points had 4, step 3',
      undefined,
    ]);
    const steps = Object.fromEntries(opened.session.runs.map(({ params, metrics }) => [String(params['rate']), metrics['loss']!.steps]));
    expect(steps).toEqual({ 3: 7, 1: 20, 2: 20, 0.5: 4, 4: 20 });
  });

  test('shows a table of parameters and summaries, its progress, and what the function writes to the console', async () => {
    const opened = await run(
      openCells({
        go: 'const list = await sweep({ a: [1, 2] }, async ({ a }) => {\n  for (const i of progress([1, 2], { label: "inner" })) await sleep(1)\n  console.log("at", a)\n  return { twice: a * 2 }\n}, { workers: 1 })\nlist',
      }),
    );
    const outputs = opened.session.cell('go')!.outputs.map(({ output }) => output);
    expect(outputs.find(({ kind }) => kind === 'table')).toMatchObject({
      columns: [{ name: 'a' }, { name: 'twice' }],
      rows: [
        [1, 2],
        [2, 4],
      ],
    });
    expect(outputs.filter(({ kind }) => kind === 'progress')).toMatchObject([
      { label: 'go', done: 2, total: 2, finished: true },
      { label: 'a 2', depth: 1, finished: true },
    ]);
    expect(logs(opened)).toEqual(['a 1: at 1', 'a 2: at 2']);
  });

  test.each([
    ['display({ a })', /display: the function of a sweep runs in an engine that shows nothing/],
    ['view(Inputs.range([0, 1]))', /view: the function of a sweep/],
    ['await sweep({ b: [1] }, () => 1)', /cannot start another one/],
    ['return { model: () => 1 }', /"model" of the summary is a function, which cannot be sent to another engine\. Return numbers/],
    ['return "fine"', /expected the function to return a summary such as \{ accuracy: 0\.97 \}, a number or nothing, got fine/],
    ['return new (class Net {})()', /the summary is a Net/],
  ])('a function with %s fails with the reason', async (code, message) => {
    const opened = await run(openCells({ go: `await sweep({ a: [1] }, async ({ a }) => { ${code} })` }));
    expect(errorOf(opened.session, 'go')).toMatch(message);
  });

  test.each([
    ['sweep()', /expected a grid such as \{ lr: \[0\.1, 0\.01\]/],
    ['sweep(3, () => 1)', /expected a grid such as .*got 3/],
    ['sweep({}, () => 1)', /at least one parameter, got \{\}/],
    ['sweep([], () => 1)', /at least one point, got an empty list/],
    ['sweep([1], () => 1)', /a list of points such as .*got 1 at 0/],
    ['sweep({ lr: [] }, () => 1)', /values to try for "lr", got an empty list/],
    ['sweep({ lr: { min: 0 } }, () => 1)', /a list of values for "lr"/],
    ['sweep({ act: [Math.tanh] }, () => 1)', /the parameter "act" of point 0 \(from 0\) is a function, which cannot be sent/],
    ['sweep({ a: Array(1000).fill(1), b: Array(1000).fill(1) }, () => 1)', /at most 100,000 points, got 1000 × 1000/],
    ['sweep({ a: [1] })', /expected a function of a point and its run/],
    ['sweep({ a: [1] }, () => 1, { workers: 0 })', /workers to be a number from 1 to 64, got 0/],
    ['sweep({ a: [1] }, () => 1, { name: "" })', /name to be a name/],
    ['sweep({ a: [1] }, () => 1, { epochs: 3 })', /among name, workers, stop, resume, seed, limitMs, got epochs/],
    ['sweep({ a: [1] }, () => 1, { stop: { metric: "loss" } })', /neither patience nor median/],
    ['sweep({ a: [1] }, () => 1, { stop: { metric: "loss", patience: 0 } })', /got patience: 0/],
    ['sweep({ a: [1] }, () => 1, { limitMs: -1 })', /limitMs to be a number of milliseconds above 0/],
  ])('%s is refused with what was expected', async (code, message) => {
    const opened = await run(openCells({ go: `await ${code}` }));
    expect(errorOf(opened.session, 'go')).toMatch(message);
    expect(opened.engines.started).toBe(1);
  });

  test('a cell that fails, or does not come to its sweep, in an engine of the pool says so', async () => {
    const once = 'globalThis.process.sweepCalls = (globalThis.process.sweepCalls ?? 0) + 1';
    const opened = await run(
      openCells({
        need: `${once}\nif (process.sweepCalls > 1) throw new Error('only once')\nconst x = 1`,
        go: 'await sweep({ a: [x] }, () => 1)',
        maybe: `const calls = (process.sweepMaybe = (process.sweepMaybe ?? 0) + 1)\nif (calls === 1) await sweep({ a: [1] }, () => 1)`,
      }),
    );
    expect(errorOf(opened.session, 'go')).toMatch(/the cell need, which it needs, failed in an engine of the pool: only once/);
    expect(errorOf(opened.session, 'maybe')).toMatch(/ran to its end in an engine of the pool without coming to this call of sweep/);
  });

  test('resume takes points that finished before, with the same code and values, from the store', async () => {
    const cells = (grid: string, body = 'a * 2', base = 1): Record<string, string> => ({
      need: `const base = ${base}`,
      go: `const results = await sweep(${grid}, ({ a }, run) => { run.log({ a: a + base }); return ${body} }, { resume: true, workers: 2 })\nconst last = results.map((r) => r.metrics.a.values.at(-1))`,
    });
    const sit = async (
      ...given: Parameters<typeof cells>
    ): Promise<{ started: number; results: readonly SweepResult[]; last: unknown }> => {
      const store = await openStore();
      const opened = await run(openCells(cells(...given), { store }));
      await opened.session.flush();
      const found = {
        started: opened.session.runs.length,
        results: await opened.value<SweepResult[]>('results'),
        last: await opened.value('last'),
      };
      opened.session.dispose();
      store.close();
      return found;
    };
    const first = await sit('{ a: [1, 2] }');
    expect(first.started).toBe(2);
    const more = await sit('{ a: [1, 2, 3] }');
    expect(more.started).toBe(1);
    expect(more.results.map(({ run: id }) => id).slice(0, 2)).toEqual(first.results.map(({ run: id }) => id));
    expect([more.results.map(({ summary }) => summary['value']), more.last]).toEqual([
      [2, 4, 6],
      [2, 3, 4],
    ]);
    expect((await sit('{ a: [1, 2, 3] }')).started).toBe(0);
    expect((await sit('{ a: [1, 2, 3] }', 'a * 3')).started).toBe(3);
    expect((await sit('{ a: [1, 2, 3] }', 'a * 2', 5)).started).toBe(3);
  });

  describe('a point that was cut off', () => {
    /** A point counts up to 8, with a checkpoint after every second step; where `a` is 2, its engine stands still at step `at`. */
    const cells = (stop = '', grid = '{ a: [1, 2] }', resume = true): Record<string, string> => ({
      go: `const results = await sweep(${grid}, async ({ a }, run) => {
  const state = { sum: a }
  let from = -1
  for await (const step of steps(8, { run, state, every: 2 })) {
    if (from < 0) from = step
    await globalThis.stand?.(a, step)
    state.sum += step + random().uniform()
    run.log({ sum: state.sum, flat: 1 })
  }
  return { sum: state.sum, from }
}, { name: 'count', workers: 1, resume: ${resume}${stop} })
const curves = results.map((r) => Array.from(r.metrics.sum.values))`,
    });
    const stand = (at: number) => (a: number, step: number) => (a === 2 && step === at ? new Promise(() => undefined) : undefined);
    type Values = { results: readonly SweepResult[]; curves: readonly (readonly number[])[] };
    const sit = async (at: number, ...more: [stop?: string, grid?: string, resume?: boolean]): Promise<Values & { open: Opened }> => {
      vi.stubGlobal('stand', stand(at));
      const store = await openStore();
      const opened = openCells(cells(...more), { store });
      opened.session.runAll();
      if (at < 0) await opened.session.settled();
      else {
        await vi.waitFor(async () => {
          await opened.session.flush();
          const runs = (await store.runs()).filter(({ state }) => state === 'running');
          const kept = await (await store.checkpoints()).all();
          expect(runs.map(({ id }) => (kept.get(id) ?? 0) > 0)).toEqual([true]);
          const points = runs.flatMap(({ id }) => [...(opened.session.curves(id)?.get('sum')?.values ?? [])]);
          expect(points.length).toBeGreaterThanOrEqual(at - 1);
        });
      }
      const values = { results: await (at < 0 ? opened.value<readonly SweepResult[]>('results') : undefined), curves: await (at < 0 ? opened.value('curves') : undefined) }; // prettier-ignore
      opened.session.dispose();
      await opened.session.flush();
      store.close();
      return { ...(values as Values), open: opened };
    };

    test('goes on from its checkpoint, with the numbers that it would have had', async () => {
      await sit(5);
      const after = await sit(-1);
      expect(after.results.map(({ summary, state }) => [Number(summary['from']) > 0, state])).toEqual([
        [false, 'done'],
        [true, 'done'],
      ]);
      vi.stubGlobal('indexedDB', new IDBFactory());
      const whole = await sit(-1);
      expect(after.curves).toEqual(whole.curves);
      expect(after.results.map(({ summary }) => summary['sum'])).toEqual(whole.results.map(({ summary }) => summary['sum']));
    });

    test('begins anew where nobody asks for it', async () => {
      await sit(5);
      expect((await sit(-1, '', '{ a: [1, 2] }', false)).results.map(({ summary }) => summary['from'])).toEqual([0, 0]);
    });

    test('is ended early as it would have been: what it logged before counts', async () => {
      const stop = ", stop: { metric: 'flat', patience: 6 }";
      await sit(5, stop);
      const after = await sit(-1, stop);
      expect(after.curves.map(({ length }) => length)).toEqual([7, 7]);
      expect(after.results[1]!.summary['stopped']).toBe('patience: flat got no better for 6 values, step 6');
    });

    test('is not mistaken for an equal one', async () => {
      const grid = '[{ a: 3 }, { a: 2 }, { a: 2 }]';
      await sit(5, '', grid);
      const after = await sit(-1, '', grid);
      vi.stubGlobal('indexedDB', new IDBFactory());
      expect(after.curves).toEqual((await sit(-1, '', grid)).curves);
      expect(new Set(after.results.map(({ run }) => run)).size).toBe(3);
    });
  });

  test('resume computes all points again where the rest of the sweeping cell is other code', async () => {
    const sit = async (epochs: number, options = '{ resume: true }'): Promise<[started: number, values: unknown]> => {
      const store = await openStore();
      const code = `const epochs = ${epochs}\nconst results = await sweep({ a: [1, 2] }, ({ a }) => a * epochs, ${options})`;
      const opened = await run(openCells({ go: code }, { store }));
      await opened.session.flush();
      const results = await opened.value<SweepResult[]>('results');
      const found: [number, unknown] = [opened.session.runs.length, results.map(({ summary }) => summary['value'])];
      opened.session.dispose();
      store.close();
      return found;
    };
    expect(await sit(5, '{}')).toEqual([2, [5, 10]]);
    expect(await sit(5)).toEqual([0, [5, 10]]);
    expect(await sit(50)).toEqual([2, [50, 100]]);
  });
});
