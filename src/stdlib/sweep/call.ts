/* The code of a sweeping cell without what its results do not come from: the grid and the options, where they are written in the call. Of
   these every point and every option that matters is told elsewhere, so a grid may grow, and `resume` be added, without a point being
   computed again. Whatever is not plainly such a call stays as it is: then its points are computed again, which is never wrong. */

/** `fn`: the text of the function that is swept. */
export function withoutGrid(code: string, fn: string): string {
  let [rest, text] = [code, ''];
  for (let call = /\bsweep\s*\(\s*/.exec(rest); call; call = /\bsweep\s*\(\s*/.exec(rest)) {
    const from = call.index + call[0].length;
    text += rest.slice(0, from);
    rest = rest.slice(from);
    const to = endOf(rest);
    if (to === undefined) continue;
    const comma = /^\s*,\s*/.exec(rest.slice(to))?.[0];
    if (comma === undefined) continue;
    rest = rest.slice(to + comma.length);
    text = `${text.trimEnd()}GRID, `;
    const named = /^[\w$]+(?=\s*[,)])/.exec(rest)?.[0];
    const swept = rest.startsWith(fn) ? fn : named;
    if (swept === undefined) continue;
    text += swept;
    rest = rest.slice(swept.length);
    const options = /^\s*,\s*(?=\{)/.exec(rest)?.[0];
    const end = options === undefined ? undefined : endOf(rest.slice(options.length));
    if (end !== undefined) rest = rest.slice(options!.length + end);
    rest = rest.replace(/^\s*,?\s*\)/, ')');
  }
  return text + rest;
}

/** Where the list or record that `text` begins with ends. None, where it begins with neither, or holds what only a parser could tell
    apart: templates, comments, patterns, functions. */
function endOf(text: string): number | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|=>|[[\](){}/`"'=]/g)) {
    if (/^(?:\/|`|=|=>|"|')$/.test(token)) return undefined;
    if (/^[[({]$/.test(token)) depth++;
    else if (/^[\])}]$/.test(token) && --depth === 0) return index + 1;
  }
  return undefined;
}
