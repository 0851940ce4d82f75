/* What a reader has begun, written into the course map: steps with a copy of one's own are under way, the last one is the
   next step, and the latest notebooks are listed. Works on the DOM of static/map.ts. */

import { h, s } from '../dom.ts';

export interface Begun {
  readonly id: string;
  readonly title: string;
  /** `changed 3 hours ago` */
  readonly about: string;
  /** It ships with the site, and this is the reader's copy. */
  readonly copy: boolean;
}

/** At most so many of one's own notebooks stand on the map; the notebooks page has all. */
const listed = 4;
/** Ways on that stand beside the graph: a third one would cover it. */
const atMost = 2;

/** `begun`: latest first. */
export function showProgress(root: HTMLElement, begun: readonly Begun[]): void {
  const steps = begun.filter(({ copy }) => copy);
  const rows = new Map<string, HTMLElement>();
  for (const row of root.querySelectorAll<HTMLElement>('a.u[data-unit][href*="n/"]')) {
    const id = /n\/([^/]+)\/$/.exec(row.getAttribute('href') ?? '')?.[1];
    if (id !== undefined) rows.set(decodeURIComponent(id), row);
  }
  let under = 0,
    ready = 0;
  for (const { id } of steps) {
    const row = rows.get(id);
    if (!row || row.dataset['state'] !== 'ready') continue;
    row.dataset['state'] = 'half';
    row.classList.replace('ready', 'half');
    row.querySelector('.pt')?.classList.replace('ready', 'half');
    const words = row.querySelector('.w');
    if (words) words.textContent = 'under way';
    halve(root, row.dataset['unit'] ?? '');
  }
  for (const row of rows.values()) {
    if (row.dataset['state'] === 'half') under++;
    if (row.dataset['state'] === 'ready') ready++;
  }
  const half = root.querySelector<HTMLElement>('[data-show="half"]'),
    open = root.querySelector<HTMLElement>('[data-show="ready"]'),
    legend = root.querySelector<HTMLElement>('[data-legend="half"]');
  if (half) {
    half.hidden = under === 0;
    half.textContent = `Under way ${under}`;
  }
  if (legend) legend.hidden = under === 0;
  if (open) open.textContent = `Ready ${ready}`;
  goOn(root, steps, rows);
  list(
    root,
    begun.filter(({ copy }) => !copy),
  );
}

/** The half point of a step under way, in place of the ring. */
function halve(root: HTMLElement, unit: string): void {
  const point = root.querySelector<SVGAElement>(`.ascent a[data-unit="${unit}"]`);
  const ring = point?.querySelector('circle:not(.hit)');
  if (!point || !ring) return;
  const [x, y] = [Number(ring.getAttribute('cx')), Number(ring.getAttribute('cy'))];
  ring.setAttribute('stroke', 'var(--blue)');
  ring.after(s('path', { d: `M${x} ${y - 4.7}a4.7 4.7 0 0 0 0 9.4z`, fill: 'var(--blue)' }));
  point.setAttribute('aria-label', (point.getAttribute('aria-label') ?? '').replace(/, [^,]*$/, ', under way'));
}

/** The step that was changed last, before what the page offers by itself: then only this one has the solid button. */
function goOn(root: HTMLElement, steps: readonly Begun[], rows: ReadonlyMap<string, HTMLElement>): void {
  const now = root.querySelector<HTMLElement>('.now');
  const last = steps.find(({ id }) => rows.has(id));
  const row = last && rows.get(last.id);
  if (!now || !last || !row) return;
  const href = row.getAttribute('href') ?? '';
  for (const other of now.querySelectorAll('.go')) {
    if (other.getAttribute('href') === href || other.matches('[data-begun]')) other.remove();
    else other.querySelector('.btn')?.classList.remove('solid');
  }
  for (const other of [...now.querySelectorAll('.go')].slice(atMost - 1)) other.remove();
  const label = row.querySelector('.n')?.textContent ?? '';
  now.prepend(
    h(
      'a',
      { class: 'go', href, 'data-begun': true },
      h('span', { class: 'pt half' }),
      h(
        'span',
        {},
        h('b', {}, `${label} ${row.querySelector('.t')?.textContent ?? last.title}`),
        h('span', { class: 'quiet' }, last.about),
      ),
      h('span', { class: 'btn solid' }, 'Continue'),
    ),
  );
}

/** Notebooks of one's own, in a section that is not there while there are none. */
function list(root: HTMLElement, notebooks: readonly Begun[]): void {
  const section = root.querySelector<HTMLElement>('[data-own]'),
    items = section?.querySelector('ul');
  if (!section || !items) return;
  items.replaceChildren(
    ...notebooks
      .slice(0, listed)
      .map(({ id, title, about }) =>
        h(
          'li',
          {},
          h(
            'a',
            { class: 'u ready', href: `#/n/${encodeURIComponent(id)}`, 'data-mine': true },
            h('span', { class: 'pt ready' }),
            h('span', { class: 'n' }),
            h('span', { class: 't' }, title || id),
            h('span', { class: 'w' }),
            h('span', { class: 'ks' }, about),
          ),
        ),
      ),
  );
  section.hidden = notebooks.length === 0;
}
