/* The TypeScript engine as a core and parts (scripts/parts.mjs): the core evaluates cells and shows values, sliders and number fields; the
   rest of the standard library lies apart, by the table and the name that a cell reads (src/stdlib/seldom.ts). */

const core = new Set(['range', 'number']);
const isCore = (name, table) => table === 'Inputs' && core.has(name);

const partOf = (file, key, table) => {
  if (table === 'Inputs' || table === 'templates') return 'inputs';
  if (key === 'Plot') return 'plot';
  return key === 'check' || table === 'engine' ? 'checks' : 'rest';
};

export const enginePlan = { isCore, partOf, order: ['rest', 'inputs'], shared: '__gradusEngine' };
