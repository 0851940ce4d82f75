/* The pack `sweep`: the name `sweep` of a cell, loaded when the first cell that reads it is evaluated. */

import { createSweep } from '../../src/stdlib/sweep/index.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['sweep'] = { createSweep };
