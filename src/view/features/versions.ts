/* The commands of versions: save one with a name, look at what was kept, compare one's copy with the shipped text and go back to
   it. The panel itself (versions-panel.ts) is loaded when it is first asked for. */

import type { Feature, NotebookContext } from '../context.ts';
import { h } from '../dom.ts';
import { openDialog } from './dialog.ts';
import { reset, wordsOf } from './restore.ts';

export const versions: Feature = (context) => {
  const { session, commands, voice } = context;
  const { keeping } = session;
  const none = (): string | undefined =>
    keeping === undefined ? 'Nothing of this page is stored. Save a copy, then it has versions.' : undefined;
  const notShipped = (): string | undefined => none() ?? (keeping?.shipped ? undefined : 'This notebook does not ship with the site.');
  const panel = (which?: 'shipped'): void => {
    context.flushEdits();
    import('./versions-panel.ts').then(
      ({ openVersions }) => openVersions(context, which),
      () => voice.toast('Versions could not be loaded. Check the connection, then try again.', undefined, 'stays'),
    );
  };
  const undo = [
    commands.implement('versions', () => panel(), none),
    commands.implement('save-version', () => void saveVersion(context), none),
    commands.implement('compare-shipped', () => panel('shipped'), notShipped),
    commands.implement('reset-shipped', () => void reset(context).catch(() => undefined), notShipped),
  ];
  if (keeping?.shipped && keeping.opened.revision > 0)
    import('./update.ts').then(
      ({ offerUpdate }) => undo.push(offerUpdate(context)),
      () => undefined, // offered when the page is opened next
    );
  return () => undo.forEach((take) => take());
};

/** Asks for a name; what is saved is the text as it stands when the button is pressed. */
function saveVersion({ session, voice, flushEdits }: NotebookContext): void {
  const field = h('input', { class: 'text', type: 'text', id: 'version-name', autocomplete: 'off', maxlength: '120' });
  const says = h('p', { class: 'quiet' }, 'Named versions are kept until you delete them.');
  const save = (event: Event): void => {
    event.preventDefault();
    const name = field.value.trim();
    flushEdits();
    void Promise.all([session.keeping!.versions.keep('save', name === '' ? undefined : name), session.flush()]).then(
      () => {
        dialog.close();
        voice.toast(name === '' ? 'The version is saved.' : `The version “${name}” is saved.`);
      },
      (error: unknown) => {
        says.className = 'bad-text';
        says.setAttribute('role', 'alert');
        says.textContent = wordsOf(error);
      },
    );
  };
  const dialog = openDialog({
    title: 'Save version',
    className: 'save-version',
    focus: field,
    content: [
      h(
        'form',
        { class: 'form', onsubmit: save },
        h('label', { for: 'version-name' }, 'Name'),
        field,
        says,
        h('div', { class: 'end' }, h('button', { type: 'submit', class: 'btn solid' }, 'Save version')),
      ),
    ],
  });
}
