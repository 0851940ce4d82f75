/* The seams of a run (in the pack of runs): with `steps` (time.ts, in the engine), whose loops belong to it, and with `sweep` (a pack of
   its own), which follows what it logs. */

/** The key of the method of a run that begins a loop over it. */
export const loopOf: unique symbol = Symbol.for('gradus.loop') as never;

/** The key of the method of a run that tells what it has logged. */
export const loggedOf: unique symbol = Symbol.for('gradus.logged') as never;

/** Up to now; of a run that goes on, what stood before its checkpoint. */
export interface Logged {
  /** The last step; -1 before the first. */
  readonly step: number;
  readonly curves: ReadonlyMap<string, { readonly steps: Float64Array; readonly values: Float64Array }>;
}

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
