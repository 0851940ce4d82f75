/* The bar and the plain pages (no such notebook, a file that is none) that the app makes by itself, as the static pages
   have them, and the text of a fresh notebook. */

import { h, s } from './dom.ts';

/** What the bar of a page made here says of its place. */
export interface Place {
  readonly title: string;
  readonly label?: string;
  readonly commands: boolean;
  readonly runs?: boolean;
}

/** Makes the bar say `place`, whichever page it stood on. The mark and the theme button are those of the static page. */
export function makeBar(base: string, place: Place): HTMLElement {
  const old = document.querySelector<HTMLElement>('header.bar');
  const brand =
    old?.querySelector('.brand')?.cloneNode(true) ?? h('a', { class: 'brand', href: base, 'aria-label': 'Gradus, course map' }, 'Gradus');
  const theme = old?.querySelector('[data-action="theme"]')?.cloneNode(true);
  const command = (action: string, label: string): HTMLElement =>
    h('button', { class: 'btn bare small', type: 'button', 'data-action': action }, label);
  const where = place.commands
    ? h(
        'div',
        { class: 'crumb' },
        h('a', { class: 'hide-phone', href: base }, 'Course'),
        h('span', { class: 'hide-phone', 'aria-hidden': 'true' }, '/'),
        h(
          'span',
          { 'aria-current': 'page' },
          place.label === undefined ? null : h('span', { class: 'num' }, place.label),
          place.label === undefined ? '' : ' ',
          place.title,
        ),
      )
    : h(
        'nav',
        { 'aria-label': 'Main' },
        h('a', { href: base }, 'Course'),
        h('a', { href: `${base}#/runs`, 'aria-current': place.runs ? 'page' : undefined }, 'Runs'),
      );
  const drawing = (d: string, width?: number): SVGElement =>
    s('svg', { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d, 'stroke-width': width }));
  return h(
    'header',
    { class: 'bar' },
    brand,
    where,
    h('span', { class: 'grow hide-phone' }),
    ...(place.commands
      ? [
          h('span', { class: 'engine hide-phone', 'data-engine-facts': true }),
          h(
            'div',
            { class: 'cmds', id: 'commands', popover: true },
            h('button', { class: 'btn bare small only-phone', type: 'button', popovertarget: 'outline' }, 'Outline'),
            command('run-stale', 'Run stale'),
            command('restart', 'Restart'),
            command('share', 'Share'),
            command('save-copy', 'Save a copy'),
            command('download', 'Download'),
          ),
          h(
            'button',
            { class: 'btn solid', type: 'button', 'data-action': 'run-all' },
            drawing('M4.5 2.8v10.4l8.6-5.2z'),
            ' ',
            h('span', {}, 'Run all'),
          ),
        ]
      : []),
    theme ?? null,
    ...(place.commands
      ? [
          h(
            'button',
            { class: 'btn bare icon only-narrow hide-phone', type: 'button', popovertarget: 'outline', 'aria-label': 'Outline' },
            drawing('M6 4h7.5M6 8h7.5M6 12h7.5M2.8 4h.01M2.8 8h.01M2.8 12h.01'),
          ),
          h(
            'button',
            {
              class: 'btn bare icon only-menu',
              type: 'button',
              'data-action': 'menu',
              popovertarget: 'commands',
              'aria-label': 'More commands',
            },
            drawing('M3.2 8h.01M8 8h.01M12.8 8h.01', 2.4),
          ),
        ]
      : []),
  );
}

/** A page with a heading, a sentence and a way on. */
export function plainPage(heading: string, sentence: string, base: string): HTMLElement {
  return h(
    'main',
    { class: 'wide', id: 'main', tabindex: '-1' },
    h('h1', {}, heading),
    h('p', { class: 'lede' }, sentence),
    h('p', { class: 'meta-row' }, h('a', { class: 'link', href: base }, 'Course map')),
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

/** The same text with another id in its front matter. */
export function withId(text: string, id: string): string {
  const front = /^(\uFEFF?---[ \t]*\r?\n)([\s\S]*?)(\r?\n---)/.exec(text);
  if (front === null) return text;
  const [whole, open = '', yaml = '', close = ''] = front;
  const next = /^id:.*$/m.test(yaml)
    ? yaml.replace(/^id:[^\r\n]*/m, () => `id: ${id}`)
    : yaml.replace(/^gradus:[^\r\n]*/m, (line) => `${line}\nid: ${id}`);
  return open + next + close + text.slice(whole.length);
}
