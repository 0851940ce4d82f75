/* Prose as HTML: CommonMark with GFM, formulas, and values of cells. One block of prose (everything between two cells) goes
   in, the pieces of the page's grid come out: <h2 class="sec">, <h3 class="sub"> and <div class="prose">. Values stand as
   <span class="live" data-value="INDEX"> and are filled by the page. Pure: KaTeX and the sanitiser are handed in, so the
   same function serves the build (trusted, with formulas) and the browser (both loaded when needed). */

import { Marked, type Token, type Tokens } from 'marked';
import { escapeHtml } from './html.ts';

export interface Heading {
  readonly level: number;
  readonly id: string;
  /** As plain text, for the outline. */
  readonly text: string;
  /** Of a numbered section. */
  readonly number?: number;
}

/** `tex` as HTML; throws for what is no TeX. */
export type MathRenderer = (tex: string, display: boolean) => string;

export interface MarkdownOptions {
  /** Without it a formula stays `<span class="math" data-tex="…">` with its source as text. */
  readonly math?: MathRenderer;
  /** `${…}` of this text, with offsets into it; default none. */
  readonly expressions?: readonly { readonly start: number; readonly end: number }[];
  /** Index of the first of them in the file; default 0. */
  readonly expressionStart?: number;
  /** What becomes of raw HTML: `keep` (text of the site), a sanitiser (a reader's text), or `escape`, the default. */
  readonly html?: 'keep' | 'escape' | ((html: string) => string);
  /** Ids already given on the page; those given here are added. */
  readonly ids?: Set<string>;
  /** Number of the last section before this text; absent: sections are not numbered. */
  readonly sections?: number;
  /** A first `# Title` and the paragraph behind it (or a first paragraph alone) are taken out and answered as `title` and `lede`. */
  readonly opening?: boolean;
  /** Put on every piece, so that a page can tell which block of prose it came from. */
  readonly attributes?: string;
}

export interface Rendered {
  readonly html: string;
  readonly headings: readonly Heading[];
  /** Inner HTML. */
  readonly title?: string;
  readonly lede?: string;
}

/* A value's place while Markdown is read: two characters of the private use area around its index. */
const open = '\uE010';
const shut = '\uE011';
const place = new RegExp(`${open}(\\d+)${shut}`, 'g');

export function renderMarkdown(text: string, options: MarkdownOptions = {}): Rendered {
  const first = options.expressionStart ?? 0;
  const ids = options.ids ?? new Set<string>();
  const formulas: string[] = [];
  const marked = new Marked({ gfm: true, async: false, renderer: rendererOf(options), extensions: mathExtensions(options.math, formulas) });

  let source = '';
  let at = 0;
  for (const [i, { start, end }] of (options.expressions ?? []).entries()) {
    source += text.slice(at, start).replace(/[\uE010\uE011]/g, '') + open + (first + i) + shut;
    at = end;
  }
  source += options.expressions?.length ? text.slice(at).replace(/[\uE010\uE011]/g, '') : text.replace(/[\uE010\uE011]/g, '');

  const tokens = marked.lexer(source).filter((token) => token.type !== 'space' && token.type !== 'def');
  const finish = (html: string): string => fill(clean(html, options.html), formulas);
  const inline = (token: Token): string => finish(marked.Parser.parseInline((token as Tokens.Paragraph).tokens, marked.defaults));

  let title: string | undefined;
  let lede: string | undefined;
  if (options.opening) {
    if (tokens[0]?.type === 'heading' && (tokens[0] as Tokens.Heading).depth === 1) title = inline(tokens.shift()!);
    const next: Token | undefined = tokens[0];
    if (next?.type === 'paragraph') lede = inline(tokens.shift()!);
  }

  const headings: Heading[] = [];
  const attributes = options.attributes ? ` ${options.attributes}` : '';
  let section = options.sections;
  let depth = 0;
  let html = '';
  let run: Token[] = [];
  const flush = (): void => {
    if (run.length > 0) html += `<div class="prose"${attributes}>${finish(marked.parser(run))}</div>\n`;
    run = [];
  };
  for (const token of tokens) {
    const level = token.type === 'heading' ? (token as Tokens.Heading).depth : 0;
    if (token.type === 'html') depth = Math.max(0, depth + nesting(token.raw));
    if (level === 0 || level > 3 || depth > 0) {
      run.push(token);
      continue;
    }
    flush();
    let inner = inline(token);
    let number: number | undefined;
    if (level < 3 && section !== undefined) {
      const written = /^(\d+)[.)]?\s+/.exec(inner);
      number = written ? Number(written[1]) : section + 1;
      inner = written ? inner.slice(written[0].length) : inner;
      section = number;
    }
    const plain = textOf(inner);
    const id = slug(plain, ids);
    headings.push({ level: Math.max(2, level), id, text: plain, ...(number === undefined ? {} : { number }) });
    html +=
      level < 3
        ? `<h2 class="sec" id="${id}"${attributes}>${number === undefined ? '' : `<span class="no">${number}</span>`}${inner}</h2>\n`
        : `<h3 class="sub" id="${id}"${attributes}>${inner}</h3>\n`;
  }
  flush();
  return { html, headings, ...(title === undefined ? {} : { title }), ...(lede === undefined ? {} : { lede }) };
}

/** HTML as its words. */
export const textOf = (html: string): string =>
  html
    .replace(/<span class="katex-html"[\s\S]*$/, '')
    .replace(/<annotation[\s\S]*?<\/annotation>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .trim();

/** An id for a heading, unique on the page and never that of a cell or of the page itself. */
function slug(text: string, ids: Set<string>): string {
  const words =
    text
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s+/g, '-') || 'section';
  const base = /^(cell-|main$|notebook-data$|outline$|commands$|q$)/.test(words) ? `section-${words}` : words;
  let id = base;
  for (let n = 2; ids.has(id); n++) id = `${base}-${n}`;
  ids.add(id);
  return id;
}

/** How many elements a piece of raw HTML leaves open: inside one, prose is not taken apart at headings. */
function nesting(html: string): number {
  const count = (pattern: RegExp): number => html.match(pattern)?.length ?? 0;
  return (
    count(/<(details|div|section|figure|table|blockquote|aside|ul|ol)\b/gi) -
    count(/<\/(details|div|section|figure|table|blockquote|aside|ul|ol)\s*>/gi)
  );
}

function clean(html: string, how: MarkdownOptions['html']): string {
  return typeof how === 'function' ? how(html) : html;
}

/** Formulas and values take their places; a value in an attribute, where no element can stand, becomes "…". */
function fill(html: string, formulas: readonly string[]): string {
  return html.replace(/<[^>]*>|[^<]+/g, (part) =>
    part.startsWith('<')
      ? part.replace(place, '…')
      : part
          .replace(place, '<span class="live" data-value="$1">…</span>')
          .replace(/\uE012(\d+)\uE013/g, (_, i: string) => formulas[Number(i)] ?? ''),
  );
}

/* `$…$` as GitHub and Pandoc read it (no space inside the dollars, no digit behind the second), `$$…$$` also over lines. */
function mathExtensions(math: MathRenderer | undefined, formulas: string[]) {
  const draw = (tex: string, display: boolean): string => {
    const open = display ? '<div class="math block"' : '<span class="math"';
    const shut = display ? '</div>' : '</span>';
    const source = escapeHtml(tex);
    let html = `${open} data-tex="${source}">${source}${shut}`;
    if (math) {
      try {
        html = display ? `${open} tabindex="0" role="group" aria-label="Formula">${math(tex, true)}${shut}` : math(tex, false);
      } catch (error) {
        html = `${open} data-tex="${source}" title="${escapeHtml(`This formula cannot be read: ${(error as Error).message}`)}"><code>${source}</code>${shut}`;
      }
    }
    return `\uE012${formulas.push(html) - 1}\uE013`;
  };
  return [
    {
      name: 'mathBlock',
      level: 'block' as const,
      start: (src: string) => src.match(/^ {0,3}\$\$/m)?.index,
      tokenizer(src: string) {
        const match = /^ {0,3}\$\$([\s\S]+?)\$\$[ \t]*(?:\n+|$)/.exec(src);
        return match && !/\n[ \t]*\n/.test(match[1]!) ? { type: 'mathBlock', raw: match[0], tex: match[1]!.trim() } : undefined;
      },
      renderer: (token: Tokens.Generic) => draw(String(token.tex), true),
    },
    {
      name: 'mathInline',
      level: 'inline' as const,
      start: (src: string) => (src.indexOf('$') < 0 ? undefined : src.indexOf('$')),
      tokenizer(src: string) {
        const match =
          /^\$\$([^$]+?)\$\$/.exec(src) ?? /^\$(?![\s$])((?:\\[\s\S]|[^\\$\n]|\n(?!\s*\n))*?[^\s\\$]|\\[^\s])\$(?!\d)/.exec(src);
        return match ? { type: 'mathInline', raw: match[0], tex: match[1]!.trim() } : undefined;
      },
      renderer: (token: Tokens.Generic) => draw(String(token.tex), false),
    },
  ];
}

const external = /^(https?:|mailto:)/i;
/** An address that leads somewhere and runs nothing: web, mail, or relative. */
const safe = (href: string): boolean => external.test(href) || !/^[^/?#]*:/.test(href.replace(/[\s\p{C}]/gu, ''));

function rendererOf(options: MarkdownOptions) {
  const raw = (text: string): string => (options.html === undefined || options.html === 'escape' ? escapeHtml(text) : text);
  return {
    html: ({ text }: Tokens.HTML | Tokens.Tag): string => raw(text),
    link(this: { parser: { parseInline(tokens: Token[]): string } }, { href, title, tokens }: Tokens.Link): string {
      const inner = this.parser.parseInline(tokens);
      if (!safe(href)) return inner;
      const rel = /^https?:/i.test(href) ? ' rel="noopener"' : '';
      return `<a href="${escapeHtml(href)}"${title ? ` title="${escapeHtml(title)}"` : ''}${rel}>${inner}</a>`;
    },
    image({ href, title, text }: Tokens.Image): string {
      if (!safe(href)) return escapeHtml(text);
      return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}"${title ? ` title="${escapeHtml(title)}"` : ''} loading="lazy">`;
    },
    code({ text, lang }: Tokens.Code): string {
      const language = /^[\w+-]+/.exec(lang ?? '')?.[0];
      return `<pre tabindex="0"><code${language ? ` data-language="${language}"` : ''}>${escapeHtml(text)}</code></pre>\n`;
    },
    checkbox: ({ checked }: Tokens.Checkbox): string =>
      `<input type="checkbox" disabled${checked ? ' checked' : ''} aria-label="${checked ? 'done' : 'to do'}"> `,
    table(this: { parser: { parseInline(tokens: Token[]): string } }, { header, rows, align }: Tokens.Table): string {
      const cell = (tag: string, { tokens }: Tokens.TableCell, i: number): string =>
        `<${tag}${tag === 'th' ? ' scope="col"' : ''}${align[i] === 'right' ? ' class="r"' : ''}>${this.parser.parseInline(tokens)}</${tag}>`;
      const line = (tag: string, cells: Tokens.TableCell[]): string => `<tr>${cells.map((c, i) => cell(tag, c, i)).join('')}</tr>`;
      return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table class="tbl"><thead>${line('th', header)}</thead><tbody>${rows.map((r) => line('td', r)).join('')}</tbody></table></div>\n`;
    },
  };
}
