/* 1,000 cells as a chain, a fan and a row of diamonds: how long a change takes to arrive, ours beside
   `@observablehq/runtime`. The clock runs in the page, from the changed definition to the last delivered value: ours
   crosses to the worker and back, theirs is measured in the page as it is, in the page without its wait for an animation
   frame, and in a worker that sends its values back in batches. */

import { interleave, median, ms, ratio, table } from './measure.mjs';

export const graph = {
  name: 'graph',
  title: '1,000 cells: full run, head edit, tail edit',
  async run(context, { cells = 1000, rounds = 9 } = {}) {
    const runtime = await context.bundle('node_modules/@observablehq/runtime/src/index.js', { globalName: 'Observable' });
    const page = await context.page(await context.bundle('bench/pages/graph.ts'));
    await page.evaluate((text) => globalThis.bench.load(text), runtime);
    const workerUrl = await page.evaluate(
      (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' })),
      workerText(runtime),
    );
    const call = (who, shape) => () => page.evaluate(([w, s, n, url]) => globalThis.bench[w](s, n, url), [who, shape, cells, workerUrl]);

    const rows = [];
    for (const shape of ['chain', 'fan-out', 'diamonds']) {
      const results = await interleave(
        { ours: call('ours', shape), runtime: call('runtime', shape), frameless: call('frameless', shape), worker: call('worker', shape) },
        { rounds, warmups: 2 },
      );
      for (const step of ['full', 'head', 'tail']) {
        const of = (who) => median(results[who].map((times) => times[step]));
        rows.push({ shape, step, ours: of('ours'), runtime: of('runtime'), frameless: of('frameless'), worker: of('worker') });
      }
    }
    await page.context().close();
    return {
      rows,
      text: table(
        rows.map((row) => ({
          shape: row.shape,
          step: row.step,
          gradus: `${ms(row.ours)} ms`,
          runtime: `${ms(row.runtime)} ms`,
          ratio: ratio(row.runtime, row.ours),
          'no frame': `${ms(row.frameless)} ms`,
          'ratio ': ratio(row.frameless, row.ours),
          'in a worker': `${ms(row.worker)} ms`,
          ' ratio': ratio(row.worker, row.ours),
        })),
      ),
    };
  },
};

/** Observable's runtime as a worker: definitions in, batches of values out. */
function workerText(runtime) {
  return `${runtime}
const runtime = new Observable.Runtime(), module = runtime.module(), variables = new Map();
let batch = [];
const observer = name => ({ fulfilled(value) { if (batch.push([name, value]) === 1) setTimeout(() => { postMessage(batch); batch = []; }); }, rejected(error) { throw error; } });
onmessage = ({ data }) => {
  for (const { name, needs, body } of data) {
    if (!variables.has(name)) variables.set(name, module.variable(observer(name)));
    variables.get(name).define(name, needs, new Function(...needs, 'return ' + body));
  }
};
postMessage([]);`;
}
