/* One open notebook, for whoever shows it (the page, the command line). A session knows nothing of Solid, the DOM or
   IndexedDB: it is given a worker, a store and services, and tells its listeners what changed. */

import type { FrontMatter, Notebook } from '../document/types.ts';
import type { Analysis, AnalyseOptions } from '../analysis/types.ts';
import type { CellState } from '../schedule/types.ts';
import type { Answer, Look } from '../output/look.ts';
import type { ErrorInfo, Output } from '../output/types.ts';
import type { Members, ModuleText, RunEntry, ServiceCall, StartOptions } from '../engine/protocol.ts';
import type { WorkerLike } from '../engine/remote.ts';
import type { Store } from '../store/types.ts';

export type { WorkerLike };

/** Everything the page shows of one cell. Replaced (never mutated) when something of it changes. */
export interface CellStatus {
  readonly id: string;
  readonly language: string;
  readonly code: string;
  /** Offset of its code in the notebook's text, and the line of its fence. */
  readonly line: number;
  readonly run: 'auto' | 'manual' | 'once' | 'off';
  readonly hide?: 'code' | 'output';
  readonly exercise?: string;
  readonly check?: string;
  readonly state: CellState;
  /** A generator of it still ticks. */
  readonly live: boolean;
  readonly ms?: number;
  readonly outputs: readonly KeyedOutput[];
  /** The outputs are those of last time (of this moment, ms since epoch). */
  readonly kept?: number;
  readonly error?: ErrorInfo;
  /** Why it is stale or waits, in words: names that changed, the cell whose turn it is. */
  readonly why?: string;
  readonly defines: readonly string[];
  readonly uses: readonly { readonly name: string; readonly cell: string }[];
  readonly usedBy: readonly string[];
  readonly tokens: Analysis['tokens'];
  /** Place in the queue, from 1, while queued. */
  readonly place?: number;
  readonly startedAt?: number;
}

export interface KeyedOutput {
  readonly key: number;
  readonly output: Output;
}

/** What changed; several things may come in one call. */
export interface SessionChange {
  /** The list of cells or the prose between them: draw the notebook's frame anew. */
  readonly structure?: boolean;
  /** Cells that are called otherwise since their code was run again (a cell is named after what it defines): old id, new id. */
  readonly renamed?: ReadonlyMap<string, string>;
  /** Ids whose CellStatus is a new one. */
  readonly cells?: ReadonlySet<string>;
  /** Indices of prose expressions whose output changed. */
  readonly prose?: ReadonlySet<number>;
  readonly engine?: boolean;
  readonly saved?: boolean;
  readonly notices?: boolean;
}

export type EngineState = 'off' | 'starting' | 'idle' | 'busy';

/** What analysis a session starts from: baked into a shipped page, or made by the lazily loaded analyser. */
export interface Compiled {
  readonly text: string;
  /** As the YAML reader gave it, so that a shipped page loads no YAML parser. */
  readonly front?: FrontMatter;
  /** In file order, one for each cell block. */
  readonly cells: readonly { readonly id: string; readonly analysis: Analysis }[];
  /** Expressions in prose, in file order; `index` is what `data-value` of the rendered prose says. */
  readonly prose: readonly { readonly code: string; readonly line: number; readonly analysis: Analysis }[];
}

export type Analyse = (code: string, options: AnalyseOptions) => Analysis;
export type AnalyseModule = (code: string, options: AnalyseOptions) => ModuleText;

export interface SessionOptions {
  readonly text: string;
  /** Ids and analyses of `text` (session/compile.ts makes it; a shipped page carries it). */
  readonly compiled: Compiled;
  /** Loads the parser when first needed (an edit, an own notebook). */
  readonly analyser: () => Promise<{ analyse: Analyse; analyseModule: AnalyseModule }>;
  /** Made by the entry, since only entries create workers. */
  readonly createWorker: (language: string) => WorkerLike;
  readonly engine: Omit<StartOptions, 'seed' | 'interruptFlag' | 'interruptUrl'>;
  /** Answers what a worker asks for, but `module` and `runs`, which the session answers itself. */
  readonly services: (call: ServiceCall) => Promise<unknown>;
  /** Text of `./x.ts` beside the notebook. */
  readonly moduleText?: (name: string) => Promise<string>;
  /** Absent: nothing is stored (headless, private). */
  readonly store?: Store | Promise<Store>;
  /** What the store knew of it when it was opened. */
  readonly stored?: { readonly revision: number; readonly createdAt: number };
  readonly shippedHash?: string;
  /** An opened file: text and runs reach the store only after `saveCopy`. */
  readonly unsaved?: boolean;
  readonly now: () => number;
}

export interface Session {
  readonly notebook: Notebook;
  /** Ids in file order. */
  readonly ids: readonly string[];
  cell(id: string): CellStatus | undefined;
  /** Outputs of the prose expression `index`: text, or an error. */
  prose(index: number): { readonly text: string; readonly state: CellState; readonly error?: ErrorInfo } | undefined;
  readonly engine: EngineState;
  /** Backend and adapter once a cell asked for one, in words for the bar. */
  readonly backend?: { readonly backend: string; readonly adapter: string; readonly why: string } | undefined;
  readonly notices: readonly ErrorInfo[];
  /** Counts edits; `saved` is the latest revision whose write has been acknowledged. */
  readonly revision: number;
  readonly saved: number;
  readonly saveError?: string | undefined;
  readonly busy: boolean;

  runAll(): void;
  runStale(): void;
  /** What the cell needs, the cell, then its auto dependents. */
  runCell(id: string): void;
  /** Everything as its reader had pressed run on each: manual and once too (headless). */
  runEvery(ids?: readonly string[]): void;
  /** Auto cells only, on opening with `open: run`. */
  runAuto(): void;
  stop(id?: string, reason?: 'stop' | 'timeout'): void;
  restart(): void;
  input(id: string, value: unknown): void;
  control(id: string, action: 'pause' | 'resume'): void;

  /** Replaces the code of a cell. Nothing runs; the cell turns stale. */
  edit(id: string, code: string): void;
  editProse(index: number, markdown: string): void;
  insertCell(after: string | undefined, language: string, code: string): string;
  deleteCell(id: string): void;
  undo(): void;
  /** Resolves when everything edited so far is stored. */
  flush(): Promise<void>;
  readonly text: string;

  /** Asks the engine about the value that stands as output `key` of a cell; rejects with a sentence where nothing stands there any more. */
  look<Q extends Look>(cell: string, key: number, question: Q): Promise<Answer<Q>>;

  /** What can be written behind a name that a cell defined, then behind keys; undefined where that cannot be told (nothing is run
      for it, an engine at work is not waited for). */
  members(path: readonly string[]): Promise<Members | undefined>;
  /** What code means, without touching the notebook: for marks while one types. Loads the parser. */
  analyse(code: string, language: string): Promise<Analysis>;

  /** JSON of all names, and the records of this session's runs and checks. */
  values(): Promise<Readonly<Record<string, unknown>>>;
  readonly runs: readonly SessionRun[];
  /** Everything that a run of this session has logged so far, by metric; undefined for any other run. */
  curves(run: string): ReadonlyMap<string, RunColumns> | undefined;
  /** Finished runs of that name that began before `run`, newest first, with their whole curves. */
  earlierRuns(name: string, run: string): Promise<readonly RunEntry[]>;
  /** Resolves when nothing runs and nothing is queued. */
  settled(): Promise<void>;
  /** Ends generators that still tick. */
  finish(): void;
  readonly generators: number;

  subscribe(listener: (change: SessionChange) => void): () => void;
  dispose(): void;
}

/** One metric of a run: `times` are ms since the run began, one for each value where the worker told them. */
export interface RunColumns {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  readonly times?: Float64Array;
}

export interface SessionRun {
  readonly id: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<
    Record<string, { readonly steps: number; readonly first: number; readonly last: number; readonly min: number }>
  >;
}
