/* The schedule's face: graph, plans, and their words. */
export * from './types.ts';
export { buildGraph, dependentsOf, needsOf, sameEdges } from './graph.ts';
export { planAll, planCells, planEvery, type CellFacts, type Plan } from './plan.ts';
