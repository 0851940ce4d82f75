/* The commands that lead elsewhere or belong to the page as a whole: theme, print, the pages around the notebook; the next cell
   that failed or is out of date; what runs, in a sentence. */

import type { CellStatus } from '../../session/types.ts';
import type { Feature } from '../context.ts';
import { duration, plural } from '../words.ts';

export const site: Feature = ({ session, commands, selection, voice, options, select, flushEdits }) => {
  const go = (href: string) => (): void => {
    location.href = new URL((options.site?.base ?? document.documentElement.dataset['base'] ?? './') + href, location.href).href;
  };
  const statuses = (): readonly CellStatus[] => session.ids.flatMap((id) => session.cell(id) ?? []);
  const wrong = ({ state }: CellStatus): boolean => state === 'error' || state === 'stale';
  const takeBack = [
    commands.implement('save-cell', () => commands.run('save')),
    commands.implement('find-cell', () => commands.run('find')),
    // The theme is every page's own: its button knows how.
    commands.implement('theme', () => document.querySelector<HTMLElement>('.bar [data-action="theme"]')?.click()),
    commands.implement('print', () => {
      flushEdits();
      print();
    }),
    commands.implement('notebooks', go('#/notebooks')),
    commands.implement('runs', go('#/runs')),
    commands.implement(
      'next-problem',
      () => {
        const all = statuses(),
          from = all.findIndex(({ id }) => id === selection.head);
        const next = [...all.slice(from + 1), ...all.slice(0, from + 1)].find(wrong);
        if (next === undefined) return;
        select(next.id);
        const rest = all.filter(wrong).length - 1;
        voice.say(`${next.id} ${next.state === 'error' ? 'failed' : 'is out of date'}${rest > 0 ? `; ${rest} more` : ''}`);
      },
      () => (statuses().some(wrong) ? undefined : 'No cell failed, and none is out of date.'),
    ),
    commands.implement('say-progress', () => {
      const all = statuses(),
        running = all.filter(({ state }) => state === 'running'),
        waiting = all.filter(({ state }) => state === 'queued').length;
      const says = [
        ...running.map(({ id, startedAt, outputs }) => {
          const since = startedAt === undefined ? '' : ` for ${duration(Date.now() - startedAt)}`;
          return `${id} runs${since}${progressOf(outputs)}`;
        }),
        ...(waiting > 0 ? [`${plural(waiting, 'cell')} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
      ];
      const failed = all.filter(({ state }) => state === 'error').length,
        stale = all.filter(({ state }) => state === 'stale').length;
      if (says.length === 0) says.push('Nothing runs');
      if (failed > 0) says.push(`${failed} failed`);
      if (stale > 0) says.push(`${stale} out of date`);
      voice.toast(`${says.join('; ')}.`);
    }),
  ];
  return () => takeBack.forEach((back) => back());
};

/** How far it is, where it says so. */
function progressOf(outputs: CellStatus['outputs']): string {
  for (const { output } of outputs.toReversed())
    if (output.kind === 'progress' && output.total !== undefined && output.total > 0)
      return `, ${Math.floor((100 * output.done) / output.total)} %`;
  return '';
}
