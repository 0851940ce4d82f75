/* The rest of the bar: the menu behind ⋯ with the commands that have no button, and what is saved, in words. Below 1024 px the
   bar's own menu gets them as further buttons. */

import './bar-more.css';
import type { Feature } from '../context.ts';
import type { CommandId } from '../commands/table.ts';
import { createRenderEffect, createRoot, on } from 'solid-js';
import { h, setAttribute, setText } from '../dom.ts';
import { openMenu, type MenuRow } from './menu.ts';

const sections: readonly (readonly CommandId[])[] = [
  ['undo', 'redo', 'find'],
  ['insert-text', 'fold-all-code', 'fold-all-output'],
  ['outline', 'graph', 'help'],
  ['save-version', 'versions', 'compare-shipped', 'reset-shipped'],
  ['compute', 'export-answers', 'print', 'notebooks', 'runs', 'storage'],
];
/** A write that takes longer has not happened, as far as its reader should trust it. */
const patienceMs = 4000;

export const barMore: Feature = (context) => {
  const { commands, session, live } = context;
  const table = new Map(commands.table.map((command) => [command.id, command]));
  const labelOf = (id: CommandId): string => {
    const what = id === 'undo' ? session.history.undo : id === 'redo' ? session.history.redo : undefined;
    return what === undefined ? table.get(id)!.title : `${table.get(id)!.title}: ${what}`;
  };
  const rows = (): MenuRow[] =>
    sections.flatMap((section): MenuRow[] => [
      'rule',
      ...section
        .filter((id) => commands.offered(id))
        .map((id): MenuRow => {
          const reason = commands.reason(id);
          return {
            label: labelOf(id),
            keys: table.get(id)!.keys?.[0],
            ...(reason === undefined ? {} : { reason }),
            act: () => commands.run(id),
          };
        }),
    ]);

  const button = document.querySelector<HTMLElement>('.bar [data-action="menu"]'),
    sheet = document.getElementById('commands');
  const takeBack = commands.implement('menu', () => {
    if (button !== null) openMenu({ label: 'More commands', rows: rows(), at: button });
  });

  // ---- below 1024 px: the same as buttons of the bar's own menu
  const more = h('div', { class: 'more-commands' });
  const onToggle = (event: Event): void => {
    if ((event as ToggleEvent).newState === 'open') list();
  };
  const list = (): void =>
    more.replaceChildren(
      ...sections.flatMap((section) => [
        h('hr'),
        ...section
          .filter((id) => commands.offered(id) && id !== 'outline')
          .map((id) => {
            const reason = commands.reason(id);
            const made = h(
              'button',
              {
                class: 'btn bare small',
                type: 'button',
                'data-action': id,
                ...(reason === undefined ? {} : { 'aria-disabled': 'true', title: reason }),
              },
              labelOf(id),
            );
            return made;
          }),
      ]),
    );
  sheet?.append(more);
  if (sheet?.matches(':popover-open')) list();
  sheet?.addEventListener('beforetoggle', onToggle);

  // ---- what is saved
  const places = [...document.querySelectorAll<HTMLElement>('.bar [data-engine-facts]')].map((place) => {
    const saved = h('span', { class: 'saved' });
    place.after(saved);
    return saved;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const first = session.revision;
  const say = (words: string): void => {
    for (const place of places) setText(place, words);
    setAttribute(more, 'data-saved', words);
  };
  const endEffect = createRoot((dispose) => {
    createRenderEffect(
      on(live.facts, ({ revision, saved, saveError }) => {
        clearTimeout(timer);
        if (saveError !== undefined) say('');
        else if (saved >= revision) say(revision > first ? 'Saved' : '');
        else {
          say('Saving');
          timer = setTimeout(() => say('Not saved'), patienceMs);
        }
      }),
    );
    return dispose;
  });

  return () => {
    takeBack();
    endEffect();
    clearTimeout(timer);
    sheet?.removeEventListener('beforetoggle', onToggle);
    more.remove();
    for (const place of places) place.remove();
  };
};
