/* Structural edits over generated notebooks: what is not named keeps its bytes, cells stay cells, and every edit has its inverse. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, parseNotebook, type Notebook, type Splice } from './index.ts';
import { partsOf, type Part } from './compose.ts';
import { applySplices } from './reparse.ts';
import {
  cellSource,
  copySource,
  deleteParts,
  insertParts,
  mergeParts,
  moveParts,
  proseSource,
  replaceParts,
  splitPart,
} from './structure.ts';
import { fencesOf } from './fences.ts';
import { scan } from './scan.ts';

const HEAD = '---\ngradus: 1\nid: t\n---\n';
const parse = (body: string): Notebook => parseNotebook(HEAD + body);
const crlf = (body: string): string => (HEAD + body).replaceAll('\n', '\r\n');
const seeded = { seed: 11, numRuns: 500 };

const PIECES = [
  '```ts\nconst a = 1\n```\n',
  '```ts {id=a}\na\n\n```\n',
  '  ~~~ js {run=manual}\n  1\n  ~~~\n',
  '````sql {name=r}\n```\n````\n',
  '```mermaid\ngraph\n```\n',
  '```ts\n```\n',
  '```text\nplain\n```\n',
  '```ts\n',
  '> quote\n',
  '- item\n',
  '1. one\n',
  '   more\n',
  '<div>\n',
  '</div>\n',
  '<!-- note\n',
  '<!-- a -->\n',
  '-->\n',
  '<script>\n',
  '# h\n',
  '---\n',
  '\n',
  '\n',
  '\n\n',
  '\t\n',
  'text\n',
  'text ${x}\n',
  '    code\n',
  '~~~\n',
];
const styles = [(text: string) => text, (text: string) => text.replaceAll('\n', '\r\n'), (text: string) => text.replace(/\n$/, '')];
const notebooks = fc
  .tuple(fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }), fc.constantFrom(...styles))
  .map(([pieces, style]) => parseNotebook(style(HEAD + pieces.join(''))));

/** Fences, closed, with LF: a fence that the end of the file closed is closed when something comes behind it. */
const fences = (notebook: Notebook): string[] =>
  partsOf(notebook).flatMap(({ block, start, end }) => {
    if (block.kind === 'prose') return [];
    const { opening, closing } = fencesOf(notebook, block);
    const text = notebook.text.slice(start, end);
    return [(closing === undefined ? `${text}\n${/^ *(?:`+|~+)/.exec(opening)![0]}` : text).replace(/\r\n?/g, '\n')];
  });
const prose = (notebook: Notebook): string =>
  partsOf(notebook)
    .filter(({ block }) => block.kind === 'prose')
    .map(({ start, end }) => notebook.text.slice(start, end))
    .join('\n')
    .replaceAll(/<!-- (?:\?>\]\]><\/pre> )?-->/g, '')
    .replace(/[\r\n]+/g, '\n')
    .trim();
const change = (notebook: Notebook, splices: readonly Splice[]): Notebook => {
  const done = applySplices(notebook, splices);
  expect(done.notebook).toEqual(parseNotebook(done.notebook.text));
  const back = applySplices(done.notebook, done.inverse);
  expect(back.notebook).toEqual(notebook);
  expect(back.notebook.text).toBe(notebook.text);
  return done.notebook;
};
const forEach = (test: (notebook: Notebook, parts: readonly Part[], a: number, b: number) => void): void => {
  fc.assert(
    fc.property(notebooks, fc.nat(), fc.nat(), (notebook, a, b) => {
      const parts = partsOf(notebook);
      if (parts.length > 0) test(notebook, parts, a % parts.length, b % (parts.length + 1));
    }),
    seeded,
  );
};
/** Number of fences before part `at`. */
const fencesBefore = (parts: readonly Part[], at: number): number =>
  parts.slice(0, at).filter(({ block }) => block.kind !== 'prose').length;

describe('edits of blocks', () => {
  it('cover the body with parts', () => {
    forEach((notebook, parts) => {
      expect(cellsOf(notebook).length).toBe(parts.filter(({ block }) => block.kind === 'cell').length);
      parts.forEach(({ start, end, block }) => {
        const text = notebook.text.slice(start, end);
        expect(text).not.toMatch(/[\r\n]$/.test(text) && block.kind === 'prose' ? /$/ : /^$/);
      });
    });
  });

  it('delete a block and leave the others', () => {
    forEach((notebook, parts, at) => {
      const after = change(notebook, deleteParts(notebook, parts, new Set([at])));
      const expected = fences(notebook);
      if (parts[at]!.block.kind !== 'prose') expected.splice(fencesBefore(parts, at), 1);
      expect(fences(after)).toEqual(expected);
    });
  });

  it('delete several blocks', () => {
    forEach((notebook, parts, a, b) => {
      const which = new Set([a, b % parts.length, (a + b) % parts.length]);
      const expected = parts.flatMap(({ block }, i) =>
        block.kind === 'prose' || which.has(i) ? [] : [fences(notebook)[fencesBefore(parts, i)]!],
      );
      expect(fences(change(notebook, deleteParts(notebook, parts, which)))).toEqual(expected);
    });
  });

  it('move a block anywhere', () => {
    forEach((notebook, parts, at, to) => {
      const after = change(notebook, moveParts(notebook, parts, new Set([at]), to));
      const expected = fences(notebook);
      if (parts[at]!.block.kind !== 'prose') {
        const n = fencesBefore(parts, at);
        const [moved] = expected.splice(n, 1);
        const place = fencesBefore(parts, to);
        expected.splice(place > n ? place - 1 : place, 0, moved!);
      }
      expect(fences(after)).toEqual(expected);
      const words = (text: string): string => text.split(/\s+/).toSorted().join(' ').trim();
      expect(words(prose(after)).replace(/ ?(?:`{3,}|~{3,})/g, '')).toBe(words(prose(notebook)).replace(/ ?(?:`{3,}|~{3,})/g, ''));
    });
  });

  it('move several blocks, which come to stand together', () => {
    forEach((notebook, parts, a, b) => {
      const which = new Set([a, (a + 2) % parts.length]);
      const after = change(notebook, moveParts(notebook, parts, which, b));
      const all = fences(notebook);
      const number = (i: number): string[] => (parts[i]!.block.kind === 'prose' ? [] : [all[fencesBefore(parts, i)]!]);
      const rest = (from: number, to: number): string[] => parts.flatMap((_, i) => (i >= from && i < to && !which.has(i) ? number(i) : []));
      const moved = [...which].toSorted((x, y) => x - y).flatMap(number);
      expect(fences(after)).toEqual([...rest(0, b), ...moved, ...rest(b, parts.length)]);
    });
  });

  it('insert cells and prose', () => {
    const codes = ['', 'x', '```\n~~~', 'a\n\n', '- b'];
    const texts = [
      'text',
      '- open list',
      '> quote',
      '<div>',
      '<!-- open',
      '<script>',
      '    code',
      '```ts\n1\n```',
      '```text\nopen',
      '# h',
      '1. a\n\n   b',
    ];
    forEach((notebook, parts, a, at) => {
      const code = codes[a % codes.length]!;
      const cell = change(
        notebook,
        insertParts(notebook, parts, at, [cellSource(notebook, { language: 'ts', code, attributes: 'id=new' })]),
      );
      const expected = cellsOf(notebook).map((block) => block.code);
      const cellsBefore = parts.slice(0, at).filter(({ block }) => block.kind === 'cell').length;
      expect(cellsOf(cell).map((block) => block.code)).toEqual(expected.toSpliced(cellsBefore, 0, code));
      const text = texts[a % texts.length]!;
      const more = change(notebook, insertParts(notebook, parts, at, [proseSource(notebook, text)]));
      const inside = text === '```ts\n1\n```' ? ['```ts\n1\n```'] : [];
      expect(fences(more)).toEqual(fences(notebook).toSpliced(fencesBefore(parts, at), 0, ...inside));
      expect(more.text.replaceAll('\r\n', '\n')).toContain(text);
    });
  });

  it('replace prose and fences and nothing else', () => {
    const texts = ['', 'text', '- open list', '<!-- open', '<script>', '```text\nopen', '    code'];
    forEach((notebook, parts, at, b) => {
      const text = texts[b % texts.length]!;
      const after = change(notebook, replaceParts(notebook, parts, new Map([[at, proseSource(notebook, text)]])));
      const expected = fences(notebook);
      if (parts[at]!.block.kind !== 'prose') expected.splice(fencesBefore(parts, at), 1);
      expect(fences(after)).toEqual(expected);
      const cell = change(notebook, replaceParts(notebook, parts, new Map([[at, cellSource(notebook, { language: 'js', code: text })]])));
      expect(fences(cell)).toHaveLength(parts[at]!.block.kind === 'prose' ? fences(notebook).length + 1 : fences(notebook).length);
    });
  });

  it('split a cell at any offset, and merge its halves to what it was', () => {
    forEach((notebook, parts, at, b) => {
      const { block } = parts[at]!;
      if (block.kind !== 'cell') return;
      const offset = b % (block.code.length + 1);
      const after = change(notebook, splitPart(notebook, block, offset, 'run=manual'));
      const before = cellsOf(notebook).indexOf(block);
      const [first, second] = cellsOf(after).slice(before, before + 2);
      expect(first!.code).toBe(block.code.slice(0, offset).replace(/\n$/, ''));
      expect(second!.code).toBe(block.code.slice(offset).replace(/^\n/, ''));
      expect(first!.attributes).toEqual(block.attributes);
      expect([second!.language, second!.attributes.run]).toEqual([block.language, 'manual']);
      expect(
        cellsOf(after)
          .toSpliced(before, 2)
          .map(({ code }) => code),
      ).toEqual(
        cellsOf(notebook)
          .toSpliced(before, 1)
          .map(({ code }) => code),
      );
      const halves = partsOf(after);
      const i = halves.findIndex((part) => part.block === first);
      const again = change(after, mergeParts(after, halves, [i, i + 1]));
      const merged = cellsOf(again)[before]!;
      expect(merged.attributes).toEqual(block.attributes);
      expect(merged.code).toBe([first!.code, second!.code].filter((code) => code !== '').join('\n'));
      expect(cellsOf(again)).toHaveLength(cellsOf(notebook).length);
    });
  });

  it('copy a block under another id', () => {
    forEach((notebook, parts, at) => {
      const part = parts[at]!;
      const after = change(notebook, insertParts(notebook, parts, at + 1, [copySource(notebook, part, 'other')]));
      const { block } = part;
      if (block.kind !== 'cell') return expect(fences(after).length - fences(notebook).length).toBe(block.kind === 'prose' ? 0 : 1);
      const n = cellsOf(notebook).indexOf(block);
      const copy = cellsOf(after)[n + 1]!;
      expect(copy.code).toBe(block.code);
      expect(copy.attributes).toEqual(block.attributes.id === undefined ? block.attributes : { ...block.attributes, id: 'other' });
    });
  });

  it('keep a missing final newline, CRLF, tabs, and blank lines that they do not touch', () => {
    const notebook = parseNotebook(crlf('a\n\n```ts\n\t1\n```\n\n\n\n```js\n2\n```\nend'));
    const text = change(notebook, moveParts(notebook, partsOf(notebook), new Set([1]), 3)).text.slice(crlf('').length);
    expect(text).toBe('a\r\n\r\n\r\n\r\n```js\r\n2\r\n```\r\n\r\n```ts\r\n\t1\r\n```\r\n\r\nend');
    expect(change(notebook, deleteParts(notebook, partsOf(notebook), new Set([3]))).text.slice(crlf('').length)).toBe(
      'a\r\n\r\n```ts\r\n\t1\r\n```\r\n\r\n\r\n\r\n```js\r\n2\r\n```',
    );
    expect(change(notebook, splitPart(notebook, cellsOf(notebook)[0]!, 0, '')).text.slice(HEAD.length)).toContain(
      '```ts\r\n```\r\n\r\n```ts\r\n\t1\r\n```\r\n',
    );
  });

  it('keep a cell a cell behind an open list, and put nothing between where nothing is open', () => {
    const list = parse('- a\n\n```ts\n1\n```\n\ntext\n\n  ```ts\n  2\n  ```\n');
    const moved = change(list, moveParts(list, partsOf(list), new Set([3]), 1));
    expect(cellsOf(moved)).toHaveLength(2);
    expect(moved.text).toContain('- a\n\n<!-- -->\n\n  ```ts');
    const plain = parse('a\n\n```ts\n1\n```\n\nb\n\n```ts\n2\n```\n');
    expect(change(plain, moveParts(plain, partsOf(plain), new Set([3]), 1)).text.slice(HEAD.length)).toBe(
      'a\n\n```ts\n2\n```\n\n```ts\n1\n```\n\nb\n',
    );
    expect(scan(moved.text, HEAD.length).fences.filter(({ inside }) => inside)).toEqual([]);
  });
});
