/* The parts of `gradus:parts` by name, each drawing in a chunk of its own. */

import type { Control, InputSpec, Moved } from '../inputs/input.ts';
import { frame, type DrawPart } from './part.ts';

const drawings: Readonly<Record<string, () => Promise<{ readonly draw: DrawPart }>>> = {
  points: () => import('./points.ts'),
  vectors: () => import('./vectors.ts'),
  lines: () => import('./lines.ts'),
  matrixColumns: () => import('./matrixColumns.ts'),
  plane: () => import('./plane-part.ts'),
  curve: () => import('./curve.ts'),
  scrubber: () => import('./scrubber.ts'),
  chips: () => import('./chips.ts'),
  pad: () => import('./pad.ts'),
  boundary: () => import('./boundary.ts'),
  confusion: () => import('./confusion.ts'),
  imageGrid: () => import('./imageGrid.ts'),
  shapeTiles: () => import('./shapeTiles.ts'),
  vectorField: () => import('./vectorField.ts'),
  treeView: () => import('./treeView.ts'),
  traceView: () => import('./traceView.ts'),
  timeline: () => import('./timeline.ts'),
  surface: () => import('./surface.ts'),
  matrixView: () => import('./matrixView.ts'),
  graphView: () => import('./graphView.ts'),
};

export async function part(spec: InputSpec, moved: Moved): Promise<Control> {
  const name = String(spec.props['part']);
  if (name === 'predict') return (await import('./predict.ts')).predict(spec, moved); // a card, not a figure
  return frame(spec, moved, async () => {
    const drawing = drawings[name];
    if (drawing === undefined) throw new Error(`No drawing of the part ${name}.`);
    return (await drawing()).draw;
  });
}
