/* Values that are not yet what others see of them: promises are awaited, generators give their first value, boxes are opened. */

import { refuses } from '../../src/output/kinds.ts';
import { Mutable } from '../../src/stdlib/host.ts';
import type { Iteration, Running } from './evaluation.ts';
import type { Changes } from './changes.ts';

export const isLater = (value: unknown): boolean =>
  typeof value === 'object' || typeof value === 'function' ? isThenable(value) || isBox(value) || isGenerator(value) : false;

/** Waits for what the evaluation shows, then makes of its values what others see; boxes and generators go on as `changes`. */
export async function resolveLater(evaluation: Running, values: unknown[], changes: Changes): Promise<void> {
  const { names, outputs } = evaluation.owner;
  for (const pending of evaluation.pending ?? []) await pending;
  for (const [i, name] of names.entries()) {
    const value = (values[i] = isThenable(values[i]) ? await values[i] : values[i]);
    if (!outputs[i]) continue;
    if (isBox(value)) {
      value.listener = (next) => changes.assign(evaluation, name, next);
      values[i] = value.value;
    } else if (isGenerator(value)) {
      const first = await value.next();
      values[i] = await first.value;
      if (!first.done && !evaluation.ended) void changes.follow(evaluation, name, value);
    }
  }
}

/** Whether it is to be awaited. A proxy that throws when it is asked is none. */
export function isThenable(value: unknown): value is Promise<unknown> {
  try {
    return (
      (typeof value === 'object' || typeof value === 'function') &&
      value !== null &&
      typeof (value as { then?: unknown }).then === 'function'
    );
  } catch {
    return false;
  }
}

const isBox = (value: unknown): value is Mutable => !refuses(value) && value instanceof Mutable;

function isGenerator(value: unknown): value is Iteration {
  try {
    const { next, return: end } = value as Partial<Generator>;
    return typeof value === 'object' && typeof next === 'function' && typeof end === 'function';
  } catch {
    return false; // null, or a proxy that throws when it is asked
  }
}
