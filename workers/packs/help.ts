/* The pack `help`: docstrings of the standard library, which few cells ask for. */

import { documented, helpText } from '../../src/stdlib/docs.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['help'] = { documented, helpText };
