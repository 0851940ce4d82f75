/* Whether a record read from the database is what it should be. Another version, a broken disk or a curious hand may have
   written it; each check looks at what the code relies on and at nothing more. */

import { has } from './record.ts';
import type { StoredAnswer, StoredMastery, StoredPoints, StoredRun, StoredVersion } from './types.ts';

export function isVersion(record: unknown): record is StoredVersion {
  return has(record, { notebook: 'string', time: 'number', text: 'string' });
}

export function isAnswer(record: unknown): record is StoredAnswer {
  return (
    has(record, {
      notebook: 'string',
      exercise: 'string',
      code: 'string',
      language: 'string',
      attempts: 'number',
      hints: 'number',
      updatedAt: 'number',
    }) &&
    (record['passed'] === undefined || has(record['passed'], { time: 'number', code: 'string', attempts: 'number', hints: 'number' })) &&
    (record['verdict'] === undefined ||
      (has(record['verdict'], { time: 'number', code: 'string' }) && Array.isArray(record['verdict']['checks'])))
  );
}

const states = ['running', 'done', 'failed', 'interrupted'];

export function isRun(record: unknown): record is StoredRun {
  return (
    has(record, {
      id: 'string',
      notebook: 'string',
      cell: 'string',
      name: 'string',
      params: 'object',
      summary: 'object',
      startedAt: 'number',
      ms: 'number',
      environment: 'object',
    }) && states.includes(record['state'] as string)
  );
}

export function isPoints(record: unknown): record is StoredPoints {
  return (
    has(record, { run: 'string', chunk: 'number', metrics: 'object' }) &&
    Object.values(record['metrics'] as object).every(
      (metric: unknown) =>
        has(metric, { steps: 'object', values: 'object' }) &&
        metric['steps'] instanceof Float64Array &&
        metric['values'] instanceof Float64Array &&
        metric['steps'].length === metric['values'].length,
    )
  );
}

export function isMastery(record: unknown): record is StoredMastery {
  if (!has(record, { notebook: 'string', exercise: 'string', kind: 'string' })) return false;
  if (record['kind'] === 'review')
    return has(record, {
      item: 'string',
      due: 'number',
      interval: 'number',
      rung: 'number',
      last: 'number',
      passes: 'number',
      fails: 'number',
    });
  const sure = (record as { confidence?: unknown }).confidence;
  return (
    record['kind'] === 'prediction' &&
    has(record, { question: 'string', time: 'number' }) &&
    typeof record['right'] === 'boolean' &&
    (sure === undefined || (typeof sure === 'number' && sure >= 0 && sure <= 1))
  );
}
