/* All parts of `gradus:parts`, in the order in which help lists them. */

import { boundary } from './boundary.ts';
import { confusion } from './confusion.ts';
import { imageGrid } from './imageGrid.ts';
import { shapeTiles } from './shapeTiles.ts';
import type { PartDefinition } from './part.ts';
import { points } from './points.ts';

export const parts: readonly PartDefinition[] = [points, boundary, confusion, imageGrid, shapeTiles];
