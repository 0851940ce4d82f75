/* The face of this layer: notebook text and its value, without loss; ids, edits with inverses, overlays, expressions in
   prose. Only `parseNotebook` and `readFrontMatter` need the YAML reader; a page that starts from a compiled notebook
   imports the files beside this one. */

import { readFrontMatter } from './front-matter.ts';
import { parseWith } from './parse.ts';
import type { Notebook } from './types.ts';

/** The notebook that `text` is. Never throws; what is wrong is in `problems`. */
export const parseNotebook = (text: string): Notebook => parseWith(text, readFrontMatter);

export { cellsOf, frontMatterError, parseCompiled, parseWith, printNotebook, type ReadFront } from './parse.ts';
export { readFrontMatter } from './front-matter.ts';
export { CELL_LANGUAGES, DIAGRAM_LANGUAGES, nearest } from './fence-info.ts';
export { identify, type Nameable } from './identify.ts';
export { applySplice, deleteCell, insertCell, moveCell, replaceCode, setAttribute } from './edit.ts';
export { overlay, type EffectiveCell } from './overlay.ts';
export { expressions, inlineMath, inlineParts, type InlinePart } from './prose.ts';
export type * from './types.ts';
