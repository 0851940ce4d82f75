/* All parts of `gradus:parts`, in the order in which help lists them. */

import { boundary } from './boundary.ts';
import { chips } from './chips.ts';
import { confusion } from './confusion.ts';
import { curve } from './curve.ts';
import { imageGrid } from './imageGrid.ts';
import { lines } from './lines.ts';
import { matrixColumns } from './matrixColumns.ts';
import { pad } from './pad.ts';
import { plane } from './plane.ts';
import { predict } from './predict.ts';
import { scrubber } from './scrubber.ts';
import { shapeTiles } from './shapeTiles.ts';
import { graphView } from './graphView.ts';
import { matrixView } from './matrixView.ts';
import { surface } from './surface.ts';
import { timeline } from './timeline.ts';
import { traceView } from './traceView.ts';
import { treeView } from './treeView.ts';
import { vectorField } from './vectorField.ts';
import type { PartDefinition } from './part.ts';
import { points } from './points.ts';
import { vectors } from './vectors.ts';

export const parts: readonly PartDefinition[] = [
  predict,
  points,
  vectors,
  lines,
  matrixColumns,
  plane,
  curve,
  scrubber,
  chips,
  pad,
  boundary,
  confusion,
  imageGrid,
  shapeTiles,
  graphView,
  matrixView,
  surface,
  timeline,
  traceView,
  treeView,
  vectorField,
];
