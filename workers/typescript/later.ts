/* Values that are not yet what others see of them: promises are awaited, generators give their first value, boxes are opened. */

import { Mutable } from '../../src/stdlib/host.ts';
import { isThenable, type Iteration, type Running } from './evaluation.ts';
import type { Changes } from './changes.ts';

export const isLater = (value: unknown): boolean =>
  typeof value === 'object' || typeof value === 'function' ? isThenable(value) || value instanceof Mutable || isGenerator(value) : false;

/** Waits for what the evaluation shows, then makes of its values what others see; boxes and generators go on as `changes`. */
export async function resolveLater(evaluation: Running, values: unknown[], changes: Changes): Promise<void> {
  const { names, outputs } = evaluation.owner;
  for (const pending of evaluation.pending ?? []) await pending;
  for (const [i, name] of names.entries()) {
    const value = (values[i] = isThenable(values[i]) ? await values[i] : values[i]);
    if (!outputs[i]) continue;
    if (value instanceof Mutable) {
      value.listener = (next) => changes.assign(evaluation, name, next);
      values[i] = value.value;
    } else if (isGenerator(value)) {
      const first = await value.next();
      values[i] = await first.value;
      if (!first.done && !evaluation.ended) void changes.follow(evaluation, name, value);
    }
  }
}

const isGenerator = (value: unknown): value is Iteration =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Generator).next === 'function' &&
  typeof (value as Generator).return === 'function';
