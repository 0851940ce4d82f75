/* The pack `runs`: experiments with their curves and checkpoints, which only cells that train need. */

import { createRuns } from '../../src/stdlib/start-run.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['runs'] = { createRuns };
