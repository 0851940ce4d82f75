/* The pack `prop`: what `gradus:prop` is made from, for checks. */

import { createProp } from '../../src/lab/prop/index.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['prop'] = { create: createProp };
