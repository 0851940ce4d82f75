/* One record of an archive beside what is here: nothing is lost. Of two texts of one notebook the newer one stands and the other is kept as
   a named version; answers, reviews and predictions keep what proves more; settings that are here stay. In the transaction that
   archive.ts opens. */

import { optional } from '../base/optional.ts';
import type { Names } from './connection.ts';
import { isEqual } from './equal.ts';
import { isNotebook } from './record.ts';
import { isOutputs } from './opening.ts';
import { isAnswer, isMastery, isVersion } from './records.ts';
import type { StoredAnswer, StoredMastery, StoredNotebook, StoredOutputs, StoredVersion } from './types.ts';

/** Not for other eyes, or for this browser alone: settings that no archive holds. */
export const secret: ReadonlySet<string> = new Set(['signing-key']);

export type AnyRecord = Record<string, unknown>;
export type Key = IDBValidKey;
/** What stands in an object store while an import looks at it. */
export interface Place {
  get(key: Key): Promise<unknown>;
  put(record: unknown): Promise<unknown>;
  delete(key: Key): Promise<unknown>;
}

/** What an import counts, and what its versions are called by. */
export interface Merging {
  readonly tally: { notebooks: number; newer: number; kept: number; versions: number; runs: number; answers: number; skipped: number };
  /** Day of the archive. */
  readonly from: string;
  readonly now: Date;
}

/** One record of the file beside what is here. */
export async function mergeRecord(at: (store: Names) => Place, store: Names, record: AnyRecord, merging: Merging): Promise<void> {
  const { tally } = merging;
  switch (store) {
    case 'notebooks':
      if (!isNotebook(record)) return void tally.skipped++;
      return mergeNotebook(at, record, merging);
    case 'versions':
      if (!isVersion(record)) return void tally.skipped++;
      if (await keepVersion(at, record)) tally.versions++;
      return;
    case 'outputs': {
      if (!isOutputs(record)) return void tally.skipped++;
      const mine = (await at(store).get([record.notebook, record.cell])) as StoredOutputs | undefined;
      if (!isOutputs(mine) || mine.time < record.time) await at(store).put(record);
      return;
    }
    case 'answers': {
      if (!isAnswer(record)) return void tally.skipped++;
      const mine: unknown = await at(store).get([record.notebook, record.exercise]);
      const next = isAnswer(mine) ? joinAnswers(mine, record) : record;
      if (!isEqual(mine, next)) {
        await at(store).put(next);
        tally.answers++;
      }
      return;
    }
    case 'mastery': {
      if (!isMastery(record)) return void tally.skipped++;
      const mine: unknown = await at(store).get([record.notebook, record.exercise]);
      const next = isMastery(mine) ? joinMastery(mine, record) : record;
      if (!isEqual(mine, next)) await at(store).put(next);
      return;
    }
    case 'settings': {
      const key = record['key'];
      if (typeof key !== 'string' || secret.has(key)) return;
      if ((await at(store).get(key)) === undefined) await at(store).put(record);
      return;
    }
    default: {
      // Records that only this version's neighbours know: added where their place is free.
      const keys = keysOf(record);
      if (keys === undefined) return void tally.skipped++;
      if ((await at(store).get(keys)) === undefined) await at(store).put(record);
    }
  }
}

/** `texts`: the texts that runs ran in. */
const keysOf = (record: AnyRecord): Key | undefined =>
  typeof record['notebook'] === 'string' && typeof record['hash'] === 'string' ? [record['notebook'], record['hash']] : undefined;

async function mergeNotebook(at: (store: Names) => Place, theirs: StoredNotebook, { tally, from, now }: Merging): Promise<void> {
  const mine: unknown = await at('notebooks').get(theirs.id);
  const version = (text: string, name: string, time: number): StoredVersion => ({ notebook: theirs.id, time, text, name, why: 'import' });
  if (mine === undefined) {
    await at('notebooks').put(theirs);
    tally.notebooks++;
  } else if (!isNotebook(mine)) {
    await keepVersion(at, version(theirs.text, `From the archive of ${from}`, now.getTime()));
    tally.kept++;
  } else if (mine.text !== theirs.text) {
    if (theirs.updatedAt > mine.updatedAt) {
      await keepVersion(at, version(mine.text, `Before the import of ${now.toISOString().slice(0, 10)}`, now.getTime()));
      await at('notebooks').put({
        ...theirs,
        revision: Math.max(mine.revision, theirs.revision) + 1,
        createdAt: Math.min(mine.createdAt, theirs.createdAt),
      });
      tally.newer++;
    } else {
      await keepVersion(at, version(theirs.text, `From the archive of ${from}`, now.getTime()));
      tally.kept++;
    }
  }
}

/** Keeps a text at its time, or the next free one; not where the same text stands there. Resolves to whether it did. */
async function keepVersion(at: (store: Names) => Place, version: StoredVersion): Promise<boolean> {
  for (let { time } = version; ; time++) {
    const there: unknown = await at('versions').get([version.notebook, time]);
    if (there === undefined) {
      await at('versions').put({ ...version, time });
      return true;
    }
    if (isVersion(there) && there.text === version.text) return false;
  }
}

/** The later one, with what either proves: the latest code that passed with what the first pass took, the latest verdict, the attempts,
    the hints and whether the reference was seen. */
export function joinAnswers(a: StoredAnswer, b: StoredAnswer): StoredAnswer {
  const later = b.updatedAt > a.updatedAt ? b : a;
  const passes = [a.passed, b.passed].filter((one) => one !== undefined);
  const firstOf = (passed: NonNullable<StoredAnswer['passed']>): number => passed.first ?? passed.time;
  const first = passes.toSorted((x, y) => firstOf(x) - firstOf(y))[0],
    last = passes.toSorted((x, y) => y.time - x.time)[0];
  const verdicts = [a.verdict, b.verdict].filter((one) => one !== undefined).sort((x, y) => x.time - y.time);
  const seen = [a.referenceSeen, b.referenceSeen].filter((time) => time !== undefined);
  return {
    ...later,
    attempts: Math.max(a.attempts, b.attempts),
    hints: Math.max(a.hints, b.hints),
    ...optional({ verdict: verdicts.at(-1) }),
    ...(first && last ? { passed: { ...last, attempts: first.attempts, hints: first.hints, first: firstOf(first) } } : {}),
    ...(seen.length > 0 ? { referenceSeen: Math.min(...seen) } : {}),
  };
}

/** Of two reviews the later one, with what was ever counted; of two predictions the first commitment. */
export function joinMastery(mine: StoredMastery, theirs: StoredMastery): StoredMastery {
  if (mine.kind === 'review' && theirs.kind === 'review')
    return {
      ...(theirs.last > mine.last ? theirs : mine),
      passes: Math.max(mine.passes, theirs.passes),
      fails: Math.max(mine.fails, theirs.fails),
    };
  return mine.kind === 'prediction' && theirs.kind === 'prediction' && theirs.time < mine.time ? theirs : mine;
}
