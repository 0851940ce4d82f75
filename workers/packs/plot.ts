/* The pack `plot`: Observable Plot and a tiny document, for figures that cannot be recorded (stdlib/plot). */

import * as Plot from '@observablehq/plot';
import { createPack } from '../../src/stdlib/plot/draw.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['plot'] = createPack(Plot);
