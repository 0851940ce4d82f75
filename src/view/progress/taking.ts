/* What a reader takes along: progress as a signed file and as a picture, and a place that says of such a file whether it is as it was
   signed. The page says what a signature shows and what it does not. */

import { messageOf } from '../../base/errors.ts';
import { recordOf, type ProgressRecord } from '../../course/progress.ts';
import type { Progress } from '../../session/progress.ts';
import type { Store } from '../../store/types.ts';
import type { Voice } from '../announce.ts';
import { button, fill, h } from '../dom.ts';
import { plural } from '../words.ts';
import { drawPicture } from './picture.ts';
import { signed, verified, type Verification } from './signature.ts';
import { date } from './words.ts';

export interface TakingOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly download: (content: string | Blob, name: string, type?: string) => void;
  readonly voice: Voice;
}

/** Larger files are no progress. */
const mostBytes = 5_000_000;

export function makeTaking({ store, now, download, voice }: TakingOptions): {
  readonly element: HTMLElement;
  set(progress: Progress): void;
} {
  let progress: Progress | undefined;
  const stamp = (): string => new Date(now()).toISOString().slice(0, 10);
  const says = h('div', { class: 'verdict', role: 'status' });
  const failed = (error: unknown): void => voice.toast(messageOf(error), undefined, 'stays');

  const file = button(
    'Download signed file',
    () => {
      if (progress === undefined) return;
      signed(recordOf(progress.standings, progress.predictions, now()), store).then(
        (text) => download(text, `gradus-progress-${stamp()}.json`, 'application/json'),
        failed,
      );
    },
    { class: 'btn', 'data-key': 'file' },
  );
  const picture = button(
    'Download picture',
    () => {
      if (progress === undefined) return;
      drawPicture(progress, now()).then((blob) => download(blob, `gradus-progress-${stamp()}.png`, 'image/png'), failed);
    },
    { class: 'btn', 'data-key': 'picture' },
  );

  const input = h('input', { type: 'file', accept: '.json,application/json', 'aria-label': 'Check a file', 'data-key': 'check' });
  input.addEventListener('change', (event) => {
    event.stopPropagation(); // the page would open it as a notebook
    const chosen = input.files?.[0];
    input.value = '';
    if (chosen) void check(chosen);
  });
  const drop = h('label', { class: 'btn file drop' }, h('span', { 'aria-hidden': 'true' }, 'Check a file'), input);

  async function check(chosen: File): Promise<void> {
    try {
      const text = chosen.size > mostBytes ? '' : await chosen.text();
      fill(says, ...verdictOf(chosen.name, await verified(text, store)));
    } catch (error) {
      fill(says, h('p', { class: 'bad-text' }, messageOf(error)));
    }
  }

  function verdictOf(name: string, { verdict, record, own, fingerprint }: Verification): Node[] {
    switch (verdict) {
      case 'unchanged':
        return [
          h(
            'p',
            {},
            h('span', { class: 'pt done', 'aria-hidden': 'true' }),
            h('b', {}, ` ${name}: unchanged since it was signed`),
            ` ${own ? 'with the key of this browser' : 'with the key of another browser'}.`,
          ),
          h('p', { class: 'quiet' }, `${told(record!)} Key ${fingerprint ?? ''}. It does not show who solved the exercises.`),
        ];
      case 'changed':
        return [
          h(
            'p',
            { class: 'bad-text' },
            h('span', { class: 'pt fail', 'aria-hidden': 'true' }),
            h('b', {}, ` ${name}: changed since it was signed.`),
          ),
          h('p', { class: 'quiet' }, 'What it says and its signature do not belong together. Ask for the file as it was downloaded.'),
        ];
      case 'newer':
        return [h('p', {}, h('b', {}, `${name}: made by a newer Gradus.`), ' Reload the page to get the newer version.')];
      case 'foreign':
        return [
          h('p', {}, h('b', {}, `${name}: not a progress file.`), ' A progress file is what “Download signed file” gives, a JSON file.'),
        ];
      default:
        return verdict satisfies never;
    }
  }

  function told({ units, made }: ProgressRecord): string {
    const passed = units.reduce((sum, { exercises }) => sum + exercises.filter((one) => one.passed !== null).length, 0);
    const mastered = units.filter(({ state }) => state === 'mastered').length;
    return `Made ${date(Date.parse(made), now())}: ${plural(mastered, 'step')} reached, ${plural(passed, 'exercise')} passed.`;
  }

  const element = h(
    'div',
    { class: 'taking' },
    h('p', { class: 'acts' }, file, picture, drop),
    says,
    h(
      'p',
      { class: 'quiet' },
      'The file is signed with a key that this browser made and cannot give away. The signature shows that nothing in the file was changed. It does not show who solved the exercises. Clearing this site’s data deletes the key; files that it signed stay valid.',
    ),
  );
  return {
    element,
    set(next) {
      progress = next;
      const empty = next.standings.every(({ state }) => state === 'untouched') && next.predictions.length === 0;
      for (const one of [file, picture]) one.hidden = empty;
    },
  };
}
