/* The bar and the plain pages (no such notebook, a file that is none) that the app makes by itself, as the static pages
   have them. */

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
  const where = place.commands
    ? renderCrumb(base, place.title, place.label, place.phase ?? phaseOf(place.label))
    : renderNav(base, place.main);
  const made = new DOMParser().parseFromString(renderBar(where, base, place.commands), 'text/html').querySelector('header');
  return document.adoptNode(made!);
}

/** The phase that the page says so far, where it is the page of the same step: a reader's own copy of a unit takes its place. */
function phaseOf(label: string | undefined): Place['phase'] {
  const crumb = document.querySelector('header .crumb');
  const up = crumb?.querySelector<HTMLAnchorElement>('a.up');
  const number = /#p(\d+)$/.exec(up?.href ?? '')?.[1];
  return up && number !== undefined && label !== undefined && crumb?.querySelector('.num')?.textContent === label
    ? { number: Number(number), title: up.textContent ?? '' }
    : undefined;
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
