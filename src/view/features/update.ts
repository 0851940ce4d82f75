/* One's own copy of a notebook whose shipped text has improved since: a band says so, shows what changed and brings the copy up to date
   (session/updating.ts). The text before it is kept as a version, and the update is one step of the history. */

import './update.css';
import { contentHash } from '../../base/hash.ts';
import { planUpdate, type Choice, type Clash } from '../../session/updating.ts';
import type { NotebookContext } from '../context.ts';
import { button, fill, h } from '../dom.ts';
import { plural } from '../words.ts';
import { closeBand, showBand } from './band.ts';
import { openDialog } from './dialog.ts';
import { drawRendered, drawText } from './rendered-difference.ts';
import { replaceText, shippedText, wordsOf } from './restore.ts';

/** Looks whether the shipped text is another one than the copy holds, and offers it. Returns what ends that. */
export function offerUpdate(context: NotebookContext): () => void {
  const { session } = context;
  const keeping = session.keeping!;
  let gone = false;
  /** Which shipped text a text holds, for whoever undoes an update. */
  const holds = new Map<string, string | undefined>();
  const { front, blocks } = session.notebook;
  const what = front?.unit !== undefined || blocks.some((b) => b.kind === 'cell' && b.attributes.exercise) ? 'unit' : 'notebook';

  async function look(): Promise<void> {
    const shipped = await shippedText(keeping.id);
    if (gone || shipped === undefined) return;
    const hash = contentHash(shipped);
    const draw = (): void => {
      if (gone || hash === keeping.shippedHash || session.text === shipped) return closeBand('update');
      showBand('update', {
        role: 'status',
        content: [h('div', {}, h('strong', {}, `This ${what} has improved since you changed it.`), ' Your answers stay when you update.')],
        buttons: [
          { label: 'Update…', act: () => void open() },
          { label: 'What changed', act: () => void showChanges(context, shipped) },
          { label: 'Not now', act: () => closeBand('update') },
        ],
      });
    };
    const open = (): Promise<void> =>
      openUpdate(context, shipped, (before, after) => {
        holds.set(before, keeping.shippedHash).set(after, hash);
        keeping.shippedHash = hash;
        draw();
      });
    draw();
    let revision = session.revision;
    stop = session.subscribe(() => {
      if (session.revision === revision) return;
      revision = session.revision;
      if (!holds.has(session.text) || holds.get(session.text) === keeping.shippedHash) return;
      keeping.shippedHash = holds.get(session.text);
      draw();
    });
  }
  let stop = (): void => undefined;
  void look();
  return () => {
    gone = true;
    stop();
    closeBand('update');
  };
}

/** The shipped text that the copy was made of, or brought up to last, where a version of it is left. */
async function baseOf({ session }: NotebookContext): Promise<string | undefined> {
  const { versions, shippedHash } = session.keeping!;
  return (await versions.list()).find(({ text }) => contentHash(text) === shippedHash)?.text;
}

async function showChanges(context: NotebookContext, shipped: string): Promise<void> {
  const { session, voice, flushEdits } = context;
  flushEdits();
  try {
    const base = await baseOf(context);
    const drawn = await drawRendered(base ?? session.text, shipped);
    openDialog({
      title: 'What changed',
      className: 'update',
      content: [
        h(
          'p',
          { class: 'quiet' },
          base === undefined
            ? 'The text that your copy was made of is not kept any more: this leads from your copy to the text that ships now.'
            : 'From the text that your copy was made of to the one that ships now. What you changed yourself is not shown.',
        ),
        h('div', { class: 'shown' }, drawn),
      ],
    });
  } catch (error) {
    voice.toast(`The changes could not be shown. ${wordsOf(error)}`, undefined, 'stays');
  }
}

async function openUpdate(context: NotebookContext, shipped: string, updated: (before: string, after: string) => void): Promise<void> {
  const { session, voice, flushEdits, commands } = context;
  flushEdits();
  const mine = session.text;
  try {
    const base = await baseOf(context);
    if (base === undefined) {
      const { close } = openDialog({
        title: 'This copy cannot be updated by itself',
        className: 'update',
        content: [
          h(
            'p',
            {},
            'The text that your copy was made of is not kept any more, so what you changed cannot be told from what is new. Below is what leads from your copy to the text that ships now; you can go back to that text, and your copy is kept as a version.',
          ),
          h('div', { class: 'shown' }, await drawRendered(mine, shipped)),
          h(
            'div',
            { class: 'end' },
            button('Keep my copy', () => close(), { class: 'btn' }),
            button(
              'Go back to the shipped text…',
              () => {
                close();
                commands.run('reset-shipped');
              },
              { class: 'btn solid' },
            ),
          ),
        ],
      });
      return;
    }
    const plan = await planUpdate(base, mine, shipped);
    const choices: Choice[] = plan.clashes.map(() => 'mine');
    const preview = h('div', { class: 'shown' });
    let drawing: object | undefined;
    const draw = async (): Promise<void> => {
      const own = (drawing = {});
      const text = plan.text(choices);
      const drawn = text === mine ? 'Nothing in your copy changes.' : await drawRendered(mine, text);
      if (own === drawing) fill(preview, typeof drawn === 'string' ? h('p', { class: 'nothing' }, drawn) : drawn);
    };
    const choose = (i: number, choice: Choice): void => {
      choices[i] = choice;
      void draw();
    };
    const questions = await Promise.all(plan.clashes.map((clash, i) => drawClash(clash, i, (choice) => choose(i, choice))));
    await draw();
    const line = h('p', { class: 'bad-text', role: 'alert' });
    const update = async (): Promise<void> => {
      flushEdits();
      if (session.text !== mine) fill(line, 'The copy was edited meanwhile, in another tab. Close this and begin again.');
      else if (await apply(context, shipped, plan.text(choices), updated)) close();
    };
    const { close } = openDialog({
      title: 'Update your copy',
      className: 'update',
      content: [
        h(
          'p',
          {},
          plan.clashes.length === 0
            ? 'What is new goes into your copy, and everything that you wrote stays. The copy as it is now is kept as a version.'
            : `What is new goes into your copy. ${plural(plan.clashes.length, 'place')} both you and the authors changed: choose there. The copy as it is now is kept as a version.`,
        ),
        h(
          'div',
          { class: 'both' },
          questions.length > 0 && h('div', { class: 'clashes' }, ...questions),
          h('h3', {}, 'What changes in your copy'),
          preview,
        ),
        line,
        h(
          'div',
          { class: 'end' },
          button('Cancel', () => close(), { class: 'btn' }),
          button('Update', () => void update(), { class: 'btn solid' }),
        ),
      ],
    });
  } catch (error) {
    voice.toast(`The update could not be prepared. ${wordsOf(error)}`, undefined, 'stays');
  }
}

async function apply(
  context: NotebookContext,
  shipped: string,
  text: string,
  updated: (before: string, after: string) => void,
): Promise<boolean> {
  const { session, voice } = context;
  const keeping = session.keeping!;
  const before = session.text;
  try {
    const store = await keeping.store;
    await store.saveVersion({ notebook: keeping.id, time: (context.options.now ?? Date.now)(), text: shipped, why: 'shipped' });
    if (text === before) {
      updated(before, text);
      await session.flush();
      const record = await store.notebook(keeping.id);
      if (record) await store.saveNotebook({ ...record, shippedHash: keeping.shippedHash! }, record.revision);
      voice.toast('Your copy stays as it is.');
      return true;
    }
  } catch (error) {
    voice.toast(`Nothing was changed, since the new text could not be kept. ${wordsOf(error)}`, undefined, 'stays');
    return false;
  }
  const said = 'Your copy is up to date. As it was before, it is kept as a version.';
  if (!(await replaceText(context, text, 'update', 'Update the copy', said))) return false;
  updated(before, session.text);
  await session.flush().catch(() => undefined);
  return true;
}

const choices: readonly (readonly [Choice, string])[] = [
  ['mine', 'Keep mine'],
  ['theirs', 'Take the new one'],
  ['both', 'Both'],
];

async function drawClash({ mine, theirs, kept }: Clash, i: number, choose: (choice: Choice) => void): Promise<HTMLElement> {
  const side = async (title: string, text: string, none: string): Promise<HTMLElement> =>
    h('div', { class: 'clash-side' }, h('h3', {}, title), text.trim() === '' ? h('p', { class: 'quiet' }, none) : await drawText(text));
  return h(
    'fieldset',
    { class: 'clash' },
    h('legend', {}, `Place ${i + 1}`),
    h(
      'div',
      { class: 'clash-sides' },
      await side('Yours', mine, 'You deleted it.'),
      await side('The new one', theirs, kept === '' ? 'It is left out.' : 'It is left out. Your answer stays all the same.'),
    ),
    h(
      'div',
      { class: 'choices' },
      ...choices.map(([choice, label]) =>
        h(
          'label',
          {},
          h('input', { type: 'radio', name: `clash-${i}`, value: choice, checked: choice === 'mine', onchange: () => choose(choice) }),
          label,
        ),
      ),
    ),
  );
}
