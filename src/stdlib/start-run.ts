/* `startRun` and the state of a kept run. Whether a run goes on is asked of the session: it knows what was interrupted, and whether the
   reader pressed Resume. A checkpoint that is damaged is passed over for the one before. Registered as the pack `runs`. */

import { toText } from '../output/inspect.ts';
import type { ResumableRun } from '../engine/protocol.ts';
import type { Evaluation, Host } from './host.ts';
import { decodeCheckpoint, type Checkpoint, type State } from './restore.ts';
import { plain, Run, type Json, type RunTools } from './run.ts';

export interface Runs {
  start(evaluation: Evaluation, name: unknown, params: Json, options: { readonly resume?: boolean }): Promise<Run>;
  /** The state of the last checkpoint of a run; undefined where it has none. */
  stateOf(evaluation: Evaluation, run: { readonly id: string; readonly name: string }): Promise<State | undefined>;
}

export function createRuns(host: Host, tools: RunTools): Runs {
  /** The newest checkpoint that is whole, and its state. */
  async function last(evaluation: Evaluation, run: { id: string; name: string }): Promise<{ found: Checkpoint; state: State } | undefined> {
    const faults: string[] = [];
    let before: number | undefined;
    for (;;) {
      const call = { service: 'checkpoint', run: run.id, ...(before === undefined ? {} : { before }) } as const;
      const kept = (await host.service(call)) as { readonly step: number; readonly data: Blob } | null;
      if (!kept?.data || (before !== undefined && kept.step >= before)) break;
      before = kept.step;
      try {
        const found = await decodeCheckpoint(kept.data);
        const state = await found.state({
          ...tools,
          tf: () => tools.tf(evaluation),
          own: (fn) => owned(evaluation, fn),
        });
        return { found, state };
      } catch (error) {
        faults.push(`The checkpoint at step ${kept.step} of "${run.name}" is damaged: ${(error as Error).message}`);
      }
    }
    if (before === undefined) return undefined;
    const [first, ...others] = faults;
    throw new Error(
      `${first} ${others.length > 0 ? `So ${others.length === 1 ? 'is' : 'are'} the ${others.length} before it. ` : ''}Start the run anew.`,
    );
  }
  /** Runs `fn` as code of the cell, so that it owns the tensors. */
  function owned<T>(evaluation: Evaluation, fn: () => T): T {
    let result: { value: T } | undefined;
    let fault: unknown;
    host.enter(evaluation, () => {
      try {
        result = { value: fn() };
      } catch (error) {
        fault = error;
      }
    });
    if (!result) throw fault;
    return result.value;
  }

  return {
    async start(evaluation, name, params, { resume = false }) {
      if (typeof name !== 'string' || name === '')
        throw new TypeError(`startRun: expected a name such as "mnist-mlp", got ${toText(name, 60)}.`);
      const { cell } = evaluation;
      const call = { service: 'resume', cell, name, params: plain(params), asked: resume } as const;
      const found = (await host.service(call)) as ResumableRun | { readonly refused: string } | undefined;
      if (found && 'refused' in found) evaluation.emit({ kind: 'log', level: 'warn', text: found.refused });
      if (!found || 'refused' in found) return new Run(host, evaluation, tools, name, params);
      const { run: id, metrics, ms } = found;
      try {
        const checkpoint = await last(evaluation, { id, name });
        if (!checkpoint) throw new Error(`startRun: the checkpoint of "${name}" is gone. Start the run anew.`);
        const { position } = checkpoint.found;
        return new Run(host, evaluation, tools, name, params, { id, position, state: checkpoint.state, metrics });
      } catch (error) {
        host.report({ kind: 'run-end', run: id, state: 'interrupted', summary: {}, ms });
        throw error;
      }
    },
    stateOf: async (evaluation, run) => (await last(evaluation, run))?.state,
  };
}
