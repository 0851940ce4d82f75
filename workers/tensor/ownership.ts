/* A cell's evaluation as a scope (tensor-api.md 5): what is made while it runs is freed when it is replaced, removed or interrupted, but
   for what other cells hold by then, which moves to them. Many or large temporaries are held weakly, so the collector may take them before.

     made ──collected──> freed
       ├────replaced──> freed                    (nothing else reaches it)
       └────replaced──> adopted by the evaluation of the cell whose value holds it

   What a closure of another cell may hold cannot be seen: tensors that a module or an optimiser refers to are left to the
   collector then. What graphs of freed tensors saved is freed with them. */

import type { Evaluation, Host } from '../../src/stdlib/host.ts';
import { freeGraphs, isKept } from '../../src/tensor/autograd.ts';
import { freshContext, swapContext, type Context, type Owner } from '../../src/tensor/context.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { emptyReach, reach } from './reach.ts';

interface Compiled {
  dispose(): void;
}

/** How much of an evaluation's own is held until it is replaced: what is more may go to the collector before. */
const fewTensors = 1024,
  fewElements = 2 ** 19;

/** What one evaluation made and what it left. */
class Account implements Owner {
  context: Context = freshContext(this);
  exports: unknown;
  closed = false;
  #open: (() => void) | undefined;
  readonly functions: Compiled[] = [];
  /** While they are few and small: held, so that what memory is in use does not depend on the collector. */
  #few: Tensor[] | undefined = [];
  #elements = 0;
  /** Else weakly. */
  #made: WeakRef<Tensor>[] = [];
  #full = fewTensors;

  /** `open` is called once, before the first thing is noted. */
  constructor(open: () => void) {
    this.#open = open;
  }

  #begin(): void {
    this.#open?.();
    this.#open = undefined;
  }

  push(...tensors: Tensor[]): void {
    if (tensors.length === 0) return;
    if (this.#open) this.#begin();
    if (this.#few) {
      for (const made of tensors) {
        this.#few.push(made);
        this.#elements += made.storage.length;
      }
      if (this.#few.length <= fewTensors && this.#elements <= fewElements) return;
      tensors = this.#few.filter((made) => !made.disposed);
      this.#few = undefined;
    }
    for (const made of tensors) this.#made.push(new WeakRef(made));
    if (this.#made.length < this.#full) return;
    const alive = this.alive();
    this.#made = alive.map((made) => new WeakRef(made));
    this.#full = Math.max(fewTensors, 2 * alive.length);
  }
  compiled(compiled: Compiled): void {
    if (this.#open) this.#begin();
    this.functions.push(compiled);
  }
  alive(): Tensor[] {
    if (this.#few) return this.#few.filter((made) => !made.disposed);
    return this.#made.flatMap((ref) => {
      const made = ref.deref();
      return made && !made.disposed ? [made] : [];
    });
  }
}

/** Returns what `Library.enter` calls around each stretch of a cell's code. */
export function createOwnership(host: Pick<Host, 'held'>): (evaluation: Evaluation) => () => void {
  const accounts = new WeakMap<Evaluation, Account>();
  /** The latest evaluation of each cell. */
  const owners = new Map<string, Account>();

  /** Begins to keep the account when there is something to note: most cells make no tensor. */
  function open(evaluation: Evaluation, account: Account): void {
    evaluation.onEnd((exports) => {
      account.exports = exports;
    });
    evaluation.onDispose(() => {
      account.closed = true;
      if (owners.get(evaluation.cell) === account) owners.delete(evaluation.cell);
      release(evaluation.cell, account);
    });
  }

  function release(cell: string, account: Account): void {
    const made = new Set(account.alive());
    if (made.size + account.functions.length === 0) return;
    const elsewhere = emptyReach();
    for (const held of host.held()) {
      if (held.cell === cell) continue;
      const before = elsewhere.tensors.size;
      reach(held.value, elsewhere);
      if (elsewhere.tensors.size === before) continue;
      for (const tensor of [...elsewhere.tensors].slice(before)) if (made.has(tensor)) owners.get(held.cell)?.push(tensor);
    }
    for (const compiled of account.functions) if (!elsewhere.seen.has(compiled)) compiled.dispose();
    const own = reach(account.exports).tensors;
    const rest = [...made].filter((tensor) => !elsewhere.tensors.has(tensor) && !isKept(tensor));
    for (const tensor of rest) if (own.has(tensor) || !elsewhere.opaque) tensor.dispose();
    // Disposing a leaf lets go of its gradient, which may lie earlier in the list.
    for (let left = rest.filter((tensor) => !tensor.disposed), before = -1; left.length !== before;) {
      before = left.length;
      left = left.filter((tensor) => {
        if (tensor.holders === 0) tensor.dispose();
        return !tensor.disposed;
      });
    }
    freeGraphs(
      rest.filter((tensor) => tensor.disposed),
      [...elsewhere.tensors, ...[...made].filter(isKept)],
    );
  }

  return (evaluation) => {
    let account = accounts.get(evaluation);
    if (!account) {
      account = new Account(() => open(evaluation, own));
      accounts.set(evaluation, account);
      owners.set(evaluation.cell, account);
    }
    const own = account;
    const outside = swapContext(own.context);
    return () => {
      own.context = swapContext(outside);
      if (own.closed) release(evaluation.cell, own);
    };
  };
}
