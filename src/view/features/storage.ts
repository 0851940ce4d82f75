/* What could not be kept, and what became of the store under an open page, in words with what to do beside them. The text can
   always be downloaded; what else is tried again by itself, and whenever the reader comes back to this tab. */

import type { GradusError } from '../../base/errors.ts';
import type { Kept } from '../../session/keeping.ts';
import type { Feature, NotebookContext } from '../context.ts';
import { h } from '../dom.ts';
import { download as save } from '../download.ts';
import { bytes } from '../storage/bytes.ts';
import { closeBand, showBand, type Band } from './band.ts';

type Button = Band['buttons'][number];

export const storage: Feature = (context) => {
  const { session, commands, voice } = context;
  const { keeping } = session;
  const undo = [commands.implement('storage', () => void open(storageAddress(), '_blank', 'noopener'))];
  if (!keeping) return () => undo.forEach((take) => take());
  /** Bytes of what other notebooks showed: what can go first. */
  let spare = 0;
  let gone = false;

  async function look(): Promise<void> {
    const usage = await (await keeping!.store).usage();
    spare = usage.reduce((sum, { id, outputs }) => (id === keeping!.id ? sum : sum + outputs), 0);
    draw();
  }
  async function free(): Promise<void> {
    const store = await keeping!.store;
    const usage = await store.usage();
    for (const { id, outputs } of usage) if (id !== keeping!.id && outputs > 0) await store.clear(id, 'outputs');
    voice.say(`${bytes(spare)} freed. The outputs of other notebooks are made again when they run.`);
    spare = 0;
    keeping!.retry();
  }

  const draw = (): void => {
    if (gone) return;
    const { problems } = keeping;
    const text = problems.get('text');
    const full = [...problems.values()].some(({ code }) => code === 'storage-full');
    if (problems.size === 0) return closeBand('storage');
    if ([...problems.values()].some(({ code }) => code === 'storage-outdated')) return newer();
    const rest = [...problems].filter(([what]) => what !== 'text').map(([what, error]) => restWords(what, error));
    showBand('storage', {
      role: text ? 'alert' : 'status',
      content: [
        h('span', { class: text ? 'pt fail' : 'pt stale', 'aria-hidden': 'true' }),
        h(
          'div',
          {},
          text ? h('strong', {}, 'Not saved.') : null,
          text ? ` ${text.message} ${text.hint}` : null,
          rest.length > 0 ? ` ${rest.join(' ')}` : null,
        ),
      ],
      buttons: [
        ...(full && spare > 0 ? [{ label: `Free ${bytes(spare)}`, act: () => void free() }] : []),
        ...(full ? [{ label: 'Free space…', href: storageAddress() }] : []),
        ...(text ? textButtons(context, text) : []),
      ],
    });
    if (full && spare === 0) void look().catch(() => undefined);
  };

  /** A newer version has taken the store over. */
  const newer = (): void => {
    gone = true;
    const rest =
      session.saved >= session.revision
        ? ' What you wrote here is saved. Nothing more is stored from this tab until it is reloaded.'
        : ' Your last edits are not stored yet. They are taken over when you reload.';
    closeBand('storage');
    showBand('storage', {
      role: 'alert',
      content: [h('div', {}, h('strong', {}, 'A newer Gradus is open in another tab.'), rest)],
      buttons: [
        { label: 'Reload', act: () => location.reload() },
        { label: 'Download', act: () => commands.run('download') },
      ],
    });
  };
  const cleared = (): void => {
    const rest = ' This notebook’s text is stored again; its versions, outputs and runs are gone, and so are other notebooks.';
    showBand('cleared', {
      role: 'alert',
      content: [h('div', {}, h('strong', {}, 'The browser cleared what this site had stored.'), rest)],
      buttons: [
        { label: 'Download', act: () => commands.run('download') },
        { label: 'Keep stored…', href: storageAddress() },
        { label: 'Close', act: () => closeBand('cleared') },
      ],
    });
  };

  const stop = [
    session.subscribe((change) => {
      if (change.saved) draw();
    }),
    keeping.listen((event) => {
      if (event === 'upgrade') newer();
      else if (event === 'cleared') cleared();
    }),
  ];
  const again = (): void => {
    if (!document.hidden && keeping.problems.size > 0) keeping.retry();
  };
  addEventListener('focus', again);
  document.addEventListener('visibilitychange', again);
  draw();
  return () => {
    removeEventListener('focus', again);
    document.removeEventListener('visibilitychange', again);
    for (const take of [...undo, ...stop]) take();
    closeBand('storage');
    closeBand('cleared');
  };
};

const storageAddress = (): string => `${document.documentElement.dataset['base'] ?? './'}#/storage`;

function textButtons({ commands, session, options }: NotebookContext, { code }: GradusError): Button[] {
  const download = { label: 'Download', act: () => commands.run('download') };
  const copy = { label: 'Save a copy', act: () => commands.run('save-copy') };
  const reload = { label: 'Reload', act: () => location.reload() };
  const stored = {
    label: 'Download what is stored',
    act: () => {
      void session.keeping?.store
        .then((store) => store.rawNotebook(session.keeping!.id))
        .then((raw) => {
          if (raw) save(raw.text, `${options.name}-stored.${raw.whole ? 'md' : 'json'}`);
        });
    },
  };
  if (code === 'storage-full' || code === 'storage-missing') return [download];
  if (code === 'damaged') return [copy, download, stored];
  if (code === 'revision') return [copy, download];
  return [download, reload];
}

const things: Record<Exclude<Kept, 'text'>, string> = {
  outputs: 'What cells show is not kept for next time.',
  runs: 'The last points of a run are not kept. The run goes on.',
  versions: 'No version was kept.',
  predictions: 'A prediction is not kept yet. It counts here, and is tried again.',
  checkpoints: 'The last checkpoint was not kept. The run goes on.',
};

/** For what is not the text: it is no loss of what the reader wrote. */
function restWords(what: Kept, { code, message }: GradusError): string {
  if (what === 'text') return '';
  if (what === 'checkpoints' && code === 'storage-full') return message;
  return `${code === 'storage-full' ? 'Storage is full.' : message} ${things[what]}`;
}
