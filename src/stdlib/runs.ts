/* `startRun` and `runs` of a cell: experiments with their curves and checkpoints. What a run does comes as a pack (start-run.ts,
   run.ts) with the first of them. */

import type { RunEntry } from '../engine/protocol.ts';
import type { Host } from './host.ts';
import type { Names } from './names.ts';
import type { RunTools } from './run.ts';
import type { Runs } from './start-run.ts';

export function runNames(host: Host, tools: RunTools): Names {
  let made: Promise<Runs> | undefined;
  const pack = (): Promise<Runs> => {
    made ??= host.load('runs').then((loaded) => (loaded as typeof import('./start-run.ts')).createRuns(host, tools));
    made.catch(() => (made = undefined));
    return made;
  };
  return {
    startRun:
      (evaluation) =>
      async (name: unknown, params: Readonly<Record<string, unknown>> = {}, options: { resume?: boolean } = {}) =>
        (await pack()).start(evaluation, name, params, options),
    runs:
      (evaluation) =>
      ({ name }: { name?: string } = {}) =>
        host.lend(
          evaluation,
          host.service(name === undefined ? { service: 'runs' } : { service: 'runs', name }).then((entries) =>
            (entries as RunEntry[]).map((entry) => ({
              ...entry,
              status: entry.state,
              state: async () => (await pack()).stateOf(evaluation, entry),
            })),
          ),
        ),
  };
}
