/* The plane of a part with the layers of its options: what all parts on a plane do alike. */

import { makeLayers, type Layers, type LayerView } from './layers.ts';
import type { PartSpec } from './part.ts';
import { makePlane, type Domain, type Plane } from './plane.ts';

export interface StageOptions {
  readonly spec: PartSpec;
  /** Puts what the part adds where its value says, on a plane that has a size. */
  readonly place: () => void;
  /** Both axes to one scale. Default: where the domain is not too long. */
  readonly equal?: boolean;
  /** Without grid and numbers. */
  readonly blank?: boolean;
  /** Nothing of it can be moved. Default: as the part says. */
  readonly still?: boolean;
  /** Painted under the layers. */
  readonly below?: (context: CanvasRenderingContext2D) => void;
}
export interface Stage {
  readonly plane: Plane;
  readonly layers: LayerView;
  place(): void;
  /** Takes domain and layers of the part's next state. */
  follow(next: PartSpec): void;
  dispose(): void;
}

export function makeStage({ spec, place: add, still = spec.readonly, below, ...looks }: StageOptions): Stage {
  const of = ({ props }: PartSpec): Layers | undefined => props['layers'] as Layers | undefined;
  let now = spec;
  const place = (): void => {
    if (plane.width === 0) return;
    layers.place();
    add();
  };
  const plane = makePlane({ domain: spec.props['domain'] as Domain, height: spec.props['height'], place, ...looks });
  const layers = makeLayers(plane, below);
  plane.svg.setAttribute('role', still ? 'img' : 'group');
  plane.svg.setAttribute('aria-label', spec.label);
  layers.set(of(spec));
  return {
    plane,
    layers,
    place,
    follow(next) {
      const before = now;
      now = next;
      plane.setDomain(next.props['domain'] as Domain);
      if (of(next) !== of(before)) layers.set(of(next));
    },
    dispose() {
      layers.dispose();
      plane.dispose();
    },
  };
}
