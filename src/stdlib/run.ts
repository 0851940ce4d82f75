/* One run as a cell holds it: growable columns that `log` appends to (10,000 calls cost some milliseconds), checkpoints, and the
   loops over it. The session records what it reports (src/session/recorder.ts), the page draws its metric output. A pack, since
   only cells that train need it; startRun is in start-run.ts.

     running ──finish()──> done
        │ └──its cell ends: done, failed, interrupted (a run that the cell exports goes on until the cell is replaced) */

import { optional } from '../base/optional.ts';
import { Column } from '../base/column.ts';
import type { Generator } from '../base/random.ts';
import type { RunState } from '../engine/protocol.ts';
import { toText } from '../output/inspect.ts';
import { toJson } from '../output/json.ts';
import { keptPoints } from '../output/kept-points.ts';
import type { Output } from '../output/types.ts';
import { drawnOf, encodeCheckpoint, type Namespace, type Position } from './checkpoint.ts';
import type { Evaluation, Host } from './host.ts';
import { loggedOf, loopOf, type Logged, type LoopOptions } from './loop-seam.ts';
import { Looping } from './loop.ts';
import type { State } from './restore.ts';

const FLUSH_MS = 250;
const FLUSH_POINTS = 1000;

type MetricOutput = Extract<Output, { kind: 'metric' }>;
export type Json = Readonly<Record<string, unknown>>;

/** What a run needs beside its host. */
export interface RunTools {
  readonly seed: number;
  readonly random: (seed: number | bigint) => Generator;
  /** The generators that an evaluation draws from without naming one. */
  readonly draws: (evaluation: Evaluation) => { readonly own: Generator; readonly math: Generator };
  /** `gradus:tensor` where it is loaded, and loaded. */
  readonly tensorsNow: () => Namespace | undefined;
  readonly tensors: () => Promise<Namespace>;
  readonly tf: (evaluation: Evaluation) => Promise<unknown>;
}

/** A run that goes on: what was logged before its checkpoint, and the checkpoint. */
export interface Resumed {
  readonly id: string;
  readonly position: Position;
  readonly state: State;
  readonly metrics: Readonly<
    Record<string, { readonly steps: Float64Array; readonly values: Float64Array; readonly times?: Float64Array }>
  >;
}

interface Series {
  readonly steps: Column;
  readonly values: Column;
  /** ms since the run began. */
  readonly times: Column;
  /** Points that have been reported. */
  sent: number;
}

export class Run {
  readonly id: string;
  readonly name: string;
  readonly params: Json;
  readonly #host: Host;
  readonly #evaluation: Evaluation;
  readonly #tools: RunTools;
  readonly #startedAt: number;
  readonly #series = new Map<string, Series>();
  #step = -1;
  #stage: RunState = 'running';
  #waiting = 0;
  #flushedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key: number | undefined;
  /** Checkpoints that are being written, one behind the other. */
  #writing: Promise<void> = Promise.resolve();
  readonly #looping: Looping;

  constructor(host: Host, evaluation: Evaluation, tools: RunTools, name: string, params: Json, resumed?: Resumed) {
    this.#host = host;
    this.#evaluation = evaluation;
    this.#tools = tools;
    this.name = name;
    this.params = plain(params);
    this.id = resumed?.id ?? newId();
    this.#startedAt = performance.now() - (resumed?.position.ms ?? 0);
    if (resumed) {
      this.#step = resumed.position.logged;
      for (const [metric, { steps, values, times }] of Object.entries(resumed.metrics)) {
        const length = Math.min(resumed.position.lengths[metric] ?? 0, values.length);
        if (length === 0) continue;
        const timed = times?.length === values.length ? times : new Float64Array(length);
        const series = newSeries();
        series.steps.append(steps.subarray(0, length));
        series.values.append(values.subarray(0, length));
        series.times.append(timed.subarray(0, length));
        this.#series.set(metric, Object.assign(series, { sent: length }));
      }
    }
    this.#looping = new Looping(resumed, {
      name,
      evaluation,
      host,
      draws: tools.draws,
      tensorsNow: tools.tensorsNow,
      take: (state, at, wait) => this.#take(state, at, wait),
    });
    const goesOn = resumed && { at: resumed.position.at, lengths: resumed.position.lengths };
    const { cell } = evaluation;
    const start = { run: this.id, cell, name, params: this.params, seed: tools.seed, startedAt: Date.now() };
    host.report({ kind: 'run-start', ...start, ...optional({ goesOn }) });
    evaluation.onEnd((exports, error) => {
      if (this.#stage !== 'running') return;
      if (Object.values(exports).includes(this)) this.#flush(true);
      else this.#end(evaluation.signal.aborted ? 'interrupted' : error ? 'failed' : 'done');
    });
    evaluation.onDispose(() => this.#end('interrupted'));
    if (resumed) this.#show();
  }

  /** The state of the checkpoint behind which this run goes on; undefined where it began anew. */
  get state(): State | undefined {
    return this.#looping.read();
  }

  /** Appends one point to the curve of each metric; `step` defaults to the last one + 1, from 0. */
  log(metrics: Readonly<Record<string, number>>, step = this.#step + 1): void {
    if (this.#stage !== 'running')
      throw new Error(`run.log: the run "${this.name}" has ended (${this.#stage}). Start a new one with startRun.`);
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
      series.steps.push(step);
      series.values.push(value);
      series.times.push(now - this.#startedAt);
      this.#waiting++;
    }
    this.#step = step;
    const due = this.#flushedAt + FLUSH_MS - now;
    if (due <= 0 || this.#waiting >= FLUSH_POINTS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), due);
  }

  /** Keeps what the training needs to go on. The values are those of now; resolves when they are on the disk. Where there is no room the
      run goes on, and the page says so. */
  checkpoint(state: Json): Promise<void> {
    if (this.#stage !== 'running') throw new Error(`run.checkpoint: the run "${this.name}" has ended (${this.#stage}).`);
    return this.#host.lend(this.#evaluation, this.#take(state, this.#looping.here(), 'run.checkpoint'));
  }

  async finish(summary: Json = {}): Promise<void> {
    await this.#writing;
    this.#end('done', summary);
  }

  /** What `steps(n, { run })` asks for. */
  [loopOf](n: number, options: LoopOptions): ReturnType<Looping['begin']> {
    return this.#looping.begin(n, options);
  }

  /** What a sweep follows of it. */
  [loggedOf](): Logged {
    const curves = [...this.#series].map(([name, { steps, values }]) => [name, { steps: steps.view(), values: values.view() }] as const);
    return { step: this.#step, curves: new Map(curves) };
  }

  /** Takes a checkpoint and resolves when it has been written, or could not be. */
  #take(state: unknown, { loop, step, before }: { loop: number; step: number; before: number }, name: string): Promise<void> {
    const { own, math } = this.#tools.draws(this.#evaluation);
    this.#flush(); // points go first, so that no checkpoint stands before its curve
    const position: Position = {
      at: step < 0 && loop === 0 ? this.#step + 1 : before + step + 1,
      loop,
      step,
      logged: this.#step,
      lengths: Object.fromEntries([...this.#series].map(([metric, { values }]) => [metric, values.length])),
      ms: performance.now() - this.#startedAt,
      draws: [drawnOf(own), drawnOf(math)],
    };
    const file = encodeCheckpoint(state, position, this.#tools.tensorsNow(), name);
    this.#writing = this.#writing
      .then(() => file)
      .then((data) => this.#host.service({ service: 'keep', run: this.id, step: position.at, data }))
      .then(() => undefined);
    this.#writing = this.#writing.catch((error: unknown) => {
      const text = `A checkpoint of "${this.name}" was not kept: ${(error as Error).message}`;
      this.#evaluation.emit({ kind: 'log', level: 'warn', text });
    });
    return this.#writing;
  }

  /** Reports what is new; the picture follows at most four times a second, unless `atOnce`. */
  #flush(atOnce = false): void {
    const fresh = this.#waiting > 0 || this.#timer !== undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const metrics: Record<string, { steps: Float64Array; values: Float64Array; times: Float64Array }> = {};
    for (const [name, series] of this.#series) {
      const { steps, values, times, sent } = series;
      const { length } = values;
      if (length > sent)
        metrics[name] = {
          steps: steps.view().slice(sent),
          values: values.view().slice(sent),
          times: times.view().slice(sent),
        };
      series.sent = length;
    }
    if (this.#waiting > 0) this.#host.report({ kind: 'run-points', run: this.id, metrics });
    this.#waiting = 0;
    const now = performance.now();
    if (this.#series.size === 0) return;
    const due = this.#flushedAt + FLUSH_MS - now;
    if (this.#stage === 'running' && !atOnce && due > 0) {
      if (fresh) this.#timer = setTimeout(() => this.#flush(), due); // what was reported is drawn, though nothing may follow
      return;
    }
    this.#flushedAt = now;
    this.#show();
  }

  #show(): void {
    this.#key = this.#evaluation.emit(this.#output(), this.#key);
  }

  #output(): MetricOutput {
    return {
      kind: 'metric',
      run: this.id,
      name: this.name,
      finished: this.#stage !== 'running',
      series: Object.fromEntries(
        [...this.#series].map(([name, { steps, values }]) => {
          const kept = keptPoints(values.view());
          return [name, { steps: kept.map((i) => steps.view()[i]!), values: kept.map((i) => values.view()[i]!) }];
        }),
      ),
    };
  }

  #end(state: RunState, summary: Json = {}): void {
    if (this.#stage !== 'running') return;
    this.#stage = state;
    this.#flush();
    this.#host.report({ kind: 'run-end', run: this.id, state, summary: plain(summary), ms: performance.now() - this.#startedAt });
  }
}

const newSeries = (): Series => ({ steps: new Column(), values: new Column(), times: new Column(), sent: 0 });

/** The entries of a record that are JSON; of the others a line of text. */
export function plain(record: Json): Json {
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
