/* `startRun` and `runs`: an experiment's parameters and curves. A run lives in the worker as growable columns; the session
   records what it reports, the page draws its metric output. A call of `log` only appends: 10,000 cost some milliseconds.

     running ──finish()──> done
        │ └──its cell ends: done, failed, interrupted (a run that the cell exports goes on until the cell is replaced) */

import type { Evaluation, Host } from './host.ts';
import { toText } from '../output/inspect.ts';
import { toJson } from '../output/json.ts';
import type { RunEntry, RunState } from '../engine/protocol.ts';
import type { Output } from '../output/types.ts';
import type { Names } from './names.ts';

const FLUSH_MS = 250;
const FLUSH_POINTS = 1000;
const DRAWN_POINTS = 2000;

type MetricOutput = Extract<Output, { kind: 'metric' }>;
type Json = Readonly<Record<string, unknown>>;

export function runNames(host: Host, seed: number): Names {
  return {
    startRun:
      (evaluation) =>
      async (name: string, params: Json = {}, options: { resume?: boolean } = {}) => {
        if (options.resume)
          throw new Error(
            'startRun: resuming a run needs checkpoints, which this version does not have. Start it without { resume: true }.',
          );
        if (typeof name !== 'string' || name === '')
          throw new TypeError(`startRun: expected a name such as "mnist-mlp", got ${toText(name, 60)}.`);
        return new Run(host, evaluation, name, params, seed);
      },
    runs:
      (evaluation) =>
      ({ name }: { name?: string } = {}) =>
        host.lend(
          evaluation,
          host.service(name === undefined ? { service: 'runs' } : { service: 'runs', name }).then((entries) =>
            (entries as RunEntry[]).map((entry) => ({
              ...entry,
              status: entry.state,
              state: async () => {
                throw new Error(`Run "${entry.name}" has no checkpoint: this version keeps none. Its metrics and summary are here.`);
              },
            })),
          ),
        ),
    sweep: () => async () => {
      throw new Error('sweep: this version has no pool of workers. Loop over the grid with startRun for now.');
    },
  };
}

/** One metric as growable columns; `sent` points have been reported. */
interface Series {
  steps: Float64Array;
  values: Float64Array;
  /** ms since the run began. */
  times: Float64Array;
  length: number;
  sent: number;
}

class Run {
  readonly id = newId();
  readonly name: string;
  readonly params: Json;
  readonly #host: Host;
  readonly #evaluation: Evaluation;
  readonly #startedAt = performance.now();
  readonly #series = new Map<string, Series>();
  #step = -1;
  #state: RunState = 'running';
  #waiting = 0;
  #flushedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key: number | undefined;

  constructor(host: Host, evaluation: Evaluation, name: string, params: Json, seed: number) {
    this.#host = host;
    this.#evaluation = evaluation;
    this.name = name;
    this.params = plain(params);
    host.report({ kind: 'run-start', run: this.id, cell: evaluation.cell, name, params: this.params, seed, startedAt: Date.now() });
    evaluation.onEnd((exports, error) => {
      if (this.#state !== 'running') return;
      if (Object.values(exports).includes(this)) this.#flush();
      else this.#end(evaluation.signal.aborted ? 'interrupted' : error ? 'failed' : 'done');
    });
    evaluation.onDispose(() => this.#end('interrupted'));
  }

  /** Appends one point to the curve of each metric; `step` defaults to the last one + 1, from 0. */
  log(metrics: Readonly<Record<string, number>>, step = this.#step + 1): void {
    if (this.#state !== 'running')
      throw new Error(`run.log: the run "${this.name}" has ended (${this.#state}). Start a new one with startRun.`);
    if (!Number.isFinite(step)) throw new TypeError(`run.log: expected a finite step, got ${toText(step, 60)}.`);
    if (typeof metrics !== 'object' || metrics === null)
      throw new TypeError(`run.log: expected metrics such as { loss: 0.3 }, got ${toText(metrics, 60)}.`);
    const now = performance.now();
    for (const name in metrics) {
      const value = metrics[name]!;
      if (typeof value !== 'number')
        throw new TypeError(
          `run.log: expected a number for the metric "${name}", got ${toText(value, 60)}. Take the number out first, for a tensor with (await x.data())[0].`,
        );
      let series = this.#series.get(name);
      if (!series) this.#series.set(name, (series = newSeries()));
      if (series.length === series.steps.length) {
        series.steps = doubled(series.steps);
        series.values = doubled(series.values);
        series.times = doubled(series.times);
      }
      series.steps[series.length] = step;
      series.times[series.length] = now - this.#startedAt;
      series.values[series.length++] = value;
      this.#waiting++;
    }
    this.#step = step;
    const due = this.#flushedAt + FLUSH_MS - now;
    if (due <= 0 || this.#waiting >= FLUSH_POINTS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), due);
  }

  async finish(summary: Json = {}): Promise<void> {
    this.#end('done', summary);
  }

  async checkpoint(): Promise<never> {
    throw new Error('run.checkpoint: this version keeps no checkpoints. Leave the call out; metrics and summary are kept.');
  }

  /** Reports what is new; the picture follows at most four times a second. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const metrics: Record<string, { steps: Float64Array; values: Float64Array; times: Float64Array }> = {};
    for (const [name, series] of this.#series) {
      const { steps, values, times, length, sent } = series;
      if (length > sent)
        metrics[name] = { steps: steps.slice(sent, length), values: values.slice(sent, length), times: times.slice(sent, length) };
      series.sent = length;
    }
    if (this.#waiting > 0) this.#host.report({ kind: 'run-points', run: this.id, metrics });
    this.#waiting = 0;
    const now = performance.now();
    if (this.#series.size === 0 || (this.#state === 'running' && now - this.#flushedAt < FLUSH_MS)) return;
    this.#flushedAt = now;
    this.#key = this.#evaluation.emit(this.#output(), this.#key);
  }

  #output(): MetricOutput {
    return {
      kind: 'metric',
      run: this.id,
      name: this.name,
      finished: this.#state !== 'running',
      series: Object.fromEntries(
        [...this.#series].map(([name, { steps, values, length }]) => {
          const kept = keptPoints(values, length);
          return [name, { steps: kept.map((i) => steps[i]!), values: kept.map((i) => values[i]!) }];
        }),
      ),
    };
  }

  #end(state: RunState, summary: Json = {}): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    this.#flush();
    this.#host.report({ kind: 'run-end', run: this.id, state, summary: plain(summary), ms: performance.now() - this.#startedAt });
  }
}

const newSeries = (): Series => ({
  steps: new Float64Array(64),
  values: new Float64Array(64),
  times: new Float64Array(64),
  length: 0,
  sent: 0,
});

function doubled(from: Float64Array): Float64Array {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}

/** Which of `length` points stand in the output: all, or the first, the last, and of each stretch between the least and the greatest. */
function keptPoints(values: Float64Array, length: number): number[] {
  if (length <= DRAWN_POINTS) return Array.from({ length }, (_, i) => i);
  const stretches = (DRAWN_POINTS - 2) / 2;
  const kept = [0];
  for (let k = 0; k < stretches; k++) {
    const from = 1 + Math.floor((k * (length - 2)) / stretches);
    const to = 1 + Math.floor(((k + 1) * (length - 2)) / stretches);
    let [least, most] = [from, from];
    for (let i = from + 1; i < to; i++) {
      if (values[i]! < values[least]!) least = i;
      if (values[i]! > values[most]!) most = i;
    }
    kept.push(Math.min(least, most));
    if (least !== most) kept.push(Math.max(least, most));
  }
  kept.push(length - 1);
  return kept;
}

/** The entries of a record that are JSON; of the others a line of text. */
function plain(record: Json): Json {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => {
        const json = toJson(value);
        return [key, json === undefined ? toText(value, 500) : json];
      }),
  );
}

const newId = (): string =>
  Date.now().toString(36) + Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
