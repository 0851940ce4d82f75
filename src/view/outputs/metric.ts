/* Live curves of a run below the cell that trains: one figure per metric, fed through signals as points come. */

import { createComponent, createSignal } from 'solid-js';
import type { Output } from '../../output/types.ts';
import { h } from '../dom.ts';
import type { Draw } from './index.ts';

type Metric = Extract<Output, { kind: 'metric' }>;

export const drawMetric: Draw<'metric'> = (output, element) => {
  const [metric, setMetric] = createSignal<Metric>(output);
  const drawn = new Map<string, () => void>();
  const box = h('div', { class: 'metric' });
  element.append(box);
  let gone = false;
  const draw = async (): Promise<void> => {
    const [{ Curve }, { render }] = await Promise.all([import('../runs/Curve.tsx'), import('solid-js/web')]);
    if (gone) return;
    for (const name of Object.keys(metric().series)) {
      if (drawn.has(name)) continue;
      const figure = h('div');
      box.append(figure);
      drawn.set(
        name,
        render(
          () =>
            createComponent(Curve, {
              get series() {
                return metric().series[name] ?? { steps: [], values: [] };
              },
              get title() {
                return name;
              },
              get finished() {
                return metric().finished;
              },
            }),
          figure,
        ),
      );
    }
  };
  void draw();
  return {
    update(next) {
      if (next.kind !== 'metric' || next.run !== metric().run) return false;
      setMetric(next);
      void draw();
      return true;
    },
    dispose() {
      gone = true;
      for (const dispose of drawn.values()) dispose();
    },
  };
};
