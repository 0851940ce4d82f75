/* What a notebook's page offers beyond reading and running: loaded as one chunk with the first thing that its reader does there.
   Each feature binds itself by the notebook's context; one that fails is said and does not take the others with it. */

import { messageOf } from '../../base/errors.ts';
import type { Feature, NotebookContext } from '../context.ts';
import { barMore } from './bar-more.ts';
import { cellMenu } from './cell-menu.ts';
import { cells } from './cells.ts';
import { fences } from './fences.ts';
import { later } from './later.ts';
import { outline } from './outline.ts';
import { rename } from './rename.ts';
import { select } from './select.ts';
import { site } from './site.ts';
import { storage } from './storage.ts';
import { tabs } from './tabs.ts';
import { versions } from './versions.ts';
import { writing } from './writing.ts';

const features: readonly Feature[] = [
  ...writing,
  later(['palette'], async () => (await import('./search.ts')).search),
  later(['help'], async () => (await import('./help.ts')).help),
  site,
  cells,
  fences,
  select,
  rename,
  cellMenu,
  later(['find', 'find-next', 'find-previous'], async () => (await import('./find.ts')).find),
  later(['compute'], async () => (await import('./compute.ts')).compute),
  outline,
  barMore,
  tabs,
  versions,
  storage,
];

export function bindFeatures(context: NotebookContext): () => void {
  const undo: (() => void)[] = [];
  for (const feature of features) {
    try {
      undo.push(feature(context));
    } catch (error) {
      context.voice.toast(`A part of this page could not start: ${messageOf(error)}`);
    }
  }
  return () => undo.reverse().forEach((take) => take());
}
