/* The palette on pages that show no notebook: their own buttons as commands, their own search, and what lies outside of them. */

import type { Site } from '../context.ts';
import { openPalette, type Entry } from './palette.ts';
import { sitePages } from './steps.ts';

export function openPaletteHere(site: Site): void {
  openPalette([{ group: 'Commands', sign: '>', offers: 4, entries: ownCommands }, ...sitePages(site)]);
}

function ownCommands(): readonly Entry[] {
  const entries: Entry[] = [];
  const field = document.querySelector<HTMLInputElement>('main input:is(.text, [type="search"])');
  if (field !== null)
    entries.push({
      label: 'Search on this page',
      also: 'find filter',
      offer: 2,
      act: () => {
        field.focus();
        field.select();
      },
    });
  for (const element of document.querySelectorAll<HTMLElement>('[data-action]')) {
    const action = element.dataset['action'];
    if (action === 'palette' || action === 'menu' || element.closest('dialog, tr, li, [hidden]') !== null) continue;
    const label = action === 'theme' ? 'Light or dark' : (element.ariaLabel ?? element.textContent).trim();
    if (label === '' || entries.some((entry) => entry.label === label)) continue;
    entries.push({ label, offer: 1, act: () => element.click() });
  }
  return entries;
}
