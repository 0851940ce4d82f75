/* What the palette finds outside of the open notebook: the steps of the course, and the reader's own notebooks. Loaded when the
   palette is first opened; which steps are written is read from the course map, which links each of them. */

import { phases, units } from '../../course/units.ts';
import { h } from '../dom.ts';
import { ago } from '../words.ts';
import type { Site } from '../context.ts';
import type { Entry, Source } from './palette.ts';

let written: Promise<ReadonlySet<string>> | undefined;

export function sitePages(site: Site): readonly Source[] {
  return [
    { group: 'Your notebooks', sign: '#', offers: 3, entries: () => own(site) },
    { group: 'Steps', sign: '#', offers: 0, entries: () => steps(site) },
    { group: 'Pages', sign: '>', offers: 3, entries: () => pages(site) },
  ];
}

function pages({ base }: Site): readonly Entry[] {
  const page = (label: string, href: string, also: string): Entry => ({ label, also, offer: 1, act: () => go(base, href) });
  return [
    page('Course map', '', 'home start steps'),
    page('Your notebooks', '#/notebooks', 'open recent examples'),
    page('Runs', '#/runs', 'training curves metrics'),
    page('Storage and settings', '#/storage', 'space quota theme'),
  ];
}

async function own(site: Site): Promise<readonly Entry[]> {
  const list = [...(await site.notebooks())].sort((a, b) => b.updatedAt - a.updatedAt);
  return list.map(({ id, title, updatedAt }, i) => ({
    label: title,
    detail: `changed ${ago(updatedAt, Date.now())}`,
    also: id,
    offer: -i,
    act: () => go(site.base, `#/n/${encodeURIComponent(id)}`),
  }));
}

async function steps({ base }: Site): Promise<readonly Entry[]> {
  const ids = await (written ??= fromMap(base).catch((error: unknown) => {
    written = undefined; // tried again when the palette is opened next
    throw error;
  }));
  const entries = units.map(({ id, label, title, topics, phase }): Entry => {
    const there = ids.has(id);
    return {
      label: `${label} ${title}`,
      detail: there ? '' : 'ahead, not written yet',
      also: `${topics} ${phases.find(({ number }) => number === phase)?.title ?? ''}`,
      icon: () => h('span', { class: there ? 'pt ready' : 'pt' }),
      act: () => go(base, there ? `n/${encodeURIComponent(id)}/` : `#u${label}`),
    };
  });
  const known = new Set(units.map(({ id }) => id));
  const others = [...ids]
    .filter((id) => !known.has(id))
    .map((id): Entry => ({ label: id, detail: 'notebook of this site', act: () => go(base, `n/${encodeURIComponent(id)}/`) }));
  return [...entries, ...others];
}

function go(base: string, href: string): void {
  location.href = new URL(base + href, location.href).href;
}

/** Ids of the notebooks that the map links. */
async function fromMap(base: string): Promise<ReadonlySet<string>> {
  const here = document.documentElement.dataset['kind'] === 'map' && document.querySelector('.ascent') !== null;
  const html = here ? document.documentElement.innerHTML : await (await fetch(new URL(base, location.href))).text();
  return new Set([...html.matchAll(/href="(?:\.\/|(?:\.\.\/)*)n\/([^"/]+)\/"/g)].map(([, id]) => decodeURIComponent(id!)));
}
