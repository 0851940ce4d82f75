/* Block structure of Markdown, as far as a notebook needs it: which fences stand at the top level, which lie in a list,
   a quote or HTML, and which stretches of text are read for inline marks. It follows the block phase of CommonMark 0.31
   line by line (containers, then leaves, with lazy continuation) but builds no tree; a line costs at most its length
   times MAX_DEPTH, whatever stands in it. Offsets are UTF-16 code units into the given text. */

import { HTML } from './html-blocks.ts';

export interface Fence {
  /** The whole block, final newline included. */
  readonly start: number;
  end: number;
  readonly codeStart: number;
  /** Before the newline that ends the last line of code. */
  codeEnd: number;
  /** Offset and text of the info string, trimmed. */
  readonly infoStart: number;
  readonly info: string;
  /** The opening run with its indentation: `  ~~~~`. */
  readonly opener: string;
  closed: boolean;
  readonly line: number;
  /** Absent at the top level. */
  readonly inside?: 'a list' | 'a quote' | 'a comment' | 'an HTML block';
}

export interface Scan {
  readonly fences: readonly Fence[];
  /** [start, end) of each paragraph, heading or HTML block, container marks included; code and comments are in none. */
  readonly inlines: readonly (readonly [start: number, end: number])[];
}

/** A block quote, or a list item with the columns its content is indented by. */
interface Container {
  readonly indent: number;
  readonly quote: boolean;
  empty: boolean;
}

type Leaf = 'none' | 'paragraph' | 'code' | 'fence' | 'html';

const MAX_DEPTH = 100;
const BLANK = /^[ \t]*$/;
const FENCE = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/;
const ATX = /^#{1,6}(?:[ \t]|$)/;
const SETEXT = /^(?:=+|-+)[ \t]*$/;
const THEMATIC = /^(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/;
const MARKER = /^(?:[*+-]|(\d{1,9})[.)])(?=[ \t]|$)/;

/** Scans `text` from offset `from`, which lies at the start of line `firstLine` outside of every block. Ends before the first
    fence at the top level whose start `isKnown`: behind it the text reads as it did before. */
export function scan(text: string, from = 0, firstLine = 1, isKnown?: (start: number) => boolean): Scan {
  const fences: Fence[] = [];
  const inlines: [number, number][] = [];
  const containers: Container[] = [];
  let leaf = 'none' as Leaf;
  let run = ''; // of the open fence, without indentation
  let html: (typeof HTML)[number] = HTML[0]!;

  // The line, and the place in it: `at` counts characters, `column` columns; a tab may be consumed in part.
  let line = '',
    at = 0,
    column = 0,
    next = 0,
    indent = 0,
    blank = false;
  const peek = (): void => {
    let to = column;
    for (next = at; line[next] === ' ' || line[next] === '\t'; next++) to += line[next] === '\t' ? 4 - (to % 4) : 1;
    indent = to - column;
    blank = next === line.length;
  };
  const advance = (columns: number): void => {
    for (const goal = column + columns; column < goal && at < line.length;) {
      const width = line[at] === '\t' ? 4 - (column % 4) : 1;
      if (column + width > goal) {
        column = goal;
        return;
      }
      column += width;
      at++;
    }
  };
  const toNext = (characters: number): void => {
    column += indent + characters;
    at = next + characters;
  };

  const breaks = /\r\n|\n|\r/g;
  for (let start = from, lineNumber = firstLine; start < text.length; lineNumber++) {
    breaks.lastIndex = start;
    const newline = breaks.exec(text);
    const lineEnd = newline ? newline.index : text.length;
    const end = newline ? breaks.lastIndex : text.length;
    line = text.slice(start, lineEnd);
    at = column = 0;
    const lineStart = start;
    start = end;

    // 1. Which open containers does the line continue?
    let matched = 0;
    for (; matched < containers.length; matched++) {
      const container = containers[matched]!;
      peek();
      if (container.quote) {
        if (indent > 3 || line[next] !== '>') break;
        toNext(1);
        if (line[at] === ' ' || line[at] === '\t') advance(1);
      } else if (blank) {
        if (container.empty) break;
      } else if (indent >= container.indent) advance(container.indent);
      else break;
    }
    peek();

    // 2. Does it continue the open leaf?
    if (matched === containers.length) {
      if (leaf === 'fence') {
        const fence = fences.at(-1)!;
        fence.end = end;
        if (indent <= 3 && closes(line.slice(next), run)) {
          fence.closed = true;
          leaf = 'none';
        } else fence.codeEnd = lineEnd;
        continue;
      }
      if (leaf === 'html' && (html[1] || !blank)) {
        const info = FENCE.exec(line.slice(next));
        if (info) push(info, html === HTML[1] ? 'a comment' : 'an HTML block');
        if (!html[1]) inlines.at(-1)![1] = end;
        else if (html[1].test(line)) leaf = 'none';
        continue;
      }
      if (leaf === 'code' && (indent >= 4 || blank)) continue;
      if (leaf !== 'paragraph' || blank) leaf = 'none';
    }

    // 3. Which blocks does it open? The first one closes what was not continued.
    let opened = false;
    let continues = matched === containers.length && leaf === 'paragraph';
    const open = (to: Leaf): void => {
      if (!opened) containers.length = matched;
      opened = true;
      continues = false;
      leaf = to;
      if (containers.length > 0) containers.at(-1)!.empty = false;
    };
    let isText = true; // the rest of the line is text of a paragraph, unless it is blank
    for (; !blank; peek()) {
      if (indent >= 4) {
        if (leaf !== 'paragraph') {
          open('code');
          isText = false;
        }
        break;
      }
      const rest = line.slice(next);
      const deeper = containers.length < MAX_DEPTH;
      if (rest[0] === '>' && deeper) {
        open('none');
        containers.push({ indent: 0, quote: true, empty: false });
        toNext(1);
        if (line[at] === ' ' || line[at] === '\t') advance(1);
        continue;
      }
      const fence = rest[0] === '`' || rest[0] === '~' ? FENCE.exec(rest) : null;
      const kind = rest[0] === '<' ? HTML.find(([opens], index) => opens.test(rest) && (index < 6 || leaf !== 'paragraph')) : undefined;
      if (fence) {
        open('fence');
        if (isKnown && containers.length === 0 && isKnown(lineStart)) return { fences, inlines };
        run = fence[1] ?? fence[3]!;
        push(fence, containers.length === 0 ? undefined : containers.at(-1)!.quote ? 'a quote' : 'a list');
      } else if (kind) {
        open('html');
        html = kind;
        if (!kind[1]) inlines.push([lineStart, end]);
        else if (kind[1].test(rest)) leaf = 'none';
      } else if (ATX.test(rest)) {
        open('none');
        inlines.push([lineStart, end]);
      } else if ((continues && SETEXT.test(rest)) || THEMATIC.test(rest)) open('none');
      else {
        const marker = deeper ? MARKER.exec(rest) : null;
        const [mark = '', number = '1'] = marker ?? [];
        if (!marker || (continues && (Number(number) !== 1 || BLANK.test(rest.slice(mark.length))))) break;
        open('none');
        const offset = indent;
        toNext(mark.length);
        peek();
        const gap = indent > 4 || indent < 1 || blank ? 1 : indent;
        containers.push({ indent: offset + mark.length + gap, quote: false, empty: true });
        advance(gap);
        continue;
      }
      isText = false;
      break;
    }

    // 4. What is left is text: of the open paragraph (even where its containers were not continued), or of a new one.
    if (!isText) continue;
    if (blank) {
      if (!opened && matched < containers.length) {
        containers.length = matched;
        leaf = 'none';
      }
    } else if (leaf === 'paragraph' && !opened) inlines.at(-1)![1] = end;
    else {
      open('paragraph');
      inlines.push([lineStart, end]);
    }

    function push(found: RegExpExecArray, inside: Fence['inside']): void {
      const opening = found[1] ?? found[3]!;
      const rawInfo = found[2] ?? found[4]!;
      const info = rawInfo.trim();
      const infoStart = lineStart + next + opening.length + rawInfo.length - rawInfo.trimStart().length;
      fences.push({
        start: lineStart,
        end,
        codeStart: end,
        codeEnd: end,
        infoStart,
        info,
        closed: false,
        line: lineNumber,
        opener: line.slice(0, next + opening.length),
        ...(inside && { inside }),
      });
    }
  }
  return { fences, inlines };
}

/** Whether a line (without indentation) ends a fence opened by `run`. */
export function closes(line: string, run: string): boolean {
  let length = 0;
  while (line[length] === run[0]) length++;
  return length >= run.length && BLANK.test(line.slice(length));
}
