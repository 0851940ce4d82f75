/* An analysis is made once of each text: cells that share a text, and the same answer judged again, have it at once. */

import type { Analyse } from './types.ts';

export function rememberAnalyses(analyse: Analyse): Analyse {
  const known = new Map<string, ReturnType<Analyse>>();
  return (code, options) => {
    const key = `${options.language}\n${code}`;
    const analysis = known.get(key) ?? analyse(code, options);
    known.set(key, analysis);
    return analysis;
  };
}
