/* Of the site's one style sheet, what can apply to a page as it stands: its first frame needs no more. All of the sheet
   comes with the app, in place of this part. Reads minified CSS (strings, blocks, at-rules), without nested style rules. */

interface Rule {
  /** At-rules around it, outermost first. */
  readonly around: readonly string[];
  /** Selector, or for what is no style rule the at-rule's own prelude. */
  readonly head: string;
  readonly body: string;
}

/** The rules of `css`, in its order, that could match in `html` before its reader does anything. */
export function stylesFor(css: string, html: string): string {
  const rules = parse(css);
  const page = namesIn(html);
  // Layers are ordered by where they are first named.
  const layers = [...new Set(rules.flatMap(({ around }) => around.filter((at) => at.startsWith('@layer '))))];
  const first = rules.flatMap((rule) => {
    if (rule.head.startsWith('@keyframes') || rule.around.some((at) => /^@media.*(print|forced-colors|pointer)/.test(at))) return [];
    if (rule.head.startsWith('@')) return [rule];
    const matching = selectorsOf(rule.head).filter((selector) => canMatch(selector, page));
    return matching.length > 0 ? [{ ...rule, head: matching.join() }] : [];
  });
  return withoutUnused(
    (layers.length > 0 ? `@layer ${layers.map((at) => at.slice('@layer '.length).trim()).join()};` : '') + print(first),
    html,
  );
}

/** Without custom properties that nothing reads. */
function withoutUnused(css: string, html: string): string {
  for (let before = ''; before !== css;) {
    before = css;
    const read = new Set([...`${css} ${html}`.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name));
    css = css.replace(/(?<=[{;])(--[\w-]+):[^;{}]*(?:;|(?=\}))/g, (all, name: string) => (read.has(name) ? all : ''));
  }
  return css;
}

/** Flat rules of a sheet; at-rules that group are opened. */
function parse(css: string, around: readonly string[] = []): Rule[] {
  const rules: Rule[] = [];
  let from = 0;
  for (let at = 0; at < css.length; at++) {
    const c = css[at];
    if (c === '"' || c === "'") at = closing(css, at);
    else if (c === ';') {
      // `@layer a,b;` and the like
      const head = css.slice(from, at).trim();
      if (head) rules.push({ around, head, body: '' });
      from = at + 1;
    } else if (c === '{') {
      const end = closing(css, at);
      const head = css.slice(from, at).trim(),
        body = css.slice(at + 1, end);
      if (/^@(media|supports|layer|container)\b/.test(head)) rules.push(...parse(body, [...around, head]));
      else rules.push({ around, head, body });
      at = end;
      from = end + 1;
    }
  }
  return rules;
}

/** Where the string or block that begins at `at` ends. */
function closing(css: string, at: number): number {
  const quote = css[at];
  if (quote === '"' || quote === "'") {
    for (at++; at < css.length && css[at] !== quote; at++) if (css[at] === '\\') at++;
    return at;
  }
  for (let depth = 0; at < css.length; at++) {
    const c = css[at];
    if (c === '\\') at++;
    else if (c === '"' || c === "'") at = closing(css, at);
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return at;
  }
  throw new Error('styles: expected a closing brace, the sheet ended. Look at what the build wrote.');
}

/** Neighbours under the same at-rules share them. */
function print(rules: readonly Rule[]): string {
  let css = '';
  let open: readonly string[] = [];
  for (const { around, head, body } of rules) {
    let same = 0;
    while (same < open.length && same < around.length && open[same] === around[same]) same++;
    css +=
      '}'.repeat(open.length - same) +
      around
        .slice(same)
        .map((at) => `${at}{`)
        .join('');
    css += body === '' && head.startsWith('@') ? `${head};` : `${head}{${body}}`;
    open = around;
  }
  return css + '}'.repeat(open.length);
}

/** A selector list at its top-level commas. */
function selectorsOf(list: string): string[] {
  const found: string[] = [];
  let depth = 0,
    from = 0;
  for (let at = 0; at <= list.length; at++) {
    const c = list[at];
    if (c === '"' || c === "'") at = closing(list, at);
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (at === list.length || (c === ',' && depth === 0)) {
      found.push(list.slice(from, at).trim());
      from = at + 1;
    }
  }
  return found;
}

/** Names of elements, classes, ids and attributes with their values, as they stand in the text of a page. */
function namesIn(html: string): ReadonlySet<string> {
  const names = new Set(['html', 'body', ':root']);
  for (const [, tag, attributes] of html.matchAll(/<([a-zA-Z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/g)) {
    names.add(tag!.toLowerCase());
    for (const [, name, double, single] of attributes!.matchAll(/([\w:-]+)(?:="([^"]*)"|='([^']*)')?/g)) {
      const value = double ?? single ?? '';
      names.add(`[${name}]`);
      names.add(`[${name}=${value}]`);
      if (name === 'class') for (const one of value.split(/\s+/)) names.add(`.${one}`);
      if (name === 'id') names.add(`#${value}`);
    }
  }
  return names;
}

/** Attributes of the root, which no text of the body shows. */
const ofRoot = /^\[data-(theme|place|kind|engine|base)/;
/** What only the reader's hand brings about. */
const byHand = /:(hover|active|focus|focus-visible|focus-within|checked|popover-open|open|invalid|user-invalid)\b|::selection|::backdrop/;

/** Whether a selector could match in a page with these names, before its reader does anything. */
function canMatch(selector: string, page: ReadonlySet<string>): boolean {
  const plain = withoutFunctions(selector);
  if (byHand.test(plain)) return false;
  const text = plain.replace(/::?[\w-]+/g, ' ');
  for (const [, attribute] of text.matchAll(/(\[[^\]]*\])/g)) {
    const [, name, sign, value] = /^\[([\w-]+)\s*([~|^$*]?=)?\s*"?([^"\]]*?)"?(?:\s+[is])?\]$/.exec(attribute!) ?? [];
    if (ofRoot.test(attribute!)) continue;
    if (!page.has(sign === '=' ? `[${name}=${value}]` : `[${name}]`)) return false;
  }
  const names = text.replace(/\[[^\]]*\]/g, '');
  for (const [name] of names.matchAll(/[.#]?[A-Za-z_][\w-]*/g)) if (!page.has(/^[.#]/.test(name) ? name : name.toLowerCase())) return false;
  return true;
}

/** `a:not(.b):is(c, d)` without what stands in parentheses: such a part might match. */
function withoutFunctions(selector: string): string {
  for (let before = ''; before !== selector;) {
    before = selector;
    selector = selector.replace(/:[\w-]+\([^()]*\)/g, '');
  }
  return selector;
}
