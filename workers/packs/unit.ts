/* The pack `unit`: imports of `gradus:unit/NN`. */

import { importUnit } from '../../src/stdlib/unit.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['unit'] = { importUnit };
