/* Dialogs: the native element, so the rest of the page is inert, Esc closes, and focus moves in and back. `ask` is the one question
   that the interface has: a title, what is kept, and one solid button whose label is the title's verb. */

import './dialog.css';
import { h, icon, type Child } from '../dom.ts';

export interface DialogOptions {
  /** Shown in the reading voice, and the dialog's name. */
  readonly title: string;
  readonly content: readonly Child[];
  readonly className?: string;
  /** It interrupts: a question, and no close button beside the title. */
  readonly question?: boolean;
  /** What gets the focus; default: the first field or button. */
  readonly focus?: HTMLElement;
  readonly closed?: () => void;
}

export interface Dialog {
  readonly element: HTMLDialogElement;
  close(): void;
}

let count = 0;

/** Opens a dialog over the page. It is gone from the page once it is closed. */
export function openDialog({ title, content, className = '', question = false, focus, closed }: DialogOptions): Dialog {
  const id = `dialog-${++count}`;
  const heading = h('h2', { id, tabindex: '-1' }, title);
  const close = (): void => element.close();
  const element = h(
    'dialog',
    {
      class: `sheet dialog ${className}`.trim(),
      'aria-labelledby': id,
      ...(question ? { role: 'alertdialog', 'aria-describedby': `${id}-says` } : {}),
    },
    question
      ? heading
      : h(
          'header',
          {},
          heading,
          h('button', { type: 'button', class: 'btn bare icon', 'aria-label': 'Close', onclick: close }, icon('close')),
        ),
    ...content,
  );
  if (question) element.querySelector('p')?.setAttribute('id', `${id}-says`);
  show(element, closed);
  (focus ?? element.querySelector<HTMLElement>('input, select, textarea') ?? heading).focus();
  return { element, close };
}

/** Shows a dialog modally, closes it by a press beside it, and sees to it that focus comes back. */
export function show(element: HTMLDialogElement, closed?: () => void): void {
  const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
  document.body.append(element);
  element.addEventListener('close', () => {
    const moved = document.activeElement !== document.body && !element.contains(document.activeElement);
    element.remove();
    if (!moved && before?.isConnected) before.focus({ preventScroll: true });
    closed?.();
  });
  // A press that begins and ends beside it; not the end of a selection that was dragged out of a field.
  let beside = false;
  element.addEventListener('pointerdown', (event) => (beside = outside(element, event)));
  element.addEventListener('click', (event) => {
    if (beside && outside(element, event)) element.close();
  });
  element.showModal();
}

function outside(element: HTMLElement, event: MouseEvent): boolean {
  if (event.target !== element) return false;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}

export interface Question {
  readonly title: string;
  /** What happens and what is kept. */
  readonly says: string;
  /** The verb of the title: Go back, Take over. */
  readonly act: string;
  /** What the other button says; default: Cancel. */
  readonly keep?: string;
}

/** Asks; resolves with whether the solid button was pressed. Esc and a press beside it mean no. */
export function ask({ title, says, act, keep = 'Cancel' }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    let yes = false;
    const done = h('button', { type: 'button', class: 'btn solid' }, act),
      no = h('button', { type: 'button', class: 'btn' }, keep);
    const { element, close } = openDialog({
      title,
      question: true,
      className: 'question',
      focus: done,
      content: [h('p', {}, says), h('div', { class: 'end' }, no, done)],
      closed: () => resolve(yes),
    });
    done.addEventListener('click', () => {
      yes = true;
      close();
    });
    no.addEventListener('click', close);
    element.dataset['dialog'] = 'question';
  });
}
