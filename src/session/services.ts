/* Answers what a worker asks for: modules beside the notebook are analysed here, runs come from the recorder, the rest from
   whoever opened the session. An answer is a request to send, with what of it may be transferred. */

import { messageOf } from '../base/errors.ts';
import type { AnalysisError } from '../analysis/types.ts';
import type { KeptPredictions, Request, RunCall, RunEntry, ServiceCall } from '../engine/protocol.ts';
import type { UnitText } from '../engine/unit.ts';
import type { SweepCall } from '../engine/sweep.ts';
import type { StoredAnswer } from '../store/types.ts';
import type { SessionOptions } from './types.ts';

export type Answer = [request: Request, transfer: Transferable[]];

export function createServices(
  { services, moduleText, analyser }: Pick<SessionOptions, 'services' | 'moduleText' | 'analyser'>,
  runs: (name: string | undefined) => Promise<readonly RunEntry[]>,
  sweep: (call: SweepCall) => Promise<unknown>,
  predictions: () => Promise<KeptPredictions>,
  lasting: (call: RunCall) => Promise<unknown>,
  answers: (notebook: string) => Promise<readonly StoredAnswer[]>,
): (request: number, call: ServiceCall) => Promise<Answer> {
  async function moduleOf(name: string): Promise<unknown> {
    if (!moduleText) throw new Error(`"${name}" cannot be imported: this notebook has no folder. Put the module's code into a cell.`);
    const text = await moduleText(name);
    const { analyseModule } = await analyser();
    try {
      return analyseModule(text, { language: /\.[cm]?js$/.test(name) ? 'js' : 'ts' });
    } catch (error) {
      const { message, line, column } = error as AnalysisError;
      throw new SyntaxError(`${name}, line ${line}, column ${column}: ${message}`, { cause: error });
    }
  }
  async function unit(number: string): Promise<unknown> {
    const { unitOf } = await import('./units.ts');
    return unitOf(number, { analyser, answers, file: (id) => services({ service: 'unit', unit: id }) as Promise<UnitText | undefined> });
  }
  function valueOf(call: ServiceCall): Promise<unknown> {
    if (call.service === 'module') return moduleOf(call.name);
    if (call.service === 'unit') return unit(call.unit);
    if (call.service === 'sweep') return sweep(call);
    if (call.service === 'predictions') return predictions();
    if (call.service === 'resume' || call.service === 'checkpoint' || call.service === 'keep') return lasting(call);
    return call.service === 'runs' ? runs(call.name) : services(call);
  }
  return async (request, call) => {
    try {
      const value = await valueOf(call);
      const bytes = (value as { bytes?: unknown } | undefined)?.bytes;
      return [{ kind: 'answer', request, value }, bytes instanceof ArrayBuffer ? [bytes] : []];
    } catch (error) {
      return [{ kind: 'answer', request, error: messageOf(error) }, []];
    }
  };
}
