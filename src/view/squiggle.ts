/* Where the wavy line of an error stands, in static code and in the editor alike. */

/** The stretch to underline: the word at the place, or what stands there up to the next gap. Offsets into the code; the
    line includes its line break. */
export function squiggleOf(
  code: string,
  line: number,
  column: number,
): { lineStart: number; lineEnd: number; from: number; to: number } | undefined {
  const lines = code.split('\n');
  if (line < 1 || line > lines.length) return undefined;
  let lineStart = 0;
  for (let i = 0; i < line - 1; i++) lineStart += lines[i]!.length + 1;
  const text = lines[line - 1]!,
    at = Math.min(Math.max(0, column - 1), text.length);
  const length = /^(?:[\p{L}\p{N}_$]+|\S)/u.exec(text.slice(at))?.[0].length ?? 0;
  return { lineStart, lineEnd: Math.min(code.length, lineStart + text.length + 1), from: lineStart + at, to: lineStart + at + length };
}
