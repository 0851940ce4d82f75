/* What the table of runs says, as plain rows: numbering by name, states in words, sorting, the filter in words, and whether a run reaches
   its pass lines. Pure; values of curves come as digests (digest.ts), which may not be there yet. */

import type { StoredRun } from '../../store/types.ts';
import type { Digest, DigestOf } from './digest.ts';
import { formatNumber } from './geometry.ts';
import { standing, type Target } from './targets.ts';

export interface Row {
  readonly run: StoredRun;
  /** Counts the runs of one name from 1, oldest first. */
  readonly number: number;
}

/** Rows, newest first. */
export function makeRows(runs: readonly StoredRun[]): Row[] {
  const counts = new Map<string, number>();
  return [...runs]
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((run): Row => {
      const number = (counts.get(run.name) ?? 0) + 1;
      counts.set(run.name, number);
      return { run, number };
    })
    .reverse();
}

/** The state in words: `done`, `NaN at step 41`. */
export function sayState({ run }: Row, digest: Digest | undefined): string {
  if (run.state === 'running') return 'running';
  return digest?.lost === undefined ? run.state : `NaN at step ${formatNumber(digest.lost)}`;
}

/** Keys of params (or summary) over all rows, in order of first appearance. */
export function columnsOf(rows: readonly Row[], part: 'params' | 'summary', limit = Infinity): string[] {
  const keys = new Set<string>();
  for (const { run } of rows) for (const key of Object.keys(run[part])) keys.add(key);
  return [...keys].slice(0, limit);
}

/** A parameter or result in a table cell; what is no plain value is written as short JSON. */
export function formatCell(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  const json = JSON.stringify(value) ?? '–';
  return json.length > 24 ? `${json.slice(0, 23)}…` : json;
}

export interface Sorting {
  /** A fact (`begun`, `name`, `state`, `loss`, `steps`, `ms`, `pass`, `notes`, `tags`, `notebook`), a key of the environment, or
      `params.KEY`, `summary.KEY`, `last.METRIC`. */
  readonly key: string;
  readonly down: boolean;
}

const none: DigestOf = () => undefined;

/** What a column has for a row; undefined: nothing, or not yet. */
export function valueOf({ run, number }: Row, key: string, digest: Digest | undefined, targets: readonly Target[] = []): unknown {
  const [part, name] = key.split(/\.(.*)/s);
  if (name !== undefined) {
    if (part === 'params' || part === 'summary') return run[part][name];
    if (part === 'last') return digest?.last[name];
  }
  switch (key) {
    case 'begun':
      return run.startedAt;
    case 'name':
      return `${run.name} ${String(number).padStart(9, '0')}`;
    case 'state':
      return sayState({ run, number }, digest);
    case 'loss':
      return digest?.loss && digest.last[digest.loss.name];
    case 'steps':
      return digest?.steps;
    case 'ms':
      return run.state === 'running' || run.ms === 0 ? undefined : run.ms;
    case 'pass':
      return standing(run, digest, targets);
    case 'notes':
      return run.notes;
    case 'tags':
      return run.tags?.join(', ');
    case 'notebook':
      return run.notebook;
    default:
      return run.environment[key];
  }
}

/** Whether sorting by `key` looks at curves. */
export const sortsByCurves = (key: string): boolean => key === 'loss' || key === 'steps' || key === 'pass' || key.startsWith('last.');

/** Rows in another order; those without a value, or with NaN, come last either way. */
export function sortRows(rows: readonly Row[], { key, down }: Sorting, digestOf: DigestOf = none, targets: readonly Target[] = []): Row[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const missing = (v: unknown): boolean => v === undefined || v === null || v === '' || Number.isNaN(v);
  const keyed = rows.map((row) => ({ row, value: valueOf(row, key, digestOf(row.run.id), targets) }));
  keyed.sort(({ value: x }, { value: y }) => {
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y));
    return down ? -order : order;
  });
  return keyed.map(({ row }) => row);
}

interface Word {
  readonly key?: string;
  readonly operator?: string;
  readonly given: string;
}

/** The words of a filter: comparisons, and pieces of text. */
function wordsOf(text: string): Word[] {
  return text
    .trim()
    .replace(/\s*(<=|>=|[<>=:])\s*/g, '$1')
    .split(/\s+/)
    .filter(Boolean)
    .map((word): Word => {
      const comparison = /^([\w.-]+)(<=|>=|[<>=:])(.+)$/.exec(word);
      return comparison ? { key: comparison[1]!, operator: comparison[2]!, given: comparison[3]! } : { given: word.toLowerCase() };
    });
}

/** Whether a filter looks at curves: a name that no head has, or `nan`. */
export function filtersByCurves(rows: readonly Row[], text: string): boolean {
  return wordsOf(text).some(({ key, given }) =>
    key === undefined ? given.startsWith('nan') : key === 'steps' || !rows.some((row) => lookUp(row, key, undefined) !== undefined),
  );
}

/** Rows that match every word of `text`: a comparison (`lr<0.01`, `test_acc >= 0.9`, `hidden=64`, `tag:long`) over results, parameters
    and last values of metrics, or a piece of the name, number, state, notebook, tags or notes. */
export function filterRows(rows: readonly Row[], text: string, digestOf: DigestOf = none): Row[] {
  const words = wordsOf(text);
  if (words.length === 0) return [...rows];
  return rows.filter((row) => {
    const digest = digestOf(row.run.id);
    return words.every(({ key, operator, given }) => {
      if (key !== undefined) return compare(lookUp(row, key, digest), operator!, given);
      const { name, notebook, environment, tags, notes } = row.run;
      return [name, row.number, sayState(row, digest), notebook, environment['backend'], tags?.join(' '), notes]
        .join(' ')
        .toLowerCase()
        .includes(given);
    });
  });
}

function lookUp({ run, number }: Row, key: string, digest: Digest | undefined): unknown {
  for (const part of [run.summary, run.params]) if (Object.hasOwn(part, key)) return part[key];
  const facts: Readonly<Record<string, unknown>> = {
    ...run.environment,
    name: run.name,
    number,
    state: run.state,
    notebook: run.notebook,
    ...(run.tags?.length ? { tag: run.tags } : {}),
    ...(digest ? { steps: digest.steps } : {}),
  };
  return Object.hasOwn(facts, key) ? facts[key] : digest && Object.hasOwn(digest.last, key) ? digest.last[key] : undefined;
}

function compare(value: unknown, operator: string, given: string): boolean {
  if (value === undefined) return false;
  if (Array.isArray(value)) return value.some((one) => compare(one, operator, given));
  if (operator === '=' || operator === ':')
    return String(value).toLowerCase() === given.toLowerCase() || (typeof value === 'number' && value === Number(given));
  const [a, b] = [Number(value), Number(given)];
  return operator === '<' ? a < b : operator === '>' ? a > b : operator === '<=' ? a <= b : a >= b;
}
