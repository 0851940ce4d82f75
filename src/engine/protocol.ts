/* What passes between a session and a language worker: two closed unions and nothing else. The page owns the graph; the
   worker evaluates plans one cell at a time and answers in batches (`Report[]` is one message). All of it survives
   structured clone, so the same protocol serves a same-origin worker and the opaque frame. */

import type { RunMode } from '../document/types.ts';
import type { Shift } from '../analysis/types.ts';
import type { CellProblem, CellState } from '../schedule/types.ts';
import type { Look, LookAnswers } from '../output/look.ts';
import type { ErrorInfo, Output, ValueNode } from '../output/types.ts';
import type { SweepCall, SweepPlace } from './sweep.ts';

/** A cell as the worker holds it: the graph's edges and the code that runs. */
export interface ProgramCell {
  readonly id: string;
  /** Position in the order of the graph: the queue is sorted by it. */
  readonly rank: number;
  readonly run: RunMode;
  readonly prose: boolean;
  /** Public names others may use. */
  readonly defines: readonly string[];
  readonly uses: readonly { readonly name: string; readonly cell: string }[];
  /** All names the body reads (parameters of the compiled function). */
  readonly reads: readonly string[];
  readonly imports: readonly {
    readonly source: string;
    readonly bindings: readonly { readonly imported: string; readonly local: string }[];
    readonly line: number;
    readonly column: number;
  }[];
  readonly code: string;
  readonly shifts: readonly Shift[];
  /** Attribute `check=` or `exercise=` of its fence. */
  readonly exercise?: string;
  /** Found before running: evaluating it reports `error` with this. */
  readonly problem?: CellProblem;
}

/** Everything an engine is told once, before its first plan. */
export interface StartOptions {
  /** Front matter's seed; absent: the worker draws one. */
  readonly seed?: number;
  /** What the command line asked for; absent: by what is there. */
  readonly backend?: 'webgpu' | 'wasm' | 'js' | undefined;
  /** Parameters of the page's address, for inputs that ask for one. */
  readonly address?: Readonly<Record<string, readonly string[]>>;
  /** Values of `--set`, by name. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Generators are pulled without pacing, inputs wait for nobody, predictions give their answer. */
  readonly headless: boolean;
  /** It judges an answer: a check passes only while the language's built-ins are as they were at the start. */
  readonly judge?: boolean;
  /** It is one of a pool that computes the points of a sweep: the call that it serves. */
  readonly sweep?: SweepPlace;
  /** Threads that tensors may use, at most. Absent: as many as there are cores. */
  readonly threads?: number;
  /** `Int32Array` of length 1 in shared memory where the page is isolated: non-zero asks to stop. */
  readonly interruptFlag?: Int32Array;
  /** Elsewhere: a blob URL that answers until the page revokes it. */
  readonly interruptUrl?: string;
  /** Site root, absolute, with a final slash: packs and data lie under it. */
  readonly base: string;
  /** Absolute addresses of the packs that this build ships, by name. */
  readonly packs: Readonly<Record<string, string>>;
}

/** What a worker may ask its host for. The table is the same for trusted and untrusted notebooks. */
export type ServiceCall =
  | { readonly service: 'file'; readonly name: string } // -> { name, type, bytes: ArrayBuffer }
  | { readonly service: 'dataset'; readonly name: string } // -> { manifest: DatasetManifest, bytes: ArrayBuffer }
  | { readonly service: 'module'; readonly name: string } // `./x.ts` beside the notebook -> ModuleText
  | { readonly service: 'answer'; readonly question: TrialQuestion } // an answer in another language, where one is judged -> plain data
  | { readonly service: 'unit'; readonly unit: string } // two digits -> UnitAnswer; of whoever opened the session, the unit's id -> UnitText | undefined
  | { readonly service: 'runs'; readonly name?: string } // -> RunEntry[]
  | { readonly service: 'predictions' } // what was committed in this notebook -> KeptPredictions
  | RunCall
  | SweepCall;

/** What a check asks of an answer in another language, or of the reference: what it gave, the state that it left behind (`with`: the
    question in its own words), what a call of it gives (`with`: the list of arguments). */
export interface TrialQuestion {
  readonly of: 'answer' | 'reference';
  readonly ask: 'result' | 'state' | 'call';
  readonly with?: unknown;
}

/** What a run asks for that is to last. */
export type RunCall =
  /** Whether a run of the cell goes on: `asked`, its code says so; the reader may have too. */
  | {
      readonly service: 'resume';
      readonly cell: string;
      readonly name: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly asked: boolean;
      /** One of these and no other: those of a sweep's point, the newest first. */
      readonly runs?: readonly string[];
    } // -> ResumableRun | { refused: string } | undefined
  /** The newest checkpoint of a run, or the newest before a step. */
  | { readonly service: 'checkpoint'; readonly run: string; readonly before?: number } // -> { step, data: Blob } | null
  /** Keeps a checkpoint; answered when it is on the disk, or when there was no room for it. */
  | { readonly service: 'keep'; readonly run: string; readonly step: number; readonly data: Blob }; // -> boolean

/** A run that goes on, with all that it had logged. */
export interface ResumableRun {
  readonly run: string;
  readonly ms: number;
  readonly metrics: RunEntry['metrics'];
}

/** What the reader has committed to, by the id of `predict`, and how all of their predictions held. */
export interface KeptPredictions {
  readonly kept: readonly { readonly id: string; readonly choice: unknown; readonly confidence?: number }[];
  readonly right: number;
  readonly total: number;
}

/** A `./x.ts` module, analysed and lowered by the host. */
export interface ModuleText {
  readonly code: string;
  readonly imports: ProgramCell['imports'];
  /** Free names it reads; looked up as globals. */
  readonly reads: readonly string[];
  readonly shifts: readonly Shift[];
}

/** A data pack's index entry; arrays lie one after another in the pack, gunzipped by the host. */
export interface DatasetManifest {
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly parts: readonly {
    readonly path: readonly string[];
    readonly dtype: 'uint8' | 'int32' | 'float32' | 'json' | 'text';
    readonly offset: number;
    readonly byteLength: number;
    readonly shape?: readonly number[];
  }[];
}

/** A finished or running run as `runs()` gives it. */
export interface RunEntry {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly params: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  readonly metrics: Readonly<
    Record<string, { readonly steps: Float64Array; readonly values: Float64Array; /** ms since it began. */ readonly times?: Float64Array }>
  >;
  /** Of a point of a sweep: what else it hangs on (SweepPlan.key). */
  readonly sweep?: string;
}

export type RunState = 'running' | 'done' | 'failed' | 'interrupted';

export type Request =
  | { readonly kind: 'start'; readonly options: StartOptions }
  /** Cells that are new or changed, ids that are gone, and what to evaluate, in the order of ranks. First `remove`, then `rename`
      (old id, new id, all at once; values and outputs stay, and `renamed` is answered), then `define`, which keeps values too. */
  | {
      readonly kind: 'plan';
      readonly plan: number;
      readonly define: readonly ProgramCell[];
      readonly remove: readonly string[];
      readonly rename?: readonly (readonly [from: string, to: string])[];
      readonly run: readonly string[];
    }
  /** The reader moved an input; values conflate to the latest. */
  | { readonly kind: 'input'; readonly plan?: number; readonly id: string; readonly value: unknown }
  /** A button beside an output: pause or resume of a `steps` loop. */
  | { readonly kind: 'control'; readonly id: string; readonly action: 'pause' | 'resume' }
  /** End these cells (all when absent) in `Interrupted` and drop them from the queue. `next` is the new blob URL. */
  | { readonly kind: 'interrupt'; readonly cells?: readonly string[]; readonly reason: 'stop' | 'timeout'; readonly next?: string }
  /** Call `.return()` on every generator that still runs. */
  | { readonly kind: 'finish' }
  /** JSON of all defined names, bounded as notebook.md 4 says. */
  | { readonly kind: 'values'; readonly request: number }
  /** About the value behind output `key` of an evaluation. */
  | {
      readonly kind: 'look';
      readonly request: number;
      readonly cell: string;
      readonly evaluation: number;
      readonly key: number;
      readonly question: Look;
    }
  /** What can be written behind the name `path[0]`, then behind keys. */
  | { readonly kind: 'members'; readonly request: number; readonly path: readonly string[] }
  | { readonly kind: 'answer'; readonly request: number; readonly value?: unknown; readonly error?: string };

/** A property that can be written behind a dot; a getter has no type and no text. */
export interface Member {
  readonly name: string;
  readonly own: boolean;
  readonly type: string;
  /** The value in a few words. */
  readonly text: string;
}

export interface Members {
  readonly type: string;
  readonly text: string;
  readonly members: readonly Member[];
}

export type Report =
  | { readonly kind: 'ready' }
  /** `evaluation` counts the evaluations of one cell; a report of an older one than the page knows is dropped. */
  | {
      readonly kind: 'state';
      readonly cell: string;
      readonly evaluation: number;
      readonly state: CellState;
      readonly ms?: number;
      readonly error?: ErrorInfo;
      readonly live?: boolean;
      readonly waitsFor?: string;
      /** The cell that it waits for asks its reader first. */
      readonly asks?: boolean;
    }
  /** Evaluations that ended `done` with nothing else to say than one plain value (null: none), in columns: a plan of 1,000
      cells is one such report, and flat columns cross five times as fast as 2,000 records. */
  | {
      readonly kind: 'done';
      readonly cells: readonly string[];
      readonly evaluations: readonly number[];
      readonly ms: readonly number[];
      readonly values: readonly (string | null)[];
      readonly types: readonly (Extract<ValueNode, { type: 'primitive' }>['of'] | null)[];
    }
  /** Same `key` in one evaluation: replaces. The page drops the outputs of the evaluation before at the first of a new one. */
  | { readonly kind: 'output'; readonly cell: string; readonly evaluation: number; readonly key: number; readonly output: Output }
  /** Reports behind this one have the new ids. */
  | { readonly kind: 'renamed' }
  /** An error of no known cell. */
  | { readonly kind: 'notice'; readonly error: ErrorInfo }
  /** A run and its points: the session records them (workers never see the store). */
  | {
      readonly kind: 'run-start';
      readonly run: string;
      readonly cell: string;
      readonly name: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly seed: number;
      readonly startedAt: number;
      readonly sweep?: string;
      /** It goes on behind the checkpoint `at`, where it had logged so many points of each metric. */
      readonly goesOn?: { readonly at: number; readonly lengths: Readonly<Record<string, number>> };
    }
  | {
      readonly kind: 'run-points';
      readonly run: string;
      /** `times`: ms since the run began. */
      readonly metrics: Readonly<
        Record<string, { readonly steps: Float64Array; readonly values: Float64Array; readonly times?: Float64Array }>
      >;
    }
  | {
      readonly kind: 'run-end';
      readonly run: string;
      readonly state: RunState;
      readonly summary: Readonly<Record<string, unknown>>;
      readonly ms: number;
    }
  /** Which backend `tf` (later: tensors) chose, and why. */
  | { readonly kind: 'backend'; readonly backend: 'webgpu' | 'wasm' | 'js'; readonly adapter: string; readonly why: string }
  | { readonly kind: 'service'; readonly request: number; readonly call: ServiceCall }
  | { readonly kind: 'values'; readonly request: number; readonly values: Readonly<Record<string, unknown>> }
  /** `error`: why there is no answer, in a sentence. */
  | { readonly kind: 'looked'; readonly request: number; readonly value?: LookAnswers[keyof LookAnswers]; readonly error?: string }
  | { readonly kind: 'members'; readonly request: number; readonly found?: Members }
  /** The reader has committed to an answer of `predict`. `choice` and `answer` as they cross. */
  | {
      readonly kind: 'predicted';
      readonly id: string;
      readonly question: string;
      readonly form: 'choice' | 'number' | 'order' | 'sketch';
      readonly choice: unknown;
      readonly answer: unknown;
      readonly right: boolean;
      /** How sure the reader said to be, from 0 to 1. */
      readonly confidence?: number;
    }
  /** The queue is empty and nothing runs. `plan`: the latest plan or input that was taken in; `generators`: how many still tick. */
  | { readonly kind: 'idle'; readonly plan: number; readonly generators: number };
