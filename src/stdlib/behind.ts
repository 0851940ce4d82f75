/* The live value behind an output, where it holds more than what is shown: the page may ask about it (output/look.ts). */

import { Shown } from '../output/inspect.ts';
import { targetOf } from '../output/look.ts';
import type { Output } from '../output/types.ts';

/** What the page may ask about: what of a value its output leaves out. */
export function behind(value: unknown, { kind }: Output): unknown {
  if (value instanceof Shown) return value.behind;
  if (typeof value === 'object' && value !== null && targetOf in value) return value[targetOf];
  if (kind !== 'value' && kind !== 'tensor') return undefined;
  return typeof value === 'object' || typeof value === 'function' || (typeof value === 'string' && value.length >= 10_000)
    ? value
    : undefined;
}
