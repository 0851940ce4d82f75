/* What is known of all numbers of a tensor, in words: least, greatest, mean, deviation, zeros, NaN, memory, and a histogram;
   and the same of each slice as a table. */

import { fill, h, s } from '../dom.ts';
import { count, number, plural } from '../words.ts';
import { bytesOf, bytesText, factsOfNumbers, type Facts, type TensorOutput } from './tensor-data.ts';

/** What the engine counted, else what can be told of the numbers that were sent. */
export function factsOfOutput({ stats, data, total }: TensorOutput): Facts | undefined {
  if (stats !== undefined) return { ...stats, count: total };
  return data.length === 0 ? undefined : factsOfNumbers(data);
}

/** Fills a `dl.stats`. */
export function drawFacts(list: HTMLElement, output: TensorOutput, facts: Facts | undefined): void {
  const row = (term: string, value: string, bad = false): HTMLElement =>
    h('div', {}, h('dt', {}, term), h('dd', bad ? { class: 'nan' } : {}, value));
  const rows: HTMLElement[] = [];
  if (facts !== undefined) {
    if (facts.nan < facts.count)
      rows.push(
        row('min', number(facts.min)),
        row('max', number(facts.max)),
        row('mean', number(facts.mean)),
        row('std', number(facts.std)),
      );
    rows.push(row('zero', share(facts.zeros, facts.count)));
    if (facts.nan > 0) rows.push(row('NaN', count(facts.nan), true));
  }
  rows.push(row('memory', bytesText(output.total * bytesOf(output.dtype))));
  const bars = output.histogram === undefined ? undefined : histogram(output.histogram);
  if (bars) rows.push(bars);
  fill(list, ...rows);
  if (output.stats === undefined && output.data.length < output.total)
    list.append(h('div', { class: 'cap' }, `of the first ${count(output.data.length)} of ${plural(output.total, 'number')}`));
}

/** 80.9 %, and never 0 % of something or 100 % of not all. */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = (100 * part) / whole;
  return percent < 0.1 ? '< 0.1 %' : percent > 99.9 ? '> 99.9 %' : `${percent.toFixed(1)} %`;
}

/** Bars from the least to the greatest number; their heights are logarithmic where one bar would hide all others. */
function histogram({ low, high, counts }: NonNullable<TensorOutput['histogram']>): HTMLElement {
  const most = Math.max(1, ...counts);
  const filled = counts.filter((n) => n > 0).sort((a, b) => a - b);
  const log = filled.length > 2 && most > 20 * filled[filled.length >> 1]!;
  const tall = (n: number): number => (n === 0 ? 0 : Math.max(1.5, 44 * (log ? Math.log1p(n) / Math.log1p(most) : n / most)));
  const wide = 170 / counts.length;
  const said =
    `Histogram of ${counts.length} bins from ${number(low)} to ${number(high)}, at most ${count(most)} values in one` +
    (log ? ', on a logarithmic scale.' : '.');
  const bars = counts.map((n, i) => {
    const x = low + ((high - low) * i) / counts.length,
      y = low + ((high - low) * (i + 1)) / counts.length;
    const bar = s('path', { d: `M${(i * wide).toFixed(2)} 46V${(46 - tall(n)).toFixed(2)}h${(wide - 1.2).toFixed(2)}V46z` });
    bar.append(s('title', {}, `${number(x)} to ${number(y)}: ${count(n)}`));
    return bar;
  });
  return h(
    'div',
    { class: 'h' },
    h('dt', {}, log ? 'values, log' : 'values'),
    h(
      'dd',
      {},
      s('svg', { class: 'bars', viewBox: '0 0 170 46', preserveAspectRatio: 'none', role: 'img', 'aria-label': said }, ...bars),
      h('div', { class: 'ends', 'aria-hidden': 'true' }, h('span', {}, number(low)), h('span', {}, number(high))),
    ),
  );
}

/** One row for each slice: what is in it. `pick` is told the row that is pressed. */
export function slicesTable(
  what: string,
  rows: readonly { readonly at: number; readonly facts: Facts }[],
  current: number,
  pick: (at: number) => void,
): HTMLElement {
  const nan = rows.some(({ facts }) => facts.nan > 0);
  const head = [what, 'min', 'max', 'mean', 'std', 'zero', ...(nan ? ['NaN'] : [])];
  return h(
    'table',
    { class: 'tbl' },
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col', class: 'r' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(({ at, facts }) =>
        h(
          'tr',
          { 'aria-selected': at === current ? 'true' : undefined },
          h('th', { scope: 'row', class: 'r' }, h('button', { type: 'button', onclick: () => pick(at) }, count(at))),
          ...[facts.min, facts.max, facts.mean, facts.std].map((x) => h('td', { class: 'r' }, Number.isNaN(x) ? '–' : number(x))),
          h('td', { class: 'r' }, share(facts.zeros, facts.count)),
          nan ? h('td', { class: facts.nan > 0 ? 'r nan' : 'r' }, count(facts.nan)) : null,
        ),
      ),
    ),
  );
}
