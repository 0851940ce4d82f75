/* The face of analysis. `analyse` and `analyseModule` bring the parser with them (one lazy chunk); who only maps positions
   imports shifts.ts. */

export { analyse } from './analyse.ts';
export { analyseModule, ModuleError } from './module.ts';
export { toAuthor } from './shifts.ts';
export type * from './types.ts';
