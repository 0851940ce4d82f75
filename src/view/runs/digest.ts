/* What the table keeps of a run's curves: the last value of each metric, how far it went, where it became NaN, and the loss as a path of
   76 × 20 pixels. A digest is some hundred bytes where its curves may be megabytes, so the page holds digests of all runs and curves of
   few. `createDigests` reads them when they are wanted, a few runs at a time, and keeps those of runs that have ended. */

import { createSignal, onCleanup, untrack } from 'solid-js';
import type { RunEntry } from '../../engine/protocol.ts';
import type { StoredRun } from '../../store/types.ts';
import { extent, makeScale } from './geometry.ts';
import { pathWithin } from './zoom.ts';

export interface Digest {
  /** Last value of each metric. */
  readonly last: Readonly<Record<string, number>>;
  /** The first metric whose name has to do with a loss, else the first of all. */
  readonly loss?: { readonly name: string; readonly spark: string };
  /** Steps that it has gone, by the last one of its metrics: they count from 0. */
  readonly steps: number;
  /** Step at which the loss was first NaN. */
  readonly lost?: number;
}

export type DigestOf = (id: string) => Digest | undefined;

/** The metric that stands for the others. */
export function lossOf(names: readonly string[]): string | undefined {
  return names.find((name) => /loss|error|nll|perplexity/i.test(name)) ?? names[0];
}

export function digestOf(metrics: RunEntry['metrics']): Digest {
  const names = Object.keys(metrics);
  const last: Record<string, number> = {};
  let gone = 0;
  for (const name of names) {
    const { steps, values } = metrics[name]!;
    const n = values.length;
    if (n === 0) continue;
    last[name] = values[n - 1]!;
    gone = Math.max(gone, steps[n - 1]! + 1);
  }
  const name = lossOf(names);
  if (name === undefined) return { last, steps: gone };
  const { steps, values } = metrics[name]!;
  const at = values.findIndex((value) => Number.isNaN(value));
  return { last, steps: gone, loss: { name, spark: sparkOf(metrics[name]!) }, ...(at < 0 ? {} : { lost: steps[at]! }) };
}

/** Logarithmic where it falls by more than a factor of ten. */
function sparkOf(series: { readonly steps: Float64Array; readonly values: Float64Array }): string {
  const xs = extent(series.steps),
    ys = extent(series.values);
  if (!xs || !ys) return '';
  const log = ys[0] > 0 && ys[1] > ys[0] * 10;
  return pathWithin(series, { domain: xs, range: [0, 76] }, makeScale(ys, [19, 1], 2, log)).path;
}

export interface Digests {
  /** Tracks the digest of this run alone. */
  readonly of: DigestOf;
  /** Tracks every digest that comes: how many there are. */
  known(): number;
  /** Reads these next, in their order; what was wanted before and is not begun is forgotten. */
  want(ids: readonly string[]): void;
  /** Ids of runs whose curves have grown. */
  forget(ids: readonly string[]): void;
}

/** Digests of runs that have ended, over openings of the page, by what names their curves. */
const kept = new Map<string, Digest>();
const nameOf = ({ id, state, ms }: StoredRun): string => `${id} ${state} ${ms}`;
/** Runs that are read at once: each may be megabytes. */
const atOnce = 2;
/** While wishes come faster than this (the table scrolls), nothing is read, ms. */
const quietMs = 80;

/** Belongs to the component that calls it. */
export function createDigests(
  curves: (ids: readonly string[]) => Promise<readonly RunEntry['metrics'][]>,
  run: (id: string) => StoredRun | undefined,
): Digests {
  const signals = new Map<string, ReturnType<typeof createSignal<Digest | undefined>>>();
  const [known, setKnown] = createSignal(0);
  const signal = (id: string): ReturnType<typeof createSignal<Digest | undefined>> => {
    let found = signals.get(id);
    if (!found) {
      const head = run(id);
      signals.set(id, (found = createSignal<Digest | undefined>(head && kept.get(nameOf(head)))));
    }
    return found;
  };
  let wanted: readonly string[] = [];
  const stale = new Set<string>();
  let reading = false;
  let gone = false;
  onCleanup(() => (gone = true));
  let wishedAt = -Infinity;
  async function work(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      for (;;) {
        while (!gone && performance.now() - wishedAt < quietMs && untrack(known) > 0) await pause(quietMs / 2);
        const ids = wanted.filter((id) => stale.has(id) || untrack(signal(id)[0]) === undefined).slice(0, atOnce);
        if (gone || ids.length === 0) break;
        const found = await curves(ids);
        for (const [i, id] of ids.entries()) {
          const digest = digestOf(found[i] ?? {});
          const head = run(id);
          if (head && head.state !== 'running') kept.set(nameOf(head), digest);
          stale.delete(id);
          signal(id)[1](digest);
        }
        setKnown((n) => n + 1);
        await idle();
      }
    } catch {
      wanted = []; // what cannot be read stays empty; the heads say what is wrong with the store
    } finally {
      reading = false;
    }
  }
  return {
    of: (id) => signal(id)[0](),
    known,
    want(ids) {
      wanted = ids;
      wishedAt = performance.now();
      void work();
    },
    forget(ids) {
      for (const id of ids) stale.add(id);
    },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 100 });
    else setTimeout(resolve, 0);
  });
