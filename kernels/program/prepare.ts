/* From a traced program to the one a backend compiles: simplified, fused, and cleared of what fusing left behind. */

import type { Program } from '../types.ts';
import { fuse } from './fuse.ts';
import type { FuseLimits } from './fused.ts';
import { defaultLimits } from './fused.ts';
import { dropDead, simplify } from './simplify.ts';

/** A program with fewer, larger calls that leaves the same in held and result buffers. Buffers keep their numbers; some are no longer used. */
export function prepareProgram(program: Program, limits: FuseLimits = defaultLimits): Program {
  const fused = fuse(simplify(program), limits);
  return { buffers: fused.buffers, calls: dropDead(fused) };
}
