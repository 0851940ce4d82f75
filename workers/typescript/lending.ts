/* Our own waits lend the turn: `await sleep(…)`, `steps`, `dataset`, imports. The promise they return notices when it is
   awaited (its `then` is called), parks the evaluation then, and settles only when the turn has been taken up again.

     has the turn ──awaits──> parked ──wait settles──> ready ──its turn comes──> has the turn */

import type { Interrupted } from '../../src/stdlib/host.ts';
import type { Running } from './evaluation.ts';

/** An evaluation whose wait is over: `go` lets its code continue. */
export interface Ready {
  readonly evaluation: Running;
  readonly since: number;
  readonly go: () => void;
}

export interface LendingOptions {
  readonly now: () => number;
  readonly task: (fn: () => void) => void;
  readonly hasTurn: (evaluation: Running) => boolean;
  /** Takes the turn from an evaluation that has it. */
  readonly park: (evaluation: Running) => void;
  /** Puts it in line to take its turn up again. */
  readonly resume: (ready: Ready) => void;
}

/** Returns `lend(evaluation, wait)`, the promise to hand to the cell. */
export function createLending({
  now,
  task,
  hasTurn,
  park,
  resume,
}: LendingOptions): <T>(evaluation: Running, wait: Promise<T>) => Promise<T> {
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
        resume({
          evaluation,
          since: now(),
          go: () => {
            go();
            parkAgain(evaluation);
          },
        });
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

  return (evaluation, wait) => new Lent(evaluation, wait);
}
