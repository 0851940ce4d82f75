/* The pack `explore`: answers questions about values that stand as outputs, and what can be written behind a name's dot: few readers ask. */

import { explore } from '../../src/output/explore.ts';
import { lookAtRows } from '../../src/output/rows.ts';
import { membersOf } from '../typescript/members.ts';
import type { Look } from '../../src/output/look.ts';

export function answer(value: unknown, question: Look, run: <T>(fn: () => T) => T): unknown {
  switch (question.of) {
    case 'rows':
    case 'columns':
    case 'csv':
      return lookAtRows(value, question, run);
    case 'children':
    case 'getter':
    case 'text':
    case 'name':
    case 'json':
    case 'stats':
    case 'find':
      return explore(value, question, run);
    default:
      throw new Error('Only tensors are looked at like this.');
  }
}

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['explore'] = { answer, membersOf };
