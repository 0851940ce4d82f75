/* What the table of runs says, as plain rows: numbering by name, the metric that stands for the loss, the filter in
   words, and which parameters and results become columns. Pure; RunsPage.tsx draws what this file returns. */

import type { RunEntry } from '../../engine/protocol.ts';
import type { StoredRun } from '../../store/types.ts';
import { formatNumber, type Series } from './geometry.ts';

export interface Row {
  readonly run: StoredRun;
  /** Counts the runs of one name from 1, oldest first. */
  readonly number: number;
  readonly metrics: RunEntry['metrics'];
  /** The first metric whose name has to do with a loss, else the first of all. */
  readonly loss?: { readonly name: string; readonly series: Series };
  /** Steps that it has gone, by the last one of its metrics: they count from 0. */
  readonly steps: number;
  /** The state in words: `done`, `NaN at step 41`. */
  readonly says: string;
}

/** Rows, newest first. A run without curves has no loss. */
export function makeRows(runs: readonly StoredRun[], entries: readonly RunEntry[]): Row[] {
  const curves = new Map(entries.map((entry) => [entry.id, entry.metrics]));
  const counts = new Map<string, number>();
  const oldestFirst = [...runs].sort((a, b) => a.startedAt - b.startedAt);
  return oldestFirst
    .map((run): Row => {
      const number = (counts.get(run.name) ?? 0) + 1;
      counts.set(run.name, number);
      const metrics = curves.get(run.id) ?? {};
      const names = Object.keys(metrics);
      const name = names.find((n) => /loss|error|nll|perplexity/i.test(n)) ?? names[0];
      const steps = Math.max(0, ...Object.values(metrics).map((m) => (m.steps[m.values.length - 1] ?? -1) + 1));
      const loss = name === undefined ? {} : { loss: { name, series: metrics[name]! } };
      return { run, number, metrics, ...loss, steps, says: sayState(run, name === undefined ? undefined : metrics[name]) };
    })
    .reverse();
}

function sayState(run: StoredRun, loss: Series | undefined): string {
  if (run.state === 'running') return 'running';
  const lost = loss ? Array.from(loss.values).findIndex((v) => Number.isNaN(v)) : -1;
  return lost >= 0 ? `NaN at step ${formatNumber(loss!.steps[lost]!)}` : run.state;
}

/** Keys of params (or summary) over all rows, in order of first appearance, at most `limit`. */
export function columnsOf(rows: readonly Row[], part: 'params' | 'summary', limit: number): string[] {
  return [...new Set([...rows].flatMap((row) => Object.keys(row.run[part])))].slice(0, limit);
}

/** A parameter or result in a table cell; what is no plain value is written as short JSON. */
export function formatCell(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  const json = JSON.stringify(value) ?? '–';
  return json.length > 24 ? `${json.slice(0, 23)}…` : json;
}

export interface Sorting {
  /** `begun`, `name`, `state`, `loss`, `steps`, `ms`, `backend`, `params.KEY` or `summary.KEY`. */
  readonly key: string;
  readonly down: boolean;
}

/** Rows in another order; those without a value, or with NaN, come last either way. */
export function sortRows(rows: readonly Row[], { key, down }: Sorting): Row[] {
  const [part, name] = key.split(/\.(.*)/s);
  const value = ({ run, loss, steps, says, number }: Row): unknown => {
    switch (part) {
      case 'params':
      case 'summary':
        return run[part][name ?? ''];
      case 'begun':
        return run.startedAt;
      case 'name':
        return `${run.name} ${String(number).padStart(9, '0')}`;
      case 'state':
        return says;
      case 'loss':
        return loss?.series.values[loss.series.values.length - 1];
      case 'steps':
        return steps;
      case 'ms':
        return run.ms;
      default:
        return run.environment[key];
    }
  };
  const missing = (v: unknown): boolean => v === undefined || v === null || v === '' || Number.isNaN(v);
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
    return down ? -order : order;
  });
}

/** Rows that match every word of `text`: a comparison (`lr<0.01`, `test_acc >= 0.9`, `hidden=64`) over results,
    parameters and last values of metrics, or a piece of the name, number, state or notebook. */
export function filterRows(rows: readonly Row[], text: string): Row[] {
  const words = text
    .trim()
    .replace(/\s*(<=|>=|[<>=:])\s*/g, '$1')
    .split(/\s+/)
    .filter(Boolean);
  const tests = words.map((word): ((row: Row) => boolean) => {
    const comparison = /^([\w.-]+)(<=|>=|[<>=:])(.+)$/.exec(word);
    if (comparison) {
      const [, key, operator, given] = comparison;
      return (row) => compare(lookUp(row, key!), operator!, given!);
    }
    const piece = word.toLowerCase();
    return (row) =>
      `${row.run.name} ${row.number} ${row.says} ${row.run.notebook} ${row.run.environment['backend'] ?? ''}`.toLowerCase().includes(piece);
  });
  return rows.filter((row) => tests.every((matches) => matches(row)));
}

function lookUp(row: Row, key: string): unknown {
  const { run, metrics } = row;
  const facts = { name: run.name, number: row.number, state: run.state, notebook: run.notebook, steps: row.steps, ...run.environment };
  for (const part of [run.summary, run.params, facts as Readonly<Record<string, unknown>>]) if (Object.hasOwn(part, key)) return part[key];
  return Object.hasOwn(metrics, key) ? metrics[key]!.values.at(-1) : undefined;
}

function compare(value: unknown, operator: string, given: string): boolean {
  if (value === undefined) return false;
  if (operator === '=' || operator === ':')
    return String(value).toLowerCase() === given.toLowerCase() || (typeof value === 'number' && value === Number(given));
  const [a, b] = [Number(value), Number(given)];
  return operator === '<' ? a < b : operator === '>' ? a > b : operator === '<=' ? a <= b : a >= b;
}
