/* Finding and replacing in text: a query as a pattern, its places in a text, and the text with some of them replaced. Pure. */

export interface Query {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly regex: boolean;
}

/** From inclusive to exclusive, in UTF-16 units. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** More are not looked for: nobody steps through them, and each is drawn. */
export const mostPlaces = 10_000;

const letter = '[\\p{L}\\p{N}_$]';

/** The pattern of a query, global; or a sentence that says what is wrong with it. An empty query has neither. */
export function patternOf({ text, matchCase, wholeWord, regex }: Query): RegExp | string | undefined {
  if (text === '') return undefined;
  const source = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const whole = wholeWord ? `(?<!${letter})(?:${source})(?!${letter})` : source;
  const flags = `gm${matchCase ? '' : 'i'}`;
  try {
    return new RegExp(whole, `${flags}u`);
  } catch (error) {
    if (!wholeWord)
      try {
        return new RegExp(whole, flags); // `\-` and the like, which Unicode mode does not take
      } catch {
        /* the first error says more */
      }
    return `No regular expression: ${reasonOf(error)}.`;
  }
}

/** `Invalid regular expression: /(/u: Unterminated group` without what the reader sees anyway. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.slice(message.lastIndexOf(': ') + 1).trim();
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

/** Where it is found; places without length are none. */
export function placesIn(text: string, pattern: RegExp, limit = mostPlaces): Place[] {
  const places: Place[] = [];
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    places.push({ from: match.index, to: match.index + match[0].length });
    if (places.length >= limit) break;
  }
  return places;
}

/** The text with its places replaced, `only` one of them (its offset) or all. In a regular expression `$1`, `$<name>` and `$&`
    mean what they found; in plain text every sign is itself. */
export function replaceIn(text: string, pattern: RegExp, replacement: string, regex: boolean, only?: number): string {
  let out = '',
    at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '' || (only !== undefined && match.index !== only)) continue;
    out += text.slice(at, match.index) + (regex ? expand(replacement, match, text) : replacement);
    at = match.index + match[0].length;
    if (only !== undefined) break;
  }
  return out + text.slice(at);
}

/** The replacement of one match. */
export function expand(template: string, match: RegExpExecArray | RegExpMatchArray, text: string): string {
  const { index = 0, groups } = match;
  return template.replace(
    /\$(?:(\$)|(&)|(`)|(')|<([^>]*)>|(\d{1,2}))|\\(n|t|\\)/g,
    (whole, dollar, all, before, after, name, digits, escaped) => {
      if (dollar !== undefined) return '$';
      if (all !== undefined) return match[0];
      if (before !== undefined) return text.slice(0, index);
      if (after !== undefined) return text.slice(index + match[0].length);
      if (name !== undefined) return groups === undefined ? whole : (groups[name as string] ?? '');
      if (escaped !== undefined) return escaped === 'n' ? '\n' : escaped === 't' ? '\t' : '\\';
      const number = Number(digits);
      if (number > 0 && number < match.length) return match[number] ?? '';
      const first = Number(String(digits)[0]);
      return String(digits).length === 2 && first > 0 && first < match.length ? (match[first] ?? '') + String(digits)[1]! : whole;
    },
  );
}
