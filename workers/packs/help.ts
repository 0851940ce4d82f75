/* The pack `help`: docstrings of the standard library and of the parts, which few cells ask for. */

import { parts } from '../../src/lab/parts/index.ts';
import { documented, helpText } from '../../src/stdlib/docs.ts';

const ofParts = Object.fromEntries(parts.map(({ name, doc }) => [name, doc]));

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['help'] = { documented, helpText: (name: string | undefined) => helpText(name, ofParts) };
