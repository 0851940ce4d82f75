/* Where the front matter of a notebook lies in its text. */

/** Where the front matter lies: YAML between two `---` lines at the very start (a byte order mark may stand before it). */
export function frontRange(text: string): { readonly yaml?: string; readonly bodyStart: number } {
  const opening = /^\uFEFF?---[ \t]*(?=[\r\n])/.exec(text);
  if (opening) {
    const start = opening[0].length;
    const closing = /[\r\n]---[ \t]*(?:\r\n|[\r\n]|$)/g;
    closing.lastIndex = start;
    const match = closing.exec(text);
    if (match) return { yaml: text.slice(start, match.index + 1).replace(/^(?:\r\n|[\r\n])/, ''), bodyStart: closing.lastIndex };
  }
  return { bodyStart: text.startsWith('\uFEFF') ? 1 : 0 };
}
