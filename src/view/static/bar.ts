/* The bar as HTML: mark, place, and on a notebook its commands. The static pages and the pages that the app makes by itself
   (view/frame.ts) take it from here, so both are the same. What its buttons do is written in view/bar.ts. Pure. */

import { escapeHtml, icons, mark } from './html.ts';

/** The pages that the bar leads to. */
export type Main = 'course' | 'progress' | 'notebooks' | 'runs';

/** A notebook's commands stand in the bar where it is wide, and in the menu behind its button below 1024 px. */
export function renderBar(place: string, base: string, commands: boolean): string {
  const command = (action: string, label: string, name = 'btn bare small', icon = ''): string =>
    `<button class="${name}" type="button" data-action="${action}">${icon}${label}</button>`;
  const iconic = (name: string, label: string, inside: string, attributes: string): string =>
    `<button class="btn bare icon${name}" type="button" ${attributes} aria-label="${label}">${inside}</button>`;
  const search = `<button class="btn bare search${commands ? ' hide-phone' : ''}" type="button" data-action="palette" aria-keyshortcuts="Control+K">${icons.search}<span>Search</span> <kbd aria-hidden="true">Ctrl K</kbd></button>`;
  return [
    `<header class="bar${commands ? '' : ' wide-bar'}">`,
    `<a class="brand" href="${escapeHtml(base)}" aria-label="Gradus, course map">${mark}<span class="hide-phone">Gradus</span></a>`,
    place,
    `<span class="grow${commands ? ' hide-phone' : ''}"></span>`,
    ...(commands
      ? [
          '<span class="engine" data-engine-facts></span>',
          search,
          '<div class="cmds" id="commands" popover>' +
            '<button class="btn bare small only-phone" type="button" popovertarget="outline">Outline</button>' +
            command('palette', 'Search', 'btn bare small only-phone') +
            command('run-stale', 'Run stale') +
            command('restart', 'Restart') +
            command('save-copy', 'Save a copy') +
            command('download', 'Download') +
            command('share', 'Share', 'btn small share', icons.share) +
            '</div>',
          `<button class="btn solid" type="button" data-action="run-all">${icons.run} <span>Run all</span></button>`,
        ]
      : [search]),
    iconic('', 'Switch between light and dark', icons.theme, 'data-action="theme"'),
    ...(commands
      ? [
          iconic(' only-narrow hide-phone', 'Outline', icons.list, 'popovertarget="outline"'),
          iconic('', 'More commands', icons.more, 'data-action="menu" popovertarget="commands"'),
        ]
      : []),
    '</header>',
  ].join('\n');
}

/** The bar's place on a notebook: its phase, the course where that is not known, or the reader's notebooks; then the title. */
export function renderCrumb(
  base: string,
  title: string,
  label?: string,
  phase?: { readonly number: number; readonly title: string },
): string {
  const back = phase
    ? [`${base}#p${phase.number}`, phase.title]
    : label !== undefined
      ? [base, 'Course']
      : [`${base}#/notebooks`, 'Notebooks'];
  return (
    `<div class="crumb"><a class="up" href="${escapeHtml(back[0]!)}">${escapeHtml(back[1]!)}</a><span class="up" aria-hidden="true">/</span>` +
    `<span aria-current="page">${label ? `<span class="num">${label}</span> ` : ''}${escapeHtml(title)}</span></div>`
  );
}

/** The bar's place on what belongs to no notebook. */
export function renderNav(base: string, current?: Main): string {
  const link = (key: Main, href: string, words: string): string =>
    `<a href="${escapeHtml(base + href)}"${current === key ? ' aria-current="page"' : ''}>${words}</a>`;
  return `<nav aria-label="Main">${link('course', '', 'Course')}${link('progress', '#/progress', 'Progress')}${link('notebooks', '#/notebooks', 'Notebooks')}${link('runs', '#/runs', 'Runs')}</nav>`;
}
