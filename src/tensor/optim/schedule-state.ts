/* What a scheduler has counted, as plain numbers, so that it goes on with the training that it belongs to. What it was made with
   is kept too and must be the same when it is loaded. */

import { isPlain } from '../calls.ts';
import { fail } from '../error.ts';
import { describe } from '../ops/operands.ts';

type Fields = Record<string, unknown>;
const isData = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' || (Array.isArray(value) && value.every(isData));
const areSchedulers = (value: unknown): value is Fields[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof (item as Fields | null)?.['loadStateDict'] === 'function');

/** The fields that are numbers, and of schedulers inside theirs. */
export function stateOfSchedule(scheduler: object): Fields {
  return Object.fromEntries(
    Object.entries(scheduler).flatMap(([key, value]): [string, unknown][] => {
      if (areSchedulers(value)) return [[key, value.map(stateOfSchedule)]];
      return isData(value) ? [[key, Array.isArray(value) ? structuredClone(value) : value]] : [];
    }),
  );
}

export function loadSchedule(scheduler: object, state: unknown): void {
  const name = `${scheduler.constructor.name}.loadStateDict`;
  if (!isPlain(state)) fail('value', name, `expected an object as stateDict() gives, got ${describe(state)}.`);
  const own = stateOfSchedule(scheduler);
  const other = Object.keys(own).find((key) => !(key in state) || Array.isArray(own[key]) !== Array.isArray(state[key]));
  if (other !== undefined)
    fail('value', name, `expected ${other} in the state, got ${describe((state as Fields)[other])}. It is of another scheduler.`);
  for (const key of Object.keys(own)) {
    const held = (scheduler as Fields)[key];
    const value = (state as Fields)[key];
    if (areSchedulers(held)) held.forEach((inner, i) => loadSchedule(inner, (value as readonly unknown[])[i]));
    else (scheduler as Fields)[key] = Array.isArray(value) ? structuredClone(value) : value;
  }
}
