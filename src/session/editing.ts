/* What edits a notebook: the text with its history, and the edits there are. A part of its own, since opening and running a notebook
   need none of it; a session gets it at once, or when the first edit is near (unedited.ts). */

import { createEdits, type Edits, type EditsOptions } from './edits.ts';
import { createStructure, type Structure } from './structure.ts';

export interface Editing {
  readonly edits: Edits;
  readonly structure: Structure;
}

export type MakeEditing = (options: EditsOptions) => Editing;

export const createEditing: MakeEditing = (options) => {
  const edits = createEdits(options);
  return { edits, structure: createStructure(edits, options.entries) };
};
