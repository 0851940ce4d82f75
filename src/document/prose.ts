/* What in a prose text is no Markdown: `${expression}` and math. Both are found by one walk from left to right over the
   stretches that CommonMark reads for inline marks, past escapes, code spans, comments and tags, so that whoever renders
   prose and whoever evaluates it agree. Every walk is linear in the length of the text. */

import { countLines } from './parse.ts';
import { TAG } from './html-blocks.ts';
import { scan } from './scan.ts';
import type { Notebook } from './types.ts';

/** `[start, end)` with its marks (`${ }`, `$ $`, `$$ $$`); `code` is what lies between them. */
export interface InlinePart {
  readonly kind: 'expression' | 'math' | 'display';
  readonly start: number;
  readonly end: number;
  readonly code: string;
}

/** An expression in the prose of a notebook; its place in the file's list is what `data-value` of rendered prose says. */
export interface ProseExpression {
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** The expressions of all prose blocks in file order, with offsets and lines of the file; none where nothing runs. */
export function proseExpressions({ text, front, blocks }: Notebook): readonly ProseExpression[] {
  if (front?.gradus !== 1) return [];
  return blocks
    .filter(({ kind }) => kind === 'prose')
    .flatMap((block) => {
      let line = block.line,
        seen = block.start;
      return expressions(text.slice(block.start, block.end)).map(({ code, start, end }) => {
        line += countLines(text.slice(seen, block.start + start));
        seen = block.start + start;
        return { code, start: seen, end: block.start + end, line };
      });
    });
}

/** The expressions of a prose text, in order. `\${` is literal, and so is what has no closing brace or is empty. */
export const expressions = (markdown: string): readonly InlinePart[] => inlineParts(markdown).filter(({ kind }) => kind === 'expression');

/** Math: `$…$` in one paragraph, opened by a `$` before neither blank nor `{`, closed by one behind no blank and before
    neither digit nor `{`, no backtick inside; and `$$…$$`. */
export const inlineMath = (markdown: string): readonly InlinePart[] => inlineParts(markdown).filter(({ kind }) => kind !== 'expression');

const SKIPPED_TAG = new RegExp(`${TAG}|<[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\\s<>]*>`, 'y');
const MAX_FAILURES = 10;

export const inlineParts = (markdown: string): readonly InlinePart[] =>
  scan(markdown).inlines.flatMap(([from, to]) => partsOf(markdown.slice(from, to), from));

/** The parts of one paragraph, heading or HTML block; `offset` is added to their places. */
function partsOf(text: string, offset: number): InlinePart[] {
  const parts: InlinePart[] = [];
  const push = (kind: InlinePart['kind'], start: number, end: number, open: number, close: number): number => {
    parts.push({ kind, start: offset + start, end: offset + end, code: text.slice(start + open, end - close) });
    return end;
  };
  const ticks = new Map<number, number[]>(); // length of a run of backticks → where such runs begin, last first
  for (const { 0: run, index } of [...text.matchAll(/`+/g)].reverse()) {
    if (!ticks.get(run.length)?.push(index)) ticks.set(run.length, [index]);
  }
  // A search that found no end is not repeated: nothing later in the paragraph can have one either.
  let failures = 0,
    noMathBefore = 0,
    noDisplay = false,
    noComment = false;

  for (let at = 0; at < text.length;) {
    const char = text[at]!,
      next = text[at + 1] ?? '';
    let end = at + 1;
    if (char === '\\') end = at + 2;
    else if (char === '`') {
      let length = 1;
      while (text[at + length] === '`') length++;
      const starts = ticks.get(length) ?? []; // none for the rest of a run whose first one is escaped
      while (starts.length > 0 && starts.at(-1)! <= at) starts.pop();
      end = (starts.at(-1) ?? at) + length;
    } else if (char === '<') {
      SKIPPED_TAG.lastIndex = at;
      const close: number = noComment || !text.startsWith('<!--', at) ? -1 : text.indexOf('-->', at + 4);
      if (close >= 0) end = close + 3;
      else if (next === '!') noComment = true;
      else if (SKIPPED_TAG.test(text)) end = SKIPPED_TAG.lastIndex;
    } else if (char === '$' && next === '{') {
      const close = failures < MAX_FAILURES ? closingBrace(text, at + 2) : -1;
      if (close < 0) failures++;
      else if (text.slice(at + 2, close).trim() !== '') end = push('expression', at, close + 1, 2, 1);
    } else if (char === '$' && next === '$') {
      const close: number = noDisplay ? -1 : text.indexOf('$$', at + 2);
      noDisplay ||= close < 0;
      end = close > at + 2 ? push('display', at, close + 2, 2, 2) : at + 2;
    } else if (char === '$' && /\S/.test(next) && at >= noMathBefore) {
      const close = closingDollar(text, at + 1);
      if (text[close] === '$') end = push('math', at, close + 1, 1, 1);
      else noMathBefore = close;
    }
    at = end;
  }
  return parts;
}

/** Offset of the `$` that ends the math begun before `from`; else of what makes it none: a backtick, or the end. */
function closingDollar(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '`') return at;
    if (text[at] === '\\') at++;
    else if (text[at] === '$' && /\S/.test(text[at - 1]!) && !/[\d{]/.test(text[at + 1] ?? '')) return at;
  }
  return text.length;
}

/** Offset of the brace that ends an expression begun before `from`, -1 where there is none: braces balance,
    those in strings, comments and the text of templates do not count. */
function closingBrace(text: string, from: number): number {
  const open: ('{' | '`')[] = [];
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (open.at(-1) === '`') {
      if (char === '\\') at++;
      else if (char === '`') open.pop();
      else if (char === '$' && text[at + 1] === '{') {
        open.push('{');
        at++;
      }
    } else if (char === '}') {
      if (open.length === 0) return at;
      open.pop();
    } else if (char === '{' || char === '`') open.push(char);
    else if (char === '"' || char === "'") {
      for (at++; at < text.length && text[at] !== char; at++) {
        if (text[at] === '\\') at++;
        else if (text[at] === '\n') return -1;
      }
    } else if (char === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) return -1;
      at = close + 1;
    }
  }
  return -1;
}
