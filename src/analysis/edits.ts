/* Edits of a cell's text that never move a line. Types are blanked (spaces, line breaks kept), code is put over what it
   replaces or inserted, and `apply` says by how much columns moved. Offsets are those of the author's text; edits may be
   made in any order. */

import type { Shift } from './types.ts';

interface Edit {
  /** What is covered: `text` stands over its first line, the rest becomes blank. Empty for an insertion. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Order at one offset: closing text (inner first), opening text (outer first), then what covers. */
  readonly order: 0 | 1 | 2;
  /** The other end of what an insertion opens or closes. */
  readonly far: number;
}

export class Edits {
  private readonly code: string;
  private readonly list: Edit[] = [];
  private readonly replaced: Edit[] = [];
  constructor(code: string) {
    this.code = code;
  }

  /** Spaces over [start, end), beginning with `text`. */
  put(start: number, end: number, text = ''): void {
    this.list.push({ start, end, text, order: 2, far: end });
  }

  /** Like `put`, and drops every other edit in [start, end]. */
  replace(start: number, end: number, text: string): void {
    this.put(start, end, text);
    this.replaced.push(this.list.at(-1)!);
  }

  /** Text around [start, end). Of two wraps of one range the one made first is the outer one. */
  wrap(start: number, end: number, open: string, close: string): void {
    this.list.push({ start, end: start, text: open, order: 1, far: end });
    this.after(end, close, start);
  }

  /** Text right after the character before `offset`; `from` is the start of what it belongs to. */
  after(offset: number, text: string, from = offset): void {
    this.list.push({ start: offset, end: offset, text, order: 0, far: from });
  }

  /** Text right before the character at `offset`. */
  before(offset: number, text: string): void {
    this.list.push({ start: offset, end: offset, text, order: 1, far: offset });
  }

  /** The author's text of [start, end) with what `put` made of it so far, in one line. */
  oneLine(start: number, end: number): string {
    const part = new Edits(this.code.slice(0, end));
    part.list.push(...this.list.filter((edit) => edit.start >= start && edit.end <= end));
    return part
      .apply()
      .code.slice(start)
      .replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ')
      .trim();
  }

  /** Ranges of the author's text that do not survive. For tests. */
  covered(): readonly (readonly [start: number, end: number])[] {
    return this.list.filter((edit) => edit.end > edit.start).map((edit) => [edit.start, edit.end]);
  }

  apply(): { readonly code: string; readonly shifts: readonly Shift[] } {
    const sequence = new Map(this.list.map((edit, index) => [edit, index]));
    const later = (a: Edit, b: Edit): number => sequence.get(a)! - sequence.get(b)!;
    const edits = this.list.filter((edit) => !this.replaced.some((other) => other !== edit && within(edit, other)));
    edits.sort((a, b) => a.start - b.start || a.order - b.order || b.far - a.far || (a.order === 0 ? later(b, a) : later(a, b)));

    const shifts: Shift[] = [];
    let out = '';
    let at = 0;
    let line = 1;
    let lineStart = 0;
    let shift = 0;
    const write = (text: string): void => {
      for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) {
        line += 1;
        lineStart = out.length + match.index + match[0].length;
        shift = 0;
      }
      out += text;
    };
    for (const edit of edits) {
      if (edit.start < at) {
        if (edit.end > at) {
          write(blank(this.code.slice(at, edit.end)));
          at = edit.end;
        }
        continue;
      }
      write(this.code.slice(at, edit.start));
      const old = this.code.slice(edit.start, edit.end);
      const width = /[\n\r\u2028\u2029]/.exec(old)?.index ?? old.length;
      out += edit.text.padEnd(width);
      if (edit.text.length > width) {
        shift += edit.text.length - width;
        const from = out.length - lineStart + 1;
        const last = shifts.at(-1);
        if (last?.line === line && last.from === from) shifts.pop();
        shifts.push({ line, from, shift });
      }
      write(blank(old.slice(width)));
      at = edit.end;
    }
    write(this.code.slice(at));
    return { code: out, shifts };
  }
}

const blank = (text: string): string => text.replace(/[^\n\r\u2028\u2029]/g, ' ');

const within = (edit: Edit, range: Edit): boolean =>
  Math.min(edit.start, edit.far) >= range.start && Math.max(edit.end, edit.far) <= range.end;
