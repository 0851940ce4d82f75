/* `console` of a cell: every call is an output of kind `log` below the cell that wrote it. */

import type { Evaluation, Host } from './host.ts';
import { toText } from '../output/inspect.ts';
import type { Output } from '../output/types.ts';
import { toRows, toTable } from './tables.ts';

type Level = Extract<Output, { level: unknown }>['level'];

/** The console of one evaluation; `current`: the evaluation whose code runs, which may be another that calls a function of this one. */
export function makeConsole(
  evaluation: Evaluation,
  current: Host['current'] = () => evaluation,
): Record<string, (...args: never[]) => void> {
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  let indent = '';
  const write = (level: Level, text: string): void => {
    const from = current()?.cell ?? evaluation.cell;
    evaluation.emit({
      kind: 'log',
      level,
      text: indent ? indent + text.replaceAll('\n', `\n${indent}`) : text,
      ...(from === evaluation.cell ? {} : { from }),
    });
  };
  const writer =
    (level: Level) =>
    (...args: unknown[]): void =>
      write(level, format(args));
  const since = (label: string): string => {
    const began = timers.get(label);
    return began === undefined ? `${label}: no such timer` : `${label}: ${(performance.now() - began).toFixed(1)} ms`;
  };
  const log = writer('log');
  return {
    log,
    info: writer('info'),
    debug: writer('debug'),
    warn: writer('warn'),
    error: writer('error'),
    dir: (value: unknown) => log(value),
    dirxml: log,
    trace: writer('debug'),
    assert: (condition: unknown, ...args: unknown[]) => {
      if (!condition) write('error', args.length > 0 ? `Assertion failed: ${format(args)}` : 'Assertion failed');
    },
    count: (label: unknown = 'default') => {
      const name = String(label),
        n = (counts.get(name) ?? 0) + 1;
      counts.set(name, n);
      log(`${name}: ${n}`);
    },
    countReset: (label: unknown = 'default') => {
      counts.delete(String(label));
    },
    time: (label: unknown = 'default') => {
      timers.set(String(label), performance.now());
    },
    timeLog: (label: unknown = 'default', ...args: unknown[]) => log(since(String(label)), ...args),
    timeEnd: (label: unknown = 'default') => {
      log(since(String(label)));
      timers.delete(String(label));
    },
    group: (...args: unknown[]) => {
      if (args.length > 0) log(...args);
      indent += '  ';
    },
    groupCollapsed: (...args: unknown[]) => {
      if (args.length > 0) log(...args);
      indent += '  ';
    },
    groupEnd: () => {
      indent = indent.slice(2);
    },
    table: (data: unknown, columns?: readonly string[]) => {
      if (typeof data !== 'object' || data === null) return log(data);
      const { columns: heads, rows } = toTable(toRows(data, 'console.table').slice(0, 100), columns ? { columns } : {});
      const lines = [heads.map((head) => head.name), ...rows.map((row) => row.map((value) => toText(value, 40)))];
      const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
      write(
        'log',
        lines
          .map((line) =>
            line
              .map((text, i) => text.padEnd(widths[i]!))
              .join('  ')
              .trimEnd(),
          )
          .join('\n'),
      );
    },
    clear: () => {},
    profile: () => {},
    profileEnd: () => {},
    timeStamp: () => {},
  };
}

/** As consoles do: `%s %d %i %f %o %O %j %c` in a first string take the arguments behind it; the rest follow. */
function format(args: readonly unknown[]): string {
  const [first, ...rest] = args;
  let text = toText(first);
  if (typeof first === 'string' && rest.length > 0) {
    text = text.replace(/%([sdifoOjc%])/g, (whole, kind: string) => {
      if (kind === '%') return '%';
      if (rest.length === 0) return whole;
      const value = rest.shift();
      if (kind === 'c') return '';
      if (kind === 'd' || kind === 'i' || kind === 'f') return kind === 'i' ? String(Math.trunc(Number(value))) : String(Number(value));
      return toText(value);
    });
  }
  return args.length === 0 ? '' : [text, ...rest.map((value) => toText(value))].join(' ');
}
