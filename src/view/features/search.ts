/* The palette over a notebook: its commands with what they would do now, its cells with their state, its sections; then what lies
   outside (steps.ts, loaded when the palette is first opened). */

import type { CellStatus } from '../../session/types.ts';
import type { Feature, NotebookContext } from '../context.ts';
import type { Command, CommandId, Group } from '../commands/table.ts';
import { h, s } from '../dom.ts';
import { marginWords, pointClass } from '../status.ts';
import { plural } from '../words.ts';
import { goToHeading } from './headings.ts';
import { openPalette, type Entry, type Source } from './palette.ts';

const drawings: Readonly<Record<Group, string>> = {
  Run: 'M4.5 2.8v10.4l8.6-5.2z',
  Cells: 'M3 2.5v11M6 4h7.5v8H6z',
  Edit: 'm3 13 .6-3L10.8 2.8l2.4 2.4L6 12.4z',
  'Go to': 'M3 8h10M9.2 4.2 13 8l-3.8 3.8',
  View: 'M1.8 8C4 4.8 6 3.8 8 3.8S12 4.8 14.2 8C12 11.2 10 12.2 8 12.2S4 11.2 1.8 8zM8 6.4a1.6 1.6 0 1 1 0 3.2a1.6 1.6 0 0 1 0-3.2z',
  Notebook: 'M4 1.8h5.5L12.5 5v9.2H4zM9.2 2v3.2h3.1',
};
/** Not of use from a list: what only moves, and the list itself. */
const leftOut: ReadonlySet<CommandId> = new Set([
  'palette',
  'menu',
  'next',
  'previous',
  'leave',
  'select-next',
  'select-previous',
  'undo-cell',
  'find-cell',
  'save-cell',
]);
const offered: readonly CommandId[] = ['run-stale', 'find', 'insert-below', 'save-version', 'outline', 'help'];
const also: Readonly<Partial<Record<CommandId, string>>> = {
  undelete: 'undelete restore bring back',
  'to-text': 'markdown prose',
  'to-code': 'cell',
  'insert-text': 'markdown prose',
  download: 'export file save as md',
  restart: 'kernel clear reset forget',
  compute: 'backend device auto gpu webgpu wasm webassembly js javascript cpu tensor tf',
  stop: 'interrupt cancel',
  versions: 'history restore',
  'hide-code': 'collapse fold',
  'hide-output': 'collapse fold',
  'fold-all-code': 'collapse',
  theme: 'dark mode',
  help: 'keyboard keys',
  graph: 'dataflow minimap',
  'run-mode-off': 'disable',
  outline: 'table of contents sections',
};

export const search: Feature = (context) => {
  const { commands, options } = context;
  // What a first press of Mod+K should not wait for: the words of the course.
  const rest = (): Promise<readonly Source[]> =>
    options.site === undefined ? Promise.resolve([]) : import('./steps.ts').then(({ sitePages }) => sitePages(options.site!));
  const outside: readonly Source[] = (['Your notebooks', 'Steps', 'Pages'] as const).map((group) => ({
    group,
    sign: group === 'Pages' ? '>' : '#',
    offers: group === 'Steps' ? 0 : 2,
    entries: async () => (await rest()).find((source) => source.group === group)?.entries() ?? [],
  }));
  return commands.implement('palette', () =>
    openPalette([commandsOf(context), cellsOf(context), sectionsOf(context), ...outside], () => commands.run('help')),
  );
};

function commandsOf({ commands, session, selection }: NotebookContext): Source {
  const head = selection.head !== undefined && session.cell(selection.head) !== undefined ? selection.head : undefined;
  const entry = ({ id, title, group, keys, cell }: Command): Entry => {
    const detail = detailOf(id);
    const reason = cell && head === undefined && selection.ids.length === 0 ? 'No cell is selected.' : commands.reason(id);
    const rank = offered.indexOf(id);
    return {
      label: titleOf(id, title),
      ...(detail === undefined ? {} : { detail }),
      ...(also[id] === undefined ? {} : { also: also[id] }),
      ...(keys === undefined ? {} : { keys: keys[0] }),
      icon: () => s('svg', { class: 'i', viewBox: '0 0 16 16' }, s('path', { d: drawings[group] })),
      ...(reason === undefined ? {} : { reason }),
      ...(rank < 0 || reason !== undefined ? {} : { offer: 100 - rank }),
      act: () => commands.run(id),
    };
  };
  const detailOf = (id: CommandId): string | undefined => {
    const { history } = session;
    if (id === 'run-stale') return plural(session.ids.filter((cell) => session.cell(cell)?.state === 'stale').length, 'cell');
    if (id === 'restart') return 'forget all values';
    if (id === 'compute') return session.backend?.backend;
    if (id === 'undo') return history.undo;
    if (id === 'redo') return history.redo;
    return undefined;
  };
  return {
    group: 'Commands',
    sign: '>',
    offers: 5,
    entries: () => commands.table.filter(({ id }) => !leftOut.has(id) && commands.offered(id)).map(entry),
  };
}

/** In the palette two commands of one name would be one too many. */
const titleOf = (id: CommandId, title: string): string => (id === 'stop' ? 'Stop all' : title);

function cellsOf(context: NotebookContext): Source {
  const { session, select } = context;
  const wrong = (status: CellStatus): boolean => status.state === 'error' || status.state === 'stale' || status.state === 'running';
  return {
    group: 'Cells in this notebook',
    sign: '@',
    offers: 3,
    entries: () =>
      session.ids.flatMap((id, i): Entry[] => {
        const status = session.cell(id);
        if (status === undefined) return [];
        const others = status.defines.filter((name) => name !== id);
        return [
          {
            label: id,
            mono: true,
            detail: marginWords(status, Date.now(), 0),
            also: `${others.join(' ')} ${status.code.slice(0, 80)}`,
            place: `line ${status.line}`,
            offer: wrong(status) ? 1_000_000 - i : -i,
            icon: () => h('span', { class: pointClass(status), 'data-done': status.state === 'done' ? true : undefined }),
            act: () => select(id),
          },
        ];
      }),
  };
}

function sectionsOf({ root }: NotebookContext): Source {
  return {
    group: 'Sections',
    sign: '@',
    offers: 0,
    entries: () =>
      [...root.querySelectorAll<HTMLElement>('h2.sec, h3.sub')].map((heading) => ({
        label: heading.textContent.trim(),
        act: () => goToHeading(heading),
      })),
  };
}
