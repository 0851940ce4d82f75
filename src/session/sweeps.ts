/* The sweeps of a session: hands points to the engines of a pool in the order of the grid, records their runs as any other, and tells
   the cell that sweeps what became of them. Loaded with the first sweep.

     waiting ──an engine asks──> running ──it tells how it ended──> done | failed
        └──finished before, with the same key (resume)──> done          └──its engine ended, or its time was over──> failed

   A point that was cut off goes on from its checkpoint (resume): its engine is offered the runs that it left, newest first. */

import { messageOf } from '../base/errors.ts';
import { optional } from '../base/optional.ts';
import { createPool, type Pool } from '../engine/pool.ts';
import type { RemoteOptions } from '../engine/remote.ts';
import type { Report, Request, ResumableRun, RunEntry, ServiceCall, StartOptions } from '../engine/protocol.ts';
import type { JobEnd, SweepCall, SweepEvent, SweepJob, SweepPlan, SweepResult } from '../engine/sweep.ts';
import type { ErrorInfo } from '../output/types.ts';
import { paramsText } from '../stdlib/sweep/grid.ts';
import { medianCurve } from '../stdlib/sweep/stopping.ts';
import type { Answer } from './services.ts';
import type { EngineFacts } from './pipeline.ts';
import type { Recorder } from './recorder.ts';

/** `createWorker` and `start` make engines as the session's own is made. */
export interface SweepsOptions extends Pick<RemoteOptions, 'createWorker' | 'start'> {
  /** The session's own engine: which device its tensors compute on, once one does. */
  readonly engine: Pick<EngineFacts, 'backend'>;
  /** Answers what engines of the pool ask for beside points. */
  readonly serve: (request: number, call: ServiceCall) => Promise<Answer>;
  readonly recorder: Pick<Recorder, 'report' | 'entries' | 'curves' | 'takeWanted'>;
}

export interface Sweeps {
  /** Answers the session's own engine. */
  answer(call: SweepCall): Promise<unknown>;
  /** That engine is gone, or the session. */
  end(): void;
}

const mostWorkers = 8;
const headlessWorkers = 2;

export function createSweeps(options: SweepsOptions): Sweeps {
  const sweeps = new Map<number, Sweep>();
  let count = 0;
  return {
    async answer(call) {
      if (call.ask === 'start') {
        sweeps.set(++count, startSweep(call.plan, options));
        return count;
      }
      if (call.ask === 'job') throw new Error('sweep: it has ended.');
      const sweep = sweeps.get(call.sweep);
      if (call.ask === 'next') {
        const told = (await sweep?.next()) ?? [stopped];
        if (told.some(({ kind }) => kind === 'done' || kind === 'failed')) sweeps.delete(call.sweep);
        return told;
      }
      sweeps.delete(call.sweep);
      sweep?.end();
      return undefined;
    },
    end() {
      for (const sweep of sweeps.values()) sweep.end();
      sweeps.clear();
    },
  };
}

const stopped: SweepEvent = { kind: 'failed', error: { name: 'Interrupted', message: 'Stopped.', frames: [] } };

interface Sweep {
  /** What happened since it was asked last, when something has. */
  next(): Promise<readonly SweepEvent[]>;
  end(): void;
}

/** What an engine does now. */
interface Work {
  readonly index: number;
  /** Id of its run, once that began. */
  run?: string;
  readonly began: number;
  /** How its run ended, held back until the engine says how the point did. */
  ending?: Extract<Report, { kind: 'run-end' }>;
  timer?: ReturnType<typeof setTimeout>;
}

/** A place of the pool. */
interface Place {
  /** It came to the call that it serves. */
  ready: boolean;
  work?: Work | undefined;
  /** Its question for a point, while there is none to give. */
  asked?: number | undefined;
  /** Runs that it records. */
  runs: Set<string>;
  /** Those of them that have not ended, and when they began (as `performance.now()`). */
  readonly open: Map<string, number>;
}

type RunReport = Extract<Report, { readonly run: string }>;

function startSweep(plan: SweepPlan, { createWorker, start, engine: own, serve, recorder }: SweepsOptions): Sweep {
  const { points, stop: rule } = plan;
  const results = new Map<number, SweepResult>();
  const places: Place[] = [];
  const repeats = repeatsOf(plan);
  /** Runs of points that were cut off, newest first, by the point. */
  const cutOff = new Map<number, readonly string[]>();
  let queue: number[] = [];
  let pool: Pool | undefined;
  let events: SweepEvent[] = [];
  let wake = (): void => {};
  let over = false;

  const tell = (event: SweepEvent): void => {
    events.push(event);
    wake();
  };
  const finish = (event: SweepEvent): void => {
    if (over) return;
    over = true;
    for (const place of places) {
      clearTimeout(place.work?.timer);
      interrupt(place);
    }
    tell(event);
    pool?.end();
  };

  // ---- points ---------------------------------------------------------------------------------------------------------------
  async function begin(): Promise<void> {
    const kept = new Map<number, RunEntry>();
    if (plan.resume || recorder.takeWanted(plan.cell)) {
      const earlier = new Map<string, RunEntry[]>();
      for (const entry of await recorder.entries({ name: plan.name }).catch(() => [])) {
        const key = `${entry.sweep}\n${paramsText(entry.params)}`;
        earlier.set(key, [...(earlier.get(key) ?? []), entry]);
      }
      points.forEach((params, index) => {
        const runs = earlier.get(`${keyOf(index)}\n${paramsText(params)}`) ?? [];
        const done = runs.find(({ state }) => state === 'done');
        if (done) kept.set(index, done);
        else if (runs.length > 0) cutOff.set(index, runs.map(({ id }) => id)); // prettier-ignore
      });
    }
    if (over) return;
    for (const [index, { id, params, summary, metrics }] of kept) {
      const result: SweepResult = { params, summary, run: id, state: 'done', metrics };
      results.set(index, result);
      tell({ kind: 'end', index, result, resumed: true });
    }
    queue = points.map((_, index) => index).filter((index) => !kept.has(index));
    if (queue.length === 0) return finish({ kind: 'done' });
    const options = start();
    const device = own.backend?.backend as StartOptions['backend'];
    const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 2;
    const usual = device === 'webgpu' ? 1 : options.headless ? headlessWorkers : Math.min(mostWorkers, Math.max(1, cores - 1));
    const size = Math.min(plan.workers ?? usual, queue.length);
    for (let i = 0; i < size; i++) places.push({ ready: false, runs: new Set(), open: new Map() });
    pool = createPool({
      size,
      createWorker,
      start: () => ({
        ...options,
        ...optional({ backend: options.backend ?? device }),
        seed: plan.seed,
        set: { ...options.set, ...plan.given },
        sweep: plan.place,
        threads: 1,
      }),
      plan: { define: plan.define, remove: [], run: plan.define.map(({ id }) => id) },
      onReport,
      onLost,
    });
  }

  /** The next point, where there is one that may begin: behind the first ones that the median is of. */
  function nextJob(): SweepJob | undefined {
    const index = queue[0];
    if (index === undefined) return undefined;
    const first = rule?.median ?? 0;
    const waits = index >= first && points.slice(0, first).some((_, i) => !results.has(i));
    if (waits) return undefined;
    queue.shift();
    const curves = index < first ? [] : points.slice(0, first).flatMap((_, i) => results.get(i)!.metrics[rule!.metric] ?? []);
    return {
      index,
      name: plan.name,
      params: points[index]!,
      repeat: repeats[index]!,
      resume: cutOff.has(index),
      ...optional({ stop: rule, median: curves.length > 0 ? medianCurve(curves, rule!.goal) : undefined }),
    };
  }

  /** Gives points to the engines that ask for one. */
  function deal(): void {
    places.forEach((place, engine) => {
      const job = place.asked === undefined || over ? undefined : nextJob();
      if (!job) return;
      const request = place.asked!;
      place.asked = undefined;
      place.work = { index: job.index, began: performance.now() };
      if (plan.limitMs !== undefined) place.work.timer = setTimeout(() => tooLong(engine), plan.limitMs);
      tell({ kind: 'begin', index: job.index, engine });
      pool!.send(engine, { kind: 'answer', request, value: job });
    });
  }

  function ended(engine: number, { summary, error }: Pick<JobEnd, 'summary' | 'error'>): void {
    const { work } = places[engine]!;
    if (!work || over) return;
    places[engine]!.work = undefined;
    clearTimeout(work.timer);
    const { index, run = '' } = work;
    const began = places[engine]!.open.get(run);
    places[engine]!.open.delete(run);
    const state = error ? 'failed' : 'done';
    if (run)
      recorder.report({
        ...(work.ending ?? lastWord(run, began ?? work.began)),
        state,
        summary: error ? { error: error.message } : (work.ending?.summary ?? summary),
      });
    const metrics = Object.fromEntries(
      [...(recorder.curves(run) ?? [])].map(([name, { steps, values }]) => [name, { steps: steps.slice(), values: values.slice() }]),
    );
    const result: SweepResult = { params: points[index]!, summary, run, state, metrics, ...(error ? { error: said(error) } : {}) };
    results.set(index, result);
    tell({ kind: 'end', index, engine, result, ...optional({ error }) });
    if (results.size === points.length) finish({ kind: 'done' });
  }

  const tooLong = (engine: number): void => {
    const seconds = plan.limitMs! / 1000;
    abandon(engine, `It ran longer than limitMs, ${seconds} s. Make it shorter, or give each point more time.`, 'Interrupted');
  };
  /** The engine at this place cannot go on with its point. */
  function abandon(engine: number, message: string, name = 'EngineError'): void {
    ended(engine, { summary: {}, error: { name, message, frames: [] } });
    if (over) return;
    interrupt(places[engine]!);
    Object.assign(places[engine]!, { ready: false, asked: undefined, runs: new Set() });
    pool!.replace(engine);
  }

  /** Its engine goes: what it still records has ended. */
  function interrupt({ work, open }: Place): void {
    for (const [run, began] of open) {
      const last = work?.run === run ? work.ending : undefined;
      recorder.report({ ...(last ?? lastWord(run, began)), state: 'interrupted' });
    }
    open.clear();
  }

  // ---- engines --------------------------------------------------------------------------------------------------------------
  function onReport(engine: number, report: Report): void {
    const place = places[engine]!;
    const { work } = place;
    switch (report.kind) {
      case 'service':
        return served(engine, report.request, report.call);
      case 'output': {
        const { output } = report;
        if (work && (output.kind === 'progress' || output.kind === 'log')) tell({ kind: 'output', index: work.index, engine, output });
        return;
      }
      case 'notice':
        if (work) tell({ kind: 'output', index: work.index, engine, output: { kind: 'log', level: 'error', text: said(report.error) } });
        return;
      case 'state':
        if (report.state === 'error' || report.state === 'blocked') failed(report.cell, report.error);
        else if (report.cell === plan.cell && report.state === 'done') missed();
        return;
      case 'done':
        if (report.cells.includes(plan.cell)) missed();
        return;
    }
    if ('run' in report && typeof report.run === 'string') record(place, report);
  }

  /** Runs of a point, and no others: what cells did on the way to it has been recorded by their own evaluation. */
  function record(place: Place, report: RunReport): void {
    const { work, runs } = place;
    if (report.kind === 'run-start') {
      if (!work) return;
      runs.add(report.run);
      if (!place.open.has(report.run)) place.open.set(report.run, performance.now());
      const own = work.run === undefined;
      if (own) work.run = report.run;
      return recorder.report(own ? { ...report, cell: plan.cell, sweep: keyOf(work.index) } : report);
    }
    if (!runs.has(report.run)) return;
    if (report.kind === 'run-end' && work?.run === report.run) work.ending = report;
    else {
      if (report.kind === 'run-end') place.open.delete(report.run);
      recorder.report(report);
    }
  }

  function served(engine: number, request: number, call: ServiceCall): void {
    const place = places[engine]!;
    if (call.service !== 'sweep') {
      const answer = (value: unknown): void => pool!.send(engine, { kind: 'answer', request, value });
      if (call.service === 'resume') {
        const runs = place.work && place.work.run === undefined ? cutOff.get(place.work.index) : undefined;
        return runs ? goOn(engine, request, { ...call, runs }) : answer(undefined); // a run that the function starts begins anew
      }
      if (call.service === 'keep' && !place.runs.has(call.run)) return answer(false);
      void serve(request, call).then((reply) => pool?.send(engine, ...reply));
      return;
    }
    if (call.ask !== 'job') return;
    if (!place.ready) pool!.send(engine, { kind: 'finish' } satisfies Request); // values over time stand still from here on
    place.ready = true;
    place.asked = request;
    if (call.told) ended(engine, call.told);
    deal();
  }

  /** Offers a point the runs that it left, and keeps in mind the one that it takes: it ends with its engine. */
  function goOn(engine: number, request: number, call: ServiceCall): void {
    const place = places[engine]!;
    void serve(request, call).then((reply) => {
      const taken = (reply[0] as { value?: ResumableRun }).value;
      if (taken) {
        place.runs.add(taken.run);
        place.open.set(taken.run, performance.now() - taken.ms);
        if (over) interrupt(place);
      }
      pool?.send(engine, ...reply);
    });
  }

  /** What a run of the point hangs on beside its parameters. */
  function keyOf(index: number): string {
    return repeats[index]! > 0 ? `${plan.key} ${repeats[index]!}` : plan.key;
  }

  function failed(cell: string, error: ErrorInfo | undefined): void {
    const where = cell === plan.cell ? 'the cell' : `the cell ${cell}, which it needs,`;
    finish({
      kind: 'failed',
      error: {
        name: error?.name ?? 'Error',
        message: `sweep: ${where} failed in an engine of the pool: ${error?.message ?? 'it has no value'}`,
        frames: [],
      },
    });
  }
  function missed(): void {
    const message = `sweep: the cell ran to its end in an engine of the pool without coming to this call of sweep. Call it whatever values come from outside, and without a condition.`;
    finish({ kind: 'failed', error: { name: 'Error', message, frames: [] } });
  }

  function onLost(engine: number, _why: string, message: string): void {
    if (places[engine]!.ready) return abandon(engine, `Its engine ended: ${message}`);
    finish({ kind: 'failed', error: { name: 'EngineError', message: `sweep: an engine could not be started: ${message}`, frames: [] } });
  }

  void begin().catch((error: unknown) =>
    finish({ kind: 'failed', error: { name: 'Error', message: `sweep: ${messageOf(error)}`, frames: [] } }),
  );
  return {
    async next() {
      if (events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const told = events;
      events = [];
      return told;
    },
    end() {
      finish(stopped);
    },
  };
}

const lastWord = (run: string, began: number): Extract<Report, { kind: 'run-end' }> => ({
  kind: 'run-end',
  run,
  state: 'interrupted',
  summary: {},
  ms: performance.now() - began,
});

/** Which one of equal points each is. */
function repeatsOf({ points }: SweepPlan): readonly number[] {
  const seen = new Map<string, number>();
  return points.map((params) => {
    const text = paramsText(params);
    const repeat = seen.get(text) ?? 0;
    seen.set(text, repeat + 1);
    return repeat;
  });
}

const said = ({ name, message, line, column }: ErrorInfo): string =>
  `${line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}: `}${name === 'Error' ? '' : `${name}: `}${message}`;
