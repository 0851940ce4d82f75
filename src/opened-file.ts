/* A file that is opened: what stands above it, and that nothing in it runs before a copy is saved. */

import type { Opening } from './main.ts';
import { h } from './view/dom.ts';

export { refusal } from './own.ts';

/** How the text of the file `name` is shown: what a session is opened with, and the band above it. */
export function openedFile(name: string, saveCopy: (text: string) => Promise<void>): [Omit<Opening, 'compiled'>, HTMLElement[]] {
  const save = h('button', { type: 'button', class: 'btn solid', 'data-action': 'save-copy' }, 'Save a copy');
  const words = h('div', {}, h('strong', {}, `From the file ${name}.`), ' Nothing in it runs before you save a copy in this browser.');
  return [
    {
      unsaved: true,
      view: { name: name.replace(/\.[^.]*$/, ''), locked: 'This notebook is from a file. Save a copy to run it.', saveCopy },
    },
    [h('div', { class: 'banner', role: 'note' }, words, save)],
  ];
}
