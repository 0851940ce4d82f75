/* Numbers and how they are written: medians, quantiles, rounds in which the rivals take turns, tables of text, and the
   facts of the machine that stand beside every figure. Times are ms. */

import { cpus } from 'node:os';

/** The value below which the share `q` of the sorted `values` lies (nearest rank). */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Calls every rival once per round, each round beginning with another one, so that what disturbs the machine disturbs
 * all alike. The first `warmups` rounds are dropped.
 * @param {Record<string, () => Promise<any>>} rivals
 * @returns {Promise<Record<string, any[]>>} what each returned, round by round
 */
export async function interleave(rivals, { rounds = 7, warmups = 1 } = {}) {
  const names = Object.keys(rivals);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (let k = 0; k < names.length; k++) {
      const name = names[(k + round + warmups) % names.length];
      const result = await rivals[name]();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}

/** Milliseconds with as many digits as they carry. */
export function ms(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `2.4×`: how many times `value` goes into `other`. */
export function ratio(other, value) {
  const r = other / value;
  return Number.isFinite(r) ? `${r >= 10 ? r.toFixed(0) : r.toFixed(1)}×` : '–';
}

/** Rows of equal keys as aligned text; numbers to the right. */
export function table(rows) {
  if (!rows.length) return '(nothing measured)';
  const keys = Object.keys(rows[0]);
  const cells = [keys, ...rows.map((row) => keys.map((key) => String(row[key] ?? '–')))];
  const widths = keys.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const right = keys.map((key) => rows.every((row) => /^[-–\d.,]+\s*(×|ms|kB|s|%)?$/.test(String(row[key] ?? '–'))));
  return cells
    .map((line) =>
      line
        .map((text, i) => (right[i] ? text.padStart(widths[i]) : text.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What the figures were measured on. */
export function machine(browserVersion) {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    node: process.version,
    ...(browserVersion ? { chromium: browserVersion } : {}),
  };
}
