/* What it costs a training loop to log: 10,000 calls of `run.log` in a cell, and until the page has every point. */

import { interleave, median, ms, table } from './measure.mjs';

export const log = {
  name: 'log',
  title: '10,000 calls of run.log in a cell',
  async run(context, { calls = 10_000, rounds = 7 } = {}) {
    const page = await context.page(await context.bundle('bench/pages/log.ts'), {
      files: { 'runs.js': await context.bundle('workers/packs/runs.ts') },
    });
    const { ours } = await interleave({ ours: () => page.evaluate((n) => globalThis.bench.log(n), calls) }, { rounds });
    await page.context().close();
    if (ours.some((one) => one.points !== calls))
      throw new Error(`log: expected ${calls} points at the page, got ${ours.map((one) => one.points).join(', ')}.`);
    const of = (key) => median(ours.map((one) => one[key]));
    const rows = [
      {
        calls,
        insideMs: of('insideMs'),
        emptyMs: of('emptyMs'),
        untilDoneMs: of('untilDoneMs'),
        microsecondsPerCall: (1000 * (of('insideMs') - of('emptyMs'))) / calls,
        messages: of('messages'),
      },
    ];
    return {
      rows,
      text: table(
        rows.map((row) => ({
          calls: row.calls,
          'in the cell': `${ms(row.insideMs)} ms`,
          'loop alone': `${ms(row.emptyMs)} ms`,
          'µs per call': row.microsecondsPerCall.toFixed(2),
          'all points at the page': `${ms(row.untilDoneMs)} ms`,
          messages: row.messages,
        })),
      ),
    };
  },
};
