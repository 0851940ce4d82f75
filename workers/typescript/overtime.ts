/* Values over time. A generator is pulled: its next value is asked for when what follows from the last one has run (at most
   100 ms later), in a page at most once a frame, headless at once. */

import type { Iteration, Running } from './evaluation.ts';
import type { Cell } from './types.ts';

const FRAME_MS = 16;
const LAG_MS = 100;

export interface OvertimeOptions {
  readonly headless: boolean;
  readonly now: () => number;
  readonly task: (fn: () => void) => void;
  /** Whether something that follows from the cell is due or runs. */
  readonly dueAfter: (cell: Cell) => boolean;
  /** Runs `fn` as code of the evaluation. */
  readonly enter: (evaluation: Running, fn: () => void) => void;
  readonly assign: (evaluation: Running, name: string, value: unknown) => void;
  /** A generator of the evaluation came to its end by itself. */
  readonly ended: (evaluation: Running) => void;
}

export interface Overtime {
  /** Pulls value after value into `name` until the generator ends or the evaluation is replaced. */
  follow(evaluation: Running, name: string, generator: Iteration): Promise<void>;
  /** Calls `.return()` on every generator of the evaluation. */
  finish(evaluation: Running): void;
}

export function createOvertime({ headless, now, task, dueAfter, enter, assign, ended }: OvertimeOptions): Overtime {
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  const ticks = (evaluation: Running, generator: Iteration): boolean => !evaluation.replaced && evaluation.generators!.has(generator);

  async function follow(evaluation: Running, name: string, generator: Iteration): Promise<void> {
    (evaluation.generators ??= new Set()).add(generator);
    try {
      for (;;) {
        const began = now();
        await new Promise<void>((resolve) => {
          task(resolve);
        });
        while (dueAfter(evaluation.owner) && now() - began < LAG_MS) await sleep(1);
        const rest = headless ? 0 : FRAME_MS - (now() - began);
        if (rest > 0) await sleep(rest);
        if (!ticks(evaluation, generator)) return;
        let step: Promise<IteratorResult<unknown>> | IteratorResult<unknown> | undefined;
        enter(evaluation, () => {
          step = generator.next();
        });
        const result = await step;
        if (!result || result.done || !ticks(evaluation, generator)) break;
        assign(evaluation, name, await result.value);
      }
    } catch (error) {
      evaluation.lateError(error);
    }
    if (evaluation.generators.delete(generator) && !evaluation.replaced) ended(evaluation);
  }

  function finish(evaluation: Running): void {
    for (const generator of evaluation.generators ?? []) {
      evaluation.generators!.delete(generator);
      void (async () => generator.return(undefined))().catch((error: unknown) => evaluation.lateError(error));
    }
  }
  return { follow, finish };
}
