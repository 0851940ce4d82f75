/* In the page: an endless loop is started and stopped again and again, through the same remote that the app uses. What is
   timed is the way from the request to the worker's report that the cell has ended. */

import { openEngine, send, source, unfold } from './engine.ts';

interface Stops {
  readonly ms: readonly number[];
  readonly identity: boolean;
  readonly isolated: boolean;
}

async function stops(count: number): Promise<Stops> {
  const engine = await openEngine();
  const sources = [
    source('a', 'const big = (globalThis.kept = { n: 0, data: new Float64Array(1000) })'),
    source('b', 'let turns = 0;\nfor (;;) turns = (turns + big.data[turns % 1000] + 1) % 1000'),
    source('c', 'const same = big === globalThis.kept;\nsame'),
  ];
  const evaluations: number[] = [];
  let shownSame = '';
  engine.listen = (reports) => {
    for (const report of reports.flatMap(unfold)) {
      if (report.kind === 'state' && report.cell === 'a' && report.state === 'done') evaluations.push(report.evaluation);
      if (report.kind === 'output' && report.cell === 'c' && report.output.kind === 'value' && report.output.value.type === 'primitive')
        shownSame = report.output.value.text;
    }
  };
  const first = engine.until((report) => report.kind === 'idle');
  send(engine, 1, sources.slice(0, 1));
  await first;
  const ms: number[] = [];
  let identity = true;
  for (let round = 0; round < count; round++) {
    // Reports come in batches of a frame: behind a pause the first one leaves at once, before the loop holds the worker.
    await new Promise((resolve) => setTimeout(resolve, 40));
    const running = engine.until((report) => report.kind === 'state' && report.cell === 'b' && report.state === 'running');
    send(engine, round * 2 + 2, sources, ['b']);
    await running;
    // Not in step with the 40 ms of the guard's own clock.
    await new Promise((resolve) => setTimeout(resolve, 160 + ((round * 37) % 80)));
    const ended = engine.until((report) => report.kind === 'state' && report.cell === 'b' && report.state === 'error');
    const began = performance.now();
    engine.remote.interrupt('stop');
    await ended;
    ms.push(performance.now() - began);
    shownSame = '';
    const checked = engine.until((report) => report.kind === 'state' && report.cell === 'c' && report.state === 'done');
    send(engine, round * 2 + 3, sources, ['c']);
    await checked;
    identity &&= shownSame === 'true' && evaluations.length === 1;
  }
  engine.remote.terminate();
  return { ms, identity, isolated: crossOriginIsolated };
}

Object.assign(globalThis, { bench: { stops } });
