/* Runs as files: JSON with whole curves, CSV with one line for each run or for each step. Pure. */

import type { Row } from './rows.ts';

/** One object for each run; the notebook's text stays out, its hash is in. NaN and infinities are strings. */
export function runsJson(rows: readonly Row[]): string {
  const plain = rows.map(({ run, number, metrics }) => {
    const { text: _, tab: __, ...environment } = run.environment;
    return {
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
      metrics: Object.fromEntries(
        Object.entries(metrics).map(([name, { steps, values }]) => [name, { steps: Array.from(steps), values: Array.from(values) }]),
      ),
    };
  });
  return `${JSON.stringify(plain, (_key, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value), 1)}\n`;
}

/** One line for each run: what it was given, what came out. */
export function runsCsv(rows: readonly Row[]): string {
  const params = [...new Set(rows.flatMap(({ run }) => Object.keys(run.params)))];
  const results = [...new Set(rows.flatMap(({ run }) => Object.keys(run.summary)))];
  const head = ['name', 'number', 'notebook', 'state', ...params, ...results, 'steps', 'ms', 'backend', 'begun'];
  const lines = rows.map(({ run, number, steps }) => [
    run.name,
    number,
    run.notebook,
    run.state,
    ...params.map((key) => run.params[key]),
    ...results.map((key) => run.summary[key]),
    steps,
    run.ms,
    run.environment['backend'],
    new Date(run.startedAt).toISOString(),
  ]);
  return csv([head, ...lines]);
}

/** One line for each value of each metric: long, as plotting tools want it. */
export function curvesCsv(rows: readonly Row[]): string {
  const lines: unknown[][] = [['name', 'number', 'metric', 'step', 'value']];
  for (const { run, number, metrics } of rows)
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
