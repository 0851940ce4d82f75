/* `nn` (tensor-api.md 9): modules and layers. `functional` joins it in ../index.ts, which makes it from the table of operations. */

import { ModuleDict, ModuleList, Sequential } from './container.ts';
import { Embedding, Linear } from './linear.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export const modules = { Module, Parameter, Linear, Embedding, Sequential, ModuleList, ModuleDict };

// Names that survive a bundler: they stand in messages and in the text of a module.
for (const [name, value] of Object.entries(modules)) Object.defineProperty(value, 'name', { value: name });
