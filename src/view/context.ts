/* What a part of the notebook's page may use: the session, the cells as they are drawn, and the ways to act. Features (palette,
   find, versions, drag …) get it and nothing else; they are loaded together, after the first result or when first needed. */

import type { Desk } from '../session/judging.ts';
import type { Session } from '../session/types.ts';
import type { Store } from '../store/types.ts';
import type { Voice } from './announce.ts';
import type { CellView } from './cell.ts';
import type { Commands } from './commands/commands.ts';
import type { Live } from './reactive.ts';
import type { Selection } from './selection.ts';

/** What a page knows of the site around it. */
export interface Site {
  /** The site's root as seen from the page, `./` or `../../`. */
  readonly base: string;
  /** The reader's own notebooks, none where there is no store. */
  readonly notebooks: () => Promise<readonly { readonly id: string; readonly title: string; readonly updatedAt: number }[]>;
}

/** What judges answers, loaded with the first exercise that is shown, and where what became of them is kept. */
export interface ExerciseOptions {
  readonly desk: () => Promise<Desk>;
  readonly store: Promise<Store> | undefined;
}

export type Chosen = 'auto' | 'webgpu' | 'wasm' | 'js';

export interface Computing {
  chosen(): Chosen;
  /** For engines that start from now on; false where this browser keeps nothing, and nothing has changed. */
  choose(on: Chosen): boolean;
}

export interface NotebookOptions {
  /** Absent: nothing leads elsewhere. */
  readonly site?: Site;
  /** Name of the downloaded file, without `.md`. */
  readonly name: string;
  /** Puts the text into the store as a notebook of one's own and goes there. */
  readonly saveCopy: (text: string) => Promise<void>;
  /** Where the notebook ships with checks. */
  readonly exercises?: ExerciseOptions;
  /** When the page has shown its first result: what is not needed for it waits. Default: at once. */
  readonly quiet?: Promise<unknown>;
  /** Is given what hands on text that editors hold back for a moment. */
  readonly typed?: (flush: () => void) => void;
  /** Where it computes by its reader's choice, kept in this browser; absent: that cannot be chosen here. */
  readonly computing?: Computing;
  /** Why nothing can be run here (an opened file before it is saved). */
  readonly locked?: string;
  /** ms since epoch. Default: Date.now. */
  readonly now?: () => number;
}

export interface NotebookContext {
  /** `main.nb`. */
  readonly root: HTMLElement;
  readonly session: Session;
  readonly options: NotebookOptions;
  readonly voice: Voice;
  readonly live: Live;
  readonly commands: Commands;
  readonly selection: Selection;
  /** The cell as it is drawn. */
  view(id: string): CellView | undefined;
  /** Hands typed text to the session, then does `what` and draws. `about`: the cells it is to run, whose failure is announced. */
  act(what: () => void, about?: ReadonlySet<string> | 'all'): void;
  run(id: string): void;
  /** Focuses a cell itself (command mode) and brings it into view. */
  select(id: string): void;
  /** Puts the caret at a place of a cell, from 1. */
  go(id: string, line: number, column: number): void;
  /** Hands to the session what was typed a moment ago. */
  flushEdits(): void;
  /** Loads the features; resolves when they are bound. */
  loadFeatures(): Promise<void>;
}

/** Binds one part of the page; returns what unbinds it. */
export type Feature = (context: NotebookContext) => () => void;
