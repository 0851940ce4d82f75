/* Our own waits lend the turn: `await sleep(…)`, `steps`, `dataset`, imports. The promise they return notices when it is
   awaited (its `then` is called), parks the evaluation then, and settles only when the turn has been taken up again.

     has the turn ──awaits──> parked ──wait settles──> ready ──its turn comes──> has the turn

   While one is parked, only cells that need no parked cell get the turn. */

import type { Interrupted } from '../../src/stdlib/host.ts';
import type { Running } from './evaluation.ts';
import type { Cell } from './types.ts';

/** An evaluation whose wait is over: `go` lets its code continue. */
interface Ready {
  readonly evaluation: Running;
  readonly since: number;
  readonly go: () => void;
}

export interface LendingOptions {
  readonly now: () => number;
  readonly task: (fn: () => void) => void;
  readonly hasTurn: (evaluation: Running) => boolean;
  /** An evaluation that has the turn gives it away. */
  readonly give: (evaluation: Running) => void;
  /** It has the turn again. */
  readonly take: (evaluation: Running) => void;
  /** Turns may be given: somebody is in line. */
  readonly pump: () => void;
  readonly following: (cells: readonly Cell[]) => Set<Cell>;
}

export interface Lending {
  /** The promise to hand to the cell for a wait of ours. */
  lend<T>(evaluation: Running, wait: Promise<T>): Promise<T>;
  /** Lets the first in line go on; false if nobody is. */
  takeUp(): boolean;
  /** The first in line has waited longer than what is due may go before it. */
  overdue(time: number): boolean;
  /** Cells that have to wait for a parked one, and the parked ones. */
  barred(): Set<Cell> | undefined;
  ended(evaluation: Running): void;
  /** How many are parked or in line. */
  readonly size: number;
}

/** What is due goes before what comes back from a wait, but not for ever: a training goes on between two moves of a slider. */
const RESUME_MS = 32;

export function createLending({ now, task, hasTurn, give, take, pump, following }: LendingOptions): Lending {
  const ready: Ready[] = [];
  const parked = new Set<Running>();
  const park = (evaluation: Running): void => {
    parked.add(evaluation);
    give(evaluation);
    pump();
  };

  class Lent<T> extends Promise<T> {
    static override get [Symbol.species](): PromiseConstructor {
      return Promise;
    }
    readonly #evaluation: Running;
    readonly #wait: Promise<T>;
    constructor(evaluation: Running, wait: Promise<T>) {
      super(() => {});
      this.#evaluation = evaluation;
      this.#wait = wait;
    }
    // oxlint-disable-next-line no-thenable -- a promise that knows when it is awaited
    override then<A = T, B = never>(
      onValue?: ((value: T) => A | PromiseLike<A>) | null,
      onError?: ((error: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      return lendTurn(this.#evaluation, this.#wait).then(onValue, onError);
    }
  }

  function lendTurn<T>(evaluation: Running, wait: Promise<T>): Promise<T> {
    if (evaluation.ended) return wait;
    return new Promise<T>((resolve, reject) => {
      let over = false;
      let counted = false;
      queueMicrotask(() => {
        if (over || evaluation.ended) return;
        counted = true;
        evaluation.lent++;
        if (hasTurn(evaluation)) park(evaluation);
      });
      const { signal } = evaluation;
      const back = (go: () => void): void => {
        if (over) return;
        over = true;
        signal.removeEventListener('abort', stopped);
        if (evaluation.ended || !counted) return go();
        evaluation.lent--;
        if (hasTurn(evaluation)) return go();
        ready.push({
          evaluation,
          since: now(),
          go: () => {
            go();
            parkAgain(evaluation);
          },
        });
        pump();
      };
      const stopped = (): void => back(() => reject(signal.reason as Interrupted));
      signal.addEventListener('abort', stopped);
      wait.then(
        (value) => back(() => resolve(value)),
        (error: unknown) => back(() => reject(error)),
      );
      if (signal.aborted) stopped();
    });
  }

  /** One of several waits is over (`Promise.all`): unless its code went on to something else, it waits for the others. */
  function parkAgain(evaluation: Running): void {
    if (evaluation.lent === 0) return;
    task(() => {
      if (evaluation.lent > 0 && hasTurn(evaluation)) park(evaluation);
    });
  }

  return {
    lend: (evaluation, wait) => new Lent(evaluation, wait),
    takeUp: () => {
      const first = ready.shift();
      if (!first) return false;
      const { evaluation, go } = first;
      if (!evaluation.ended) {
        parked.delete(evaluation);
        take(evaluation);
      }
      go();
      return true;
    },
    overdue: (time) => ready.length > 0 && time - ready[0]!.since > RESUME_MS,
    barred: () => (parked.size === 0 ? undefined : following([...parked].map(({ owner }) => owner))),
    ended: (evaluation) => parked.delete(evaluation),
    get size() {
      return ready.length + parked.size;
    },
  };
}
