/* What code that makes tensors finds around it: the scope that they belong to, whether gradients are on, who watches. Whoever lets
   several pieces of code take turns on one thread (cells that await) puts one's context away and the other's in place. */

import { setWatcher, swapGradModes, type GradModes } from './autograd.ts';
import { compiledHook } from './compile.ts';
import { scopeList, type Tensor } from './tensor.ts';

/** Told of what is made while it is in place, outside of the code's own scopes. */
export interface Owner {
  push(...tensors: Tensor[]): unknown;
  /** A compiled function: its plan holds memory until it is disposed of. */
  compiled(compiled: { dispose(): void }): void;
}

/** Opaque: take one, put it back. */
export interface Context {
  readonly scope: Tensor[] | null;
  readonly modes: GradModes;
  readonly watcher: Parameters<typeof setWatcher>[0];
  readonly compiled: typeof compiledHook.current;
}

/** The context of code that begins: gradients on, no scope but that of `owner`. */
export const freshContext = (owner: Owner): Context => ({
  scope: owner as unknown as Tensor[], // only ever pushed to
  modes: [],
  watcher: null,
  compiled: (compiled) => owner.compiled(compiled),
});

/** Puts `next` in place and returns what was. */
export function swapContext(next: Context): Context {
  const before: Context = {
    scope: scopeList.current,
    modes: swapGradModes(next.modes),
    watcher: setWatcher(next.watcher),
    compiled: compiledHook.current,
  };
  scopeList.current = next.scope;
  compiledHook.current = next.compiled;
  return before;
}
