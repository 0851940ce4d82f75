/* Everything in one file, on the storage page: the archive to keep elsewhere, and bringing one home. What an import did is said and
   can be taken back for as long as the page stands. */

import { GradusError, messageOf } from '../../base/errors.ts';
import type { Imported, Store } from '../../store/types.ts';
import { button, fill, h } from '../dom.ts';
import { plural } from '../words.ts';
import { bytes } from './bytes.ts';

export interface EverythingOptions {
  readonly store: Pick<Store, 'archive' | 'importArchive'>;
  readonly download: (content: Blob, name: string, type?: string) => void;
  readonly now: () => Date;
  /** What is shown of the store has changed. */
  readonly changed: () => void;
}

export function makeEverything({ store, download, now, changed }: EverythingOptions): Node[] {
  const says = h('div', { class: 'outcome', role: 'status' });
  const working = (words: string): void => fill(says, h('p', { class: 'quiet' }, words));
  const failed = (error: unknown): void => {
    const hint = error instanceof GradusError ? error.hint : 'Nothing was changed.';
    fill(says, h('p', { class: 'bad-text' }, h('strong', {}, messageOf(error)), ` ${hint}`));
  };

  const save = button(
    'Download archive',
    () => {
      working('Gathering everything');
      store.archive(now()).then((file) => {
        download(file, `gradus-${now().toISOString().slice(0, 10)}.gradus`, 'application/gzip');
        working(`The archive has ${bytes(file.size)}.`);
      }, failed);
    },
    { class: 'btn' },
  );
  const input = h('input', { type: 'file', accept: '.gradus,application/gzip', 'aria-label': 'Import archive' });
  input.addEventListener('change', (event) => {
    event.stopPropagation(); // the page would open it as a notebook
    const file = input.files?.[0];
    input.value = '';
    if (file) void take(file);
  });

  async function take(file: File): Promise<void> {
    working(`Reading ${file.name}`);
    try {
      const done = await store.importArchive(file, now());
      const back = button('Undo the import', () => {
        back.remove();
        done.undo().then(() => {
          working('Everything is as it was before the import.');
          changed();
        }, failed);
      });
      fill(
        says,
        h('p', {}, h('strong', {}, `${file.name} is imported. `), wordsOf(done)),
        done.full ? h('p', { class: 'bad-text' }, done.full) : null,
        h('p', {}, back),
      );
      changed();
    } catch (error) {
      failed(error);
    }
  }

  return [
    h('h2', { id: 'everything' }, 'Everything in one file'),
    h(
      'p',
      {},
      'The archive holds your notebooks with their versions and outputs, runs with curves and checkpoints, answers, reviews, predictions and settings. The key that signs your progress stays in this browser.',
    ),
    h('p', { class: 'acts' }, save, h('label', { class: 'btn file' }, h('span', { 'aria-hidden': 'true' }, 'Import archive'), input)),
    says,
    h(
      'p',
      { class: 'quiet' },
      'Importing adds to what is here and deletes nothing. Where a notebook is here with another text, the newer one stands and the other is kept among its versions. Runs and settings that are here stay.',
    ),
  ];
}

/** What an import did, in a sentence or two. */
export function wordsOf({ notebooks, newer, kept, versions, runs, answers, skipped }: Omit<Imported, 'undo' | 'made' | 'full'>): string {
  const added = [
    notebooks > 0 ? plural(notebooks, 'notebook') : '',
    versions > 0 ? plural(versions, 'version') : '',
    runs > 0 ? plural(runs, 'run') : '',
    answers > 0 ? plural(answers, 'answer') : '',
  ].filter(Boolean);
  const sentences = [
    added.length > 0 ? `Added: ${added.join(', ')}.` : newer + kept === 0 ? 'Everything in it was here already.' : '',
    newer > 0
      ? `${plural(newer, 'notebook')} ${newer === 1 ? 'has' : 'have'} the newer text of the archive; yours ${newer === 1 ? 'is' : 'are'} among the versions.`
      : '',
    kept > 0
      ? `${plural(kept, 'notebook')} here ${kept === 1 ? 'is' : 'are'} newer and ${kept === 1 ? 'stays' : 'stay'}; the archive’s text is among the versions.`
      : '',
    skipped > 0 ? `${plural(skipped, 'record')} could not be read and ${skipped === 1 ? 'was' : 'were'} left out.` : '',
  ];
  return sentences.filter(Boolean).join(' ');
}
