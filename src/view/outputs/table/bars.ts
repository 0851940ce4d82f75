/* A column at a glance: how its numbers are spread, or how large a part its most frequent values have. Drawn beside words that
   say the same. */

import { s } from '../../dom.ts';
import type { ColumnFacts, Histogram } from '../../../output/look.ts';

export const barsHeight = 20;

export function bars(facts: ColumnFacts): SVGSVGElement[] {
  if (facts.histogram) return [histogramBars(facts.histogram)];
  if (facts.top && facts.top.length > 0) return [partBars(facts)];
  return [];
}

/** Stretched to the width of what holds it. */
export function histogramBars({ counts }: Histogram): SVGSVGElement {
  const most = Math.max(1, ...counts);
  // A bin that holds anything is seen.
  const path = counts
    .map((n, i) => {
      const height = n === 0 ? 0 : Math.max(1, (n / most) * barsHeight);
      return height === 0 ? '' : `M${i} ${barsHeight}v${-height}h.86v${height}z`;
    })
    .join('');
  return s('svg', { viewBox: `0 0 ${counts.length} ${barsHeight}`, preserveAspectRatio: 'none' }, s('path', { d: path }));
}

/** The share of each of the most frequent values, and of the rest. */
function partBars({ top = [], missing, distinct }: ColumnFacts): SVGSVGElement {
  const known = top.reduce((sum, { count }) => sum + count, 0);
  const parts = top.filter(({ count }) => count > 0);
  const whole = Math.max(known, 1);
  const spread = distinct > parts.length && parts.every(({ count }) => count === parts[0]!.count); // all alike: an even line
  if (spread)
    return s('svg', { viewBox: `0 0 24 ${barsHeight}`, preserveAspectRatio: 'none' }, s('path', { d: `M0 ${barsHeight}v-3h24v3z` }));
  const wide = parts.length + (missing > 0 ? 1 : 0);
  const path = parts.map(({ count }, i) => {
    const height = Math.max(1, (count / whole) * barsHeight);
    return `M${i} ${barsHeight}v${-height}h.86v${height}z`;
  });
  return s('svg', { viewBox: `0 0 ${Math.max(8, wide)} ${barsHeight}`, preserveAspectRatio: 'none' }, s('path', { d: path.join('') }));
}
