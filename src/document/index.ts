/* The face of this layer: notebook text and its value, without loss; ids, edits with inverses, overlays, expressions in
   prose. Only `parseNotebook` and `readFrontMatter` need the YAML reader; a page that starts from a compiled notebook
   imports the files beside this one (or has its bundler drop front-matter.ts, which no other file here imports). */

export { cellsOf, frontMatterError, parseCompiled, parseWith, printNotebook, type ReadFront } from './parse.ts';
export { parseNotebook, readFrontMatter } from './front-matter.ts';
export { CELL_LANGUAGES, DIAGRAM_LANGUAGES, nearest } from './fence-info.ts';
export { identify, type Nameable } from './identify.ts';
export { applySplice, applySplices } from './reparse.ts';
export { replaceCode, setAttribute } from './edit.ts';
export { partsOf, type Part } from './compose.ts';
export {
  cellSource,
  copySource,
  deleteParts,
  insertParts,
  mergeParts,
  moveParts,
  proseSource,
  replaceParts,
  splitPart,
} from './structure.ts';
export { fenced, overlaidText, overlay, type EffectiveCell } from './overlay.ts';
export { expressions, inlineMath, inlineParts, proseExpressions, type InlinePart, type ProseExpression } from './prose.ts';
export type * from './types.ts';
