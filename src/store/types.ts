/* The records of the one database, as docs/architecture.md fixes them, and what a session may ask of the store. */

import type { Output } from '../output/types.ts';
import type { Verdict } from '../course/verdict.ts';
import type { RunEntry, RunState } from '../engine/protocol.ts';

/** A notebook of the reader's own: written here, opened from a file, or a changed copy of a shipped one. */
export interface StoredNotebook {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Counts the edits since it was stored; a write with a revision that is not newer is refused. */
  readonly revision: number;
  /** Hash of the shipped text that it started from; absent: no shipped notebook has this id. */
  readonly shippedHash?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A text that a notebook once had. */
export interface StoredVersion {
  readonly notebook: string;
  /** ms since epoch; the key among the notebook's versions. */
  readonly time: number;
  readonly text: string;
  /** Given by the reader; a version without one is automatic, and only the last `versionLimit` of those are kept. */
  readonly name?: string;
  /** What it was kept for. Default: edits. */
  readonly why?: VersionReason;
}

/** `edits`: ten minutes of them · `opened`: as it was before the first edit of a sitting · `restore`, `reset`, `import`, `update`: before
    one · `unsaved`: typed in a tab whose last text came too late · `save`: the reader saved · `shipped`: the shipped text that a copy was
    made of or brought up to; the newest of those is kept like a named one. */
export type VersionReason = 'edits' | 'opened' | 'restore' | 'reset' | 'import' | 'update' | 'unsaved' | 'save' | 'shipped';

/** What the reader can clear of a notebook. */
export type Clearable = 'outputs' | 'versions' | 'runs';

/** What a notebook takes, in bytes as they are counted here (the browser's own count is about twice that for text). */
export interface NotebookUsage {
  readonly id: string;
  /** Absent: there are records of it, but no text (an unchanged unit). */
  readonly title?: string;
  /** Its record cannot be read; `rawNotebook` gives what is there. */
  readonly damaged?: true;
  readonly text: number;
  readonly versions: number;
  readonly outputs: number;
  readonly runs: number;
  /** Answers to exercises, reviews and predictions. */
  readonly answers: number;
  /** The page that it opens with (StoredPage). */
  readonly page: number;
  readonly counts: Readonly<Record<Clearable | 'answers' | 'predictions', number>>;
}

/** `upgrade`: a newer version waits in another tab; what a listener returns is waited for, up to a second · `reopened`: the browser had
    ended the connection, and what was stored may be gone · `lost`: it could not be opened again. */
export type StoreEvent = 'upgrade' | 'reopened' | 'lost';

/** What a cell showed last; `hash` is that of its code, so an edited cell shows nothing old as if it were its own. */
export interface StoredOutputs {
  readonly notebook: string;
  readonly cell: string;
  readonly hash: string;
  readonly time: number;
  readonly outputs: readonly Output[];
}

/** The same of a whole long notebook in one record, which is read in a tenth of the time of a thousand. It says what `outputs` say, or
    is not there: whatever writes those drops it (connection.ts), and it is made of them alone (shown.ts). */
export interface StoredShown {
  readonly notebook: string;
  /** Of cells whose outputs are small. */
  readonly outputs: readonly StoredOutputs[];
  /** Cells whose outputs stand by themselves alone. */
  readonly apart: readonly string[];
}

/** The page that the browser made of a notebook of the reader's own, kept only so that it opens sooner: made again where it is not of
    this text and this build. */
export interface StoredPage {
  readonly notebook: string;
  /** `contentHash` of the text. */
  readonly hash: string;
  /** Names the code that made it, and where the page stands. */
  readonly build: string;
  readonly title: string;
  readonly label?: string;
  /** Everything below the bar, sanitised. */
  readonly html: string;
  /** Cells and prose as they were analysed, as JSON. */
  readonly compiled: string;
}

/** All that an opening needs of what is stored. */
export interface StoredOpening {
  readonly notebook: StoredNotebook | undefined;
  readonly outputs: readonly StoredOutputs[];
  readonly page: StoredPage | undefined;
}

export interface StoredRun {
  readonly id: string;
  readonly notebook: string;
  readonly cell: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly state: RunState;
  readonly startedAt: number;
  readonly ms: number;
  /** Seed, backend, adapter, browser, version; `tab`, the lock of the tab that records it. Of the notebook's `text` the store keeps the
      `hash`, and each text once (`runText`). */
  readonly environment: Readonly<Record<string, string | number>>;
  /** What the reader wrote about it. */
  readonly notes?: string;
  readonly tags?: readonly string[];
}

/** A notebook as runs had it, kept once for all of them. */
export interface StoredText {
  readonly notebook: string;
  /** `contentHash` of the text. */
  readonly hash: string;
  readonly text: string;
}

/** One typed-array chunk of a run's curves. */
export interface StoredPoints {
  readonly run: string;
  readonly chunk: number;
  readonly metrics: RunEntry['metrics'];
}

/** What a run needs to go on behind a step; a safetensors file, as src/stdlib/checkpoint.ts makes it. */
export interface StoredCheckpoint {
  readonly run: string;
  /** Steps done before it. */
  readonly step: number;
  readonly data: Blob;
  readonly time: number;
  readonly bytes: number;
}

/** Curves apart from the records of their runs; loaded with the page that shows them. */
export interface Curves {
  /** Whole curves of these runs, in their order; of a run without any, none. */
  of(runs: readonly string[]): Promise<readonly RunEntry['metrics'][]>;
  /** New runs with their curves and the texts that they ran in, all or none. Rejects where one of the ids is taken. */
  add(runs: readonly { readonly run: StoredRun; readonly metrics: RunEntry['metrics'] }[], texts?: readonly StoredText[]): Promise<void>;
}

/** What makes two runs the same experiment. */
export type SameRun = Pick<StoredRun, 'notebook' | 'cell' | 'name' | 'params'>;

/** Checkpoints and the runs that go on from them; loaded with the first of them. Of a run that goes on the last three are kept, of one
    that is finished the last. */
export interface Checkpoints {
  /** Resolves when it is on the disk. Where there is no room, the older ones of its run make room; the last good one stays. */
  save(checkpoint: Omit<StoredCheckpoint, 'bytes'>): Promise<void>;
  /** The last one of a run, or the last before a step. */
  newest(run: string, before?: number): Promise<StoredCheckpoint | undefined>;
  /** Of each run that has some, the step of the last one. */
  all(): Promise<ReadonlyMap<string, number>>;
  finish(run: string): Promise<void>;
  run(id: string): Promise<StoredRun | undefined>;
  /** Takes a run that was cut off and has a checkpoint for this tab, in one transaction: no other tab can take it too. The given one,
      or the newest that is the same. */
  claim(what: { readonly run: string } | SameRun, tab: string | undefined): Promise<StoredRun | undefined>;
  /** Drops what was logged and kept behind a checkpoint. Resolves to the number of the next chunk of points. */
  cut(run: string, at: number, lengths: Readonly<Record<string, number>>): Promise<number>;
}

/** Under `review:EXERCISE`: how the reviews of one exercise went, and when the unit's next one is due by the last of them
    (course/mastery.ts says how). Times in ms since epoch. */
export interface StoredReview {
  readonly notebook: string;
  readonly exercise: `review:${string}`;
  readonly kind: 'review';
  /** The exercise. */
  readonly item: string;
  readonly due: number;
  /** Days from `last` to `due`. */
  readonly interval: number;
  /** Place of that interval on the ladder; below 0: it begins again. */
  readonly rung: number;
  readonly last: number;
  readonly passed: boolean;
  /** How often it was passed, and tried without success, when it was due. */
  readonly passes: number;
  readonly fails: number;
}

/** Under `predict:ID`: what the reader committed to before the answer was shown. The first commitment stays. */
export interface StoredPrediction {
  readonly notebook: string;
  readonly exercise: `predict:${string}`;
  readonly kind: 'prediction';
  readonly question: string;
  readonly choice: unknown;
  readonly answer: unknown;
  readonly right: boolean;
  readonly time: number;
  /** How it was asked. Default: `choice`. */
  readonly form?: 'choice' | 'number' | 'order' | 'sketch';
  /** How sure the reader was, from 0 to 1; absent: not asked. */
  readonly confidence?: number;
}

export type StoredMastery = StoredReview | StoredPrediction;

/** What became of a learner's answers to one exercise. The code itself lives in the learner's notebook; this is what was judged. */
export interface StoredAnswer {
  readonly notebook: string;
  readonly exercise: string;
  /** As it was judged last. */
  readonly code: string;
  readonly language: string;
  readonly attempts: number;
  /** How many hints were shown. */
  readonly hints: number;
  /** When the reference was looked at first, ms since epoch. */
  readonly referenceSeen?: number;
  /** The last verdict, and of which code; `own`: that of the exercise's own cells in it. */
  readonly verdict?: Verdict & { readonly time: number; readonly code: string; readonly own?: string };
  /** The latest answer that passed; `attempts` and `hints` are those at the `first` time, which is `time` where it is absent. */
  readonly passed?: {
    readonly time: number;
    readonly code: string;
    readonly own?: string;
    readonly first?: number;
    readonly attempts: number;
    readonly hints: number;
  };
  readonly updatedAt: number;
}

/** Something that can be made again or is rarely wanted. Nothing clears it but its reader. */
export interface Sparable {
  /** `outputs`: what cells showed last; `versions`: automatic ones, older than the last ten of their notebook. */
  readonly what: 'outputs' | 'versions';
  readonly count: number;
  readonly bytes: number;
  /** Deletes these, the oldest first, until so many bytes are free (default: all). Resolves to what was freed and to what brings it back. */
  clear(bytes?: number): Promise<{ readonly count: number; readonly bytes: number; readonly undo: () => Promise<void> }>;
}

/** What came of an archive (store/archive.ts). */
export interface Imported {
  /** When the archive was made, ISO 8601. */
  readonly made: string;
  /** Notebooks that were not here; that the archive had newer, the older text being kept as a version; the other way round. */
  readonly notebooks: number;
  readonly newer: number;
  readonly kept: number;
  readonly versions: number;
  readonly runs: number;
  readonly answers: number;
  /** Records that are not what they should be. */
  readonly skipped: number;
  /** There was no room for all runs: what to do, in sentences. */
  readonly full?: string;
  /** Makes everything as it was before. */
  undo(): Promise<void>;
}

/** What stands between the code and the database. Every method rejects with a GradusError whose hint says what to do. */
export interface Store {
  notebook(id: string): Promise<StoredNotebook | undefined>;
  /** The notebook, what its cells showed last and the page that was made of it, in one reading. */
  opening(id: string): Promise<StoredOpening>;
  savePage(page: StoredPage): Promise<void>;
  notebooks(): Promise<readonly StoredNotebook[]>;
  /** Resolves after the transaction with strict durability has completed. Rejects with code `revision` where a newer one is stored:
      newer than `known`, the latest revision that this text holds (default: the one before its own). Resolves to `new` where none was
      stored before. */
  saveNotebook(notebook: StoredNotebook, known?: number): Promise<'new' | 'newer'>;
  deleteNotebook(id: string): Promise<void>;
  /** What stands in the place of a notebook, sound or not: its text where there is one, else the record as JSON. */
  rawNotebook(id: string): Promise<{ readonly text: string; readonly whole: boolean } | undefined>;
  /** Makes a damaged notebook sound again where its text is there, else frees its id. The record as it was is kept as a named version. */
  repair(id: string): Promise<void>;
  /** Newest first. */
  versions(notebook: string): Promise<readonly StoredVersion[]>;
  /** Keeps a version, strictly durable, and drops the oldest automatic ones beyond `versionLimit`. Resolves to it as it is stored: at
      a time of its own. */
  saveVersion(version: StoredVersion): Promise<StoredVersion>;
  /** Gives a version a name, or takes it away (it is automatic then). */
  nameVersion(notebook: string, time: number, name: string | undefined): Promise<void>;
  deleteVersion(notebook: string, time: number): Promise<void>;
  outputs(notebook: string): Promise<readonly StoredOutputs[]>;
  saveOutputs(outputs: readonly StoredOutputs[]): Promise<void>;
  /** Makes the one record of what a long notebook showed last, where it is not there. */
  gatherOutputs(notebook: string): Promise<void>;
  runs(filter?: { readonly name?: string; readonly notebook?: string; readonly state?: RunState }): Promise<readonly StoredRun[]>;
  /** What the reader wrote about it stays; the notebook's text goes where each text is kept once. */
  saveRun(run: StoredRun): Promise<void>;
  /** Notes and tags of a run; `undefined` takes them away. */
  editRun(id: string, edit: { readonly notes?: string | undefined; readonly tags?: readonly string[] | undefined }): Promise<void>;
  /** Marks a run as cut off if it still counts as running in that tab; it lasted until its last point. */
  interruptRun(id: string, tab: string | number | undefined): Promise<void>;
  /** The text of the notebook as the run had it. */
  runText(run: StoredRun): Promise<string | undefined>;
  checkpoints(): Promise<Checkpoints>;
  curves(): Promise<Curves>;
  deleteRun(id: string): Promise<void>;
  savePoints(points: StoredPoints): Promise<void>;
  /** Newest first, with their whole curves. */
  runEntries(filter?: { readonly name?: string }): Promise<readonly RunEntry[]>;
  /** Reviews and predictions of one notebook, or of all. */
  mastery(notebook?: string): Promise<readonly StoredMastery[]>;
  /** Strictly durable. A prediction that is already there stays as it is. */
  saveMastery(record: StoredMastery): Promise<void>;
  answer(notebook: string, exercise: string): Promise<StoredAnswer | undefined>;
  /** Of one notebook, or of all. */
  answers(notebook?: string): Promise<readonly StoredAnswer[]>;
  /** Reads and writes in one transaction, strictly durable, so two tabs count every attempt: `change` gets what is stored and gives
      what is to be. Resolves to that. */
  saveAnswer(
    notebook: string,
    exercise: string,
    change: (before: StoredAnswer | undefined) => Omit<StoredAnswer, 'notebook' | 'exercise'>,
  ): Promise<StoredAnswer>;
  setting(key: string): Promise<unknown>;
  saveSetting(key: string, value: unknown): Promise<void>;
  /** What everything takes, the largest notebook first. */
  usage(): Promise<readonly NotebookUsage[]>;
  /** Deletes what a notebook has of one kind; resolves to what brings it back. */
  clear(notebook: string, what: Clearable): Promise<() => Promise<void>>;
  /** Everything but secrets, as one file. */
  archive(made: Date): Promise<Blob>;
  /** Merges such a file into what is here. Rejects, with nothing changed, where it is damaged or none. */
  importArchive(file: Blob, now: Date): Promise<Imported>;
  /** What could be cleared first when room is short, and how much that frees. */
  sparable(): Promise<readonly Sparable[]>;
  listen(listener: (event: StoreEvent) => unknown): () => void;
  close(): void;
}
