/* Predictions drawn: how often they were right in all, by how they were asked, and against how sure the reader was. Bars with their
   numbers beside them, so nothing hangs on the picture. */

import { calibrationOf, type Prediction, type Share } from '../../course/progress.ts';
import { h } from '../dom.ts';
import { plural } from '../words.ts';

export function makeCalibration(predictions: readonly Prediction[]): HTMLElement {
  const { right, total, forms, bands, gap } = calibrationOf(predictions);
  return h(
    'div',
    { class: 'calibration' },
    h(
      'p',
      { class: 'sum' },
      `${right} of ${plural(total, 'prediction')} ${right === 1 ? 'was' : 'were'} right${total < 5 ? '' : `, ${percent(right / total)}`}.`,
    ),
    forms.length > 1 ? bars('By how it was asked', forms) : null,
    bands.length > 0 ? bars('By how sure you were', bands) : null,
    gap === undefined ? null : h('p', {}, gapWords(gap, predictions.filter(({ confidence }) => confidence !== undefined).length)),
  );
}

function bars(caption: string, shares: readonly (Share & { readonly mean?: number })[]): HTMLElement {
  return h(
    'table',
    { class: 'shares' },
    h('caption', {}, caption),
    h(
      'tbody',
      {},
      ...shares.map(({ label, right, total, mean }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, label, mean === undefined ? null : h('span', { class: 'quiet' }, ` you said ${percent(mean)}`)),
          h(
            'td',
            { class: 'bar-cell', 'aria-hidden': 'true' },
            h(
              'span',
              { class: 'share' },
              h('i', { style: `inline-size:${(100 * right) / total}%` }),
              mean === undefined ? null : h('b', { style: `inset-inline-start:${100 * mean}%` }),
            ),
          ),
          h('td', { class: 'r' }, `${right} of ${total}`),
        ),
      ),
    ),
  );
}

/** Too few say nothing. */
function gapWords(gap: number, count: number): string {
  if (count < 10) return `After ${10 - count} more, this says whether you are as often right as you are sure.`;
  if (Math.abs(gap) < 0.05) return 'You are about as often right as you are sure.';
  return gap > 0
    ? `You are surer than you are right, by ${percent(gap)}. Say a lower number when a guess feels certain.`
    : `You are right more often than you are sure, by ${percent(-gap)}. Trust your first reading more.`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
