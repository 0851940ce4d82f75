/* What the library's layers share: initial values by one tensor draw, checked sizes, and options as Python prints them. */

import { checkOptions } from '../calls.ts';
import { defaultDtype } from '../dtype.ts';
import { getDefaultDevice } from '../device.ts';
import { fail } from '../error.ts';
import { draw, full } from '../ops/factory.ts';
import { describe } from '../ops/operands.ts';
import { defaultGenerator } from '../random.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { Parameter } from './parameter.ts';

/** The parameter alone stands on the numbers: the handle they came by is let go. */
function parameterOf(t: Tensor): Parameter {
  const p = new Parameter(t);
  t.dispose();
  return p;
}
const drawn = (kind: 'uniform' | 'normal', low: number, high: number, shape: Shape): Parameter =>
  parameterOf(draw({ kind, low, high }, shape, defaultDtype(), getDefaultDevice(), defaultGenerator()));

/** U(−bound, bound) of one tensor draw of the default generator. */
export const uniformParameter = (shape: Shape, bound: number): Parameter => drawn('uniform', -bound, bound, shape);

/** N(0, 1) of one tensor draw. */
export const normalParameter = (shape: Shape): Parameter => drawn('normal', 0, 1, shape);

/** A constant; draws nothing. */
export const constantParameter = (shape: Shape, value: number): Parameter => parameterOf(full(shape, value, { dtype: defaultDtype() }));

/** Checks the sizes of a constructor: integers of at least `least`. */
export function checkSizes(name: string, sizes: Readonly<Record<string, unknown>>, least = 1): void {
  for (const [key, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || (value as number) < least)
      fail('value', name, `expected ${key} to be an integer ≥ ${least}, got ${describe(value)}.`);
  }
}

/** A constructor's options over their defaults; names are checked, `undefined` means the default. */
export function withDefaults<O extends object>(name: string, given: Partial<O> | undefined, defaults: O): O {
  if (given === undefined) return { ...defaults };
  checkOptions(name, given, Object.keys(defaults));
  const out = { ...defaults };
  for (const key of Object.keys(given) as (keyof O)[]) if (given[key] !== undefined) out[key] = given[key] as O[keyof O];
  return out;
}

/** A value as Python prints it; `float` writes 1 as 1.0. */
export function python(value: unknown, float = false): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return value.length === 1 ? `(${python(value[0])},)` : `(${value.map((part) => python(part)).join(', ')})`;
  if (typeof value !== 'number') return describe(value);
  if (value === Infinity) return 'inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return float ? `${value}.0` : String(value);
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e16)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return String(value);
}
