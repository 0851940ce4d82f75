/* The help sheet: every command with its keys, made from the one table, grouped and searchable. What has no keys is there too:
   the palette has it. */

import './help.css';
import type { Feature } from '../context.ts';
import type { Command, Group } from '../commands/table.ts';
import { h } from '../dom.ts';
import { openDialog } from './dialog.ts';
import { partsOf, shownKeys } from './keys.ts';

const groups: readonly Group[] = ['Run', 'Cells', 'Edit', 'Go to', 'View', 'Notebook'];
const where = { command: 'with the cell itself selected (Esc)', cell: 'in code and on a cell', everywhere: 'everywhere' } as const;
/** Keys that are no commands of the notebook, but a reader looks for them here. */
const others: readonly (readonly [string, readonly string[]])[] = [
  ['Indent, or outdent', ['Tab', 'Shift+Tab']],
  ['Leave the editor by Tab', ['Escape Tab']],
  ['Complete a name', ['Mod+Space']],
  ['One more caret above or below', ['Mod+Alt+ArrowUp', 'Mod+Alt+ArrowDown']],
  ['Comment or uncomment', ['Mod+/']],
];

export const help: Feature = ({ commands }) =>
  commands.implement('help', () => openHelp(commands.table.filter(({ id }) => commands.offered(id))));

export function openHelp(table: readonly Command[]): void {
  const field = h('input', {
    class: 'text',
    'aria-label': 'Search shortcuts',
    placeholder: 'run, move, Ctrl …',
    autocomplete: 'off',
  });
  const none = h('p', { class: 'none', hidden: true }, 'No shortcut matches.');
  const sections = [
    ...groups.map((group) => section(group, rowsOf(table.filter((command) => command.group === group)))),
    section(
      'In code',
      others.map(([title, keys]) => row(title, keys)),
    ),
  ];
  openDialog({
    title: 'All shortcuts',
    className: 'help',
    focus: field,
    content: [
      h(
        'p',
        { class: 'about' },
        'Letters are commands when a cell itself is selected. ',
        h('kbd', {}, 'Esc'),
        ' leaves the code for its cell, ',
        h('kbd', {}, 'Enter'),
        ' goes back. Every command is in the palette: ',
        h('kbd', {}, shownKeys('Mod+K')),
        '.',
      ),
      field,
      h('div', { class: 'columns', tabindex: '0', role: 'group', 'aria-label': 'Shortcuts' }, ...sections, none),
    ],
  });
  field.addEventListener('input', () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const part of sections) {
      let shown = 0;
      for (const line of part.querySelectorAll<HTMLElement>('.row')) {
        const text = `${line.textContent} ${part.firstElementChild!.textContent}`.toLowerCase();
        line.hidden = (wanted.length === 0 && line.dataset['bare'] !== undefined) || !wanted.every((word) => text.includes(word));
        if (!line.hidden) shown++;
      }
      part.hidden = shown === 0;
      found += shown;
    }
    none.hidden = found > 0;
  });
}

function section(title: string, rows: readonly HTMLElement[]): HTMLElement {
  return h('section', {}, h('h3', {}, title), h('dl', {}, ...rows));
}

/** Commands of one title are one row. Those without keys are found by searching, since the palette has them all. */
function rowsOf(commands: readonly Command[]): HTMLElement[] {
  const byTitle = new Map<string, Command[]>();
  for (const command of commands) byTitle.set(command.title, [...(byTitle.get(command.title) ?? []), command]);
  return [...byTitle].map(([title, same]) => {
    const [first] = same as [Command];
    return row(
      title,
      same.flatMap(({ keys }) => keys ?? []),
      where[first.where ?? 'everywhere'],
    );
  });
}

function row(title: string, keys: readonly string[], place?: string): HTMLElement {
  const bare = keys.length === 0;
  return h(
    'div',
    { class: 'row', hidden: bare, 'data-bare': bare, title: bare ? undefined : place },
    h('dt', {}, title),
    h('dd', {}, ...(bare ? ['in the palette'] : keys.flatMap((combination, i) => [i > 0 ? ' or ' : null, caps(combination)]))),
  );
}

/** `Ctrl` `Shift` `Enter`, each on a cap. */
function caps(keys: string): HTMLElement {
  return h('span', { class: 'caps' }, ...partsOf(keys).flatMap((key, i) => [i > 0 ? ' ' : null, h('kbd', {}, key)]));
}
