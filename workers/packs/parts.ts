/* The pack `parts`: the module `gradus:parts`. */

import { createParts } from '../../src/lab/parts/bound.ts';
import { parts } from '../../src/lab/parts/index.ts';
import type { Input } from '../../src/stdlib/inputs.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['parts'] = { create: (input: typeof Input) => createParts(input, parts) };
