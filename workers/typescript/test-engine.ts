/* An engine in Node for tests: the real analysis, graph and executor around a library of a few names. Cells are written in
   one line each, `id {mode}: code`; statuses are read back as the page would have them. */

import { analyse } from '../../src/analysis/index.ts';
import { buildGraph, planAll, planCells, planEvery, type Graph, type SourceCell } from '../../src/schedule/index.ts';
import { toJson } from '../../src/output/json.ts';
import { Mutable, StopSignal, type Evaluation, type Host, type Library } from '../../src/stdlib/host.ts';
import type { ExecutorOptions } from './types.ts';
import { inProcessExecutor } from './test-executor.ts';
import type { ProgramCell, Report, Request } from '../../src/engine/protocol.ts';
import type { ErrorInfo, Output } from '../../src/output/types.ts';
import type { CellState } from '../../src/schedule/types.ts';
import type { RunMode } from '../../src/document/types.ts';

interface Seen {
  state: CellState;
  evaluation: number;
  outputs: Map<number, Output>;
  error?: ErrorInfo | undefined;
  waitsFor?: string | undefined;
}

export const makeEngine = (...lines: string[]) => makeEngineWith({}, ...lines);

/** An engine with another library, packs, or what it is told at its start. */
export function makeEngineWith(
  {
    ahead,
    ...options
  }: Partial<
    Pick<ExecutorOptions, 'createLibrary' | 'load'> & Pick<Library, 'ahead'> & { readonly start: Partial<ExecutorOptions['start']> }
  >,
  ...lines: string[]
) {
  const seen = new Map<string, Seen>();
  const evaluations = new Map<string, number>();
  const answers = new Map<number, (values: Record<string, unknown>) => void>();
  const kept: Record<string, unknown> = {};
  let graph: Graph = buildGraph([]);
  let sources: SourceCell[] = [];
  let plan = 0;
  let idle = { plan: 0, generators: 0 };
  let quiet = true;
  const inputs = new Map<string, (value: unknown) => void>();

  const createLibrary = (host: Host): Library => {
    const names: Record<string, (evaluation: Evaluation) => unknown> = {
      display: (evaluation) => (value: unknown) => {
        evaluation.emit({ kind: 'text', text: JSON.stringify(value) ?? 'undefined' });
      },
      mutable: () => (value: unknown) => new Mutable(value),
      stop: () => (condition: unknown) => {
        if (condition) throw new StopSignal();
      },
      sleep: (evaluation) => (ms: number) => host.lend(evaluation, new Promise<void>((resolve) => setTimeout(resolve, ms))),
      signal: (evaluation) => evaluation.signal,
      onDispose: (evaluation) => (fn: () => void) => evaluation.onDispose(fn),
      keep: () => (name: string, value: unknown) => {
        kept[name] = value;
      },
      view: (evaluation) => (value: unknown) => library.view(value, evaluation),
    };
    const library: Library = {
      has: (name) => Object.hasOwn(names, name),
      bind: (name, evaluation) => names[name]!(evaluation),
      show: (value, evaluation) => {
        if (value !== undefined) evaluation.emit({ kind: 'text', text: JSON.stringify(value) ?? String(value) });
      },
      view: (value, evaluation, name) => {
        if (typeof name === 'string') inputs.set(name, (next) => host.assign(evaluation.cell, name, next));
        else inputs.set(evaluation.cell, () => host.again(evaluation.cell));
        return value;
      },
      input: (id, value) => {
        inputs.get(id)?.(value);
        return inputs.has(id);
      },
      control: () => false,
      patient: () => false,
      importModule: async () => ({}),
      enter: () => () => {},
      read: () => undefined,
      toJson: (value) => toJson(value),
      ...(ahead ? { ahead } : {}),
    };
    return library;
  };

  const executor = inProcessExecutor({ start: {}, post: (reports) => reports.forEach(receive), createLibrary, ...options });

  function receive(report: Report): void {
    if (report.kind === 'idle') {
      idle = report;
      quiet = true;
    } else if (report.kind === 'values') answers.get(report.request)!(report.values as Record<string, unknown>);
    if (report.kind === 'done')
      report.cells.forEach((cell, i) => {
        const text = report.values[i],
          of = report.types[i];
        if (text !== null && text !== undefined && of)
          receive({
            kind: 'output',
            cell,
            evaluation: report.evaluations[i]!,
            key: 0,
            output: { kind: 'value', value: { type: 'primitive', text, of } },
          });
        receive({ kind: 'state', cell, evaluation: report.evaluations[i]!, state: 'done', ms: report.ms[i]! });
      });
    if (report.kind !== 'state' && report.kind !== 'output') return;
    const cell = seen.get(report.cell);
    if (!cell || report.evaluation < cell.evaluation) return;
    if (report.evaluation > cell.evaluation) {
      cell.outputs.clear();
      cell.evaluation = report.evaluation;
      evaluations.set(report.cell, report.evaluation);
    }
    if (report.kind === 'output') cell.outputs.set(report.key, report.output);
    else {
      Object.assign(cell, { state: report.state, error: report.error, waitsFor: report.waitsFor });
    }
  }

  const engine = {
    /** Sets the notebook's cells; what is new or changed goes to the executor with the next plan. */
    write(...next: string[]): void {
      sources = next.map((line) => {
        const [, id, mode, code] = /^([\w-]+)(?: \{(\w+)\})?: (.*)$/s.exec(line)!;
        return { id: id!, language: 'ts', run: (mode ?? 'auto') as RunMode, analysis: analyse(code!, { language: 'ts' }) };
      });
      graph = buildGraph(sources);
      for (const id of [...seen.keys()]) if (!graph.cells.has(id)) seen.delete(id);
      for (const { id } of sources) if (!seen.has(id)) seen.set(id, { state: 'idle', evaluation: 0, outputs: new Map() });
    },
    program(): ProgramCell[] {
      return graph.order.map((id, rank) => {
        const cell = graph.cells.get(id)!;
        const { analysis } = sources.find((source) => source.id === id)!;
        return {
          id,
          rank,
          run: cell.run,
          prose: false,
          defines: cell.defines,
          uses: cell.uses,
          reads: analysis.reads,
          imports: analysis.imports,
          code: analysis.code,
          shifts: analysis.shifts,
          ...(cell.problem ? { problem: cell.problem } : {}),
        };
      });
    },
    send(request: Request): void {
      quiet = false;
      executor.receive(structuredClone(request));
    },
    run(ids: readonly string[], remove: readonly string[] = []): Promise<void> {
      engine.send({ kind: 'plan', plan: ++plan, define: engine.program(), remove, run: ids });
      return engine.quiet();
    },
    facts: (id: string) => ({
      state: seen.get(id)!.state,
      valued: seen.get(id)!.state === 'done' || seen.get(id)!.state === 'stale',
      ran: (evaluations.get(id) ?? 0) > 0,
    }),
    runAll: () => engine.run(planAll(graph, engine.facts).run),
    runEvery: () => engine.run(planEvery(graph).run),
    runCells: (...ids: string[]) => engine.run(planCells(graph, engine.facts, ids).run),
    input: (id: string, value: unknown) => {
      engine.send({ kind: 'input', plan: ++plan, id, value });
      return engine.quiet();
    },
    /** Nothing runs, nothing is queued, no generator ticks (or `finish` ended it). */
    async quiet(): Promise<void> {
      let calm = 0;
      for (let i = 0; i < 4000 && calm < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        calm = quiet && idle.plan >= plan ? calm + 1 : 0;
      }
    },
    async until(condition: () => boolean): Promise<void> {
      for (let i = 0; i < 2000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    values: () =>
      new Promise<Record<string, unknown>>((resolve) => {
        answers.set(++plan, resolve);
        executor.receive({ kind: 'values', request: plan });
      }),
    /** The very object that a name holds in the engine. */
    async value(name: string): Promise<unknown> {
      const id = `probe-${name}`;
      const analysis = analyse(`keep("${name}", ${name})`, { language: 'ts' });
      executor.receive({
        kind: 'plan',
        plan: ++plan,
        define: [
          {
            id,
            rank: 1e6,
            run: 'auto',
            prose: false,
            defines: [],
            uses: [{ name, cell: graph.order.find((cell) => graph.cells.get(cell)!.defines.includes(name))! }],
            reads: analysis.reads,
            imports: [],
            code: analysis.code,
            shifts: analysis.shifts,
          },
        ],
        remove: [],
        run: [id],
      });
      await engine.quiet();
      executor.receive({ kind: 'plan', plan: ++plan, define: [], remove: [id], run: [] });
      return kept[name];
    },
    late: (error: unknown) => executor.late(error),
    state: (id: string) => seen.get(id)!.state,
    states: () => sources.map(({ id }) => `${id} ${seen.get(id)!.state}`).join(', '),
    error: (id: string) => seen.get(id)!.error,
    waitsFor: (id: string) => seen.get(id)!.waitsFor,
    outputs: (id: string) => [...seen.get(id)!.outputs].sort(([a], [b]) => a - b).map(([, output]) => output),
    shown: (id: string) => engine.outputs(id).flatMap((output) => (output.kind === 'text' ? [JSON.parse(output.text) as unknown] : [])),
    evaluations: (id: string) => evaluations.get(id) ?? 0,
    get generators() {
      return idle.generators;
    },
    get graph() {
      return graph;
    },
  };
  engine.write(...lines);
  return engine;
}
