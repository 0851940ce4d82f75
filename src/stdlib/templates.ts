/* What cells write to be shown: the tagged templates `md`, `tex` and `html`, and `table`. Each gives a value that is its output. */

import { Shown, toText } from '../output/inspect.ts';
import { Input } from './inputs/input.ts';
import type { Names } from './names.ts';
import { tableOf, type TableOptions } from './tables.ts';

export const templateNames = { md: () => md, tex: () => tex, html: () => html, table: () => table } satisfies Names;

/** Markdown, written raw: a backslash is a backslash (so formulas need no doubling), save before a backtick or `${`. */
export function md(strings: TemplateStringsArray, ...values: unknown[]): Shown {
  return new Shown({ kind: 'markdown', markdown: join(raw(strings), values, (value) => source(value, 'markdown')) });
}

/** A formula on a line of its own. */
export function tex(strings: TemplateStringsArray, ...values: unknown[]): Shown {
  return new Shown({ kind: 'markdown', markdown: `$$\n${join(raw(strings), values, words)}\n$$` });
}

/** HTML whose interpolated text is escaped; other `html` goes in as it is, and an input leaves its place, for the `template`
    of `Inputs.form`. The page removes what could run. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Shown {
  return new Shown({
    kind: 'html',
    html: join(strings, values, (value) => {
      if (value instanceof Input) return `<span class="gradus-${value.id}"></span>`;
      const own = source(value, 'html');
      return value instanceof Shown ? own : own.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
    }),
  });
}

export function table(rows: unknown, options?: TableOptions): Shown {
  const { output, behind } = tableOf(rows, options, 'table');
  return new Shown(output, behind);
}

const raw = ({ raw: parts }: TemplateStringsArray): string[] => parts.map((part) => part.replace(/\\(`|\$\{)/g, '$1'));

function join(parts: readonly string[], values: readonly unknown[], write: (value: unknown) => string): string {
  return parts.reduce((text, part, i) => {
    const value = values[i - 1];
    return text + (Array.isArray(value) ? value.map(write).join('') : write(value)) + part;
  });
}

/** A text is taken whole, however long; of other values what a line shows. */
const words = (value: unknown): string => (typeof value === 'string' ? value : toText(value));

function source(value: unknown, kind: 'markdown' | 'html'): string {
  if (!(value instanceof Shown)) return value === undefined || value === null ? '' : words(value);
  const { output } = value;
  return output.kind === 'markdown'
    ? output.markdown
    : output.kind === 'html'
      ? output.html
      : `(${kind} cannot hold a ${output.kind}: show it on its own)`;
}
