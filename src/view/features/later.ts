/* A feature whose commands are known before it is: loaded with the first of them that is asked for. */

import type { CommandId } from '../commands/table.ts';
import type { Feature } from '../context.ts';

export const later =
  (ids: readonly CommandId[], load: () => Promise<Feature>): Feature =>
  (context) => {
    const { commands, voice } = context;
    let binding: Promise<void> | undefined, unbind: (() => void) | undefined;
    let gone = false;
    const stand = ids.map((id) =>
      commands.implement(id, (cell) => {
        const typed = holdKeys();
        binding ??= load().then((feature) => {
          if (!gone) unbind = feature(context); // its own commands take the place of these
        });
        binding.then(
          () => {
            commands.run(id, cell);
            typed.release();
          },
          () => {
            typed.release();
            binding = undefined;
            voice.toast('This could not be loaded. Check the connection, then try again.');
          },
        );
      }),
    );
    return () => {
      gone = true;
      unbind?.();
      stand.forEach((take) => take());
    };
  };

/** Letters that are typed while a feature comes are meant for it: they are given to what has the focus then. */
function holdKeys(): { release(): void } {
  let letters = '',
    entered = false;
  const hold = (event: KeyboardEvent): void => {
    if ((event.key.length !== 1 && event.key !== 'Enter') || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') entered = true;
    else if (!entered) letters += event.key;
  };
  window.addEventListener('keydown', hold, true);
  return {
    release: () => {
      window.removeEventListener('keydown', hold, true);
      const field = document.activeElement;
      if ((letters === '' && !entered) || !(field instanceof HTMLInputElement)) return;
      field.value += letters;
      field.dispatchEvent(new InputEvent('input', { bubbles: true, data: letters, inputType: 'insertText' }));
      if (entered) field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    },
  };
}
