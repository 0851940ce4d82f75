/* The shape of every table of names in this folder: how a name is bound to an evaluation. */

import type { Evaluation } from './host.ts';

/** For each name, what a cell of `evaluation` sees under it; made when a cell first reads the name, once an evaluation. */
export type Names = Readonly<Record<string, (evaluation: Evaluation) => unknown>>;
