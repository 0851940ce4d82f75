/* The pack `counting`: the module `gradus:counting`. */

import * as counting from '../../src/lab/counting/index.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['counting'] = { ...counting };
