/* What a run looks like to read: a line for each cell, its errors with their place, its logs, then checks and runs. */

import type { CellRecord, RunRecord } from './run.ts';

const colours = { done: 32, error: 31, blocked: 33, stale: 33, off: 90, idle: 90 } as const;

/** The report of one notebook as lines of text; colours only where `colour` says so (default: stdout is a terminal). */
export function readable(record: RunRecord, colour = process.stdout.isTTY === true && !process.env.NO_COLOR): string {
  const paint = (text: string, code: number): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const width = Math.min(24, Math.max(4, ...record.cells.map((cell) => cell.id.length)));
  const lines = [
    `${record.file}  ${record.notebook}  ${record.backend}${record.adapter ? ` (${record.adapter})` : ''}  ${duration(record.ms)}`,
  ];
  for (const cell of record.cells) {
    const state = paint(cell.state.padEnd(7), colours[cell.state as keyof typeof colours] ?? 0);
    lines.push(`  ${state} ${cell.id.padEnd(width)} ${duration(cell.ms).padStart(8)}  ${brief(cell, record.values)}`.trimEnd());
    const error = cell.error as
      | { name: string; message: string; line?: number; column?: number; frames?: { cell: string; line: number; column: number }[] }
      | undefined;
    if (error) {
      const place =
        error.line === undefined ? '' : ` (${cell.id} ${error.line}:${error.column ?? 1}, line ${cell.line + error.line} of the file)`;
      lines.push(paint(`          ${error.name}: ${indented(error.message)}${place}`, 31));
      for (const frame of error.frames ?? []) lines.push(`          by way of ${frame.cell} ${frame.line}:${frame.column}`);
    }
    for (const output of cell.outputs as { kind: string; [key: string]: unknown }[]) {
      if (output.kind === 'log')
        lines.push(
          `          ${output.truncated === undefined ? `${String(output.level)}: ${indented(String(output.text))}` : `… and ${String(output.truncated)} more outputs`}`,
        );
      if (output.kind === 'error') lines.push(paint(`          later: ${lateMessage(output.error)}`, 31));
      if (output.kind === 'check')
        lines.push(
          paint(
            `          ${output.pass ? 'passed' : 'failed'}: ${String(output.name)}${output.pass ? '' : ` — ${indented(String(output.message))}`}`,
            output.pass ? 32 : 31,
          ),
        );
    }
  }
  for (const run of record.runs as { name: string; metrics: Record<string, { steps: number; last: number }> }[]) {
    const metrics = Object.entries(run.metrics).map(([name, { steps, last }]) => `${name} ${format(last)} after ${steps}`);
    lines.push(`  run ${run.name}: ${metrics.join(', ') || 'nothing logged'}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What a cell came to, in a few words: its last value, table, text, or the names that it defines. */
function brief(cell: CellRecord, values: unknown): string {
  const held = values as Record<string, unknown>;
  const names = cell.defines.filter((name) => Object.hasOwn(held, name)).map((name) => `${name} = ${short(JSON.stringify(held[name]))}`);
  if (names.length) return short(names.join(', '), 90);
  const output = (cell.outputs as { kind: string; [key: string]: unknown }[]).findLast(
    ({ kind }) => kind !== 'log' && kind !== 'check' && kind !== 'error',
  );
  switch (output?.kind) {
    case undefined:
      return '';
    case 'value':
      return short(valueText(output.value), 90);
    case 'text':
      return short(String(output.text), 90);
    case 'markdown':
      return short(String(output.markdown), 90);
    case 'table':
      return `table of ${String(output.total)} rows`;
    case 'tensor':
      return `tensor [${String(output.shape)}] ${String(output.dtype)}`;
    default:
      return output!.kind;
  }
}

function valueText(node: unknown): string {
  const { type, text, name, size, entries } = node as {
    type: string;
    text?: string;
    name?: string;
    size?: number;
    entries?: { key: string; value: unknown }[];
  };
  if (type === 'primitive') return text ?? '';
  if (type === 'array')
    return `${name === 'Array' ? '' : `${name} `}(${size}) [${(entries ?? []).map((entry) => valueText(entry.value)).join(', ')}]`;
  if (type === 'object')
    return `${name === 'Object' ? '' : `${name} `}{${(entries ?? []).map((entry) => `${entry.key}: ${valueText(entry.value)}`).join(', ')}}`;
  return name ?? '…';
}

function lateMessage(error: unknown): string {
  const { name, message } = error as { name: string; message: string };
  return `${name}: ${indented(message)}`;
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n          ');
}

function short(text: string, length = 60): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function format(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
