/* The part `plane`: layers on a plane, and one point to move where it has a value. */

import type { DrawPart } from './part.ts';
import type { Pair } from './plane.ts';
import { makeStage } from './stage.ts';

export const draw: DrawPart = (spec, moved) => {
  let now = spec;
  const fixed = spec.value === null;
  const set = (): void => {
    if (now.value !== null) point?.set(now.value as Pair);
  };
  const stage = makeStage({ spec, place: set, still: fixed || spec.readonly });
  const { plane, layers } = stage;
  const point = fixed
    ? undefined
    : plane.handle({
        name: String(spec.props['name']),
        snap: spec.props['snap'] as number | undefined,
        readonly: spec.readonly,
        moved: (at) => {
          now = { ...now, value: at };
          moved(at);
          set();
        },
      });
  return {
    element: plane.element,
    set(next) {
      now = next;
      stage.follow(next);
      if (plane.width > 0) set();
    },
    table: () => ({
      columns: ['', 'x', 'y'],
      rows: [...(now.value === null ? [] : [[now.props['name'], ...(now.value as Pair)]]), ...layers.rows()],
    }),
    dispose: stage.dispose,
  };
};
