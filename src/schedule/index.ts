/* The schedule's face: graph, plans, and their words. */
export * from './types.ts';
export { buildGraph, planAll, planCells, planEvery, sameEdges, type CellFacts, type Plan } from './graph.ts';
