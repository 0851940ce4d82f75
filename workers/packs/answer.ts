/* The pack `answer`: what `gradus:answer` is made from, for checks of answers in other languages. */

import { createAnswer } from '../../src/stdlib/answer.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['answer'] = { create: createAnswer };
