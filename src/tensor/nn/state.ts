/* The state of a module as PyTorch names it, and loading one: everything is checked before anything is written. */

import { checkOptions, isPlain } from '../calls.ts';
import { noGrad } from '../autograd.ts';
import { fail } from '../error.ts';
import * as e from '../ops/elementwise.ts';
import { describe } from '../ops/operands.ts';
import { makeTensor } from '../reading.ts';
import { sameShape, show } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import type { Module } from './module.ts';
import { inside, ownBuffers, ownModules, ownParameters } from './owned.ts';

export type StateDict = Record<string, Tensor>;
export interface Loaded {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/** Parameters, then persistent buffers, then the children's; shared tensors stand under each of their names. */
export function stateOf(module: Module, prefix = ''): [string, Tensor][] {
  const { buffers } = module[inside];
  const own = [...ownParameters(module), ...ownBuffers(module).filter(([name]) => buffers.get(name))];
  return [
    ...own.map(([name, t]): [string, Tensor] => [prefix + name, t]),
    ...ownModules(module).flatMap(([name, child]) => stateOf(child, `${prefix}${name}.`)),
  ];
}

/** Copies a state in place. */
export function loadState(module: Module, given: Readonly<StateDict>, options: { readonly strict?: boolean }): Loaded {
  const name = 'loadStateDict';
  checkOptions(name, options, ['strict']);
  if (!isPlain(given)) fail('value', name, `expected an object of name → Tensor, got ${describe(given)}.`);
  const own = stateOf(module);
  const known = new Set(own.map(([key]) => key));
  const missingKeys = own.map(([key]) => key).filter((key) => !(key in given));
  const unexpectedKeys = Object.keys(given).filter((key) => !known.has(key));
  const pairs = own.filter(([key]) => key in given).map(([key, t]) => ({ key, t, value: given[key]! }));
  for (const { key, value } of pairs)
    if (!(value instanceof Tensor)) fail('value', name, `expected a tensor for ${JSON.stringify(key)}, got ${describe(value)}.`);
  pairs.forEach(({ value }, i) => value.check(name, i + 1));
  const wrong = pairs
    .filter(({ t, value }) => !sameShape(t.shape, value.shape))
    .map(({ key, t, value }) => `${key}: expected ${show(t.shape)}, got ${show(value.shape)}`);
  const faults: string[] = [];
  if (wrong.length > 0) faults.push(`wrong shapes: ${wrong.join('; ')}.`);
  if (options.strict ?? true) {
    if (missingKeys.length > 0) faults.push(`missing keys: ${missingKeys.join(', ')}.`);
    if (unexpectedKeys.length > 0) faults.push(`unexpected keys: ${unexpectedKeys.join(', ')}.`);
  }
  if (faults.length > 0) {
    const hint = wrong.length > 0 ? 'Build the module with the sizes of the file.' : 'Pass { strict: false } to load what fits.';
    fail(wrong.length > 0 ? 'shape' : 'value', name, `the state does not fit ${module.constructor.name}: ${faults.join(' ')} ${hint}`);
  }
  const ready = pairs.map(({ t, value }) => (value.device === t.device ? value : makeTensor(value, { device: t.device })));
  noGrad(() => pairs.forEach(({ t }, i) => e.copyInto(t, ready[i]!, name)));
  return { missingKeys, unexpectedKeys };
}
