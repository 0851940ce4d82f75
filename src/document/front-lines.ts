/* The front matter that notebooks really have, read without the yaml package: lines `key: value` with plain or quoted
   scalars, flow lists and maps of scalars, and lists of `- item` lines. Anything else (comments, escapes, blocks of text,
   anchors, words that YAML reads in its own way, a key twice) gives undefined, and the yaml package reads it. What is
   accepted here means the same there; a property test holds the two together. */

import { frontOf, type Entry } from './front-fields.ts';
import { frontRange } from './front-range.ts';
import { parseWith, type ReadFront } from './parse.ts';
import type { Notebook } from './types.ts';

interface Scalar {
  readonly value: string | number;
  readonly source: string;
}

/** The same as `parseNotebook`, with the yaml package fetched only where it is needed. */
export async function openNotebook(text: string): Promise<Notebook> {
  const entries = readLines(frontRange(text).yaml ?? '');
  const read: ReadFront = entries ? () => frontOf(entries) : (await import('./front-matter.ts')).readFrontMatter;
  return parseWith(text, read);
}

/** Entries by key; undefined where this reader is not sure. */
export function readLines(yaml: string): ReadonlyMap<string, Entry> | undefined {
  const entries = new Map<string, Entry>();
  const lines = yaml.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, key, rest = ''] = /^([a-z][a-zA-Z0-9_-]*):(?: +(\S.*))?$/.exec(lines[i]!) ?? [];
    if (key === undefined || key === 'constructor' || special.test(key) || entries.has(key)) return undefined;
    const line = i + 2;
    if (rest !== '') {
      const found = rest.startsWith('[') ? flowList(rest) : rest.startsWith('{') ? flowMap(rest) : scalar(rest);
      if (found === undefined) return undefined;
      entries.set(key, { value: found.value, source: 'source' in found ? found.source : '', line });
      continue;
    }
    const items: unknown[] = [];
    let indent: string | undefined;
    for (let item; (item = /^( *)- (\S.*)$/.exec(lines[i + 1] ?? '')) !== null; i++) {
      const found = item[2]!.startsWith('{') ? flowMap(item[2]!) : scalar(item[2]!);
      if (found === undefined || (indent ??= item[1]!) !== item[1]) return undefined;
      items.push(found.value);
    }
    if (items.length === 0) return undefined;
    entries.set(key, { value: items, source: '', line });
  }
  return entries.size === 0 ? undefined : entries;
}

/** Words that YAML, old or new, takes for something else than text. */
const special = /^(null|true|false|yes|no|on|off|y|n)$/i;
const plain = /^\p{L}[\p{L}\p{N} .,;()'’“”"/+*=!?&%–—_-]*$/u;
const quoted = /^"([^"\\\p{C}\u2028\u2029]*)"$/u;
const number = /^(?:0|-?[1-9]\d{0,14})$|^-?(?:0|[1-9]\d{0,14})\.\d{1,15}$/;

function scalar(text: string, flow = false): Scalar | undefined {
  const inside = quoted.exec(text)?.[1];
  if (inside !== undefined) return { value: inside, source: inside };
  if (number.test(text)) return { value: Number(text), source: text };
  if (!plain.test(text) || text.endsWith(' ') || special.test(text) || (flow && /[,"']/.test(text))) return undefined;
  return { value: text, source: text };
}

function flowList(text: string): { readonly value: readonly unknown[] } | undefined {
  if (text === '[]') return { value: [] };
  const values = /^\[([^[\]{}]+)\]$/
    .exec(text)?.[1]
    ?.split(',')
    .map((part) => scalar(part.trim(), true)?.value);
  return values === undefined || values.includes(undefined) ? undefined : { value: values };
}

function flowMap(text: string): { readonly value: object } | undefined {
  const found: Record<string, unknown> = {};
  const parts = /^\{([^[\]{}]+)\}$/.exec(text)?.[1]?.split(',') ?? [];
  for (const part of parts) {
    const [, key, rest = ''] = /^ *([a-z][a-zA-Z0-9_-]*): +(\S.*?) *$/.exec(part) ?? [];
    const value = scalar(rest, true)?.value;
    if (key === undefined || special.test(key) || key in found || value === undefined) return undefined;
    found[key] = value;
  }
  return parts.length === 0 ? undefined : { value: found };
}
