/* Another text in the place of the notebook's: an earlier version, or the text as it ships. What stood there is kept as a version
   first, and the change is one step of the history. */

import { messageOf, type GradusError } from '../../base/errors.ts';
import type { NotebookContext } from '../context.ts';
import { ask } from './dialog.ts';

/** Back to the text as it ships; one's own is kept as a version. */
export async function reset(context: NotebookContext): Promise<boolean> {
  const { session, voice } = context;
  const shipped = await shippedText(session.keeping!.id);
  if (shipped === undefined) {
    voice.toast('The shipped text could not be loaded. Check the connection, then try again.', undefined, 'stays');
    return false;
  }
  context.flushEdits();
  if (shipped === session.text) {
    voice.toast('Your copy is the shipped text.');
    return false;
  }
  const yes = await ask({
    title: 'Go back to the shipped text?',
    says: 'Your copy is kept as a version, “before going back”. Progress and runs stay.',
    act: 'Go back',
    keep: 'Keep my copy',
  });
  return (
    yes &&
    replaceText(context, shipped, 'reset', 'Go back to the shipped text', 'This is the shipped text again. Your copy is kept as a version.')
  );
}

/** Puts another text in the place of this one, which is kept as a version first. One step of the history. */
export async function replaceText(
  context: NotebookContext,
  text: string,
  why: 'restore' | 'reset' | 'import' | 'update',
  label: string,
  said: string,
): Promise<boolean> {
  const { session, voice, act, flushEdits } = context;
  flushEdits();
  try {
    await session.keeping!.versions.keep(why);
  } catch (error) {
    voice.toast(`Nothing was changed, since no version could be kept. ${wordsOf(error)}`, undefined, 'stays');
    return false;
  }
  await session.setText(text, { label });
  act(() => undefined);
  const restored = session.text;
  voice.toast(said, () => {
    flushEdits();
    if (session.history.undo === label && session.text === restored) act(() => session.undo());
    else voice.toast('Something was edited since. Undo goes back step by step.');
  });
  return true;
}

/** The text of a notebook as it ships, from its page. Undefined: it could not be read. */
export async function shippedText(id: string): Promise<string | undefined> {
  const base = new URL(document.documentElement.dataset['base'] ?? './', location.href);
  try {
    const page = new URL(`n/${encodeURIComponent(id)}/`, base);
    const html = await (await fetch(page)).text();
    const beside = /<html[^>]*\bdata-notebook="([^"]*)"/.exec(html)?.[1];
    const data =
      beside === undefined
        ? /<script[^>]*\bid="?notebook-data"?[^>]*>([^]*?)<\/script>/.exec(html)?.[1]
        : await (await fetch(new URL(beside, page))).text();
    const text: unknown = (JSON.parse(data ?? 'null') as { compiled?: { text?: unknown } } | null)?.compiled?.text;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

export const wordsOf = (error: unknown): string => [messageOf(error), (error as GradusError).hint].filter(Boolean).join(' ');
