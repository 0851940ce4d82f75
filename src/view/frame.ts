/* The bar and the plain pages (no such notebook, a file that is none) that the app makes by itself, as the static pages
   have them, and the text of a fresh notebook. */

import { h } from './dom.ts';
import { renderBar, renderCrumb, renderNav, type Main } from './static/bar.ts';

/** What the bar of a page made here says of its place. */
export interface Place {
  readonly title: string;
  readonly label?: string;
  /** Of the course, where the notebook is a step of it. */
  readonly phase?: { readonly number: number; readonly title: string };
  readonly commands: boolean;
  readonly main?: Main;
}

/** Makes the bar say `place`, by the markup of the static pages. All text in that markup is escaped there. */
export function makeBar(base: string, place: Place): HTMLElement {
  const where = place.commands ? renderCrumb(base, place.title, place.label, place.phase) : renderNav(base, place.main);
  const made = new DOMParser().parseFromString(renderBar(where, base, place.commands), 'text/html').querySelector('header');
  return document.adoptNode(made!);
}

/** A page with a heading, a sentence and a way on. */
export function plainPage(heading: string, sentence: string, base: string): HTMLElement {
  return h(
    'main',
    { class: 'wide plain-page', id: 'main', tabindex: '-1' },
    h('h1', {}, heading),
    h('p', { class: 'lede' }, sentence),
    h(
      'p',
      { class: 'ways' },
      h('a', { class: 'btn', href: base }, 'Course map'),
      h('a', { class: 'btn bare', href: `${base}#/notebooks` }, 'Your notebooks'),
    ),
  );
}

export function freshNotebook(id: string): string {
  return `---\ngradus: 1\nid: ${id}\ntitle: Untitled\n---\n\nEach cell is evaluated again when a name that it uses changes.\n\n\`\`\`ts\nconst n = 6\n\`\`\`\n\n\`\`\`ts\nn * 7\n\`\`\`\n`;
}

/** The first of `id`, `id-2`, `id-3` … that nobody has. */
export async function freeId(id: string, taken: (id: string) => Promise<boolean>): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? id : `${id}-${n}`;
    if (!(await taken(candidate))) return candidate;
  }
}

/** The same text with another value of `key` in its front matter, put behind `gradus:` where it had none. */
export function withFront(text: string, key: 'id' | 'title', value: string): string {
  const front = /^(\uFEFF?---[ \t]*\r?\n)([\s\S]*?)(\r?\n---)/.exec(text);
  if (front === null) return text;
  const [whole, open = '', yaml = '', close = ''] = front;
  // A value that goes on in indented lines is replaced with them.
  const line = new RegExp(`^${key}:[^\\r\\n]*(?:\\r?\\n[ \\t]+[^\\r\\n]*)*`, 'm');
  const next = line.test(yaml)
    ? yaml.replace(line, () => `${key}: ${value}`)
    : yaml.replace(/^gradus:[^\r\n]*/m, (first) => `${first}\n${key}: ${value}`);
  return open + next + close + text.slice(whole.length);
}

/** The same text with another id in its front matter. */
export const withId = (text: string, id: string): string => withFront(text, 'id', id);

/** A title as a YAML value: plain where that says the same, quoted else. */
export const yamlText = (text: string): string =>
  /^[\p{L}\p{N}(][^:#"'\\\n[\]{}]*$/u.test(text) && !/^(true|false|null|yes|no|on|off|y|n|[\d.eE+_-]+)$/i.test(text.trim())
    ? text
    : JSON.stringify(text);
