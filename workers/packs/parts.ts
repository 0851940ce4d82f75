/* The pack `parts`: the module `gradus:parts`. What was predicted before is asked for once an engine; where nobody is there to commit
   (headless, a judge, a worker of a sweep) predictions give their answer. */

import { createParts, type MakePart, type Predictions } from '../../src/lab/parts/bound.ts';
import { parts } from '../../src/lab/parts/index.ts';
import type { KeptPredictions } from '../../src/engine/protocol.ts';
import type { Host } from '../../src/stdlib/host.ts';
import type { Input } from '../../src/stdlib/inputs.ts';

let made: Promise<Readonly<Record<string, MakePart>>> | undefined;

async function create(input: typeof Input, host: Host): Promise<Readonly<Record<string, MakePart>>> {
  const { headless, judge, sweep } = host.options;
  const answered = headless || judge === true || sweep !== undefined;
  const none: KeptPredictions = { kept: [], right: 0, total: 0 };
  const { kept, right, total } = answered
    ? none
    : await (host.service({ service: 'predictions' }) as Promise<KeptPredictions>).catch(() => none);
  const predictions: Predictions = {
    answered,
    kept: new Map(kept.map(({ id, ...said }) => [id, said])),
    tally: { right, total },
    committed: (prediction) => host.report({ kind: 'predicted', ...prediction }),
  };
  return createParts(input, parts, predictions);
}

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['parts'] = { create: (input: typeof Input, host: Host) => (made ??= create(input, host)) };
