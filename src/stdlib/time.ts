/* Names about time: progress, sleep, steps of a loop, timers that know their cell, ending quietly. Our own waits lend the
   turn (host.lend), so sliders answer during a training; all of them end with the evaluation. */

import { Interrupted, Mutable, StopSignal, type Evaluation, type Host, type Library } from './host.ts';
import { loopOf, type Loop, type Looped, type LoopOptions } from './loop-seam.ts';
import type { Output } from '../output/types.ts';
import type { Names } from './names.ts';

const SHOW_MS = 100;
const BREATH_MS = 16;

export interface Time extends Pick<Library, 'control' | 'patient'> {
  readonly names: Names;
}

export function createTime(host: Host, show: (value: unknown, evaluation: Evaluation) => void): Time {
  /** Loops that can be paused, by cell. */
  const loops = new Map<string, Set<Going>>();
  return {
    control(id, action) {
      const running = [...(loops.get(id) ?? [])];
      if (action === 'stop') {
        const keeping = running.filter((loop) => loop.keeps);
        return keeping.length > 0 && Promise.all(keeping.map((loop) => loop.stop())).then(() => {});
      }
      for (const loop of running) loop.pause(action === 'pause');
      return running.length > 0;
    },
    patient: (id) => [...(loops.get(id) ?? [])].some((loop) => loop.keeps),
    names: {
      progress: (evaluation) => (items: unknown, options?: { label?: string }) => progress(host, evaluation, items, options?.label ?? ''),
      steps:
        (evaluation) =>
        (n: number, { run, label, ...kept }: { run?: { name: string } & Partial<Looped>; label?: string } & LoopOptions = {}) => {
          if (!Number.isInteger(n) || n < 0)
            throw new RangeError(`steps: expected a number of steps, an integer from 0 on, got ${String(n)}.`);
          if (!run?.[loopOf] && Object.keys(kept).length > 0)
            throw new TypeError('steps: expected { run } beside { state }: checkpoints belong to a run. Start one with startRun.');
          const over = run?.[loopOf]?.(n, kept);
          const meter = new Meter(evaluation, label ?? run?.name ?? '', n, { pausable: true, from: over?.first });
          return steps(host, evaluation, n, meter, loops, over);
        },
      sleep: (evaluation) => (ms: number) =>
        host.lend(
          evaluation,
          new Promise<void>((resolve) => {
            const { signal } = evaluation;
            const stop = (): void => clearTimeout(timer);
            const timer = setTimeout(() => {
              signal.removeEventListener('abort', stop); // a long loop sleeps often
              resolve();
            }, ms);
            signal.addEventListener('abort', stop, { once: true });
          }),
        ),
      signal: (evaluation) => evaluation.signal,
      onDispose: (evaluation) => (fn: () => void) => {
        if (typeof fn !== 'function') throw new TypeError('onDispose: expected a function to call when the cell is evaluated again.');
        evaluation.onDispose(fn);
      },
      stop: (evaluation) => (condition: unknown, output?: unknown) => {
        if (!condition) return;
        show(output, evaluation);
        throw new StopSignal('ended by stop()');
      },
      mutable: () => (value: unknown) => new Mutable(value),
      setTimeout:
        (evaluation) =>
        (fn: unknown, ms?: number, ...args: unknown[]) =>
          setTimeout(entered(host, host.startedBy(evaluation), fn, args), ms),
      setInterval:
        (evaluation) =>
        (fn: unknown, ms?: number, ...args: unknown[]) => {
          const owner = host.startedBy(evaluation);
          const timer = setInterval(entered(host, owner, fn, args), ms);
          owner.onDispose(() => clearInterval(timer));
          return timer;
        },
      queueMicrotask: (evaluation) => (fn: unknown) => queueMicrotask(entered(host, host.startedBy(evaluation), fn, [])),
      ...(typeof requestAnimationFrame === 'function'
        ? {
            requestAnimationFrame: (evaluation: Evaluation) => (fn: FrameRequestCallback) => {
              const owner = host.startedBy(evaluation);
              return requestAnimationFrame((time) => entered(host, owner, fn, [time])());
            },
          }
        : {}),
    },
  };
}

/** `fn` as code of its cell: what it throws, at once or later, is a late error there. */
function entered(host: Host, evaluation: Evaluation, fn: unknown, args: readonly unknown[]): () => void {
  if (typeof fn !== 'function') throw new TypeError(`A timer needs a function, got ${typeof fn}.`);
  return () =>
    host.enter(evaluation, () => {
      const result: unknown = (fn as (...args: readonly unknown[]) => unknown)(...args);
      if (result instanceof Promise)
        result.catch((error: unknown) => {
          if (!(error instanceof Interrupted)) evaluation.lateError(error);
        });
    });
}

/** Progress that goes on in an evaluation, from the outermost to the innermost. */
interface Meters {
  readonly meters: Meter[];
  /** Outputs of inner loops that have ended, by depth and label: the next turn of the loop around them shows there. */
  readonly free: Map<string, number[]>;
}
const goings = new WeakMap<Evaluation, Meters>();

/** One progress output: shown first and last, and at most ten times a second between. Inside another one it is its child, and
    when the loop runs again it takes the place of its last turn. */
class Meter {
  readonly #evaluation: Evaluation;
  readonly #label: string;
  readonly #total: number | undefined;
  readonly #pausable: boolean;
  #started = performance.now();
  #shownAt = -Infinity;
  #key: number | undefined;
  readonly #depth: number;
  #done: number;
  readonly #from: number;
  #finished = false;
  #paused = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** `loop`: what is iterated; progress that runs inside is its child. `from`: what was done before. */
  constructor(
    evaluation: Evaluation,
    label: string,
    total: number | undefined,
    { pausable = false, loop = true, from = 0 }: { pausable?: boolean; loop?: boolean; from?: number | undefined } = {},
  ) {
    this.#done = this.#from = from;
    this.#evaluation = evaluation;
    this.#label = label;
    this.#total = total;
    this.#pausable = pausable;
    let going = goings.get(evaluation);
    if (!going) goings.set(evaluation, (going = { meters: [], free: new Map() }));
    this.#depth = going.meters.length;
    this.#key = going.free.get(this.#place)?.pop();
    if (loop) going.meters.push(this);
    this.show();
  }

  get #place(): string {
    return `${this.#depth} ${this.#label}`;
  }

  advance(n = 1): void {
    this.#done += n;
    if (performance.now() - this.#shownAt >= SHOW_MS) this.show();
    else this.#later ??= setTimeout(() => this.#finished || this.show(), SHOW_MS); // what follows may take long, or never say `done`
  }

  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.show();
    const { meters, free } = goings.get(this.#evaluation)!;
    const at = meters.indexOf(this);
    if (at >= 0) meters.splice(at, 1);
    if (meters.length === 0) free.clear();
    else if (this.#depth > 0 && this.#key !== undefined && this.#key >= 0) {
      const places = free.get(this.#place);
      if (places) places.push(this.#key);
      else free.set(this.#place, [this.#key]);
    }
  }

  /** The clock stands still while paused. */
  rest(ms: number): void {
    this.#started += ms;
  }

  get complete(): boolean {
    return this.#total !== undefined && this.#done >= this.#total;
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.show();
  }

  show(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#shownAt = performance.now();
    const seconds = (this.#shownAt - this.#started) / 1000;
    const rate = seconds > 0 ? (this.#done - this.#from) / seconds : 0;
    const output: Output = {
      kind: 'progress',
      label: this.#label,
      done: this.#done,
      rate,
      finished: this.#finished,
      ...(this.#depth > 0 ? { depth: this.#depth } : {}),
      ...(this.#total === undefined ? {} : { total: this.#total }),
      ...(this.#total !== undefined && rate > 0 && !this.#finished
        ? { remainingMs: Math.max(0, ((this.#total - this.#done) / rate) * 1000) }
        : {}),
      ...(this.#pausable ? { pausable: !this.#finished, paused: this.#paused && !this.#finished } : {}),
    };
    this.#key = this.#evaluation.emit(output, this.#key);
  }
}

function progress(host: Host, evaluation: Evaluation, items: unknown, label: string): unknown {
  if (typeof items === 'number') {
    if (!(items >= 0)) throw new RangeError(`progress: expected a total from 0 on, got ${items}.`);
    const meter = new Meter(evaluation, label, items, { loop: false });
    return {
      advance: (n = 1) => {
        meter.advance(n);
        if (meter.complete) meter.finish();
      },
      done: () => meter.finish(),
    };
  }
  if (typeof items === 'object' && items !== null && Symbol.asyncIterator in items)
    return followAsync(host, evaluation, items as AsyncIterable<unknown>, label);
  if (typeof items === 'string' || (typeof items === 'object' && items !== null && Symbol.iterator in items))
    return follow(evaluation, items as Iterable<unknown>, label);
  throw new TypeError(
    `progress: expected something to iterate or a total, got ${typeof items}. Use progress(list) in a loop, or progress(100) and advance().`,
  );
}

const totalOf = (items: object | string): number | undefined => {
  const { length, size } = Object(items) as { length?: unknown; size?: unknown };
  return typeof length === 'number' ? length : typeof size === 'number' ? size : undefined;
};

function* follow(evaluation: Evaluation, items: Iterable<unknown>, label: string): Generator<unknown, void> {
  const meter = new Meter(evaluation, label, totalOf(items));
  try {
    for (const item of items) {
      yield item;
      meter.advance();
    }
  } finally {
    meter.finish();
  }
}

async function* followAsync(
  host: Host,
  evaluation: Evaluation,
  items: AsyncIterable<unknown>,
  label: string,
): AsyncGenerator<unknown, void> {
  const meter = new Meter(evaluation, label, totalOf(items));
  const iterator = items[Symbol.asyncIterator]();
  let over = false;
  try {
    for (;;) {
      const result = await host.lend(evaluation, Promise.resolve(iterator.next()));
      if (result.done) break;
      yield result.value;
      meter.advance();
    }
    over = true;
  } finally {
    meter.finish();
    if (!over) await iterator.return?.();
  }
}

/** A running `steps` loop as its pause button sees it, and a stop. */
interface Going {
  /** It keeps checkpoints: a stop waits for the end of a step. */
  readonly keeps: boolean;
  pause(paused: boolean): void;
  /** Resolves when it stands between two steps, where it stays. */
  stop(): Promise<void>;
}

async function* steps(
  host: Host,
  evaluation: Evaluation,
  n: number,
  meter: Meter,
  loops: Map<string, Set<Going>>,
  over: Loop | undefined,
): AsyncGenerator<number, void> {
  let resumed: Promise<void> | undefined;
  let resume = (): void => {};
  let stopped: (() => void) | undefined;
  const loop: Going = {
    keeps: over?.keeps === true,
    pause: (paused) => {
      if (paused === (resumed !== undefined)) return;
      if (paused)
        resumed = new Promise((resolve) => {
          resume = resolve;
        });
      else {
        resumed = undefined;
        resume();
      }
      meter.pause(paused);
    },
    stop: () =>
      new Promise((resolve) => {
        stopped = resolve;
        resume();
      }),
  };
  const beside = loops.get(evaluation.cell) ?? new Set();
  loops.set(evaluation.cell, beside.add(loop));
  let breathed = performance.now();
  try {
    over?.begin();
    for (let step = over?.first ?? 0; step < n; step++) {
      if (evaluation.signal.aborted) throw new Interrupted('Stopped.');
      const now = performance.now();
      if (resumed || now - breathed >= BREATH_MS) {
        if (!resumed) await host.lend(evaluation, breath());
        const pausedAt = performance.now();
        if (resumed || stopped) over?.rest();
        while (resumed && !stopped) await host.lend(evaluation, resumed);
        if (stopped) {
          stopped();
          await host.lend(evaluation, new Promise<never>(() => {})); // the stop ends it here
        }
        breathed = performance.now();
        meter.rest(breathed - pausedAt);
      }
      over?.enter(step);
      yield step;
      meter.advance();
      over?.done(step);
    }
  } finally {
    over?.end();
    beside.delete(loop);
    meter.finish();
  }
}

/** A few tasks behind the waiting messages and the cells that they make due; unlike a timer, not slowed in a background tab. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    let left = 3;
    port1.onmessage = () => {
      if (--left > 0) return port2.postMessage(0);
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
