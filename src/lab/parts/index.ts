/* All parts of `gradus:parts`, in the order in which help lists them. */

import type { PartDefinition } from './part.ts';
import { points } from './points.ts';

export const parts: readonly PartDefinition[] = [points];
