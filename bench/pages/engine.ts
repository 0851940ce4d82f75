/* The page's side of the benches that need an engine and no app: notebooks given as a list of cell texts are analysed,
   planned with the real schedule and evaluated by the real worker behind the real remote; what comes back is counted. */

import { analyse } from '../../src/analysis/index.ts';
import { createRemote, type Remote } from '../../src/engine/remote.ts';
import type { ProgramCell, Report, StartOptions } from '../../src/engine/protocol.ts';
import { buildGraph, planCells, planEvery, sameEdges, type CellFacts, type Graph, type SourceCell } from '../../src/schedule/index.ts';
import type { Output } from '../../src/output/types.ts';

export interface Engine {
  readonly remote: Remote;
  /** Sees every batch as it arrives. */
  listen: (reports: readonly Report[]) => void;
  /** Resolves at the first report that satisfies `test`. */
  until(test: (report: Report) => boolean): Promise<Report>;
}

/** A started engine, up and idle; `packs`: names to addresses beside the page. What its cells ask of the page is answered with nothing. */
export async function openEngine(packs: Readonly<Record<string, string>> = {}): Promise<Engine> {
  const waiters = new Set<(report: Report) => void>();
  const start = (): Omit<StartOptions, 'interruptFlag' | 'interruptUrl'> => ({
    set: {},
    headless: false,
    base: new URL('./', location.href).href,
    packs,
    seed: 1,
  });
  const engine: Engine = {
    remote: createRemote({
      createWorker: () => new Worker('engine.js') as never,
      start,
      onReports: (batch) => {
        engine.listen(batch);
        for (const report of batch)
          if (report.kind === 'service') engine.remote.send({ kind: 'answer', request: report.request, value: undefined });
        if (waiters.size) for (const report of batch.flatMap(unfold)) for (const waiter of [...waiters]) waiter(report);
      },
      onLost: (why, message) => {
        throw new Error(`engine ${why}: ${message}`);
      },
    }),
    listen: () => undefined,
    until: (test) =>
      new Promise((resolve) => {
        const waiter = (report: Report): void => {
          if (!test(report)) return;
          waiters.delete(waiter);
          resolve(report);
        };
        waiters.add(waiter);
      }),
  };
  const idle = engine.until((report) => report.kind === 'idle');
  engine.remote.send({ kind: 'plan', plan: 0, define: [], remove: [], run: [] });
  await idle;
  return engine;
}

/** A report of many quick cells as one state and one output for each, which the session makes of it too. */
export function unfold(report: Report): readonly Report[] {
  if (report.kind !== 'done') return [report];
  return report.cells.flatMap((cell, i): Report[] => {
    const evaluation = report.evaluations[i]!;
    const text = report.values[i];
    const of = report.types[i];
    const output: Report[] =
      typeof text === 'string' && of
        ? [{ kind: 'output', cell, evaluation, key: 0, output: { kind: 'value', value: { type: 'primitive', text, of } } }]
        : [];
    return [...output, { kind: 'state', cell, evaluation, state: 'done', ms: report.ms[i]! }];
  });
}

/** A cell as the session holds it: analysed, not yet in a graph. */
export function source(id: string, code: string): SourceCell {
  return { id, language: 'ts', run: 'auto', analysis: analyse(code, { language: 'ts' }) };
}

let prepared = false;
let last: { graph: Graph; rank: ReadonlyMap<string, number>; cells: ReadonlyMap<string, SourceCell> } | undefined;

/** From definitions to a plan in the worker, as a session does it: builds the graph (or keeps it where the changed cells have
    the same names in the same roles), plans `changed` (all when absent) and sends it with the changed definitions. */
export function send(engine: Engine, plan: number, sources: readonly SourceCell[], changed?: readonly string[]): void {
  const known = last;
  const byId = new Map(sources.map((cell) => [cell.id, cell]));
  const same = known && changed?.every((id) => known.cells.has(id) && sameEdges(known.cells.get(id)!.analysis, byId.get(id)!.analysis));
  const graph = same ? known.graph : buildGraph(sources);
  const rank = same ? known.rank : new Map(graph.order.map((id, i) => [id, i]));
  last = { graph, rank, cells: byId };
  const facts: CellFacts = { state: 'done', valued: true, ran: true };
  const { run } = changed ? planCells(graph, () => facts, changed) : planEvery(graph);
  engine.remote.send({
    kind: 'plan',
    plan,
    define: (changed ?? (prepared ? [] : graph.order)).map((id) => record(graph, rank, byId, id)),
    remove: [],
    run,
  });
}

/** Sends definitions without running them: the worker compiles, as the other runtime's functions are made before its clock
    starts. Resolves when it has. */
export async function prepare(engine: Engine, plan: number, sources: readonly SourceCell[]): Promise<void> {
  const graph = buildGraph(sources);
  const rank = new Map(graph.order.map((id, i) => [id, i]));
  const byId = new Map(sources.map((cell) => [cell.id, cell]));
  const idle = engine.until((report) => report.kind === 'idle' && report.plan >= plan);
  engine.remote.send({
    kind: 'plan',
    plan,
    define: graph.order.map((id) => record(graph, rank, byId, id)),
    remove: [...(last?.cells.keys() ?? [])].filter((id) => !byId.has(id)),
    run: [],
  });
  last = undefined;
  prepared = true;
  await idle;
}

function record(graph: Graph, rank: ReadonlyMap<string, number>, byId: ReadonlyMap<string, SourceCell>, id: string): ProgramCell {
  const { analysis } = byId.get(id)!;
  const cell = graph.cells.get(id)!;
  return {
    id,
    rank: rank.get(id)!,
    run: cell.run,
    prose: false,
    defines: cell.defines,
    uses: cell.uses,
    reads: analysis.reads,
    imports: [],
    code: analysis.code,
    shifts: analysis.shifts,
    ...(cell.problem ? { problem: cell.problem } : {}),
  };
}

/** The text of a value output, as a reader would see it. */
export function shown(output: Output): string | undefined {
  if (output.kind === 'value' && output.value.type === 'primitive') return output.value.text;
  return output.kind === 'text' ? output.text : undefined;
}
