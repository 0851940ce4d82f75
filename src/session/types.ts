/* One open notebook, for whoever shows it (the page, the command line). A session knows nothing of Solid, the DOM or
   IndexedDB: it is given a worker, a store and services, and tells its listeners what changed. */

import type { FrontMatter, Notebook } from '../document/types.ts';
import type { Analysis, AnalyseOptions } from '../analysis/types.ts';
import type { CellState } from '../schedule/types.ts';
import type { Answer, Look } from '../output/look.ts';
import type { ErrorInfo, Output } from '../output/types.ts';
import type { Members, ModuleText, RunEntry, ServiceCall, StartOptions } from '../engine/protocol.ts';
import type { WorkerLike } from '../engine/remote.ts';
import type { MakeEditing } from './editing.ts';
import type { Store, StoredOutputs } from '../store/types.ts';
import type { Fate } from './resuming.ts';
import type { Keeping } from './keeping.ts';

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

/** A block of the open notebook. `key` stays with a block through edits around it, moves, renames and undo. Stretches of
    blank lines are no blocks; what stands between two fences is one block of prose. */
export interface FrameBlock {
  readonly key: number;
  readonly kind: 'cell' | 'prose' | 'diagram';
  /** Of a cell. */
  readonly id?: string;
  /** Code of a cell, Markdown of prose (without blank lines around it), source of a diagram; LF whatever the file has. */
  readonly text: string;
  /** Of a cell or a diagram. */
  readonly language?: string;
  /** Number of the block of prose in the file, from 0: `data-prose` of what is rendered of it. */
  readonly prose?: number;
  /** Of prose: number of its first expression in the file, as `session.prose` counts. */
  readonly firstValue?: number;
  /** Of prose: its expressions, as offsets into `text`. */
  readonly values?: readonly { readonly start: number; readonly end: number }[];
}

/** Where blocks go; `before` and `after` are keys. */
export type Place = 'start' | 'end' | { readonly before: number } | { readonly after: number };

export type NewBlock =
  | {
      readonly kind: 'cell';
      readonly language: string;
      readonly code: string;
      readonly attributes?: string;
      /** That of a deleted cell which this one is again, with all that is known of it. */
      readonly key?: number;
    }
  | { readonly kind: 'prose'; readonly markdown: string };

/** One step of undo or redo, done. */
export interface HistoryStep {
  /** `Delete cell loss`. */
  readonly label: string;
  /** Blocks it touched that are there now: where the focus goes. */
  readonly keys: readonly number[];
}

/** What changed; several things may come in one call. */
export interface SessionChange {
  /** `blocks` is another list: draw the notebook's frame by it. */
  readonly structure?: boolean;
  /** Cells that are called otherwise now (a cell is named after what it defines): old id, new id. */
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
  /** What edits the notebook: made with the session, or loaded when the first edit is near. */
  readonly editing: { readonly make: MakeEditing } | { readonly load: () => Promise<MakeEditing> };
  /** Made by the entry, since only entries create workers. */
  readonly createWorker: (language: string) => WorkerLike;
  readonly engine: Omit<StartOptions, 'seed' | 'interruptFlag' | 'interruptUrl'>;
  /** Answers what a worker asks for, but `module` and `runs`, which the session answers itself. */
  readonly services: (call: ServiceCall) => Promise<unknown>;
  /** Text of `./x.ts` beside the notebook. */
  readonly moduleText?: (name: string) => Promise<string>;
  /** Absent: nothing is stored (headless, private). */
  readonly store?: Store | Promise<Store>;
  /** Nothing was ever stored in this browser: what asks for something of before gets nothing at once, since the store is opened late. */
  readonly nothingStored?: boolean;
  /** What the store knew of it when it was opened. */
  readonly stored?: { readonly revision: number; readonly createdAt: number; readonly updatedAt?: number };
  /** What its cells showed last, where that was read with it; else the session reads it from the store. */
  readonly kept?: readonly StoredOutputs[];
  readonly shippedHash?: string;
  /** An opened file: text and runs reach the store only after `saveCopy`. */
  readonly unsaved?: boolean;
  readonly now: () => number;
  /** Browser and version, for the records of runs. */
  readonly environment?: Readonly<Record<string, string | number>>;
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
  /** What lasts of it; absent where nothing is stored (an opened file, headless). */
  readonly keeping: Keeping | undefined;
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

  /** Resolves when edits take effect at once. One that comes before waits, and what it answers is empty. */
  editable(): Promise<void>;
  /** `listener` is called, and awaited, before the first edit takes effect; `blocks` is known by then. */
  beforeEdits(listener: () => Promise<unknown> | void): void;
  /** The notebook as it stands, in file order; the same list as long as none of it changed. Empty before `editable`. */
  readonly blocks: readonly FrameBlock[];
  /** Edits run nothing: an edited cell turns stale, and so do the users of a deleted one. Each is one step of `undo`, but for
      keys typed into one block within a second of each other. An edit of what is not there does nothing. */
  edit(id: string, code: string): void;
  /** Number `index` of the prose; its `${…}` are analysed anew, and shown where the engine has what they need. */
  editProse(index: number, markdown: string): void;
  /** A cell behind the cell `after` (at the start without one); its id. */
  insertCell(after: string | undefined, language: string, code: string): string;
  /** The key of the new block. Prose that touches prose joins it, and the key is that of the whole; where `markdown` is blank it says "Text". */
  insertBlock(place: Place, block: NewBlock): number;
  deleteCell(id: string): void;
  deleteBlocks(keys: readonly number[]): void;
  /** In file order, one after another, whatever the order of `keys`. */
  moveBlocks(keys: readonly number[], place: Place): void;
  /** Copies behind the last of them; an `id` becomes `id-2`. Their keys. */
  duplicateBlocks(keys: readonly number[]): readonly number[];
  /** At an offset of its code; a line break there goes. The second half is a cell of the same language and run mode: its id. */
  splitCell(id: string, offset: number): string;
  /** Puts an empty cell where the text of a block of prose is split: its id. */
  splitProse(key: number, offset: number, language?: string): string;
  /** Cells of one language, neighbours: their code in the first one, whose attributes stay. Its key. Throws for others. */
  mergeBlocks(keys: readonly number[]): number;
  /** `true` a flag, `undefined` removes it. Throws for a value that no fence can hold. */
  setAttribute(id: string, key: string, value: string | true | undefined): void;
  /** Writes `id=NAME` into the fence; values and outputs stay. A sentence why not, if so. */
  renameCell(id: string, name: string): string | undefined;
  /** Its code as Markdown: the key of the prose. */
  toProse(id: string): number;
  /** The text of prose or a diagram as code: the id of the cell. */
  toCell(key: number, language: string): string;
  /** Find and replace: new texts of blocks, one step of history. */
  replaceAll(edits: readonly { readonly key: number; readonly text: string }[], label: string): void;
  /** Another text of the whole file: blocks that are in both keep what is known of them. A label makes it one step of
      history; `follow`: another tab wrote it as `revision`, so nothing is written, and history begins anew. Resolves at once
      where the front matter is the same, else when it has been read; what is edited until then is merged with what another tab
      wrote, as a revision of its own. */
  setText(text: string, how: { readonly label: string } | 'follow', revision?: number): Promise<void>;
  /** The edits that `work` makes are one step of history, called `label`. */
  together(label: string, work: () => void): void;
  undo(): HistoryStep | undefined;
  redo(): HistoryStep | undefined;
  /** What they would do, in words; absent where there is nothing. */
  readonly history: { readonly undo?: string; readonly redo?: string };
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
  /** How a run that has ended stands, and whether it can go on; undefined where it is gone. */
  fate(run: string): Promise<Fate | undefined>;
  /** Runs the cell of a run so that it goes on behind its last checkpoint. Resolves to a sentence where it cannot. */
  resume(run: string): Promise<string | undefined>;
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
