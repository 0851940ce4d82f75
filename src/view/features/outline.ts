/* The outline lives: the section that is being read is marked, what failed or is out of date stands below with links, sections
   that are written or moved appear. Mod+Shift+O goes there (a drawer below 1181 px) and back. */

import './outline.css';
import type { Feature } from '../context.ts';
import { h } from '../dom.ts';
import { pointClass } from '../status.ts';
import { plural } from '../words.ts';
import { goToHeading } from './headings.ts';

const restMs = 120,
  most = 8;

export const outline: Feature = (context) => {
  const { root, session, commands, live, select, selection } = context;
  const rail = document.getElementById('outline'),
    nav = rail?.querySelector<HTMLElement>('.toc'),
    facts = rail?.querySelector<HTMLElement>('[data-facts]');
  if (!rail || !nav || !facts) return () => undefined;
  const wide = matchMedia('(min-width: 1181px)');
  let gone = false,
    back: HTMLElement | undefined;

  // ---- sections
  let headings: HTMLElement[] = [];
  const sections = (): void => {
    headings = [...root.querySelectorAll<HTMLElement>('h2.sec:not(.prose-edit *)')];
    const words = headings.map((heading) => `${heading.id} ${titleOf(heading)}`).join('\n');
    if (
      words ===
      [...nav.querySelectorAll('a')].map((link) => `${decodeURIComponent(link.hash.slice(1))} ${link.children[1]?.textContent}`).join('\n')
    )
      return;
    for (const link of nav.querySelectorAll('a')) link.remove();
    nav.append(
      ...headings.map((heading) =>
        h(
          'a',
          { href: `#${encodeURIComponent(heading.id)}` },
          h('span', { class: 'pt' }),
          h('span', {}, titleOf(heading)),
          h('span', { class: 'tally' }),
        ),
      ),
    );
  };
  /** The last one whose heading has passed the upper part of the window. A part that is not laid out is not asked inside. */
  const mark = (): void => {
    const line = Math.min(240, innerHeight / 3);
    const current = headings.findLast((heading) => {
      const part = heading.closest('.part')?.getBoundingClientRect();
      if (part && part.bottom < 0) return true;
      return (part === undefined || part.top < line) && heading.getBoundingClientRect().top < line;
    });
    for (const [i, link] of [...nav.querySelectorAll('a')].entries()) {
      if (headings[i] !== undefined && headings[i] === current) link.setAttribute('aria-current', 'location');
      else link.removeAttribute('aria-current');
    }
  };

  // ---- what is wrong now
  const wrong = h('ul', { class: 'facts wrong', hidden: true });
  facts.prepend(wrong);
  const title = facts.querySelector('h2');
  let said = '';
  const follow = (): void => {
    const found = session.ids.flatMap((id) => {
      const status = session.cell(id);
      return status && (status.state === 'error' || status.state === 'stale') ? [status] : [];
    });
    const words = found.map(({ id, state }) => `${id} ${state}`).join('\n');
    if (title) {
      const cells = plural(session.ids.length, 'cell');
      if (title.textContent !== cells) title.textContent = cells;
    }
    if (words === said) return;
    said = words;
    wrong.hidden = found.length === 0;
    wrong.replaceChildren(
      ...found
        .slice(0, most)
        .map((status) =>
          h(
            'li',
            {},
            h('span', { class: pointClass(status), 'aria-hidden': 'true' }),
            h('a', { href: `#cell-${encodeURIComponent(status.id)}` }, h('span', { class: 'mono' }, status.id)),
            status.state === 'error' ? ' failed' : ' out of date',
          ),
        ),
      ...(found.length > most ? [h('li', { class: 'quiet' }, `and ${found.length - most} more`)] : []),
    );
  };

  // ---- when
  let timer: ReturnType<typeof setTimeout> | undefined,
    drawAll = false;
  const later = (all: boolean): void => {
    drawAll ||= all;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (gone) return;
      if (drawAll) {
        sections();
        follow();
      }
      drawAll = false;
      mark();
    }, restMs);
  };
  live.onDrawn(() => later(true));
  const onText = (): void => later(true);
  root.addEventListener('drawn', onText); // headings of text that was written
  const onScroll = (): void => later(false);
  const onStructure = session.subscribe(({ structure }) => {
    if (structure === true) later(true);
  });
  addEventListener('scroll', onScroll, { passive: true });
  const close = (): void => {
    if (!wide.matches && rail.matches(':popover-open')) rail.hidePopover();
  };
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const id = link === null ? '' : decodeURIComponent(link.hash.slice(1));
    const target = id === '' ? null : document.getElementById(id);
    if (target === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    back = undefined;
    close();
    if (target.dataset['cell'] !== undefined) select(target.dataset['cell']);
    else {
      goToHeading(target);
      history.replaceState(history.state, '', /^#\//.test(location.hash) ? location.href : `#${encodeURIComponent(id)}`);
    }
  };
  rail.addEventListener('click', onClick);
  const onKey = (event: KeyboardEvent): void => {
    const links = [...rail.querySelectorAll('a')],
      at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (event.key === 'Escape' && wide.matches) leave();
    else if (to !== undefined && links[to]) links[to].focus();
    else return;
    event.preventDefault();
  };
  rail.addEventListener('keydown', onKey);
  const leave = (): void => {
    close();
    if (back?.isConnected) back.focus({ preventScroll: true });
    else if (selection.head !== undefined) select(selection.head);
    else root.focus({ preventScroll: true });
    back = undefined;
  };
  const onToggle = (event: Event): void => {
    if ((event as ToggleEvent).newState === 'closed' && back !== undefined && !wide.matches) leave();
  };
  rail.addEventListener('toggle', onToggle);
  const takeBack = commands.implement('outline', () => {
    if (rail.contains(document.activeElement)) return leave();
    back = document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : undefined;
    if (!wide.matches && !rail.matches(':popover-open')) rail.showPopover();
    const link = nav.querySelector<HTMLElement>('[aria-current]') ?? rail.querySelector<HTMLElement>('a');
    if (link) link.focus();
    else {
      rail.tabIndex = -1;
      rail.focus();
    }
  });
  sections();
  follow();
  mark();
  return () => {
    gone = true;
    clearTimeout(timer);
    takeBack();
    onStructure();
    root.removeEventListener('drawn', onText);
    removeEventListener('scroll', onScroll);
    rail.removeEventListener('click', onClick);
    rail.removeEventListener('keydown', onKey);
    rail.removeEventListener('toggle', onToggle);
    wrong.remove();
  };
};

/** Without the number that hangs before it. */
function titleOf(heading: HTMLElement): string {
  const number = heading.querySelector('.no')?.textContent ?? '';
  return heading.textContent.slice(number.length).trim();
}
