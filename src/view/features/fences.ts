/* The commands about single cells that move none: run modes, hiding code or output (of one, several or all), running what stands
   above or below, the link to a cell. */

import type { FrameBlock } from '../../session/types.ts';
import type { Feature } from '../context.ts';
import type { CommandId } from '../commands/table.ts';
import type { Reason, Run } from '../commands/commands.ts';
import { capital, named, targets } from './blocks.ts';

export const fences: Feature = (context) => {
  const { session, commands, voice, act, flushEdits } = context;
  const takeBack: (() => void)[] = [];
  const implement = (id: CommandId, run: Run, reason?: Reason): void => void takeBack.push(commands.implement(id, run, reason));
  const all = (cell?: string): readonly FrameBlock[] => targets(context, cell).filter(({ kind }) => kind === 'cell');
  const none = (cell?: string): string | undefined => (all(cell).length === 0 ? 'No cell is selected.' : undefined);
  const change = (id: CommandId, work: (blocks: readonly FrameBlock[]) => void): void =>
    implement(
      id,
      (cell) => {
        flushEdits();
        work(all(cell));
      },
      none,
    );

  const attribute = (blocks: readonly FrameBlock[], key: 'run' | 'hide', value: string | undefined, words: string): void => {
    const label = `${value === undefined ? `Remove ${key}` : `Set ${key}=${value}`} on ${named(blocks)}`;
    act(() =>
      session.together(label, () => {
        for (const { id } of blocks) if (id !== undefined) session.setAttribute(id, key, value);
      }),
    );
    voice.say(words);
  };
  const runModes = [
    ['run-mode-auto', undefined, 'runs by itself'],
    ['run-mode-manual', 'manual', 'runs only when asked'],
    ['run-mode-once', 'once', 'runs once'],
    ['run-mode-off', 'off', 'is off'],
  ] as const;
  for (const [id, value, words] of runModes)
    change(id, (blocks) =>
      attribute(
        blocks,
        'run',
        value,
        blocks.length === 1 ? `${capital(named(blocks))} ${words}.` : `${capital(named(blocks))}: each ${words}.`,
      ),
    );
  const hide = (id: CommandId, what: 'code' | 'output', of: (cell?: string) => readonly FrameBlock[]): void =>
    implement(
      id,
      (cell) => {
        const blocks = of(cell).filter((block) => block.id !== undefined);
        const hidden = blocks.every((block) => session.cell(block.id!)?.hide === what);
        if (blocks.length > 0)
          attribute(blocks, 'hide', hidden ? undefined : what, `${hidden ? 'Shown' : 'Hidden'}: ${what} of ${named(blocks)}.`);
      },
      (cell) => (of(cell).length === 0 ? 'No cell is selected.' : undefined),
    );
  hide('hide-code', 'code', all);
  hide('hide-output', 'output', all);
  const every = (): readonly FrameBlock[] => session.blocks.filter(({ kind }) => kind === 'cell');
  hide('fold-all-code', 'code', every);
  hide('fold-all-output', 'output', every);

  change('link-cell', (blocks) => {
    const [{ id }] = blocks as [FrameBlock];
    if (id === undefined) return;
    const link = linkTo(id);
    navigator.clipboard.writeText(link).then(
      () => voice.toast(`Copied the link to ${id}.`),
      () => voice.toast(`The link could not be copied: ${link}`, undefined, 'stays'),
    );
  });

  // ---- run several
  const runRange = (ids: readonly string[]): void => {
    if (ids.length > 0) act(() => session.runEvery(ids), new Set(ids));
  };
  const auto = (id: string): boolean => session.cell(id)?.run === 'auto';
  change('run-above', (blocks) => {
    const first = session.ids.indexOf(blocks[0]?.id ?? '');
    runRange(session.ids.slice(0, Math.max(0, first)).filter(auto));
  });
  change('run-below', (blocks) => {
    const from = session.ids.indexOf(blocks[0]?.id ?? '');
    if (from >= 0) runRange(session.ids.slice(from).filter((id, i) => auto(id) || (i === 0 && session.cell(id)?.run !== 'off')));
  });

  return () => takeBack.forEach((back) => back());
};

/** The address of a cell: of a notebook of one's own it stands behind the notebook's. */
function linkTo(id: string): string {
  const { origin, pathname, search, hash } = location;
  const own = /^#\/n\/[^?]*/.exec(hash)?.[0];
  return own === undefined
    ? `${origin}${pathname}${search}#cell-${encodeURIComponent(id)}`
    : `${origin}${pathname}${search}${own}?cell=${encodeURIComponent(id)}`;
}
