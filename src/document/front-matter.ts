/* The front matter as YAML: text that is none is a Problem of severity `error`. This is the one file that loads the yaml
   package; pages with a compiled notebook never do, and others only where front-lines.ts is not sure. */

import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { frontOf, type Entry } from './front-fields.ts';
import { parseWith, type ReadFront } from './parse.ts';
import type { Notebook } from './types.ts';

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
  return frontOf(entries);
};

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

const sentence = (message: string): string => message.replace(/\s+/g, ' ').replace(/[.:]?$/, '.');
