import { afterEach, describe, expect, test } from 'vitest';
import { createLibrary } from '../stdlib/library.ts';
import { createSweep } from '../stdlib/sweep/index.ts';
import type { SweepResult } from '../engine/sweep.ts';
import { openSession } from './test-session.ts';
import { inProcessWorker } from './test-worker.ts';
import type { Session, SessionOptions, WorkerLike } from './types.ts';

const packs: Record<string, () => unknown> = { sweep: () => ({ createSweep }), runs: () => import('../stdlib/start-run.ts') };
const load = async (pack: string): Promise<unknown> => {
  const make = packs[pack];
  if (!make) throw new Error(`no pack ${pack}`);
  return make();
};

interface Opened {
  readonly session: Session;
  /** Engines that were started, the session's own among them, and how many have not been ended. */
  readonly engines: { started: number; alive: number };
  /** The value of `name`, once all is settled. */
  value<T = unknown>(name: string): Promise<T>;
}

const open: Session[] = [];
afterEach(() => open.splice(0).forEach((session) => session.dispose()));

function openCells(cells: Readonly<Record<string, string>>, more: Partial<SessionOptions> = {}, seed: string | number = 14): Opened {
  const engines = { started: 0, alive: 0 };
  const text = `---\ngradus: 1\nid: t\n${seed === '' ? '' : `seed: ${seed}\n`}---\n\n${Object.entries(cells)
    .map(([id, code]) => `\`\`\`ts {id=${id}}\n${code}\n\`\`\`\n`)
    .join('\n')}`;
  const session = openSession(text, {
    services: async ({ service }) => {
      if (service === 'resume') return undefined;
      throw new Error(`no ${service}`);
    },
    createWorker: () => {
      const worker = inProcessWorker(createLibrary, load);
      engines.started++;
      engines.alive++;
      let alive = true;
      const terminate = worker.terminate.bind(worker);
      worker.terminate = () => {
        if (alive) engines.alive--;
        alive = false;
        terminate();
      };
      return worker satisfies WorkerLike;
    },
    ...more,
  });
  open.push(session);
  return {
    session,
    engines,
    value: async <T>(name: string) => {
      await session.settled();
      return (await session.values())[name] as T;
    },
  };
}

const errorOf = (session: Session, id: string): string => session.cell(id)?.error?.message ?? '';
const run = async (opened: Opened): Promise<Opened> => {
  opened.session.runAll();
  await opened.session.settled();
  return opened;
};

describe('sweep', () => {
  test('computes every point of a grid with the names of other cells, in the order of the grid, as runs', async () => {
    const opened = await run(
      openCells({
        data: 'const xs = [1, 2, 3]\nconst scale = (v, by) => v.map((x) => x * by)',
        go: 'const results = await sweep({ by: [2, 3], plus: [0, 10] }, async ({ by, plus }, run) => {\n  const ys = scale(xs, by)\n  for (const y of ys) run.log({ y: y + plus })\n  return { sum: ys.reduce((a, b) => a + b, 0) + plus }\n}, { name: "scales", workers: 2 })\nconst best = results.reduce((a, b) => (a.summary.sum > b.summary.sum ? a : b)).params\nconst last = results.map((r) => r.metrics.y.values.at(-1))',
      }),
    );
    expect(errorOf(opened.session, 'go')).toBe('');
    const results = await opened.value<SweepResult[]>('results');
    expect(results.map(({ params, summary, state }) => [params, summary, state])).toEqual([
      [{ by: 2, plus: 0 }, { sum: 12 }, 'done'],
      [{ by: 2, plus: 10 }, { sum: 22 }, 'done'],
      [{ by: 3, plus: 0 }, { sum: 18 }, 'done'],
      [{ by: 3, plus: 10 }, { sum: 28 }, 'done'],
    ]);
    expect(await opened.value('best')).toEqual({ by: 3, plus: 10 });
    expect(await opened.value('last')).toEqual([6, 16, 9, 19]);
    const runs = opened.session.runs;
    expect(runs.map(({ name, summary, metrics }) => [name, summary['sum'], metrics['y']!.steps]).sort()).toEqual([
      ['scales', 12, 3],
      ['scales', 18, 3],
      ['scales', 22, 3],
      ['scales', 28, 3],
    ]);
    expect(new Set(results.map(({ run }) => run))).toEqual(new Set(runs.map(({ id }) => id)));
    expect(opened.engines).toEqual({ started: 3, alive: 1 });
  });
});
