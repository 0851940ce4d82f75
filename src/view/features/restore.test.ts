import { describe, expect, test } from 'vitest';
import type { NotebookContext } from '../context.ts';
import { replaceText } from './restore.ts';

/** A page with one text and its history; `toasts` are what it says, with what their buttons do. */
function page() {
  const steps: { label: string; before: string }[] = [];
  const toasts: { text: string; undo?: (() => void) | undefined }[] = [];
  const session = {
    text: 'mine\n',
    keeping: { versions: { keep: async () => undefined } },
    setText: async (text: string, { label }: { label: string }) => session.edit(text, label),
    edit(text: string, label: string): void {
      steps.push({ label, before: session.text });
      session.text = text;
    },
    undo: () => void (session.text = steps.pop()?.before ?? session.text),
    get history() {
      return { undo: steps.at(-1)?.label };
    },
  };
  const context = {
    session,
    voice: { toast: (text: string, undo?: () => void) => void toasts.push({ text, undo }) },
    act: (what: () => void) => what(),
    flushEdits: () => undefined,
  } as unknown as NotebookContext;
  return { session, toasts, context };
}
const restore = (context: NotebookContext): Promise<boolean> => replaceText(context, 'earlier\n', 'restore', 'Restore', 'Restored.');

describe('"Undo" beside a restored version', () => {
  test('brings back the text that it replaced', async () => {
    const { session, toasts, context } = page();
    await restore(context);
    toasts[0]!.undo!();
    expect(session.text).toBe('mine\n');
  });

  test('takes back no edit that was made since, and says so', async () => {
    const { session, toasts, context } = page();
    await restore(context);
    session.edit('earlier\nand more\n', 'Typing');
    toasts[0]!.undo!();
    expect(session.text).toBe('earlier\nand more\n');
    expect(toasts.at(-1)!.text).toBe('Something was edited since. Undo goes back step by step.');
  });

  test('is no undo of another one with the same name', async () => {
    const { session, toasts, context } = page();
    await restore(context);
    session.edit('another\n', 'Restore');
    toasts[0]!.undo!();
    expect(session.text).toBe('another\n');
  });
});
