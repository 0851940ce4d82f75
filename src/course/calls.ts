/* What a check calls, as it is written: in `check('3, 4, 5', () => close(norm([3, 4]), 5))` that is `norm([3, 4])`. Read from the text
   of the checks, so that a failure can show the call beside what it gave; a check of another form has none. */

/** For each check whose function is one assertion, its name and the call that it looks at. */
export function callsIn(codes: readonly string[]): ReadonlyMap<string, string> {
  const calls = new Map<string, string>();
  for (const code of codes)
    for (const found of code.matchAll(
      /\bcheck\(\s*(['"`])((?:\\.|(?!\1).)*)\1\s*,\s*(?:async\s*)?\(\)\s*=>\s*(?:await\s+)?(?:equal|close)\(/g,
    )) {
      const first = argumentAt(code, found.index + found[0].length);
      if (first !== undefined && /\w\s*\(/.test(first) && !first.includes('\n'))
        calls.set(unescaped(found[2]!), first.replace(/^await\s+/, ''));
    }
  return calls;
}

/** The argument that begins at `start`, up to its comma or the bracket that ends the list. */
function argumentAt(code: string, start: number): string | undefined {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    const letter = code[at]!;
    if (letter === '"' || letter === "'" || letter === '`') {
      for (at++; at < code.length && code[at] !== letter; at++) if (code[at] === '\\') at++;
    } else if (/[([{]/.test(letter)) depth++;
    else if (/[)\]}]/.test(letter) && depth-- === 0) return code.slice(start, at).trim();
    else if (letter === ',' && depth === 0) return code.slice(start, at).trim();
  }
  return undefined;
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');
