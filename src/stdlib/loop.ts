/* The loops over one run: where they begin when the run goes on, what is put back before the first step, and when a checkpoint is taken.
   A run may have several loops, one behind the other; those that were over are not gone through again. */

import type { Generator } from '../base/random.ts';
import { drawAgain, isPlain, type Namespace, type Position } from './checkpoint.ts';
import type { Evaluation, Host } from './host.ts';
import type { Loop, LoopOptions } from './loop-seam.ts';
import { restore, type State } from './restore.ts';

/** The first checkpoint by time, and those after it, ms. */
const FIRST_MS = 1000;
const EVERY_MS = 5000;
/** They hold up the loop for at most this part of its time. */
const SHARE = 0.05;

/** A place in a run: loops that are over and their steps, and the last step that is done of the next loop; −1, none. */
export interface Place {
  readonly loop: number;
  readonly step: number;
  readonly before: number;
}

export interface LoopingOptions {
  readonly name: string;
  readonly evaluation: Evaluation;
  readonly host: Host;
  readonly draws: (evaluation: Evaluation) => { readonly own: Generator; readonly math: Generator };
  readonly tensorsNow: () => Namespace | undefined;
  /** Takes a checkpoint at once; resolves when it is written. */
  readonly take: (state: unknown, place: Place, name: string) => Promise<void>;
}

export class Looping {
  readonly #options: LoopingOptions;
  readonly #resumed: { readonly position: Position; readonly state: State } | undefined;
  #state: State | undefined;
  #read = false;
  #restored = false;
  #begun = 0;
  #over = 0;
  #before = 0;
  #current: { readonly loop: number; step: number } | undefined;

  constructor(resumed: { readonly position: Position; readonly state: State } | undefined, options: LoopingOptions) {
    this.#options = options;
    this.#resumed = resumed;
    this.#state = resumed?.state;
  }

  /** The state that the run goes on from; whoever asks puts it back. */
  read(): State | undefined {
    this.#read = true;
    return this.#state;
  }

  here(): Place {
    return { ...(this.#current ?? { loop: this.#over, step: -1 }), before: this.#before };
  }

  begin(n: number, { state, every }: LoopOptions): Loop {
    if (state !== undefined && !isPlain(state))
      throw new TypeError('steps: expected state to be an object such as { model, optimizer, r }. What changes from step to step goes in.');
    if (every !== undefined && !(Number.isInteger(every) && every > 0))
      throw new RangeError(`steps: expected every to be a number of steps from 1 on, got ${String(every)}.`);
    const loop = this.#begun++;
    const behind = this.#resumed?.position;
    const skips = behind !== undefined && loop < behind.loop;
    const first = behind === undefined || loop > behind.loop ? 0 : skips ? n : Math.min(n, behind.step + 1);
    let done = first - 1,
      kept = first - 1;
    let last = performance.now(),
      wait = FIRST_MS,
      writing = false;
    const take = (): void => {
      const began = performance.now();
      kept = done;
      writing = true;
      const written = this.#options.take(state, { loop, step: done, before: this.#before }, 'steps');
      last = performance.now();
      wait = Math.max(EVERY_MS, (last - began) / SHARE);
      void written.then(() => {
        writing = false;
      });
    };
    return {
      first,
      keeps: state !== undefined,
      begin: () => {
        this.#current = { loop, step: first - 1 };
        if (!skips) this.#putBack(loop, state);
      },
      enter: (step) => {
        this.#current!.step = step;
      },
      done: (step) => {
        done = step;
        if (state === undefined) return;
        const due = every === undefined ? performance.now() - last >= wait : done - kept >= every;
        if (done === n - 1 || (due && !writing)) take();
      },
      rest: () => {
        if (state !== undefined && done > kept) take();
      },
      end: () => {
        this.#over = loop + 1;
        this.#before += n;
        this.#current = undefined;
      },
    };
  }

  #putBack(loop: number, state: object | undefined): void {
    const { position } = this.#resumed ?? {};
    if (!position || this.#restored || loop !== position.loop) return;
    this.#restored = true;
    const { name, evaluation, host, draws, tensorsNow } = this.#options;
    if (state !== undefined) {
      let fault: unknown;
      host.enter(evaluation, () => {
        try {
          restore(state as Record<string, unknown>, this.#state!, tensorsNow());
        } catch (error) {
          fault = error;
        }
      });
      if (fault)
        throw new Error(
          `steps: the checkpoint at step ${position.at} of "${name}" is of another model: ${(fault as Error).message.replace(/\.$/, '')}. ` +
            'Build the model as it was, or start without { resume: true }.',
          { cause: fault },
        );
      this.#state = undefined;
    } else if (!this.#read) {
      const text =
        `"${name}" goes on at step ${position.at}, but nothing put its state back. Name what changes from step to step: ` +
        `steps(n, { run, state: { model, optimizer } }), or read it from run.state.`;
      evaluation.emit({ kind: 'log', level: 'warn', text });
    }
    const { own, math } = draws(evaluation);
    if (!position.draws) return;
    drawAgain(own, position.draws[0]);
    drawAgain(math, position.draws[1]);
  }
}
