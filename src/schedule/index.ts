/* The schedule's face: graph, plans, and their words. */
export * from './types.ts';
export { buildGraph, planAll, planCells, planEvery, type CellFacts, type Plan } from './graph.ts';
export { sameEdges } from './edges.ts';
