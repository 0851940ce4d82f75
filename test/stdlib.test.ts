/* The standard library as cells meet it: real analysis, graph, executor and library, in Node, without a page. */

import { expect, test } from 'vitest';
import { analyse } from '../src/analysis/index.ts';
import { random } from '../src/base/random.ts';
import { fnv1a32 } from '../src/base/hash.ts';
import { buildGraph } from '../src/schedule/index.ts';
import { createLibrary } from '../src/stdlib/library.ts';
import { createRuns } from '../src/stdlib/start-run.ts';
import { inProcessExecutor } from '../workers/typescript/test-executor.ts';
import type { Report, StartOptions } from '../src/engine/protocol.ts';
import type { ErrorInfo, Output } from '../src/output/types.ts';

interface Cell {
  state: string;
  evaluation: number;
  outputs: Map<number, Output>;
  error?: ErrorInfo | undefined;
}

/** Runs cells written as `id: code` to the end; files and modules by name. */
async function notebook(lines: readonly string[], options: Partial<StartOptions> = {}, files: Readonly<Record<string, string>> = {}) {
  const sources = lines.map((line) => {
    const [, id, code] = /^([\w-]+): (.*)$/s.exec(line)!;
    return {
      id: id!,
      language: 'ts',
      run: 'auto' as const,
      analysis: analyse(code!, { language: 'ts', overrides: Object.keys(options.set ?? {}) }),
    };
  });
  const graph = buildGraph(sources);
  const cells = new Map<string, Cell>(sources.map(({ id }) => [id, { state: 'idle', evaluation: 0, outputs: new Map() }]));
  const reports: Report[] = [];
  let wake = (): void => {};
  let values: Readonly<Record<string, unknown>> = {};
  const executor = inProcessExecutor({
    start: { seed: 5, ...options },
    createLibrary,
    load: async (pack) => {
      if (pack !== 'runs') throw new Error(`no pack ${pack}`);
      return { createRuns };
    },
    post: (batch) => {
      for (const report of batch) {
        reports.push(report);
        if (report.kind === 'idle') wake();
        if (report.kind === 'values') {
          values = report.values;
          wake();
        }
        if (report.kind === 'service') {
          const { call } = report;
          const text = call.service === 'file' || call.service === 'module' ? files[call.name] : '';
          const bytes = new TextEncoder().encode(text ?? '').buffer;
          setTimeout(
            () =>
              executor.receive({
                kind: 'answer',
                request: report.request,
                ...(text === undefined
                  ? { error: `There is no ${call.service}.` }
                  : {
                      value:
                        call.service === 'file'
                          ? { name: call.name, type: '', bytes }
                          : call.service === 'module'
                            ? { code: text, imports: [], reads: [], shifts: [] }
                            : undefined,
                    }),
              }),
            5,
          );
        }
        if (report.kind === 'done') for (const id of report.cells) Object.assign(cells.get(id)!, { state: 'done', error: undefined });
        if (report.kind !== 'state' && report.kind !== 'output') continue;
        const cell = cells.get(report.cell)!;
        if (report.evaluation > cell.evaluation) {
          cell.outputs.clear();
          cell.evaluation = report.evaluation;
        }
        if (report.kind === 'output') cell.outputs.set(report.key, report.output);
        else Object.assign(cell, { state: report.state, error: report.error });
      }
    },
  });
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const define = graph.order.map((id, rank) => {
    const { analysis } = sources.find((source) => source.id === id)!;
    const cell = graph.cells.get(id)!;
    return {
      id,
      rank,
      run: cell.run,
      prose: false,
      defines: cell.defines,
      uses: cell.uses,
      reads: analysis.reads,
      imports: analysis.imports,
      code: analysis.code,
      shifts: analysis.shifts,
      exercise: 'e',
      ...(cell.problem ? { problem: cell.problem } : {}),
    };
  });
  executor.receive({ kind: 'plan', plan: 1, define, remove: [], run: graph.order });
  await settled();
  return {
    reports,
    state: (id: string) => cells.get(id)!.state,
    error: (id: string) => cells.get(id)!.error,
    outputs: (id: string) => [...cells.get(id)!.outputs.values()],
    async values() {
      executor.receive({ kind: 'values', request: 1 });
      await settled();
      return values;
    },
    async input(id: string, value: unknown) {
      executor.receive({ kind: 'input', id, value });
      await settled();
    },
  };
}

test('a seed repeats Math.random and random() for each cell, whatever ran before', async () => {
  const { values, state } = await notebook([
    'a: const x = Math.random()',
    'b: const y = [random().uniform(), Math.random()]',
    'c: await sleep(5); const z = Math.random()',
  ]);
  const own = (id: string) => random(5).fork(fnv1a32(id));
  expect(state('c')).toBe('done');
  expect(await values()).toEqual({
    x: own('a').fork(1).uniform(),
    y: [own('b').uniform(), own('b').fork(1).uniform()],
    z: own('c').fork(1).uniform(),
  });
});

test('a moved input changes its name, its users follow', async () => {
  const book = await notebook([
    'n: const n = view(Inputs.range([0, 10], { step: 1, label: "n" }))',
    'two: const two = n * 2',
    'form: const { a, b } = view(Inputs.form({ a: Inputs.range([0, 1]), b: Inputs.toggle() }))',
    'own: const own = view(Inputs.select([1, 2, 3])) * 10',
  ]);
  expect(await book.values()).toEqual({ n: 5, two: 10, a: 0.5, b: false, own: 10 });
  const input = (id: string): Extract<Output, { kind: 'input' }> => book.outputs(id)[0] as Extract<Output, { kind: 'input' }>;
  await book.input(input('n').id, 8);
  await book.input((input('form').props['fields'] as { id: string }[])[1]!.id, true);
  await book.input(input('own').id, 2);
  expect(await book.values()).toEqual({ n: 8, two: 16, a: 0.5, b: true, own: 30 });
  expect(input('own').value).toBe(2);
});

test('--set starts an input at its value', async () => {
  const book = await notebook(['n: const n = view(Inputs.range([0, 10]))', 'm: const m = n + k', 'k: const k = 1'], {
    set: { n: 3, k: 10 },
  });
  expect(await book.values()).toEqual({ n: 3, m: 13, k: 10 });
  expect(book.outputs('n')).toMatchObject([{ kind: 'input', value: 3 }]);
});

test('our own waits lend the turn, other cells answer meanwhile', async () => {
  const book = await notebook([
    'slow: let order = []; for await (const step of steps(30)) { const until = performance.now() + 2; while (performance.now() < until); if (step === 29) order.push(ticks.n) }',
    'log: const ticks = { n: 0 }',
    'quick: ticks.n++',
  ]);
  expect([book.state('slow'), book.state('quick')]).toEqual(['done', 'done']);
  expect((await book.values())['order']).toEqual([1]);
  expect(book.outputs('slow')).toMatchObject([{ kind: 'progress', done: 30, finished: true }]);
});

test('stop ends quietly, checks report and go on, console and display write in order', async () => {
  const book = await notebook([
    'a: const a = 1; display(a); console.log("x", [1]); stop(true, md`**end**`); display(2)',
    'b: a + 1',
    'c: check("ok", () => close([1], [1])); check("no", async () => { await sleep(1); equal(1, 2) }); "after"',
  ]);
  expect([book.state('a'), book.state('b'), book.state('c')]).toEqual(['done', 'blocked', 'done']);
  expect(book.outputs('a')).toMatchObject([{ kind: 'value' }, { kind: 'log', text: 'x [1]' }, { kind: 'markdown', markdown: '**end**' }]);
  expect(book.outputs('c')).toMatchObject([
    { kind: 'check', exercise: 'e', pass: true },
    { kind: 'check', pass: false, message: 'Expected 2, got 1.' },
    { kind: 'value' },
  ]);
});

test('runs end with their cells, errors of timers stand below theirs', async () => {
  const book = await notebook([
    'r: const run = await startRun("m", { lr: 1 }); for (let i = 0; i < 5; i++) run.log({ loss: 5 - i })',
    'inner: { const run = await startRun("f"); run.log({ x: 1 }); throw new Error("boom") }',
    't: setTimeout(() => { throw new Error("late") }, 1); await sleep(20); display(await runs().catch(e => "none"))',
  ]);
  expect(book.outputs('t')).toMatchObject([{ kind: 'error', error: { message: 'late' } }, { kind: 'value' }]);
  expect(book.reports.filter((report) => report.kind === 'run-end').length).toBe(1);
  expect(book.outputs('r')).toMatchObject([{ kind: 'metric', name: 'm' }]);
});

test('a run of a cell that failed is a failed run', async () => {
  const book = await notebook(['a: { const run = await startRun("f"); run.log({ x: 1 }); throw new Error("boom") }']);
  expect(book.reports.flatMap((report) => (report.kind === 'run-end' ? [report.state] : []))).toEqual(['failed']);
});
test('reading a name of a page says what to do', async () => {
  const book = await notebook(['d: document.title']);
  expect(book.error('d')).toMatchObject({ name: 'ReferenceError', hint: expect.stringContaining('view cell') as string });
});

test('files and modules beside the notebook are read through the page', async () => {
  const book = await notebook(
    [
      'f: const data = await (await file("d.json")).json()',
      'm: import { twice } from "./lib.ts"; const four = twice(2)',
      'none: await file("nope")',
      'gone: tensor',
    ],
    {},
    { 'd.json': '{"a":1}', './lib.ts': 'const twice = (x) => 2 * x;\nreturn {twice}' },
  );
  expect(await book.values()).toEqual({ data: { a: 1 }, four: 4 });
  expect([book.error('none')?.message, book.error('gone')?.message]).toEqual(['There is no file.', 'no pack tensor']);
});

test('names of a page are undefined', async () => {
  const book = await notebook(['t: const kind = typeof document']);
  expect(await book.values()).toEqual({ kind: 'undefined' });
});
