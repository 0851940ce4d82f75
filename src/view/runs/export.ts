/* Runs as files: JSON with whole curves, CSV with one line for each run or for each step; each as pieces of text, a run at a time, so that
   many megabytes need not be one string. Pure. */

import { contentHash } from '../../base/hash.ts';
import type { RunEntry } from '../../engine/protocol.ts';
import type { Row } from './rows.ts';

type Metrics = RunEntry['metrics'];

const numberOrWord = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** One run as an element of the list that runs.json is. NaN and infinities are strings. `text`: of the notebook as the run had it, where no
    run before this one in the list stands in the same; its hash is in each. */
export function runJson({ run, number }: Row, metrics: Metrics, text?: string): string {
  const { text: own, tab: _, ...facts } = run.environment;
  const environment = typeof own === 'string' ? { hash: contentHash(own), ...facts } : facts;
  const plain = {
    id: run.id,
    name: run.name,
    number,
    notebook: run.notebook,
    cell: run.cell,
    state: run.state,
    begun: new Date(run.startedAt).toISOString(),
    ms: run.ms,
    params: run.params,
    summary: run.summary,
    environment,
    notes: run.notes,
    tags: run.tags,
    text,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, { steps, values, times }]) => [
        name,
        { steps: Array.from(steps), values: Array.from(values), ...(times ? { times: Array.from(times) } : {}) },
      ]),
    ),
  };
  return JSON.stringify(plain, numberOrWord);
}

/** One line for each run: what it was given, what came out. */
export function runsCsv(rows: readonly Row[], steps: (id: string) => number | undefined): string {
  const params = [...new Set(rows.flatMap(({ run }) => Object.keys(run.params)))];
  const results = [...new Set(rows.flatMap(({ run }) => Object.keys(run.summary)))];
  const head = ['name', 'number', 'notebook', 'state', ...params, ...results, 'steps', 'ms', 'backend', 'begun', 'tags', 'notes'];
  const lines = rows.map(({ run, number }) => [
    run.name,
    number,
    run.notebook,
    run.state,
    ...params.map((key) => run.params[key]),
    ...results.map((key) => run.summary[key]),
    steps(run.id),
    run.ms,
    run.environment['backend'],
    new Date(run.startedAt).toISOString(),
    run.tags?.join(' '),
    run.notes,
  ]);
  return csv([head, ...lines]);
}

export const curvesHead = 'name,number,metric,step,value\r\n';

/** One line for each value of each metric of a run: long, as plotting tools want it. */
export function curvesCsv({ run, number }: Row, metrics: Metrics): string {
  const lines: unknown[][] = [];
  for (const [metric, { steps, values }] of Object.entries(metrics))
    for (let i = 0; i < values.length; i++) lines.push([run.name, number, metric, steps[i], values[i]]);
  return csv(lines);
}

const csv = (lines: readonly (readonly unknown[])[]): string => lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');

/** Quoted where it must be; a text that a spreadsheet would take for a formula gets an apostrophe. */
function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const raw = typeof value === 'string' ? value : JSON.stringify(value);
  const text = /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
