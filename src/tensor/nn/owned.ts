/* What a module owns: its properties in the order of their definition, told apart by class and by what it registered. */

import { fail } from '../error.ts';
import { Tensor } from '../tensor.ts';
import type { Module } from './module.ts';
import { Parameter } from './parameter.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- what a module takes and gives is its author's business
type Any = any;
export type ForwardHook = (module: Module, args: Any[], output: Any) => unknown;
export type ForwardPreHook = (module: Module, args: Any[]) => unknown;
/** What a module keeps beside its properties. */
export interface Inside {
  training: boolean;
  /** Names of buffers, and whether the state dict has them. */
  readonly buffers: Map<string, boolean>;
  readonly pre: Set<ForwardPreHook>;
  readonly post: Set<ForwardHook>;
}
export const inside = Symbol('inside');

const isModule = (value: unknown): value is Module => typeof value === 'function' && inside in value;

export function ownParameters(module: Module): [string, Parameter][] {
  const { buffers } = module[inside];
  return Object.entries(module).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter && !buffers.has(entry[0]));
}

export function ownBuffers(module: Module): [string, Tensor][] {
  const { buffers } = module[inside];
  return Object.entries(module).filter((entry): entry is [string, Tensor] => buffers.has(entry[0]) && entry[1] instanceof Tensor);
}

export function ownModules(module: Module): [string, Module][] {
  const found: [string, Module][] = [];
  for (const [key, value] of Object.entries(module) as [string, unknown][]) {
    if (isModule(value)) found.push([key, value]);
    else if (Array.isArray(value) && value.some(isModule)) {
      fail(
        'value',
        module.constructor.name,
        `expected the modules of "${key}" in an nn.ModuleList, got an array. Write new nn.ModuleList([…]).`,
      );
    }
  }
  return found;
}
