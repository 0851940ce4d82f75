/* Chunks of points as whole curves. Pure. */

import type { RunEntry } from '../engine/protocol.ts';
import type { StoredPoints } from './types.ts';

/** The chunks of one run, which the key has put in order, as one whole array for each metric; `times` where every chunk has them. */
export function joinChunks(chunks: readonly Pick<StoredPoints, 'metrics'>[]): RunEntry['metrics'] {
  const names = new Set(chunks.flatMap((chunk) => Object.keys(chunk.metrics)));
  const join = (parts: readonly Float64Array[]): Float64Array => {
    const whole = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of parts) {
      whole.set(p, at);
      at += p.length;
    }
    return whole;
  };
  return Object.fromEntries(
    [...names].map((name) => {
      const parts = chunks.flatMap((chunk) => (Object.hasOwn(chunk.metrics, name) ? [chunk.metrics[name]!] : []));
      const times = parts.flatMap((part) => part.times ?? []);
      return [
        name,
        {
          steps: join(parts.map(({ steps }) => steps)),
          values: join(parts.map(({ values }) => values)),
          ...(times.length === parts.length ? { times: join(times) } : {}),
        },
      ];
    }),
  );
}
