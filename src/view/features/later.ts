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
        binding ??= load().then((feature) => {
          if (!gone) unbind = feature(context); // its own commands take the place of these
        });
        binding.then(
          () => commands.run(id, cell),
          () => {
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
