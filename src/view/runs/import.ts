/* Runs from a file that the export wrote. What is there already stays: a run with the same id that began at the same time is the same run
   and is left out, another one with that id comes in under a new one. Nothing of a file is taken where a part of it is not what it
   should be. Pure but for the ids that it makes. */

import { GradusError } from '../../base/errors.ts';
import { contentHash } from '../../base/hash.ts';
import { optional } from '../../base/optional.ts';
import type { RunEntry } from '../../engine/protocol.ts';
import type { StoredRun, StoredText } from '../../store/types.ts';

export interface Incoming {
  readonly run: StoredRun;
  readonly metrics: RunEntry['metrics'];
}

const bad = (what: string): GradusError =>
  new GradusError('archive', `Import: expected runs that this page has exported, got ${what}.`, 'Choose a runs.json that Export has made.');

/** Throws a GradusError that says what is wrong with the file. `newId`: for runs whose id is taken. */
export function readRuns(
  text: string,
  here: readonly StoredRun[],
  newId: () => string = () => crypto.randomUUID(),
): {
  readonly incoming: readonly Incoming[];
  /** Of the notebooks that they ran in, as far as the file has them. */
  readonly texts: readonly StoredText[];
  readonly known: number;
  readonly renewed: number;
} {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw bad('text that is no JSON');
  }
  if (!Array.isArray(list)) throw bad(`JSON that is no list`);
  const taken = new Map(here.map((run) => [run.id, run]));
  const incoming: Incoming[] = [];
  /** By what the file calls them. */
  const texts = new Map<string, StoredText>();
  let known = 0,
    renewed = 0;
  list.forEach((item: unknown, i) => {
    const { text, ...one } = readOne(item, i + 1);
    if (text !== undefined) {
      const { notebook } = one.run;
      texts.set(keyOf(one.run), { notebook, hash: contentHash(text), text });
    }
    const same = taken.get(one.run.id);
    if (same?.startedAt === one.run.startedAt && same.name === one.run.name) {
      known++;
      return;
    }
    const id = same ? newId() : one.run.id;
    if (same) renewed++;
    const run = { ...one.run, id };
    taken.set(id, run);
    incoming.push({ ...one, run });
  });
  const used = new Set<StoredText>();
  const named = incoming.map(({ run, ...rest }): Incoming => {
    const text = texts.get(keyOf(run));
    if (!text) return { run, ...rest };
    used.add(text);
    return { run: { ...run, environment: { ...run.environment, hash: text.hash } }, ...rest };
  });
  return { incoming: named, texts: [...used], known, renewed };
}

const keyOf = ({ notebook, environment }: StoredRun): string => `${notebook}\n${environment['hash']}`;

function readOne(item: unknown, place: number): Incoming & { readonly text?: string } {
  const wrong = (what: string): GradusError => bad(`run ${place} of the list ${what}`);
  if (!isRecord(item)) throw wrong('that is no record');
  const text = (key: string): string => {
    if (typeof item[key] !== 'string' || item[key] === '') throw wrong(`without its ${key}`);
    return item[key];
  };
  const record = (key: string): Record<string, unknown> => {
    if (!isRecord(item[key])) throw wrong(`without its ${key}`);
    return item[key];
  };
  const startedAt = Date.parse(text('begun'));
  if (Number.isNaN(startedAt)) throw wrong('that does not say when it began');
  const state = text('state');
  if (!['running', 'done', 'failed', 'interrupted'].includes(state)) throw wrong(`in a state that is none (${state})`);
  const metrics: Record<string, { steps: Float64Array; values: Float64Array; times?: Float64Array }> = {};
  for (const [name, metric] of Object.entries(record('metrics'))) {
    const numbers = (key: string): Float64Array => {
      const list = isRecord(metric) ? metric[key] : undefined;
      if (!Array.isArray(list)) throw wrong(`whose ${name} has no ${key}`);
      return Float64Array.from(list, (value: unknown) => {
        if (typeof value === 'number') return value;
        if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
        throw wrong(`whose ${name} has ${key} that are no numbers`);
      });
    };
    const [steps, values] = [numbers('steps'), numbers('values')];
    const times = isRecord(metric) && metric['times'] !== undefined ? numbers('times') : undefined;
    if (steps.length !== values.length || (times && times.length !== values.length))
      throw wrong(`whose ${name} has ${steps.length} steps and ${values.length} values`);
    metrics[name] = { steps, values, ...optional({ times }) };
  }
  const environment: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(record('environment')))
    if (typeof value === 'string' || typeof value === 'number') environment[key] = value;
  delete environment['tab'];
  delete environment['text'];
  const { ms, notes, tags, text: ran } = item;
  if (ran !== undefined && typeof ran !== 'string') throw wrong('whose notebook is no text');
  return {
    run: {
      id: text('id'),
      notebook: text('notebook'),
      cell: text('cell'),
      name: text('name'),
      params: revive(record('params')),
      summary: revive(record('summary')),
      // No tab records it here.
      state: state === 'running' ? 'interrupted' : (state as StoredRun['state']),
      startedAt,
      ms: typeof ms === 'number' ? ms : 0,
      environment,
      ...(typeof notes === 'string' && notes !== '' ? { notes } : {}),
      ...(Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === 'string') && tags.length > 0 ? { tags } : {}),
    },
    metrics,
    ...optional({ text: ran }),
  };
}

/** Numbers that JSON has no way to write. */
function revive(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value,
    ]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
