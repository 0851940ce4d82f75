/* The page that the command line drives (headless.html, served by it alone). It opens one notebook in a session, evaluates
   its cells as their reader would, and gives back plain JSON; src/command/run.ts turns that into a report. Nothing is
   stored. What the records mean stands in docs/run.schema.json. */

import type { ErrorInfo, Output } from './output/types.ts';
import type { ServiceCall, StartOptions } from './engine/protocol.ts';
import type { FrontMatter, Notebook } from './document/types.ts';
import type { Candidate } from './course/judging.ts';
import type { Verdict } from './session/judge.ts';
import type { CellStatus, Compiled, Session, WorkerLike } from './session/types.ts';
import { optional } from './base/optional.ts';
import { unitText } from './beside.ts';
import { parseCompiled } from './document/parse.ts';
import { fetchDataset } from './engine/datasets.ts';
import { publicNames } from './analysis/names.ts';
import { createEditing } from './session/editing.ts';
import { createSession } from './session/session.ts';

/** One notebook to evaluate, as the command line hands it over. */
export interface Job {
  /** The text with its overlays applied, analysed under the names of `set`. */
  readonly compiled: Compiled;
  /** Path of the folder that `file()` and `./x` read, with a final slash. */
  readonly folder: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly cells?: readonly string[];
  /** Longest time for one cell, ms. */
  readonly timeoutMs: number;
  readonly backend?: 'webgpu' | 'wasm' | 'js';
}

export interface CellResult {
  readonly id: string;
  readonly state: string;
  readonly ms: number;
  readonly defines: readonly string[];
  readonly uses: readonly string[];
  readonly outputs: readonly unknown[];
  readonly error?: unknown;
}

/** What the page answers. `refused`: the backend asked for is not to be had, in words. */
export interface JobResult {
  readonly refused?: string;
  readonly backend: string;
  readonly adapter: string;
  readonly ms: number;
  readonly cells: readonly CellResult[];
  readonly values: unknown;
  readonly runs: readonly unknown[];
  readonly checks: readonly unknown[];
  readonly notices: readonly unknown[];
}

/** A generator that still yields this long after everything else has settled is ended. */
const generatorGraceMs = 2000;
/** Timers and rejections that follow the last evaluation at once still belong to the report. */
const lateMs = 150;
/** An interrupted cell that does not end by then is reported as it stands. */
const stuckMs = 10_000;
/** An engine that says nothing for that long, with cells in its queue and none known to run, is held up by something. */
const silentMs = 20_000;
const outputLimitBytes = 1_000_000;

const base = new URL('./', document.baseURI).href;

async function runNotebook(job: Job): Promise<JobResult> {
  const folder = new URL(job.folder, base).href;
  const found = await chooseBackend(job.backend);
  if ('refused' in found) return { ...found, backend: '', adapter: '', ms: 0, cells: [], values: {}, runs: [], checks: [], notices: [] };

  const began = performance.now();
  const session = openHeadless(job, folder);
  try {
    const timedOut = await evaluate(session, job);
    const ms = Math.round(performance.now() - began);
    // A timer that does not end is stopped, so that the values can be asked for.
    const given = pause(3000).then(() => session.stop(undefined, 'timeout'));
    const values = await Promise.race([session.values(), given.then(() => pause(5000)).then(() => ({}))]);
    const shown = wanted(session, job.cells);
    const statuses = session.ids.filter((id) => shown.has(id)).map((id) => session.cell(id)!);
    const defined = new Map(job.compiled.cells.map(({ id, analysis }) => [id, publicNames(analysis)]));
    const used = session.backend;
    if (job.backend && used && used.backend !== job.backend) {
      return {
        refused: `--backend ${job.backend}: the notebook got ${used.backend} instead. ${used.why}`,
        backend: used.backend,
        adapter: used.adapter,
        ms,
        cells: [],
        values: {},
        runs: [],
        checks: [],
        notices: [],
      };
    }
    return {
      backend: used?.backend ?? found.backend,
      adapter: used?.adapter ?? '',
      ms,
      cells: statuses.map((status) =>
        cellResult(status, defined.get(status.id) ?? [], timedOut.has(status.id) ? job.timeoutMs : undefined),
      ),
      values: plain(values),
      runs: session.runs.map(({ name, params, summary, metrics }) => plain({ name, params, summary, metrics })),
      checks: statuses.flatMap(({ outputs }) =>
        outputs.flatMap(({ output }) =>
          output.kind === 'check' ? [{ exercise: output.exercise, name: output.name, pass: output.pass, message: output.message }] : [],
        ),
      ),
      notices: session.notices.map(plain),
    };
  } finally {
    session.dispose();
  }
}

/** A session whose files lie in `folder` (absolute), its engine told that nobody looks on. */
function openHeadless(
  { compiled, set, backend }: Pick<Job, 'compiled' | 'set' | 'backend'>,
  folder: string,
  more: Partial<StartOptions> = {},
  services: (call: ServiceCall) => Promise<unknown> = (call) => serve(call, folder),
): Session {
  return createSession({
    text: compiled.text,
    compiled,
    editing: { make: createEditing },
    analyser: () => import('./analysis/index.ts'),
    createWorker: () => new Worker(new URL(__ENGINE_URL__, base)) as unknown as WorkerLike,
    engine: {
      set,
      headless: true,
      base,
      ...optional({ backend }),
      packs: Object.fromEntries(Object.entries(__PACKS__).map(([name, path]) => [name, new URL(path, base).href])),
      ...more,
    },
    services,
    moduleText: async (name) => (await beside(folder, name)).text(),
    now: () => performance.now(),
  });
}

/** Runs every wanted cell and returns once all is settled; interrupts cells that run past their time, and answers with them. */
async function evaluate(session: Session, job: Job): Promise<ReadonlySet<string>> {
  const stopped = new Map<string, number>();
  const runningSince = new Map<string, number>();
  let alone: number | undefined;
  let finishing: number | undefined;
  let quiet: number | undefined;
  let moved = performance.now();
  let silenced = false;
  session.subscribe(() => {
    moved = performance.now();
  });
  session.runEvery(job.cells);
  for (;;) {
    await pause(alone === undefined && quiet === undefined ? 10 : 25);
    const now = performance.now();
    const states = session.ids.map((id) => session.cell(id)!);

    for (const { id, state } of states) {
      if (state !== 'running') runningSince.delete(id);
      else if (!runningSince.has(id)) runningSince.set(id, now);
    }
    const late = [...runningSince].filter(([id, since]) => now - since > job.timeoutMs && !stopped.has(id)).map(([id]) => id);
    if (late.length) {
      // Where the thread is held, the cell that began last holds it: the others could not go on, and get their time back.
      const last = [...runningSince.keys()].at(-1)!;
      const held = runningSince.size > 1 && !(await answers(session));
      if (held) for (const id of runningSince.keys()) if (id !== last) runningSince.set(id, now);
      for (const id of late) {
        if ((held && id !== last) || session.cell(id)!.state !== 'running') continue;
        stopped.set(id, now);
        session.stop(id, 'timeout');
      }
    }
    const active = states.filter(
      ({ id, state }) => (state === 'running' || state === 'queued') && !(now - (stopped.get(id) ?? now) > stuckMs),
    );
    if (active.length && !runningSince.size && now - moved > Math.max(job.timeoutMs, silentMs)) {
      // A timer or a generator of a cell that has ended holds the thread: what runs is stopped, what waits begins again.
      if (silenced) throw new Error('The engine does not answer.');
      silenced = true;
      const waiting = active.map(({ id }) => id);
      session.stop(undefined, 'timeout');
      await pause(500);
      session.runEvery(waiting);
      continue;
    }
    if (active.length && [...runningSince.keys()].every((id) => stopped.has(id) && now - stopped.get(id)! > stuckMs) && runningSince.size)
      break;

    // Values over time and what follows from them may go on; everything else has to come to rest first.
    const live = states.filter((cell) => cell.live).map((cell) => cell.id);
    const following = live.length ? followers(states, live) : undefined;
    const busy = active.some((cell) => !following?.has(cell.id));
    if (busy) {
      alone = quiet = undefined;
      continue;
    }
    if (live.length && !(finishing !== undefined && now - finishing > stuckMs)) {
      alone ??= now;
      quiet = undefined;
      if (finishing === undefined && now - alone >= generatorGraceMs) {
        finishing = now;
        session.finish();
      }
      continue;
    }
    if (active.length) {
      quiet = undefined;
      continue;
    }
    quiet ??= now;
    if (now - Math.max(quiet, moved) >= lateMs || now - quiet > 2000) break;
  }
  return new Set(stopped.keys());
}

/** Whether the engine's thread is free. */
function answers(session: Session): Promise<boolean> {
  return Promise.race([session.values().then(() => true), pause(250).then(() => false)]);
}

/** The cells that tick, and all that use what they define. */
function followers(states: readonly CellStatus[], live: readonly string[]): ReadonlySet<string> {
  const found = new Set(live);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const cell of states) if (cell.uses.some((use) => found.has(use.cell))) found.add(cell.id);
  }
  return found;
}

/** The named cells and what they need; all of them where none is named. */
function wanted(session: Session, cells: readonly string[] | undefined): ReadonlySet<string> {
  if (!cells) return new Set(session.ids);
  const found = new Set(cells);
  for (const id of found) for (const use of session.cell(id)?.uses ?? []) found.add(use.cell);
  return found;
}

function cellResult(cell: CellStatus, defines: readonly string[], timeoutMs: number | undefined): CellResult {
  const unfinished = cell.state === 'running' || cell.state === 'queued';
  const late = timeoutMs !== undefined && cell.state !== 'done';
  const state = late ? 'error' : unfinished ? 'idle' : cell.state;
  const error = late ? interrupted(cell.error, timeoutMs) : cell.error;
  return {
    id: cell.id,
    state,
    ms: Math.round((cell.ms ?? timeoutMs ?? 0) * 100) / 100,
    defines: cell.state === 'off' ? [] : defines,
    uses: [...new Set(cell.uses.map((use) => use.name))],
    outputs: bounded(cell.outputs.map(({ output }) => output)),
    ...(error && (state === 'error' || state === 'blocked') ? { error: plain(told(error)) } : {}),
  };
}

/** The message of a report says also what to do. */
function told({ hint, ...error }: ErrorInfo): ErrorInfo {
  return { ...error, ...(hint ? { message: `${error.message}. ${hint}` } : {}) };
}

function interrupted(error: ErrorInfo | undefined, timeoutMs: number): ErrorInfo {
  return {
    ...(error?.name === 'Interrupted' ? error : { frames: [] }),
    name: 'Interrupted',
    message: `The cell ran longer than ${timeoutMs / 1000} s and was interrupted. Make it shorter, or allow more with --timeout SECONDS.`,
  };
}

/** Outputs as JSON of at most 1 MB; what does not fit is counted in a last one. */
function bounded(outputs: readonly Output[]): readonly unknown[] {
  const kept: unknown[] = [];
  const encoder = new TextEncoder();
  let bytes = 100;
  for (const [index, output] of outputs.entries()) {
    const value = output.kind === 'image' && typeof output.data !== 'string' ? { ...output, data: base64(output.data) } : output;
    const record = plain(value);
    bytes += encoder.encode(JSON.stringify(record)).length + 1;
    if (bytes > outputLimitBytes) {
      const last = outputs.at(-1)!;
      const before = last.kind === 'log' && 'truncated' in last ? last.truncated - 1 : 0;
      kept.push({ kind: 'log', truncated: outputs.length - index + before });
      break;
    }
    kept.push(record);
  }
  return kept;
}

/** A value as JSON can hold it: typed arrays as arrays, big integers as text, NaN and infinities as null. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, replace) ?? 'null');
}

function replace(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof ArrayBuffer) return Array.from(new Uint8Array(value));
  if (ArrayBuffer.isView(value))
    return value instanceof DataView
      ? Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      : Array.from(value as Float64Array, (entry) => entry);
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return value;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** The backend to report where no cell asks for one, and whether the one that was asked for is there at all. */
async function chooseBackend(asked: Job['backend']): Promise<{ backend: string } | { refused: string }> {
  if (asked === 'wasm' || asked === 'js') return { backend: asked };
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (asked)
    return adapter
      ? { backend: asked }
      : { refused: '--backend webgpu: this browser offers no WebGPU adapter, not even a software one. Use --backend wasm or js.' };
  const facts = adapter?.info;
  const software =
    !facts ||
    facts.isFallbackAdapter ||
    /swiftshader|llvmpipe|software/i.test(`${facts.vendor} ${facts.architecture} ${facts.device} ${facts.description}`);
  return { backend: software ? 'wasm' : 'webgpu' };
}

async function serve(call: ServiceCall, folder: string): Promise<unknown> {
  switch (call.service) {
    case 'dataset':
      return fetchDataset(base, call.name);
    case 'file': {
      const response = await beside(folder, call.name);
      return {
        name: call.name.split('/').at(-1),
        type: (response.headers.get('Content-Type') ?? '').split(';')[0],
        bytes: await response.arrayBuffer(),
      };
    }
    case 'unit':
      return unitText(call.unit, new URL(base), false);
    case 'module':
    case 'runs':
    case 'resume':
    case 'checkpoint':
    case 'keep':
    case 'sweep':
    case 'answer':
      throw new Error(`${call.service}: the session answers this itself.`);
  }
}

/** A file of the notebook's own folder. */
async function beside(folder: string, name: string): Promise<Response> {
  const address = new URL(name.split('/').map(encodeURIComponent).join('/'), folder).href;
  if (!address.startsWith(folder)) throw new Error(`file: "${name}" lies outside the notebook's folder. Put the file beside the notebook.`);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`file: there is no "${name}" beside the notebook.`);
  return response;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** One answer to judge, as the command line hands it over. */
export interface JudgeJob {
  /** Texts of the unit's files; `front` is the front matter of its notebook. */
  readonly unit: { readonly notebook: string; readonly solutions: string; readonly checks: string; readonly front: FrontMatter };
  readonly exercise: string;
  readonly candidate: Candidate;
  /** As in `Job`. */
  readonly folder: string;
  readonly limitMs?: number;
}

async function judgeAnswer({ unit, exercise, candidate, folder, limitMs }: JudgeJob): Promise<Verdict> {
  const [{ analyse }, { judge, sealed }] = await Promise.all([import('./analysis/index.ts'), import('./session/judge.ts')]);
  const read = (text: string): Notebook => parseCompiled(text, unit.front);
  const texts = { notebook: read(unit.notebook), solutions: read(unit.solutions), checks: read(unit.checks) };
  const beside = new URL(folder, base).href;
  const services = sealed(unit.front.id, (call) => serve(call, beside));
  return judge(texts, exercise, candidate, {
    analyse,
    open: (compiled) => openHeadless({ compiled, set: {} }, beside, { judge: true }, services),
    now: () => performance.now(),
    ...optional({ limitMs }),
  });
}

Object.assign(globalThis, {
  runNotebook: async (job: Job) => JSON.stringify(await runNotebook(job)),
  judgeAnswer: async (job: JudgeJob) => JSON.stringify(await judgeAnswer(job)),
});
