/* The page in the place of a notebook whose record cannot be read: what is wrong, what to do, and what is there as a file. */

import { messageOf, type GradusError } from '../../base/errors.ts';
import type { Store } from '../../store/types.ts';
import { download } from '../download.ts';
import { button, h } from '../dom.ts';

export interface Trouble {
  readonly id: string;
  readonly error: unknown;
  /** A notebook ships under this id: its text can be shown. */
  readonly shipped: boolean;
  readonly base: string;
  readonly openedStore: () => Promise<Store>;
}

export function makeTroublePage({ id, error, shipped, base, openedStore }: Trouble): HTMLElement {
  const { code, hint = '' } = error as Partial<GradusError>;
  const damaged = code === 'damaged';
  const said = h('p', { class: 'quiet', role: 'status' });
  const rescue = async (): Promise<void> => {
    try {
      const raw = await (await openedStore()).rawNotebook(id);
      if (raw) download(raw.text, `${id}.${raw.whole ? 'md' : 'json'}`, raw.whole ? 'text/markdown' : 'application/json');
      said.textContent = raw?.whole === false ? 'No text was found in it; the file holds the record as it is.' : '';
    } catch (failure) {
      said.textContent = messageOf(failure);
    }
  };
  const repair = async (): Promise<void> => {
    try {
      await (await openedStore()).repair(id);
      location.reload();
    } catch (failure) {
      said.textContent = messageOf(failure);
    }
  };
  return h(
    'main',
    { class: 'wide', id: 'main', tabindex: '-1' },
    h('h1', {}, damaged ? `The stored copy of ${id} is damaged` : `${id} cannot be read now`),
    h(
      'p',
      { class: 'lede', role: 'alert' },
      damaged
        ? 'It was left as it is, and nothing is written over it. What is there can be downloaded. Repair makes a sound record of its text, or starts anew where there is none; the damaged one is kept as a version.'
        : `${messageOf(error)} ${hint}`,
    ),
    h(
      'p',
      { class: 'meta-row' },
      damaged
        ? button('Download what is there', () => void rescue(), { class: 'btn solid' })
        : button('Reload', () => location.reload(), { class: 'btn solid' }),
      damaged ? button('Repair', () => void repair(), { class: 'btn' }) : null,
      shipped ? h('a', { class: 'btn', href: `${base}n/${encodeURIComponent(id)}/?shipped` }, 'Show the shipped text') : null,
      h('a', { class: 'btn bare', href: `${base}#/storage` }, 'Storage'),
      h('a', { class: 'btn bare', href: base }, 'Course map'),
    ),
    said,
  );
}
