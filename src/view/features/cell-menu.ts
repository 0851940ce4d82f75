/* The menu of a cell: by right click, Shift+F10 or the menu key, and by the button beside its name. The button, and in a long
   notebook the names of what a cell uses, stand at the cells that are near the window, since a thousand of them cost what nobody
   sees. Native menus stay where they help: in code, on links, over selected text, and with Shift. */

import './cell-menu.css';
import type { Feature, NotebookContext } from '../context.ts';
import type { CommandId } from '../commands/table.ts';
import { h, s } from '../dom.ts';
import { plural } from '../words.ts';
import { openMenu, type MenuRow } from './menu.ts';

export const cellMenu: Feature = (context) => {
  const { root, session, selection, view, commands } = context;
  const open = (id: string, at: { readonly x: number; readonly y: number } | HTMLElement): void => {
    if (!selection.ids.includes(id)) selection.set(id);
    const many = selection.ids.length;
    openMenu({ label: many > 1 ? plural(many, 'cell') : `Cell ${id}`, rows: rowsOf(context, id), at });
  };

  const onContext = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    if (id === undefined || session.cell(id) === undefined) return;
    const byKey = event.button !== 2 || event.detail === 0;
    const own =
      target?.closest('a, img, canvas, input, textarea, select, iframe, .ed, [data-outputs] svg') != null ||
      getSelection()?.isCollapsed === false;
    if (event.shiftKey || (own && !byKey)) return;
    event.preventDefault();
    if (!byKey) return open(id, { x: event.clientX, y: event.clientY });
    commands.run('cell-menu', id);
  };
  const takeBack = commands.implement('cell-menu', (cell) => {
    const id = cell ?? selection.head,
      body = id === undefined ? undefined : view(id)?.element.querySelector('.body')?.getBoundingClientRect();
    if (id !== undefined && body !== undefined) open(id, { x: body.left + 24, y: Math.max(64, body.top + 24) });
  });
  const onClick = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('.cell-menu') : null;
    const id = button?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    if (button !== null && id !== undefined) open(id, button);
  };

  // ---- the button beside the name. In a long notebook a cell is watched only until it is known whether it is near; that a far one
  // comes near its part tells, for nothing: a thousand watched cells cost every frame.
  const told = 'oncontentvisibilityautostatechange' in root;
  const come = (cell: HTMLElement): void => {
    addButton(cell);
    view(cell.dataset['cell'] ?? '')?.near();
  };
  const near = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (isIntersecting || (told && target.parentElement?.matches('.part') === true)) near.unobserve(target);
        if (isIntersecting) come(target as HTMLElement);
      }
    },
    { rootMargin: '50% 0px' },
  );
  const onNear = (event: Event): void => {
    if (event instanceof ContentVisibilityAutoStateChangeEvent && !event.skipped && event.target instanceof HTMLElement)
      for (const cell of event.target.querySelectorAll<HTMLElement>(':scope > .cell')) come(cell);
  };
  const observe = (): void => {
    for (const cell of root.querySelectorAll<HTMLElement>('.cell:not(:has(> .meta > .cell-menu))')) near.observe(cell);
  };
  const grown = new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof HTMLElement) {
          if (node.matches('[data-cell]')) near.observe(node);
          for (const cell of node.querySelectorAll('[data-cell]')) near.observe(cell);
        }
  });
  observe();
  grown.observe(root, { childList: true });
  for (const part of root.querySelectorAll('.part')) grown.observe(part, { childList: true });

  root.addEventListener('contentvisibilityautostatechange', onNear);
  root.addEventListener('contextmenu', onContext);
  root.addEventListener('click', onClick);
  return () => {
    near.disconnect();
    grown.disconnect();
    root.removeEventListener('contentvisibilityautostatechange', onNear);
    root.removeEventListener('contextmenu', onContext);
    takeBack();
    root.removeEventListener('click', onClick);
    for (const button of root.querySelectorAll('.cell-menu')) button.remove();
  };
};

function addButton(cell: HTMLElement): void {
  const meta = cell.querySelector(':scope > .meta'),
    id = cell.dataset['cell'];
  if (meta === null || id === undefined || meta.querySelector('.cell-menu') !== null) return;
  const said = meta.querySelector(':scope > .say');
  const button = h(
    'button',
    {
      type: 'button',
      class: 'cell-menu',
      'aria-haspopup': 'menu',
      'aria-label': 'More for this cell',
      title: 'More (right click, Shift F10)',
    },
    s(
      'svg',
      { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
      s('path', { d: 'M3.2 8h.01M8 8h.01M12.8 8h.01', 'stroke-width': '2.4' }),
    ),
  );
  if (said) said.after(button);
  else meta.append(button);
}

function rowsOf({ commands, session, selection }: NotebookContext, id: string): readonly MenuRow[] {
  const status = session.cell(id)!,
    many = selection.ids.length > 1;
  const table = new Map(commands.table.map((command) => [command.id, command]));
  const row = (command: CommandId, label?: string, checked?: boolean): MenuRow[] => {
    const { title, keys } = table.get(command)!;
    if (!commands.offered(command)) return [];
    const reason = commands.reason(command, id);
    return [
      {
        label: label ?? title,
        keys: keys?.[0],
        ...(checked === undefined ? {} : { checked }),
        ...(reason === undefined ? {} : { reason }),
        act: () => commands.run(command, id),
      },
    ];
  };
  const rule = ['rule'] as const;
  if (many)
    return [
      ...row('run-cell', 'Run the selected cells'),
      ...rule,
      ...row('cut', 'Cut'),
      ...row('copy', 'Copy'),
      ...row('duplicate', 'Duplicate'),
      ...row('merge', 'Merge'),
      ...rule,
      ...row('move-up', 'Move up'),
      ...row('move-down', 'Move down'),
      ...rule,
      ...row('hide-code', 'Hide or show code'),
      ...row('hide-output', 'Hide or show output'),
      ...rule,
      ...row('delete', 'Delete'),
    ];
  return [
    ...(status.state === 'running' ? row('stop', 'Stop') : row('run-cell', 'Run')),
    ...row('run-below', 'Run this and below'),
    ...row('run-above', 'Run above'),
    ...rule,
    ...row('run-mode-auto', 'Runs by itself', status.run === 'auto'),
    ...row('run-mode-manual', 'Runs only when asked', status.run === 'manual'),
    ...row('run-mode-once', 'Runs once', status.run === 'once'),
    ...row('run-mode-off', 'Off', status.run === 'off'),
    ...rule,
    ...row('hide-code', status.hide === 'code' ? 'Show code' : 'Hide code'),
    ...row('hide-output', status.hide === 'output' ? 'Show output' : 'Hide output'),
    ...rule,
    ...row('rename', 'Rename'),
    ...row('split', 'Split at the caret'),
    ...row('merge', 'Merge with the cell below'),
    ...row('to-text', 'Make it text'),
    ...rule,
    ...row('insert-above', 'Add cell above'),
    ...row('insert-below', 'Add cell below'),
    ...row('insert-text', 'Add text below'),
    ...rule,
    ...row('duplicate', 'Duplicate'),
    ...row('cut', 'Cut'),
    ...row('copy', 'Copy'),
    ...row('move-up', 'Move up'),
    ...row('move-down', 'Move down'),
    ...rule,
    ...row('link-cell', 'Copy link to cell'),
    ...row('delete', 'Delete'),
  ];
}
