/* The dependencies of the whole notebook, drawn: the command that opens it. The drawing itself comes when it is asked for. */

import type { Feature } from '../context.ts';

export const graph: Feature = (context) =>
  context.commands.implement(
    'graph',
    (cell) =>
      void import('./graph-view.ts').then(
        ({ openGraph }) => openGraph(context, cell ?? context.selection.head),
        () => context.voice.toast('The drawing could not be loaded. Check the connection, then try again.'),
      ),
    () => (context.session.ids.length === 0 ? 'This notebook has no cells.' : undefined),
  );
