/* The front matter: YAML, validated into a fresh object of known keys. A wrong value is reported with its line and the
   default holds; text that is no YAML, or of a later format version, is a Problem of severity `error`. This is the one
   file that loads the yaml package; pages with a compiled notebook never do. */

import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { parseWith, type ReadFront } from './parse.ts';
import type { FrontMatter, Notebook, PassLine, Problem } from './types.ts';

const KNOWN = ['gradus', 'id', 'title', 'open', 'seed', 'python', 'pass', 'unit', 'phase', 'needs', 'minutes', 'objectives'];

/** The notebook that `text` is. Never throws; what is wrong is in `problems`. */
export const parseNotebook = (text: string): Notebook => parseWith(text, readFrontMatter);

/** Reads YAML text whose first line is line 2 of the file. Without `gradus:` there is no front matter and no complaint. */
export const readFrontMatter: ReadFront = (yaml) => {
  const lines = new LineCounter();
  const fail = (message: string, line: number): ReturnType<ReadFront> => ({ problems: [{ severity: 'error', message, line }] });
  let entries: ReadonlyMap<string, Entry>;
  try {
    const document = parseDocument(yaml.replace(/\r\n?/g, '\n'), { lineCounter: lines, prettyErrors: false });
    const error = document.errors[0];
    if (error)
      return fail(`Front matter: expected YAML, got ${sentence(error.message)} Correct this line.`, lines.linePos(error.pos[0]).line + 1);
    entries = readEntries(document, lines);
  } catch (thrown) {
    return fail(`Front matter: expected YAML, got ${sentence(thrown instanceof Error ? thrown.message : String(thrown))} Correct it.`, 2);
  }
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
      read('seed', 'a whole number', ({ value }) => (isInteger(value) ? value : undefined)),
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
};

interface Entry {
  readonly value: unknown;
  readonly source: string;
  readonly line: number;
}

/** Top-level keys with their values as plain data. Throws where aliases multiply beyond bounds. */
function readEntries(document: Document.Parsed, lines: LineCounter): ReadonlyMap<string, Entry> {
  const map = document.contents;
  if (map === null) return new Map();
  if (!isMap(map)) throw new Error('something else than lines of the form "key: value".');
  return new Map(
    map.items.map(({ key, value }) => {
      const scalar = isScalar(value) ? value : undefined;
      const line = lines.linePos(isScalar(key) ? (key.range?.[0] ?? 0) : 0).line + 1;
      const plain: unknown =
        (value as { toJS?: (document: unknown, options: object) => unknown } | null)?.toJS?.(document, { maxAliasCount: 20 }) ?? null;
      return [
        isScalar(key) ? String(key.value) : String(key),
        { value: plain, source: scalar?.source ?? String(scalar?.value ?? ''), line },
      ];
    }),
  );
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

const sentence = (message: string): string => message.replace(/\s+/g, ' ').replace(/[.:]?$/, '.');
const show = (value: unknown): string => {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
};
