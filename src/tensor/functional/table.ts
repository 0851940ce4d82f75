/* The rows of `nn.functional` (tensor-api.md 7.7 and 7.8). */

import type { Operation } from '../table.ts';

export const functional: readonly Operation[] = [];
