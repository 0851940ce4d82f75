/* The info string of a fence: a language, then attributes in braces (`ts {id=loss run=manual}`). What is written wrongly
   is reported and leaves the default in force; what is unknown is kept in `other`. Reads only, never throws. */

import type { Attributes, RunMode } from './types.ts';

/** Languages whose fences are cells. */
export const CELL_LANGUAGES: readonly string[] = ['ts', 'js', 'tsx', 'html', 'python', 'sql', 'wgsl', 'sh'];
export const DIAGRAM_LANGUAGES: readonly string[] = ['mermaid', 'dot', 'tex'];

/** One attribute as written; offsets lie in the info string. A flag has no value. */
export interface WrittenAttribute {
  readonly key: string;
  readonly value?: string;
  readonly start: number;
  readonly end: number;
}

export interface FenceInfo {
  /** Lower case, `py` as `python`; empty where none is written. */
  readonly language: string;
  /** Offset behind the language as written. */
  readonly languageEnd: number;
  /** Offset of the opening brace, -1 where there is none. */
  readonly brace: number;
  readonly written: readonly WrittenAttribute[];
  /** The closing brace is missing. */
  readonly unclosed: boolean;
}

const MAX_ATTRIBUTES = 100;

export function readInfo(info: string): FenceInfo {
  const word = /^[^\s{]*/.exec(info)![0];
  const language = word.toLowerCase() === 'py' ? 'python' : word.toLowerCase();
  const brace = info.indexOf('{', word.length);
  const written: WrittenAttribute[] = [];
  let unclosed = brace >= 0;
  const item = /\s*(?:(\})|([^\s={}"']+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s}]*)))?|[^\s}])/y;
  item.lastIndex = brace + 1;
  for (let match; unclosed && written.length < MAX_ATTRIBUTES && (match = item.exec(info));) {
    const [, close, key, double, single, bare] = match;
    if (close) unclosed = false;
    else if (key !== undefined) {
      const value = double ?? single ?? bare;
      const start = item.lastIndex - match[0].trimStart().length;
      written.push({ key, ...(value !== undefined && { value }), start, end: item.lastIndex });
    }
  }
  return { language, languageEnd: word.length, brace, written, unclosed };
}

interface Known {
  readonly accepts: (value: string) => boolean;
  readonly expected: string;
}
const oneOf = (...values: string[]): Known => ({ accepts: (value) => values.includes(value), expected: values.join(', ') });
const LABEL: Known = { accepts: (value) => /^[^\s,"'<>`]+$/.test(value), expected: 'a name without blanks, commas or quotes' };
const KNOWN: ReadonlyMap<string, Known> = new Map([
  ['id', LABEL],
  ['run', oneOf('auto', 'manual', 'once', 'off')],
  ['hide', oneOf('code', 'output')],
  ['name', { accepts: (value) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(value), expected: 'the name of a variable' }],
  ['exercise', LABEL],
  ['check', LABEL],
  ['solution', LABEL],
  ['wrong', LABEL],
  ['answer', LABEL],
  ['static', oneOf('true')],
  ['jsx', oneOf('react', 'solid')],
  ['db', oneOf('sqlite', 'postgres')],
]);

/** The attributes with defaults filled in; each complaint goes to `report`. */
export function readAttributes(info: FenceInfo, report: (message: string) => void): Attributes {
  const own = new Map<string, string>();
  const other = new Map<string, string>();
  if (info.unclosed) report('Attributes: expected a closing }, got the end of the line. Add it behind the last attribute.');
  for (const { key, value } of info.written) {
    const known = KNOWN.get(key);
    const given = value ?? (key === 'static' ? 'true' : '');
    if (own.has(key) || other.has(key)) report(`Attribute ${key} is written twice. The last one holds; remove the other.`);
    if (!known) {
      other.set(key, given);
      const near = nearest(key, [...KNOWN.keys()]);
      report(`Attribute ${key} is unknown. ${near ? `Did you mean ${near}? ` : ''}Known are: ${[...KNOWN.keys()].join(', ')}.`);
    } else if (!known.accepts(given))
      report(`Attribute ${key}: expected ${known.expected}, got "${given}". It is ignored until it is changed.`);
    else (key === 'jsx' || key === 'db' ? other : own).set(key, given);
  }
  const { static: fixed, ...rest } = Object.fromEntries(own) as Partial<Attributes> & Record<string, string>;
  return { ...rest, run: (rest.run ?? 'auto') as RunMode, static: fixed !== undefined, other: Object.fromEntries(other) };
}

/** The candidate that at most two typing slips separate from `word`, or a third of its letters where that is less. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates.map((candidate) => ({ candidate, slips: slips(word, candidate) })).sort((a, b) => a.slips - b.slips);
  const best = ranked[0];
  return best && best.slips <= Math.min(2, Math.ceil(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein distance, one row at a time. */
function slips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  if (a.length > 40) return a.length;
  for (let i = 0; i < a.length; i++) {
    const above = row;
    row = [i + 1];
    for (let j = 0; j < b.length; j++) row.push(Math.min(above[j + 1]! + 1, row[j]! + 1, above[j]! + (a[i] === b[j] ? 0 : 1)));
  }
  return row[b.length]!;
}
