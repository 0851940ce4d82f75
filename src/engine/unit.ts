/* What passes about `gradus:unit/NN`: the cells of a unit under its solutions, compiled when the site is built, and the answers of the
   learner that stand in the place of references. Types alone. */

import type { ModuleText } from './protocol.ts';

/** A cell that defines something: its text as a module, which returns what it defines. */
export interface UnitCell extends ModuleText {
  readonly id: string;
  readonly defines: readonly string[];
  /** It is the reference answer to this exercise, or a part of it. */
  readonly exercise?: string;
}

/** `n/ID/unit.json` of the site. */
export interface UnitFile {
  readonly id: string;
  readonly title: string;
  /** In the order of the notebook. */
  readonly cells: readonly UnitCell[];
  /** Names that solutions.md defines with `export`. */
  readonly exports: readonly { readonly name: string; readonly cell: string }[];
}

/** What whoever opened the session knows of a unit. */
export interface UnitText {
  /** Of its file. */
  readonly text: string;
  /** Nothing has been stored in this browser, so no answer either. */
  readonly fresh?: boolean;
}

/** What a cell is given that imports a unit. */
export interface UnitAnswer extends UnitFile {
  /** The same for the same texts. */
  readonly key: string;
  /** Passed answers, by exercise; `problem`: why one cannot be used. */
  readonly yours: Readonly<Record<string, UnitCell | { readonly problem: string }>>;
}
