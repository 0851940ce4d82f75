/* Pass lines: what the notebook of a run demands in its front matter, and what the reader has typed. A run stands above or below those
   that speak of its name and its metrics. Pure. */

import type { StoredRun } from '../../store/types.ts';
import type { Digest } from './digest.ts';

export interface Target {
  /** Name of the runs that it speaks of; undefined: of all. */
  readonly run?: string;
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
}

/** What the reader types: `test_acc >= 0.94 loss < 0.1`. What is no such comparison is left out. */
export function readTargets(text: string): Target[] {
  return [...text.matchAll(/([\w./-]+)\s*(<=|>=|<|>)\s*([-+]?[\d.]+(?:e[-+]?\d+)?)/gi)].flatMap(([, metric, operator, given]): Target[] => {
    const value = Number(given);
    if (!Number.isFinite(value)) return [];
    return [operator!.startsWith('>') ? { metric: metric!, min: value } : { metric: metric!, max: value }];
  });
}

/** Those that speak of a run. */
export function targetsOf(run: StoredRun, targets: readonly Target[]): Target[] {
  return targets.filter((target) => target.run === undefined || target.run === run.name);
}

/** `passes` where all lines that speak of it hold, `below` where one does not; undefined where none can be told. */
export function standing(run: StoredRun, digest: Digest | undefined, targets: readonly Target[]): 'passes' | 'below' | undefined {
  let told = false;
  for (const target of targetsOf(run, targets)) {
    const value = run.summary[target.metric] ?? digest?.last[target.metric];
    if (typeof value !== 'number') continue;
    told = true;
    if (!holds(value, target)) return 'below';
  }
  return told ? 'passes' : undefined;
}

/** Whether a value reaches a line; NaN does not. */
export function holds(value: number, { min, max }: Target): boolean {
  return !Number.isNaN(value) && (min === undefined || value >= min) && (max === undefined || value <= max);
}

/** Pass lines that stand in the front matter of these texts, each once. `passLines` reads one text. */
export async function linesOfTexts(
  texts: readonly string[],
  passLines: (text: string) => Promise<readonly Target[]>,
): Promise<readonly Target[]> {
  const all = new Map<string, Target>();
  for (const text of texts) if (/^pass:/m.test(text)) for (const line of await passLines(text)) all.set(JSON.stringify(line), line);
  return [...all.values()];
}
