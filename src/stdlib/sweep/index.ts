/* `sweep(grid, fn, options)`: an experiment at every point of a grid, over a pool of engines (session/sweeps.ts has it). In the cell's
   own engine a call asks for the pool and shows how far it is; in an engine of the pool the same cell is evaluated up to the same
   call, which serves points instead of returning. So the function may be any function of the cell: it never crosses.

     cell ──start──> session ──cells, values──> engine of the pool ──job──> fn(params, run) ──summary──> session ──next──> cell */

import { contentHash, fnv1a32 } from '../../base/hash.ts';
import { optional } from '../../base/optional.ts';
import { random, type Generator } from '../../base/random.ts';
import { outputOf, toText } from '../../output/inspect.ts';
import type { JobEnd, Params, SweepEvent, SweepJob, SweepPlan, SweepResult } from '../../engine/sweep.ts';
import { Interrupted, type Evaluation, type Host } from '../host.ts';
import { loggedOf, type Logged } from '../loop-seam.ts';
import { toTable } from '../tables.ts';
import { paramsText, pointsOf, shortly, unsent } from './grid.ts';
import { bare, needsOf } from './needs.ts';
import { withoutGrid } from './call.ts';
import { EarlyStop, stopRule, watch } from './stopping.ts';

/** What the library gives to the pack. */
export interface SweepKit {
  readonly host: Host;
  readonly evaluation: Evaluation;
  /** Of this engine. */
  readonly seed: number;
  readonly startRun: (name: string, params: Params, options?: { readonly resume?: boolean }) => Promise<SweepRun>;
  /** What an evaluation draws from. */
  readonly generatorOf: (evaluation: Evaluation) => { readonly own: Generator; readonly math: Generator };
  /** Where the reader left unnamed inputs, by cell. */
  readonly held: Iterable<readonly [cell: string, inputs: unknown]>;
}

/** A run, as far as a sweep follows it. */
export interface SweepRun {
  readonly id: string;
  log(metrics: Readonly<Record<string, number>>, step?: number): void;
  finish(summary?: Params): Promise<void>;
  [loggedOf](): Logged;
}

export interface SweepOptions {
  /** Of its runs. Default: the cell's id. */
  readonly name?: string;
  /** How many engines. Default: one for each core but one, at most 8; two from the command line; one on a GPU. */
  readonly workers?: number;
  readonly stop?: object;
  /** Takes points that finished before, with the same code, values and seed, as they are; those that were cut off go on from their last
      checkpoint, where they have one (`steps(n, { run, state })`, `run.checkpoint`). Default: false. */
  readonly resume?: boolean;
  /** What the generators of the points begin with. Default: the notebook's seed. */
  readonly seed?: number;
  /** Longest time for one point, ms. Default: none. */
  readonly limitMs?: number;
}

export type SweepFunction = (params: Params, run: SweepRun) => unknown;
export type Sweep = (grid: unknown, fn: SweepFunction, options?: SweepOptions) => Promise<readonly SweepResult[]>;

/** Results of finished calls, by cell, for the cells that need that one; of an evaluation that was replaced until the next one's. */
const finished = new WeakMap<Host, Map<string, { readonly evaluation: Evaluation; readonly calls: (readonly SweepResult[])[] }>>();

export function createSweep(kit: SweepKit): Sweep {
  const { host, evaluation } = kit;
  const place = host.options.sweep;
  let calls = 0;
  let serving = false;
  const sweep: Sweep = (grid, fn, options) => {
    const call = calls++;
    if (serving)
      return Promise.reject(
        new Error('sweep: a function that a sweep calls cannot start another one. Put the parameters of both into one grid.'),
      );
    if (!place) return host.lend(evaluation, ask(kit, call, grid, fn, options));
    const known = place.before[evaluation.cell]?.[call];
    if (known) return Promise.resolve(tabled(known));
    if (evaluation.cell !== place.cell || call !== place.call)
      return Promise.reject(new Error(`sweep: the cell ${evaluation.cell} sweeps too, and has no result yet. Run it first.`));
    serving = true;
    return serve(kit, fn);
  };
  return Object.defineProperty(sweep, 'name', { value: 'sweep' });
}

// ---- in the cell's own engine ---------------------------------------------------------------------------------------------

async function ask(
  kit: SweepKit,
  call: number,
  grid: unknown,
  fn: SweepFunction,
  options: SweepOptions = {},
): Promise<readonly SweepResult[]> {
  const { host, evaluation } = kit;
  const plan = planOf(kit, call, grid, fn, options);
  const id = (await host.service({ service: 'sweep', ask: 'start', plan })) as number;
  const end = (): void => void host.service({ service: 'sweep', ask: 'stop', sweep: id }).catch(() => {});
  if (evaluation.signal.aborted) end();
  else evaluation.signal.addEventListener('abort', end, { once: true });
  const results = await follow(kit, plan, id);
  evaluation.signal.removeEventListener('abort', end);
  const failed = results.filter(({ error }) => error !== undefined);
  const words = failed.slice(0, 5).map(({ params, error }) => `${shortly(params)}: ${error}`);
  if (failed.length === results.length) throw new Error(`sweep: every point failed, the first one with ${words[0]}`);
  if (failed.length > 0) {
    const text = `sweep: ${failed.length} of ${results.length} points failed, the others count.\n${words.join('\n')}${failed.length > 5 ? '\n…' : ''}`;
    evaluation.emit({ kind: 'log', level: 'warn', text });
  }
  let known = finished.get(host);
  if (!known) finished.set(host, (known = new Map()));
  const before = known.get(evaluation.cell);
  if (before?.evaluation === evaluation) before.calls[call] = results;
  else known.set(evaluation.cell, { evaluation, calls: [results] });
  return tabled(results);
}

function planOf(
  { host, evaluation, seed: own, held }: SweepKit,
  call: number,
  grid: unknown,
  fn: SweepFunction,
  { name = evaluation.cell, workers, stop, resume = false, seed, limitMs, ...others }: SweepOptions,
): SweepPlan {
  const wrong = (option: string, wanted: string, got: unknown): never => {
    throw new TypeError(`sweep: expected ${option} to be ${wanted}, got ${toText(got, 60)}.`);
  };
  const points = pointsOf(grid);
  if (typeof fn !== 'function')
    throw new TypeError(
      `sweep: expected a function of a point and its run, as in sweep(grid, async (params, run) => …), got ${toText(fn, 60)}.`,
    );
  if (typeof name !== 'string' || name === '') wrong('name', 'a name such as "mnist-mlp"', name);
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= 64))
    wrong('workers', 'a number from 1 to 64', workers);
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) wrong('seed', 'an integer from 0 on', seed);
  if (limitMs !== undefined && !(limitMs > 0)) wrong('limitMs', 'a number of milliseconds above 0', limitMs);
  const [stranger] = Object.keys(others);
  if (stranger !== undefined)
    throw new TypeError(
      `sweep: expected options among name, workers, stop, resume, seed, limitMs, got ${stranger}. Parameters go into the grid.`,
    );
  const rule = stop === undefined ? undefined : stopRule(stop);
  const { define, given, hash } = needsOf(evaluation.cell, host.program, (code) => withoutGrid(code, bare(String(fn))));
  const repeatable = seed ?? host.options.seed; // drawn anew by each engine where nobody gave one
  const before = Object.fromEntries([...(finished.get(host) ?? [])].map(([cell, { calls }]) => [cell, calls]));
  const mine = finished.get(host)?.get(evaluation.cell);
  if (mine?.evaluation !== evaluation) delete before[evaluation.cell];
  return {
    cell: evaluation.cell,
    name,
    define,
    given,
    seed: own,
    place: {
      cell: evaluation.cell,
      call,
      before,
      held: Object.fromEntries([...held].filter(([, inputs]) => cloneable(inputs))),
      ...optional({ seed }),
    },
    points,
    key: contentHash([bare(String(fn)), hash, String(repeatable ?? ''), JSON.stringify(rule ?? '')].join('\n')),
    resume,
    ...optional({ workers, stop: rule, limitMs }),
  };
}

function cloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Shows the sweep as it goes on, a line for it and one for each engine; resolves to the results in the order of the points. */
async function follow({ host, evaluation }: SweepKit, plan: SweepPlan, id: number): Promise<readonly SweepResult[]> {
  const { points } = plan;
  const results: SweepResult[] = [];
  const began = performance.now();
  /** Points that have ended, and those of them that were taken from before. */
  let [done, taken] = [0, 0];
  let key: number | undefined;
  const show = (finished = false): void => {
    const rate = (done - taken) / Math.max(1e-3, (performance.now() - began) / 1000);
    const remainingMs = rate > 0 && !finished ? ((points.length - done) / rate) * 1000 : undefined;
    key = evaluation.emit(
      { kind: 'progress', label: plan.name, done, total: points.length, rate, finished, ...optional({ remainingMs }) },
      key,
    );
  };
  show();
  const lines = new Map<number, number>();
  const line = (
    engine: number,
    index: number,
    done: number,
    more: { label?: string; total?: number; rate?: number; remainingMs?: number; finished?: boolean } = {},
  ): void => {
    const { label = '', rate = 0, finished = false, total, remainingMs } = more;
    const words = `${shortly(points[index]!)}${label && label !== plan.name ? ` · ${label}` : ''}`;
    lines.set(
      engine,
      evaluation.emit(
        { kind: 'progress', label: words, done, rate, finished, depth: 1, ...optional({ total, remainingMs }) },
        lines.get(engine),
      ),
    );
  };
  for (;;) {
    for (const event of (await host.service({ service: 'sweep', ask: 'next', sweep: id })) as readonly SweepEvent[]) {
      switch (event.kind) {
        case 'begin':
          line(event.engine, event.index, 0);
          break;
        case 'output': {
          const { output } = event;
          if (output.kind === 'progress') line(event.engine, event.index, output.done, output);
          else if ('text' in output) evaluation.emit({ ...output, text: `${shortly(points[event.index]!)}: ${output.text}` });
          break;
        }
        case 'end':
          results[event.index] = event.result;
          if (event.engine !== undefined) line(event.engine, event.index, 1, { total: 1, finished: true });
          done++;
          if (event.resumed) taken++;
          show(done === points.length);
          break;
        case 'failed':
          show(true);
          throw Object.assign(new Error(event.error.message), { name: event.error.name });
        case 'done':
          return results;
      }
    }
    if (evaluation.signal.aborted) throw new Interrupted('Stopped.');
  }
}

/** The results as what they are, shown as a table of parameters and summaries. */
function tabled(results: readonly SweepResult[]): readonly SweepResult[] {
  const list = results.map(({ metrics, ...result }) => Object.defineProperty(result, 'metrics', { value: metrics }) as SweepResult);
  const allDone = list.every(({ state }) => state === 'done');
  const rows = list.map(({ params, summary, state, error }) => ({
    ...params,
    ...summary,
    ...(allDone ? {} : { state }),
    ...optional({ error }),
  }));
  return Object.defineProperty(list, outputOf, { value: () => toTable(rows) });
}

// ---- in an engine of the pool -----------------------------------------------------------------------------------------------

/** Computes point after point, until the engine is ended. */
async function serve(kit: SweepKit, fn: SweepFunction): Promise<never> {
  const { host, evaluation } = kit;
  quieten(evaluation);
  let told: JobEnd | undefined;
  for (;;) {
    const job = (await host.service({ service: 'sweep', ask: 'job', ...optional({ told }) })) as SweepJob;
    told = await compute(kit, fn, job);
  }
}

async function compute(kit: SweepKit, fn: SweepFunction, job: SweepJob): Promise<JobEnd> {
  const { host, evaluation } = kit;
  const { index, params, repeat, stop, median } = job;
  const last: Record<string, number> = {};
  let given: Params | undefined;
  let stopped: EarlyStop | undefined;
  reseed(kit, params, repeat);
  const run = await started(kit, job);
  const { log, finish } = run;
  const ends = stop && watch(stop, median);
  const before = run[loggedOf]();
  let { step } = before;
  for (const [metric, { steps, values }] of before.curves) {
    last[metric] = values.at(-1)!;
    if (metric === stop?.metric) values.forEach((value, i) => ends!(value, steps[i]!)); // none of them ended it
  }
  Object.defineProperties(run, {
    log: {
      value: (metrics: Readonly<Record<string, number>>, at = step + 1): void => {
        if (stopped) throw stopped; // caught by the function
        log.call(run, metrics, at);
        step = at;
        Object.assign(last, metrics);
        const why = stop && stop.metric in metrics ? ends!(metrics[stop.metric]!, at) : undefined;
        if (why !== undefined) throw (stopped = new EarlyStop(why));
      },
    },
    finish: {
      value: async (summary: Params = {}): Promise<void> => {
        given = summary;
      },
    },
  });
  let summary: Params = {};
  let error: JobEnd['error'];
  try {
    const returned = await fn(structuredClone(params), run);
    summary = returned === undefined ? (given ?? last) : { ...given, ...summaryOf(returned) };
  } catch (thrown) {
    if (thrown instanceof EarlyStop || stopped) summary = { ...last, stopped: (stopped ?? (thrown as EarlyStop)).message };
    else error = host.describeError(thrown, evaluation.cell);
  }
  await finish.call(run, summary);
  return { index, summary, ...optional({ error }) };
}

/** The run of a point: where one was cut off, that one goes on, if it can. */
async function started({ startRun, evaluation }: SweepKit, { name, params, resume }: SweepJob): Promise<SweepRun> {
  if (!resume) return startRun(name, { ...params });
  try {
    return await startRun(name, { ...params }, { resume });
  } catch (error) {
    evaluation.emit({ kind: 'log', level: 'warn', text: `It begins anew: ${(error as Error).message}` });
    return startRun(name, { ...params });
  }
}

/** What a function gave: a record, or a number as `value`. */
function summaryOf(returned: unknown): Params {
  if (typeof returned === 'number') return { value: returned };
  const remedy =
    'Return numbers, text or plain data, of a tensor await x.item() or await x.array(); keep a model with run.checkpoint(state).';
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned))
    throw new TypeError(
      `sweep: expected the function to return a summary such as { accuracy: 0.97 }, a number or nothing, got ${toText(returned, 60)}.`,
    );
  unsent(returned, (path) => `sweep: ${path === '(the whole)' ? 'the summary' : `${path} of the summary`}`, remedy);
  return returned as Params;
}

/** All generators of this engine begin where the point says, whatever was computed here before. */
function reseed({ host, seed, generatorOf }: SweepKit, params: Params, repeat: number): void {
  const from = random(host.options.sweep!.seed ?? seed);
  const point = fnv1a32(`${paramsText(params)}${repeat > 0 ? ` ${repeat}` : ''}`);
  for (const [cell, { evaluation }] of host.program.cells) {
    if (!evaluation) continue;
    const { own, math } = generatorOf(evaluation as Evaluation);
    const fork = from.fork(fnv1a32(cell)).fork(point);
    own.setState(fork.getState());
    math.setState(fork.fork(1).getState());
  }
}

/** What the function shows is seen by nobody: progress and log are told to the sweeping cell, curves are kept with the run, all else fails. */
function quieten(evaluation: Evaluation): void {
  const emit = evaluation.emit.bind(evaluation);
  Object.defineProperty(evaluation, 'emit', {
    value: ((output, key, behind) => {
      if (output.kind === 'progress' || output.kind === 'log') return emit(output, key, behind);
      if (output.kind === 'metric') return -1;
      const call = output.kind === 'input' ? 'view' : output.kind === 'check' ? 'check' : 'display';
      throw new Error(
        `${call}: the function of a sweep runs in an engine that shows nothing. Return what matters in the summary, log it with run.log, and show the results of the sweep.`,
      );
    }) satisfies Evaluation['emit'],
  });
}
