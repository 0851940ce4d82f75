/* The parts of `gradus:parts` by name, each drawing in a chunk of its own. */

import type { Control, InputSpec, Moved } from '../inputs/input.ts';
import { frame, type DrawPart } from './part.ts';

const drawings: Readonly<Record<string, () => Promise<{ readonly draw: DrawPart }>>> = {
  points: () => import('./points.ts'),
  boundary: () => import('./boundary.ts'),
  confusion: () => import('./confusion.ts'),
  imageGrid: () => import('./imageGrid.ts'),
  shapeTiles: () => import('./shapeTiles.ts'),
};

export function part(spec: InputSpec, moved: Moved): Control {
  const name = String(spec.props['part']);
  return frame(spec, moved, async () => {
    const drawing = drawings[name];
    if (drawing === undefined) throw new Error(`No drawing of the part ${name}.`);
    return (await drawing()).draw;
  });
}
