/* The seam between `steps` (time.ts, in the engine) and the run that a loop belongs to (loop.ts, in the pack of runs). */

/** The key of the method of a run that begins a loop over it. */
export const loopOf: unique symbol = Symbol.for('gradus.loop') as never;

export interface LoopOptions {
  /** What changes from step to step, by name: kept as checkpoints, and put back where the run goes on. */
  readonly state?: object | undefined;
  /** A checkpoint after every so many steps. Default: after one second, then every five. */
  readonly every?: number | undefined;
}

/** One loop over a run. */
export interface Loop {
  /** The first step: 0, or the one behind the checkpoint. */
  readonly first: number;
  /** It has a state, so a stop waits until it stands between two steps. */
  readonly keeps: boolean;
  /** Before the first step: puts the state back where the run goes on. */
  begin(): void;
  enter(step: number): void;
  /** A step is over: a checkpoint is taken where one is due. */
  done(step: number): void;
  /** Between two steps, where it is to stand for a while or for good: takes a checkpoint of what was done since the last. */
  rest(): void;
  end(): void;
}

export interface Looped {
  [loopOf](n: number, options: LoopOptions): Loop;
}
