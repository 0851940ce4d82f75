/* The part `plane`: layers on a plane, and one point to move where it has a value. */

import { makeLayers, type Layers } from './layers.ts';
import type { DrawPart } from './part.ts';
import { makePlane, type Domain, type Pair } from './plane.ts';

export const draw: DrawPart = (spec, moved) => {
  let now = spec;
  const plane = makePlane({ domain: spec.props['domain'] as Domain, height: spec.props['height'], place: () => place() });
  const layers = makeLayers(plane);
  const point =
    spec.value === null
      ? undefined
      : plane.handle({
          name: String(spec.props['name']),
          snap: spec.props['snap'] as number | undefined,
          readonly: spec.readonly,
          moved: (at) => {
            now = { ...now, value: at };
            moved(at);
            point?.set(at);
          },
        });
  const place = (): void => {
    layers.place();
    if (now.value !== null) point?.set(now.value as Pair);
  };
  plane.svg.setAttribute('role', point === undefined || spec.readonly ? 'img' : 'group');
  plane.svg.setAttribute('aria-label', spec.label);
  layers.set(spec.props['layers'] as Layers | undefined);
  return {
    element: plane.element,
    set(next) {
      const before = now;
      now = next;
      plane.setDomain(next.props['domain'] as Domain);
      if (next.props['layers'] !== before.props['layers']) layers.set(next.props['layers'] as Layers | undefined);
      if (now.value !== null && plane.width > 0) point?.set(now.value as Pair);
    },
    table: () => ({
      columns: ['', 'x', 'y'],
      rows: [...(now.value === null ? [] : [[now.props['name'], ...(now.value as Pair)]]), ...layers.rows()],
    }),
    dispose() {
      layers.dispose();
      plane.dispose();
    },
  };
};
