/* What of the standard library a first cell of the usual kind does not need: the build puts it into parts of the engine
   (base/apart.ts, scripts/engine-parts.mjs), each fetched ahead where a plan names what lies in it, else loaded when it is first
   used. In the source these are ordinary imports. */

import { apart } from '../base/apart.ts';
import { fnv1a32 } from '../base/hash.ts';
import { random, type Generator } from '../base/random.ts';
import { toJson } from '../output/json.ts';
import { checkNames, noteCases } from './checks.ts';
import { makeConsole } from './console.ts';
import { dataNames } from './data.ts';
import { Inspected } from './inspected.ts';
import { misspeltHint } from './misspelt.ts';
import { createModules } from './modules.ts';
import { createPlot } from './plot/index.ts';
import { templateNames } from './templates.ts';
import { computesOnGpu } from './tf/backend.ts';
import { createTime } from './time.ts';

/** Called as the name that most cells read it by. */
export const seldom = apart('library', {
  check: checkNames,
  console: makeConsole,
  dataset: dataNames,
  import: createModules,
  inspect: Inspected,
  md: templateNames,
  ort: computesOnGpu,
  Plot: createPlot,
  progress: createTime,
  random,
  draws,
  json: toJson,
  misspelt: misspeltHint,
  noteCases,
});

/** The generators of one cell: its own, and that of `Math.random`. */
function draws(seed: number, cell: string): { readonly own: Generator; readonly math: Generator } {
  const own = random(seed).fork(fnv1a32(cell));
  return { own, math: own.fork(1) };
}
