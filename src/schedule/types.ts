/* The words of the schedule. Cell states:

     idle ──run──> queued ──turn──> running ──> done ──a used name changes──> queued (auto) or stale (manual)
      ^              │                 │└─────> error      (threw, interrupted, or failed in analysis)
      │              └──────> blocked  │        blocked    (a name it uses has no value)
      └──stop: what had not run goes back to idle or stale ┘
     edited text: done, error, blocked -> stale · `run=off`: off · restart: everything idle, outputs kept */

import type { RunMode } from '../document/types.ts';
import type { Analysis, Place } from '../analysis/types.ts';

export type CellState = 'idle' | 'queued' | 'running' | 'done' | 'error' | 'stale' | 'blocked' | 'off';

/** Why a cell cannot be evaluated as the notebook stands: found by analysis or in the graph, before anything runs. */
export interface CellProblem extends Partial<Place> {
  readonly name: string;
  readonly message: string;
  /** Cells that the message names, to be linked. */
  readonly cells: readonly string[];
}

/** What the graph is built from: one cell of the file, identified and analysed. */
export interface SourceCell {
  readonly id: string;
  readonly language: string;
  readonly run: RunMode;
  readonly analysis: Analysis;
  /** An expression in prose: uses names, defines nothing, stands in no list of cells. */
  readonly prose?: boolean;
}

/** A cell as a node of the graph. */
export interface GraphCell {
  readonly id: string;
  readonly run: RunMode;
  readonly prose: boolean;
  /** Public value names (no types, no `_private`); empty for `off`. */
  readonly defines: readonly string[];
  /** Names it reads that another cell defines, with the id of that cell. */
  readonly uses: readonly { readonly name: string; readonly cell: string }[];
  readonly problem?: CellProblem;
}

export interface Graph {
  readonly cells: ReadonlyMap<string, GraphCell>;
  /** Ids in the order of the graph, ties in the order of the file; cells on a cycle stand where the file has them. */
  readonly order: readonly string[];
  /** Direct dependents of a cell, in `order`. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
}
