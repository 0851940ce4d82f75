/* The face of analysis. `analyse` and `analyseModule` bring the parser with them (one lazy chunk); who only maps positions
   imports shifts.ts. */

export { analyse, analyseModule, ModuleError } from './analyse.ts';
export { toAuthor } from './shifts.ts';
export type * from './types.ts';
