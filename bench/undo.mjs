/* Undo of structural edits in a notebook of 1,000 cells: the session's part, in the page's thread. */

import { median, ms, quantile, table } from './measure.mjs';

export const undo = {
  name: 'undo',
  title: 'Undo of 500 structural edits in a notebook of 1,000 cells',
  async run(context, { cells = 1000, edits = 500, rounds = 3 } = {}) {
    const page = await context.page(await context.bundle('bench/pages/undo.ts'));
    const rows = [];
    for (let round = 0; round < rounds; round++) {
      const times = await page.evaluate(([n, count]) => globalThis.bench.undo(n, count), [cells, edits]);
      rows.push({ edits: times.length, median: median(times), p99: quantile(times, 0.99), most: Math.max(...times) });
    }
    await page.context().close();
    return {
      rows,
      text: table(
        rows.map((row) => ({
          edits: row.edits,
          median: `${ms(row.median)} ms`,
          '99 %': `${ms(row.p99)} ms`,
          longest: `${ms(row.most)} ms`,
        })),
      ),
    };
  },
};
