/* What the entries of a front matter mean: validated into a fresh object of known keys. A wrong value is reported with its
   line and the default holds; a later format version is a Problem of severity `error`. How the entries were read from YAML
   is the matter of front-matter.ts and front-lines.ts. */

import type { ReadFront } from './parse.ts';
import type { FrontMatter, PassLine, Problem } from './types.ts';

/** One top-level key: its value as plain data, a scalar's text as written, and its line in the file. */
export interface Entry {
  readonly value: unknown;
  readonly source: string;
  readonly line: number;
}

const KNOWN = ['gradus', 'id', 'title', 'open', 'seed', 'python', 'pass', 'unit', 'phase', 'needs', 'minutes', 'objectives'];

/** Without `gradus:` there is no front matter and no complaint. */
export function frontOf(entries: ReadonlyMap<string, Entry>): ReturnType<ReadFront> {
  const fail = (message: string, line: number): ReturnType<ReadFront> => ({ problems: [{ severity: 'error', message, line }] });
  const problems: Problem[] = [];
  const version = entries.get('gradus');
  if (!version) return { problems };
  const expect = (expected: string, { line, value }: Entry, key: string): undefined => {
    problems.push({
      severity: 'warning',
      message: `${key}: expected ${expected}, got ${show(value)}. It is ignored until it is changed.`,
      line,
    });
  };
  if (!isInteger(version.value) || version.value < 1) {
    return fail(`gradus: expected the format version 1, got ${show(version.value)}. Write "gradus: 1".`, version.line);
  }
  if (version.value > 1) {
    const message = `gradus: this notebook was made for a later version (format ${version.value}, this version reads 1). It is shown and not run; open it in a newer Gradus.`;
    problems.push({ severity: 'error', message, line: version.line });
  }

  const read = <T>(key: string, expected: string, convert: (entry: Entry) => T | undefined): T | undefined => {
    const entry = entries.get(key);
    return entry && entry.value !== null ? (convert(entry) ?? expect(expected, entry, key)) : undefined;
  };
  const text = ({ value, source }: Entry): string | undefined =>
    typeof value === 'string' ? value : typeof value === 'number' ? source : undefined;
  const number = (key: string): number | undefined =>
    read(key, 'a number', ({ value }) => (Number.isFinite(value) ? (value as number) : undefined));
  const list = <T>(key: string, expected: string, is: (item: unknown) => item is T): readonly T[] =>
    read(key, expected, ({ value }) => (Array.isArray(value) && value.every(is) ? (value as T[]) : undefined)) ?? [];

  const id = read(
    'id',
    'a word of letters, digits, "-", "_" and "."',
    (entry) => /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.exec(text(entry) ?? '')?.[0],
  );
  if (!entries.has('id')) {
    problems.push({
      severity: 'warning',
      message: 'id: expected a name for this notebook, got none. Add "id: some-name"; progress hangs on it.',
      line: version.line,
    });
  }
  const front: FrontMatter = {
    gradus: version.value,
    id: id ?? '',
    title: read('title', 'text', text) ?? '',
    open: read('open', '"run" or "wait"', ({ value }) => (value === 'run' || value === 'wait' ? value : undefined)) ?? 'wait',
    ...given(
      'seed',
      read('seed', 'a whole number', ({ value }) => (isInteger(value) && value >= 0 ? value : undefined)),
    ),
    ...given('python', read('python', '3.12 or 3.14', text)),
    pass: list('pass', 'a list of { run, metric, min or max }', isPassLine).map(({ run, metric, min, max }) => ({
      run,
      metric,
      ...given('min', min),
      ...given('max', max),
    })),
    ...given('unit', number('unit')),
    ...given('phase', number('phase')),
    needs: list('needs', 'a list of unit numbers such as [4, 9]', (item): item is number => Number.isFinite(item)),
    ...given('minutes', number('minutes')),
    objectives: list('objectives', 'a list of sentences', (item): item is string => typeof item === 'string'),
    extra: Object.fromEntries([...entries].filter(([key]) => !KNOWN.includes(key)).map(([key, { value }]) => [key, value])),
  };
  return { front, problems };
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const given = <K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } =>
  value === undefined ? {} : ({ [key]: value } as { [key in K]: T });

function isPassLine(item: unknown): item is PassLine {
  if (typeof item !== 'object' || item === null) return false;
  const { run, metric, min, max } = item as Record<string, unknown>;
  const bound = (value: unknown): boolean => value === undefined || Number.isFinite(value);
  return typeof run === 'string' && typeof metric === 'string' && bound(min) && bound(max) && (min ?? max) !== undefined;
}

const show = (value: unknown): string => {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
};
