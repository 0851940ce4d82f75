/* In the page: a cell that logs 10,000 steps of a run, beside the same loop without the call. */

import { openEngine, send, source } from './engine.ts';

async function log(calls: number): Promise<{
  readonly insideMs: number;
  readonly emptyMs: number;
  readonly untilDoneMs: number;
  readonly points: number;
  readonly messages: number;
}> {
  const engine = await openEngine({ runs: new URL('runs.js', location.href).href });
  const loop = (call: string): string =>
    `const _began = performance.now();\nfor (let i = 0; i < ${calls}; i++) { const loss = 1 / (i + 1); ${call} }\n`;
  const sources = [
    source('empty', `let sum = 0;\n${loop('sum += loss;')}const emptyMs = performance.now() - _began;`),
    source(
      'logged',
      `const run = await startRun("bench", { lr: 0.1 });\n${loop('run.log({ loss });')}const insideMs = performance.now() - _began;\nawait run.finish();`,
    ),
  ];
  let points = 0;
  let messages = 0;
  engine.listen = (reports) => {
    messages++;
    for (const report of reports) {
      if (report.kind === 'run-points') points += report.metrics['loss']?.values.length ?? 0;
      if (report.kind === 'state' && report.state === 'error') throw new Error(report.error?.message);
    }
  };
  const idle = (): Promise<unknown> => engine.until((report) => report.kind === 'idle');
  let ended = idle();
  send(engine, 1, [sources[0]!]);
  await ended;
  ended = idle();
  const began = performance.now();
  send(engine, 2, sources, ['logged']);
  await ended;
  const untilDoneMs = performance.now() - began;
  const values = engine.until((report) => report.kind === 'values');
  engine.remote.send({ kind: 'values', request: 1 });
  const report = await values;
  engine.remote.terminate();
  const { emptyMs, insideMs } = report.kind === 'values' ? (report.values as Record<string, number>) : {};
  return { insideMs: insideMs!, emptyMs: emptyMs!, untilDoneMs, points, messages };
}

Object.assign(globalThis, { bench: { log } });
