/* Stopping an endless loop: isolated (a flag in shared memory) and with no isolation (a revoked address), 40 times each.
   From the request to the worker's report; the values must be the same objects afterwards. */

import { ms, quantile, table } from './measure.mjs';

export const interrupt = {
  name: 'interrupt',
  title: 'Stopping an endless loop',
  async run(context, { count = 40 } = {}) {
    const script = await context.bundle('bench/pages/interrupt.ts');
    const rows = [];
    for (const isolation of [true, false]) {
      const page = await context.page(script, { isolation });
      const stops = await page.evaluate((n) => globalThis.bench.stops(n), count);
      await page.context().close();
      if (stops.isolated !== isolation) throw new Error(`interrupt: the page should ${isolation ? '' : 'not '}be isolated.`);
      rows.push({
        isolated: isolation,
        count,
        p50: quantile(stops.ms, 0.5),
        p95: quantile(stops.ms, 0.95),
        max: Math.max(...stops.ms),
        sameObjects: stops.identity,
      });
    }
    return {
      rows,
      text: table(
        rows.map((row) => ({
          page: row.isolated ? 'isolated' : 'not isolated',
          stops: row.count,
          p50: `${ms(row.p50)} ms`,
          p95: `${ms(row.p95)} ms`,
          longest: `${ms(row.max)} ms`,
          'values kept': row.sameObjects ? 'the same objects' : 'LOST',
        })),
      ),
    };
  },
};
