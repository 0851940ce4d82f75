/* The line below the curves of a run that was cut off: where it stands, and Resume where it has a checkpoint to go on from. */

import { button, fill, h } from '../dom.ts';
import { formatNumber } from '../runs/geometry.ts';
import type { Output } from '../../output/types.ts';
import type { OutputContext } from './index.ts';

type Metric = Extract<Output, { kind: 'metric' }>;

export interface FateLine {
  readonly element: HTMLElement;
  /** The output is this one now. */
  follow(metric: Metric): void;
}

export function makeFate({ curves }: Pick<OutputContext, 'curves'>): FateLine {
  const element = h('p', { class: 'fate', hidden: true });
  let asked: string | undefined;
  const resume = async (run: string, say: HTMLElement): Promise<void> => {
    const why = await curves!.resume(run).catch((error: unknown) => (error as Error).message);
    say.textContent = why ?? '';
  };
  return {
    element,
    follow({ run, finished, series }) {
      if (!finished || curves === undefined) {
        asked = undefined;
        element.hidden = true;
        return;
      }
      if (asked === run) return;
      asked = run;
      void curves.fate(run).then(
        (fate) => {
          if (asked !== run || (fate?.state !== 'interrupted' && fate?.state !== 'failed')) return;
          const last = Math.max(-1, ...Object.values(series).map(({ steps }) => steps[steps.length - 1] ?? -1));
          const { checkpoint } = fate;
          const words = `${fate.state} at step ${formatNumber(last)}`;
          const said = h(
            'span',
            { class: 'quiet', role: 'status' },
            checkpoint === undefined ? 'It kept no checkpoint to go on from.' : '',
          );
          fill(
            element,
            h('span', { class: fate.state === 'failed' ? 'pt fail' : 'pt half', 'aria-hidden': 'true' }),
            h('span', {}, words),
            checkpoint === undefined || checkpoint > last
              ? null
              : h('span', { class: 'quiet' }, `· goes on at step ${formatNumber(checkpoint)}`),
            checkpoint === undefined ? null : button('Resume', () => void resume(run, said), { class: 'btn small' }),
            said,
          );
          element.hidden = false;
        },
        () => undefined, // what stands behind it cannot be told now
      );
    },
  };
}
